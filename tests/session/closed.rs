//! Closed sessions of a pool that still write, and those that follow them: in calls, at the end of the pool,
//! and in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::{
    Tokens,
    client::SessionPool,
    error::StoreErrorKind,
    store::{MemoryStore, StoreFuture, StoredLogin, TokenStore},
};
use sdk_testkit::TokenServer;
use tokio::time::{Instant, sleep, timeout};

use crate::shelf::{Shelf, Writes};
use crate::tracker::{TrackerClient, builder, server};

pub type Pool = SessionPool<u32, TrackerClient>;

/// A pool with one shelf for each key.
pub fn pool(server: &TokenServer) -> (impl Fn(u32) -> Shelf + use<>, Pool) {
    let shelves = Arc::new(Mutex::new(HashMap::new()));
    let of = move |key: u32| shelves.lock().unwrap().entry(key).or_insert_with(Shelf::new).clone();
    let own = of.clone();
    (of, builder(server).build_pool(move |key| own(*key)).unwrap())
}

pub fn tokens(server: &TokenServer, user: &str) -> Tokens {
    let issued = server.issue(user);
    Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap()).subject(user)
}

/// Signs in with a session of `key` that is closed before its store has the login.
pub fn sign_in_and_close(pool: &Pool, server: &TokenServer, key: u32, user: &str) {
    let client = pool.get(&key);
    client.session().sign_in(tokens(server, user)).unwrap();
    client.session().close();
}

/// Has the store of `shelf` work again `after` that time.
pub fn works_again(shelf: Shelf, after: Duration) {
    tokio::spawn(async move {
        sleep(after).await;
        shelf.writes(Writes::Well);
    });
}

#[tokio::test(start_paused = true)]
async fn i9_each_later_session_waits_for_the_first_that_still_writes() {
    for between in [0, 1, 2, 7] {
        for (holds, how) in [(false, Writes::Never), (true, Writes::Never), (false, Writes::Badly)] {
            let server = server();
            let (shelf, pool) = pool(&server);
            shelf(1).writes(how);
            sign_in_and_close(&pool, &server, 1, "ann");
            let mut held = Vec::new();
            for _ in 0..between {
                let client = pool.get(&1);
                client.session().close();
                held.extend(holds.then_some(client));
            }
            match how {
                Writes::Never => works_again(shelf(1), Duration::from_secs(1)),
                _ => {
                    // Its last attempt has failed: the next session has it make another.
                    sleep(Duration::from_secs(100)).await;
                    shelf(1).writes(Writes::Well);
                }
            }
            assert_eq!(pool.get(&1).issue(1).await.expect("I9").owner, "ann", "{between}, {holds}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i9_each_later_session_waits_for_the_rotation_of_the_first() {
    let server = server();
    let (_, pool) = pool(&server);
    pool.get(&1).session().sign_in(tokens(&server, "ann")).unwrap();
    server.expire_access_tokens();
    server.refresh_latency(Duration::from_secs(2));
    let client = pool.get(&1);
    let call = tokio::spawn(async move { client.issue(1).await });
    server.wait_for(|counts| counts.refreshes == 1).await;
    for _ in 0..3 {
        pool.get(&1).session().close();
    }
    assert_eq!(pool.get(&1).issue(2).await.expect("I9").owner, "ann");
    call.await.unwrap().unwrap_err();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.reused), (1, 0), "I9");
}

/// Each waits for its turn, however long that takes in all, and the last sign-in is the one that counts.
#[tokio::test(start_paused = true)]
async fn i9_of_many_sign_ins_that_were_closed_the_last_is_kept() {
    let server = server();
    let kept = Slow(MemoryStore::new(), Duration::from_secs(3));
    let own = kept.clone();
    let pool: Pool = builder(&server).build_pool(move |_| own.clone()).unwrap();
    for user in ["ann", "bob", "cid", "dan", "eve", "fay"] {
        sign_in_and_close(&pool, &server, 1, user);
    }
    assert_eq!(pool.get(&1).issue(1).await.expect("I9").owner, "fay");
    sleep(Duration::from_secs(100)).await;
    pool.get(&1).session().close();
    assert_eq!(pool.get(&1).issue(2).await.unwrap().owner, "fay", "I9: nothing older is written after it");
}

/// A store that takes its time to write.
#[derive(Clone)]
struct Slow(MemoryStore, Duration);

impl TokenStore for Slow {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        self.0.load()
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            sleep(self.1).await;
            self.0.replace(expected, next).await
        })
    }
}

/// A session that no caller uses leaves a pool, and with it what it knew of the closed one before.
#[tokio::test(start_paused = true)]
async fn i9_a_session_stays_in_the_pool_while_the_one_before_it_writes() {
    for is_closed in [false, true] {
        let server = server();
        let (shelf, pool) = pool(&server);
        let pool = pool.limit(2);
        shelf(1).writes(Writes::Never);
        sign_in_and_close(&pool, &server, 1, "ann");
        let unused = pool.get(&1);
        if is_closed {
            unused.session().close();
        }
        drop(unused);
        for key in 2..20 {
            let _ = pool.get(&key);
        }
        assert!(pool.len() <= 3, "{}", pool.len());
        works_again(shelf(1), Duration::from_secs(1));
        assert_eq!(pool.get(&1).issue(1).await.expect("I9").owner, "ann", "{is_closed}");
        for key in 20..40 {
            let _ = pool.get(&key);
        }
        assert!(pool.len() <= 2, "{}: all may leave again", pool.len());
    }
}

#[tokio::test(start_paused = true)]
async fn i9_the_end_of_a_pool_waits_for_the_closed_sessions_that_still_write() {
    for between in [0, 1, 5] {
        for works in [true, false] {
            let server = server();
            let (shelf, pool) = pool(&server);
            shelf(1).writes(if works { Writes::Never } else { Writes::Badly });
            sign_in_and_close(&pool, &server, 1, "ann");
            for _ in 0..between {
                pool.get(&1).session().close();
            }
            let _ = pool.get(&1);
            if works {
                works_again(shelf(1), Duration::from_secs(2));
            }
            let ended = pool.shutdown().await;
            assert_eq!(ended.is_ok(), works, "I9: {between}");
            assert_eq!(shelf(1).text().await.contains("access-"), works, "I9: {between}");
            shelf(1).writes(Writes::Well);
            pool.shutdown().await.expect("I9: what could not be written is tried again");
            assert!(shelf(1).text().await.contains("access-"), "I9: {between}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i9_the_end_of_one_session_waits_for_the_closed_one_before_it() {
    let server = server();
    let (shelf, pool) = pool(&server);
    shelf(1).writes(Writes::Never);
    sign_in_and_close(&pool, &server, 1, "ann");
    let next = pool.get(&1);
    works_again(shelf(1), Duration::from_secs(2));
    next.session().shutdown().await.unwrap();
    assert!(shelf(1).text().await.contains("access-"), "I9");
}

/// What is signed in or out afterwards is in the place of what could not be written.
#[tokio::test(start_paused = true)]
async fn the_end_of_a_session_that_signed_in_tells_of_no_older_login() {
    let server = server();
    let (shelf, pool) = pool(&server);
    shelf(1).writes(Writes::Badly);
    sign_in_and_close(&pool, &server, 1, "ann");
    let next = pool.get(&1);
    next.session().sign_in(tokens(&server, "bob")).unwrap();
    shelf(1).writes(Writes::Well);
    next.session().shutdown().await.unwrap();
    pool.shutdown().await.unwrap();
    assert!(shelf(1).text().await.contains("bob"), "{}", shelf(1).text().await);
}

#[tokio::test(start_paused = true)]
async fn i9_each_end_of_a_pool_waits_for_what_the_first_began() {
    let server = server();
    let (shelf, pool) = pool(&server);
    shelf(1).writes(Writes::Never);
    pool.get(&1).session().sign_in(tokens(&server, "ann")).unwrap();
    assert!(timeout(Duration::from_secs(1), pool.shutdown()).await.is_err(), "it is dropped");
    assert_eq!(pool.len(), 0);
    works_again(shelf(1), Duration::from_secs(1));
    pool.shutdown().await.unwrap();
    assert!(shelf(1).text().await.contains("access-"), "I9");
}

/// There is no session after the closed one, since its store could not be made.
#[tokio::test(start_paused = true)]
async fn i9_the_end_of_a_pool_waits_for_a_closed_session_that_none_follows() {
    let server = server();
    let shelf = Shelf::new();
    let (own, made) = (shelf.clone(), AtomicUsize::new(0));
    let of = move |_: &u32| {
        assert_eq!(made.fetch_add(1, Ordering::SeqCst), 0, "the second time it fails");
        own.clone()
    };
    let pool: Pool = builder(&server).build_pool(of).unwrap();
    shelf.writes(Writes::Never);
    sign_in_and_close(&pool, &server, 1, "ann");
    let own = pool.clone();
    std::thread::spawn(move || drop(own.get(&1))).join().unwrap_err();
    works_again(shelf.clone(), Duration::from_secs(1));
    pool.shutdown().await.unwrap();
    assert!(shelf.text().await.contains("access-"), "I9");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_pool_takes_no_longer_than_that_of_one_session() {
    for keys in [2, 20, 300] {
        let server = server();
        let (shelf, pool) = pool(&server);
        for key in 0..keys {
            // One works, while the others fail.
            let is_well = key + 1 == keys;
            shelf(key).writes(if is_well { Writes::Badly } else { Writes::Never });
            sign_in_and_close(&pool, &server, key, "ann");
            sleep(Duration::from_millis(1)).await;
            let next = pool.get(&key);
            if !is_well {
                next.session().sign_in(tokens(&server, "ann")).unwrap();
            }
        }
        shelf(keys - 1).writes(Writes::Well);
        let begin = Instant::now();
        assert_eq!(pool.shutdown().await.unwrap_err().kind(), StoreErrorKind::Timeout, "{keys}");
        assert!(begin.elapsed() <= Duration::from_secs(10), "{keys}: {:?}", begin.elapsed());
        assert!(shelf(keys - 1).text().await.contains("access-"), "I9: {keys}");
    }
}

/// A store that counts how many there are.
struct Counted(Arc<AtomicUsize>, Shelf);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl TokenStore for Counted {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        self.1.load()
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        self.1.replace(expected, next)
    }
}

pub fn counted(server: &TokenServer) -> (Arc<AtomicUsize>, Shelf, Pool) {
    let (there, shelf) = (Arc::new(AtomicUsize::new(0)), Shelf::new());
    let (count, own) = (there.clone(), shelf.clone());
    let of = move |_: &u32| {
        count.fetch_add(1, Ordering::SeqCst);
        Counted(count.clone(), own.clone())
    };
    let pool = builder(server).build_pool(of).unwrap();
    (there, shelf, pool)
}

/// Nothing is kept of sessions that have nothing to write, although the first of them all still has.
#[tokio::test(start_paused = true)]
async fn closed_sessions_are_not_kept() {
    let server = server();
    let (there, shelf, pool) = counted(&server);
    for is_writing in [false, true] {
        if is_writing {
            shelf.writes(Writes::Never);
            sign_in_and_close(&pool, &server, 1, "ann");
        }
        for _ in 0..30_000 {
            pool.get(&1).session().close();
        }
        assert!(there.load(Ordering::SeqCst) <= 3, "I33: {is_writing}: {}", there.load(Ordering::SeqCst));
    }
    shelf.writes(Writes::Well);
    assert_eq!(pool.get(&1).issue(1).await.expect("I9").owner, "ann");
    pool.shutdown().await.unwrap();
    drop(pool);
    assert_eq!(there.load(Ordering::SeqCst), 0);
}

/// As many sessions as really have something to write are kept, and go one after the other.
#[test]
fn a_long_line_of_closed_sessions_that_write_ends() {
    for ends in ["written", "failed", "dropped"] {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().unwrap();
        let there = runtime.block_on(async {
            let server = server();
            let (there, shelf, pool) = counted(&server);
            shelf.writes(Writes::Never);
            for _ in 0..30_000 {
                pool.get(&1).session().sign_in(Tokens::new("one")).unwrap();
                pool.get(&1).session().close();
            }
            sleep(Duration::from_secs(1)).await;
            match ends {
                "written" => shelf.writes(Writes::Well),
                "failed" => shelf.writes(Writes::Badly),
                _ => return there,
            }
            assert_eq!(pool.shutdown().await.is_ok(), ends == "written");
            there
        });
        drop(runtime);
        assert_eq!(there.load(Ordering::SeqCst), 0, "{ends}");
    }
}
