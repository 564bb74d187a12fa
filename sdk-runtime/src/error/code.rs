//! What a program does about an error: its code, whether it passes by itself, and after which pause.

use std::time::Duration;

use http::StatusCode;

use super::build::BuildError;
use super::call_error::Error;
use super::expired::ExpiredReason;
use super::store::StoreErrorKind;
use super::timeout::{TimeoutPhase, TimeoutScope};
use super::transport::TransportErrorKind;
use super::unavailable::UnavailableCause;

impl Error {
    /// Returns the code of the failure, for metrics and for programs that cannot match on types. [The
    /// table](crate::error#codes) has all of them. A code never changes its meaning. A later version may add
    /// codes, each behind a dot of one that exists.
    ///
    /// ```
    /// use sdk_runtime::Error;
    /// use sdk_runtime::error::{NotSignedIn, Timeout, TimeoutPhase};
    ///
    /// assert_eq!(Error::from(NotSignedIn::default()).code(), "not_signed_in");
    /// let timeout = Timeout::new(TimeoutPhase::Connect, std::time::Duration::from_secs(2));
    /// assert_eq!(Error::from(timeout).code(), "timeout.connect");
    /// ```
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::SessionExpired(expired) => match expired.reason() {
                ExpiredReason::RefreshRejected => "session_expired.refresh_rejected",
                ExpiredReason::NoRefreshToken => "session_expired.no_refresh_token",
                ExpiredReason::LostRotation => "session_expired.lost_rotation",
                ExpiredReason::UndecodableRefresh => "session_expired.undecodable_refresh",
                ExpiredReason::LoginOver => "session_expired.login_over",
                ExpiredReason::ReplayRejected => "session_expired.replay_rejected",
                ExpiredReason::EndpointRejects => "session_expired.endpoint_rejects",
            },
            Self::RefreshUnavailable(unavailable) => match unavailable.cause() {
                UnavailableCause::Transport(_) => "refresh_unavailable.transport",
                UnavailableCause::Status(_) => "refresh_unavailable.status",
                UnavailableCause::Decode(_) => "refresh_unavailable.decode",
                UnavailableCause::Timeout => "refresh_unavailable.timeout",
                UnavailableCause::TryLater(_) => "refresh_unavailable.try_later",
                UnavailableCause::Request(_) => "refresh_unavailable.request",
                UnavailableCause::Unusable(_) => "refresh_unavailable.unusable",
                UnavailableCause::DeadOnArrival => "refresh_unavailable.dead_on_arrival",
                UnavailableCause::Store(_) => "refresh_unavailable.store",
                UnavailableCause::Storm => "refresh_unavailable.storm",
                UnavailableCause::Aborted => "refresh_unavailable.aborted",
            },
            Self::NotSignedIn(_) => "not_signed_in",
            Self::IdentityChanged(_) => "identity_changed",
            Self::InsufficientScope(_) => "insufficient_scope",
            Self::Status(response) => status_code(response.status()),
            Self::Transport(error) => match error.kind() {
                TransportErrorKind::Dns => "transport.dns",
                TransportErrorKind::Connect => "transport.connect",
                TransportErrorKind::Tls => "transport.tls",
                TransportErrorKind::Proxy => "transport.proxy",
                TransportErrorKind::NotSent => "transport.not_sent",
                TransportErrorKind::Request => "transport.request",
                TransportErrorKind::Layer => "transport.layer",
                TransportErrorKind::NotHttp => "transport.not_http",
                TransportErrorKind::HeadTooLarge => "transport.head_too_large",
                TransportErrorKind::Body => "transport.body",
                TransportErrorKind::Redirect => "transport.redirect",
                TransportErrorKind::Encoding => "transport.encoding",
                TransportErrorKind::Invalid => "transport.invalid",
            },
            Self::Timeout(timeout) if timeout.scope() == TimeoutScope::Attempt => "timeout.attempt",
            Self::Timeout(timeout) => match timeout.phase() {
                TimeoutPhase::Refresh => "timeout.refresh",
                TimeoutPhase::Connect => "timeout.connect",
                TimeoutPhase::Response => "timeout.response",
                TimeoutPhase::Idle => "timeout.idle",
            },
            Self::Decode(_) => "decode",
            Self::InvalidRequest(_) => "invalid_request",
            Self::NotReplayable(_) => "not_replayable",
            Self::BodyTooLarge(_) => "body_too_large",
            Self::Store(error) => match error.kind() {
                StoreErrorKind::Unavailable => "store.unavailable",
                StoreErrorKind::Foreign => "store.foreign",
                StoreErrorKind::Timeout => "store.timeout",
                StoreErrorKind::Uncertain => "store.uncertain",
            },
            Self::Build(error) => BuildError::code(error),
            Self::Cancelled(_) => "cancelled",
            Self::Closed(_) => "closed",
            Self::Unimplemented(_) => "unimplemented",
        }
    }

    /// Whether the failure may pass by itself, so that the same call can succeed later although neither the
    /// user nor the program changes anything. `true` for a network that fails, a timeout, the statuses 408,
    /// 429, 500, 502, 503 and 504, a store that cannot be used now, and a refresh that fails for one of these
    /// reasons. `false` for [`Closed`](Self::Closed), because the session stays closed.
    ///
    /// Whether the call may be sent again is another question
    /// ([`Call::retry`](crate::client::Call::retry)).
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::RefreshUnavailable(unavailable) => match unavailable.cause() {
                UnavailableCause::Transport(error) => error.kind().is_transient(),
                UnavailableCause::Status(response) => {
                    response.status().is_server_error()
                        || matches!(response.status().as_u16(), 408 | 425 | 429)
                }
                UnavailableCause::Timeout | UnavailableCause::TryLater(_) | UnavailableCause::Storm => true,
                UnavailableCause::Store(error) => error.kind() != StoreErrorKind::Foreign,
                UnavailableCause::Decode(_)
                | UnavailableCause::Request(_)
                | UnavailableCause::Unusable(_)
                | UnavailableCause::DeadOnArrival
                | UnavailableCause::Aborted => false,
            },
            Self::Status(response) => response.is_transient(),
            Self::Transport(error) => error.kind().is_transient(),
            Self::Timeout(_) => true,
            Self::Store(error) => error.kind() != StoreErrorKind::Foreign,
            Self::SessionExpired(_)
            | Self::NotSignedIn(_)
            | Self::IdentityChanged(_)
            | Self::InsufficientScope(_)
            | Self::Decode(_)
            | Self::InvalidRequest(_)
            | Self::NotReplayable(_)
            | Self::BodyTooLarge(_)
            | Self::Build(_)
            | Self::Cancelled(_)
            | Self::Closed(_)
            | Self::Unimplemented(_) => false,
        }
    }

    /// Returns how long to wait before the call is made again, from now: until the session tries the next
    /// refresh, or as the server's `Retry-After` says
    /// ([`ErrorResponse::retry_after`](super::ErrorResponse::retry_after)). `None` if neither is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RefreshUnavailable(unavailable) => Some(unavailable.retry_after()),
            Self::Status(response) => response.retry_after(),
            _ => None,
        }
    }
}

/// Returns the code of a response with `status`. A `2xx` is a success that refuses by its body.
pub(crate) fn status_code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200..300 => "status.2xx",
        300..400 => "status.3xx",
        400..500 => "status.4xx",
        500..600 => "status.5xx",
        _ => "status.other",
    }
}
