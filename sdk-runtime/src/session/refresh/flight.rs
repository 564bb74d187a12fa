//! One refresh while it is under way: a task owns it, callers wait for it, and no caller can end it.
//!
//! - **I1** The in-flight marker is cleared by the owning task, or by a fence, never by a caller.
//! - **I5** A waiter only ever sees the outcome of the run it joined.
//! - **I6** Every waiter resolves: whatever ends the task, a guard settles the run.
//! - **I8** Dropping or cancelling a waiter changes nobody else's outcome and stops no run.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::SetOnce;
use tokio_util::sync::CancellationToken;

use crate::session::state::message::{Discarded, FlightId, Settled};
use crate::sync::Flag;

/// Tells the server that nobody wants it.
pub(crate) type Revoke = Box<dyn FnOnce(Discarded) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

pub(crate) struct RefreshFlight {
    pub(crate) id: FlightId,
    /// A child of the session's shutdown, never of a caller's token.
    pub(crate) cancel: CancellationToken,
    /// `None`: the run was fenced, and each waiter has to look for itself what became of its login.
    pub(crate) outcome: SetOnce<Option<Settled>>,
    /// Whether the refresh token may have been spent.
    sent: Flag,
    /// Set when its task is at its end, fenced or not.
    pub(crate) ended: SetOnce<()>,
    /// What is done with tokens it obtains for a login that was signed out.
    revoke: Mutex<Option<Revoke>>,
}

impl RefreshFlight {
    pub(crate) fn new(id: FlightId, cancel: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            id,
            cancel,
            outcome: SetOnce::new(),
            sent: Flag::default(),
            ended: SetOnce::new(),
            revoke: Mutex::default(),
        })
    }

    /// Waits for the outcome.
    ///
    /// Cancel safe: nothing is lost when the future is dropped.
    pub(crate) async fn settled(&self) -> Option<Settled> {
        self.outcome.wait().await.clone()
    }

    /// What it obtains is told to the server by `revoke`, if it turns out to be nobody's.
    /// Gives back what was to be done before, to be dropped under no lock.
    pub(crate) fn revoke_with(&self, revoke: Revoke) -> Option<Revoke> {
        self.revoke.lock().unwrap_or_else(PoisonError::into_inner).replace(revoke)
    }

    pub(crate) fn take_revoke(&self) -> Option<Revoke> {
        self.revoke.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// From here on nobody knows whether the refresh token is spent, until the answer is there.
    pub(crate) fn sent(&self) {
        self.sent.raise();
    }

    pub(crate) fn is_sent(&self) -> bool {
        self.sent.is_raised()
    }

    /// Waits until nothing of it goes on.
    pub(crate) async fn ended(&self) {
        self.ended.wait().await;
    }

    /// Whether nothing of it goes on. What it has obtained is known to the session then.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.initialized()
    }

    /// Ends the run if nothing has been spent yet, and lets go of its waiters.
    pub(crate) fn supersede(&self) {
        self.cancel.cancel();
        self.settle(None);
    }

    /// Tells the waiters; the first word stands.
    pub(crate) fn settle(&self, settled: Option<Settled>) {
        let _ = self.outcome.set(settled);
    }
}
