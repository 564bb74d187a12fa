//! `Error`: why a call failed.

use std::fmt;

use super::build::BuildError;
use super::decode::DecodeError;
use super::expired::SessionExpired;
use super::identity::IdentityChanged;
use super::insufficient_scope::InsufficientScope;
use super::not_replayable::NotReplayable;
use super::request::InvalidRequest;
use super::response::ErrorResponse;
use super::store::StoreError;
use super::timeout::Timeout;
use super::too_large::BodyTooLarge;
use super::transport::TransportError;
use super::unavailable::RefreshUnavailable;

/// Why a call failed.
///
/// ```
/// use sdk_runtime::Error;
///
/// fn advice(error: &Error) -> &'static str {
///     match error {
///         Error::SessionExpired(expired) if expired.requires_sign_in() => "sign in again",
///         Error::NotSignedIn => "sign in",
///         Error::InsufficientScope(_) => "sign in with more rights",
///         Error::RefreshUnavailable(_) | Error::Transport(_) | Error::Timeout(_) => "try again later",
///         _ => "tell the developers",
///     }
/// }
/// assert_eq!(advice(&Error::NotSignedIn), "sign in");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum Error {
    /// The login is over and the user must sign in again, or this endpoint rejects every new token
    /// ([`requires_sign_in`](SessionExpired::requires_sign_in) tells which).
    SessionExpired(SessionExpired),
    /// The access token must be refreshed, and that is not possible now. The login is not lost.
    RefreshUnavailable(RefreshUnavailable),
    /// The endpoint needs a login, and there is none. Nothing was sent.
    NotSignedIn,
    /// Another user signed in while the call was in progress. It was not sent again.
    IdentityChanged(IdentityChanged),
    /// The endpoint needs scopes that the login was not granted. Either its tokens said so and nothing was
    /// sent, or the server said so with [`response`](InsufficientScope::response).
    InsufficientScope(InsufficientScope),
    /// The server responded with an error status that has no meaning for the session.
    Status(ErrorResponse),
    /// The request could not be sent, or its response not be read.
    Transport(TransportError),
    /// The call exceeded its timeout.
    Timeout(Timeout),
    /// The response could not be decoded into the endpoint's type.
    Decode(DecodeError),
    /// An argument cannot be part of a request. Nothing was sent.
    InvalidRequest(InvalidRequest),
    /// The request would have to be sent again, and its body was a stream that is spent.
    NotReplayable(NotReplayable),
    /// The response body exceeds the client's limit.
    BodyTooLarge(BodyTooLarge),
    /// The login could not be read from its store. Nothing was sent.
    Store(StoreError),
    /// The client itself could not be built.
    Build(BuildError),
    /// The caller's `CancellationToken` was cancelled.
    Cancelled,
    /// The session was closed.
    Closed,
    /// A fake does not implement this endpoint.
    Unimplemented(&'static str),
}

impl Error {
    /// Returns the server's response behind this error, if there is one.
    #[must_use]
    pub fn response(&self) -> Option<&ErrorResponse> {
        match self {
            Self::Status(response) => Some(response),
            Self::SessionExpired(expired) => expired.response(),
            Self::InsufficientScope(inner) => inner.response(),
            Self::RefreshUnavailable(inner) => inner.response(),
            Self::NotReplayable(inner) => Some(inner.response()),
            _ => None,
        }
    }

    /// Returns the status of [`response`](Self::response).
    #[must_use]
    pub fn status(&self) -> Option<http::StatusCode> {
        self.response().map(ErrorResponse::status)
    }

    /// Returns the same error without the values of the response that a decoding error quotes.
    pub(crate) fn without_values(self) -> Self {
        match self {
            Self::Decode(error) => Self::Decode(error.without_values()),
            other => other,
        }
    }

    /// Whether the user has to sign in before a call like this one can succeed.
    #[must_use]
    pub fn requires_sign_in(&self) -> bool {
        match self {
            Self::SessionExpired(expired) => expired.requires_sign_in(),
            Self::NotSignedIn => true,
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SessionExpired(inner) => inner.fmt(f),
            Self::RefreshUnavailable(inner) => inner.fmt(f),
            Self::NotSignedIn => f.write_str(
                "no user is signed in: sign in first, declare the endpoint with `auth = none`, or build the \
                 client with `.bearer(…)`",
            ),
            Self::IdentityChanged(inner) => inner.fmt(f),
            Self::InsufficientScope(inner) => inner.fmt(f),
            Self::Status(inner) => inner.fmt(f),
            Self::Transport(inner) => inner.fmt(f),
            Self::Timeout(inner) => inner.fmt(f),
            Self::Decode(inner) => inner.fmt(f),
            Self::InvalidRequest(inner) => inner.fmt(f),
            Self::NotReplayable(inner) => inner.fmt(f),
            Self::BodyTooLarge(inner) => inner.fmt(f),
            Self::Store(inner) => inner.fmt(f),
            Self::Build(inner) => inner.fmt(f),
            Self::Cancelled => f.write_str("the call was cancelled by its caller"),
            Self::Closed => f.write_str("the session was closed"),
            Self::Unimplemented(endpoint) => write!(f, "`{endpoint}` is not implemented by this fake"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SessionExpired(inner) => inner.fmt(f),
            Self::RefreshUnavailable(inner) => inner.fmt(f),
            Self::NotSignedIn => f.write_str("NotSignedIn"),
            Self::IdentityChanged(inner) => inner.fmt(f),
            Self::InsufficientScope(inner) => inner.fmt(f),
            Self::Status(inner) => f.debug_tuple("Status").field(inner).finish(),
            Self::Transport(inner) => inner.fmt(f),
            Self::Timeout(inner) => inner.fmt(f),
            Self::Decode(inner) => inner.fmt(f),
            Self::InvalidRequest(inner) => inner.fmt(f),
            Self::NotReplayable(inner) => inner.fmt(f),
            Self::BodyTooLarge(inner) => inner.fmt(f),
            Self::Store(inner) => inner.fmt(f),
            Self::Build(inner) => inner.fmt(f),
            Self::Cancelled => f.write_str("Cancelled"),
            Self::Closed => f.write_str("Closed"),
            Self::Unimplemented(endpoint) => f.debug_tuple("Unimplemented").field(endpoint).finish(),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::SessionExpired(inner) => inner.source(),
            Self::RefreshUnavailable(inner) => inner.source(),
            Self::InsufficientScope(inner) => inner.source(),
            Self::Status(inner) => inner.source(),
            Self::Transport(inner) => inner.source(),
            Self::Store(inner) => inner.source(),
            Self::Build(inner) => inner.source(),
            _ => None,
        }
    }
}

macro_rules! from_payload {
    ($($payload:ident),*) => {$(
        impl From<$payload> for Error {
            fn from(payload: $payload) -> Self {
                Self::$payload(payload)
            }
        }
    )*};
}

from_payload!(
    SessionExpired,
    RefreshUnavailable,
    IdentityChanged,
    InsufficientScope,
    Timeout,
    InvalidRequest,
    NotReplayable,
    BodyTooLarge
);

impl From<ErrorResponse> for Error {
    fn from(response: ErrorResponse) -> Self {
        Self::Status(response)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}
