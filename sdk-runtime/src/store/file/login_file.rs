//! The file of a login: read as a whole, replaced in one step. Blocks.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::lock::{self, FileLock};
use super::{permissions, sharing_violation};
use crate::error::StoreError;
use crate::store::blocking::WriteDeadline;
use crate::store::envelope;
use crate::store::interface::StoredLogin;

/// A file, its directory, and the lock files of it.
pub(super) struct LoginFile {
    path: PathBuf,
    /// The longest wait for another process that writes.
    patience: Duration,
}

impl LoginFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, patience: lock::LONGEST_WAIT }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn load(&self) -> Result<Option<StoredLogin>, StoreError> {
        if !permissions::has_directory(self.directory())? {
            return Ok(None);
        }
        let Some(file) = permissions::open(&self.path, permissions::options().read(true))? else {
            return Ok(None);
        };
        permissions::check_file(&self.path, &file)?;
        let kept = read(&file).map_err(|error| self.unavailable("cannot be read", error))?;
        envelope::decode(&kept, self.path.display()).map(Some)
    }

    pub(super) fn replace(
        &self,
        deadline: WriteDeadline,
        expected: u64,
        next: &StoredLogin,
    ) -> Result<bool, StoreError> {
        let bytes = envelope::encode(next)?;
        permissions::make_directory(self.directory())?;
        let _lock = FileLock::take(&self.lock_file(lock::WRITE)?, self.patience)?;
        if self.load()?.map_or(0, |kept| kept.version()) != expected {
            return Ok(false);
        }
        self.clear_away();
        let new = self.sibling(".", &format!(".{:016x}{TEMPORARY}", fastrand::u64(..)))?;
        let file = write(&new, bytes.as_bytes()).map_err(|error| {
            let _ = fs::remove_file(&new);
            self.unavailable("cannot be written", error)
        })?;
        let replace = || deadline.check().and_then(|()| fs::rename(&new, &self.path));
        sharing_violation::retry(replace).map_err(|error| {
            match sharing_violation::retry(|| fs::remove_file(&new)) {
                Ok(()) if error.kind() == io::ErrorKind::TimedOut => {
                    StoreError::late(format!("{} cannot be written", self.path.display()))
                }
                Ok(()) => self.unavailable("cannot be written", error),
                // The new file is not at its old name, so it may be at its new one.
                Err(_) => self.uncertain("may have been written, or not", error),
            }
        })?;
        sync_name(&file, self.directory()).map_err(|error| {
            self.uncertain("was written, and may not be there after a power failure", error)
        })?;
        Ok(true)
    }

    /// Takes the lock for refreshes. Returns `None` if it is held.
    pub(super) fn try_lock_refresh(&self) -> Result<Option<FileLock>, StoreError> {
        permissions::make_directory(self.directory())?;
        FileLock::try_take(&self.lock_file(lock::REFRESH)?)
    }

    /// Deletes the temporary files of processes that were killed while they wrote. The caller holds the lock,
    /// so no other process writes. The login does not depend on it.
    fn clear_away(&self) {
        let Ok(entries) = fs::read_dir(self.directory()) else { return };
        for entry in entries.flatten() {
            if self.is_temporary(&entry.file_name()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn is_temporary(&self, name: &OsStr) -> bool {
        let own = self.path.file_name().unwrap_or_default().as_encoded_bytes();
        let rest = name.as_encoded_bytes().strip_prefix(b".").and_then(|name| name.strip_prefix(own));
        let number = rest.and_then(|rest| rest.strip_prefix(b".")?.strip_suffix(TEMPORARY.as_bytes()));
        number.is_some_and(|digits| digits.len() == 16 && digits.iter().all(u8::is_ascii_hexdigit))
    }

    fn directory(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    /// Returns the path of the file that is locked for `purpose`.
    fn lock_file(&self, purpose: &str) -> Result<PathBuf, StoreError> {
        self.sibling("", &format!(".{purpose}"))
    }

    /// Returns the path of a file in the same directory, named after this one.
    fn sibling(&self, before: &str, after: &str) -> Result<PathBuf, StoreError> {
        let Some(own) = self.path.file_name() else {
            return Err(self.unavailable("cannot be used", io::Error::other("it ends in no name of a file")));
        };
        let mut name = OsString::from(before);
        name.push(own);
        name.push(after);
        Ok(self.directory().join(name))
    }

    fn unavailable(&self, what: &str, error: io::Error) -> StoreError {
        StoreError::unavailable(format!("{} {what}", self.path.display()), error)
    }

    fn uncertain(&self, what: &str, error: io::Error) -> StoreError {
        StoreError::uncertain(format!("{} {what}", self.path.display()), error)
    }
}

/// The ending of a file that is written and not yet renamed.
const TEMPORARY: &str = ".tmp";

fn read(file: &File) -> io::Result<Zeroizing<Vec<u8>>> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX).min(envelope::LONGEST);
    // The capacity is exact, because a reallocation would leave a copy of the tokens that is not wiped.
    let mut kept = Zeroizing::new(Vec::with_capacity(length + 1));
    file.take(envelope::LONGEST as u64 + 1).read_to_end(&mut kept)?;
    Ok(kept)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let mut file = permissions::options().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    flush(&file)?;
    Ok(file)
}

/// Flushes the directory. Otherwise a power failure may undo the rename, and bring back the spent refresh
/// token.
#[cfg(unix)]
fn sync_name(_: &File, directory: &Path) -> io::Result<()> {
    flush(&File::open(directory)?)
}

/// Flushes the renamed file. Only Unix can flush a directory.
#[cfg(not(unix))]
fn sync_name(renamed: &File, _: &Path) -> io::Result<()> {
    flush(renamed)
}

/// Returns when `file` is on the disk and survives a power failure.
fn flush(file: &File) -> io::Result<()> {
    #[cfg(test)]
    tests::flushes(file)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::mpsc;
    use std::thread;

    use super::*;
    use crate::error::StoreErrorKind;

    /// A flush: the length of the file, or `None` for a directory, and the content of the login's file at
    /// that time.
    #[derive(Debug, PartialEq)]
    struct Flushed {
        length: Option<u64>,
        kept: Option<String>,
    }

    #[derive(Default)]
    struct Disk {
        login: PathBuf,
        flushed: Vec<Flushed>,
        /// Of the flushes from now on, the one that fails.
        fails: Option<usize>,
    }

    thread_local! {
        /// The disk of this test, which looks at the thread's flushes.
        static DISK: RefCell<Disk> = RefCell::default();
    }

    pub(super) fn flushes(file: &File) -> io::Result<()> {
        DISK.with_borrow_mut(|disk| {
            let about = file.metadata()?;
            let length = (!about.is_dir()).then_some(about.len());
            disk.flushed.push(Flushed { length, kept: fs::read_to_string(&disk.login).ok() });
            match disk.fails == Some(disk.flushed.len()) {
                true => Err(io::Error::other("the disk is gone")),
                false => Ok(()),
            }
        })
    }

    /// A login on a disk of its own, where the flush of that number fails.
    struct Place(LoginFile);

    impl Place {
        fn new() -> Self {
            let name = format!("sdk-runtime-{:016x}", fastrand::u64(..));
            Self(LoginFile::new(std::env::temp_dir().join(name).join("login")))
        }

        /// Puts `next` there, and tells what was flushed.
        fn put(&self, next: &StoredLogin, fails: Option<usize>) -> (Result<bool, StoreError>, Vec<Flushed>) {
            DISK.set(Disk { login: self.0.path().to_owned(), flushed: Vec::new(), fails });
            let put = self.0.replace(WriteDeadline::start(), next.version() - 1, next);
            (put, DISK.take().flushed)
        }

        fn names(&self) -> Vec<OsString> {
            let entries = fs::read_dir(self.0.directory()).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(self.0.directory());
        }
    }

    fn text(login: &StoredLogin) -> String {
        envelope::encode(login).unwrap().to_string()
    }

    #[test]
    fn i13_a_login_is_on_the_disk_before_it_is_in_its_place_and_its_name_after() {
        let place = Place::new();
        let mut before = None;
        for login in [StoredLogin::new(1, "first"), StoredLogin::new(2, "the second")] {
            let (put, flushed) = place.put(&login, None);
            assert!(put.unwrap());
            let kept = text(&login);
            let length = Some(kept.len() as u64);
            let name = if cfg!(unix) { None } else { length };
            let expected = [
                Flushed { length, kept: before.replace(kept.clone()) },
                Flushed { length: name, kept: Some(kept) },
            ];
            assert_eq!(flushed, expected, "I13");
        }
    }

    #[test]
    fn a_flush_that_fails_says_whether_the_login_may_be_there() {
        let place = Place::new();
        place.put(&StoredLogin::new(1, "first"), None).0.unwrap();
        let next = StoredLogin::new(2, "second");
        let (put, flushed) = place.put(&next, Some(1));
        assert_eq!((put.unwrap_err().kind(), flushed.len()), (StoreErrorKind::Unavailable, 1));
        assert_eq!(place.0.load().unwrap().unwrap().version(), 1, "nothing is replaced");
        assert_eq!(place.names(), ["login", "login.lock"], "nothing is left over");

        let (put, flushed) = place.put(&next, Some(2));
        let error = put.unwrap_err();
        assert_eq!((error.kind(), flushed.len()), (StoreErrorKind::Uncertain, 2), "{error}");
        assert!(error.to_string().contains("power failure"), "{error}");
        assert_eq!(place.0.load().unwrap().unwrap().version(), 2);
    }

    /// Linux has files that can be written and not flushed, so that a flush which does nothing is seen.
    #[cfg(target_os = "linux")]
    #[test]
    fn i13_a_flush_is_one_of_the_system() {
        let null = File::options().write(true).open("/dev/null").unwrap();
        assert_eq!(flush(&null).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    /// Another process was stopped while it held the lock.
    #[test]
    fn a_lock_is_not_waited_for_without_end() {
        let login = |version| StoredLogin::new(version, "s3cret");
        let place = Place::new();
        let file = LoginFile { path: place.0.path().to_owned(), patience: Duration::from_millis(1) };
        assert!(file.replace(WriteDeadline::start(), 0, &login(1)).unwrap());
        let held = FileLock::take(&file.lock_file(lock::WRITE).unwrap(), Duration::ZERO).unwrap();
        // On a thread of its own, which is left behind where it does wait without end.
        let (tell, told) = mpsc::channel();
        let next = login(2);
        thread::spawn(move || tell.send((file.replace(WriteDeadline::start(), 1, &next), file)));
        let (replaced, file) = told.recv_timeout(Duration::from_secs(120)).unwrap();
        let error = replaced.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
        assert!(error.is_busy() && error.to_string().contains("login.lock"), "{error}");
        assert_eq!(file.load().unwrap(), Some(login(1)), "reading needs no lock");
        drop(held);
        assert!(file.replace(WriteDeadline::start(), 1, &login(2)).unwrap());
    }

    #[test]
    fn what_the_disk_took_too_long_for_is_not_written() {
        let place = Place::new();
        let deadline = WriteDeadline::passed();
        let error = place.0.replace(deadline, 0, &StoredLogin::new(1, "first")).unwrap_err();
        assert!(error.kind() == StoreErrorKind::Unavailable && error.is_busy(), "{error:?}");
        assert_eq!(place.names(), ["login.lock"], "nothing is left over");
    }

    #[test]
    fn that_a_lock_is_held_is_said_while_a_task_waits() {
        let file = LoginFile::new(PathBuf::from("login"));
        assert!(WriteDeadline::allows(file.patience + Duration::from_secs(1)));
    }
}
