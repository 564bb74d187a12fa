//! A set of numbers that only grows, read and written by many threads without a lock.

use std::num::NonZeroU64;

use super::primitives::{AtomicU64, OnceLock, Ordering};

/// A set of numbers. Holds the first one itself, and the others in four sets that are made when a second one
/// comes: the last two bits of a number say in which of them, the two before them in which of its four.
#[derive(Default)]
pub(crate) struct GrowingSet {
    /// The first number, or `NONE`.
    first: AtomicU64,
    others: OnceLock<Box<[GrowingSet; 4]>>,
}

const NONE: u64 = 0;

impl GrowingSet {
    /// Adds `number`.
    pub(crate) fn add(&self, number: NonZeroU64) {
        let number = number.get();
        let (mut set, mut rest) = (self, number);
        loop {
            // Reads first, because threads that add the same member again share its cache line.
            let mut first = set.first.load(Ordering::Acquire);
            if first == NONE {
                let added = set.first.compare_exchange(NONE, number, Ordering::AcqRel, Ordering::Acquire);
                first = added.err().unwrap_or(number);
            }
            if first == number {
                return;
            }
            set = &set.others.get_or_init(Box::default)[(rest % 4) as usize];
            rest /= 4;
        }
    }

    /// Whether `number` was added.
    pub(crate) fn has(&self, number: NonZeroU64) -> bool {
        let number = number.get();
        let (mut set, mut rest) = (self, number);
        while set.first.load(Ordering::Acquire) != number {
            let Some(others) = set.others.get() else { return false };
            set = &others[(rest % 4) as usize];
            rest /= 4;
        }
        true
    }

    /// Whether any number was added.
    pub(crate) fn has_any(&self) -> bool {
        self.first.load(Ordering::Acquire) != NONE
    }
}
