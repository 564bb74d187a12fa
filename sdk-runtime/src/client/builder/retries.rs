//! The options about retries, except for their number: which failures, how long an attempt takes, and how
//! many retries all calls share.

use std::sync::Arc;
use std::time::Duration;

use super::ClientBuilder;
use crate::client::retry_policy::{FailedAttempt, RetryBudget};

impl<C> ClientBuilder<C> {
    /// Decides which failures are retried, in place of [`FailedAttempt::is_transient`]. An endpoint's own
    /// `retry_if` has precedence.
    ///
    /// It is asked while a call has [retries](Self::retry) left, about answers with an error status, broken
    /// connections and [timeouts of attempts](Self::attempt_timeout). It changes neither which requests may
    /// be repeated nor the pauses. The session alone judges a rejected token, so `retry_if` is not asked
    /// about it. It must not block.
    ///
    /// A server that limits the rate by a 403 with a `Retry-After`, as GitHub does:
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    /// use sdk_runtime::http::StatusCode;
    ///
    /// let tracker = TrackerClient::builder("https://tracker.example")
    ///     .retry(3)
    ///     .retry_if(|failed| {
    ///         failed.is_transient()
    ///             || failed.status() == Some(StatusCode::FORBIDDEN) && failed.retry_after().is_some()
    ///     })
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn retry_if(mut self, retry_if: impl Fn(&FailedAttempt<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.retry.retry_if = Some(Arc::new(retry_if));
        self
    }

    /// Sets how long one attempt of a call may take, up to the end of the answer, or to its head for a
    /// stream. `None`, the default, sets no limit but that of the call. An endpoint's own `attempt_timeout`
    /// has precedence.
    ///
    /// An attempt that takes longer is an [`Error::Timeout`](crate::Error::Timeout) of the scope
    /// [`Attempt`](crate::error::TimeoutScope::Attempt), and is retried as a broken connection is. The
    /// [timeout](Self::timeout) of the call limits all attempts, the pauses and the refresh together.
    pub fn attempt_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.retry.attempt_timeout = timeout.into();
        self
    }

    /// Lets all calls of the client share a number of retries, so that they do not multiply the load of a
    /// server in trouble. Default: none is shared. A pool shares it between all its logins.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.retry.budget = Some(budget);
        self
    }
}
