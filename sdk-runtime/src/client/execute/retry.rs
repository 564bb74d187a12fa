//! Retries: which transient failures are retried, how often, and after which pause.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::backoff;
use crate::client::idempotency::is_idempotent;
use crate::client::inner::Inner;
use crate::client::retry_policy::{FailedAttempt, OwnRetry};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorResponse, InvalidRequest, NotRetried};
use crate::request::Prepared;
use crate::retry_after;
use crate::runtime::{self, Instant};
use crate::trace;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);
/// The longest `Retry-After` that a call waits for.
pub(crate) const RETRY_AFTER_LONGEST: Duration = Duration::from_secs(60);

/// How often a call may be sent again. All its sends share one budget, the replay included.
pub(crate) struct CallRetries {
    left: u32,
    failures: u32,
    /// What the call or its declaration says in place of the client.
    own: Option<Box<OwnRetry>>,
    /// When the call times out.
    deadline: Option<Instant>,
    /// Whether a hop was sent that must not be sent again.
    unsafe_hop: AtomicBool,
}

impl CallRetries {
    /// Returns the budget of a call that sends `request`. `own` is what the caller has set. The default of
    /// `client` applies to all requests that can be repeated.
    pub(crate) fn new(
        request: &Prepared,
        own: Option<Box<OwnRetry>>,
        client: &Inner,
        timeout: Option<Duration>,
    ) -> Result<Self, InvalidRequest> {
        let times = own.as_ref().and_then(|own| own.times);
        check(request, times)?;
        let default = if obstacle(request).is_none() { client.retry.times } else { 0 };
        let left = times.or(request.endpoint.retry).unwrap_or(default);
        Ok(Self {
            left,
            failures: 0,
            own,
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

    /// Returns how long one attempt may take.
    pub(crate) fn attempt_timeout(&self, client: &Inner, endpoint: &Endpoint) -> Option<Duration> {
        let own = self.own.as_ref().and_then(|own| own.attempt_timeout);
        own.or(endpoint.attempt_timeout).or(client.retry.attempt_timeout)
    }

    /// Returns the pause before the next retry. The outcome of the attempt is final otherwise: a success
    /// (`None`), an error response, or an error. Then returns why a failure that would be retried is not.
    pub(crate) fn pause(
        &mut self,
        client: &Inner,
        endpoint: &'static Endpoint,
        attempt: Result<Option<&ErrorResponse>, &Error>,
    ) -> Result<Duration, Option<NotRetried>> {
        let budget = client.retry.budget.as_ref();
        if let (Ok(None), Some(budget)) = (attempt, budget) {
            budget.succeeded();
        }
        if self.left == 0 || *self.unsafe_hop.get_mut() {
            return Err(None);
        }
        let failed = FailedAttempt::of(endpoint, attempt)
            .filter(|failed| is_retried(self.own.as_deref(), client, failed));
        let failed = failed.ok_or(None)?;
        let asked =
            failed.answer().and_then(|answer| retry_after::parse(answer.headers(), || client.clock.wall()));
        let asked = asked.unwrap_or_default();
        if asked > RETRY_AFTER_LONGEST {
            return Err(Some(NotRetried::RetryAfterTooLong));
        }
        let pause = backoff::delay(FIRST, LONGEST, self.failures, fastrand::f64()).max(asked);
        // A response that has arrived says more than a timeout that is certain to come.
        if self.deadline.is_some_and(|deadline| runtime::deadline(pause) >= deadline) {
            return Err(Some(NotRetried::Timeout));
        }
        if budget.is_some_and(|budget| !budget.take()) {
            return Err(Some(NotRetried::BudgetSpent));
        }
        self.left -= 1;
        self.failures += 1;
        trace::retries(pause, self.failures);
        Ok(pause)
    }
}

/// Whether `failed` is a failure that may be gone in a moment, by what the caller (`own`) or `client` says.
pub(crate) fn is_retried(own: Option<&OwnRetry>, client: &Inner, failed: &FailedAttempt<'_>) -> bool {
    match (own.and_then(|own| own.retry_if), &client.retry.retry_if) {
        (Some(own), _) => own(failed),
        (None, Some(client)) => client(failed),
        (None, None) => failed.is_transient(),
    }
}

/// Fails if `request` cannot be sent as often as the caller (`own`) or the declaration says.
pub(crate) fn check(request: &Prepared, own: Option<u32>) -> Result<(), InvalidRequest> {
    let times = own.or(request.endpoint.retry).unwrap_or_default();
    let obstacle = obstacle(request).filter(|_| times > 0);
    obstacle.map_or(Ok(()), |reason| Err(InvalidRequest::new("retry", reason)))
}

/// Fails if `request` cannot be sent again for a stream that connects again.
pub(crate) fn check_reconnect(request: &Prepared) -> Result<(), InvalidRequest> {
    let reason = match obstacle(request) {
        None => return Ok(()),
        Some(_) if !request.is_replayable() => {
            "would repeat a body that is a stream: pass bytes or `Body::factory`"
        }
        Some(reason) => reason,
    };
    Err(InvalidRequest::new("reconnect", reason))
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
