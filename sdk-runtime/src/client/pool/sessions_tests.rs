//! Tests of which logins a pool keeps and evicts.

use super::*;
use crate::client::pool::{Logins, SessionPool};
use crate::client::{ApiClient, ClientBuilder};
use crate::session::{RefreshEndpoint, Tokens};
use crate::store::{StoreFuture, StoredLogin};
use crate::transport::{Transport, TransportFuture, TransportRequest};

struct Api(Client);

impl ApiClient for Api {
    const NAME: &'static str = "Api";
    const ENDPOINTS: &'static [&'static crate::endpoint::Endpoint] = &[];
    const REFRESH: Option<&'static RefreshEndpoint> = None;

    fn from_client(client: Client) -> Self {
        Self(client)
    }
}

struct Nowhere;

impl Transport for Nowhere {
    fn send(&self, _: TransportRequest) -> TransportFuture {
        Box::pin(std::future::pending())
    }
}

type Pooled = SessionPool<usize, Api>;

fn pool(limit: usize) -> Pooled {
    let builder = ClientBuilder::<Api>::new("https://a.example").transport(Nowhere);
    builder.build_pool(|_: &usize| MemoryStore::new()).unwrap().limit(limit)
}

/// What the pool has of its own.
fn inside(pool: &Pooled) -> &Sessions<usize> {
    let Logins::Sessions(sessions) = &pool.logins else { unreachable!() };
    sessions
}

fn keys(pool: &Pooled) -> Vec<usize> {
    let mut keys = pool.keys();
    keys.sort_unstable();
    keys
}

/// Beyond the limit an eighth of it is evicted too, so that not every caller has to search for logins to
/// evict.
#[test]
fn as_many_go_as_are_too_many_and_an_eighth_of_the_limit() {
    for (limit, lengths) in [
        (0, vec![1, 1, 1]),
        (1, vec![1, 1, 1]),
        (2, vec![1, 2, 2, 2]),
        (7, vec![1, 2, 3, 4, 5, 6, 7, 7, 7]),
        (8, vec![1, 2, 3, 4, 5, 6, 7, 8, 7, 8, 7]),
        (16, (1..=16).chain([14, 15, 16, 14]).collect()),
    ] {
        let pool = pool(limit);
        assert!(pool.is_empty());
        for (key, length) in lengths.into_iter().enumerate() {
            let _ = pool.get(&key);
            assert_eq!((pool.len(), pool.is_empty()), (length, false), "{limit}: {key}");
        }
        assert!(inside(&pool).lock().remains.is_empty(), "there is nothing to remember of these");
    }
}

/// Where most of them are held the next look is put off, by an eighth of those there are.
#[test]
fn a_pool_of_held_logins_is_looked_through_again_when_an_eighth_has_come() {
    let pool = pool(8);
    let held: Vec<_> = (0..17).map(|key| pool.get(&key)).collect();
    assert_eq!(pool.len(), 17, "none of them can go");
    drop(held);
    for (key, length) in [(17, 18), (18, 7), (19, 8), (20, 7)] {
        let _ = pool.get(&key);
        assert_eq!(pool.len(), length, "{key}");
    }
}

#[test]
fn what_was_not_asked_for_the_longest_goes_first() {
    // What is asked for in order, and what is there then: beyond 8, two make room for one.
    for (asked, left) in [
        (vec![0, 1, 2, 3, 4, 5, 6, 7, 8], vec![2, 3, 4, 5, 6, 7, 8]),
        (vec![0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 8], vec![0, 1, 2, 3, 4, 5, 8]),
        (vec![0, 1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4, 3, 2, 8], vec![2, 3, 4, 5, 6, 7, 8]),
        (vec![0, 1, 2, 3, 4, 5, 6, 7, 1, 8, 0, 9], vec![0, 1, 5, 6, 7, 8, 9]),
    ] {
        // By chance the right ones might go.
        for _ in 0..10 {
            let pool = pool(8);
            for key in &asked {
                let _ = pool.get(key);
            }
            assert_eq!(keys(&pool), left, "{asked:?}");
        }
    }
}

#[test]
fn the_older_half_of_what_is_remembered_is_forgotten_beyond_10_000() {
    let kept = pool(8);
    let mut logins = inside(&kept).lock();
    for at in 0..REMAINS {
        logins.remains.insert(at, (at as u64, EvictedSession::default()));
        assert!(logins.forget().is_empty());
    }
    logins.remains.insert(REMAINS, (REMAINS as u64, EvictedSession::default()));
    let mut forgotten: Vec<_> = logins.forget().into_iter().map(|(key, _)| key).collect();
    forgotten.sort_unstable();
    assert!(forgotten.into_iter().eq(0..=REMAINS / 2));
    assert!((REMAINS / 2 + 1..=REMAINS).all(|key| logins.remains.contains_key(&key)));
    assert_eq!(logins.remains.len(), REMAINS / 2);
}

/// A store that takes nothing, and does not say so.
struct Stuck;

impl TokenStore for Stuck {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        Box::pin(async { Ok(None) })
    }

    fn replace(&self, _: u64, _: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_ends_keeps_those_alone_that_are_not_at_their_ends() {
    let builder = ClientBuilder::<Api>::new("https://a.example").transport(Nowhere);
    let pool = builder.build_pool(|_: &usize| Stuck).unwrap();
    pool.get(&1).0.session().sign_in(Tokens::new("one")).unwrap();
    let _ = pool.get(&2);
    for _ in 0..2 {
        pool.shutdown().await.unwrap_err();
        assert_eq!((pool.len(), inside(&pool).lock().ending.len()), (0, 1));
    }
}

/// Callers that find the same closed session are many, and the first of them replaces it.
#[test]
fn i1_what_has_replaced_a_closed_session_is_not_replaced_for_it_again() {
    let sessions = pool(8);
    let closed = sessions.get(&1).0;
    closed.session().close();
    let mut next = None;
    for _ in 0..3 {
        assert!(inside(&sessions).replace(&1, &closed));
        let Some(Place::InTheMaking(now)) = inside(&sessions).place(&1) else { panic!("it is made") };
        assert!(Arc::ptr_eq(next.get_or_insert(now.clone()), &now), "I1: one place for a key");
    }
    let next = sessions.get(&1).0;
    for _ in 0..3 {
        assert!(inside(&sessions).replace(&1, &closed));
        assert!(!sessions.get(&1).0.is(&closed) && sessions.get(&1).0.is(&next), "I1: one session for a key");
    }
    assert_eq!(sessions.len(), 1);
}
