//! `Error`: why a call failed.

use std::error::Error as _;
use std::fmt;

use super::build::BuildError;
use super::called::Called;
use super::decode::DecodeError;
use super::expired::SessionExpired;
use super::identity::IdentityChanged;
use super::insufficient_scope::InsufficientScope;
use super::not_replayable::NotReplayable;
use super::plain::{Cancelled, Closed, NotSignedIn, Unimplemented};
use super::request::InvalidRequest;
use super::response::ErrorResponse;
use super::store::StoreError;
use super::timeout::Timeout;
use super::too_large::BodyTooLarge;
use super::transport::TransportError;
use super::unavailable::RefreshUnavailable;
use crate::endpoint::Endpoint;

/// Why a call failed.
///
/// [`endpoint`](Self::endpoint) tells whose call it was, [`code`](Self::code) which failure, for programs and
/// metrics, and `Display` both, for people. The alternate form (`{error:#}`), and [`report`](Self::report),
/// add the chain of causes. Codes are stable. Texts are English, and may change in each version.
///
/// ```
/// use sdk_runtime::Error;
/// use sdk_runtime::error::NotSignedIn;
///
/// fn advice(error: &Error) -> &'static str {
///     match error {
///         Error::SessionExpired(expired) if expired.requires_sign_in() => "sign in again",
///         Error::NotSignedIn(_) => "sign in",
///         Error::InsufficientScope(_) => "sign in with more rights",
///         error if error.is_transient() => "try again later",
///         _ => "tell the developers",
///     }
/// }
/// assert_eq!(advice(&NotSignedIn::default().into()), "sign in");
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
    NotSignedIn(NotSignedIn),
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
    Cancelled(Cancelled),
    /// The session was closed.
    Closed(Closed),
    /// A fake does not implement this endpoint.
    Unimplemented(Unimplemented),
}

impl Error {
    /// Returns the endpoint whose call failed. `None` for an error of a session or a builder, and for one
    /// that a fake has made without an endpoint.
    #[must_use]
    pub fn endpoint(&self) -> Option<&'static Endpoint> {
        match self {
            Self::SessionExpired(inner) => inner.endpoint(),
            Self::RefreshUnavailable(inner) => inner.endpoint(),
            Self::NotSignedIn(inner) => inner.endpoint(),
            Self::IdentityChanged(inner) => inner.endpoint(),
            Self::InsufficientScope(inner) => inner.endpoint(),
            Self::Status(inner) => (!inner.is_fake()).then(|| inner.endpoint()),
            Self::Transport(inner) => inner.endpoint(),
            Self::Timeout(inner) => inner.endpoint(),
            Self::Decode(inner) => inner.endpoint(),
            Self::InvalidRequest(inner) => inner.endpoint(),
            Self::NotReplayable(inner) => (!inner.response().is_fake()).then(|| inner.response().endpoint()),
            Self::BodyTooLarge(inner) => inner.endpoint(),
            Self::Store(inner) => inner.endpoint(),
            Self::Build(_) => None,
            Self::Cancelled(inner) => inner.endpoint(),
            Self::Closed(inner) => inner.endpoint(),
            Self::Unimplemented(inner) => inner.endpoint(),
        }
    }

    /// Returns the same error as one of a call of `endpoint`. An error keeps the endpoint that it has. The
    /// client's calls do this themselves; a fake can.
    ///
    /// ```
    /// use sdk_runtime::error::NotSignedIn;
    /// use sdk_runtime::{Error, Result, api_client};
    ///
    /// #[api_client]
    /// trait Tracker {
    ///     #[get("/issues/{id}")]
    ///     async fn issue(&self, id: u64) -> Result<String>;
    /// }
    ///
    /// let error = Error::from(NotSignedIn::default()).with_endpoint(TrackerClient::ENDPOINTS[0]);
    /// assert_eq!(error.endpoint().map(|endpoint| endpoint.name()), Some("issue"));
    /// assert!(error.to_string().starts_with("`Tracker::issue`: no user is signed in"));
    /// ```
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: &'static Endpoint) -> Self {
        match &mut self {
            Self::SessionExpired(inner) => inner.set_endpoint(endpoint),
            Self::RefreshUnavailable(inner) => inner.set_endpoint(endpoint),
            Self::NotSignedIn(inner) => inner.set_endpoint(endpoint),
            Self::IdentityChanged(inner) => inner.set_endpoint(endpoint),
            Self::InsufficientScope(inner) => inner.set_endpoint(endpoint),
            Self::Status(inner) => inner.set_endpoint(endpoint),
            Self::Transport(inner) => inner.set_endpoint(endpoint),
            Self::Timeout(inner) => inner.set_endpoint(endpoint),
            Self::Decode(inner) => inner.set_endpoint(endpoint),
            Self::InvalidRequest(inner) => inner.set_endpoint(endpoint),
            Self::NotReplayable(inner) => inner.set_endpoint(endpoint),
            Self::BodyTooLarge(inner) => inner.set_endpoint(endpoint),
            Self::Store(inner) => inner.set_endpoint(endpoint),
            Self::Build(_) => {}
            Self::Cancelled(inner) => inner.set_endpoint(endpoint),
            Self::Closed(inner) => inner.set_endpoint(endpoint),
            Self::Unimplemented(inner) => inner.set_endpoint(endpoint),
        }
        self
    }

    /// Returns the same error, of the call that `called` tells.
    pub(crate) fn of_call(self, called: Called) -> Self {
        match called.get() {
            Some(endpoint) => self.with_endpoint(endpoint),
            None => self,
        }
    }

    /// Returns the text of the error and of its causes, as `{error:#}` does. The first part is `Display`,
    /// which shows no secret. Each cause follows after `: `, unless the text before it already says it.
    /// Causes are texts of the transport, the store and the libraries below them. The built-in ones show no
    /// query, header, body or token.
    #[must_use]
    pub fn report(&self) -> String {
        format!("{self:#}")
    }

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
            Self::NotSignedIn(_) => true,
            _ => false,
        }
    }
}

impl Error {
    /// Returns the text without the name of the endpoint, which is one of this crate.
    #[cfg(feature = "oauth2")]
    pub(crate) fn without_endpoint(&self) -> impl fmt::Display {
        self.payload().to_string()
    }

    /// Returns what the variant holds.
    fn payload(&self) -> &(dyn std::error::Error + 'static) {
        match self {
            Self::SessionExpired(inner) => inner,
            Self::RefreshUnavailable(inner) => inner,
            Self::NotSignedIn(inner) => inner,
            Self::IdentityChanged(inner) => inner,
            Self::InsufficientScope(inner) => inner,
            Self::Status(inner) => inner,
            Self::Transport(inner) => inner,
            Self::Timeout(inner) => inner,
            Self::Decode(inner) => inner,
            Self::InvalidRequest(inner) => inner,
            Self::NotReplayable(inner) => inner,
            Self::BodyTooLarge(inner) => inner,
            Self::Store(inner) => inner,
            Self::Build(inner) => inner,
            Self::Cancelled(inner) => inner,
            Self::Closed(inner) => inner,
            Self::Unimplemented(inner) => inner,
        }
    }

    /// Whether the text of the payload names the endpoint.
    fn names_endpoint(&self) -> bool {
        match self {
            Self::Status(_) | Self::NotReplayable(_) => true,
            Self::InsufficientScope(inner) => inner.response().is_some_and(|response| !response.is_fake()),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint().filter(|_| !self.names_endpoint());
        let mut told = match endpoint {
            Some(endpoint) => format!("`{}`: {}", endpoint.qualified_name(), self.payload()),
            None => self.payload().to_string(),
        };
        let mut cause = self.source().filter(|_| f.alternate());
        while let Some(error) = cause {
            let text = error.to_string();
            if !told.contains(&text) {
                told.push_str(": ");
                told.push_str(&text);
            }
            cause = error.source();
        }
        f.write_str(&told)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(endpoint) = self.endpoint().filter(|_| !self.names_endpoint()) {
            write!(f, "{}: ", endpoint.qualified_name())?;
        }
        match self {
            Self::Status(inner) => f.debug_tuple("Status").field(inner).finish(),
            Self::SessionExpired(inner) => inner.fmt(f),
            Self::RefreshUnavailable(inner) => inner.fmt(f),
            Self::NotSignedIn(inner) => inner.fmt(f),
            Self::IdentityChanged(inner) => inner.fmt(f),
            Self::InsufficientScope(inner) => inner.fmt(f),
            Self::Transport(inner) => inner.fmt(f),
            Self::Timeout(inner) => inner.fmt(f),
            Self::Decode(inner) => inner.fmt(f),
            Self::InvalidRequest(inner) => inner.fmt(f),
            Self::NotReplayable(inner) => inner.fmt(f),
            Self::BodyTooLarge(inner) => inner.fmt(f),
            Self::Store(inner) => inner.fmt(f),
            Self::Build(inner) => inner.fmt(f),
            Self::Cancelled(inner) => inner.fmt(f),
            Self::Closed(inner) => inner.fmt(f),
            Self::Unimplemented(inner) => inner.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.payload().source()
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
    BodyTooLarge,
    NotSignedIn,
    Cancelled,
    Closed,
    Unimplemented
);

impl From<ErrorResponse> for Error {
    fn from(response: ErrorResponse) -> Self {
        Self::Status(response)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        match error.timeout() {
            Some(timeout) => Self::Timeout(timeout),
            None => Self::Transport(error),
        }
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
