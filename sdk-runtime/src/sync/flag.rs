//! A flag that is raised once.

use super::primitives::{AtomicBool, Ordering};

/// Changes from false to true, and never back. A thread that sees it raised sees what happened before.
#[derive(Debug, Default)]
pub(crate) struct Flag(AtomicBool);

impl Flag {
    pub(crate) fn raise(&self) {
        // Reads first, because threads that raise it again share its cache line.
        if !self.is_raised() {
            self.0.store(true, Ordering::Release);
        }
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
