//! The files of `sdk-runtime/src/sync`, compiled with loom's atomics and locks.

#[path = "../../sdk-runtime/src/sync/due_claim.rs"]
mod due_claim;
#[path = "../../sdk-runtime/src/sync/flag.rs"]
mod flag;
#[path = "../../sdk-runtime/src/sync/growing_set.rs"]
mod growing_set;
#[path = "../../sdk-runtime/src/sync/handles.rs"]
mod handles;
#[path = "../../sdk-runtime/src/sync/ordered_queue.rs"]
mod ordered_queue;
#[path = "../../sdk-runtime/src/sync/turn.rs"]
mod turn;

pub(crate) use due_claim::DueClaim;
pub(crate) use flag::Flag;
pub(crate) use growing_set::GrowingSet;
pub(crate) use handles::Handles;
pub(crate) use ordered_queue::OrderedQueue;
pub(crate) use turn::Turn;

mod primitives {
    pub(super) use std::sync::PoisonError;

    pub(super) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    pub(super) use loom::sync::{Mutex, MutexGuard};

    /// Loom has none. What is in it is kept for the life of the program, which lasts for one model.
    pub(super) struct OnceLock<T: 'static>(Mutex<Option<&'static T>>);

    impl<T> Default for OnceLock<T> {
        fn default() -> Self {
            Self(Mutex::new(None))
        }
    }

    impl<T> OnceLock<T> {
        pub(super) fn get(&self) -> Option<&T> {
            *self.0.lock().unwrap()
        }

        pub(super) fn get_or_init(&self, init: impl FnOnce() -> T) -> &T {
            self.0.lock().unwrap().get_or_insert_with(|| Box::leak(Box::new(init())))
        }
    }
}
