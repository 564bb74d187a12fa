//! The count of handles that share something, which ends with the last one.

use super::primitives::{AtomicU64, Ordering};

/// Counts handles, as an `Arc` counts its owners.
pub(crate) struct Handles(AtomicU64);

impl Handles {
    /// Creates the count of one handle.
    pub(crate) fn one() -> Self {
        Self(AtomicU64::new(1))
    }

    /// Counts a handle that is made from another one.
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// A handle is dropped. Returns whether it was the last one.
    pub(crate) fn remove(&self) -> bool {
        self.0.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Whether the handle of the caller, which no other thread uses, is the only one.
    pub(crate) fn are_one(&self) -> bool {
        self.0.load(Ordering::Acquire) == 1
    }
}
