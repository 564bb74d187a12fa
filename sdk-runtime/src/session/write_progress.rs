//! What callers wait for at the store: the read in progress, and the attempts to write.

use std::sync::{Arc, Mutex};

use tokio::sync::{SetOnce, watch};

use crate::error::{Error, StoreError};
use crate::sync::{Exclusive, Flag};

#[derive(Default)]
pub(super) struct WriteProgress {
    pub(super) loading: Mutex<Option<Arc<Loading>>>,
    pub(super) writing: Exclusive,
    /// Changes with every attempt.
    pub(super) progress: watch::Sender<Failures>,
    /// Changes when a caller wants a write now, which ends the writer's pause.
    pub(super) wanted: watch::Sender<()>,
    /// Raised when a writer has ended without success: the next one starts on demand.
    pub(super) has_failed: Flag,
}

pub(super) type Loading = SetOnce<Result<(), Error>>;

#[derive(Default)]
pub(super) struct Failures {
    pub(super) begun: u64,
    pub(super) last: Option<(StoreError, u64)>,
}

impl WriteProgress {
    /// Returns the number of a new attempt.
    pub(super) fn begin(&self) -> u64 {
        let mut attempt = 0;
        self.progress.send_if_modified(|failures| {
            failures.begun += 1;
            attempt = failures.begun;
            false
        });
        attempt
    }

    /// Tells the waiting callers that `attempt` has failed.
    pub(super) fn failed(&self, error: StoreError, attempt: u64) {
        let mut before = None;
        self.progress.send_modify(|failures| before = failures.last.replace((error, attempt)));
        // Without a lock: it may be a user's value.
        drop(before);
    }
}
