//! `LeanTransport`: the transport over hyper, without what reqwest adds.

mod connect;
mod names;
mod options;
mod stream;
#[cfg(feature = "rustls-no-provider")]
mod tls;

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http::header::{ACCEPT, HeaderValue, PROXY_AUTHORIZATION};
use http_body::{Body, Frame, SizeHint};
use hyper_util::client::legacy::{self, Client};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_layer::Layer;
use url::Url;

use super::built_in::clients::{Clients, Route, Use};
use super::built_in::connector::{Watch, Watched};
use super::built_in::host::HostHeader;
use super::built_in::limits::{CONNECTION_WINDOW, HEAD_WINDOW, SILENCE};
use super::built_in::received::{self, Unsent};
use super::built_in::sending::Destination;
use super::built_in::shared_connect::SharedConnects;
use super::built_in::upload::{Stop, Upload};
use super::interface::{Transport, TransportFuture, TransportRequest};
use crate::body::RequestBody;
use crate::error::{TransportError, TransportErrorKind};

use connect::Connector;
use names::Unresolved;
use options::Proxies;

pub use options::LeanOptions;

/// A [`Transport`] over hyper and rustls: HTTP/1 and HTTP/2, with a pool of connections. Clones share the
/// connections.
///
/// It does what [`HttpTransport`](crate::transport) does, with fewer instructions for each call and fewer
/// crates, and has fewer options: [`LeanOptions`]. It is the default transport of a build with the feature
/// `lean` and without `reqwest`. If both are enabled, name it:
///
/// ```
/// use sdk_runtime::transport::LeanTransport;
/// # use sdk_runtime::{Result, api_client};
/// # #[api_client]
/// # trait Tracker {
/// #     #[get("/issues")]
/// #     async fn issues(&self) -> Result<Vec<String>>;
/// # }
///
/// let tracker =
///     TrackerClient::builder("http://localhost:8080").transport(LeanTransport::default()).build()?;
/// # Ok::<(), sdk_runtime::error::BuildError>(())
/// ```
#[derive(Clone)]
pub struct LeanTransport(Arc<Lean>);

type LeanClient = Client<Watched<Connector>, Outgoing>;

struct Lean {
    options: LeanOptions,
    clients: Clients<LeanClient>,
    host: HostHeader,
    /// The proxies, which are looked for once.
    proxies: OnceLock<Arc<Matcher>>,
    #[cfg(feature = "rustls-no-provider")]
    tls: tls::Tls,
}

impl LeanTransport {
    /// Creates a transport with `options`. [`ClientBuilder::build`](crate::client::ClientBuilder::build)
    /// fails if they do not suffice for the base of a client.
    pub fn new(options: LeanOptions) -> Self {
        Self(Arc::new(Lean {
            #[cfg(feature = "rustls-no-provider")]
            tls: tls::Tls::new(options.tls.clone()),
            options,
            clients: Clients::default(),
            host: HostHeader::default(),
            proxies: OnceLock::new(),
        }))
    }

    /// Creates a transport with the defaults, and with a limit of connecting.
    #[cfg_attr(feature = "reqwest", expect(dead_code, reason = "reqwest is the default"))]
    pub(super) fn connecting_within(limit: Option<Duration>) -> Self {
        let options = LeanOptions::default();
        Self::new(match limit {
            Some(limit) => options.connect_timeout(limit),
            None => options,
        })
    }
}

impl Default for LeanTransport {
    fn default() -> Self {
        Self::new(LeanOptions::default())
    }
}

impl fmt::Debug for LeanTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeanTransport(..)")
    }
}

impl Lean {
    fn build(&self, route: Route, uses: Use) -> Result<LeanClient, TransportError> {
        if route == Route::Encrypted {
            self.check_tls()?;
        }
        let options = &self.options;
        let proxies = (route != Route::Direct).then(|| self.proxies().clone());
        let connector = Connector::new(
            options,
            proxies,
            #[cfg(feature = "rustls-no-provider")]
            self.tls.clone(),
        );
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(options.idle_timeout)
            .pool_max_idle_per_host(options.idle_limit)
            .http2_initial_connection_window_size(options.windows.unwrap_or(CONNECTION_WINDOW))
            .http2_initial_stream_window_size(options.windows)
            .http2_keep_alive_interval(SILENCE)
            .http2_keep_alive_timeout(options.pong_timeout)
            .http2_max_header_list_size(HEAD_WINDOW);
        let attempts = match uses {
            Use::Pool(_) => Some(SharedConnects::default()),
            Use::Own => {
                builder.pool_max_idle_per_host(0);
                None
            }
        };
        Ok(builder.build(Watch(attempts).layer(connector)))
    }

    #[cfg(feature = "rustls-no-provider")]
    fn check_tls(&self) -> Result<(), TransportError> {
        #[cfg(not(feature = "rustls"))]
        if let Some(missing) = received::missing_cryptography() {
            return Err(received::build_error(missing, ""));
        }
        self.tls.config().map(|_| ())
    }

    #[cfg(not(feature = "rustls-no-provider"))]
    fn check_tls(&self) -> Result<(), TransportError> {
        Err(received::build_error(connect::NO_TLS, ""))
    }

    fn proxies(&self) -> &Arc<Matcher> {
        self.proxies.get_or_init(|| {
            Arc::new(match &self.options.proxies {
                Proxies::System => Matcher::from_system(),
                Proxies::All(url) => Matcher::builder().all(url.as_str()).build(),
                Proxies::None => Matcher::builder().build(),
            })
        })
    }

    /// Returns the credential for the proxy that reads the requests to `uri`.
    fn proxy_credential(&self, uri: &Uri) -> Option<HeaderValue> {
        self.proxies().intercept(uri)?.basic_auth().cloned()
    }
}

impl Transport for LeanTransport {
    fn check(&self, base: &Url) -> Result<(), TransportError> {
        self.0.clients.for_calls(base, |route, uses| self.0.build(route, uses)).map(|_| ())
    }

    fn note_direct(&self, origin: &Url) {
        self.0.clients.note_direct(origin);
    }

    fn send(&self, request: TransportRequest) -> TransportFuture {
        let build = |route, uses| self.0.build(route, uses);
        let (client, turn) = match self.0.clients.for_request(&request, build) {
            Ok(found) => found,
            Err(error) => return Box::pin(async { Err(error) }),
        };
        let destination = Destination::new(request.stage, &request.url);
        let mut headers = request.headers;
        self.0.host.set(&request.url, &mut headers);
        let uri = match Uri::from_maybe_shared(Bytes::from(String::from(request.url))) {
            Ok(uri) => uri,
            Err(error) => {
                let error = TransportError::new(TransportErrorKind::Invalid, error);
                return Box::pin(async { Err(error) });
            }
        };
        received::set_length(&mut headers, request.body.as_ref());
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        if uri.scheme_str() == Some("http")
            && !request.direct
            && let Some(credential) = self.0.proxy_credential(&uri)
        {
            headers.entry(PROXY_AUTHORIZATION).or_insert(credential);
        }
        let (body, stop) = Outgoing::new(request.body);
        let mut outgoing = http::Request::new(body);
        *outgoing.method_mut() = request.method;
        *outgoing.uri_mut() = uri;
        *outgoing.headers_mut() = headers;
        let limit = self.0.options.connect_timeout;
        let answer = destination.sending(client.request(outgoing));
        Box::pin(async move {
            let answer = answer.await.map_err(|error| request_error(error, limit))?;
            received::response(answer, turn, stop, |error| error)
        })
    }
}

/// Returns the error of a request that got no answer. `limit` is that of connecting.
fn request_error(error: legacy::Error, limit: Duration) -> TransportError {
    let unsent =
        Unsent { is_dns: Unresolved::is_in(&error), is_connect: error.is_connect(), is_invalid: false };
    received::request_error(error, unsent, Some(limit))
}

/// The body of a request, if it has any. Boxed, because hyper moves a request a dozen times, and most have
/// no body.
struct Outgoing(Option<Box<OutgoingBody>>);

enum OutgoingBody {
    /// A body that is sent together with the head.
    Small(Option<Bytes>),
    Upload(Upload),
}

impl Outgoing {
    fn new(body: Option<RequestBody>) -> (Self, Option<Stop>) {
        let (body, stop) = match body {
            None => return (Self(None), None),
            Some(RequestBody::Bytes(bytes)) if bytes.is_empty() => return (Self(None), None),
            Some(RequestBody::Bytes(bytes)) if Upload::is_small(&bytes) => {
                (OutgoingBody::Small(Some(bytes)), None)
            }
            Some(body) => {
                let (upload, stop) = Upload::new(body);
                (OutgoingBody::Upload(upload), Some(stop))
            }
        };
        (Self(Some(Box::new(body))), stop)
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut().0.as_deref_mut() {
            None => Poll::Ready(None),
            Some(OutgoingBody::Small(bytes)) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Some(OutgoingBody::Upload(upload)) => Pin::new(upload).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self.0.as_deref() {
            None => true,
            Some(OutgoingBody::Small(bytes)) => bytes.is_none(),
            Some(OutgoingBody::Upload(upload)) => upload.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self.0.as_deref() {
            None => SizeHint::with_exact(0),
            Some(OutgoingBody::Small(bytes)) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64)
            }
            Some(OutgoingBody::Upload(upload)) => upload.size_hint(),
        }
    }
}
