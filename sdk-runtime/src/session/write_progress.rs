//! What callers wait for at the store: the read in progress, and the attempts to write.

use std::sync::{Arc, Mutex};

use tokio::sync::{SetOnce, watch};

use crate::error::{Error, StoreError};
use crate::sync::{Exclusive, Flag};

#[derive(Default)]
pub(super) struct WriteProgress {
    /// The look into the store that is under way.
    pub(super) loading: Mutex<Option<Arc<Loading>>>,
    /// Whether a task is writing.
    pub(super) writing: Exclusive,
    /// Changes with every attempt.
    pub(super) progress: watch::Sender<Failures>,
    /// Changes when a caller wants the store written now, which ends every pause.
    pub(super) wanted: watch::Sender<()>,
    /// Raised when a writer has ended without having written: the next one begins when it is asked for.
    pub(super) has_failed: Flag,
}

pub(super) type Loading = SetOnce<Result<(), Error>>;

#[derive(Default)]
pub(super) struct Failures {
    /// How many attempts were begun.
    pub(super) begun: u64,
    /// The last that failed, and which it was.
    pub(super) last: Option<(StoreError, u64)>,
}

impl WriteProgress {
    /// The number of an attempt that begins.
    pub(super) fn begin(&self) -> u64 {
        let mut attempt = 0;
        self.progress.send_if_modified(|failures| {
            failures.begun += 1;
            attempt = failures.begun;
            false
        });
        attempt
    }

    /// Tells those who wait that the store could not be written in `attempt`.
    pub(super) fn failed(&self, error: StoreError, attempt: u64) {
        let mut before = None;
        self.progress.send_modify(|failures| before = failures.last.replace((error, attempt)));
        // Under no lock: it may be a value of the user's.
        drop(before);
    }
}
