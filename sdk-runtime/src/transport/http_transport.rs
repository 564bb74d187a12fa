//! `HttpTransport`: the transport over reqwest, and the only file that uses it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::built_in::clients::{Clients, Route, Use};
use super::built_in::connector::Watch;
use super::built_in::host::HostHeader;
use super::built_in::limits::{CONNECT, CONNECTION_WINDOW, HEAD_WINDOW, PONG, SILENCE};
use super::built_in::received::{self, Unsent};
use super::built_in::sending::Destination;
use super::built_in::shared_connect::SharedConnects;
use super::built_in::upload::Upload;
use super::interface::{Transport, TransportFuture, TransportRequest};
use crate::body::RequestBody;
use crate::error::{TransportError, TransportErrorKind};

pub use reqwest;

/// reqwest's own builder: proxies, certificates, connection limits, DNS.
///
/// The client sets redirects and the referer itself, after your configuration. Decompression is off unless
/// you turn it on, because the client decompresses. Leave credentials and cookies to the session: default
/// headers that are set here go to every address, including that of a redirect to another origin.
pub type HttpClientBuilder = reqwest::ClientBuilder;

/// Changes the defaults of reqwest.
pub(crate) type Configure = Box<dyn Fn(HttpClientBuilder) -> HttpClientBuilder + Send + Sync>;

/// The default [`Transport`]: HTTP/1 and HTTP/2 over reqwest. Clones share the connections.
///
/// A client makes one itself. Make one for several clients that shall share connections, or for calls of your
/// own over the same connections, which [`client_for`](Self::client_for) lends.
///
/// A ready `reqwest::Client` cannot be a transport: it follows redirects by itself, and would carry the
/// headers of the session to other origins. So the transport builds the clients of reqwest itself, with the
/// configuration that it gets, and with redirects and referer off.
///
/// ```
/// use sdk_runtime::transport::HttpTransport;
/// # use sdk_runtime::{Result, api_client};
/// # #[api_client]
/// # trait Tracker {
/// #     #[get("/issues")]
/// #     async fn issues(&self) -> Result<Vec<String>>;
/// # }
/// # #[api_client]
/// # trait Files {
/// #     #[get("/files")]
/// #     async fn files(&self) -> Result<Vec<String>>;
/// # }
///
/// let transport = HttpTransport::new(|http| http.user_agent("my-app/1.0"));
/// let tracker = TrackerClient::builder("http://localhost:8080").transport(transport.clone()).build()?;
/// let files = FilesClient::builder("http://localhost:8080/files").transport(transport.clone()).build()?;
/// let own: &sdk_runtime::transport::reqwest::Client =
///     transport.client_for(&"http://localhost:8080".parse().unwrap()).unwrap();
/// # Ok::<(), sdk_runtime::error::BuildError>(())
/// ```
#[derive(Clone)]
pub struct HttpTransport(Arc<Pools>);

struct Pools {
    configure: Option<Configure>,
    /// The limit of connecting, which comes before that of `configure`.
    connect_timeout: Option<Duration>,
    clients: Clients<reqwest::Client>,
    host: HostHeader,
}

impl HttpTransport {
    /// Creates a transport whose clients of reqwest are built with the defaults as `configure` has changed
    /// them.
    ///
    /// `configure` is called for each client of reqwest that is built: when
    /// [`ClientBuilder::build`](crate::client::ClientBuilder::build) checks the base, or with the first
    /// request of another kind. [`ClientBuilder::http`](crate::client::ClientBuilder::http) lists the
    /// defaults.
    pub fn new(configure: impl Fn(HttpClientBuilder) -> HttpClientBuilder + Send + Sync + 'static) -> Self {
        Self::connecting_within(None, Some(Box::new(configure)))
    }

    /// Creates a transport with a limit of connecting that comes before that of `configure`.
    pub(crate) fn connecting_within(connect_timeout: Option<Duration>, configure: Option<Configure>) -> Self {
        Self(Arc::new(Pools {
            configure,
            connect_timeout,
            clients: Clients::default(),
            host: HostHeader::default(),
        }))
    }

    /// Returns the client of reqwest that sends calls to `url`, for requests of your own.
    ///
    /// It follows no redirects and knows no login: nothing signs its requests. An origin that a client of
    /// this transport allows by [`allow_insecure`](crate::client::ClientBuilder::allow_insecure) is reached
    /// through no proxy, from the [`build`](crate::client::ClientBuilder::build) of that client on.
    ///
    /// # Errors
    ///
    /// Fails if the client cannot be built, such as without a feature for TLS where `url` is https.
    pub fn client_for(&self, url: &Url) -> Result<&reqwest::Client, TransportError> {
        self.0.clients.for_calls(url, |route, uses| self.0.build(route, uses))
    }
}

impl Default for HttpTransport {
    fn default() -> Self {
        Self::connecting_within(None, None)
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport(..)")
    }
}

impl Pools {
    /// Returns the limit of connecting, if `configure` cannot have changed it.
    fn connect_limit(&self) -> Option<Duration> {
        self.connect_timeout.or_else(|| self.configure.is_none().then_some(CONNECT))
    }

    fn build(&self, route: Route, uses: Use) -> Result<reqwest::Client, TransportError> {
        if let Some(missing) = missing_tls(route) {
            return Err(TransportError::because(TransportErrorKind::Tls, Some(missing.to_owned()), missing));
        }
        let builder = || self.builder(uses);
        let built = match route {
            Route::Encrypted => builder().build(),
            // A proxy may use TLS.
            Route::Clear => builder().build().or_else(|_| without_certificates(builder()).build()),
            Route::Direct => without_certificates(builder().no_proxy()).build(),
        };
        built.map_err(|error| received::build_error(error, ".http(|http| http.tls_certs_only(…))"))
    }

    fn builder(&self, uses: Use) -> HttpClientBuilder {
        let defaults = default_tls(reqwest::Client::builder())
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            // Features of reqwest that another crate turns on would decode bodies that were not requested,
            // and check less.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .http2_initial_connection_window_size(CONNECTION_WINDOW)
            .http2_keep_alive_interval(SILENCE)
            .http2_keep_alive_timeout(PONG)
            .http2_max_header_list_size(HEAD_WINDOW)
            // The client resends a request that did not arrive, with a body that is opened again.
            .retry(reqwest::retry::never());
        let mut builder = match &self.configure {
            Some(configure) => configure(defaults),
            None => defaults,
        };
        if let Some(limit) = self.connect_timeout {
            builder = builder.connect_timeout(limit);
        }
        let builder = builder.redirect(reqwest::redirect::Policy::none()).referer(false);
        match uses {
            Use::Pool(_) => builder.connector_layer(Watch(Some(SharedConnects::default()))),
            Use::Own => builder.connector_layer(Watch(None)).pool_max_idle_per_host(0),
        }
    }
}

/// Returns what a client for `route` lacks, because no feature brings TLS.
#[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
fn missing_tls(route: Route) -> Option<&'static str> {
    (matches!(route, Route::Encrypted) && !has_tls())
        .then_some("there is no TLS for https: enable the feature `rustls` or `native-tls` of `sdk-runtime`")
}

/// Whether another crate enables a feature of reqwest for TLS. Then the builder has a method of its own, and
/// it comes before that of the trait.
#[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
fn has_tls() -> bool {
    use std::any::TypeId;

    trait WithoutTls: Sized {
        fn tls_sni(self, _: bool) {}
    }
    impl<T> WithoutTls for T {}

    fn returned<T: 'static>(_: impl FnOnce(HttpClientBuilder) -> T) -> TypeId {
        TypeId::of::<T>()
    }

    let of_trait = returned(|builder| WithoutTls::tls_sni(builder, true));
    of_trait != returned(|builder| builder.tls_sni(true))
}

#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
fn missing_tls(_: Route) -> Option<&'static str> {
    received::missing_cryptography()
}

#[cfg(any(feature = "rustls", all(feature = "native-tls", not(feature = "rustls-no-provider"))))]
fn missing_tls(_: Route) -> Option<&'static str> {
    None
}

/// Chooses rustls where it is enabled. If both are, reqwest would choose the platform's TLS.
#[cfg(feature = "rustls-no-provider")]
fn default_tls(builder: HttpClientBuilder) -> HttpClientBuilder {
    builder.tls_backend_rustls()
}

#[cfg(not(feature = "rustls-no-provider"))]
fn default_tls(builder: HttpClientBuilder) -> HttpClientBuilder {
    builder
}

/// Builds a client for plaintext addresses, which needs no certificates on the machine.
#[cfg(feature = "rustls-no-provider")]
fn without_certificates(builder: HttpClientBuilder) -> HttpClientBuilder {
    builder.tls_certs_only([])
}

#[cfg(not(feature = "rustls-no-provider"))]
fn without_certificates(builder: HttpClientBuilder) -> HttpClientBuilder {
    builder
}

impl Transport for HttpTransport {
    fn check(&self, base: &Url) -> Result<(), TransportError> {
        self.client_for(base).map(|_| ())
    }

    fn note_direct(&self, origin: &Url) {
        self.0.clients.note_direct(origin);
    }

    fn send(&self, mut request: TransportRequest) -> TransportFuture {
        let build = |route, uses| self.0.build(route, uses);
        let (client, turn) = match self.0.clients.for_request(&request, build) {
            Ok(found) => found,
            Err(error) => return Box::pin(async { Err(error) }),
        };
        received::set_length(&mut request.headers, request.body.as_ref());
        // The configuration may choose HTTP/2.
        if self.0.configure.is_none() {
            self.0.host.set(&request.url, &mut request.headers);
        }
        let destination = Destination::new(request.stage, &request.url);
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        let limit = self.0.connect_limit();
        let mut stop = None;
        *outgoing.body_mut() = request.body.map(|body| match body {
            RequestBody::Bytes(bytes) if Upload::is_small(&bytes) => bytes.into(),
            body => {
                let (upload, stops) = Upload::new(body);
                stop = Some(stops);
                reqwest::Body::wrap(upload)
            }
        });
        let answer = destination.sending(client.execute(outgoing));
        Box::pin(async move {
            let answer = answer.await.map_err(|error| request_error(error, limit))?;
            // The query may hold the caller's data.
            received::response(answer.into(), turn, stop, reqwest::Error::without_url)
        })
    }
}

/// Returns the error of a request that got no answer. `limit` is that of connecting, if it is known.
fn request_error(error: reqwest::Error, limit: Option<Duration>) -> TransportError {
    let error = error.without_url();
    let unsent =
        Unsent { is_invalid: error.is_builder(), is_dns: error.is_dns(), is_connect: error.is_connect() };
    received::request_error(error, unsent, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a client for `base` builds, or the text of its error.
    fn built(base: &str) -> Result<(), String> {
        let checked = HttpTransport::default().check(&base.parse().unwrap());
        checked.map_err(|error| crate::error::BuildError::transport(error).to_string())
    }

    #[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
    #[test]
    fn without_tls_an_https_base_is_an_error_that_names_the_feature() {
        assert_eq!(built("http://localhost"), Ok(()));
        assert_eq!(
            built("https://api.example").unwrap_err(),
            "the client cannot be built: the HTTP client could not be set up: there is no TLS for https: \
             enable the feature `rustls` or `native-tls` of `sdk-runtime`"
        );
    }

    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    #[test]
    fn rustls_without_cryptography_is_an_error_that_names_both_ways_out() {
        let error = built("https://api.example").unwrap_err();
        assert!(error.contains("`CryptoProvider::install_default()`"), "{error}");
        assert!(error.contains("the feature `rustls` of `sdk-runtime`"), "{error}");
    }

    #[cfg(any(feature = "rustls", all(feature = "native-tls", not(feature = "rustls-no-provider"))))]
    #[test]
    fn each_base_can_be_built_with_tls() {
        assert_eq!(
            ["https://api.example", "http://api.example", "http://localhost"].map(built),
            [(); 3].map(Ok)
        );
    }

    #[cfg(any(not(feature = "rustls-no-provider"), feature = "rustls"))]
    #[tokio::test]
    async fn a_request_that_cannot_be_made_was_not_kept_from_a_connection() {
        use super::super::stage::Stage;
        use http::{HeaderMap, Method};

        let url: Url = format!("http://localhost/{}", "a".repeat(70_000)).parse().unwrap();
        let transport = HttpTransport::default();
        let (headers, stage) = (HeaderMap::new(), Stage::default());
        let request = TransportRequest {
            extensions: http::Extensions::new(),
            endpoint: None,
            method: Method::GET,
            url,
            headers,
            body: None,
            own_connection: false,
            direct: true,
            stage,
        };
        let error = transport.send(request).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Invalid, "{error:?}");
    }
}
