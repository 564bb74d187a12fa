//! The refresh in progress (single flight): one task owns it, callers wait for it, and no caller can end
//! it.
//!
//! - **I1** Only the owning task or a later epoch clears the marker of the flight, never a caller.
//! - **I5** A waiter only sees the result of the flight that it joined.
//! - **I6** Every waiter gets a result: a guard settles the flight, however the task ends.
//! - **I8** Dropping or cancelling a waiter changes no other result and stops no refresh.

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::SetOnce;
use tokio_util::sync::CancellationToken;

use crate::session::state::{Discarded, FlightId, Settled};
use crate::sync::Flag;
use crate::trace::{self, Span};

/// Revokes tokens at the server that no login wants.
pub(crate) type Revoke = Box<dyn FnOnce(Discarded) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

pub(crate) struct RefreshFlight {
    pub(crate) id: FlightId,
    /// A child of the session's shutdown, never of a caller's token.
    pub(crate) cancel: CancellationToken,
    /// `None`: the flight was superseded, and each waiter has to check what became of its login.
    pub(crate) outcome: SetOnce<Option<Settled>>,
    /// The span of the refresh, which starts when the lock is free.
    pub(crate) span: OnceLock<Span>,
    /// Whether the refresh token may be spent.
    sent: Flag,
    /// Set when the task has ended, superseded or not.
    pub(crate) ended: SetOnce<()>,
    /// Revokes tokens that are received for a login that was signed out.
    revoke: Mutex<Option<Revoke>>,
}

impl RefreshFlight {
    pub(crate) fn new(id: FlightId, cancel: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            id,
            cancel,
            outcome: SetOnce::new(),
            span: OnceLock::new(),
            sent: Flag::default(),
            ended: SetOnce::new(),
            revoke: Mutex::default(),
        })
    }

    /// Waits for the result.
    ///
    /// Cancel safe: nothing is lost when the future is dropped.
    pub(crate) async fn settled(&self) -> Option<Settled> {
        let settled = self.outcome.wait().await.clone();
        if let Some(span) = self.span.get() {
            trace::waited_for(span);
        }
        settled
    }

    /// Sets how tokens are revoked that no login wants. Returns the former value, which is to be dropped
    /// without a lock.
    pub(crate) fn revoke_with(&self, revoke: Revoke) -> Option<Revoke> {
        self.revoke.lock().unwrap_or_else(PoisonError::into_inner).replace(revoke)
    }

    pub(crate) fn take_revoke(&self) -> Option<Revoke> {
        self.revoke.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The request is being sent. Until the response arrives, the outcome is unknown.
    pub(crate) fn sent(&self) {
        self.sent.raise();
    }

    pub(crate) fn is_sent(&self) -> bool {
        self.sent.is_raised()
    }

    /// Waits until the task has ended.
    pub(crate) async fn ended(&self) {
        self.ended.wait().await;
    }

    /// Whether the task has ended. The session has its tokens by then.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.initialized()
    }

    /// Cancels the refresh if nothing is spent yet, and wakes the waiters.
    pub(crate) fn supersede(&self) {
        self.cancel.cancel();
        self.settle(None);
    }

    /// Settles the waiters. Only the first result counts.
    pub(crate) fn settle(&self, settled: Option<Settled>) {
        let _ = self.outcome.set(settled);
    }
}
