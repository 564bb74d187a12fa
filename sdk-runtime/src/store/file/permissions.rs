//! Files that belong to one user alone: how they are opened, and which are refused. Knows nothing of what is in them.
//!
//! What other systems than Unix allow whom is not looked at: there a file is as private as the directory it is in.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;

use super::sharing_violation;
use crate::error::StoreError;

/// Makes `directory`, and those above it, for this user alone, where they are missing. Refuses one of another user,
/// or that others can write to.
pub(crate) fn make_directory(directory: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    rules::for_one_user(&mut builder);
    builder
        .create(directory)
        .map_err(|error| StoreError::unavailable(format!("{} cannot be made", directory.display()), error))?;
    has_directory(directory).map(drop)
}

/// Whether `directory` is there. Refuses one that is of another user than this one and root, or that others can write to: they could
/// put a file of theirs in the place of any.
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

/// How a file of one user is opened: not by way of a symbolic link, and one that is made is for this user alone.
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    rules::as_it_is(&mut options);
    options
}

/// Opens `path`; `None` where nothing is there.
pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Option<File>, StoreError> {
    let not_a_file = || {
        let what = "is a symbolic link, a directory or something else that is no file of its own";
        StoreError::foreign(format!("{} {what}; it is left as it is: name another place", path.display()))
    };
    let unavailable = |error| StoreError::unavailable(format!("{} cannot be opened", path.display()), error);
    let is_another = || fs::symlink_metadata(path).is_ok_and(|about| !about.is_file());
    // Other systems than Unix have no way to open that does not follow a link.
    if cfg!(not(unix)) && is_another() {
        return Err(not_a_file());
    }
    match sharing_violation::retry(|| options.open(path)) {
        Ok(file) if file.metadata().map_err(unavailable)?.is_file() => Ok(Some(file)),
        Ok(_) => Err(not_a_file()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        // Systems have different errors for what was refused.
        Err(_) if is_another() => Err(not_a_file()),
        Err(error) => Err(unavailable(error)),
    }
}

/// Refuses a file with secrets that others can read or write, or that is somebody else's.
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
        // A pipe would otherwise be waited for, before it is seen that it is one.
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
        // One that this user puts in its place would be this user's, and the owner locked out of it.
        if about.uid() != geteuid().as_raw() {
            return Err(refused(path, about, "it belongs to another user", "run the program as that one"));
        }
        match about.mode() & 0o077 {
            0 => Ok(()),
            _ => Err(refused(path, about, "others can read or write it", "`chmod 600` on it helps")),
        }
    }

    /// The owner of a directory can put a file in the place of any in it. Root can do that anywhere, so a directory of root's is as good
    /// as one's own.
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
