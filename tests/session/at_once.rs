//! Callers that ask a pool for one key at the same time, and get one session.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime};

use sdk_runtime::{Tokens, client::SessionPool, store::MemoryStore};

use crate::tracker::{TrackerClient, builder, server};

type Pool = SessionPool<u32, TrackerClient>;

/// Runs `test` elsewhere, so that one which waits for itself fails here.
pub fn comes_to_an_end(test: impl FnOnce() + Send + 'static) {
    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        test();
        done.send(()).unwrap();
    });
    is_done.recv_timeout(Duration::from_secs(20)).expect("it waits for itself");
}

#[test]
fn i1_of_many_who_ask_for_a_key_at_once_one_makes_its_store() {
    comes_to_an_end(|| {
        let server = server();
        let made = Arc::new(AtomicUsize::new(0));
        let count = made.clone();
        let of = move |_: &u32| {
            count.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(20));
            MemoryStore::new()
        };
        let pool = builder(&server).build_pool(of).unwrap();
        let threads: Vec<_> = (0..16)
            .map(|at| {
                let pool = pool.clone();
                std::thread::spawn(move || pool.get(&(at % 2)))
            })
            .collect();
        let clients: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!((made.load(Ordering::SeqCst), pool.len()), (2, 2));
        clients[0].session().sign_in(Tokens::new("one")).unwrap();
        for (at, client) in clients.iter().enumerate() {
            assert_eq!(client.session().state().is_signed_in(), at % 2 == 0, "I1: the same session");
        }
    });
}

#[test]
fn i1_a_clock_that_asks_for_the_same_key_makes_no_second_session() {
    comes_to_an_end(|| {
        let server = server();
        let own: Arc<OnceLock<Pool>> = Arc::default();
        let inner: Arc<OnceLock<TrackerClient>> = Arc::default();
        let (seen, got) = (own.clone(), inner.clone());
        let is_asked = AtomicBool::new(false);
        // Asked for the time between the look for the key and the place that is made for it.
        let wall = move || {
            if let Some(pool) = seen.get()
                && !is_asked.swap(true, Ordering::SeqCst)
            {
                let _ = got.set(pool.get(&1));
            }
            SystemTime::now()
        };
        let pool = builder(&server).wall_clock(wall).build_pool(|_: &u32| MemoryStore::new()).unwrap();
        assert!(own.set(pool.clone()).is_ok());
        let outer = pool.get(&1);
        let inner = inner.get().expect("the clock was asked");
        inner.session().sign_in(Tokens::new("one")).unwrap();
        assert!(outer.session().state().is_signed_in() && pool.len() == 1, "I1: one session for a key");
    });
}

/// The one that makes a store with the help of the pool waits for no other. What is ready first counts for
/// both.
#[test]
fn i1_of_two_who_make_the_store_of_a_key_both_get_one_session() {
    comes_to_an_end(|| {
        let server = server();
        let own: Arc<OnceLock<Pool>> = Arc::default();
        let nested: Arc<OnceLock<TrackerClient>> = Arc::default();
        let (begun, has_begun) = channel();
        let (done, is_done) = channel::<()>();
        let (seen, got, is_done) = (own.clone(), nested.clone(), Mutex::new(is_done));
        let made = Arc::new(AtomicUsize::new(0));
        let count = made.clone();
        let of = move |key: &u32| {
            if *key == 2 {
                let _ = got.set(seen.get().unwrap().get(&1));
            } else if count.fetch_add(1, Ordering::SeqCst) == 0 {
                begun.send(()).unwrap();
                let done = is_done.lock().unwrap().recv_timeout(Duration::from_secs(10));
                done.expect("the other waits for this one");
            }
            MemoryStore::new()
        };
        let pool = builder(&server).build_pool(of).unwrap();
        assert!(own.set(pool.clone()).is_ok());
        let first = {
            let pool = pool.clone();
            std::thread::spawn(move || pool.get(&1))
        };
        has_begun.recv_timeout(Duration::from_secs(10)).unwrap();
        let _ = pool.get(&2);
        done.send(()).unwrap();
        let first = first.join().unwrap();
        assert_eq!(made.load(Ordering::SeqCst), 2, "both have made a store");
        nested.get().unwrap().session().sign_in(Tokens::new("one")).unwrap();
        assert!(first.session().state().is_signed_in() && pool.len() == 2, "I1: one session for a key");
        assert!(pool.get(&1).session().state().is_signed_in(), "I1: one session for a key");
    });
}
