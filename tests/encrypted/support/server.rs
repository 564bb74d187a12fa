//! A listener that accepts, does the TLS handshake, counts, and passes each connection on.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use super::authority::Authority;

/// How a server shakes hands.
pub(crate) struct Setup {
    pub(crate) tls: Arc<ServerConfig>,
}

impl Setup {
    /// As `localhost`, by HTTP/2.
    pub(crate) fn h2(authority: &Authority) -> Self {
        Self::speaking(authority, &["h2"])
    }

    /// As `localhost`, by what comes first of `protocols` that the client speaks too.
    pub(crate) fn speaking(authority: &Authority, protocols: &[&str]) -> Self {
        Self { tls: authority.server(&authority.issue("localhost", |_| ()), protocols, false) }
    }
}

/// A server; dropping it ends it and all its connections.
pub(crate) struct Server {
    address: SocketAddr,
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    handshakes: AtomicUsize,
}

/// A connection whose handshake is done.
pub(crate) struct Connection {
    /// How many came before it.
    pub(crate) number: usize,
    pub(crate) stream: TlsStream<TcpStream>,
}

impl Connection {
    /// What was agreed on by ALPN.
    pub(crate) fn protocol(&self) -> &str {
        let protocol = self.stream.get_ref().1.alpn_protocol().unwrap_or(b"http/1.1");
        std::str::from_utf8(protocol).unwrap()
    }
}

impl Server {
    /// Listens on a free port, and gives each connection to `serve`.
    pub(crate) async fn start<F>(
        setup: Setup,
        serve: impl Fn(Connection) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, counts) = (listener.local_addr().unwrap(), Arc::new(Counts::default()));
        let (serve, counted, acceptor) = (Arc::new(serve), counts.clone(), TlsAcceptor::from(setup.tls));
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                counted.connections.fetch_add(1, Ordering::SeqCst);
                let (serve, counts, acceptor) = (serve.clone(), counted.clone(), acceptor.clone());
                connections.spawn(async move {
                    let _ = stream.set_nodelay(true);
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let number = counts.handshakes.fetch_add(1, Ordering::SeqCst);
                    serve(Connection { number, stream }).await;
                });
            }
        });
        Self { address, counts, task }
    }

    /// Its address by the name in its certificate.
    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Connections of TCP so far.
    pub(crate) fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::SeqCst)
    }

    /// Connections whose handshake was done, so far.
    pub(crate) fn handshakes(&self) -> usize {
        self.counts.handshakes.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
