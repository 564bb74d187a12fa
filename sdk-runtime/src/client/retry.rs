//! When a send is repeated because it failed for the moment; knows nothing of credentials, whose replay is another thing.

use std::time::Duration;

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
    /// When the call is out of time.
    deadline: Option<Instant>,
}

impl Retry {
    /// Whatever happens, once.
    pub(super) fn never() -> Self {
        Self { left: 0, failures: 0, deadline: None }
    }

    /// The budget of a call that sends `request`: `own` was said for this call, `default` for the whole client.
    pub(super) fn new(request: &Prepared, own: Option<u32>, default: u32, timeout: Option<Duration>) -> Self {
        if !is_idempotent(request) || !request.is_replayable() {
            return Self::never();
        }
        let left = own.or(request.endpoint.retry).unwrap_or(default);
        let deadline = timeout.filter(|_| left > 0).map(clock::deadline);
        Self { left, failures: 0, deadline }
    }

    /// How long to wait before sending once more; `None` for leaving it at what came of the attempt: nothing, an answer that is
    /// no success, or none at all.
    pub(super) fn pause(&mut self, attempt: Result<Option<&ErrorResponse>, &Error>) -> Option<Duration> {
        if self.left == 0 || !is_transient(attempt) {
            return None;
        }
        let asked = match attempt {
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
}

/// Whether it may be another thing in a moment: the server's answer, or that of what stands in front of it, or the connection.
fn is_transient(attempt: Result<Option<&ErrorResponse>, &Error>) -> bool {
    match attempt {
        Ok(answer) => {
            answer.is_some_and(|answer| matches!(answer.status().as_u16(), 408 | 429 | 500 | 502 | 503 | 504))
        }
        Err(Error::Transport(error)) => !matches!(error.kind(), TransportErrorKind::Redirect),
        Err(_) => false,
    }
}

/// Whether a call may be told to send `request` up to `times` times more.
pub(super) fn check(request: &Prepared, times: u32) -> Result<(), InvalidRequest> {
    let reason = match (is_idempotent(request), request.is_replayable()) {
        _ if times == 0 => return Ok(()),
        (true, true) => return Ok(()),
        (false, _) => "would repeat a request that is not idempotent: declare the endpoint `idempotent`",
        (true, false) => "would repeat a body that can be sent once: pass `Bytes` or a `Body`",
    };
    Err(InvalidRequest::new("retry", reason))
}

/// As [`check`], for a session endpoint: what it sends may be taken once, and whether it was nobody knows.
pub(super) fn check_session(times: u32) -> Result<(), InvalidRequest> {
    if times == 0 {
        return Ok(());
    }
    Err(InvalidRequest::new("retry", "would repeat the request of a session endpoint"))
}
