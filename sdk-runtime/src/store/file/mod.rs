//! `FileStore`: a store in a file.

pub(super) mod lock;
mod login_file;
pub(super) mod permissions;
mod sharing_violation;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use self::login_file::LoginFile;
use super::blocking::{self, WriteDeadline};
use super::interface::{StoreFuture, StoreLock, StoredLogin, TokenStore};

/// Stores a login in a file that only this user can read, for all processes that name the same file. A clone
/// is the same store.
///
/// ```
/// use sdk_runtime::{FileStore, store::{StoredLogin, TokenStore}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let state = std::env::temp_dir().join(format!("sdk-runtime-file-store-{}", std::process::id()));
/// # let home = state.clone();
/// let store = FileStore::new(state.join("tracker/login"));
/// assert_eq!(store.load().await?, None);
/// assert!(store.replace(0, StoredLogin::new(1, "a")).await?);
///
/// let elsewhere = FileStore::new(state.join("tracker/login"));
/// assert!(!elsewhere.replace(0, StoredLogin::new(1, "b")).await?, "another writer was faster");
/// assert_eq!(elsewhere.load().await?, store.load().await?);
/// # std::fs::remove_dir_all(home)?;
/// # Ok(())
/// # }
/// ```
///
/// - The file has mode 600. A missing directory is created with mode 700. A file is refused with
///   [`Unavailable`](crate::error::StoreErrorKind::Unavailable) and the command that mends it if others can
///   read it or can write to its directory. A file of another user is refused too, because a program that is
///   run once with `sudo` would lock its owner out. The directory must belong to the same user, or to root.
///   The directories above it are not checked. (On other systems than Unix nothing of this is checked, and a
///   file is as private as its directory.)
/// - The file is replaced in one step, and is on the disk when the write returns. Whenever the process or the
///   machine stops, the old login or the new one is there. (Windows flushes no directory: after a power
///   failure the old login may be back.)
/// - Windows may refuse to read or replace a file that another program has open, such as a virus scanner or a
///   backup. The store then retries for 2 s. After that the operation is
///   [`Unavailable`](crate::error::StoreErrorKind::Unavailable).
/// - A file is [`Foreign`](crate::error::StoreErrorKind::Foreign), and is not overwritten, if this library
///   has not written it, if it is damaged, or if a later version has written it. A symbolic link, and
///   anything but a regular file, is foreign too.
/// - Next to the file `login` there are `login.lock` and `login.renewing`, empty, for the locks of the
///   system. They stay. The system frees a lock when its holder ends, even by `SIGKILL`. On a file system
///   without such locks (some network file systems) the store fails, and says so.
/// - The file of a login that has ended stays too, without tokens. A program may delete it at any time, and
///   the lock files when no process has the login in memory.
#[derive(Clone)]
pub struct FileStore(Arc<LoginFile>);

impl FileStore {
    /// Returns the store in the file at `path`, which need not exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Arc::new(LoginFile::new(path.into())))
    }
}

impl TokenStore for FileStore {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        blocking::run(&self.0, LoginFile::load)
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        let deadline = WriteDeadline::start();
        blocking::run(&self.0, move |file| file.replace(deadline, expected, &next))
    }

    fn try_lock(&self) -> StoreFuture<'_, StoreLock> {
        blocking::run(&self.0, |file| {
            let lock = file.try_lock_refresh()?;
            Ok(lock.map_or(StoreLock::Busy, |lock| StoreLock::Held(Box::new(lock))))
        })
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileStore").field(&self.0.path()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::StoreErrorKind;

    #[test]
    fn a_late_write_leaves_what_is_there() {
        let directory = std::env::temp_dir().join(format!("sdk-runtime-late-{:016x}", fastrand::u64(..)));
        let file = LoginFile::new(directory.join("login"));
        for (expected, kept) in [(0, None), (1, Some(StoredLogin::new(1, "a")))] {
            let error =
                file.replace(WriteDeadline::passed(), expected, &StoredLogin::new(2, "b")).unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Unavailable, "I38: {error}");
            assert_eq!(file.load().unwrap(), kept);
            let left = std::fs::read_dir(&directory).unwrap().count();
            assert_eq!(left, 1 + usize::from(kept.is_some()), "what was half written is gone");
            assert_eq!(
                file.replace(WriteDeadline::start(), 0, &StoredLogin::new(1, "a")).unwrap(),
                kept.is_none()
            );
        }
        std::fs::remove_dir_all(directory).unwrap();
    }
}
