//! The causes of library errors: whether the request arrived, what failed, and why. Errors are recognized by
//! their types. The text of an unknown error is not quoted, because it may hold an address or a token.

use std::error::Error as StdError;
use std::io;

use crate::error::TransportErrorKind;

/// The cause of an error.
#[derive(Debug, Default)]
pub(super) struct Cause {
    /// What failed, if that is known.
    pub(super) kind: Option<TransportErrorKind>,
    /// Whether the server provably has not processed the request.
    pub(super) is_unsent: bool,
    /// The innermost cause in words.
    pub(super) words: Option<String>,
}

/// Examines `error` and all its sources.
pub(super) fn of(error: &(dyn StdError + 'static)) -> Cause {
    let mut cause = Cause::default();
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            cause.hyper(error);
        } else if let Some(error) = error.downcast_ref::<h2::Error>() {
            cause.h2(error);
        } else if let Some(words) = tls(error) {
            cause.kind = Some(TransportErrorKind::Tls);
            cause.words = Some(words);
        } else if let Some(error) = error.downcast_ref::<io::Error>() {
            cause.io(error);
        } else if let Some(words) = by_text(error) {
            cause.kind = cause.kind.or(words.starts_with("tunnel").then_some(TransportErrorKind::Proxy));
            // The error below it is a timeout too.
            if cause.words.as_deref() != Some(SILENT) {
                cause.words = Some(words);
            }
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    cause
}

impl Cause {
    fn hyper(&mut self, error: &hyper::Error) {
        let words = error.to_string();
        if words == "message head is too large" {
            self.kind = Some(TransportErrorKind::HeadTooLarge);
        } else if error.is_parse() {
            self.kind = Some(TransportErrorKind::NotHttp);
        } else if words == "received unexpected message from connection" {
            // The server spoke first, so nothing was sent.
            self.kind = Some(TransportErrorKind::NotHttp);
            self.is_unsent = true;
        } else if error.is_canceled() {
            self.kind = Some(TransportErrorKind::NotSent);
            self.is_unsent = true;
        }
        self.words = Some(words);
    }

    fn h2(&mut self, error: &h2::Error) {
        if let Some(error) = error.get_io() {
            return self.io(error);
        }
        let reason = error.reason().unwrap_or(h2::Reason::NO_ERROR);
        let what = match (error.is_remote(), error.is_go_away()) {
            (true, true) => "the server closes the connection",
            (true, false) => "the server reset the stream",
            (false, _) => "the server broke the rules of HTTP/2",
        };
        self.words = Some(format!("{what} ({})", reason.description()));
        if error.is_remote() {
            // Streams that a GOAWAY leaves to the server fail with the error of the connection.
            self.is_unsent = error.is_go_away() || reason == h2::Reason::REFUSED_STREAM;
            let is_asked_for_again = matches!(reason, h2::Reason::NO_ERROR | h2::Reason::REFUSED_STREAM);
            if self.is_unsent && is_asked_for_again {
                self.kind = Some(TransportErrorKind::NotSent);
            }
        } else if error.is_library() {
            // A connection may end for the fault of another call. It also ends if a head is sent in endless
            // pieces.
            self.kind = match (error.is_go_away(), reason) {
                (true, h2::Reason::ENHANCE_YOUR_CALM) => Some(TransportErrorKind::HeadTooLarge),
                (true, _) => None,
                (false, _) => Some(TransportErrorKind::NotHttp),
            };
        }
    }

    fn io(&mut self, error: &io::Error) {
        let words = error.to_string();
        if is_refusal(&words) {
            self.kind = Some(TransportErrorKind::Tls);
            self.is_unsent = true;
        }
        // A known error inside it is more precise.
        if error.get_ref().is_none() || self.kind == Some(TransportErrorKind::Tls) {
            self.words = Some(words);
        }
    }
}

/// The words of reqwest where a limit of its own has passed.
pub(super) const TIMED_OUT: &str = "operation timed out";

const SILENT: &str = "the connection is silent, and a PING was not answered";

/// Returns the text of errors whose types are private.
fn by_text(error: &(dyn StdError + 'static)) -> Option<String> {
    let words = error.to_string();
    if words == "keep-alive timed out" {
        return Some(SILENT.to_owned());
    }
    let is_known = words.starts_with("tunnel error: ")
        || words.starts_with("failed to lookup address")
        || matches!(words.as_str(), TIMED_OUT | "tls handshake eof");
    is_known.then_some(words)
}

fn tls(error: &(dyn StdError + 'static)) -> Option<String> {
    #[cfg(feature = "rustls-no-provider")]
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(error.to_string());
    }
    #[cfg(feature = "native-tls")]
    if let Some(error) = error.downcast_ref::<native_tls::Error>() {
        return Some(error.to_string());
    }
    let _ = error;
    None
}

/// Whether the words are those of an alert that refuses a handshake. In TLS 1.3 such an alert may arrive
/// after the client has sent a request, which the server has not read (RFC 8446, 4.4.2.4).
#[cfg(feature = "rustls-no-provider")]
fn is_refusal(words: &str) -> bool {
    use rustls::AlertDescription as Alert;
    const REFUSALS: [Alert; 10] = [
        Alert::HandshakeFailure,
        Alert::BadCertificate,
        Alert::UnsupportedCertificate,
        Alert::CertificateRevoked,
        Alert::CertificateExpired,
        Alert::CertificateUnknown,
        Alert::UnknownCA,
        Alert::AccessDenied,
        Alert::CertificateRequired,
        Alert::DecryptError,
    ];
    // HTTP/2 passes on the words of an error, and not the error.
    REFUSALS.iter().any(|alert| rustls::Error::AlertReceived(*alert).to_string() == words)
}

#[cfg(not(feature = "rustls-no-provider"))]
fn is_refusal(_: &str) -> bool {
    false
}
