//! A connection of the lean transport: in the clear, or over TLS.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A connection to a server, or to the proxy that passes on its requests.
pub(super) struct Stream {
    pub(super) layer: Layer,
    /// Whether the other end is a proxy that reads the whole address of each request.
    pub(super) is_proxied: bool,
}

pub(super) enum Layer {
    Clear(TcpStream),
    #[cfg(feature = "rustls-no-provider")]
    Tls(Box<tokio_rustls::client::TlsStream<Stream>>),
}

impl From<Layer> for Stream {
    fn from(layer: Layer) -> Self {
        Self { layer, is_proxied: false }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = Connected::new().proxy(self.is_proxied);
        match &self.layer {
            Layer::Clear(_) => connected,
            #[cfg(feature = "rustls-no-provider")]
            Layer::Tls(tls) if tls.get_ref().1.alpn_protocol() == Some(b"h2") => connected.negotiated_h2(),
            #[cfg(feature = "rustls-no-provider")]
            Layer::Tls(_) => connected,
        }
    }
}

/// Runs a method of the stream below.
macro_rules! below {
    ($self:ident, $stream:ident => $call:expr) => {
        match &mut $self.layer {
            Layer::Clear($stream) => $call,
            #[cfg(feature = "rustls-no-provider")]
            Layer::Tls($stream) => $call,
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        below!(self, stream => Pin::new(stream).poll_read(cx, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        below!(self, stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        below!(self, stream => Pin::new(stream).poll_write_vectored(cx, pieces))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.layer {
            Layer::Clear(stream) => stream.is_write_vectored(),
            #[cfg(feature = "rustls-no-provider")]
            Layer::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        below!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        below!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
