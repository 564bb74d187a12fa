//! Stored logins that are damaged: what is read is what stands there, and all else is an error that loses
//! nothing.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use sdk_runtime::error::StoreErrorKind;
use sdk_runtime::store::{StoreFuture, StoredLogin, TokenStore};
use sdk_runtime::{
    Error, FileStore, Head, Refusal, Result, ServiceTransport, TokenResponse, Tokens, api_client, oauth,
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use tokio::runtime::Builder;

use crate::check::{check, run};

/// One change of some bytes.
#[derive(Debug, Clone)]
enum Damage {
    Truncate(prop::sample::Index),
    Put(prop::sample::Index, Vec<u8>),
    Replace(prop::sample::Index, u8),
    Flip(prop::sample::Index, u8),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    const WORDS: &[&[u8]] = &[
        b"\n",
        b"\0",
        b" ",
        b"\"",
        b"{",
        b"}",
        b"null",
        b"sdk-runtime login, format 1, version 7\n",
        b"\xff",
        b"9",
        b",",
        b":",
        b"-1",
        b"1e999",
        b"format 2",
    ];
    let at = any::<prop::sample::Index>;
    let one = prop_oneof![
        at().prop_map(Damage::Truncate),
        (at(), proptest::sample::select(WORDS)).prop_map(|(at, word)| Damage::Put(at, word.to_vec())),
        (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (at(), 1..40_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        (at(), 1..40_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
    ];
    proptest::collection::vec(one, 1..4)
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let end = |at: usize, length: usize, bytes: &[u8]| (at + length).min(bytes.len());
        match damage {
            Damage::Put(at, word) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, word.iter().copied());
            }
            _ if bytes.is_empty() => {}
            Damage::Truncate(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Replace(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Damage::Flip(at, bit) => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Damage::Remove(at, length) => {
                let at = at.index(bytes.len());
                bytes.drain(at..end(at, *length, &bytes));
            }
            Damage::Repeat(at, length) => {
                let at = at.index(bytes.len());
                let again = bytes[at..end(at, *length, &bytes)].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    bytes
}

/// A folder of one test, which is deleted with it.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_damaged_file_is_read_as_it_is_or_left_as_it_is() {
    // The clock is not paused, because a store works on threads of its own.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let folder = Folder(std::env::temp_dir().join(format!("sdk-properties-{:016x}", fastrand::u64(..))));
    let path = folder.0.join("login");
    let store = FileStore::new(&path);
    let genuine = StoredLogin::new(7, r#"{"access":"s3cret","é":[1,2]}"#);
    assert!(runtime.block_on(store.replace(0, genuine.clone())).unwrap());
    let original = fs::read(&path).unwrap();
    check("damaged files", &damages(), |damages| {
        let bytes = damaged(original.clone(), &damages);
        fs::write(&path, &bytes).unwrap();
        let replaced = |expected| runtime.block_on(store.replace(expected, StoredLogin::new(8, "{}")));
        match runtime.block_on(store.load()) {
            Ok(login) => {
                let login = login.expect("there is a file");
                let (version, text) = (login.version(), login.text());
                let written = format!("sdk-runtime login, format 1, version {version}\n{text}\n");
                prop_assert_eq!(written.as_bytes(), bytes.as_slice());
                prop_assert!(!text.contains('\n'));
                prop_assert!(!replaced(0).unwrap(), "it is not nothing");
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), StoreErrorKind::Foreign);
                let shown = format!("{error} {error:?}");
                prop_assert!(!shown.contains("s3cret"), "{}", shown);
                prop_assert_eq!(replaced(0).unwrap_err().kind(), StoreErrorKind::Foreign);
                prop_assert_eq!(replaced(7).unwrap_err().kind(), StoreErrorKind::Foreign);
            }
        }
        prop_assert_eq!(&fs::read(&path).unwrap(), &bytes, "it is left");
        Ok(())
    });
    fs::write(&path, original).unwrap();
    assert_eq!(runtime.block_on(store.load()).unwrap(), Some(genuine), "nothing else was lost");
}

#[api_client]
trait Guarded {
    #[get("/it")]
    async fn it(&self) -> Result<()>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: oauth::RefreshRequest) -> Result<Refreshed>;
}

#[derive(Debug, Deserialize)]
struct Refreshed {}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new("s3cret-fresh"))
    }
}

/// A store of one text, which counts its changes.
#[derive(Clone, Default)]
struct Cell(Arc<Mutex<(Option<StoredLogin>, u32)>>);

impl TokenStore for Cell {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        let login = self.0.lock().unwrap().0.clone();
        Box::pin(async { Ok(login) })
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        let mut cell = self.0.lock().unwrap();
        let is_expected = cell.0.as_ref().map_or(0, StoredLogin::version) == expected;
        if is_expected {
            *cell = (Some(next), cell.1 + 1);
        }
        Box::pin(async move { Ok(is_expected) })
    }
}

fn client(store: impl TokenStore) -> GuardedClient {
    let backend = Backend::new();
    backend.reply("GET", "/it", Reply::empty()).reply(
        "POST",
        "/refresh",
        Reply::json(&serde_json::json!({})),
    );
    let builder = GuardedClient::builder("https://a.test").transport(ServiceTransport::new(backend));
    builder.store(store).build().unwrap()
}

#[test]
fn a_damaged_text_is_a_login_or_an_error_that_leaves_it() {
    let genuine = run(async {
        let cell = Cell::default();
        let client = client(cell.clone());
        let tokens = Tokens::new("s3cret-a").refresh_token("s3cret-r").subject("s3cret-u");
        client.session().sign_in(tokens).unwrap();
        client.session().flush().await.unwrap();
        cell.load().await.unwrap().unwrap()
    });
    check("damaged texts", &damages(), |damages| {
        let bytes = damaged(genuine.text().as_bytes().to_vec(), &damages);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let cell = Cell(Arc::new(Mutex::new((Some(StoredLogin::new(genuine.version(), &text)), 0))));
        let (resumed, called) = run(async {
            let client = client(cell.clone());
            (client.session().resume().await, client.it().await)
        });
        let cell = cell.0.lock().unwrap();
        for error in [resumed.as_ref().err(), called.as_ref().err()].into_iter().flatten() {
            let shown = format!("{error:#} {error:?}");
            prop_assert!(!shown.contains("s3cret"), "{}", shown);
        }
        match (&resumed, &called) {
            (Ok(_), Ok(()) | Err(Error::InvalidRequest(_))) => {}
            (Err(Error::Store(error)), Err(Error::Store(_))) => {
                prop_assert_eq!(error.kind(), StoreErrorKind::Foreign);
                prop_assert_eq!((cell.0.as_ref().unwrap().text(), cell.1), (text.as_str(), 0), "it is left");
            }
            // The name of a token is damaged, and another version of this crate may have written the new one.
            (Ok(_), Err(Error::SessionExpired(_))) if !text.contains("\"refresh\"") => {}
            other => return Err(TestCaseError::fail(format!("{other:?} {text}"))),
        }
        Ok(())
    });
}
