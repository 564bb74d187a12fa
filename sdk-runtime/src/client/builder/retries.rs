//! The options about retries, except for their number: which failures, and how many retries all calls share.

use std::sync::Arc;

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

    /// Lets all calls of the client share a number of retries, so that they do not multiply the load of a
    /// server in trouble. Default: none is shared. A pool shares it between all its logins.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.retry.budget = Some(budget);
        self
    }
}
