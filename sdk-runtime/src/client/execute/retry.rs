//! Retries: which transient failures are retried, how often, and after which pause.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::backoff;
use crate::client::idempotency::is_idempotent;
use crate::client::inner::Inner;
use crate::error::{Error, ErrorResponse, InvalidRequest};
use crate::request::Prepared;
use crate::retry_after;
use crate::runtime::{self, Clock, Instant};
use crate::trace;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);
/// The longest `Retry-After` that a call waits for.
const RETRY_AFTER_LONGEST: Duration = Duration::from_secs(60);

/// How often a call may be sent again. All its sends share one budget, the replay included.
pub(crate) struct RetryBudget {
    left: u32,
    failures: u32,
    /// The time of day that a date in a response is compared with, if the server does not tell its own.
    clock: Clock,
    /// When the call times out.
    deadline: Option<Instant>,
    /// Whether a hop was sent that must not be sent again.
    unsafe_hop: AtomicBool,
}

impl RetryBudget {
    /// Returns the budget of a call that sends `request`. `own` is what the caller has set. The default of
    /// `client` applies to all requests that can be repeated.
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

    /// Records a hop that is about to be sent. Another origin gets no key, and would process each attempt as
    /// a new request.
    pub(crate) fn note_hop(&self, request: &Prepared) {
        if !is_idempotent(request) {
            self.unsafe_hop.store(true, Ordering::Relaxed);
        }
    }

    /// Returns the pause before the next retry, or `None` if the outcome of the attempt is final. The attempt
    /// is a success (`None`), an error response, or an error.
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
        // A response that has arrived says more than a timeout that is certain to come.
        let in_time = self.deadline.is_none_or(|deadline| runtime::deadline(pause) < deadline);
        if asked > RETRY_AFTER_LONGEST || !in_time {
            return None;
        }
        self.left -= 1;
        self.failures += 1;
        trace::retries(pause, self.failures);
        Some(pause)
    }
}

/// Whether the failure may be gone in a moment: a status of the server or of a proxy, or a connection that
/// failed.
fn is_transient(attempt: Result<Option<&ErrorResponse>, &Error>) -> bool {
    match attempt {
        Ok(answer) => answer.is_some_and(ErrorResponse::is_transient),
        Err(Error::Transport(error)) => error.kind().is_transient(),
        Err(_) => false,
    }
}

/// Fails if `request` cannot be sent as often as the caller (`own`) or the declaration says.
pub(crate) fn check(request: &Prepared, own: Option<u32>) -> Result<(), InvalidRequest> {
    let times = own.or(request.endpoint.retry).unwrap_or_default();
    let obstacle = obstacle(request).filter(|_| times > 0);
    obstacle.map_or(Ok(()), |reason| Err(InvalidRequest::new("retry", reason)))
}

/// Returns why `request` must not be repeated, or cannot be.
fn obstacle(request: &Prepared) -> Option<&'static str> {
    match (is_idempotent(request), request.is_replayable()) {
        (true, true) => None,
        (false, _) => Some(
            "would repeat a request that is not idempotent: declare the endpoint `idempotent`, with one key \
             to a request",
        ),
        (true, false) => {
            Some("would repeat a body that is a stream: pass bytes or `Body::factory`, or call `.retry(0)`")
        }
    }
}

/// Fails if a session endpoint is to be retried. Its request may be spent by the first send, and whether it
/// was is unknown.
pub(crate) fn check_session(times: u32) -> Result<(), InvalidRequest> {
    if times == 0 {
        return Ok(());
    }
    Err(InvalidRequest::new("retry", "would repeat the request of a session endpoint"))
}
