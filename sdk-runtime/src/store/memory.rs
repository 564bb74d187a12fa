//! `MemoryStore`: a store that lives as long as the process.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::interface::{StoreFuture, StoredLogin, TokenStore};

/// Stores a login in memory: for tests, and for several clients of one process that share a login without
/// sharing a [`Session`](crate::Session). A clone is the same store.
///
/// A [`SessionPool`](crate::client::SessionPool) drops the store of a login that it evicts. A store that is
/// made for each key, such as `|_| MemoryStore::new()`, is then lost with its login. Keep the stores in a
/// map, and return clones.
///
/// ```
/// use sdk_runtime::store::{MemoryStore, StoredLogin, TokenStore};
///
/// # tokio_test(async {
/// let store = MemoryStore::new();
/// assert!(store.replace(0, StoredLogin::new(1, "a")).await?);
/// assert!(!store.replace(0, StoredLogin::new(1, "b")).await?, "another writer was faster");
/// assert_eq!(store.load().await?.unwrap().text(), "a");
/// # Ok::<(), sdk_runtime::error::StoreError>(())
/// # });
/// # fn tokio_test<T>(test: impl Future<Output = Result<T, sdk_runtime::error::StoreError>>) {
/// #     tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test).unwrap();
/// # }
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Option<StoredLogin>>>);

impl MemoryStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl TokenStore for MemoryStore {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(async { Ok(kept) })
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let is_expected = kept.as_ref().map_or(0, StoredLogin::version) == expected;
            if is_expected {
                *kept = Some(next);
            }
            Ok(is_expected)
        })
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryStore").field(&self.0).finish()
    }
}
