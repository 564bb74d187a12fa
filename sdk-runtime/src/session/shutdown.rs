//! The end of a session, and the closed sessions that may still write to the same store.
//!
//! - **I9** What a closed session has received is written before the next session of the store reads it.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use super::shell::{Predecessor, Shell};
use crate::error::StoreError;
use crate::runtime;

/// How long sessions that shut down wait together for refreshes that were sent.
const DRAIN: Duration = Duration::from_secs(10);

impl Shell {
    /// Closes the session, and waits until a refresh that was sent is answered and stored.
    pub(crate) async fn shut_down(self: &Arc<Self>) -> Result<(), StoreError> {
        self.close();
        runtime::within(DRAIN, self.drained()).await.unwrap_or_else(|| Err(StoreError::timeout()))
    }

    /// The same for `sessions`, all at the same time and with one deadline. Returns the first failure.
    pub(crate) async fn shut_down_all(sessions: &[Arc<Self>]) -> Result<(), StoreError> {
        for session in sessions {
            session.close();
        }
        let deadline = runtime::deadline(DRAIN);
        let (tells, mut told) = mpsc::unbounded_channel();
        let mut missing = 0;
        for session in sessions.iter().filter(|session| session.is_to_be_drained()) {
            missing += 1;
            let (session, tells) = (session.clone(), tells.clone());
            session.spawner.clone().spawn(async move {
                let drained = runtime::until(deadline, session.drained()).await;
                let _ = tells.send(drained.unwrap_or_else(|| Err(StoreError::timeout())));
            });
        }
        drop(tells);
        let mut ended = Ok(());
        while let Some(drained) = told.recv().await {
            missing -= 1;
            ended = ended.and(drained);
        }
        match missing {
            0 => ended,
            _ => ended.and(Err(StoreError::unavailable(
                "it was not written to the end",
                "the task that waited for it is gone",
            ))),
        }
    }

    /// Waits until this session and its predecessors have finished.
    async fn drained(self: &Arc<Self>) -> Result<(), StoreError> {
        let mut before = Ok(());
        // A pending write of this session replaces what its predecessors write.
        if !self.has_pending_write() {
            while let (Some(session), Ok(())) = (self.predecessor.get(), &before) {
                before = Box::pin(session.finished()).await;
                if before.is_ok() {
                    self.predecessor.passes(&session);
                }
            }
        }
        self.finished().await.and(before)
    }

    /// Waits until this closed session itself has finished.
    async fn finished(self: &Arc<Self>) -> Result<(), StoreError> {
        if let Some(flight) = self.last_flight() {
            flight.ended().await;
        }
        self.flushed().await
    }

    /// Waits until the predecessors have finished, because they may still write to the store.
    pub(super) async fn wait_for_those_before(&self) {
        while let Some(session) = self.predecessor.get() {
            // The time in which it waits for its own predecessor is not counted.
            let has_begun = session.predecessor.lock().is_none();
            // It has reported a failure itself.
            let finished = runtime::within(DRAIN, Box::pin(session.finished())).await;
            if finished.is_some() || has_begun {
                self.predecessor.passes(&session);
            }
        }
    }

    /// Returns the latest session, of this closed one and its predecessors, that has not finished.
    pub(crate) fn last_unfinished(self: &Arc<Self>) -> Option<Arc<Self>> {
        let mut last = Some(self.clone());
        while let Some(session) = last.take_if(|session| session.is_finished()) {
            last = session.predecessor.get();
        }
        last
    }

    /// Whether there is something to wait for when this closed session shuts down.
    pub(crate) fn is_to_be_drained(&self) -> bool {
        !self.is_finished() || self.predecessor.lock().is_some()
    }

    /// Whether a predecessor is still at work. Only this session knows of it.
    pub(super) fn follows_busy_predecessor(&self) -> bool {
        self.predecessor.lock().as_ref().is_some_and(|before| {
            !before.has_no_flight()
                || before.has_pending_write() && !before.write_progress.has_failed.is_raised()
        })
    }

    /// Whether this closed session has received and stored all that it can.
    fn is_finished(&self) -> bool {
        // In this order: the last tokens of a flight are a pending write when the flight has ended.
        self.has_no_flight() && !self.has_pending_write()
    }

    fn has_no_flight(&self) -> bool {
        self.last_flight().is_none_or(|flight| flight.has_ended())
    }

    fn has_pending_write(&self) -> bool {
        self.lock().core.has_pending_write()
    }
}

impl Predecessor {
    pub(super) fn set(&self, session: Option<Arc<Shell>>) {
        let former = std::mem::replace(&mut *self.lock(), session);
        // It may hold a user's values.
        drop(former);
    }

    /// Ends the wait for `session`: its own predecessor is next.
    fn passes(&self, session: &Arc<Shell>) {
        let next = session.predecessor.get();
        let mut before = self.lock();
        let is_next = before.as_ref().is_some_and(|before| Arc::ptr_eq(before, session));
        let unwanted = if is_next { std::mem::replace(&mut *before, next) } else { next };
        drop(before);
        drop(unwanted);
    }

    fn get(&self) -> Option<Arc<Shell>> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Shell>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Predecessor {
    fn drop(&mut self) {
        // In a loop, because a recursive drop of many sessions overflows the stack.
        let mut next = self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        while let Some(session) = next.and_then(Arc::into_inner) {
            next = session.predecessor.lock().take();
        }
    }
}
