//! The options for the way of a request: the transport, the layers around it, and functions that set headers.

use std::error::Error as StdError;
use std::sync::Arc;

use bytes::Buf;
use http::HeaderMap;
use http_body::Body as HttpBody;
use tower_layer::Layer;
use tower_service::Service;

use super::ClientBuilder;
use crate::body::RequestBody;
use crate::client::inner::ApiClient;
use crate::endpoint::Endpoint;
#[cfg(feature = "reqwest")]
use crate::transport::HttpClientBuilder;
use crate::transport::{Transport, TransportService, wrap};

impl<C: ApiClient> ClientBuilder<C> {
    /// Sends requests by `transport` instead of the default one.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport.transport = Some(Arc::new(transport));
        self
    }

    /// Configures reqwest's own client: proxies, certificates, connection limits. Default headers that are
    /// set here go to every address, including that of a redirect to another origin. Use
    /// [`bearer`](Self::bearer) for credentials, and `headers(…)` in the declaration for other headers.
    ///
    /// `configure` is called for each client of reqwest that is built: one or two for calls, and one for
    /// sign-ins, refreshes and sign-outs, each of which opens a connection of its own. Requests to
    /// `http://localhost` or a loopback address go through no proxy.
    ///
    /// `configure` may change these defaults: the time to connect is 5 s. An HTTP/2 connection on which a
    /// call has waited for 2 s is checked by a PING, and closed after another 2 s. Downloads that are not
    /// read buffer 2 MiB each, in a window of 2 GiB.
    #[cfg(feature = "reqwest")]
    pub fn http(
        mut self,
        configure: impl Fn(HttpClientBuilder) -> HttpClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.transport.http = Some(match self.transport.http.take() {
            Some(before) => Box::new(move |builder| configure(before(builder))),
            None => Box::new(configure),
        });
        self
    }

    /// Puts a [`tower::Layer`](Layer) around the transport, for the attempts of calls: each replay, retry and
    /// redirect passes it once more. Requests of the session (sign-in, refresh, sign-out) do not; see
    /// [`transport_layer`](Self::transport_layer).
    ///
    /// A later layer stands around an earlier one. The layer sees signed requests: the credential is in its
    /// header, marked sensitive, so that `Debug` does not show it. The body of a response is as the server
    /// has compressed it. The request holds its [`Endpoint`] as an extension, as [`TransportService`] says.
    /// The timeout of the call includes the time that a layer waits. The clients of a pool share their
    /// layers: one user can take all places of a limit.
    ///
    /// An error of the layer itself, such as a timeout, is an [`Error::Transport`](crate::Error::Transport)
    /// of the kind [`Layer`](crate::error::TransportErrorKind::Layer). It counts as "the server may have
    /// received the request", unless it is a [`TransportError`](crate::error::TransportError) that says
    /// otherwise.
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client};
    /// use http::HeaderValue;
    /// use sdk_runtime::{ServiceTransport, endpoint::Endpoint};
    /// use sdk_testkit::{Backend, Reply};
    /// use tower::util::MapRequestLayer;
    ///
    /// #[api_client(auth = none)]
    /// trait Tracker {
    ///     #[get("/issues/{id}")]
    ///     async fn issue(&self, id: u64) -> Result<String>;
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// let backend = Backend::new();
    /// backend.route("GET", "/issues/7", |request| async move {
    ///     Reply::text(request.header("x-endpoint").unwrap_or_default())
    /// });
    /// let naming = MapRequestLayer::new(|mut request: http::Request<_>| {
    ///     let endpoint = request.extensions().get::<&'static Endpoint>().map(|it| it.name());
    ///     let name = HeaderValue::from_static(endpoint.unwrap_or("none"));
    ///     request.headers_mut().insert("x-endpoint", name);
    ///     request
    /// });
    /// let tracker = TrackerClient::builder("http://localhost")
    ///     .transport(ServiceTransport::new(backend))
    ///     .layer(naming)
    ///     .build()?;
    /// assert_eq!(tracker.issue(7).await?, "issue");
    /// # Ok(())
    /// # }
    /// ```
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<TransportService> + Send + Sync + 'static,
        L::Service:
            Service<http::Request<RequestBody>, Response = http::Response<B>> + Clone + Send + 'static,
        <L::Service as Service<http::Request<RequestBody>>>::Future: Send,
        <L::Service as Service<http::Request<RequestBody>>>::Error: Into<Box<dyn StdError + Send + Sync>>,
        B: HttpBody + Send + 'static,
        B::Data: Buf + Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.transport.around_calls.push(wrap(layer));
        self
    }

    /// Puts a [`tower::Layer`](Layer) around the transport for every request, those of the session included:
    /// sign-ins, refreshes and sign-outs. It stands closer to the transport than each [`layer`](Self::layer).
    ///
    /// Such a layer must neither limit the concurrency or the rate nor retry. A limit keeps a refresh behind
    /// attempts of calls, and delays all calls that wait for it. If the layer keeps its place until the body
    /// of an answer has ended, the refresh also waits for each open stream. A refresh that is sent twice can
    /// end the login, because the server takes the second use of a refresh token for theft.
    pub fn transport_layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<TransportService> + Send + Sync + 'static,
        L::Service:
            Service<http::Request<RequestBody>, Response = http::Response<B>> + Clone + Send + 'static,
        <L::Service as Service<http::Request<RequestBody>>>::Future: Send,
        <L::Service as Service<http::Request<RequestBody>>>::Error: Into<Box<dyn StdError + Send + Sync>>,
        B: HttpBody + Send + 'static,
        B::Data: Buf + Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.transport.around_all.push(wrap(layer));
        self
    }

    /// Calls `function` with the headers of each request before it is signed, so that it can add some: a
    /// request id, a trace context, a tenant. It is called for each attempt and each hop to the client's own
    /// origins, the requests of the session included. Several functions are called in their order.
    ///
    /// It must not block. A request fails with [`Error::InvalidRequest`](crate::Error::InvalidRequest) if
    /// `function` has set the header of the credential or one that the transport sets, such as `host`. The
    /// headers that it sets go to no other origin.
    ///
    /// It runs in the task of the call, except for a refresh. A refresh serves many calls in a task of its
    /// own, so it has none of their task-local values: read those by `try_with`.
    /// [`SessionPool::on_request`](crate::client::SessionPool::on_request) knows the key of the login.
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// let number = AtomicU64::new(0);
    /// let tracker = TrackerClient::builder("https://tracker.example")
    ///     .on_request(move |_endpoint, headers| {
    ///         headers.insert("x-request-id", number.fetch_add(1, Ordering::Relaxed).into());
    ///     })
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn on_request(
        mut self,
        function: impl Fn(&'static Endpoint, &mut HeaderMap) + Send + Sync + 'static,
    ) -> Self {
        self.transport.on_request.push(Arc::new(function));
        self
    }
}
