//! A lock between the processes of one machine: that of the system, on a file. The names of the lock files.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::permissions;
use crate::error::StoreError;
use crate::runtime;

/// The extension of the file that is locked during a write.
pub(crate) const WRITE: &str = "lock";
/// The extension of the file that is locked during a refresh. Processes of all versions lock the same file.
pub(crate) const REFRESH: &str = "renewing";

/// The longest wait for the lock of a replacement. A replacement takes milliseconds. The limit is below that
/// of the session.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// The lock on a file, until it is dropped or the process ends, however it ends.
///
/// The lock belongs to the file handle, so a second lock in the same process has to wait too. The file is
/// empty, and is never deleted: another process may have opened it and wait for the lock. It would then lock
/// a file that later processes do not find.
#[derive(Debug)]
pub(crate) struct FileLock(File);

impl FileLock {
    /// Takes the lock on `path`, and creates the file if it is missing. Returns `None` if the lock is held.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, StoreError> {
        let unavailable =
            |error| StoreError::unavailable(format!("{} cannot be locked", path.display()), error);
        let file = permissions::open(path, permissions::options().write(true).create(true).truncate(false))?;
        let file = file.ok_or_else(|| unavailable(std::io::ErrorKind::NotFound.into()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unavailable(error)),
        }
    }

    /// Takes the lock on `path`, and waits for at most `limit` while it is held. Blocks.
    pub(crate) fn take(path: &Path, limit: Duration) -> Result<Self, StoreError> {
        let taken = runtime::insist(limit, || Self::try_take(path).transpose());
        taken.unwrap_or_else(|| Err(StoreError::busy(format!("{} cannot be locked", path.display()), limit)))
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing the file is not enough, because a child process that was forked at this moment has it open
        // too.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A child process that was forked has the file open still. So has a second handle to what was opened.
    #[test]
    fn a_lock_that_is_dropped_is_free_although_its_file_is_open_still() {
        let path = std::env::temp_dir().join(format!("sdk-runtime-lock-{:016x}", fastrand::u64(..)));
        // The directory of all is not private, which is not this module's to look at.
        let lock = FileLock::try_take(&path).unwrap().unwrap();
        let _forked = lock.0.try_clone().unwrap();
        assert!(FileLock::try_take(&path).unwrap().is_none(), "it is taken");
        drop(lock);
        assert!(FileLock::try_take(&path).unwrap().is_some(), "it is free");
        std::fs::remove_file(path).unwrap();
    }
}
