//! `TransportError`: a request that could not be sent, or whose response could not be read.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// The request could not be sent, or its response not be read.
///
/// `Display` says what failed, and the cause if it is known to hold no secret.
/// [`source`](std::error::Error::source) has the whole cause.
#[derive(Clone)]
pub struct TransportError(Arc<Inner>);

struct Inner {
    kind: TransportErrorKind,
    may_have_arrived: bool,
    cause: Option<String>,
    source: Box<dyn StdError + Send + Sync>,
}

/// What failed while a request was sent or its response was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The name of the server, or of its proxy, has no address.
    Dns,
    /// No connection was made: it was refused, or timed out.
    Connect,
    /// The TLS handshake failed: the certificate is invalid, or the server wants one and did not get it.
    Tls,
    /// The proxy did not connect to the server.
    Proxy,
    /// The server provably did not process the request: it refused the stream, or was about to close the
    /// connection (RFC 9113, 8.7).
    NotSent,
    /// The request may have reached the server and have had its effect.
    Request,
    /// The response is no HTTP: the server, or a proxy, speaks another protocol.
    NotHttp,
    /// The headers of the response exceed the client's limit.
    HeadTooLarge,
    /// The head of the response arrived, and its body did not, or not completely.
    Body,
    /// The server redirected in circles, to an invalid or too long address, or from https to an address in
    /// the clear.
    Redirect,
    /// The response body is not in the coding of its `Content-Encoding`. A retry does not help.
    Encoding,
    /// The HTTP library rejects such a request. Nothing was sent, and a retry does not help.
    Invalid,
}

impl TransportErrorKind {
    /// Whether the server may have received the request.
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
    /// Creates the error of a transport of your own.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::because(kind, None, source)
    }

    /// Returns the error with its cause in words, which hold no secret.
    pub(crate) fn because(
        kind: TransportErrorKind,
        cause: Option<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        let may_have_arrived = kind.may_have_arrived();
        Self(Arc::new(Inner { kind, may_have_arrived, cause, source: source.into() }))
    }

    /// Returns the error of a request that may have arrived, or provably did not.
    pub(crate) fn arrived(self, may_have_arrived: bool) -> Self {
        if self.0.may_have_arrived == may_have_arrived {
            return self;
        }
        let (kind, cause) = (self.0.kind, self.0.cause.clone());
        Self(Arc::new(Inner { kind, may_have_arrived, cause, source: Box::new(self) }))
    }

    /// Returns the cause in words, which hold no secret.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Returns what failed.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.0.kind
    }

    /// Whether the server may have received and processed the request. `false` means that it provably has
    /// not, so that any request can be sent again.
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
