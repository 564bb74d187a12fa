//! The transport of a test's client, with what the test says about the network. It is the lean one if these
//! tests are compiled with the feature `lean` and without `reqwest`.

use std::net::SocketAddr;
use std::time::Duration;

#[cfg(feature = "reqwest")]
pub(crate) use sdk_runtime::transport::HttpTransport as Chosen;
#[cfg(not(feature = "reqwest"))]
use sdk_runtime::transport::LeanOptions;
#[cfg(not(feature = "reqwest"))]
pub(crate) use sdk_runtime::transport::LeanTransport as Chosen;
#[cfg(feature = "reqwest")]
use sdk_runtime::transport::reqwest;

#[derive(Clone, Default)]
pub(crate) struct Network {
    /// The authorities that are trusted in place of the system's, in PEM.
    pub(crate) only_roots: Option<String>,
    /// The certificate of the client and its key, in PEM.
    pub(crate) identity: Option<String>,
    /// The proxy of all requests.
    pub(crate) proxy: Option<String>,
    /// A host, and its addresses.
    pub(crate) name: Option<(&'static str, Vec<SocketAddr>)>,
    pub(crate) connect_timeout: Option<Duration>,
    /// How long the answer to a PING may take.
    pub(crate) pong_timeout: Option<Duration>,
    /// The windows of HTTP/2.
    pub(crate) windows: Option<u32>,
}

impl Network {
    #[cfg(feature = "reqwest")]
    pub(crate) fn transport(self) -> Chosen {
        let certificate = |pem: &String| reqwest::Certificate::from_pem(pem.as_bytes()).unwrap();
        let roots = self.only_roots.as_ref().map(certificate);
        let identity = self.identity.as_ref().map(|pem| reqwest::Identity::from_pem(pem.as_bytes()).unwrap());
        Chosen::new(move |mut http| {
            if let Some(root) = &roots {
                http = http.tls_certs_only([root.clone()]);
            }
            if let Some(identity) = &identity {
                http = http.identity(identity.clone());
            }
            if let Some(proxy) = &self.proxy {
                http = http.proxy(reqwest::Proxy::all(proxy).unwrap());
            }
            if let Some((name, addresses)) = &self.name {
                http = match addresses.is_empty() {
                    true => http.dns_resolver(std::sync::Arc::new(Nowhere)),
                    false => http.resolve_to_addrs(name, addresses),
                };
            }
            if let Some(limit) = self.connect_timeout {
                http = http.connect_timeout(limit);
            }
            if let Some(limit) = self.pong_timeout {
                http = http.http2_keep_alive_timeout(limit);
            }
            if let Some(bytes) = self.windows {
                http =
                    http.http2_initial_connection_window_size(bytes).http2_initial_stream_window_size(bytes);
            }
            http
        })
    }

    #[cfg(not(feature = "reqwest"))]
    pub(crate) fn transport(self) -> Chosen {
        let mut options = LeanOptions::default();
        if let Some(pem) = self.only_roots {
            options = options.only_roots(pem);
        }
        if let Some(pem) = self.identity {
            options = options.identity(pem);
        }
        if let Some(url) = self.proxy {
            options = options.proxy(url);
        }
        if let Some((name, addresses)) = self.name {
            options = options.resolve(name, addresses);
        }
        if let Some(limit) = self.connect_timeout {
            options = options.connect_timeout(limit);
        }
        if let Some(limit) = self.pong_timeout {
            options = options.pong_timeout(limit);
        }
        if let Some(bytes) = self.windows {
            options = options.http2_windows(bytes);
        }
        Chosen::new(options)
    }
}

/// A resolver that knows no name.
#[cfg(feature = "reqwest")]
struct Nowhere;

#[cfg(feature = "reqwest")]
impl reqwest::dns::Resolve for Nowhere {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async { Err("there is no such name".into()) })
    }
}
