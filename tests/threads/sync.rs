//! The files of `sdk-runtime/src/sync` as they stand, on loom's atomics and locks.

#[path = "../../sdk-runtime/src/sync/busy.rs"]
mod busy;
#[path = "../../sdk-runtime/src/sync/claim.rs"]
mod claim;
#[path = "../../sdk-runtime/src/sync/flag.rs"]
mod flag;
#[path = "../../sdk-runtime/src/sync/in_turn.rs"]
mod in_turn;

pub(crate) use busy::Busy;
pub(crate) use claim::Claim;
pub(crate) use flag::Flag;
pub(crate) use in_turn::InTurn;

mod primitives {
    pub(super) use std::sync::PoisonError;

    pub(super) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    pub(super) use loom::sync::{Mutex, MutexGuard};
}
