//! A directory for one test, and stores by name, so that another process can open the same.

use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
    time::Duration,
};

use rusqlite::ErrorCode;
use sdk_runtime::{
    FileStore,
    error::{StoreError, StoreErrorKind},
    store::{StoreFuture, TokenStore},
};

use crate::sqlite_store::SqliteStore;

/// Only what hangs takes longer, on the slowest machine too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// The result of `work`.
pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect("it hangs")
}

/// What a process has said when it has ended. It is killed where it hangs.
pub(crate) async fn output(command: Command) -> Output {
    let mut command = tokio::process::Command::from(command);
    in_time(command.kill_on_drop(true).output()).await.unwrap()
}

/// The result of `operation` when no other process hinders it. One that is hindered is not done, and says so;
/// how long the others write, the disk decides.
pub(crate) async fn unhindered<'a, T>(operation: impl Fn() -> StoreFuture<'a, T>) -> Result<T, StoreError> {
    loop {
        match operation().await {
            Err(error) if is_hindered(&error) => {}
            done => return done,
        }
    }
}

fn is_hindered(error: &StoreError) -> bool {
    let why = error.source().map(ToString::to_string).unwrap_or_default();
    let reasons = ["another process has held it", "the disk took longer", "database is locked"];
    error.kind() == StoreErrorKind::Unavailable && reasons.iter().any(|reason| why.contains(reason))
}

/// Is deleted with the test.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        // By chance: a process may have the number of an earlier one that was killed and left its own.
        let path = std::env::temp_dir().join(format!("sdk-stores-{:016x}", fastrand::u64(..)));
        #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no modes to set"))]
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn login(&self) -> PathBuf {
        self.0.join("login")
    }

    /// The names of what is in it.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let removed = fs::remove_dir_all(&self.0);
        assert!(removed.is_ok() || std::thread::panicking(), "{removed:?}");
    }
}

/// The kinds of store that several processes can share. Windows is run by Wine, where SQLite locks more
/// slowly than it waits.
#[cfg(not(windows))]
pub(crate) const SHARED: [&str; 2] = ["file", "sqlite"];
#[cfg(windows)]
pub(crate) const SHARED: [&str; 1] = ["file"];

/// Those that a test has to itself: the key ring of this desktop is not for tests, and another one ends with
/// the process.
#[cfg(feature = "keyring")]
pub(crate) const OWN: [&str; 1] = ["keyring"];
#[cfg(not(feature = "keyring"))]
pub(crate) const OWN: [&str; 0] = [];

/// Another handle to the store of this kind at `path`.
pub(crate) fn open(kind: &str, path: &Path) -> Arc<dyn TokenStore> {
    match kind {
        "file" => Arc::new(FileStore::new(path)),
        "sqlite" => {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            loop {
                match SqliteStore::open(path) {
                    Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
                    opened => return Arc::new(opened.unwrap()),
                }
            }
        }
        #[cfg(feature = "keyring")]
        "keyring" => Arc::new(crate::keyring::store(path)),
        _ => panic!("there is no store {kind:?}"),
    }
}

/// How many of a process swap at once, and how often each. SQLite does not let them in by turns, so that of
/// many, one waits long. Under Wine each operation on a file takes many times as long.
pub(crate) fn crowd(kind: &str) -> (u64, u64) {
    if kind == "sqlite" || cfg!(windows) { (2, 3) } else { (4, 3) }
}

const KIND: &str = "SDK_STORES_KIND";
const PATH: &str = "SDK_STORES_PATH";

/// A process that runs `test` of this binary, which is ignored otherwise, and finds the store by [`given`].
pub(crate) fn child(test: &str, kind: &str, path: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--ignored", "--nocapture"]).env(KIND, kind).env(PATH, path);
    child
}

/// What this process was started with by [`child`]; nothing if all ignored tests are run.
pub(crate) fn given() -> Option<(String, PathBuf)> {
    Some((std::env::var(KIND).ok()?, std::env::var_os(PATH)?.into()))
}

/// Tells the process that has started this one, past the test runner.
pub(crate) fn tell(what: impl std::fmt::Display) {
    io::Write::write_fmt(&mut io::stderr(), format_args!("{what}\n")).unwrap();
}
