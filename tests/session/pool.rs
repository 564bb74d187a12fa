//! What a pool of sessions keeps and evicts: sessions that were closed alone, logins that are over, and
//! code of the user's that uses the pool.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime};

use sdk_runtime::{
    Error, Tokens,
    client::SessionPool,
    error::StoreError,
    store::{MemoryStore, StoreFuture, StoredLogin, TokenStore},
};
use sdk_testkit::{Reply, TokenServer};
use test_support::user;
use tokio::time::advance;

use crate::at_once::comes_to_an_end;
use crate::shelf::{Shelf, Writes};
use crate::tracker::{TrackerClient, builder, server, with_issues};

type Pool = SessionPool<u32, TrackerClient>;

/// A store for each key, the same for every caller.
#[derive(Clone, Default)]
struct Shelves(Arc<Mutex<HashMap<u32, Shelf>>>);

impl Shelves {
    fn of(&self, key: u32) -> Shelf {
        self.0.lock().unwrap().entry(key).or_insert_with(Shelf::new).clone()
    }
}

fn pool(server: &TokenServer) -> (Shelves, Pool) {
    let shelves = Shelves::default();
    let own = shelves.clone();
    (shelves, builder(server).build_pool(move |key| own.of(*key)).unwrap())
}

#[tokio::test(start_paused = true)]
async fn after_a_session_was_closed_alone_its_key_has_another() {
    let server = server();
    let (_, pool) = pool(&server);
    pool.get(&1).login(&user("ann")).await.unwrap();
    for round in 0..4 {
        let held = pool.get(&1);
        match round % 2 {
            0 => held.session().close(),
            _ => held.session().shutdown().await.unwrap(),
        }
        assert_eq!(pool.get(&1).issue(1).await.unwrap().owner, "ann");
        assert_eq!(pool.get(&1).issue(2).await.unwrap().owner, "ann");
        assert!(matches!(held.issue(3).await, Err(Error::Closed(_))), "a caller that holds the closed one");
        assert_eq!(pool.len(), 1);
    }
    let counts = server.counts();
    assert_eq!((counts.logins, counts.refreshes), (1, 0));
    pool.shutdown().await.unwrap();
    assert!(matches!(pool.get(&1).issue(1).await, Err(Error::Closed(_))), "now all are");
}

/// The next one reads what the closed one has obtained, and not what was there before.
#[tokio::test(start_paused = true)]
async fn i9_the_next_session_waits_for_what_the_closed_one_still_writes() {
    for is_slow in [false, true] {
        let server = server();
        let (shelves, pool) = pool(&server);
        let issued = server.issue("ann");
        let tokens = Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap());
        if is_slow {
            shelves.of(1).writes(Writes::Never);
        }
        let session = pool.get(&1).session().clone();
        session.sign_in(tokens).unwrap();
        session.close();
        let call = tokio::spawn(async move { pool.get(&1).issue(1).await.map(|issue| (issue.owner, pool)) });
        tokio::time::sleep(Duration::from_secs(1)).await;
        shelves.of(1).writes(Writes::Well);
        let (owner, pool) = call.await.unwrap().unwrap();
        assert_eq!(owner, "ann", "I9");

        server.expire_access_tokens();
        server.refresh_latency(Duration::from_secs(2));
        let client = pool.get(&1);
        let call = tokio::spawn(async move { client.issue(2).await });
        server.wait_for(|counts| counts.refreshes == 1).await;
        pool.get(&1).session().close();
        assert_eq!(pool.get(&1).issue(3).await.unwrap().owner, "ann", "I9: the rotation was under way");
        assert!(matches!(call.await.unwrap(), Err(Error::Closed(_))));
        let counts = server.counts();
        assert_eq!((counts.refreshes, counts.reused), (1, 0), "I9");
    }
}

/// How the store of a login that is about to be rejected works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Works {
    Well,
    /// Nothing can be written but that a process is about to refresh.
    IntentsAlone,
    /// Nothing can be written after the sign-in.
    NotAnyMore,
    /// Nothing could ever be written.
    Never,
    /// Nothing can be read either.
    NotAtAll,
}

/// A store for each key, all of which work as one test says.
#[derive(Clone)]
struct Stores {
    how: Arc<Mutex<Works>>,
    kept: Arc<Mutex<HashMap<u32, MemoryStore>>>,
}

struct Own(Stores, MemoryStore);

impl TokenStore for Own {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        Box::pin(async move {
            let how = *self.0.how.lock().unwrap();
            match how {
                Works::NotAtAll => Err(StoreError::unavailable("the disk is gone", "gone")),
                _ => self.1.load().await,
            }
        })
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let is_intent = next.text().contains(r#""intent":true"#);
            match *self.0.how.lock().unwrap() {
                Works::Well => {}
                Works::IntentsAlone if is_intent => {}
                _ => return Err(StoreError::unavailable("the disk is full", "full")),
            }
            self.1.replace(expected, next).await
        })
    }
}

fn stores(server: &TokenServer) -> (Stores, Pool) {
    let stores = Stores { how: Arc::new(Mutex::new(Works::Well)), kept: Arc::default() };
    let own = stores.clone();
    let of = move |key: &u32| Own(own.clone(), own.kept.lock().unwrap().entry(*key).or_default().clone());
    (stores, builder(server).build_pool(of).unwrap().limit(10))
}

const KEYS: u32 = 100;

#[tokio::test(start_paused = true)]
async fn logins_that_were_rejected_leave_the_pool_and_are_not_asked_for_again() {
    for how in [Works::Well, Works::IntentsAlone, Works::NotAnyMore, Works::Never] {
        let server = server();
        let (stores, pool) = stores(&server);
        for key in 0..KEYS {
            *stores.how.lock().unwrap() = if how == Works::Never { how } else { Works::Well };
            let client = pool.get(&key);
            let issued = server.issue("ann");
            let tokens = Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap());
            client.session().sign_in(tokens).unwrap();
            let _ = client.session().flush().await;
            *stores.how.lock().unwrap() = how;
            server.revoke_all();
            client.issue(1).await.unwrap_err();
            drop(client);
            assert!(pool.len() <= 10 || how == Works::NotAnyMore, "{how:?}: {} at key {key}", pool.len());
        }
        if how == Works::NotAnyMore {
            // What could not even be asked for is a failure for a while, and no end.
            advance(Duration::from_secs(4000)).await;
            for key in KEYS..2 * KEYS {
                let _ = pool.get(&key);
            }
            assert!(pool.len() <= 10, "{how:?}: {}", pool.len());
            continue;
        }
        let sent = server.counts().refreshes;
        assert_eq!(sent, KEYS as usize, "{how:?}: each login was rejected");
        for key in 0..KEYS {
            assert!(pool.get(&key).issue(1).await.is_err(), "{how:?}: {key}");
        }
        assert_eq!(server.counts().refreshes, sent, "I14: {how:?}");
        *stores.how.lock().unwrap() = Works::Well;
        advance(Duration::from_secs(400)).await;
        for key in 0..KEYS {
            assert!(pool.get(&key).issue(1).await.is_err(), "{how:?}: {key}");
        }
        tokio::time::sleep(Duration::from_secs(400)).await;
        assert_eq!(server.counts().refreshes, sent, "I14: {how:?}");
        let kept = stores.kept.lock().unwrap().clone();
        for (key, store) in kept {
            let kept = store.load().await.unwrap();
            let text = kept.as_ref().map_or("", StoredLogin::text);
            assert!(!text.contains("refresh-"), "{how:?}: {key}: {text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_signed_out_while_the_store_failed_is_not_signed_in_again_by_the_pool() {
    let server = server();
    let (stores, pool) = stores(&server);
    for key in 0..KEYS {
        *stores.how.lock().unwrap() = Works::Well;
        let client = pool.get(&key);
        client.login(&user("ann")).await.unwrap();
        *stores.how.lock().unwrap() = Works::NotAnyMore;
        if key % 2 == 1 {
            // The next one has not looked into its store.
            client.session().close();
        }
        pool.get(&key).session().sign_out();
        drop(client);
        assert!(pool.len() <= 10, "{}", pool.len());
    }
    for key in 0..KEYS {
        assert!(matches!(pool.get(&key).issue(1).await, Err(Error::NotSignedIn(_))), "I15: {key}");
    }
    *stores.how.lock().unwrap() = Works::Well;
    for key in 0..KEYS {
        assert!(matches!(pool.get(&key).issue(1).await, Err(Error::NotSignedIn(_))), "I15: {key}");
        pool.get(&key).login(&user("bob")).await.unwrap();
        assert_eq!(pool.get(&key).issue(1).await.unwrap().owner, "bob");
    }
    tokio::time::sleep(Duration::from_secs(400)).await;
    for key in 0..KEYS {
        assert_eq!(pool.get(&key).issue(2).await.unwrap().owner, "bob", "I15: an old end ends nothing new");
    }
}

/// It has not looked into its store, so that it cannot tell whose login it would end there.
#[tokio::test(start_paused = true)]
async fn i15_a_sign_out_that_leaves_the_pool_unwritten_ends_no_login_that_came_after() {
    let server = server();
    let (stores, pool) = stores(&server);
    *stores.how.lock().unwrap() = Works::NotAtAll;
    pool.get(&1).session().sign_out();
    tokio::time::sleep(Duration::from_millis(1)).await;
    *stores.how.lock().unwrap() = Works::Well;
    let store = stores.kept.lock().unwrap()[&1].clone();
    let other = builder(&server).store(store).build().unwrap();
    other.login(&user("bob")).await.unwrap();
    for key in 2..20 {
        let _ = pool.get(&key);
    }
    tokio::time::sleep(Duration::from_secs(400)).await;
    let store = stores.kept.lock().unwrap()[&1].clone();
    let again = builder(&server).store(store).build().unwrap();
    assert_eq!(again.issue(1).await.unwrap().owner, "bob", "I15");
}

#[tokio::test(start_paused = true)]
async fn a_login_that_can_be_refreshed_no_more_leaves_when_its_token_has_lapsed() {
    let lifetime = Duration::from_secs(1000);
    let server = with_issues(TokenServer::builder().access_lifetime(lifetime).tells_lifetime(true).build());
    let (_, pool) = pool(&server);
    let pool = pool.limit(10);
    for key in 0..50 {
        let client = pool.get(&key);
        client.login(&user("ann")).await.unwrap();
        server.next_refresh(Reply::json(&serde_json::json!({ "error": "invalid_grant" })).status(400));
        client.session().refresh().await.unwrap_err();
    }
    for key in 0..50 {
        assert_eq!(pool.get(&key).issue(1).await.unwrap().owner, "ann", "I17: it works still");
    }
    advance(lifetime).await;
    for key in 50..100 {
        let _ = pool.get(&key);
    }
    assert!(pool.len() <= 10, "{}", pool.len());
}

/// A visitor has nothing to lose. A user whose login is evicted has to wait for the store.
#[tokio::test(start_paused = true)]
async fn visitors_leave_the_pool_before_users_who_are_signed_in() {
    let server = server();
    let (shelves, pool) = pool(&server);
    let pool = pool.limit(8);
    for key in 0..4 {
        pool.get(&key).login(&user("ann")).await.unwrap();
    }
    let loads: Vec<_> = (0..4).map(|key| shelves.of(key).loads()).collect();
    for key in 100..200 {
        let visitor = pool.get(&key);
        if key % 2 == 0 {
            assert!(matches!(visitor.issue(1).await, Err(Error::NotSignedIn(_))));
        }
    }
    assert!(pool.len() <= 8);
    for key in 0..4 {
        assert_eq!(pool.get(&key).issue(1).await.unwrap().owner, "ann");
    }
    assert_eq!(loads, (0..4).map(|key| shelves.of(key).loads()).collect::<Vec<_>>(), "they were in memory");
    let held = pool.get(&300);
    for key in 4..50 {
        pool.get(&key).login(&user("bob")).await.unwrap();
        assert!(pool.len() <= 8, "users leave too: {} at key {key}", pool.len());
    }
    assert!(pool.keys().contains(&300), "a caller holds the visitor");
    drop(held);
}

#[test]
fn i28_the_store_of_a_key_may_be_made_with_the_help_of_the_pool() {
    comes_to_an_end(|| {
        let server = server();
        let own: Arc<OnceLock<Pool>> = Arc::default();
        let seen = own.clone();
        let of = move |key: &u32| {
            let pool = seen.get().unwrap();
            let _ = (pool.states(), pool.get(&(key / 2)), pool.get(&(key ^ 1)));
            MemoryStore::new()
        };
        let pool = builder(&server).build_pool(of).unwrap();
        assert!(own.set(pool.clone()).is_ok());
        for round in 0..20 {
            let threads: Vec<_> = (0..4)
                .map(|at| {
                    let pool = pool.clone();
                    std::thread::spawn(move || pool.get(&(100 * round + at)))
                })
                .collect();
            for (at, thread) in threads.into_iter().enumerate() {
                let client = thread.join().unwrap();
                client.session().sign_in(Tokens::new("one")).unwrap();
                let again = pool.get(&(100 * round + at as u32));
                assert!(again.session().state().is_signed_in(), "the same session");
                again.session().sign_out();
            }
        }
    });
}

#[test]
fn a_store_that_could_not_be_made_is_made_by_the_next_who_asks() {
    comes_to_an_end(|| {
        let server = server();
        let tries = AtomicUsize::new(0);
        let of = move |_: &u32| {
            std::thread::sleep(Duration::from_millis(20));
            assert!(tries.fetch_add(1, Ordering::SeqCst) > 0, "the first time it fails");
            MemoryStore::new()
        };
        let pool = builder(&server).build_pool(of).unwrap();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let pool = pool.clone();
                std::thread::spawn(move || drop(pool.get(&1)))
            })
            .collect();
        let failed = threads.into_iter().filter_map(|thread| thread.join().err()).count();
        assert_eq!((failed, pool.len()), (1, 1));
        pool.get(&1).session().sign_in(Tokens::new("one")).unwrap();
    });
}

#[test]
fn i28_a_clock_may_use_the_pool_whose_clock_it_is() {
    comes_to_an_end(|| {
        let server = server();
        let own: Arc<OnceLock<Pool>> = Arc::default();
        let seen = own.clone();
        let wall = move || {
            if let Some(pool) = seen.get() {
                let _ = (pool.len(), pool.get(&1), pool.get(&(pool.len() as u32 + 1_000)));
            }
            SystemTime::now()
        };
        let pool =
            builder(&server).wall_clock(wall).build_pool(|_: &u32| MemoryStore::new()).unwrap().limit(4);
        assert!(own.set(pool.clone()).is_ok());
        for key in 0..50 {
            pool.get(&key).session().sign_in(Tokens::new("one")).unwrap();
        }
    });
}
