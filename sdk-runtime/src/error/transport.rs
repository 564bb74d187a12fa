//! A request that did not get through, or whose answer did not.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// The request could not be sent, or its answer not be read.
///
/// `Display` says what failed and why, as far as the cause is known to hold no secret;
/// [`source`](std::error::Error::source) has all of it.
#[derive(Clone)]
pub struct TransportError(Arc<Inner>);

struct Inner {
    kind: TransportErrorKind,
    may_have_arrived: bool,
    cause: Option<String>,
    source: Box<dyn StdError + Send + Sync>,
}

/// What failed on the way of a request or of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The name of the server, or of its proxy, has no address.
    Dns,
    /// No connection was made: it was refused, or the server was not reached in time.
    Connect,
    /// The two sides did not agree on TLS: a certificate that is not valid, or one that the server wants and did not get.
    Tls,
    /// The proxy did not connect to the server.
    Proxy,
    /// There was a connection, and the server provably did not look at the request: it refused the stream, or was about to close
    /// the connection (RFC 9113, 8.7).
    NotSent,
    /// The request may have reached the server, and may have had its effect there.
    Request,
    /// What came is no HTTP: the server, or what stands in front of it, speaks another protocol.
    NotHttp,
    /// The headers of the answer are larger than the client takes.
    HeadTooLarge,
    /// The answer's head came, its body did not, or not whole.
    Body,
    /// The server redirected in circles, to somewhere that is no address or a longer one than can be sent to, or from https to
    /// an address where the request would travel in the clear.
    Redirect,
    /// The answer's body is not in the coding that its `Content-Encoding` names. Trying again does not help.
    Encoding,
    /// The HTTP library takes no such request: nothing was sent, and trying again does not help.
    Invalid,
}

impl TransportErrorKind {
    /// Whether it is left open that the server has seen the request.
    fn may_have_arrived(self) -> bool {
        !matches!(self, Self::Dns | Self::Connect | Self::Tls | Self::Proxy | Self::NotSent | Self::Invalid)
    }

    /// Whether the same request may succeed in a moment.
    pub(crate) fn is_transient(self) -> bool {
        !matches!(
            self,
            Self::Tls | Self::NotHttp | Self::HeadTooLarge | Self::Redirect | Self::Encoding | Self::Invalid
        )
    }
}

impl TransportError {
    /// An error of a transport of your own.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::because(kind, None, source)
    }

    /// The same with the cause in words, which hold no secret.
    pub(crate) fn because(
        kind: TransportErrorKind,
        cause: Option<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        let may_have_arrived = kind.may_have_arrived();
        Self(Arc::new(Inner { kind, may_have_arrived, cause, source: source.into() }))
    }

    /// The same error of a request that provably did not arrive, or may have.
    pub(crate) fn arrived(self, may_have_arrived: bool) -> Self {
        if self.0.may_have_arrived == may_have_arrived {
            return self;
        }
        let (kind, cause) = (self.0.kind, self.0.cause.clone());
        Self(Arc::new(Inner { kind, may_have_arrived, cause, source: Box::new(self) }))
    }

    /// Why, in words that hold no secret.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// What failed.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.0.kind
    }

    /// Whether the server may have seen the request, and done what it asks for. `false` only where it provably has not: then the
    /// request can be sent again, with any method.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        self.0.may_have_arrived
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.kind {
            TransportErrorKind::Dns => "the server's name could not be resolved",
            TransportErrorKind::Connect => "no connection to the server could be made",
            TransportErrorKind::Tls => "no secure connection to the server could be made",
            TransportErrorKind::Proxy => "the proxy did not connect to the server",
            TransportErrorKind::NotSent => "the server did not take the request",
            TransportErrorKind::Request => "the request was interrupted before its answer came",
            TransportErrorKind::NotHttp => "the answer is not HTTP",
            TransportErrorKind::HeadTooLarge => "the head of the answer is too large",
            TransportErrorKind::Body => "the answer's body was interrupted",
            TransportErrorKind::Redirect => "the server's redirect could not be followed",
            TransportErrorKind::Encoding => "the answer's body cannot be decompressed",
            TransportErrorKind::Invalid => "the HTTP library cannot make such a request",
        })?;
        match &self.0.cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_failure_says_whether_the_request_may_have_arrived_and_may_be_sent_again() {
        use TransportErrorKind::*;
        for (kind, may_have_arrived, is_transient, told) in [
            (Dns, false, true, "the server's name could not be resolved"),
            (Connect, false, true, "no connection to the server could be made"),
            (Tls, false, false, "no secure connection to the server could be made"),
            (Proxy, false, true, "the proxy did not connect to the server"),
            (NotSent, false, true, "the server did not take the request"),
            (Request, true, true, "the request was interrupted before its answer came"),
            (NotHttp, true, false, "the answer is not HTTP"),
            (HeadTooLarge, true, false, "the head of the answer is too large"),
            (Body, true, true, "the answer's body was interrupted"),
            (Redirect, true, false, "the server's redirect could not be followed"),
            (Encoding, true, false, "the answer's body cannot be decompressed"),
            (Invalid, false, false, "the HTTP library cannot make such a request"),
        ] {
            let error = TransportError::new(kind, "why");
            assert_eq!((error.kind(), error.to_string().as_str(), error.cause()), (kind, told, None));
            assert_eq!(
                (error.may_have_arrived(), kind.is_transient()),
                (may_have_arrived, is_transient),
                "{kind:?}"
            );
            for arrived in [false, true] {
                let error = error.clone().arrived(arrived);
                assert_eq!((error.kind(), error.may_have_arrived()), (kind, arrived));
                let behind = error.source().unwrap().to_string();
                assert_eq!(behind, if arrived == may_have_arrived { "why" } else { told }, "{kind:?}");
            }
        }
    }
}
