//! One exchange with a server: one send of a request, hop by hop, with credentials, cookies and redirects.
//!
//! A credential travels over https or to a loopback address, and only to the client's own origin or a trusted
//! one. Both are checked at every hop. A request that started over https is never redirected to a plaintext
//! address, with or without a credential.

mod credentials;
mod cross_origin;
mod csrf;
mod keyed;
mod on_request;
mod redirect;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT_ENCODING, COOKIE, Entry, LOCATION};
use http::{HeaderMap, HeaderName, StatusCode};

use crate::body::{OnDownload, OnUpload, RequestBody};
use crate::cookies::SetCookies;
use crate::encoding;
use crate::endpoint::Endpoint;
use crate::error::{Error, TransportErrorKind};
use crate::metrics::Metrics;
#[cfg(feature = "oauth2")]
use crate::proof::ProofKey;
use crate::request::base::{Base, is_same_origin, may_carry_credentials};
use crate::request::{Prepared, header};
use crate::runtime::Clock;
use crate::trace::{self, Span};
use crate::transport::{ResponseBody, Stage, Transport, TransportRequest, TransportResponse};

pub(crate) use credentials::{Credentials, Places};
pub(crate) use csrf::Csrf;
pub(crate) use keyed::Keyed;
pub(crate) use on_request::OnRequest;
pub use redirect::Redirects;

/// How often a hop is sent again at once where the server provably has not processed it.
const MAX_RESENDS: usize = 2;

/// The server of a client: its addresses, and the transports that reach them.
pub(crate) struct Upstream {
    /// The transport of sign-ins, refreshes and sign-outs. They wait for nothing that a call may hold.
    pub(crate) session_transport: Arc<dyn Transport>,
    /// The transport of calls, with the layers around it.
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) on_request: Vec<OnRequest>,
    pub(crate) redirects: Redirects,
    pub(crate) base: Base,
    /// The client's default headers. Those that may be credentials go to the client's own origins only.
    pub(crate) headers: HeaderMap,
    /// The header that the session signs with. It holds a credential under any name.
    pub(crate) signed_header: Option<HeaderName>,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
    /// How long the body of an answer may be silent, where its endpoint does not say.
    pub(crate) idle_timeout: Option<Duration>,
}

/// The way of the requests of one login: its server, which all logins of a pool share, and its key there.
#[derive(Clone)]
pub(crate) struct Route {
    upstream: Arc<Upstream>,
    /// `None` for a client that belongs to no pool.
    key: Option<Arc<dyn Keyed>>,
}

impl Deref for Route {
    type Target = Upstream;

    fn deref(&self) -> &Upstream {
        &self.upstream
    }
}

/// Whether the body of a request is a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    Ordinary,
    /// A password or a refresh token. The request travels as a credential does, and a redirect is returned
    /// instead of followed.
    Secret,
}

/// Whether the session takes a redirect of its own server for the rejection of its token, by the head. It is
/// not followed then. A `Location` at another origin is not shown.
pub(crate) type EndsAt<'a> = &'a (dyn Fn(&'static Endpoint, StatusCode, &HeaderMap) -> bool + Send + Sync);

/// How a request is sent. Borrowed by the exchange, because each future of a call has one.
pub(crate) struct SendOptions<'a> {
    pub(crate) credentials: Credentials<'a>,
    pub(crate) contents: Contents,
    /// Notes the progress.
    pub(crate) stage: &'a Stage,
    pub(crate) ends_at: Option<EndsAt<'a>>,
    /// Is asked before every hop.
    pub(crate) permit: &'a (dyn Fn(&Prepared) -> Result<(), Error> + Send + Sync),
}

impl<'a> SendOptions<'a> {
    /// Sends a request whose body is a secret.
    pub(crate) fn secret(credentials: Credentials<'a>, stage: &'a Stage) -> Self {
        let contents = Contents::Secret;
        Self { credentials, contents, stage, ends_at: None, permit: &|_| Ok(()) }
    }
}

/// The response of an exchange, and the hop that it answers.
pub(crate) struct ExchangeResponse {
    pub(crate) response: TransportResponse,
    /// Whether it came from the client's own origin or a trusted one, and every hop before it too.
    pub(crate) own_origin: bool,
    /// Whether the request that it answers carried a credential: the header, or any cookie.
    pub(crate) signed: bool,
    /// Whether a redirect led to another origin that is not trusted.
    pub(crate) left_trusted_origin: bool,
    /// The request that it answers, if a redirect led there.
    pub(crate) redirected: Option<Box<Prepared>>,
    /// Whether it is a redirect that was not followed, because the body to send again is spent.
    pub(crate) is_body_spent: bool,
    /// The outcome of its `Set-Cookie` headers.
    pub(crate) cookies: SetCookies,
}

impl Route {
    pub(crate) fn new(upstream: Arc<Upstream>, key: Option<Arc<dyn Keyed>>) -> Self {
        Self { upstream, key }
    }

    /// Sends `request` once and follows redirects, up to one of a signed request that `ends_at` of `sending`
    /// names.
    pub(crate) async fn exchange(
        &self,
        request: &Prepared,
        sending: &SendOptions<'_>,
    ) -> Result<ExchangeResponse, Error> {
        if sending.contents == Contents::Secret {
            credentials::must_be_private(&request.url, &self.base)?;
        }
        let transport = match sending.contents {
            Contents::Ordinary => &self.transport,
            Contents::Secret => &self.session_transport,
        };
        let mut own_origin = sending.credentials.trust(&request.url, &self.base);
        let mut left_trusted_origin = false;
        let mut redirected: Option<Box<Prepared>> = None;
        let mut over_tls = false;
        for _ in 0..=self.redirects.most() {
            let hop = redirected.as_deref().unwrap_or(request);
            let mut resends = 0;
            #[cfg(feature = "oauth2")]
            let mut has_nonce = false;
            let (mut response, signed) = loop {
                let span = trace::request(hop.endpoint, &hop.method, &hop.url, sending.stage.count_send());
                let body = match &hop.body {
                    Some(body) => Some(body.open().await?),
                    None => None,
                };
                // In a block of its own, because the request is large, and the future keeps none of it.
                let (sent, running, signed, is_coding_requested) = {
                    let mut outgoing = self.outgoing(hop, body, sending);
                    let signed = self.complete(&mut outgoing, hop, sending, own_origin, &span)?;
                    let is_coding_requested =
                        !hop.without.contains(&ACCEPT_ENCODING) && encoding::ask(&mut outgoing.headers);
                    (sending.permit)(hop)?;
                    let running = self.metrics.request(hop.endpoint, &hop.method, &hop.url);
                    let _entered = span.enter();
                    (transport.send(outgoing), running, signed, is_coding_requested)
                };
                let sent = trace::within(&span, sent).await;
                let answer = sent.as_ref().map(http::Response::status);
                trace::answered(&span, answer);
                running.answered(answer);
                match sent {
                    #[cfg(feature = "oauth2")]
                    Ok(response)
                        if own_origin
                            && sending.credentials.takes_nonce_of(
                                hop,
                                response.status(),
                                response.headers(),
                            )
                            && !std::mem::replace(&mut has_nonce, true)
                            && !hop.is_spent() => {}
                    Ok(mut response) => {
                        let idle_timeout = hop.endpoint.idle_timeout.of(self.idle_timeout);
                        if let Some(limit) = idle_timeout.filter(|_| sending.contents == Contents::Ordinary) {
                            response = response.map(|body| body.idle_within(limit));
                        }
                        if let Some(progress) = hop.extensions.get::<OnDownload>()
                            && response.status().is_success()
                        {
                            response = response.map(|body| ResponseBody::new(progress.count(body)));
                        }
                        if is_coding_requested {
                            response = encoding::decoded(&hop.method, response);
                        }
                        break (response, signed);
                    }
                    Err(error)
                        if error.kind() == TransportErrorKind::NotSent
                            && resends < MAX_RESENDS
                            && !hop.is_spent() =>
                    {
                        resends += 1;
                    }
                    // The server has received the request that led to this redirect.
                    Err(error) => {
                        let may_have_arrived = error.may_have_arrived() || redirected.is_some();
                        return Err(error.arrived(may_have_arrived).at(&hop.url).into());
                    }
                }
            };
            if signed {
                sending.credentials.take_off_links(response.headers_mut());
            }
            let cookies = match own_origin {
                true => {
                    let (headers, credentials) = (response.headers(), sending.credentials);
                    credentials.store_cookies(headers, &hop.url, &self.base, &self.clock)
                }
                false => SetCookies::default(),
            };
            let location = match sending.contents {
                Contents::Ordinary if self.redirects != Redirects::None => {
                    redirect::location(response.status(), response.headers())
                }
                _ => None,
            };
            let Some(location) = location else {
                return Ok(ExchangeResponse {
                    response,
                    own_origin,
                    signed,
                    left_trusted_origin,
                    redirected,
                    is_body_spent: false,
                    cookies,
                });
            };
            let next = redirect::next(hop, response.status(), location);
            if let Some(ends_at) = sending.ends_at.filter(|_| own_origin && signed) {
                let mut shown = response.headers().clone();
                if !next.as_ref().is_ok_and(|next| is_same_origin(&hop.url, &next.url)) {
                    shown.remove(LOCATION);
                }
                if ends_at(hop.endpoint, response.status(), &shown) {
                    *response.headers_mut() = shown;
                    return Ok(ExchangeResponse {
                        response,
                        own_origin,
                        signed,
                        left_trusted_origin,
                        redirected,
                        is_body_spent: false,
                        cookies,
                    });
                }
            }
            let mut next = next.map_err(|error| error.at(&hop.url))?;
            let is_own = sending.credentials.trust(&next.url, &self.base);
            sending.credentials.take_off(&mut next.url, is_own);
            if !self.redirects.follows(&hop.url, &next.url) {
                return Ok(ExchangeResponse {
                    response,
                    own_origin,
                    signed,
                    left_trusted_origin,
                    redirected,
                    is_body_spent: false,
                    cookies,
                });
            }
            over_tls |= hop.url.scheme() == "https";
            if over_tls && !may_carry_credentials(&next.url) {
                let error = redirect::error("it leads from https to an address in the clear");
                return Err(error.at(&hop.url).into());
            }
            if next.is_spent() {
                return Ok(ExchangeResponse {
                    response,
                    own_origin,
                    signed,
                    left_trusted_origin,
                    redirected,
                    is_body_spent: true,
                    cookies,
                });
            }
            let stays = match own_origin {
                true => sending.credentials.trust(&next.url, &self.base),
                false => is_same_origin(&hop.url, &next.url),
            };
            if !stays {
                // No later hop is signed, because another origin must not choose what is sent to ours under a
                // login.
                (own_origin, left_trusted_origin) = (false, true);
                cross_origin::strip(&mut next.headers);
            }
            redirected = Some(Box::new(next));
        }
        Err(redirect::error("too many redirects").at(&request.url).into())
    }

    /// Returns `request` as a request of the transport, without what the client and the login add.
    fn outgoing(
        &self,
        request: &Prepared,
        body: Option<RequestBody>,
        sending: &SendOptions<'_>,
    ) -> TransportRequest {
        let mut extensions = request.extensions.clone();
        extensions.remove::<OnDownload>();
        #[cfg(feature = "oauth2")]
        extensions.remove::<Arc<ProofKey>>();
        let body = match extensions.remove::<OnUpload>() {
            Some(progress) => body.map(|body| progress.count(body)),
            None => body,
        };
        let direct = request.url.scheme() == "http" && self.base.may_carry_credentials(&request.url);
        TransportRequest {
            endpoint: Some(request.endpoint),
            method: request.method.clone(),
            url: request.url.clone(),
            headers: request.all_headers(),
            extensions,
            body,
            own_connection: sending.contents == Contents::Secret,
            direct,
            stage: sending.stage.clone(),
        }
    }

    /// Adds what the client and the login add to `request`. Returns whether there is a credential among it.
    fn complete(
        &self,
        outgoing: &mut TransportRequest,
        request: &Prepared,
        sending: &SendOptions<'_>,
        own_origin: bool,
        span: &Span,
    ) -> Result<bool, Error> {
        for name in self.headers.keys().filter(|name| own_origin || cross_origin::allows(name, &self.headers))
        {
            let is_replaced = request.has_header(name) && name != COOKIE;
            if !is_replaced && !request.without.contains(name) {
                outgoing
                    .headers
                    .extend(self.headers.get_all(name).iter().map(|value| (name.clone(), value.clone())));
            }
        }
        if let Some(key) = &self.key {
            key.clone().name_in(&mut outgoing.extensions);
        }
        let by_key = self.key.as_ref().filter(|key| key.sets_headers());
        if own_origin && (!self.on_request.is_empty() || by_key.is_some()) {
            let (functions, signed) = (&self.on_request, self.signed_header.as_ref());
            let more = |headers: &mut HeaderMap| {
                if let Some(key) = by_key {
                    key.set_headers(request.endpoint, headers);
                }
            };
            span.in_scope(|| on_request::call(functions, more, request, signed, &mut outgoing.headers))?;
        }
        // Without this condition the header is looked for in each request.
        let has_more = outgoing.headers.len() > usize::from(request.accept.is_some());
        if let Some(Entry::Occupied(mut own)) =
            self.signed_header.as_ref().filter(|_| has_more).map(|name| outgoing.headers.entry(name))
        {
            own.iter_mut().for_each(|value| value.set_sensitive(true));
        }
        let signed = own_origin
            && sending.credentials.sign(
                &request.method,
                &mut outgoing.url,
                &mut outgoing.headers,
                (&self.base, &self.clock),
            )?;
        #[cfg(feature = "oauth2")]
        if let Some(key) = request.extensions.get::<Arc<ProofKey>>().filter(|_| own_origin) {
            key.prove(&request.method, &request.url, &mut outgoing.headers, None, self.clock.wall())?;
        }
        header::join_cookies(&mut outgoing.headers);
        Ok(signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Endpoint;
    use crate::request::Request;
    use crate::transport::{TransportError, TransportFuture};

    /// Has no connection to any server.
    struct Nowhere;

    impl Transport for Nowhere {
        fn send(&self, _: TransportRequest) -> TransportFuture {
            Box::pin(async { Err(TransportError::new(TransportErrorKind::Connect, "no connection")) })
        }
    }

    /// A password or a refresh token in the body of an unsigned request is as good as a credential.
    #[tokio::test]
    async fn i22_a_body_that_is_a_secret_does_not_travel_in_the_clear() {
        static LOGIN: Endpoint = Endpoint::new("Api::login", "POST", "/login");
        for (base, allowed, may) in [
            ("https://api.test", None, true),
            ("http://localhost", None, true),
            ("http://api.test", None, false),
            ("http://api.test", Some("http://api.test:8080"), false),
            ("http://api.test", Some("http://api.test"), true),
        ] {
            let mut base = Base::parse(base).unwrap();
            allowed.map_or(Ok(()), |origin| base.allow_insecure(origin)).unwrap();
            let request = Request::new(&base, &LOGIN).prepare(None).unwrap();
            let upstream = Arc::new(Upstream {
                session_transport: Arc::new(Nowhere),
                transport: Arc::new(Nowhere),
                on_request: Vec::new(),
                redirects: Redirects::default(),
                base,
                headers: HeaderMap::new(),
                signed_header: None,
                clock: Clock::default(),
                metrics: Metrics::default(),
                idle_timeout: None,
            });
            let route = Route::new(upstream, None);
            for contents in [Contents::Secret, Contents::Ordinary] {
                let stage = Stage::default();
                let how = SendOptions { contents, ..SendOptions::secret(Credentials::default(), &stage) };
                let sent = route.exchange(&request, &how).await;
                let is_sent = matches!(sent.err(), Some(Error::Transport(_)));
                let expected = may || contents == Contents::Ordinary;
                assert_eq!(is_sent, expected, "I22: {} {allowed:?}", request.url);
            }
        }
    }
}
