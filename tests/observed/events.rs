//! What a session reports as events: sign-in, refresh, cool-down, expiry, sign-out, and a store that fails.

use std::sync::Arc;

use sdk_runtime::{
    ServiceTransport,
    error::StoreError,
    store::{MemoryStore, StoreFuture, StoredLogin, TokenStore},
};
use sdk_testkit::Reply;
use test_support::user;

use crate::recorder::Recorder;
use crate::{TrackerClient, served};

fn told(recorder: &Recorder) -> Vec<(String, String, String)> {
    let events = recorder.events().into_iter();
    let code = |event: &crate::recorder::Told| event.fields.get("error_type").cloned().unwrap_or_default();
    events.map(|event| (event.level.clone(), event.message.clone(), code(&event))).collect()
}

fn expected(events: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    let own = |(level, message, code): &(&str, &str, &str)| {
        ((*level).to_owned(), (*message).to_owned(), (*code).to_owned())
    };
    events.iter().map(own).collect()
}

#[tokio::test(start_paused = true)]
async fn the_life_of_a_login_is_told_in_its_order() {
    let (server, client) = served();
    let (recorder, _guard) = Recorder::start();
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    client.issue("7", None, None).await.unwrap();
    server.expire_access_tokens();
    server.next_refresh(Reply::empty().status(503).header("retry-after", "7"));
    client.issue("7", None, None).await.unwrap_err();
    tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    server.revoke("ann");
    client.issue("7", None, None).await.unwrap_err();
    client.login(&user("ann")).await.unwrap();
    client.logout().await.unwrap();
    client.session().close();
    assert_eq!(
        told(&recorder),
        expected(&[
            ("INFO", "signed in", ""),
            ("INFO", "refreshed", ""),
            ("WARN", "the refresh fails", "refresh_unavailable.status"),
            ("WARN", "the login is over", "session_expired.refresh_rejected"),
            ("INFO", "signed in", ""),
            ("INFO", "signed out", ""),
            ("DEBUG", "the session was closed", ""),
        ])
    );
    let failing = &recorder.events()[2];
    assert_eq!(failing.fields["cool_down"], "7s");
}

/// A pool that can evict no login says so once. Other pools say nothing.
#[tokio::test(start_paused = true)]
async fn a_pool_of_stores_in_memory_is_told_once() {
    let (server, _) = served();
    let builder = || {
        let transport = ServiceTransport::new(server.backend().clone());
        TrackerClient::builder("http://localhost").transport(transport)
    };
    let (recorder, _guard) = Recorder::start();
    let shared = MemoryStore::new();
    let stores = shared.clone();
    let pool = builder().build_pool(move |_: &u32| stores.clone()).unwrap();
    let _ = (pool.get(&1), pool.get(&2));
    assert!(recorder.events().is_empty(), "{:?}", recorder.events());

    let pool = builder().build_pool(|_: &u32| Arc::new(MemoryStore::new())).unwrap();
    assert!(recorder.events().is_empty(), "no store is made yet");
    let _ = (pool.get(&1), pool.get(&2), pool.clone().get(&3));
    let message = "the pool evicts no login and the process ends them all, because each store is in memory \
                   alone";
    assert_eq!(told(&recorder), expected(&[("WARN", message, "")]));
    drop(shared);
}

/// Has no place for a login.
struct Full;

impl TokenStore for Full {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        Box::pin(async { Ok(None) })
    }

    fn replace(&self, _: u64, _: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(async { Err(StoreError::unavailable("writing", "the disk is full")) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_told() {
    let (server, _) = served();
    let client = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .store(Full)
        .build()
        .unwrap();
    let (recorder, _guard) = Recorder::start();
    client.login(&user("ann")).await.unwrap();
    let degraded = ("WARN", "the store does not have the login", "store.unavailable");
    assert!(told(&recorder).contains(&expected(&[degraded])[0]), "{recorder:?}");
}
