//! Where a login is kept across restarts: a place for one text with a version. Knows nothing of what the text says; leases,
//! intents and the end of a login are written in it by the session.

mod blocking;
mod envelope;
mod file;
mod interface;
#[cfg(feature = "keyring")]
mod keyring;
mod memory;

pub use file::FileStore;
pub use interface::{StoreFuture, StoreLock, StoredLogin, TokenStore};
#[cfg(feature = "keyring")]
pub use keyring::KeyringStore;
pub use memory::MemoryStore;
