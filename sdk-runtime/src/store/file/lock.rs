//! A lock among the processes of a machine: that of the system, on a file. Knows nothing of what it is for.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::permissions;
use crate::error::StoreError;
use crate::runtime;

/// A replacement takes milliseconds. Whoever has not got its lock by then says so, before the session's own limit ends.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// The lock on a file, until it is dropped or the process ends, however it ends.
///
/// It is held by what was opened, so a second one in the same process has to wait like one in another. The file has nothing in it,
/// and is never deleted: somebody may have opened it and wait for the lock, and would then hold one that whoever makes the file
/// anew knows nothing of.
#[derive(Debug)]
pub(crate) struct FileLock(File);

impl FileLock {
    /// Takes the lock on `path`, and makes the file where it is missing; `None` where somebody else holds it.
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

    /// Takes the lock on `path`, and waits for at most `limit` where another holder has it. Blocks.
    pub(crate) fn take(path: &Path, limit: Duration) -> Result<Self, StoreError> {
        let taken = runtime::insist(limit, || Self::try_take(path).transpose());
        taken.unwrap_or_else(|| Err(StoreError::busy(format!("{} cannot be locked", path.display()), limit)))
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing would do, but for a child process that was forked this moment and has the file open still.
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
