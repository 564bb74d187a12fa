//! A request that did not get through, or whose answer did not.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// The request could not be sent, or its answer not be read.
#[derive(Clone)]
pub struct TransportError(Arc<Inner>);

struct Inner {
    kind: TransportErrorKind,
    source: Box<dyn StdError + Send + Sync>,
}

/// What is known about a request that failed on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection could be had (DNS, TCP, TLS): the server has not seen the request.
    Connect,
    /// The request may have reached the server, and may have had its effect there.
    Request,
    /// The answer's head came, its body did not, or not whole.
    Body,
    /// The server redirected in circles, to somewhere that is no address or a longer one than can be sent to, or from https to
    /// an address where the request would travel in the clear.
    Redirect,
    /// The HTTP library takes no such request: nothing was sent, and trying again does not help.
    Invalid,
}

impl TransportError {
    /// An error of a transport of your own.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Arc::new(Inner { kind, source: source.into() }))
    }

    /// How far the request got.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.0.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.kind {
            TransportErrorKind::Connect => "no connection to the server could be had",
            TransportErrorKind::Request => "the request was interrupted before its answer came",
            TransportErrorKind::Body => "the answer's body was interrupted",
            TransportErrorKind::Redirect => "the server's redirect could not be followed",
            TransportErrorKind::Invalid => "the HTTP library cannot make such a request",
        })
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("kind", &self.0.kind).field("source", &self.0.source).finish()
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0.source)
    }
}
