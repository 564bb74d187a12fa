//! Something that becomes true and stays so.

use super::primitives::{AtomicBool, Ordering};

/// Goes from false to true. Who sees it raised sees what happened before.
#[derive(Debug, Default)]
pub(crate) struct Flag(AtomicBool);

impl Flag {
    pub(crate) fn raise(&self) {
        // Read first: whoever raises it again and again shares the line of memory with all others.
        if !self.is_raised() {
            self.0.store(true, Ordering::Release);
        }
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
