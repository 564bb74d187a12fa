//! An approximate set of numbers that only grows, without a lock.

use super::primitives::{AtomicU64, Ordering};

/// A set with 64 places. Two members may share a place, so that a number may seem to be a member that is
/// none.
#[derive(Debug, Default)]
pub(crate) struct ApproximateSet(AtomicU64);

impl ApproximateSet {
    /// Adds the member with this number.
    pub(crate) fn set(&self, number: u64) {
        // Reads first, because threads that add the same member again share its cache line.
        if !self.has(number) {
            self.0.fetch_or(1 << (number % 64), Ordering::AcqRel);
        }
    }

    /// Whether this number may be a member. `false` is certain.
    pub(crate) fn has(&self, number: u64) -> bool {
        self.0.load(Ordering::Acquire) & (1 << (number % 64)) != 0
    }

    /// Whether the set has a member.
    pub(crate) fn has_any(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }
}
