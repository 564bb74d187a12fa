//! The atomics and locks of this folder. `tests/threads` replaces them by loom's.

pub(super) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
pub(super) use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
