//! A login in a key ring: one in memory, except for the test that has to be asked for.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, Once};
use std::{fs::File, path::Path, process::Stdio};

use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::{Credential, Entry, Error, mock};
use sdk_runtime::{
    error::StoreErrorKind,
    store::{KeyringStore, StoreLock, StoredLogin, TokenStore},
};

use crate::place::{Place, child, given, output};

const SERVICE: &str = "sdk-stores";

/// The store of the account named like `path`, with its locks next to it.
pub(crate) fn store(path: &Path) -> KeyringStore {
    in_memory();
    KeyringStore::new(SERVICE, path.to_str().unwrap()).locks_in(path.parent().unwrap())
}

/// From now on this process has no other key ring.
fn in_memory() {
    static SET: Once = Once::new();
    SET.call_once(|| keyring_core::set_default_store(Arc::new(Ring(mock::Store::new().unwrap()))));
}

/// The key ring of the library's own mock. The entries of `FRAIL` fail one write as they are told to.
#[derive(Debug)]
struct Ring(Arc<mock::Store>);

const FRAIL: &str = "sdk-stores-frail";

impl CredentialStoreApi for Ring {
    fn vendor(&self) -> String {
        self.0.vendor()
    }

    fn id(&self) -> String {
        self.0.id()
    }

    fn build(
        &self,
        service: &str,
        user: &str,
        modifiers: Option<&HashMap<&str, &str>>,
    ) -> keyring_core::Result<Entry> {
        let entry = self.0.build(service, user, modifiers)?;
        Ok(match service {
            FRAIL => Entry::new_with_credential(Arc::new(Frail(entry, user.to_owned()))),
            _ => entry,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An entry whose user is told by `FAULTS` how its next write fails.
#[derive(Debug)]
struct Frail(Entry, String);

struct Fault {
    error: Error,
    /// Whether the write is done nevertheless.
    is_done: bool,
    /// Whether the next read fails too.
    is_hidden: bool,
}

static FAULTS: Mutex<Vec<(String, Fault)>> = Mutex::new(Vec::new());

impl CredentialApi for Frail {
    fn set_secret(&self, secret: &[u8]) -> keyring_core::Result<()> {
        let fault = FAULTS.lock().unwrap().pop_if(|(user, _)| *user == self.1);
        let Some((_, Fault { error, is_done, is_hidden })) = fault else { return self.0.set_secret(secret) };
        if is_done {
            self.0.set_secret(secret)?;
        }
        if is_hidden {
            let mock: &mock::Cred = self.0.as_any().downcast_ref().unwrap();
            mock.set_error(Error::NoStorageAccess("it is locked".into()));
        }
        Err(error)
    }

    fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
        self.0.get_secret()
    }

    fn delete_credential(&self) -> keyring_core::Result<()> {
        self.0.delete_credential()
    }

    fn get_credential(&self) -> keyring_core::Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        self.0.get_specifiers()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The same entry, past the store.
fn entry(path: &Path) -> Entry {
    in_memory();
    Entry::new(SERVICE, path.to_str().unwrap()).unwrap()
}

fn login(version: u64) -> StoredLogin {
    StoredLogin::new(version, "s3cret")
}

#[tokio::test]
async fn an_entry_of_another_program_is_never_overwritten() {
    let place = Place::new();
    let path = place.login();
    let (store, entry) = (store(&path), entry(&path));
    for content in [&b"s3cret"[..], b"", b"\xff", b"sdk-runtime login, format 2, version 1\ns3cret\n"] {
        entry.set_secret(content).unwrap();
        let failed = [
            store.load().await.map(drop),
            store.replace(0, login(1)).await.map(drop),
            store.replace(1, login(2)).await.map(drop),
        ];
        for failed in failed {
            let error = failed.unwrap_err();
            let shown = format!("{error} {error:?}");
            assert_eq!(error.kind(), StoreErrorKind::Foreign, "{shown}");
            assert!(shown.contains(SERVICE) && !shown.contains("s3cret"), "I27: {shown}");
        }
        assert_eq!(entry.get_secret().unwrap(), content);
    }
}

#[tokio::test]
async fn a_key_ring_that_fails_says_why_and_shows_nothing() {
    let place = Place::new();
    let path = place.login();
    let store = store(&path);
    assert!(store.replace(0, login(1)).await.unwrap());
    let unreadable = || String::from_utf8(b"s3cret\xff".to_vec()).unwrap_err();
    let bytes = format!("{:?}", b"s3cret").trim_matches(['[', ']']).to_owned();
    type Fails = Box<dyn Fn() -> Error>;
    let table: [(Fails, StoreErrorKind, &str); 5] = [
        (
            Box::new(|| Error::NoStorageAccess("it is locked".into())),
            StoreErrorKind::Unavailable,
            "it is locked",
        ),
        (
            Box::new(|| Error::PlatformFailure("the bus is gone".into())),
            StoreErrorKind::Unavailable,
            "the bus is gone",
        ),
        (Box::new(|| Error::Ambiguous(Vec::new())), StoreErrorKind::Unavailable, "there are 0"),
        (Box::new(|| Error::BadEncoding(b"s3cret".to_vec())), StoreErrorKind::Foreign, "not written by"),
        (
            Box::new(move || Error::BadDataFormat(b"s3cret".to_vec(), unreadable().into())),
            StoreErrorKind::Foreign,
            "not written by",
        ),
    ];
    for (fails, kind, why) in table {
        for writes in [false, true] {
            entry(&path).as_any().downcast_ref::<mock::Cred>().unwrap().set_error(fails());
            let done = if writes {
                store.replace(1, login(2)).await.map(drop)
            } else {
                store.load().await.map(drop)
            };
            let error = done.unwrap_err();
            let shown = format!("{error} {error:?}");
            assert_eq!(error.kind(), kind, "{shown}");
            assert!(shown.contains(why), "{shown}");
            assert!(!shown.contains("s3cret") && !shown.contains(&bytes), "I27: {shown}");
            assert_eq!(store.load().await.unwrap(), Some(login(1)), "{why}: nothing is lost");
        }
    }
}

/// I38: a store says for certain that a write was not done, or that it does not know.
#[tokio::test]
async fn a_write_that_fails_is_uncertain_only_where_it_may_have_been_done() {
    type Fails = fn() -> Error;
    let refuses: [Fails; 5] = [
        || Error::NoStorageAccess("no".into()),
        || Error::TooLong("secret".into(), 512),
        || Error::Invalid("secret".into(), "no".into()),
        || Error::Ambiguous(Vec::new()),
        || Error::NotSupportedByStore("no".into()),
    ];
    let may_have_done_it: [Fails; 2] = [|| Error::PlatformFailure("no".into()), || Error::NoEntry];
    let mut table = Vec::new();
    for fails in refuses {
        table.extend([(fails, false, false, false), (fails, false, true, false)]);
    }
    for fails in may_have_done_it {
        table.extend([(fails, false, false, false), (fails, false, true, true)]);
        table.extend([(fails, true, false, true), (fails, true, true, true)]);
    }
    for (fails, is_done, is_hidden, is_uncertain) in table {
        let place = Place::new();
        let path = place.login();
        in_memory();
        let user = path.to_str().unwrap();
        let store = KeyringStore::new(FRAIL, user).locks_in(path.parent().unwrap());
        assert!(store.replace(0, login(1)).await.unwrap());
        let fault = Fault { error: fails(), is_done, is_hidden };
        FAULTS.lock().unwrap().push((user.to_owned(), fault));
        let error = store.replace(1, login(2)).await.unwrap_err();
        let case = format!("{:?}, done: {is_done}, hidden: {is_hidden}: {error}", fails());
        assert_eq!(error.kind() == StoreErrorKind::Uncertain, is_uncertain, "I38: {case}");
        // The one that fails, where the store has not read it.
        let _ = store.load().await;
        assert_eq!(store.load().await.unwrap(), Some(login(1 + u64::from(is_done))), "{case}");
    }
}

#[tokio::test]
async fn no_two_names_share_an_entry_or_a_lock() {
    let place = Place::new();
    in_memory();
    let names =
        [("a@b", "c"), ("a", "b@c"), ("a/b", "c"), ("..", "a"), ("a", "../b"), ("a%2Fb", "c"), ("ä", ".")];
    let shown = format!("{:?}", KeyringStore::new("tracker", "ada"));
    assert_eq!(shown, r#"KeyringStore { service: "tracker", user: "ada", .. }"#);
    let mut held = Vec::new();
    for (at, (service, user)) in (1..).zip(names) {
        let store = KeyringStore::new(service, user).locks_in(place.path().join("locks"));
        assert!(store.replace(0, login(at)).await.unwrap(), "{service} {user}");
        match store.try_lock().await.unwrap() {
            StoreLock::Held(lock) => held.push(lock),
            lock => panic!("{service} {user}: {lock:?}"),
        }
    }
    assert_eq!(place.names(), ["locks"]);
    assert_eq!(std::fs::read_dir(place.path().join("locks")).unwrap().count(), 2 * names.len());
}

/// Another process that compares and swaps: the key ring would let both.
#[tokio::test]
async fn who_writes_holds_the_lock_of_the_system() {
    let place = Place::new();
    let path = place.login();
    let store = store(&path);
    assert!(store.replace(0, login(1)).await.unwrap());
    let names = place.names();
    let held = File::open(place.path().join(&names[0])).unwrap();
    held.lock().unwrap();
    let error = store.replace(1, login(2)).await.unwrap_err();
    assert_eq!((names.len(), error.kind()), (1, StoreErrorKind::Unavailable), "{names:?}: {error}");
    assert_eq!(store.load().await.unwrap(), Some(login(1)), "reading needs no lock");
}

#[cfg(unix)]
#[tokio::test]
async fn locks_are_where_every_process_of_the_user_finds_them() {
    for (variable, below) in [("XDG_STATE_HOME", ""), ("HOME", ".local/state")] {
        let place = Place::new();
        let mut child = child("keyring::takes_a_lock", "keyring", &place.login());
        child.env_remove("XDG_STATE_HOME").env(variable, place.path());
        child.stdout(Stdio::null());
        assert!(output(child).await.status.success(), "{variable}");
        let locks = place.path().join(below).join("sdk-runtime");
        let names: Vec<_> =
            std::fs::read_dir(locks).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["sdk%2Dstores@a.renewing"], "{variable}");
    }
}

#[tokio::test]
#[ignore = "needs the home that the test above runs it with"]
async fn takes_a_lock() {
    if given().is_none() {
        return;
    }
    let lock = KeyringStore::new(SERVICE, "a").try_lock().await.unwrap();
    assert!(matches!(lock, StoreLock::Held(_)), "{lock:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn where_there_is_no_key_ring_the_store_says_so() {
    let place = Place::new();
    let mut child = child("keyring::finds_no_key_ring", "keyring", &place.login());
    let nowhere = format!("unix:path={}", place.path().join("bus").display());
    child.env("DBUS_SESSION_BUS_ADDRESS", nowhere).env("XDG_RUNTIME_DIR", place.path());
    let output = output(child).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
#[ignore = "needs the desktop that the test above hides"]
async fn finds_no_key_ring() {
    let Some((_, path)) = given() else { return };
    let store = KeyringStore::new(SERVICE, "a").locks_in(path.parent().unwrap());
    for failed in [store.load().await.map(drop), store.replace(0, login(1)).await.map(drop)] {
        let error = failed.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
        assert!(error.to_string().contains("there is no key ring"), "{error}");
    }
}

/// `cargo test --features keyring --test stores -- --exact
/// keyring::the_key_ring_of_this_desktop_keeps_a_login --ignored`, in a desktop session. It leaves an entry
/// of `test` for `sdk-stores`.
#[tokio::test]
#[ignore = "needs a key ring, which may ask to be unlocked"]
async fn the_key_ring_of_this_desktop_keeps_a_login() {
    // All that is ignored may run in one process; with all that is not, it would be the key ring in memory.
    assert!(keyring_core::get_default_store().is_none(), "run it alone");
    let place = Place::new();
    let open = || KeyringStore::new(SERVICE, "test").locks_in(place.path());
    let earlier = open().load().await.unwrap().map_or(0, |kept| kept.version());
    for version in earlier..earlier + 3 {
        assert!(open().replace(version, login(version + 1)).await.unwrap());
        assert!(!open().replace(version, login(version + 2)).await.unwrap());
        assert_eq!(open().load().await.unwrap(), Some(login(version + 1)));
    }
}
