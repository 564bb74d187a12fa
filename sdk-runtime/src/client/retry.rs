//! When a send is repeated because it failed for the moment; knows nothing of credentials, whose replay is another thing.

use std::time::Duration;

use http::StatusCode;

use super::idempotency::is_idempotent;
use crate::clock::{self, Instant};
use crate::delay;
use crate::error::{Error, ErrorResponse, InvalidRequest, TransportErrorKind};
use crate::request::Prepared;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);
/// A server that asks for more than this is not asked again by a call that somebody waits for.
const RETRY_AFTER_LONGEST: Duration = Duration::from_secs(60);

/// How often a call may send once more. One budget for all its sends, the replay's included.
pub(super) struct Retry {
    left: u32,
    failures: u32,
    /// Whether the server may have seen what is sent again.
    idempotent: bool,
    /// When the call is out of time.
    deadline: Option<Instant>,
}

/// What came of one attempt, as far as it matters here.
pub(super) struct Attempt<'a> {
    pub(super) outcome: Result<Option<&'a ErrorResponse>, &'a Error>,
    /// Whether a server took it and redirected it before that.
    pub(super) redirected: bool,
}

impl Retry {
    /// Whatever happens, once.
    pub(super) fn never() -> Self {
        Self { left: 0, failures: 0, idempotent: false, deadline: None }
    }

    /// The budget of a call that sends `request`: `own` was said for this call, `default` for the whole client.
    pub(super) fn new(request: &Prepared, own: Option<u32>, default: u32, timeout: Option<Duration>) -> Self {
        let idempotent = is_idempotent(request);
        let default = if idempotent { default } else { 0 };
        let times = own.or(request.endpoint.retry).unwrap_or(default);
        if times == 0 || !request.is_replayable() {
            return Self::never();
        }
        Self { left: times, failures: 0, idempotent, deadline: timeout.map(clock::deadline) }
    }

    /// How long to wait before sending once more; `None` for leaving it at `attempt`.
    pub(super) fn pause(&mut self, attempt: &Attempt<'_>) -> Option<Duration> {
        if self.left == 0 || !self.is_transient(attempt) {
            return None;
        }
        let asked = match attempt.outcome {
            Ok(Some(answer)) => delay::retry_after(answer.headers(), clock::wall).unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let pause = delay::back_off(FIRST, LONGEST, self.failures, fastrand::f64()).max(asked);
        // An answer at hand says more than a timeout that is certain.
        let in_time = self.deadline.is_none_or(|deadline| clock::deadline(pause) < deadline);
        if asked > RETRY_AFTER_LONGEST || !in_time {
            return None;
        }
        self.left -= 1;
        self.failures += 1;
        Some(pause)
    }

    fn is_transient(&self, attempt: &Attempt<'_>) -> bool {
        match attempt.outcome {
            Ok(None) => false,
            Ok(Some(answer)) => self.idempotent && is_transient(answer.status()),
            Err(Error::Transport(error)) => match error.kind() {
                // A server before the one that cannot be reached has taken it.
                TransportErrorKind::Connect => self.idempotent || !attempt.redirected,
                TransportErrorKind::Request | TransportErrorKind::Body => self.idempotent,
                TransportErrorKind::Redirect => false,
            },
            Err(_) => false,
        }
    }
}

/// The answers of a server, or of what stands in front of it, that may be another in a moment.
fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// Whether a call may be told to send `request` up to `times` times more.
pub(super) fn check(request: &Prepared, times: u32) -> Result<(), InvalidRequest> {
    if times == 0 || is_idempotent(request) {
        return Ok(());
    }
    Err(InvalidRequest::new(
        "retry",
        "would repeat a request that is not idempotent: declare the endpoint `idempotent`",
    ))
}

/// As [`check`], for a session endpoint: what it sends may be taken once, and whether it was nobody knows.
pub(super) fn check_session(times: u32) -> Result<(), InvalidRequest> {
    if times == 0 {
        return Ok(());
    }
    Err(InvalidRequest::new("retry", "would repeat the request of a session endpoint"))
}
