//! The login file on every system: what it survives, and what it leaves alone.

use std::{
    fs::{self, OpenOptions},
    path::Path,
};

use sdk_runtime::{
    FileStore,
    error::{StoreError, StoreErrorKind},
    store::{StoreLock, StoredLogin, TokenStore},
};

use crate::place::{Place, child, given, output};

pub(crate) fn login(version: u64) -> StoredLogin {
    StoredLogin::new(version, "s3cret")
}

/// What would be read as `login(1)`.
#[cfg_attr(not(unix), expect(dead_code, reason = "it is put where links lead to"))]
pub(crate) const WRITTEN: &[u8] = b"sdk-runtime login, format 1, version 1\ns3cret\n";

/// What all three operations fail with, and that they say the same.
pub(crate) async fn refused(path: &Path) -> StoreError {
    let store = FileStore::new(path);
    let error = store.load().await.unwrap_err();
    for expected in [0, 1] {
        let other = store.replace(expected, login(2)).await.unwrap_err();
        assert_eq!((other.kind(), other.to_string()), (error.kind(), error.to_string()));
    }
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("s3cret"), "I27: {shown}");
    error
}

#[tokio::test]
async fn what_is_foreign_is_never_overwritten() {
    let place = Place::new();
    let path = place.login();
    let long = vec![b'x'; 3 << 20];
    let table: [(&[u8], &str); 6] = [
        (b"", "is empty"),
        (b"[default]\npassword = s3cret\n", "not written by this library"),
        (b"\0\0\0\0", "not written by this library"),
        (b"sdk-runtime login, format 1, version 1\ns3cr", "cut off"),
        (b"sdk-runtime login, format 2, version 1\ns3cret\n", "later version"),
        (&long, "larger than any login"),
    ];
    for (content, what) in table {
        write_privately(&path, content);
        let error = refused(&path).await;
        assert_eq!(error.kind(), StoreErrorKind::Foreign, "{error}");
        for part in [path.to_str().unwrap(), what, "remove it"] {
            assert!(error.to_string().contains(part), "{part} in {error}");
        }
        assert!(fs::read(&path).unwrap() == content, "{what}: it was changed");
    }
}

#[tokio::test]
async fn only_what_was_left_over_is_cleared_away() {
    let place = Place::new();
    let store = FileStore::new(place.login());
    let left_over = [".login.0123456789abcdef.tmp", ".login.ffffffffffffffff.tmp"];
    let foreign = [
        ".login.0123456789abcde.tmp",
        ".login.0123456789abcdeg.tmp",
        ".login.0123456789abcdef.tmp.txt",
        ".logins.0123456789abcdef.tmp",
        ".other.0123456789abcdef.tmp",
        "login.0123456789abcdef.tmp",
        "login.tmp",
    ];
    for name in left_over.iter().chain(&foreign) {
        fs::write(place.path().join(name), "s3cret").unwrap();
    }
    assert!(!store.replace(7, login(8)).await.unwrap());
    assert!(store.replace(0, login(1)).await.unwrap());
    let mut expected = [&foreign[..], &["login", "login.lock"]].concat();
    expected.sort_unstable();
    assert_eq!(place.names(), expected);
}

/// What the user's own program would write.
fn write_privately(path: &Path, content: &[u8]) {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create(true).truncate(true).open(path).unwrap();
    std::io::Write::write_all(&mut file, content).unwrap();
}

#[tokio::test]
async fn a_directory_in_the_place_of_a_file_is_refused_and_left() {
    for suffix in ["", ".lock", ".renewing"] {
        let place = Place::new();
        let entry = place.path().join(format!("login{suffix}"));
        fs::create_dir(&entry).unwrap();
        let store = FileStore::new(place.login());
        let error = match suffix {
            "" => refused(&place.login()).await,
            ".lock" => store.replace(0, login(1)).await.unwrap_err(),
            _ => store.try_lock().await.unwrap_err(),
        };
        assert_eq!(error.kind(), StoreErrorKind::Foreign, "{error}");
        assert!(error.to_string().contains(entry.to_str().unwrap()), "{error}");
        assert!(entry.is_dir(), "it is left");
    }
}

/// Windows has a limit of 260 characters for paths that are not written in a special form.
#[tokio::test]
async fn a_long_path_is_a_path() {
    let place = Place::new();
    let path = place.path().join("d".repeat(100)).join("e".repeat(100)).join("f".repeat(100)).join("login");
    let store = FileStore::new(&path);
    for version in 0..2 {
        assert!(store.replace(version, login(version + 1)).await.unwrap());
    }
    assert!(matches!(store.try_lock().await.unwrap(), StoreLock::Held(_)));
    assert_eq!(store.load().await.unwrap(), Some(login(2)));
}

/// Another process, since a process has one current directory.
#[tokio::test]
async fn a_name_alone_is_one_in_the_current_directory() {
    let place = Place::new();
    let mut child = child("file::finds_a_login_by_its_name_alone", "file", Path::new("login"));
    child.current_dir(place.path());
    let output = output(child).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(place.names(), ["login", "login.lock", "login.renewing"]);
}

#[tokio::test]
#[ignore = "needs the directory that the test above runs it in"]
async fn finds_a_login_by_its_name_alone() {
    let Some((_, path)) = given() else { return };
    let store = FileStore::new(path);
    assert!(store.replace(0, login(1)).await.unwrap());
    assert_eq!(store.load().await.unwrap(), Some(login(1)));
    assert!(matches!(store.try_lock().await.unwrap(), StoreLock::Held(_)));
}
