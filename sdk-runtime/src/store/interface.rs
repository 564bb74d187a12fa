//! `TokenStore`: a place for one text with a version, changed by compare-and-swap. What a store of your own implements.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::StoreError;

/// Keeps one login, for this process and for others that share the same place: a file, a row of a database, an entry of a
/// key ring.
///
/// It is a cell with a version that can be compared and swapped, and nothing more. Whatever processes agree on about the
/// login (who refreshes it now, that its refresh token may be spent, that it has ended) stands in the text.
///
/// The session gives each operation 5 s, and asks again later.
pub trait TokenStore: Send + Sync + 'static {
    /// What is kept now; `None` before anything was.
    ///
    /// # Errors
    ///
    /// When that is not known. What is there and cannot be understood is [`StoreError::foreign`], and never `None`: it would be
    /// overwritten.
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>>;

    /// Puts `next` in the place of what is kept, durably and in one step, if that is still of version `expected`, where `0` stands
    /// for nothing kept. Says whether it was.
    ///
    /// # Errors
    ///
    /// [`StoreError::unavailable`] or [`StoreError::foreign`] where it was certainly not done, and will not be. A login that no store
    /// holds is refreshed without one, so a store that says this of a write that was done has its login spent twice.
    /// [`StoreError::uncertain`] where that is not known, such as a connection that broke before the answer. The session takes a panic,
    /// and an operation that takes longer than 5 s, for that too.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future may leave it done or not done, and never half.
    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool>;

    /// Tries to take the lock under which the login is refreshed: of all processes that share the store, one holds it, until it lets
    /// go or ends, however it ends.
    ///
    /// The default has none. The session then goes by a lease with a time in the text. Where its holder was killed the lease has to run
    /// out first: the timeout of the refresh and about 5 s, in which no process refreshes.
    ///
    /// # Errors
    ///
    /// When it is not known who holds it.
    fn try_lock(&self) -> StoreFuture<'_, StoreLock> {
        Box::pin(async { Ok(StoreLock::Unsupported) })
    }
}

/// A store that is chosen while the program runs.
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
}

/// What the operations of a [`TokenStore`] return: `Box::pin(async move { … })`.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A login as it is kept: one line of text, which has tokens in it, and its version. `Debug` shows the version alone.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredLogin {
    version: u64,
    text: Zeroizing<String>,
}

impl StoredLogin {
    /// What a store has found.
    pub fn new(version: u64, text: impl Into<String>) -> Self {
        Self { version, text: Zeroizing::new(text.into()) }
    }

    /// Goes up by one with every change. The first of an empty place is drawn at random, from 1 up to 2^52: a place that was emptied
    /// does not come to the same versions again. It fits an `i64`, and a number in JSON.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The text. It has tokens in it, in the clear.
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

/// What became of [`TokenStore::try_lock`].
#[non_exhaustive]
pub enum StoreLock {
    /// The store has no such lock.
    Unsupported,
    /// Somebody else holds it.
    Busy,
    /// It is taken, until this is dropped.
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
