//! A login file that another program has open, such as a virus scanner or a backup. Only Windows refuses
//! access then.

use std::{
    fs::{File, OpenOptions},
    os::windows::fs::OpenOptionsExt,
    path::Path,
    time::Duration,
};

use sdk_runtime::{FileStore, error::StoreErrorKind, store::TokenStore};

use crate::{file::login, place::Place};

const FILE_SHARE_READ: u32 = 1;

/// Long enough for the store to be refused at first. Where it begins later than that, nothing refuses it and
/// the test sees less.
const A_MOMENT: Duration = Duration::from_millis(200);

/// Opens `path` as a program does that shares no more than `share` with others.
fn hold(path: &Path, share: u32) -> File {
    OpenOptions::new().read(true).share_mode(share).open(path).unwrap()
}

#[tokio::test]
async fn a_login_is_replaced_when_a_reader_is_done() {
    let place = Place::new();
    let store = FileStore::new(place.login());
    assert!(store.replace(0, login(1)).await.unwrap());
    let reader = hold(&place.login(), FILE_SHARE_READ);
    let replacing = tokio::spawn({
        let store = store.clone();
        async move { store.replace(1, login(2)).await }
    });
    tokio::time::sleep(A_MOMENT).await;
    drop(reader);
    assert!(replacing.await.unwrap().unwrap());
    assert_eq!(store.load().await.unwrap(), Some(login(2)));
    assert_eq!(place.names(), ["login", "login.lock"]);
}

#[tokio::test]
async fn a_login_is_read_when_an_exclusive_reader_is_done() {
    let place = Place::new();
    let store = FileStore::new(place.login());
    assert!(store.replace(0, login(1)).await.unwrap());
    let reader = hold(&place.login(), 0);
    let loading = tokio::spawn({
        let store = store.clone();
        async move { store.load().await }
    });
    tokio::time::sleep(A_MOMENT).await;
    drop(reader);
    assert_eq!(loading.await.unwrap().unwrap(), Some(login(1)));
}

#[tokio::test]
async fn a_file_that_stays_open_elsewhere_is_said_and_left() {
    let place = Place::new();
    let store = FileStore::new(place.login());
    assert!(store.replace(0, login(1)).await.unwrap());
    for (share, what) in [(0, "cannot be opened"), (FILE_SHARE_READ, "cannot be written")] {
        let reader = hold(&place.login(), share);
        let error = store.replace(1, login(2)).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
        let named = error.to_string();
        assert!(named.contains(place.login().to_str().unwrap()) && named.contains(what), "{named}");
        drop(reader);
        assert_eq!(store.load().await.unwrap(), Some(login(1)), "nothing is lost");
        assert_eq!(place.names(), ["login", "login.lock"], "nothing is left over");
    }
    assert!(store.replace(1, login(2)).await.unwrap());
}
