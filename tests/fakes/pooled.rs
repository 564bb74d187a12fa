//! Pools of what a function makes, and pools with something around each client.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use sdk_runtime::{SessionState, client::SessionPool, store::MemoryStore};

use super::{DynTracker, Fake, TrackerClient, builder, shout};

/// A pool of fakes, which counts how often one is made.
fn fakes() -> (Arc<AtomicUsize>, SessionPool<u32, DynTracker>) {
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    let pool = SessionPool::from_fn(move |_: &u32| {
        count.fetch_add(1, Ordering::SeqCst);
        DynTracker::new(Fake::default())
    });
    (made, pool)
}

fn keys<C>(pool: &SessionPool<u32, C>) -> Vec<u32> {
    let mut keys = pool.keys();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn a_fake_is_made_once_for_each_key_until_it_is_removed() {
    let (made, pool) = fakes();
    let pool = pool.limit(1).on_request(|_, _, _| panic!("a fake sends nothing"));
    let mut events = pool.events();
    assert!(pool.is_empty());
    for key in [1, 2, 1, 3, 2] {
        assert_eq!(shout(&pool.clone().get(&key)).await.unwrap(), "FROM THE FAKE");
    }
    assert_eq!((made.load(Ordering::SeqCst), keys(&pool)), (3, vec![1, 2, 3]), "none is evicted");
    let states = pool.states();
    assert!(states.len() == 3 && states.iter().all(|(_, state)| matches!(state, SessionState::Unloaded)));
    assert_eq!(made.load(Ordering::SeqCst), 3);
    pool.remove(&2).await.unwrap();
    pool.remove(&9).await.unwrap();
    assert_eq!((pool.len(), keys(&pool)), (2, vec![1, 3]));
    let _ = pool.get(&2);
    assert_eq!(made.load(Ordering::SeqCst), 4, "the removed one is made again");
    pool.shutdown().await.unwrap();
    assert!(pool.is_empty());
    drop(pool);
    assert!(events.next().await.is_none(), "there were none");
}

#[tokio::test]
async fn threads_that_ask_for_one_key_get_one_fake() {
    let (made, pool) = fakes();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| pool.get(&1));
        }
    });
    assert_eq!((made.load(Ordering::SeqCst), pool.len()), (1, 1));
}

/// The logins behind the clients are those of the pool, of either type.
#[tokio::test]
async fn a_mapped_pool_has_the_same_logins() {
    let clients: SessionPool<u32, TrackerClient> =
        builder().build_pool(|_: &u32| MemoryStore::new()).unwrap();
    let pool: SessionPool<u32, DynTracker> = clients.clone().map(DynTracker::from).limit(2);
    assert_eq!(shout(&pool.get(&1)).await.unwrap(), "FROM THE SERVER");
    assert_eq!((keys(&pool), clients.len()), (vec![1], 1));
    let held = pool.get(&2);
    for key in 3..20 {
        let _ = pool.get(&key);
    }
    assert!(keys(&pool).contains(&2), "a caller holds it");
    drop(held);
    pool.remove(&1).await.unwrap();
    assert!(!keys(&clients).contains(&1));
    pool.shutdown().await.unwrap();
    assert!(matches!(clients.get(&5).session().state(), SessionState::Closed));
}
