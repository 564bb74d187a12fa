//! What a client retries: which failures, for how long an attempt may take, and how many retries all its
//! calls share.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::StatusCode;

use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorResponse};

/// Decides whether a failed attempt is retried: `retry_if`.
pub(super) type RetryIf = Arc<dyn Fn(&FailedAttempt<'_>) -> bool + Send + Sync>;

/// The options of a client.
#[derive(Clone, Default)]
pub(super) struct RetryPolicy {
    pub(super) times: u32,
    pub(super) retry_if: Option<RetryIf>,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) budget: Option<RetryBudget>,
}

/// What a call or its declaration says in place of the client.
#[derive(Clone, Default)]
pub(super) struct OwnRetry {
    pub(super) times: Option<u32>,
    pub(super) retry_if: Option<fn(&FailedAttempt<'_>) -> bool>,
    pub(super) attempt_timeout: Option<Duration>,
}

/// The failure of one attempt of a call, for `retry_if = function` in a declaration and
/// [`ClientBuilder::retry_if`](crate::client::ClientBuilder::retry_if): an answer with an error status, or an
/// error without an answer.
#[derive(Debug, Clone, Copy)]
pub struct FailedAttempt<'a> {
    endpoint: &'static Endpoint,
    failure: Result<&'a ErrorResponse, &'a Error>,
}

impl<'a> FailedAttempt<'a> {
    /// Returns the failure in the outcome of an attempt, if it is one that a retry may replace.
    pub(super) fn of(
        endpoint: &'static Endpoint,
        attempt: Result<Option<&'a ErrorResponse>, &'a Error>,
    ) -> Option<Self> {
        let failure = match attempt {
            Ok(answer) => Ok(answer?),
            // Of the errors of an attempt, the others are about the login or the program.
            Err(error @ (Error::Transport(_) | Error::Timeout(_))) => Err(error),
            Err(_) => return None,
        };
        Some(Self { endpoint, failure })
    }

    /// Returns the endpoint that was called.
    #[must_use]
    pub fn endpoint(&self) -> &'static Endpoint {
        self.endpoint
    }

    /// Returns the answer, if one has arrived.
    #[must_use]
    pub fn answer(&self) -> Option<&'a ErrorResponse> {
        self.failure.ok()
    }

    /// Returns the error without an answer: an [`Error::Transport`], or an [`Error::Timeout`] of the attempt
    /// or of its silence.
    #[must_use]
    pub fn error(&self) -> Option<&'a Error> {
        self.failure.err()
    }

    /// Returns the status of the answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(ErrorResponse::status)
    }

    /// Returns the pause that the answer asks for by its `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.answer()?.retry_after()
    }

    /// Whether the failure may be gone in a moment, which is the rule without a `retry_if`: a connection that
    /// fails or breaks, the timeout of an attempt, or a status of 408, 429, 500, 502, 503 and 504.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.failure {
            Ok(answer) => answer.is_transient(),
            Err(error) => error.is_transient(),
        }
    }
}

/// A number of retries that all calls share, so that an outage is not multiplied: gRPC calls it retry
/// throttling, Finagle a retry budget. A clone shares the budget, also between clients.
///
/// The budget holds at most `reserve` retries, and begins with all of them. Each retry takes one, and each
/// success gives back a share of one. While the budget is empty, a call returns its first failure, and
/// [`ErrorResponse::not_retried`] says so. So a server that is down gets the calls themselves, and a server
/// in trouble at most `per_cent` more than it answers.
///
/// ```
/// # use sdk_runtime::{Result, api_client};
/// # #[api_client]
/// # trait Tracker {
/// #     #[get("/issues")]
/// #     async fn issues(&self) -> Result<Vec<String>>;
/// # }
/// use sdk_runtime::client::RetryBudget;
///
/// let budget = RetryBudget::new(20, 10);
/// let builder = TrackerClient::builder("https://tracker.example").retry(3);
/// let tracker = builder.retry_budget(budget.clone()).build()?;
/// assert_eq!(budget.left(), 20);
/// # Ok::<(), sdk_runtime::error::BuildError>(())
/// ```
#[derive(Clone)]
pub struct RetryBudget(Arc<Bucket>);

struct Bucket {
    /// In hundredths of a retry.
    left: AtomicU32,
    most: u32,
    per_success: u32,
}

/// A retry, in the units of the bucket.
const ONE: u32 = 100;

impl RetryBudget {
    /// Creates a budget of `reserve` retries, of which each success gives back `per_cent` of one.
    #[must_use]
    pub fn new(reserve: u32, per_cent: u32) -> Self {
        let most = reserve.saturating_mul(ONE);
        Self(Arc::new(Bucket { left: AtomicU32::new(most), most, per_success: per_cent }))
    }

    /// Returns how many retries are left, in whole ones.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.0.left.load(Ordering::Relaxed) / ONE
    }

    /// Takes one retry. Returns `false` if none is left.
    pub(super) fn take(&self) -> bool {
        self.change(|left| left.checked_sub(ONE))
    }

    /// Gives back the share of a success.
    pub(super) fn succeeded(&self) {
        let Bucket { most, per_success, .. } = &*self.0;
        self.change(|left| (left < *most).then(|| left.saturating_add(*per_success).min(*most)));
    }

    fn change(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        self.0.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
    }
}

impl fmt::Debug for RetryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RetryBudget({} left)", self.left())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_by_retries_and_filled_by_successes() {
        let budget = RetryBudget::new(2, 50);
        budget.succeeded();
        assert_eq!([budget.take(), budget.take(), budget.take()], [true, true, false]);
        budget.succeeded();
        assert_eq!((budget.left(), budget.take()), (0, false));
        budget.succeeded();
        assert_eq!(format!("{budget:?}"), "RetryBudget(1 left)");
        let shared = budget.clone();
        assert!(shared.take() && !budget.take(), "a clone shares it");
        assert_eq!(shared.left(), budget.left());
        for _ in 0..9 {
            budget.succeeded();
        }
        assert_eq!(budget.left(), 2, "no more than its reserve");
        let endless = RetryBudget::new(u32::MAX, u32::MAX);
        assert!(endless.take());
        endless.succeeded();
        assert_eq!(endless.left(), u32::MAX / ONE);
        assert!(!RetryBudget::new(0, 100).take());
    }
}
