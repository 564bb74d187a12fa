//! The rotation of two connection pools: after a call has timed out on a connection, new calls use the other
//! pool. HTTP/1 closes the connection of such a call, and HTTP/2 would keep it for the next. Calls that still
//! use it go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::stage::Stage;

/// The pool of new calls.
#[derive(Debug, Default)]
pub(crate) struct PoolRotation(Arc<AtomicUsize>);

impl PoolRotation {
    /// Returns the pool for a request that is about to be sent. Hold it while the request or its response is
    /// in progress.
    pub(crate) fn take(&self, stage: &Stage) -> PoolUse {
        PoolUse { turns: self.0.clone(), number: self.0.load(Ordering::Relaxed), stage: stage.clone() }
    }
}

/// A request in progress, on a connection of its pool.
pub(crate) struct PoolUse {
    turns: Arc<AtomicUsize>,
    number: usize,
    stage: Stage,
}

impl PoolUse {
    /// Returns the number of the pool, 0 or 1.
    pub(crate) fn pool(&self) -> usize {
        self.number % 2
    }
}

impl Drop for PoolUse {
    fn drop(&mut self) {
        if self.stage.has_timed_out() && !self.stage.is_connecting() {
            // Of all calls that time out in one rotation, the first rotates.
            let next = self.number.wrapping_add(1);
            let _ = self.turns.compare_exchange(self.number, next, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}
