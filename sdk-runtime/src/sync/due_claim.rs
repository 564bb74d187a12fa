//! What one of many is to do, and the others can tell without a lock that they need not.

use super::primitives::{AtomicU64, Ordering};

/// When something is next to be done, in milliseconds by the clock of its users. It is taken under a lock of theirs, by whoever has
/// asked there once more: several may have seen without it that nobody does it.
#[derive(Default)]
pub(crate) struct DueClaim(AtomicU64);

impl DueClaim {
    /// Whether nobody has it, and somebody may at `now`.
    pub(crate) fn is_free(&self, now: u64) -> bool {
        now >= self.0.load(Ordering::Acquire)
    }

    /// Somebody does it, so that nobody else has to.
    pub(crate) fn take(&self) {
        self.0.store(u64::MAX, Ordering::Release);
    }

    /// It was not done: from `when` on somebody else may try.
    pub(crate) fn give_back(&self, when: u64) {
        self.0.store(when, Ordering::Release);
    }
}
