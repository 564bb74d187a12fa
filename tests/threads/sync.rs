//! The files of `sdk-runtime/src/sync`, compiled with loom's atomics and locks.

#[path = "../../sdk-runtime/src/sync/due_claim.rs"]
mod due_claim;
#[path = "../../sdk-runtime/src/sync/flag.rs"]
mod flag;
#[path = "../../sdk-runtime/src/sync/ordered_queue.rs"]
mod ordered_queue;
#[path = "../../sdk-runtime/src/sync/turn.rs"]
mod turn;

pub(crate) use due_claim::DueClaim;
pub(crate) use flag::Flag;
pub(crate) use ordered_queue::OrderedQueue;
pub(crate) use turn::Turn;

mod primitives {
    pub(super) use std::sync::PoisonError;

    pub(super) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    pub(super) use loom::sync::{Mutex, MutexGuard};
}
