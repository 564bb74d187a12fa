//! A claim on work that is due at a time, which threads read without a lock.

use super::primitives::{AtomicU64, Ordering};

/// The time at which the work is due, in milliseconds of the users' clock. Several threads may see that it is
/// free. The one that takes it does so under a lock of the users, after it has checked again.
#[derive(Default)]
pub(crate) struct DueClaim(AtomicU64);

impl DueClaim {
    /// Whether the work is due at `now`, and not claimed.
    pub(crate) fn is_free(&self, now: u64) -> bool {
        now >= self.0.load(Ordering::Acquire)
    }

    /// Claims the work.
    pub(crate) fn take(&self) {
        self.0.store(u64::MAX, Ordering::Release);
    }

    /// Gives the claim back: the work is due again at `when`.
    pub(crate) fn give_back(&self, when: u64) {
        self.0.store(when, Ordering::Release);
    }
}
