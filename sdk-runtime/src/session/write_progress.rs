//! What callers wait for at the store: the read in progress, and the attempts to write.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, SetOnce};

use crate::error::{Error, StoreError};
use crate::sync::{Flag, Turn};

/// Small, because each session of a pool has one.
#[derive(Default)]
pub(super) struct WriteProgress {
    pub(super) loading: Mutex<Option<Arc<Loading>>>,
    /// The turn of the writer, which is queued from the moment that there is something to write.
    pub(super) turn: Turn,
    attempts: Mutex<Attempts>,
    /// Notifies of each change of the attempts but their begin.
    changed: Notify,
    /// Raised when a writer has ended without success: the next one starts on demand.
    pub(super) has_failed: Flag,
}

pub(super) type Loading = SetOnce<Result<(), Error>>;

/// The attempts to write.
#[derive(Default)]
pub(super) struct Attempts {
    pub(super) begun: u64,
    /// How many attempts have ended, and how often there was nothing left to write.
    pub(super) ended: u64,
    /// How often a caller wanted a write now, which ends the writer's pause.
    pub(super) wanted: u64,
    /// The last failure, and its attempt.
    pub(super) failure: Option<(StoreError, u64)>,
    /// How many attempts have failed since the last one that succeeded.
    failures: u32,
}

impl WriteProgress {
    /// Returns what `read` reads of the attempts.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Attempts) -> T) -> T {
        read(&self.attempts())
    }

    /// Waits until `find` finds something. Callers are woken in the order in which they came.
    ///
    /// Cancel safe.
    pub(super) async fn until<T>(&self, find: impl Fn(&Attempts) -> Option<T>) -> T {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(found) = self.read(&find) {
                return found;
            }
            changed.await;
        }
    }

    /// Returns the number of a new attempt.
    pub(super) fn begin(&self) -> u64 {
        let mut attempts = self.attempts();
        attempts.begun += 1;
        attempts.begun
    }

    /// Tells the waiting callers that an attempt has succeeded.
    pub(super) fn succeeded(&self) {
        self.attempts().failures = 0;
        self.ended();
    }

    /// Counts a failed attempt. Returns how many had failed before it.
    pub(super) fn count_failure(&self) -> u32 {
        let mut attempts = self.attempts();
        let before = attempts.failures;
        attempts.failures = before.saturating_add(1);
        before
    }

    /// Tells the waiting callers that an attempt has ended, or that nothing is left to write.
    pub(super) fn ended(&self) {
        self.attempts().ended += 1;
        self.changed.notify_waiters();
    }

    /// Tells the waiting callers that `attempt` has failed.
    pub(super) fn failed(&self, error: StoreError, attempt: u64) {
        let mut attempts = self.attempts();
        attempts.ended += 1;
        let before = attempts.failure.replace((error, attempt));
        drop(attempts);
        // Without a lock: it may be a user's value.
        drop(before);
        self.changed.notify_waiters();
    }

    /// Ends the writer's pause.
    pub(super) fn want(&self) {
        self.attempts().wanted += 1;
        self.changed.notify_waiters();
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
