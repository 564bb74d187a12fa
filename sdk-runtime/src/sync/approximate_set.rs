//! Which of many have done something, roughly: a set that only grows, without a lock.

use super::primitives::{AtomicU64, Ordering};

/// A member is in one of 64 places, by its number. So two may share a place, and one may seem to be there that is not.
#[derive(Debug, Default)]
pub(crate) struct ApproximateSet(AtomicU64);

impl ApproximateSet {
    /// Adds the member with this number.
    pub(crate) fn set(&self, number: u64) {
        // Read first: threads that add the same member again and again share the line of memory with all others.
        if !self.has(number) {
            self.0.fetch_or(1 << (number % 64), Ordering::AcqRel);
        }
    }

    /// Whether the member with this number may be there. `false` is certain.
    pub(crate) fn has(&self, number: u64) -> bool {
        self.0.load(Ordering::Acquire) & (1 << (number % 64)) != 0
    }

    /// Whether there is any member.
    pub(crate) fn has_any(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }
}
