//! `SessionLayer`: signs the requests of another HTTP client under the login of a session. It refreshes the
//! token and replays a request as a call does.
//!
//! - **I12** A replay is sent under the login of the original request.
//! - **I19** At most one replay.
//! - **I22** Only requests to the origins of the layer are signed.

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{Empty, Full};
use tower_layer::Layer;
use tower_service::Service;
use url::Url;

use crate::endpoint::Endpoint;
use crate::error::{BuildError, Closed, Error, ErrorResponse, InvalidRequest, NotSignedIn, SessionExpired};
use crate::exchange::Credentials;
use crate::request::base::Base;
use crate::request::{header, query_key};
use crate::session::{EndpointId, Identity, Phase, Rejection, Session, Snapshot, Verdict, WaitBudget};

type BoxError = Box<dyn StdError + Send + Sync>;

/// The endpoint in the errors of a layer.
static LAYERED: Endpoint = Endpoint::new("Session::layer", "", "");

/// A body that can be sent twice, for [`Session::layer`].
pub trait CopyBody: Sized {
    /// Returns a copy, or `None` if there can be none.
    fn copy_body(&self) -> Option<Self>;
}

impl CopyBody for () {
    fn copy_body(&self) -> Option<()> {
        Some(())
    }
}

impl CopyBody for Bytes {
    fn copy_body(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl<D> CopyBody for Empty<D> {
    fn copy_body(&self) -> Option<Self> {
        Some(Self::new())
    }
}

impl<D: Clone> CopyBody for Full<D> {
    fn copy_body(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl Session {
    /// Returns a [`tower::Layer`](Layer) that signs the requests of another HTTP client under this login.
    ///
    /// A request to one of `origins` gets the credential. If the server rejects the token, the session
    /// refreshes it, once for all its callers, and the request is sent once more. A URI without a scheme
    /// and a host counts as one of the first origin. Requests to any other origin pass as they are, and so
    /// do those that bring a credential of their own.
    ///
    /// The client below must follow no redirects, because it would carry the credential to another origin. It
    /// must use no proxy for a plaintext origin, which could read the credential.
    /// The session needs a way to refresh itself: it is that of a client with a `#[session(refresh)]`
    /// endpoint.
    ///
    /// # Errors
    ///
    /// Fails if there is no origin, or one is no scheme and host alone, or would get a credential in the
    /// clear: neither https nor `localhost` nor a loopback address, nor allowed by
    /// [`allow_insecure`](crate::client::ClientBuilder::allow_insecure) of the client whose `session()` this
    /// is. A request fails with the errors of a call, such as [`Error::SessionExpired`], or with the error of
    /// the client below. An answer that rejects the replay too is returned as it is.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use http_body_util::Full;
    /// use sdk_runtime::Tokens;
    /// # use sdk_runtime::{Result, api_client};
    /// use sdk_testkit::{Backend, Reply};
    /// use tower::{Layer, ServiceExt};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// let tracker = TrackerClient::new("https://tracker.example")?;
    /// tracker.session().sign_in(Tokens::new("a token"))?;
    ///
    /// // In the place of a client of `hyper-util`, or of any other service of `http` types.
    /// let other = Backend::new().fallback(|request| async move {
    ///     Reply::text(request.bearer().unwrap_or("unsigned").to_owned())
    /// });
    /// let signing = tracker.session().layer(["https://tracker.example"])?.layer(other.clone());
    /// let request = http::Request::get("/raw").body(Full::<Bytes>::default())?;
    /// signing.oneshot(request).await?;
    /// assert_eq!(other.last().unwrap().bearer(), Some("a token"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn layer<'a, B: CopyBody>(
        &self,
        origins: impl IntoIterator<Item = &'a str>,
    ) -> Result<SessionLayer<B>, BuildError> {
        self.layer_with(origins, B::copy_body)
    }

    /// Returns a layer as [`layer`](Self::layer) does, for bodies of any type. `copy` copies a body for the
    /// replay. If it returns `None`, the answer that rejects the token is returned, and the next request has
    /// a new token.
    ///
    /// # Errors
    ///
    /// As [`layer`](Self::layer).
    pub fn layer_with<'a, B>(
        &self,
        origins: impl IntoIterator<Item = &'a str>,
        copy: fn(&B) -> Option<B>,
    ) -> Result<SessionLayer<B>, BuildError> {
        let mut origins = origins.into_iter();
        let first =
            origins.next().ok_or_else(|| BuildError::conflict("`session().layer(…)` needs an origin"))?;
        let odd = |given, reason: String| BuildError::origin("session().layer", given, reason);
        let base = Base::parse(first).map_err(|reason| odd(first, reason.to_owned()))?;
        let mut base = base.allowing(self.insecure().clone());
        for origin in std::iter::once(first).chain(origins) {
            base.trust(origin).map_err(|reason| odd(origin, reason))?;
        }
        Ok(SessionLayer(Arc::new(Inner { session: self.clone(), base, copy })))
    }
}

/// The layer of [`Session::layer`].
pub struct SessionLayer<B>(Arc<Inner<B>>);

struct Inner<B> {
    session: Session,
    base: Base,
    copy: fn(&B) -> Option<B>,
}

impl<B> Clone for SessionLayer<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B> fmt::Debug for SessionLayer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionLayer").field("session", &self.0.session).finish_non_exhaustive()
    }
}

impl<S, B> Layer<S> for SessionLayer<B> {
    type Service = SessionService<S, B>;

    fn layer(&self, inner: S) -> SessionService<S, B> {
        SessionService { inner, layer: self.clone() }
    }
}

/// A service whose requests are signed: what [`Session::layer`] makes.
pub struct SessionService<S, B> {
    inner: S,
    layer: SessionLayer<B>,
}

impl<S: Clone, B> Clone for SessionService<S, B> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<S, B> fmt::Debug for SessionService<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionService").field("layer", &self.layer).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for SessionService<S, B>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Send + 'static,
    R: Send,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The clone may not be ready.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        Box::pin(async move {
            let Some(url) = layer.0.url_to_sign(&request) else {
                return inner.call(request).await.map_err(Into::into);
            };
            let waits = WaitBudget::default();
            let outcome = layer.0.send(&mut inner, request, &url, &waits).await;
            waits.linger().await;
            outcome
        })
    }
}

impl<B> Inner<B> {
    /// Returns the address of a request that is to be signed.
    fn url_to_sign(&self, request: &Request<B>) -> Option<Url> {
        let uri = request.uri();
        let url = match uri.host() {
            Some(_) => Url::parse(&uri.to_string()).ok()?,
            None => self.base.url().join(&uri.to_string()).ok()?,
        };
        let attachment = &self.session.shell().attachment;
        let is_signed = attachment.header().is_some_and(|name| request.headers().contains_key(name))
            || attachment.query().is_some_and(|name| query_key::has(&url, name));
        (self.base.trusts(&url) && !is_signed).then_some(url)
    }

    async fn send<S, R>(
        &self,
        service: &mut S,
        request: Request<B>,
        url: &Url,
        waits: &WaitBudget,
    ) -> Result<Response<R>, BoxError>
    where
        S: Service<Request<B>, Response = Response<R>>,
        S::Error: Into<BoxError>,
    {
        let shell = self.session.shell();
        let endpoint = EndpointId { base: self.base.id(), name: LAYERED.qualified_name() };
        let identity = self.identity().await?;
        let snapshot = shell.credential(&identity, Some(endpoint), waits).await?;
        #[cfg_attr(not(feature = "oauth2"), expect(unused_mut, reason = "no proof is refused"))]
        let mut copy = self.copied(&request);
        #[cfg_attr(not(feature = "oauth2"), expect(unused_mut, reason = "no proof is refused"))]
        let mut response = service.call(self.signed(request, url, &snapshot)?).await.map_err(Into::into)?;
        #[cfg(feature = "oauth2")]
        if self.credentials(&snapshot).takes_nonce(url, response.status(), response.headers())
            && let Some(request) = copy.take()
        {
            copy = self.copied(&request);
            poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
            shell.permit(&identity, true)?;
            response = service.call(self.signed(request, url, &snapshot)?).await.map_err(Into::into)?;
        }
        let Some((answer, login_over)) = self.rejection(&response, url, &snapshot, endpoint) else {
            return Ok(response);
        };
        let login_over = login_over.then(|| SessionExpired::login_over(answer.clone()));
        let rejection = Rejection { version: snapshot.version, login_over };
        let replacement = shell.replacement(&identity, endpoint, rejection, &answer, waits).await;
        let Some(request) = copy else {
            return Ok(response);
        };
        let snapshot = replacement?;
        poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
        shell.permit(&identity, true)?;
        let response = service.call(self.signed(request, url, &snapshot)?).await.map_err(Into::into)?;
        if let Some((answer, login_over)) = self.rejection(&response, url, &snapshot, endpoint) {
            match login_over {
                true => drop(shell.login_over(snapshot.version, SessionExpired::login_over(answer))),
                false => shell.hold(endpoint, snapshot.version),
            }
        }
        Ok(response)
    }

    /// Returns the login that a request goes out as.
    async fn identity(&self) -> Result<Identity, Error> {
        let shell = self.session.shell();
        shell.load().await?;
        shell.first_login().await?;
        let view = shell.view();
        match &view.phase {
            Phase::Active(snapshot) => {
                Ok(Identity { epoch: view.epoch, subject: snapshot.tokens.subject.clone() })
            }
            Phase::Unloaded | Phase::SignedOut => Err(NotSignedIn::default().into()),
            Phase::Expired(expired) => Err(expired.clone().into()),
            Phase::Closed => Err(Closed::default().into()),
        }
    }

    fn credentials<'a>(&'a self, snapshot: &'a Snapshot) -> Credentials<'a> {
        self.session.shell().credentials(snapshot)
    }

    fn signed(&self, mut request: Request<B>, url: &Url, snapshot: &Snapshot) -> Result<Request<B>, Error> {
        let (method, mut signed) = (request.method().clone(), url.clone());
        let headers = request.headers_mut();
        let ours = (&self.base, &self.session.shell().clock);
        self.credentials(snapshot).sign(&method, &mut signed, headers, ours)?;
        header::join_cookies(headers);
        if signed != *url {
            *request.uri_mut() = with_query_of(request.uri(), &signed)?;
        }
        Ok(request)
    }

    /// Copies a request without its extensions of other types than those that can be cloned.
    fn copied(&self, request: &Request<B>) -> Option<Request<B>> {
        let mut copy = Request::new((self.copy)(request.body())?);
        copy.method_mut().clone_from(request.method());
        copy.uri_mut().clone_from(request.uri());
        *copy.version_mut() = request.version();
        copy.headers_mut().clone_from(request.headers());
        copy.extensions_mut().clone_from(request.extensions());
        Some(copy)
    }

    /// Returns the response without its body if it rejects the token, and whether it ends the login. Stores
    /// its cookies.
    fn rejection<R>(
        &self,
        response: &Response<R>,
        url: &Url,
        snapshot: &Snapshot,
        endpoint: EndpointId,
    ) -> Option<(ErrorResponse, bool)> {
        let shell = self.session.shell();
        let status = response.status();
        self.credentials(snapshot).store_cookies(response.headers(), url, &self.base, &shell.clock);
        if !status.is_informational() && status < StatusCode::MULTIPLE_CHOICES {
            shell.accepted(snapshot, endpoint);
            return None;
        }
        let answer = ErrorResponse::new(&LAYERED, status, response.headers().clone(), Bytes::new(), true)
            .received(&shell.clock);
        match shell.judge.verdict(&answer, shell.attachment.scheme()) {
            Verdict::TokenBad | Verdict::NotExecuted => Some((answer, false)),
            Verdict::LoginOver => Some((answer, true)),
            Verdict::Surface | Verdict::InsufficientScope => {
                if answer.shows_that_the_credential_counted() {
                    shell.accepted(snapshot, endpoint);
                }
                None
            }
        }
    }
}

/// Returns `uri` with the query of `signed`. A relative one stays relative.
fn with_query_of(uri: &Uri, signed: &Url) -> Result<Uri, InvalidRequest> {
    let target = match signed.query() {
        Some(query) => format!("{}?{query}", signed.path()),
        None => signed.path().to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    let invalid = || InvalidRequest::new("Session::layer", "makes an address that is too long");
    parts.path_and_query = Some(target.parse().map_err(|_| invalid())?);
    Uri::from_parts(parts).map_err(|_| invalid())
}
