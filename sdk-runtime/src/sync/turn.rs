//! The turn of work: it is queued once, and one thread at a time does it.

use super::primitives::{AtomicU64, Ordering};

const IDLE: u64 = 0;
const QUEUED: u64 = 1;
const RUNNING: u64 = 2;

/// Whether work is queued or being done. After `end` the thread has to look for work once more. Some may have
/// come when none was left, while the thread that brought it saw the work in progress.
#[derive(Default)]
pub(crate) struct Turn(AtomicU64);

impl Turn {
    /// Queues the work. Returns `false` if it is queued or being done already.
    pub(crate) fn queue(&self) -> bool {
        self.passes(IDLE, QUEUED)
    }

    /// Begins the work. Returns `false` if it is not queued any more.
    pub(crate) fn begin(&self) -> bool {
        self.passes(QUEUED, RUNNING)
    }

    /// Queues the work once more, which this thread has begun.
    pub(crate) fn queue_again(&self) {
        self.0.store(QUEUED, Ordering::Release);
    }

    /// Ends the work, which this thread has begun.
    pub(crate) fn end(&self) {
        self.0.store(IDLE, Ordering::Release);
    }

    fn passes(&self, from: u64, to: u64) -> bool {
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}
