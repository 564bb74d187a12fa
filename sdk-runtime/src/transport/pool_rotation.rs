//! Which of two pools of connections calls use: the other one, after a call has timed out on a connection. What HTTP/1 drops with the
//! call, HTTP/2 would keep for the next; the connection goes on for those calls that it still serves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::stage::Stage;

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct PoolRotation(Arc<AtomicUsize>);

impl PoolRotation {
    /// The turn of a request that is about to be sent; it is held for as long as the request, or its answer, is under way.
    pub(super) fn take(&self, stage: &Stage) -> PoolUse {
        PoolUse { turns: self.0.clone(), number: self.0.load(Ordering::Relaxed), stage: stage.clone() }
    }
}

/// A request under way, on a connection of its pool.
pub(super) struct PoolUse {
    turns: Arc<AtomicUsize>,
    number: usize,
    stage: Stage,
}

impl PoolUse {
    /// Which pool: 0 or 1.
    pub(super) fn pool(&self) -> usize {
        self.number % 2
    }
}

impl Drop for PoolUse {
    fn drop(&mut self) {
        if self.stage.has_timed_out() && !self.stage.is_connecting() {
            // Of all that time out in one turn, the first ends it.
            let next = self.number.wrapping_add(1);
            let _ = self.turns.compare_exchange(self.number, next, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}
