//! `Series`: requests that go out under the login of the first of them, such as the pages of a list and the
//! connections of a stream.
//!
//! - **I12** Every request of a series is sent under the identity of the first.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;

use super::deadline::{CallLimits, Progress};
use super::execute::attempt::{AttemptResponse, Execution};
use super::execute::authorize::Authorization;
use super::execute::retry::CallRetries;
use super::inner::Client;
use super::retry_policy::OwnRetry;
use crate::error::Error;
use crate::request::Prepared;

/// What the requests of a series share. A clone is for a request in flight.
#[derive(Clone)]
pub(super) struct Series {
    pub(super) client: Client,
    /// The limits of each request.
    pub(super) limits: CallLimits,
    /// The retries of each request.
    pub(super) retry: Option<Box<OwnRetry>>,
    /// The login of the first request. `None` until that is answered.
    authorization: Option<Arc<Authorization>>,
}

/// A request of a series in flight.
pub(super) type InFlight<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Series {
    pub(super) fn new(client: Client, limits: CallLimits, retry: Option<Box<OwnRetry>>) -> Self {
        Self { client, limits, retry, authorization: None }
    }

    /// Sets the login under which the rest is sent.
    pub(super) fn belongs_to(&mut self, authorization: Arc<Authorization>) {
        self.authorization = Some(authorization);
    }

    /// Sends `request` as a call of its own. Returns its response, and the login that it was sent under.
    pub(super) async fn send(
        &self,
        request: Result<&Prepared, Error>,
        whole: bool,
    ) -> Result<(AttemptResponse, Arc<Authorization>), Error> {
        let progress = Progress::default();
        let timeout = self.limits.timeout;
        let sending = pin!(async {
            let (request, inner) = (request?, &*self.client.0);
            let retry = CallRetries::new(request, self.retry.clone(), inner, timeout)?;
            let authorization = match &self.authorization {
                Some(authorization) => authorization.clone(),
                None => Arc::new(inner.authorize(request).await?),
            };
            let mut execution = Execution { client: inner, progress: &progress, retry, whole };
            let attempt = execution.run(&authorization, request).await?;
            Ok((attempt, authorization))
        });
        self.limits.enforce(&progress, sending).await
    }

    /// Lets the timers and connections of `future` belong to the client's runtime, if it names one.
    pub(super) fn entered<T: 'static>(&self, future: InFlight<T>) -> InFlight<T> {
        match self.client.spawner().enter(future) {
            Ok(entered) => Box::pin(entered),
            Err(future) => future,
        }
    }
}
