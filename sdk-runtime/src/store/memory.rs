//! `MemoryStore`: a store that lives as long as the process.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::interface::{StoreFuture, StoredLogin, TokenStore};

/// Stores a login in memory: for tests, and for several clients of one process that share a login without
/// sharing a [`Session`](crate::Session). A clone is the same store.
///
/// If a [`SessionPool`](crate::client::SessionPool) has one that is made for each key, as by
/// `|_| MemoryStore::new()`, it evicts no login: each stays in memory until it ends, or until the process
/// does. The pool then reports a warning. Keep the stores in a map and return clones, if the map has a limit
/// of its own.
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

    fn is_only_copy(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryStore").field(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_in_memory_is_the_only_copy_while_it_has_no_clone() {
        let store = MemoryStore::new();
        assert!(store.is_only_copy());
        let clone = store.clone();
        assert!(!store.is_only_copy() && !clone.is_only_copy());
        drop(clone);
        let shared = Arc::new(store);
        assert!(TokenStore::is_only_copy(&shared));
        let erased: Arc<dyn TokenStore> = shared.clone();
        assert!(!erased.is_only_copy() && !TokenStore::is_only_copy(&shared));
        drop(shared);
        assert!(TokenStore::is_only_copy(&erased) && TokenStore::is_only_copy(&Arc::new(erased)));
        assert!(!crate::store::FileStore::new("directory/login").is_only_copy());
    }
}
