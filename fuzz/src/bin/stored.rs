//! Texts of a store: each is a login, or an error that leaves it and shows none of it.
#![no_main]

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use sdk_fuzz::Server;
use sdk_runtime::error::StoreErrorKind;
use sdk_runtime::store::{StoreFuture, StoredLogin, TokenStore};
use sdk_runtime::{Error, Head, Refusal, Result, TokenResponse, Tokens, api_client, oauth};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Refreshed {}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new("fresh"))
    }
}

#[api_client]
trait Guarded {
    #[get("/it")]
    async fn it(&self) -> Result<()>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: oauth::RefreshRequest) -> Result<Refreshed>;
}

#[derive(Clone)]
struct Cell(Arc<Mutex<StoredLogin>>);

impl TokenStore for Cell {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        let login = self.0.lock().unwrap().clone();
        Box::pin(async { Ok(Some(login)) })
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        let mut login = self.0.lock().unwrap();
        let is_expected = login.version() == expected;
        if is_expected {
            *login = next;
        }
        Box::pin(async move { Ok(is_expected) })
    }
}

fuzz_target!(|text: &str| {
    let cell = Cell(Arc::new(Mutex::new(StoredLogin::new(7, text))));
    let server = Server(|_| http::Response::new(Bytes::from_static(b"{}")));
    let builder = GuardedClient::builder("https://www.a.test").transport(server).store(cell.clone());
    let client = builder.build().unwrap();
    let resumed = sdk_fuzz::run(async {
        let resumed = client.session().resume().await;
        let _ = client.it().await;
        let _ = client.session().flush().await;
        resumed
    });
    if let Err(Error::Store(error)) = resumed
        && error.kind() == StoreErrorKind::Foreign
    {
        assert_eq!(cell.0.lock().unwrap().text(), text, "it is left");
    }
});
