//! A pool whose stores are in the memory of this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use sdk_runtime::{
    Tokens,
    client::SessionPool,
    store::{MemoryStore, StoreFuture, StoredLogin, TokenStore},
};
use sdk_testkit::TokenServer;

use crate::tracker::{TrackerClient, builder, server};

type Pool = SessionPool<u32, TrackerClient>;

const KEYS: u32 = 30;

/// Signs a user in for each key, more than stay in memory.
async fn sign_in_all(server: &TokenServer, pool: &Pool) {
    for key in 0..KEYS {
        let issued = server.issue("ann");
        let tokens = Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap());
        let client = pool.get(&key);
        client.session().sign_in(tokens).unwrap();
        client.session().flush().await.unwrap();
    }
    // The tasks that have written end.
    tokio::task::yield_now().await;
}

/// Passes on everything, as a store that encrypts does.
struct Wrapped<S>(S);

impl<S: TokenStore> TokenStore for Wrapped<S> {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        self.0.load()
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        self.0.replace(expected, next)
    }

    fn is_only_copy(&self) -> bool {
        self.0.is_only_copy()
    }
}

#[tokio::test(start_paused = true)]
async fn i9_a_login_that_is_in_memory_alone_is_not_evicted() {
    let erased = |_: &u32| -> Arc<dyn TokenStore> { Arc::new(MemoryStore::new()) };
    let build = |server: &TokenServer, at: usize| match at {
        0 => builder(server).build_pool(|_: &u32| MemoryStore::new()),
        1 => builder(server).build_pool(|_: &u32| Arc::new(MemoryStore::new())),
        2 => builder(server).build_pool(erased),
        _ => builder(server).build_pool(|_: &u32| Wrapped(MemoryStore::new())),
    };
    for at in 0..4 {
        let server = server();
        let pool: Pool = build(&server, at).unwrap().limit(4);
        sign_in_all(&server, &pool).await;
        assert_eq!(pool.len(), KEYS as usize, "I9: {at}");
        for key in 0..KEYS {
            assert_eq!(pool.get(&key).issue(1).await.unwrap().owner, "ann", "I9: {at}: {key}");
        }
        // A login that is over has nothing to lose.
        for key in 0..KEYS {
            pool.get(&key).session().sign_out();
            pool.get(&key).session().flush().await.unwrap();
        }
        tokio::task::yield_now().await;
        for key in KEYS..KEYS + 20 {
            let _ = pool.get(&key);
        }
        assert!(pool.len() <= 4, "{at}: {}", pool.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_in_memory_that_others_keep_is_evicted_and_comes_back() {
    let server = server();
    let kept: Mutex<HashMap<u32, MemoryStore>> = Mutex::default();
    let of = move |key: &u32| kept.lock().unwrap().entry(*key).or_default().clone();
    let pool: Pool = builder(&server).build_pool(of).unwrap().limit(4);
    sign_in_all(&server, &pool).await;
    assert!(pool.len() <= 5, "{}", pool.len());
    for key in 0..KEYS {
        assert_eq!(pool.get(&key).issue(1).await.unwrap().owner, "ann", "{key}");
    }
}
