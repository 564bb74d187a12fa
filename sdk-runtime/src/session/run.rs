//! One renewal while it is under way: a task owns it, callers wait for it, and no caller can end it.
//!
//! - **I1** The in-flight marker is cleared by the owning task, or by a fence, never by a caller.
//! - **I5** A waiter only ever sees the outcome of the run it joined.
//! - **I6** Every waiter resolves: whatever ends the task, a guard settles the run.
//! - **I8** Dropping or cancelling a waiter changes nobody else's outcome and stops no run.

use std::sync::Arc;

use tokio::sync::SetOnce;
use tokio_util::sync::CancellationToken;

use super::event::{Outcome, RunId, Settled};
use super::refresh::Renewer;
use super::shared::Shared;
use super::tokens::Grant;
use crate::clock;
use crate::cookies::Jar;
use crate::error::UnavailableCause;

pub(crate) struct Run {
    pub(crate) id: RunId,
    /// A child of the session's shutdown, never of a caller's token.
    cancel: CancellationToken,
    /// `None`: the run was fenced, and each waiter has to look for itself what became of its login.
    outcome: SetOnce<Option<Settled>>,
}

impl Run {
    pub(crate) fn new(id: RunId, cancel: CancellationToken) -> Arc<Self> {
        Arc::new(Self { id, cancel, outcome: SetOnce::new() })
    }

    /// Waits for the outcome.
    ///
    /// Cancel safe: nothing is lost when the future is dropped.
    pub(crate) async fn settled(&self) -> Option<Settled> {
        self.outcome.wait().await.clone()
    }

    /// Ends the run if nothing has been spent yet, and lets go of its waiters.
    pub(crate) fn fence(&self) {
        self.cancel.cancel();
        self.settle(None);
    }

    /// Tells the waiters; the first word stands.
    pub(crate) fn settle(&self, settled: Option<Settled>) {
        let _ = self.outcome.set(settled);
    }
}

/// Starts the task that owns `run`.
pub(crate) fn start(shared: Arc<Shared>, run: Arc<Run>, renewer: Renewer, grant: Grant, jar: Arc<Jar>) {
    let guard = Guard { shared, run };
    clock::spawn(async move {
        let outcome = renew(&guard.run, &renewer, &grant, &jar).await;
        guard.shared.finish(&guard.run, outcome);
    });
}

async fn renew(run: &Run, renewer: &Renewer, grant: &Grant, jar: &Jar) -> Outcome {
    // Nothing has been spent yet, so the end of the login ends the run.
    if run.cancel.is_cancelled() {
        return aborted();
    }
    let Some(request) = renewer.request(grant) else {
        return Outcome::NothingToRenewWith;
    };
    let request = match request {
        Ok(request) => request,
        Err(error) => return Outcome::Misconfigured(UnavailableCause::Request(error)),
    };
    // Code of the user's has run meanwhile.
    if run.cancel.is_cancelled() {
        return aborted();
    }
    // The point of no return: from here on only the timeout ends it, since the refresh token may be spent.
    match clock::within(renewer.timeout(), renewer.send(&request, jar)).await {
        Some(outcome) => outcome,
        None => Outcome::Unavailable { cause: UnavailableCause::Timeout, retry_after: None },
    }
}

fn aborted() -> Outcome {
    Outcome::Unavailable { cause: UnavailableCause::Aborted, retry_after: None }
}

/// Settles the run when the task ends without having done so: a panic in code of the user's, a runtime that shuts down, no
/// runtime at all.
struct Guard {
    shared: Arc<Shared>,
    run: Arc<Run>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shared.finish(&self.run, aborted());
    }
}
