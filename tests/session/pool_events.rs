//! The logins of a pool one by one: their keys, their events, and what removing one does.

use std::time::Duration;

use sdk_runtime::{
    Error, SessionState,
    client::{PoolEvent, SessionPool},
    session::SessionEvent,
    store::MemoryStore,
};
use sdk_testkit::TokenServer;
use test_support::user;
use tokio::time::timeout;

use crate::shelf::{Shelf, Writes};
use crate::tracker::{TrackerClient, builder, server};

const SOON: Duration = Duration::from_secs(1);

type Pool = SessionPool<u32, TrackerClient>;

/// A pool whose key 1 has `shelf`, and each other key a store of its own.
fn pool(server: &TokenServer, shelf: &Shelf) -> Pool {
    let (one, other) = (shelf.clone(), Shelf::new());
    builder(server).build_pool(move |key: &u32| if *key == 1 { one.clone() } else { other.clone() }).unwrap()
}

fn told(event: Option<PoolEvent<u32>>) -> (u32, &'static str) {
    match event {
        Some(PoolEvent::Session(key, SessionEvent::SignedIn(_))) => (key, "signed in"),
        Some(PoolEvent::Session(key, SessionEvent::Loaded(_))) => (key, "loaded"),
        Some(PoolEvent::Session(key, SessionEvent::Refreshed(_))) => (key, "refreshed"),
        Some(PoolEvent::Session(key, SessionEvent::SignedOut)) => (key, "signed out"),
        Some(PoolEvent::Session(key, SessionEvent::Closed)) => (key, "closed"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_events_of_all_logins_come_with_their_keys() {
    let (server, shelf) = (server(), Shelf::new());
    let pool = pool(&server, &shelf);
    let early = pool.get(&1);
    let mut events = pool.events();
    early.login(&user("ann")).await.unwrap();
    assert_eq!(told(events.next().await), (1, "signed in"));
    pool.get(&2).login(&user("bob")).await.unwrap();
    assert_eq!(told(events.next().await), (2, "signed in"));
    server.expire_access_tokens();
    pool.get(&2).issue(1).await.unwrap();
    assert_eq!(told(events.next().await), (2, "refreshed"));
    early.session().sign_out();
    assert_eq!(told(events.next().await), (1, "signed out"));
    assert!(!format!("{events:?}").contains('1'), "no key is shown");
    let mut keys = pool.keys();
    keys.sort_unstable();
    assert_eq!(keys, [1, 2]);
    drop((pool, early));
    assert!(events.next().await.is_none(), "the pool and its clients are gone");
}

/// A page of an administrator: nothing is read for it, and no visitor becomes an entry.
#[tokio::test(start_paused = true)]
async fn the_states_of_all_logins_are_told_with_their_keys() {
    let server = server();
    let shelves: Vec<_> = (0..6).map(|_| Shelf::new()).collect();
    let own = shelves.clone();
    let pool: Pool = builder(&server).build_pool(move |key: &u32| own[*key as usize].clone()).unwrap();
    assert!(pool.states().is_empty());
    pool.get(&1).login(&user("ann")).await.unwrap();
    server.revoke_all();
    pool.get(&1).issue(1).await.unwrap_err();
    pool.get(&2).login(&user("bob")).await.unwrap();
    pool.get(&3).issue(1).await.unwrap_err();
    let _ = (pool.get(&4), pool.get(&5).session().close());
    let loads = || shelves.iter().map(Shelf::loads).sum::<usize>();
    let before = loads();
    let mut states = pool.clone().map(|client| client).states();
    states.sort_unstable_by_key(|(key, _)| *key);
    let [one, two, three, four, five] = &states[..] else { panic!("{states:?}") };
    assert!(matches!(one, (1, SessionState::Expired(_))), "{one:?}");
    assert!(matches!(two, (2, SessionState::SignedIn(_))), "{two:?}");
    assert!(matches!(three, (3, SessionState::SignedOut)), "{three:?}");
    assert!(matches!(four, (4, SessionState::Unloaded)), "{four:?}");
    assert!(matches!(five, (5, SessionState::Closed)), "{five:?}");
    assert_eq!((pool.len(), loads()), (5, before));
    pool.shutdown().await.unwrap();
    assert!(pool.states().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_slow_subscriber_is_told_how_much_it_missed() {
    let server = server();
    let pool = builder(&server).build_pool(|_: &u32| MemoryStore::new()).unwrap();
    let mut events = pool.events();
    let client = pool.get(&1);
    for _ in 0..600 {
        client.login(&user("ann")).await.unwrap();
        client.session().sign_out();
    }
    let Some(PoolEvent::Missed(missed)) = events.next().await else { panic!("nothing missed") };
    assert_eq!(missed, 1_200 - 1_024);
    assert_eq!(told(events.next().await), (1, "signed in"));
}

#[tokio::test(start_paused = true)]
async fn a_removed_login_leaves_memory_and_comes_back_from_its_store() {
    let (server, shelf) = (server(), Shelf::new());
    let pool = pool(&server, &shelf);
    pool.remove(&1).await.unwrap();
    assert!(pool.is_empty(), "removing what is not there makes nothing");
    let client = pool.get(&1);
    client.login(&user("ann")).await.unwrap();
    pool.remove(&1).await.unwrap();
    assert_eq!((pool.len(), pool.keys()), (0, vec![]));
    assert!(matches!(client.issue(1).await, Err(Error::Closed(_))));
    assert_eq!(pool.get(&1).issue(1).await.unwrap().owner, "ann", "its store has it");
    assert_eq!(server.counts().logins, 1);
}

/// An audit log can tell who signs in from what a restart or an eviction causes.
#[tokio::test(start_paused = true)]
async fn a_login_that_is_read_from_its_store_is_no_sign_in() {
    let (server, shelf) = (server(), Shelf::new());
    let pool = pool(&server, &shelf);
    let mut events = pool.events();
    pool.get(&1).login(&user("ann")).await.unwrap();
    pool.remove(&1).await.unwrap();
    pool.get(&1).issue(1).await.unwrap();
    let all = [told(events.next().await), told(events.next().await), told(events.next().await)];
    assert_eq!(all, [(1, "signed in"), (1, "closed"), (1, "loaded")]);
    // A sign-in reads the login that it replaces.
    pool.remove(&1).await.unwrap();
    pool.get(&1).login(&user("bob")).await.unwrap();
    let all = [told(events.next().await), told(events.next().await), told(events.next().await)];
    assert_eq!(all, [(1, "closed"), (1, "loaded"), (1, "signed in")]);
}

/// I15: the next session of the key waits until the removed one has written.
#[tokio::test(start_paused = true)]
async fn i15_a_removed_login_whose_store_fails_stays_until_the_store_has_it() {
    let (server, shelf) = (server(), Shelf::new());
    let pool = pool(&server, &shelf);
    shelf.writes(Writes::Badly);
    pool.get(&1).login(&user("ann")).await.unwrap();
    pool.remove(&1).await.unwrap_err();
    assert_eq!(pool.len(), 1, "it still writes");
    shelf.writes(Writes::Well);
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(pool.get(&1).issue(1).await.unwrap().owner, "ann");
    pool.remove(&1).await.unwrap();
    assert_eq!(pool.len(), 0);
}

/// The last event of each session, also if it is told by a caller that made the client meanwhile.
#[tokio::test(start_paused = true)]
async fn the_events_end_after_the_shutdown_while_the_pool_and_its_clients_are_there() {
    let (server, shelf) = (server(), Shelf::new());
    let pool = pool(&server, &shelf);
    let mut events = pool.events();
    let (one, two) = (pool.get(&1), pool.get(&2));
    one.login(&user("ann")).await.unwrap();
    let reader = tokio::spawn(async move {
        let mut all = Vec::new();
        while let Some(event) = events.next().await {
            all.push(told(Some(event)));
        }
        all
    });
    pool.shutdown().await.unwrap();
    let mut all = timeout(SOON, reader).await.expect("the events end").unwrap();
    all[1..].sort_unstable();
    assert_eq!(all, [(1, "signed in"), (1, "closed"), (2, "closed")]);
    let mut late = pool.events();
    assert!(timeout(SOON, late.next()).await.expect("a subscription after the end").is_none());
    assert!(pool.get(&3).issue(1).await.is_err());
    drop((pool, one, two));
}

/// A pool of fakes: the task that reads its events ends with it too.
#[tokio::test(start_paused = true)]
async fn the_events_of_a_pool_of_fakes_end_with_its_shutdown() {
    let pool = SessionPool::<u32, u32>::from_fn(|key| *key);
    let events = pool.events();
    pool.shutdown().await.unwrap();
    for mut events in [events, pool.events()] {
        assert!(timeout(SOON, events.next()).await.expect("the events end").is_none());
    }
}
