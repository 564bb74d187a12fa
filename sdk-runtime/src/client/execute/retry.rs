//! When a send is repeated because it failed for the moment; knows nothing of credentials, whose replay is another thing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::backoff;
use crate::client::idempotency::is_idempotent;
use crate::client::inner::Inner;
use crate::error::{Error, ErrorResponse, InvalidRequest};
use crate::request::Prepared;
use crate::retry_after;
use crate::runtime::{self, Clock, Instant};

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);
/// A server that asks for more than this is not asked again by a call that somebody waits for.
const RETRY_AFTER_LONGEST: Duration = Duration::from_secs(60);

/// How often a call may send once more. One budget for all its sends, the replay's included.
pub(crate) struct RetryBudget {
    left: u32,
    failures: u32,
    /// What a date in an answer counts from, where the answer does not tell the time.
    clock: Clock,
    /// When the call is out of time.
    deadline: Option<Instant>,
    /// Whether something was sent that must not be sent again.
    unsafe_hop: AtomicBool,
}

impl RetryBudget {
    /// The budget of a call that sends `request`: `own` was said for this call, the default of `client` is for all requests that can be
    /// repeated.
    pub(crate) fn new(
        request: &Prepared,
        own: Option<u32>,
        client: &Inner,
        timeout: Option<Duration>,
    ) -> Result<Self, InvalidRequest> {
        check(request, own)?;
        let default = if obstacle(request).is_none() { client.retry } else { 0 };
        let left = own.or(request.endpoint.retry).unwrap_or(default);
        Ok(Self {
            left,
            failures: 0,
            clock: client.clock.clone(),
            deadline: timeout.filter(|_| left > 0).map(runtime::deadline),
            unsafe_hop: AtomicBool::new(false),
        })
    }

    /// Takes note of what goes out: `request`, or what it was redirected to. Another origin gets no key, and without one the
    /// server there would take each attempt for another request.
    pub(crate) fn note_hop(&self, request: &Prepared) {
        if !is_idempotent(request) {
            self.unsafe_hop.store(true, Ordering::Relaxed);
        }
    }

    /// How long to wait before sending once more; `None` for leaving it at what came of the attempt: nothing, an answer that is
    /// no success, or none at all.
    pub(crate) fn pause(&mut self, attempt: Result<Option<&ErrorResponse>, &Error>) -> Option<Duration> {
        if self.left == 0 || *self.unsafe_hop.get_mut() || !is_transient(attempt) {
            return None;
        }
        let asked = match attempt {
            Ok(Some(answer)) => {
                retry_after::parse(answer.headers(), || self.clock.wall()).unwrap_or_default()
            }
            _ => Duration::ZERO,
        };
        let pause = backoff::delay(FIRST, LONGEST, self.failures, fastrand::f64()).max(asked);
        // An answer at hand says more than a timeout that is certain.
        let in_time = self.deadline.is_none_or(|deadline| runtime::deadline(pause) < deadline);
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
        Err(Error::Transport(error)) => error.kind().is_transient(),
        Err(_) => false,
    }
}

/// Whether `request` can be sent as often as was said for the call, by `own`, or else by the declaration.
pub(crate) fn check(request: &Prepared, own: Option<u32>) -> Result<(), InvalidRequest> {
    let times = own.or(request.endpoint.retry).unwrap_or_default();
    let obstacle = obstacle(request).filter(|_| times > 0);
    obstacle.map_or(Ok(()), |reason| Err(InvalidRequest::new("retry", reason)))
}

/// Why `request` must not be repeated, or cannot be.
fn obstacle(request: &Prepared) -> Option<&'static str> {
    match (is_idempotent(request), request.is_replayable()) {
        (true, true) => None,
        (false, _) => Some(
            "would repeat a request that is not idempotent: declare the endpoint `idempotent`, with one key to a request",
        ),
        (true, false) => {
            Some("would repeat a body that is a stream: pass bytes or `Body::factory`, or call `.retry(0)`")
        }
    }
}

/// Whether that can be for a session endpoint: what it sends may be taken once, and whether it was nobody knows.
pub(crate) fn check_session(times: u32) -> Result<(), InvalidRequest> {
    if times == 0 {
        return Ok(());
    }
    Err(InvalidRequest::new("retry", "would repeat the request of a session endpoint"))
}
