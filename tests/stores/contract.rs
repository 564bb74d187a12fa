//! The contract of every store.

use std::sync::Arc;

use sdk_runtime::{
    error::{StoreError, StoreErrorKind},
    store::{MemoryStore, StoreLock, StoredLogin, TokenStore},
};
use tokio::task::JoinSet;

use crate::place::{OWN, Place, SHARED, crowd, in_time, open, unhindered};

/// Makes a handle to one store, each time it is called.
type Opens = Box<dyn Fn() -> Arc<dyn TokenStore>>;

/// A fresh store of every kind, with the name of its kind.
fn stores(place: &Place) -> Vec<(&'static str, Opens)> {
    let memory = MemoryStore::new();
    let mut stores: Vec<(&str, Opens)> = vec![("memory", Box::new(move || Arc::new(memory.clone())))];
    for kind in SHARED.into_iter().chain(OWN) {
        let path = place.path().join("stores").join(kind).join("login");
        stores.push((kind, Box::new(move || open(kind, &path))));
    }
    stores
}

#[tokio::test]
async fn a_login_is_there_once_it_was_put_there() {
    let place = Place::new();
    for (kind, open) in stores(&place) {
        let (store, other) = (open(), open());
        assert_eq!(store.load().await.unwrap(), None, "{kind}");
        for (version, text) in [(1, r#"{"a":"ä\n\u0000"}"#), (2, ""), (3, "\t\r''\" "), (9, "x, version 3")]
        {
            let expected = other.load().await.unwrap().map_or(0, |kept| kept.version());
            let next = StoredLogin::new(version, text);
            assert!(store.replace(expected, next.clone()).await.unwrap(), "{kind}: {version}");
            assert_eq!(other.load().await.unwrap(), Some(next.clone()), "{kind}");
            assert_eq!(open().load().await.unwrap(), Some(next), "{kind}");
        }
        let long = StoredLogin::new(10, "x".repeat(100_000));
        assert!(store.replace(9, long.clone()).await.unwrap(), "{kind}");
        assert_eq!(other.load().await.unwrap(), Some(long), "{kind}");
    }
}

#[tokio::test]
async fn a_writer_that_expects_another_version_changes_nothing() {
    let place = Place::new();
    for (kind, open) in stores(&place) {
        let (store, other) = (open(), open());
        for expected in [1, u64::MAX] {
            assert!(!store.replace(expected, StoredLogin::new(2, "b")).await.unwrap(), "{kind}: {expected}");
            assert_eq!(other.load().await.unwrap(), None, "{kind}");
        }
        let kept = StoredLogin::new(5, "a");
        assert!(store.replace(0, kept.clone()).await.unwrap(), "{kind}");
        for expected in [0, 1, 4, 6, u64::MAX] {
            assert!(!other.replace(expected, StoredLogin::new(6, "b")).await.unwrap(), "{kind}: {expected}");
            assert_eq!(store.load().await.unwrap(), Some(kept.clone()), "{kind}");
        }
    }
}

/// Counts up by one, however often another process was faster.
pub(crate) async fn count_up(store: &dyn TokenStore) -> Result<(), StoreError> {
    loop {
        let kept = unhindered(|| store.load()).await?;
        let (version, number) =
            kept.map_or((0, 0), |kept| (kept.version(), kept.text().parse::<u64>().unwrap()));
        let next = StoredLogin::new(version + 1, (number + 1).to_string());
        if unhindered(|| store.replace(version, next.clone())).await? {
            return Ok(());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_who_swap_at_once_one_wins_each_time() {
    let place = Place::new();
    for (kind, open) in stores(&place) {
        let (crowd, each) = crowd(kind);
        let mut tasks = JoinSet::new();
        for _ in 0..crowd {
            let store = open();
            tasks.spawn(async move {
                for _ in 0..each {
                    count_up(&*store).await.unwrap();
                }
            });
        }
        in_time(tasks.join_all()).await;
        let kept = open().load().await.unwrap();
        assert_eq!(kept, Some(StoredLogin::new(crowd * each, (crowd * each).to_string())), "{kind}");
    }
}

#[tokio::test]
async fn one_holds_the_lock_of_refreshes() {
    let place = Place::new();
    for (kind, open) in stores(&place) {
        let (store, other) = (open(), open());
        let held = match store.try_lock().await.unwrap() {
            StoreLock::Held(held) => held,
            StoreLock::Unsupported => continue,
            lock => panic!("{kind}: {lock:?}"),
        };
        for handle in [&store, &other] {
            assert!(matches!(handle.try_lock().await.unwrap(), StoreLock::Busy), "{kind}");
        }
        // It does not block the stored login.
        assert!(other.replace(0, StoredLogin::new(1, "a")).await.unwrap(), "{kind}");
        drop(held);
        let again = other.try_lock().await.unwrap();
        assert!(matches!(again, StoreLock::Held(_)), "{kind}");
        assert!(matches!(store.try_lock().await.unwrap(), StoreLock::Busy), "{kind}");
    }
}

/// A runtime that is not tokio's has no threads for what blocks, and a store blocks it then.
#[test]
fn no_store_of_the_library_needs_a_runtime() {
    let place = Place::new();
    for (kind, open) in stores(&place) {
        if kind == "sqlite" {
            continue;
        }
        let store = open();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let done = store.replace(0, StoredLogin::new(1, "a")).as_mut().poll(&mut context);
        assert!(matches!(done, std::task::Poll::Ready(Ok(true))), "{kind}: {done:?}");
    }
}

#[tokio::test]
async fn no_secret_is_shown() {
    let place = Place::new();
    for (kind, open) in stores(&place) {
        let store = open();
        assert!(store.replace(0, StoredLogin::new(1, "s3cret")).await.unwrap(), "{kind}");
        let shown = format!("{:?} {:?}", store.load().await.unwrap(), store.try_lock().await.unwrap());
        assert!(!shown.contains("s3cret"), "I27: {kind}: {shown}");
    }
    let shown = format!("{:?} {:?}", MemoryStore::new(), StoreError::foreign("it"));
    assert!(shown.contains("MemoryStore") && shown.contains(&format!("{:?}", StoreErrorKind::Foreign)));
}
