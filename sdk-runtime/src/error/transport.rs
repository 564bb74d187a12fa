//! `TransportError`: a request that could not be sent, or whose response could not be read.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::called::{Called, has_endpoint};
use super::timeout::{Timeout, TimeoutPhase};

/// The request could not be sent, or its response not be read.
///
/// `Display` says what failed, at which origin, and the cause if it is known to hold no secret.
/// [`source`](std::error::Error::source) has the whole cause.
#[derive(Clone)]
pub struct TransportError(Arc<Inner>, Called);

has_endpoint!(TransportError, 1);

#[derive(Clone)]
struct Inner {
    kind: TransportErrorKind,
    may_have_arrived: bool,
    /// The origin of the server, such as `https://api.example`.
    server: Option<String>,
    cause: Option<String>,
    source: Arc<dyn StdError + Send + Sync>,
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
    /// A layer of [`layer`](crate::client::ClientBuilder::layer) or
    /// [`transport_layer`](crate::client::ClientBuilder::transport_layer) failed, such as by its timeout. The
    /// layer may have sent the request.
    Layer,
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
        let (may_have_arrived, source) = (kind.may_have_arrived(), Arc::from(source.into()));
        Self(Arc::new(Inner { kind, may_have_arrived, server: None, cause, source }), Called::default())
    }

    /// Returns the error of a request that may have arrived, or provably did not.
    pub(crate) fn arrived(mut self, may_have_arrived: bool) -> Self {
        Arc::make_mut(&mut self.0).may_have_arrived = may_have_arrived;
        self
    }

    /// Returns the error of a request to `url`, of which only the origin is kept.
    pub(crate) fn at(mut self, url: &Url) -> Self {
        Arc::make_mut(&mut self.0).server = Some(url.origin().ascii_serialization());
        self
    }

    /// Returns the error of a body that was silent for longer than `limit`. As the error of a call it is an
    /// [`Error::Timeout`](crate::Error::Timeout).
    pub(crate) fn idle(limit: Duration) -> Self {
        let timeout = Timeout::new(TimeoutPhase::Idle, limit);
        Self::because(TransportErrorKind::Body, Some(timeout.to_string()), timeout)
    }

    /// Returns the timeout that ended the body, if one did.
    pub(super) fn timeout(&self) -> Option<Timeout> {
        self.0.source.downcast_ref().copied().filter(|_| self.0.kind == TransportErrorKind::Body)
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
        let origin = self.0.server.as_ref().map(|origin| format!(" {origin}")).unwrap_or_default();
        let server = format!("the server{origin}");
        match self.0.kind {
            TransportErrorKind::Dns => write!(f, "the name of {server} could not be resolved"),
            TransportErrorKind::Connect => write!(f, "no connection to {server} could be made"),
            TransportErrorKind::Tls => write!(f, "no secure connection to {server} could be made"),
            TransportErrorKind::Proxy => write!(f, "the proxy did not connect to {server}"),
            TransportErrorKind::NotSent => write!(f, "{server} did not take the request"),
            TransportErrorKind::Request => {
                write!(f, "the request to {server} was interrupted before its answer came")
            }
            TransportErrorKind::Layer => {
                write!(f, "a layer of `.layer(…)` or `.transport_layer(…)` failed for a request to {server}")
            }
            TransportErrorKind::NotHttp => write!(f, "the answer of {server} is not HTTP"),
            TransportErrorKind::HeadTooLarge => write!(f, "the head of the answer of {server} is too large"),
            TransportErrorKind::Body => f.write_str("the answer's body was interrupted"),
            TransportErrorKind::Redirect => write!(f, "the redirect of {server} could not be followed"),
            TransportErrorKind::Encoding => f.write_str("the answer's body cannot be decompressed"),
            TransportErrorKind::Invalid => f.write_str("the HTTP library cannot make such a request"),
        }?;
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
            (Dns, false, true, "the name of the server could not be resolved"),
            (Connect, false, true, "no connection to the server could be made"),
            (Tls, false, false, "no secure connection to the server could be made"),
            (Proxy, false, true, "the proxy did not connect to the server"),
            (NotSent, false, true, "the server did not take the request"),
            (Request, true, true, "the request to the server was interrupted before its answer came"),
            (
                Layer,
                true,
                true,
                "a layer of `.layer(…)` or `.transport_layer(…)` failed for a request to the server",
            ),
            (NotHttp, true, false, "the answer of the server is not HTTP"),
            (HeadTooLarge, true, false, "the head of the answer of the server is too large"),
            (Body, true, true, "the answer's body was interrupted"),
            (Redirect, true, false, "the redirect of the server could not be followed"),
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
                let url = Url::parse("https://u:s3cret@a.example:81/s3cret?s3cret").unwrap();
                let at = error.clone().at(&url);
                assert_eq!(at.to_string(), told.replace("server", "server https://a.example:81"), "I27");
                assert_eq!(error.source().unwrap().to_string(), "why", "{kind:?}");
            }
        }
    }
}
