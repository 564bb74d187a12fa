//! Exclusive work: one thread at a time does it.

use super::primitives::{AtomicBool, Ordering};

/// Whether a thread is working. After `end` it has to look for work once more. Some may have come when none
/// was left, while the thread that brought it saw the work in progress.
#[derive(Default)]
pub(crate) struct Exclusive(AtomicBool);

impl Exclusive {
    /// Starts the work. Returns `false` if another thread is working.
    pub(crate) fn begin(&self) -> bool {
        self.0.compare_exchange(false, true, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Ends the work.
    pub(crate) fn end(&self) {
        self.0.store(false, Ordering::Release);
    }
}
