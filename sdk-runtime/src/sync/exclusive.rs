//! Work that one at a time does. What it is for is for its users to know.

use super::primitives::{AtomicBool, Ordering};

/// Whether somebody is at work. Whoever has ended has to look once more for something to do: it may have come when there seemed to
/// be nothing left, and whoever brought it found somebody at work.
#[derive(Default)]
pub(crate) struct Exclusive(AtomicBool);

impl Exclusive {
    /// Whether the work is the caller's now; somebody else is at it otherwise.
    pub(crate) fn begin(&self) -> bool {
        self.0.compare_exchange(false, true, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Lets somebody else begin.
    pub(crate) fn end(&self) {
        self.0.store(false, Ordering::Release);
    }
}
