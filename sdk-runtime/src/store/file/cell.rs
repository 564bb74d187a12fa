//! The file of a login: read as a whole, replaced in one step. Blocks, and knows nothing of tasks.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::super::{StoredLogin, blocking::Asked, format, held, lock::FileLock, private};
use crate::error::StoreError;

/// A file, its directory, and the files beside it.
pub(super) struct Cell(PathBuf);

impl Cell {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn load(&self) -> Result<Option<StoredLogin>, StoreError> {
        if !private::has_directory(self.directory())? {
            return Ok(None);
        }
        let Some(file) = private::open(&self.0, private::options().read(true))? else { return Ok(None) };
        private::check_file(&self.0, &file)?;
        let kept = read(&file).map_err(|error| self.unavailable("cannot be read", error))?;
        format::decode(&kept, self.0.display()).map(Some)
    }

    pub(super) fn replace(
        &self,
        asked: Asked,
        expected: u64,
        next: &StoredLogin,
    ) -> Result<bool, StoreError> {
        let bytes = format::encode(next)?;
        private::make_directory(self.directory())?;
        let _lock = FileLock::take(&self.beside("", ".lock")?)?;
        if self.load()?.map_or(0, |kept| kept.version()) != expected {
            return Ok(false);
        }
        self.clear_away();
        let new = self.beside(".", &format!(".{:016x}{TEMPORARY}", fastrand::u64(..)))?;
        let file = write(&new, bytes.as_bytes()).map_err(|error| {
            let _ = fs::remove_file(&new);
            self.unavailable("cannot be written", error)
        })?;
        let replace = || asked.is_waited_for().and_then(|()| fs::rename(&new, &self.0));
        held::insist(replace).map_err(|error| match held::insist(|| fs::remove_file(&new)) {
            Ok(()) => self.unavailable("cannot be written", error),
            // It is not where it was, so it may be where it was to be.
            Err(_) => self.uncertain("may have been written, or not", error),
        })?;
        sync_name(&file, self.directory()).map_err(|error| {
            self.uncertain("was written, and may not be there after a power failure", error)
        })?;
        Ok(true)
    }

    /// The lock under which the login is renewed; `None` where somebody else holds it.
    pub(super) fn try_lock_renewal(&self) -> Result<Option<FileLock>, StoreError> {
        private::make_directory(self.directory())?;
        FileLock::try_take(&self.beside("", ".renewing")?)
    }

    /// Deletes what processes that were killed while they wrote have left. Whoever holds the lock is the only one who writes, so
    /// whatever has such a name is left over. The login does not depend on it.
    fn clear_away(&self) {
        let Ok(entries) = fs::read_dir(self.directory()) else { return };
        for entry in entries.flatten() {
            if self.is_temporary(&entry.file_name()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn is_temporary(&self, name: &OsStr) -> bool {
        let own = self.0.file_name().unwrap_or_default().as_encoded_bytes();
        let rest = name.as_encoded_bytes().strip_prefix(b".").and_then(|name| name.strip_prefix(own));
        let number = rest.and_then(|rest| rest.strip_prefix(b".")?.strip_suffix(TEMPORARY.as_bytes()));
        number.is_some_and(|digits| digits.len() == 16 && digits.iter().all(u8::is_ascii_hexdigit))
    }

    fn directory(&self) -> &Path {
        match self.0.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    /// A file in the same directory, named after this one.
    fn beside(&self, before: &str, after: &str) -> Result<PathBuf, StoreError> {
        let Some(own) = self.0.file_name() else {
            return Err(self.unavailable("cannot be used", io::Error::other("it ends in no name of a file")));
        };
        let mut name = OsString::from(before);
        name.push(own);
        name.push(after);
        Ok(self.directory().join(name))
    }

    fn unavailable(&self, what: &str, error: io::Error) -> StoreError {
        StoreError::unavailable(format!("{} {what}", self.0.display()), error)
    }

    fn uncertain(&self, what: &str, error: io::Error) -> StoreError {
        StoreError::uncertain(format!("{} {what}", self.0.display()), error)
    }
}

/// What the name of a file ends with that is written and not yet in its place.
const TEMPORARY: &str = ".tmp";

fn read(file: &File) -> io::Result<Zeroizing<Vec<u8>>> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX).min(format::LONGEST);
    // Of the right size at once: what it would grow out of has tokens in it, and is not wiped.
    let mut kept = Zeroizing::new(Vec::with_capacity(length + 1));
    file.take(format::LONGEST as u64 + 1).read_to_end(&mut kept)?;
    Ok(kept)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let mut file = private::options().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(file)
}

/// Without it the new name may be forgotten in a power failure, and the spent refresh token be back.
#[cfg(unix)]
fn sync_name(_: &File, directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Other systems than Unix flush no directory. A flush of the renamed file is all that they offer.
#[cfg(not(unix))]
fn sync_name(renamed: &File, _: &Path) -> io::Result<()> {
    renamed.sync_all()
}
