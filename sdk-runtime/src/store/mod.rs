//! Stores: where a login survives restarts, as one text with a version. The session writes leases, outcomes
//! and the end of a login into that text.

mod blocking;
mod envelope;
mod file;
mod interface;
#[cfg(feature = "keyring")]
mod keyring;
mod memory;

pub use crate::error::{StoreError, StoreErrorKind};
pub use file::FileStore;
pub use interface::{StoreFuture, StoreLock, StoredLogin, TokenStore};
#[cfg(feature = "keyring")]
pub use keyring::KeyringStore;
pub use memory::MemoryStore;
