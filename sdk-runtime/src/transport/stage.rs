//! The stage of a request: its transport reports whether it is connecting, and its caller reports a timeout.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// The stage of a request. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stage(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    is_connecting: AtomicBool,
    has_timed_out: AtomicBool,
    sends: AtomicU32,
}

impl Stage {
    /// Whether there is no connection yet, so that nothing of the request was sent.
    pub(crate) fn is_connecting(&self) -> bool {
        self.0.is_connecting.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, is_connecting: bool) {
        self.0.is_connecting.store(is_connecting, Ordering::Relaxed);
    }

    /// Counts a send of the request. Returns how often it was sent before.
    pub(crate) fn count_send(&self) -> u32 {
        self.0.sends.fetch_add(1, Ordering::Relaxed)
    }

    /// Records that the request has timed out.
    pub(crate) fn time_out(&self) {
        self.0.has_timed_out.store(true, Ordering::Relaxed);
    }

    /// Begins with another attempt, after one that may have timed out.
    pub(crate) fn begin_again(&self) {
        self.0.has_timed_out.store(false, Ordering::Relaxed);
        self.set(false);
    }

    #[cfg(any(feature = "reqwest", feature = "lean"))]
    pub(super) fn has_timed_out(&self) -> bool {
        self.0.has_timed_out.load(Ordering::Relaxed)
    }
}
