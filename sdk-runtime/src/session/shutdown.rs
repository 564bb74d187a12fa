//! The end of a session, and the closed ones that had its store before it and may still write there.
//!
//! - **I9** What a closed session has obtained is written before the next one of the same store reads it.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use super::shell::{Predecessor, Shell};
use crate::error::StoreError;
use crate::runtime;

/// How long sessions that shut down wait for what was sent, all together.
const DRAIN: Duration = Duration::from_secs(10);

impl Shell {
    /// Closes the session, and waits for what was sent to be answered and written down.
    pub(crate) async fn shut_down(self: &Arc<Self>) -> Result<(), StoreError> {
        self.close();
        runtime::within(DRAIN, self.drained()).await.unwrap_or_else(|| Err(StoreError::timeout()))
    }

    /// The same for `sessions`, all at the same time and with one deadline. Gives the first failure.
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

    /// Waits until what the session and those before it had begun is answered and written down.
    async fn drained(self: &Arc<Self>) -> Result<(), StoreError> {
        let mut before = Ok(());
        // What the session has itself is written after all those, and in their place.
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

    /// Waits until what the session itself had begun is answered and written down. It is closed.
    async fn finished(self: &Arc<Self>) -> Result<(), StoreError> {
        if let Some(flight) = self.last_flight() {
            flight.ended().await;
        }
        self.flushed().await
    }

    /// Waits for what the sessions have begun that had the store before and were closed: they may still write there.
    pub(super) async fn wait_for_those_before(&self) {
        while let Some(session) = self.predecessor.get() {
            // The time that it waits in turn is not counted.
            let has_begun = session.predecessor.lock().is_none();
            // It has told of a failure itself.
            let finished = runtime::within(DRAIN, Box::pin(session.finished())).await;
            if finished.is_some() || has_begun {
                self.predecessor.passes(&session);
            }
        }
    }

    /// The last session, of this closed one and those before it, that has something left to write or to obtain.
    pub(crate) fn last_unfinished(self: &Arc<Self>) -> Option<Arc<Self>> {
        let mut last = Some(self.clone());
        while let Some(session) = last.take_if(|session| session.is_finished()) {
            last = session.predecessor.get();
        }
        last
    }

    /// Whether there is something to wait for at the end of the session, which is closed.
    pub(crate) fn is_to_be_drained(&self) -> bool {
        !self.is_finished() || self.predecessor.lock().is_some()
    }

    /// Whether a session that had the store before is still at work: only this one knows of it.
    pub(super) fn follows_busy_predecessor(&self) -> bool {
        self.predecessor.lock().as_ref().is_some_and(|before| {
            !before.has_no_flight()
                || before.has_pending_write() && !before.write_progress.has_failed.is_raised()
        })
    }

    /// Whether the session, which is closed, has obtained and written down all that it can.
    fn is_finished(&self) -> bool {
        // In this order: what a run obtained last is unsaved when the run has ended.
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
    /// Notes the session that had the store before.
    pub(super) fn set(&self, session: Option<Arc<Shell>>) {
        let former = std::mem::replace(&mut *self.lock(), session);
        // It may hold values of the user's.
        drop(former);
    }

    /// Nothing more is waited for of `session`: what it came after itself is next.
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
        // One after the other: there may be more of them than a stack has room for.
        let mut next = self.lock().take();
        while let Some(session) = next.and_then(Arc::into_inner) {
            next = session.predecessor.lock().take();
        }
    }
}
