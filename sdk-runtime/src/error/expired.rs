//! `SessionExpired`: the end of a login, which every caller gets.

use std::fmt;
use std::sync::Arc;

use super::called::{Called, has_endpoint};
use super::decode::DecodeError;
use super::response::ErrorResponse;

/// The access token cannot sign any more, and every remedy is exhausted.
#[derive(Clone)]
pub struct SessionExpired(Arc<Inner>, Called);

has_endpoint!(SessionExpired, 1);

#[derive(Clone)]
struct Inner {
    reason: ExpiredReason,
    message: Option<String>,
    refresh: Option<ErrorResponse>,
    response: Option<ErrorResponse>,
    undecoded: Option<DecodeError>,
}

/// Why a session expired, or why a call failed as if it had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExpiredReason {
    /// The server rejected the refresh for good: the refresh token is spent, revoked or expired.
    RefreshRejected,
    /// The access token was rejected or has expired, and there is no refresh token.
    NoRefreshToken,
    /// The server rejected the refresh after the response to an earlier one was lost. Most likely that one
    /// had rotated the refresh token, and it was not revoked.
    LostRotation,
    /// The server rejected the refresh after a success that could not be decoded. That one has most likely
    /// spent the refresh token. [`decode_error`](SessionExpired::decode_error) says what was wrong with it.
    UndecodableRefresh,
    /// The server said that the whole login is over, according to the client's
    /// [`Verdict`](crate::session::Verdict).
    LoginOver,
    /// The token was refreshed, and the server rejected this call with the new token too. The login goes on.
    ReplayRejected,
    /// This endpoint rejects a token that was refreshed for it less than a minute ago, or its rejections have
    /// caused 5 refreshes in a minute or 12 in ten. Nothing was refreshed. The login goes on.
    EndpointRejects,
}

impl SessionExpired {
    pub(crate) fn new(reason: ExpiredReason) -> Self {
        Self::of(Inner { reason, message: None, refresh: None, response: None, undecoded: None })
    }

    fn of(inner: Inner) -> Self {
        Self(Arc::new(inner), Called::default())
    }

    /// Returns the end of a login by `response`.
    pub(crate) fn login_over(response: ErrorResponse) -> Self {
        Self::of(Inner {
            reason: ExpiredReason::LoginOver,
            message: response.message().map(str::to_owned),
            refresh: None,
            response: Some(response),
            undecoded: None,
        })
    }

    pub(crate) fn rejected(message: Option<String>, refresh: ErrorResponse) -> Self {
        Self::of(Inner {
            reason: ExpiredReason::RefreshRejected,
            message,
            refresh: Some(refresh),
            response: None,
            undecoded: None,
        })
    }

    /// Returns the end of a login whose refresh is no request, and was refused for good.
    pub(crate) fn refused(message: String) -> Self {
        Self::of(Inner {
            reason: ExpiredReason::RefreshRejected,
            message: Some(message),
            refresh: None,
            response: None,
            undecoded: None,
        })
    }

    /// Returns the same end, after an earlier refresh whose outcome is unknown.
    pub(crate) fn as_lost_rotation(&self) -> Self {
        Self::of(Inner { reason: ExpiredReason::LostRotation, ..(*self.0).clone() })
    }

    /// Returns the same end, after an earlier refresh whose response could not be decoded and had `error`.
    pub(crate) fn as_undecodable(&self, error: DecodeError) -> Self {
        let undecoded = Some(error);
        let reason = ExpiredReason::UndecodableRefresh;
        Self::of(Inner { reason, undecoded, ..(*self.0).clone() })
    }

    /// Returns the same end for the caller whose own request was answered with `response`.
    pub(crate) fn with_response(&self, response: ErrorResponse) -> Self {
        Self::of(Inner { response: Some(response), ..(*self.0).clone() })
    }

    /// Returns the reason.
    #[must_use]
    pub fn reason(&self) -> ExpiredReason {
        self.0.reason
    }

    /// Whether only a new sign-in helps. `false` if one endpoint rejects every token while the login goes on.
    #[must_use]
    pub fn requires_sign_in(&self) -> bool {
        !matches!(self.0.reason, ExpiredReason::ReplayRejected | ExpiredReason::EndpointRejects)
    }

    /// Returns the response that rejected this call's token, or that ended the login for another call. `None`
    /// if the call was never sent.
    #[must_use]
    pub fn response(&self) -> Option<&ErrorResponse> {
        self.0.response.as_ref()
    }

    /// Returns the response that rejected the refresh, if one was sent.
    #[must_use]
    pub fn refresh_response(&self) -> Option<&ErrorResponse> {
        self.0.refresh.as_ref()
    }

    /// Returns why the response to an earlier refresh could not be decoded, if that most likely spent the
    /// refresh token.
    #[must_use]
    pub fn decode_error(&self) -> Option<&DecodeError> {
        self.0.undecoded.as_ref()
    }

    /// Returns the server's reason: that of [`Refusal::Dead`](crate::Refusal::Dead), or
    /// [`ErrorResponse::message`] of the response that ended the login. For other forms, read
    /// [`refresh_response`](Self::refresh_response), or declare a function that does: `#[session(refresh,
    /// refused = …)]`. `Display` never quotes it.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }
}

/// Makes the end of a login for a fake.
impl From<ExpiredReason> for SessionExpired {
    fn from(reason: ExpiredReason) -> Self {
        Self::new(reason)
    }
}

impl fmt::Display for SessionExpired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.requires_sign_in() {
            f.write_str("the session has expired: ")?;
        }
        self.0.reason.fmt(f)
    }
}

impl fmt::Display for ExpiredReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RefreshRejected => "the server refused to refresh it",
            Self::LostRotation => {
                "the server refused to refresh it, after its answer to an earlier refresh was lost"
            }
            Self::UndecodableRefresh => {
                "the server rejected the refresh, after its answer to an earlier one could not be decoded"
            }
            Self::NoRefreshToken => {
                "the access token is no longer good and there is nothing to refresh it with"
            }
            Self::LoginOver => "the server said that the login is over",
            Self::ReplayRejected => "the endpoint refused the refreshed access token too",
            Self::EndpointRejects => "the endpoint refuses the access token that was refreshed for it",
        })
    }
}

impl fmt::Debug for SessionExpired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionExpired")
            .field("reason", &self.0.reason)
            .field("response", &self.0.response)
            .field("refresh_response", &self.0.refresh)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for SessionExpired {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match (&self.0.undecoded, &self.0.refresh) {
            (Some(undecoded), _) => Some(undecoded),
            (None, Some(refresh)) => Some(refresh),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use bytes::Bytes;
    use http::StatusCode;

    use super::*;

    fn answer(status: u16) -> ErrorResponse {
        let answer = http::Response::builder().status(status).body(Bytes::new()).unwrap();
        ErrorResponse::from(answer)
    }

    fn decode() -> DecodeError {
        let headers = http::HeaderMap::new();
        DecodeError::new("Issue", (StatusCode::OK, &headers), None, String::new(), &Bytes::new())
    }

    #[test]
    fn the_end_of_a_login_keeps_what_was_answered() {
        let rejected = SessionExpired::rejected(Some("gone".to_owned()), answer(400));
        let status = |answer: Option<&ErrorResponse>| answer.map(|answer| answer.status().as_u16());
        assert_eq!((rejected.reason(), rejected.message()), (ExpiredReason::RefreshRejected, Some("gone")));
        assert_eq!((status(rejected.response()), status(rejected.refresh_response())), (None, Some(400)));
        assert!(rejected.source().is_some_and(|source| source.to_string().contains("status 400")));
        assert!(rejected.decode_error().is_none());

        let lost = rejected.as_lost_rotation().with_response(answer(401));
        assert_eq!((lost.reason(), lost.message()), (ExpiredReason::LostRotation, Some("gone")));
        assert_eq!((status(lost.response()), status(lost.refresh_response())), (Some(401), Some(400)));

        let told = crate::error::Error::from(lost.clone());
        assert_eq!((status(told.response()), told.requires_sign_in()), (Some(401), true));
        assert_eq!(told.source().map(ToString::to_string), Some(answer(400).to_string()));

        let undecodable = lost.as_undecodable(decode());
        assert_eq!(undecodable.reason(), ExpiredReason::UndecodableRefresh);
        assert_eq!(undecodable.decode_error().map(DecodeError::expected), Some("Issue"));
        assert!(undecodable.source().is_some_and(|source| source.to_string().contains("`Issue`")));

        let over = SessionExpired::login_over(answer(403).refused_for("over".to_owned()));
        assert_eq!((over.reason(), over.message()), (ExpiredReason::LoginOver, Some("over")));
        assert_eq!((status(over.response()), status(over.refresh_response())), (Some(403), None));
    }
}
