//! The connector of the lean transport: names, TCP, proxies and TLS, within one limit of time.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tower_service::Service;

use super::super::cause;
use super::names::Names;
use super::options::LeanOptions;
use super::stream::{Layer, Stream};
use crate::runtime;

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;
type Opening = Pin<Box<dyn Future<Output = Result<TokioIo<Stream>, BoxError>> + Send>>;

/// The time after which the next address of a name is tried as well (RFC 8305, 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);
/// How long a connection is silent before the system asks whether the other end is there, and between such
/// questions.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_RETRIES: u32 = 3;
/// How long the other end may leave sent data without an acknowledgement.
#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Why an https address has no client.
#[cfg(not(feature = "rustls-no-provider"))]
pub(super) const NO_TLS: &str = "there is no TLS for https: enable the feature `rustls` of `sdk-runtime`";

/// Makes connections. Each request clones it.
#[derive(Clone)]
pub(super) struct Connector(Arc<Ways>);

struct Ways {
    tcp: HttpConnector<Names>,
    /// `None` if the requests go through no proxy.
    proxies: Option<Arc<Matcher>>,
    #[cfg(feature = "rustls-no-provider")]
    tls: super::tls::Tls,
    limit: Duration,
}

impl Connector {
    pub(super) fn new(
        options: &LeanOptions,
        proxies: Option<Arc<Matcher>>,
        #[cfg(feature = "rustls-no-provider")] tls: super::tls::Tls,
    ) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Names::new(options.names.clone()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // This limit is divided among the addresses of a name.
        tcp.set_connect_timeout(Some(options.connect_timeout));
        tcp.set_happy_eyeballs_timeout(Some(ATTEMPT_DELAY));
        tcp.set_keepalive(Some(KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(KEEP_ALIVE));
        tcp.set_keepalive_retries(Some(KEEP_ALIVE_RETRIES));
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        Self(Arc::new(Ways {
            tcp,
            proxies,
            #[cfg(feature = "rustls-no-provider")]
            tls,
            limit: options.connect_timeout,
        }))
    }

    async fn connect(self, server: Uri) -> Result<Stream, BoxError> {
        let proxy = self.0.proxies.as_ref().and_then(|proxies| proxies.intercept(&server));
        let Some(proxy) = proxy else { return self.open(server, End::Server).await };
        if !matches!(proxy.uri().scheme_str(), Some("http" | "https")) {
            return Err("tunnel error: the proxy is none of HTTP".into());
        }
        if server.scheme() != Some(&Scheme::HTTPS) {
            let stream = self.open(proxy.uri().clone(), End::Proxy).await?;
            return Ok(Stream { is_proxied: true, ..stream });
        }
        let stream = self.tunnel(&proxy, server.clone()).await?;
        self.encrypted(stream, &server, End::Server).await
    }

    /// Opens a connection to `server` through `proxy`, which sees none of its bytes.
    async fn tunnel(&self, proxy: &Intercept, server: Uri) -> Result<Stream, BoxError> {
        let mut tunnel = Tunnel::new(proxy.uri().clone(), ToProxy(self.clone()));
        if let Some(credential) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credential.clone());
        }
        Ok(tunnel.call(server).await?.into_inner())
    }

    /// Opens a connection to the host of `address`, over TLS if its scheme says so.
    async fn open(&self, address: Uri, end: End) -> Result<Stream, BoxError> {
        let tcp = self.0.tcp.clone().call(address.clone()).await?.into_inner();
        let stream = Stream::from(Layer::Clear(tcp));
        match address.scheme() == Some(&Scheme::HTTPS) {
            true => self.encrypted(stream, &address, end).await,
            false => Ok(stream),
        }
    }

    #[cfg(feature = "rustls-no-provider")]
    async fn encrypted(&self, stream: Stream, address: &Uri, end: End) -> Result<Stream, BoxError> {
        let mut config = self.0.tls.config()?;
        if end == End::Proxy {
            Arc::make_mut(&mut config).alpn_protocols.clear();
        }
        let name = super::tls::server_name(address.host().unwrap_or_default())?;
        let tls = tokio_rustls::TlsConnector::from(config).connect(name, stream).await?;
        Ok(Layer::Tls(Box::new(tls)).into())
    }

    #[cfg(not(feature = "rustls-no-provider"))]
    async fn encrypted(&self, _: Stream, _: &Uri, _: End) -> Result<Stream, BoxError> {
        Err(NO_TLS.into())
    }
}

/// The other end of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Server,
    /// It speaks HTTP/1.
    Proxy,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = BoxError;
    type Future = Opening;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, server: Uri) -> Opening {
        let connector = self.clone();
        Box::pin(async move {
            let limit = connector.0.limit;
            match runtime::within(limit, connector.connect(server)).await {
                Some(connected) => connected.map(TokioIo::new),
                None => Err(TimedOut.into()),
            }
        })
    }
}

/// Makes connections to a proxy.
#[derive(Clone)]
struct ToProxy(Connector);

impl Service<Uri> for ToProxy {
    type Response = TokioIo<Stream>;
    type Error = BoxError;
    type Future = Opening;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Opening {
        let connector = self.0.clone();
        Box::pin(async move { connector.open(proxy, End::Proxy).await.map(TokioIo::new) })
    }
}

/// The limit of connecting has passed.
#[derive(Debug)]
struct TimedOut;

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(cause::TIMED_OUT)
    }
}

impl StdError for TimedOut {}
