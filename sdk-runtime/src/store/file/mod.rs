//! A store in a file. The file itself is in `file/login_file.rs`; this is how it is used without holding up tasks.

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

/// Keeps a login in a file that only this user can read, for all processes that name the same one. A clone is the same store.
///
/// ```
/// use sdk_runtime::{FileStore, StoredLogin, TokenStore};
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
/// assert!(!elsewhere.replace(0, StoredLogin::new(1, "b")).await?, "somebody else was faster");
/// assert_eq!(elsewhere.load().await?, store.load().await?);
/// # std::fs::remove_dir_all(home)?;
/// # Ok(())
/// # }
/// ```
///
/// - The file has mode 600, and a directory that is missing is made with mode 700. A file that others can read, or that they could
///   replace because they can write to its directory, is refused with [`Unavailable`](crate::StoreErrorKind::Unavailable) and the
///   command that mends it. So is one of another user: a program that is run once with `sudo` would lock its owner out. Its
///   directory belongs to the same user, or to root, who can read everything anyway; in a directory of another user that one could
///   replace the file. The directories above are not looked at. (None of this is looked at on other systems than Unix, where a file
///   is as private as its directory.)
/// - What is there is replaced in one step, and is on the disk when that is done: whenever the process or the machine stops, the
///   old login is there or the new one. (Windows flushes no directory: after a power failure there the old login may be back.)
/// - Where another program has the file open and Windows refuses to read or replace it, as virus scanners and backups do for a moment,
///   the store tries again for 2 s. Then the operation is [`Unavailable`](crate::StoreErrorKind::Unavailable).
/// - A file that this library has not written, that is damaged, or that a later version has written is
///   [`Foreign`](crate::StoreErrorKind::Foreign), and is not overwritten. Neither is a symbolic link, nor what is no regular file.
/// - Beside the file `login` there are `login.lock` and `login.renewing`, empty, for the locks of the system; they stay. The system
///   frees a lock when its holder ends, even by `SIGKILL`. Where a file system has no such locks (some that are mounted over a
///   network), the store does not work and says so.
#[derive(Clone)]
pub struct FileStore(Arc<LoginFile>);

impl FileStore {
    /// The store in the file at `path`, which need not exist.
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
