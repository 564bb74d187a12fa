//! Logins that several processes share in one store, when one process sleeps, dies, or is too fast.

use std::future::IntoFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use sdk_runtime::{
    Error, ServiceTransport, Tokens,
    error::ExpiredReason,
    store::{MemoryStore, StoreFuture, StoredLogin, TokenStore},
};
use sdk_testkit::{Backend, Reply};
use serde_json::json;
use test_support::user;
use tokio::sync::{Notify, Semaphore};

use crate::api::{ApiClient, backend_of, idle, refresh, spent};
use crate::tracker::{self, server};

/// A time of day that only a test moves.
#[derive(Clone)]
struct Wall(Arc<Mutex<SystemTime>>);

impl Wall {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(SystemTime::now())))
    }

    fn forward(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }

    fn shown(&self) -> impl Fn() -> SystemTime + Send + Sync + use<> {
        let time = self.0.clone();
        move || *time.lock().unwrap()
    }
}

/// A client as another process would make it.
fn client(backend: &Backend, store: impl TokenStore, wall: &Wall) -> ApiClient {
    ApiClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend.clone()))
        .store(store)
        .wall_clock(wall.shown())
        .build()
        .unwrap()
}

/// Row 31: a process was suspended when it had read the refresh token; when it went on, another had rotated
/// it, and the refusal signed the user out.
#[tokio::test(start_paused = true)]
async fn a_rejection_after_a_refresh_by_another_process_signs_no_user_out() {
    let (backend, store, wall) = (backend_of("a1", Reply::empty()), MemoryStore::new(), Wall::new());
    let (asked, told) = (AtomicBool::new(false), Arc::new(Notify::new()));
    let wakes = told.clone();
    backend.route("POST", "/refresh", move |_| {
        let (is_first, told) = (!asked.swap(true, Ordering::SeqCst), told.clone());
        async move {
            if !is_first {
                return refresh();
            }
            told.notified().await;
            Reply::json(&json!({ "error": "invalid_grant" })).status(400)
        }
    });
    let [sleeps, other] = [0, 1].map(|_| client(&backend, store.clone(), &wall));
    sleeps.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    sleeps.session().flush().await.unwrap();
    let late = tokio::spawn(sleeps.x().into_future());
    backend.received(2).await;

    wall.forward(Duration::from_secs(3600));
    assert_eq!(other.x().await.unwrap(), "welcome", "I6: no caller waits for a sleeping process");
    wakes.notify_one();
    assert_eq!(late.await.unwrap().unwrap(), "welcome", "I15, I16");
    assert!(sleeps.session().state().is_signed_in(), "I16");
    sleeps.session().refresh().await.unwrap();
    assert_eq!(spent(&backend), ["r0", "r0", "r1"], "I14: it goes on with what the other has obtained");
}

/// A process that dies at once takes along what it knows, and the next has what was written down.
#[test]
fn after_a_process_that_died_in_a_refresh_the_next_goes_on_or_says_what_was_lost() {
    for has_rotated in [false, true] {
        let (server, store, wall) = (server(), MemoryStore::new(), Wall::new());
        let start = || {
            let transport = ServiceTransport::new(server.backend().clone());
            let builder = tracker::TrackerClient::builder("http://localhost").transport(transport);
            builder.store(store.clone()).wall_clock(wall.shown()).build().unwrap()
        };
        let process =
            || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        let (dies, next) = (process().unwrap(), process().unwrap());
        dies.block_on(async {
            let client = start();
            client.login(&user("ann")).await.unwrap();
            server.expire_access_tokens();
            match has_rotated {
                true => server.next_refresh_rotates_then(Reply::hang()),
                false => server.next_refresh(Reply::hang()),
            }
            tokio::spawn(client.issue(1).into_future());
            server.wait_for(|counts| counts.refreshes == 1).await;
            idle().await;
            // Nothing of it is cleaned up.
            std::mem::forget(client);
        });
        drop(dies);
        assert_eq!(server.counts().rotations, usize::from(has_rotated));

        wall.forward(Duration::from_secs(3600));
        next.block_on(async {
            let client = start();
            match client.issue(1).await {
                Ok(issue) => assert!(!has_rotated && issue.owner == "ann"),
                Err(Error::SessionExpired(expired)) => {
                    assert!(has_rotated);
                    assert_eq!(expired.reason(), ExpiredReason::LostRotation, "I9, I14");
                    client.login(&user("ann")).await.unwrap();
                }
                Err(error) => panic!("{error:?}"),
            }
            client.issue(2).await.unwrap();
        });
        assert_eq!(server.counts().refreshes, 2, "I14");
    }
}

/// A store that cannot be read until it is released.
struct Slow {
    kept: MemoryStore,
    reads: Arc<Semaphore>,
}

impl TokenStore for Slow {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        Box::pin(async move {
            let _read = self.reads.acquire().await;
            self.kept.load().await
        })
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        self.kept.replace(expected, next)
    }
}

/// Ktor's holder of tokens: what was cleared or set while it was being loaded is what counts.
#[tokio::test(start_paused = true)]
async fn who_signs_in_or_out_while_the_store_is_read_has_the_last_word() {
    for signs_in in [false, true] {
        let (backend, kept, wall) = (Backend::new(), MemoryStore::new(), Wall::new());
        backend.reply("GET", "/x", Reply::text("welcome"));
        let before = client(&backend, kept.clone(), &wall);
        before.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
        before.session().flush().await.unwrap();

        let reads = Arc::new(Semaphore::new(0));
        let again = client(&backend, Slow { kept: kept.clone(), reads: reads.clone() }, &wall);
        let waits = tokio::spawn(again.x().into_future());
        idle().await;
        match signs_in {
            true => again.session().sign_in(Tokens::new("b0").refresh_token("r of b")).unwrap(),
            false => again.session().sign_out(),
        }
        idle().await;
        reads.add_permits(1);
        let _ = waits.await.unwrap();
        assert!(backend.requests().iter().all(|request| request.bearer() != Some("a0")), "I12");
        assert_eq!(again.session().state().is_signed_in(), signs_in);
        again.session().flush().await.unwrap();
        let next = client(&backend, kept, &wall);
        match (next.x().await, signs_in) {
            (Ok(_), true) => assert_eq!(backend.last().unwrap().bearer(), Some("b0")),
            (Err(Error::NotSignedIn(_)), false) => {}
            (outcome, _) => panic!("signs in: {signs_in}, {outcome:?}"),
        }
    }
}
