//! `TokenStore`: a place for one text with a version, changed by compare-and-swap. Implement it for a store
//! of your own.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::StoreError;

/// Stores one login, for this process and for others that share the same place: a file, a row of a database,
/// an entry of a key ring.
///
/// It is a cell with a version that is compared and swapped. All that processes agree on about the login
/// stands in the text: who refreshes it now, that its refresh token may be spent, that it has ended.
///
/// A login that has ended leaves a text without tokens, with the next version. The session deletes nothing. A
/// program may delete the text at any time: its user is signed out then, and no process stores it again.
///
/// The session gives each operation 5 s, and retries later.
pub trait TokenStore: Send + Sync + 'static {
    /// Returns the stored login, or `None` if nothing was stored yet.
    ///
    /// # Errors
    ///
    /// Fails if the state of the store is unknown. Return [`StoreError::foreign`] for content that cannot be
    /// understood, and never `None`, because `None` is overwritten.
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>>;

    /// Replaces the stored login by `next`, durably and in one step, if its version is still `expected`. `0`
    /// stands for nothing stored. Returns whether it was replaced.
    ///
    /// # Errors
    ///
    /// Return [`StoreError::unavailable`] or [`StoreError::foreign`] only if the write was certainly not
    /// done, and will not be. The session refreshes a login that no store has without the store. So a store
    /// that reports such an error for a write that was done has its refresh token spent twice.
    ///
    /// Return [`StoreError::uncertain`] if the outcome is unknown, such as after a connection that broke
    /// before the response. The session treats a panic, and an operation that takes longer than 5 s, in the
    /// same way.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future may leave the write done or not done, and never half done.
    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool>;

    /// Tries to take the lock for refreshes. Of all processes that share the store, one holds it until it
    /// drops it or ends, however it ends.
    ///
    /// The default has no lock. The session then uses a lease with a time in the text. If the holder of a
    /// lease is killed, no process refreshes until the lease ends: the timeout of the refresh and about 5 s.
    ///
    /// # Errors
    ///
    /// Fails if the holder of the lock is unknown.
    fn try_lock(&self) -> StoreFuture<'_, StoreLock> {
        Box::pin(async { Ok(StoreLock::Unsupported) })
    }

    /// Whether dropping this store loses its login, because no other store leads to it. A
    /// [`SessionPool`](crate::client::SessionPool) asks each new store, and does not evict such a login. A
    /// store that wraps another one returns what that one returns.
    ///
    /// Default: `false`, as for a file or a row.
    fn is_only_copy(&self) -> bool {
        false
    }
}

/// A store that is chosen at run time.
impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        (**self).load()
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        (**self).replace(expected, next)
    }

    fn try_lock(&self) -> StoreFuture<'_, StoreLock> {
        (**self).try_lock()
    }

    fn is_only_copy(&self) -> bool {
        Self::strong_count(self) == 1 && (**self).is_only_copy()
    }
}

/// The future of an operation of a [`TokenStore`]: `Box::pin(async move { … })`.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A login as it is stored: one line of text that contains tokens, and its version. `Debug` shows the version
/// only.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredLogin {
    version: u64,
    text: Zeroizing<String>,
}

impl StoredLogin {
    /// Creates a login that a store has read.
    pub fn new(version: u64, text: impl Into<String>) -> Self {
        Self { version, text: Zeroizing::new(text.into()) }
    }

    /// Returns the version, which goes up by one with every change. The first version of an empty place is
    /// random, from 1 up to 2^52, so that a place that was emptied does not repeat its versions. It fits an
    /// `i64`, and a number in JSON.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Returns the text. It contains tokens, in the clear.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for StoredLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredLogin").field("version", &self.version).finish_non_exhaustive()
    }
}

/// The outcome of [`TokenStore::try_lock`].
#[non_exhaustive]
pub enum StoreLock {
    /// The store has no such lock.
    Unsupported,
    /// Another process, or another session of this one, holds the lock.
    Busy,
    /// The lock is held until this value is dropped.
    Held(Box<dyn Any + Send + Sync>),
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsupported => "Unsupported",
            Self::Busy => "Busy",
            Self::Held(_) => "Held(..)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{FileStore, MemoryStore};

    #[test]
    fn a_store_and_a_login_show_their_place_and_version_and_no_text() {
        let login = StoredLogin::new(7, "s3cret");
        assert_eq!(format!("{login:?}"), "StoredLogin { version: 7, .. }", "I27");
        let file = FileStore::new("directory/login");
        assert_eq!(format!("{file:?}"), r#"FileStore("directory/login")"#);
        let memory = MemoryStore::new();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let done = memory.replace(0, login).as_mut().poll(&mut context);
        assert!(matches!(done, std::task::Poll::Ready(Ok(true))));
        let shown = format!("{memory:?}");
        assert!(shown.contains("MemoryStore") && shown.contains("version: 7") && !shown.contains("s3cret"));
        for (lock, shown) in [
            (StoreLock::Unsupported, "Unsupported"),
            (StoreLock::Busy, "Busy"),
            (StoreLock::Held(Box::new("s3cret")), "Held(..)"),
        ] {
            assert_eq!(format!("{lock:?}"), shown);
        }
    }
}
