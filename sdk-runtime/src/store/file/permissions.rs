//! Permissions: files and directories that belong to one user. Opens them, and refuses others.
//!
//! On other systems than Unix nothing is checked. A file is as private as the directory it is in.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;

use super::sharing_violation;
use crate::error::StoreError;

/// Creates `directory` and its missing parents for this user only. Refuses a directory of another user, or
/// one that others can write to.
pub(crate) fn make_directory(directory: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    rules::for_one_user(&mut builder);
    builder
        .create(directory)
        .map_err(|error| StoreError::unavailable(format!("{} cannot be made", directory.display()), error))?;
    has_directory(directory).map(drop)
}

/// Whether `directory` exists. Refuses one that belongs to neither this user nor root, or that others can
/// write to, because they could replace any file in it.
pub(crate) fn has_directory(directory: &Path) -> Result<bool, StoreError> {
    let about = match fs::metadata(directory) {
        Ok(about) => about,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => {
            return Err(StoreError::unavailable(format!("{} cannot be read", directory.display()), error));
        }
    };
    rules::check_directory(directory, &about)?;
    Ok(true)
}

/// Returns the options to open a file of one user. They follow no symbolic link, and create a file for this
/// user only.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    rules::as_it_is(&mut options);
    options
}

/// Opens `path`. Returns `None` if nothing is there.
pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Option<File>, StoreError> {
    let not_a_file = || {
        let what = "is a symbolic link, a directory or something else that is no file of its own";
        StoreError::foreign(format!("{} {what}; it is left as it is: name another place", path.display()))
    };
    let unavailable = |error| StoreError::unavailable(format!("{} cannot be opened", path.display()), error);
    let is_another = || fs::symlink_metadata(path).is_ok_and(|about| !about.is_file());
    // Only Unix can open a file without following a link.
    if cfg!(not(unix)) && is_another() {
        return Err(not_a_file());
    }
    match sharing_violation::retry(|| options.open(path)) {
        Ok(file) if file.metadata().map_err(unavailable)?.is_file() => Ok(Some(file)),
        Ok(_) => Err(not_a_file()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        // Systems report different errors for this.
        Err(_) if is_another() => Err(not_a_file()),
        Err(error) => Err(unavailable(error)),
    }
}

/// Refuses a file that others can read or write, or that belongs to another user.
pub(crate) fn check_file(path: &Path, file: &File) -> Result<(), StoreError> {
    let about = file
        .metadata()
        .map_err(|error| StoreError::unavailable(format!("{} cannot be read", path.display()), error))?;
    rules::check_file(path, &about)
}

#[cfg(unix)]
mod rules {
    use std::fs::{DirBuilder, Metadata, OpenOptions};
    use std::io::{self, ErrorKind};
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
    use std::path::Path;

    use rustix::fs::OFlags;
    use rustix::process::geteuid;

    use crate::error::StoreError;

    pub(super) fn for_one_user(builder: &mut DirBuilder) {
        builder.mode(0o700);
    }

    pub(super) fn as_it_is(options: &mut OpenOptions) {
        // A pipe would block the open, before it is known to be one.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }

    pub(super) fn check_directory(path: &Path, about: &Metadata) -> Result<(), StoreError> {
        if !is_trusted(about.uid(), geteuid().as_raw()) {
            let way_out = "keep the login in a directory of your own";
            return Err(refused(path, about, "it belongs to another user", way_out));
        }
        match about.mode() & 0o022 {
            0 => Ok(()),
            _ => Err(refused(path, about, "others can write to it", "`chmod go-w` on it helps")),
        }
    }

    pub(super) fn check_file(path: &Path, about: &Metadata) -> Result<(), StoreError> {
        // A replacement by this user would lock the owner of the file out.
        if about.uid() != geteuid().as_raw() {
            return Err(refused(path, about, "it belongs to another user", "run the program as that one"));
        }
        match about.mode() & 0o077 {
            0 => Ok(()),
            _ => Err(refused(path, about, "others can read or write it", "`chmod 600` on it helps")),
        }
    }

    /// Whether a directory of `owner` is safe for `user`. Its owner can replace any file in it. Root can do
    /// that anywhere, so a directory of root is as safe as an own one.
    pub(super) fn is_trusted(owner: u32, user: u32) -> bool {
        owner == user || owner == 0
    }

    fn refused(path: &Path, about: &Metadata, why: &str, way_out: &str) -> StoreError {
        let (path, mode, owner) = (path.display(), about.mode() & 0o7777, about.uid());
        StoreError::unavailable(
            format!("{path} is not private: {why} (mode {mode:o}, user {owner}); {way_out}"),
            io::Error::from(ErrorKind::PermissionDenied),
        )
    }
}

#[cfg(not(unix))]
mod rules {
    use std::fs::{DirBuilder, Metadata, OpenOptions};
    use std::path::Path;

    use crate::error::StoreError;

    pub(super) fn for_one_user(_: &mut DirBuilder) {}

    pub(super) fn as_it_is(_: &mut OpenOptions) {}

    pub(super) fn check_directory(_: &Path, _: &Metadata) -> Result<(), StoreError> {
        Ok(())
    }

    pub(super) fn check_file(_: &Path, _: &Metadata) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::rules::is_trusted;

    #[test]
    fn a_directory_is_of_this_user_or_of_root() {
        let table = [(0, 0, true), (1000, 1000, true), (0, 1000, true), (1000, 0, false), (1, 1000, false)];
        for (owner, user, trusted) in table {
            assert_eq!(is_trusted(owner, user), trusted, "of {owner}, for {user}");
        }
    }
}
