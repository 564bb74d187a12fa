//! The limits of a call: timeout and cancellation, and what the call was waiting for when it timed out.
//!
//! - **I37** A call returns when the refresh in advance that it has started is over, or 2 s after its own
//!   response.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::endpoint::Endpoint;
use crate::error::{Cancelled, Error, InvalidRequest, Timeout, TimeoutPhase};
use crate::runtime;
use crate::session::WaitBudget;
use crate::transport::Stage;

/// What ends a call before its response does.
#[derive(Clone, Default)]
pub(super) struct CallLimits {
    pub(super) timeout: Option<Duration>,
    pub(super) cancel: Option<CancellationToken>,
}

impl CallLimits {
    /// Returns the limits of `endpoint`. `timeout` applies where the endpoint declares none.
    pub(super) fn new(endpoint: &Endpoint, timeout: Option<Duration>) -> Self {
        Self { timeout: endpoint.timeout.of(timeout), cancel: None }
    }

    /// Returns what is left of the limits since `since`.
    pub(super) fn left_since(self, since: runtime::Instant) -> Self {
        Self { timeout: self.timeout.map(|limit| limit.saturating_sub(since.elapsed())), ..self }
    }

    /// Returns the outcome of `work`, unless a limit ends it. If `work` has started a refresh in advance,
    /// waits for that refresh within the same limits. Without a runtime, does no work.
    ///
    /// `work` is pinned by its caller, because this future would hold a large one twice.
    pub(super) async fn enforce<T>(
        &self,
        progress: &Progress,
        mut work: impl Future<Output = Result<T, Error>> + Unpin,
    ) -> Result<T, Error> {
        if !runtime::is_here() {
            return Err(no_runtime().into());
        }
        if self.cancel.as_ref().is_some_and(CancellationToken::is_cancelled) {
            return Err(Cancelled::default().into());
        }
        let deadline = self.timeout.map(runtime::deadline);
        if let Some(deadline) = deadline {
            progress.waits.end_at(deadline);
        }
        // Boxed, because few calls have a token.
        let mut cancelled = self.cancel.as_ref().map(|token| Box::pin(token.cancelled()));
        let mut time = pin!(deadline.map(runtime::sleep_until));
        let mut limit = poll_fn(|cx| {
            if let Some(cancelled) = &mut cancelled
                && cancelled.as_mut().poll(cx).is_ready()
            {
                return Poll::Ready(Error::from(Cancelled::default()));
            }
            match (self.timeout, time.as_mut().as_pin_mut()) {
                (Some(limit), Some(time)) => time.poll(cx).map(|()| progress.timed_out(limit).into()),
                _ => Poll::Pending,
            }
        });
        // The outcome comes first, so that no deadline discards a response that has arrived.
        let outcome = poll_fn(|cx| match Pin::new(&mut work).poll(cx) {
            Poll::Ready(outcome) => Poll::Ready(Ok(outcome)),
            Poll::Pending => Pin::new(&mut limit).poll(cx).map(Err),
        });
        let outcome = outcome.await?;
        if progress.waits.lingers() {
            let outcome = Box::new(outcome);
            let mut linger = Box::pin(progress.waits.linger());
            poll_fn(|cx| match linger.as_mut().poll(cx) {
                Poll::Pending => Pin::new(&mut limit).poll(cx).map(drop),
                Poll::Ready(()) => Poll::Ready(()),
            })
            .await;
            return *outcome;
        }
        outcome
    }
}

fn no_runtime() -> InvalidRequest {
    InvalidRequest::new(
        "Tokio runtime",
        "is missing on this thread: name one by `.spawn_on(…)` of the builder, or send the call by `.wait()` \
         of the feature `blocking`",
    )
}

/// What a call is waiting for: for the error of its timeout, and for the wait before it returns.
#[derive(Default)]
pub(super) struct Progress {
    refreshing: AtomicBool,
    pub(super) waits: WaitBudget,
    pub(super) stage: Stage,
}

impl Progress {
    /// Notes that the call waits for a refresh, until the returned value is dropped.
    pub(super) fn refreshing(&self) -> Refreshing<'_> {
        self.refreshing.store(true, Ordering::Relaxed);
        Refreshing(&self.refreshing)
    }

    /// Returns the outcome of an attempt, unless it takes longer than `limit`. Boxed, because most calls have
    /// no such limit.
    pub(super) fn attempt_within<'a, T: 'a>(
        &'a self,
        limit: Duration,
        attempt: impl Future<Output = Result<T, Error>> + Send + 'a,
    ) -> Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>> {
        Box::pin(async move {
            tokio::select! {
                biased;
                outcome = attempt => outcome,
                () = runtime::sleep_until(runtime::deadline(limit)) => {
                    Err(self.timed_out(limit).of_an_attempt().into())
                }
            }
        })
    }

    fn timed_out(&self, limit: Duration) -> Timeout {
        let phase = if self.refreshing.load(Ordering::Relaxed) {
            TimeoutPhase::Refresh
        } else if self.stage.is_connecting() {
            TimeoutPhase::Connect
        } else {
            TimeoutPhase::Response
        };
        self.stage.time_out();
        Timeout::new(phase, limit)
    }
}

/// The wait of a call for a refresh.
pub(super) struct Refreshing<'a>(&'a AtomicBool);

impl Drop for Refreshing<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
