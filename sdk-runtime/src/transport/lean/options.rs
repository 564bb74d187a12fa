//! `LeanOptions`: what a program may change about `LeanTransport`.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::super::built_in::limits::{CONNECT, PONG};

/// The options of a [`LeanTransport`](super::LeanTransport).
///
/// ```
/// use std::time::Duration;
/// use sdk_runtime::transport::{LeanOptions, LeanTransport};
///
/// let options = LeanOptions::default().connect_timeout(Duration::from_secs(2)).no_proxy();
/// let transport = LeanTransport::new(options);
/// # let _ = transport;
/// ```
#[derive(Clone)]
pub struct LeanOptions {
    pub(super) connect_timeout: Duration,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) idle_limit: usize,
    pub(super) pong_timeout: Duration,
    pub(super) windows: Option<u32>,
    pub(super) proxies: Proxies,
    pub(super) names: Arc<HashMap<String, Vec<SocketAddr>>>,
    #[cfg(feature = "rustls-no-provider")]
    pub(super) tls: super::tls::TlsOptions,
}

/// The proxies of a transport.
#[derive(Clone)]
pub(super) enum Proxies {
    /// Those of the environment, or of the system.
    System,
    /// One for all addresses.
    All(String),
    None,
}

/// The defaults: a connection attempt takes at most 5 s, a connection is closed after 90 s without a request,
/// and the proxies are those of the environment.
impl Default for LeanOptions {
    fn default() -> Self {
        Self {
            connect_timeout: CONNECT,
            idle_timeout: Some(Duration::from_secs(90)),
            idle_limit: usize::MAX,
            pong_timeout: PONG,
            windows: None,
            proxies: Proxies::System,
            names: Arc::default(),
            #[cfg(feature = "rustls-no-provider")]
            tls: Default::default(),
        }
    }
}

impl LeanOptions {
    /// Sets how long making a connection may take, with the name of the server, TLS and a proxy. Default:
    /// 5 s.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets how long a connection without a request is kept. `None` sets no limit. Default: 90 s.
    #[must_use]
    pub fn pool_idle_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = limit.into();
        self
    }

    /// Sets how many HTTP/1 connections without a request are kept for each server. Default: no limit.
    #[must_use]
    pub fn pool_max_idle_per_host(mut self, limit: usize) -> Self {
        self.idle_limit = limit;
        self
    }

    /// Sets how long the answer to a PING may take, which an HTTP/2 connection gets when a call has waited on
    /// it for 2 s. Default: 2 s.
    #[must_use]
    pub fn pong_timeout(mut self, limit: Duration) -> Self {
        self.pong_timeout = limit;
        self
    }

    /// Sets the windows of HTTP/2 in bytes, from 65,535 to 2,147,483,647: that of a connection and that of
    /// each stream. Default: 2 GiB for the connection, so that unread bodies hold up no call, and 2 MiB for a
    /// stream.
    #[must_use]
    pub fn http2_windows(mut self, bytes: u32) -> Self {
        self.windows = Some(bytes);
        self
    }

    /// Sends all requests through the proxy at `url`, such as `http://user:password@proxy.example:3128`,
    /// except those that are [`direct`](crate::transport::TransportRequest::direct). Default: the proxies of
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, or of the system on macOS and Windows.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxies = Proxies::All(url.into());
        self
    }

    /// Uses no proxy, not even one of the environment.
    #[must_use]
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Proxies::None;
        self
    }

    /// Connects to `addresses` for the host `name`, and asks no resolver. A port of 0 means the port of the
    /// URL. Without an address, each request to `name` fails with the kind
    /// [`Dns`](crate::error::TransportErrorKind::Dns).
    #[must_use]
    pub fn resolve(
        mut self,
        name: impl Into<String>,
        addresses: impl IntoIterator<Item = SocketAddr>,
    ) -> Self {
        Arc::make_mut(&mut self.names).insert(name.into(), addresses.into_iter().collect());
        self
    }

    /// Trusts the certificate authorities of `pem` and those of the system. Not for Android, where
    /// [`build`](crate::client::ClientBuilder::build) fails.
    #[cfg(feature = "rustls-no-provider")]
    #[must_use]
    pub fn add_roots(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.tls.add_roots(pem.as_ref());
        self
    }

    /// Trusts the certificate authorities of `pem` alone, and not those of the system.
    #[cfg(feature = "rustls-no-provider")]
    #[must_use]
    pub fn only_roots(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.tls.only_roots(pem.as_ref());
        self
    }

    /// Shows the client certificate of `pem` to each server that asks for one: its private key, and its chain
    /// from the certificate on.
    #[cfg(feature = "rustls-no-provider")]
    #[must_use]
    pub fn identity(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.tls.identity(pem.as_ref());
        self
    }
}

impl fmt::Debug for LeanOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeanOptions(..)")
    }
}
