//! A connection as a server has it, in the clear or behind TLS.

use std::io;
use std::sync::{Arc, LazyLock};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use crate::authority::Authority;

/// What a server speaks behind TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secure {
    Http1,
    Http2,
}

/// All servers show the same certificate.
static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);
static CONFIGS: LazyLock<[Arc<ServerConfig>; 2]> = LazyLock::new(|| {
    let identity = AUTHORITY.issue("127.0.0.1", |_| ());
    ["http/1.1", "h2"].map(|protocol| AUTHORITY.server(&identity, &[protocol], false))
});

/// The certificate that clients trust.
pub(crate) fn certificate() -> String {
    AUTHORITY.pem()
}

pub(crate) enum Socket {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Socket {
    /// Shakes hands, where `secure` says so.
    pub(crate) async fn begin(stream: TcpStream, secure: Option<Secure>) -> io::Result<Self> {
        let config = match secure {
            None => return Ok(Self::Plain(stream)),
            Some(Secure::Http1) => &CONFIGS[0],
            Some(Secure::Http2) => &CONFIGS[1],
        };
        Ok(Self::Tls(Box::new(TlsAcceptor::from(config.clone()).accept(stream).await?)))
    }

    pub(crate) async fn read(&mut self, into: &mut Vec<u8>) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read_buf(into).await,
            Self::Tls(stream) => stream.read_buf(into).await,
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes).await,
            Self::Tls(stream) => {
                let written = stream.write(bytes).await?;
                stream.flush().await?;
                Ok(written)
            }
        }
    }

    /// Closes in order.
    pub(crate) async fn close(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.shutdown().await,
            Self::Tls(stream) => stream.shutdown().await,
        }
    }

    /// Closes below TLS, which does not say that this is the end.
    pub(crate) async fn cut(&mut self) -> io::Result<()> {
        self.below().shutdown().await
    }

    /// Makes a reset of the close.
    pub(crate) fn reset(&mut self) -> io::Result<()> {
        self.below().set_zero_linger()
    }

    fn below(&mut self) -> &mut TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_mut().0,
        }
    }
}
