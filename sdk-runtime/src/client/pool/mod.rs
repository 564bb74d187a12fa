//! `SessionPool`: a pool of logins, for a server that acts for its users. Each key has a client with a
//! session of its own.

mod events;
mod slot;

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::events::{PoolEvent, PoolEvents};
use self::slot::{Inherited, Slot};
use super::config::ClientConfig;
use super::inner::{ApiClient, Client};
use crate::error::StoreError;
use crate::runtime::Now;
use crate::session::{EvictedSession, SessionEvent, Shell};
use crate::store::{MemoryStore, TokenStore};
use crate::sync::Broadcast;

/// The default limit of idle logins in memory.
const LIMIT: usize = 10_000;
/// How many events of all logins a subscriber may be behind.
const BACKLOG: usize = 1_024;
/// How many ends of evicted logins are remembered, if their stores could not be written.
const REMAINS: usize = 10_000;

/// A client for each of many logins. Callers that ask for the same `key` get the same login, with one refresh
/// for all of them. Cheap to clone.
///
/// A login is read from its store with its first call. At most [`limit`](Self::limit) idle logins stay in
/// memory. Beyond it the least recently used are evicted, and read from their stores again on demand. A login
/// is not evicted while a caller holds a client or a [`Session`](crate::Session) of it, while it is
/// refreshed, or while its store lacks its present tokens. A session without callers has no task.
///
/// If a login ends while its store fails, its end is remembered after the eviction, for up to 10,000 logins.
///
/// The store of a key is made by one thread at a time; other callers of the same key wait for it. A store
/// function that asks for its own key gets a client whose calls fail with
/// [`Error::Closed`](crate::Error::Closed). If a session of the pool is closed alone, the next caller gets a
/// new one. The new session reads the login from its store after all closed sessions of the key have written.
///
/// ```
/// use sdk_runtime::{FileStore, Result, api_client};
///
/// #[api_client]
/// trait Calendar {
///     #[get("/events/{day}")]
///     async fn events(&self, day: u32) -> Result<Vec<String>>;
/// }
///
/// # fn main() -> Result<(), sdk_runtime::error::BuildError> {
/// let calendars = CalendarClient::builder("https://calendar.example")
///     .build_pool(|user: &u64| FileStore::new(format!("/var/lib/planner/logins/{user}")))?;
///
/// let ann = calendars.get(&17);
/// let _call = ann.events(24);
/// assert_eq!(calendars.len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct SessionPool<K, C> {
    pool: Arc<Pool<K>>,
    client: PhantomData<fn() -> C>,
}

pub(super) type StoreOf<K> = Box<dyn Fn(&K) -> Arc<dyn TokenStore> + Send + Sync>;

struct Pool<K> {
    events: Arc<Broadcast<(K, SessionEvent)>>,
    config: ClientConfig,
    store: StoreOf<K>,
    logins: Mutex<PoolState<K>>,
}

struct PoolState<K> {
    by_key: HashMap<K, Entry>,
    /// What is remembered of evicted logins, with the number of the request that evicted them.
    remains: HashMap<K, (u64, EvictedSession)>,
    limit: usize,
    /// The number of logins at which some are evicted: the limit, or more if most logins could not be
    /// evicted.
    next_sweep: usize,
    /// Counts the requests for clients.
    asked: u64,
    is_closed: bool,
    /// The sessions that a shutdown has closed and that may still be working.
    ending: Vec<Arc<Shell>>,
}

struct Entry {
    slot: Arc<Slot>,
    /// The number of the last request for it.
    asked: u64,
}

/// What was removed from the pool. It is dropped without the pool's lock, because stores and keys are the
/// user's types.
struct Evicted<K> {
    _logins: Vec<(K, Entry)>,
    _keys: Vec<(u64, K, EvictedSession)>,
    _remains: Vec<(K, (u64, EvictedSession))>,
}

impl<K: Clone + Eq + Hash + Send + Sync + 'static, C: ApiClient> SessionPool<K, C> {
    pub(super) fn new(config: ClientConfig, store: StoreOf<K>) -> Self {
        let (by_key, remains) = (HashMap::new(), HashMap::new());
        let (limit, next_sweep, ending) = (LIMIT, LIMIT, Vec::new());
        let logins = PoolState { by_key, remains, limit, next_sweep, asked: 0, is_closed: false, ending };
        let (events, logins) = (Arc::new(Broadcast::new(BACKLOG)), Mutex::new(logins));
        Self { pool: Arc::new(Pool { events, config, store, logins }), client: PhantomData }
    }

    /// Sets how many idle logins stay in memory. Default: 10,000.
    #[must_use]
    pub fn limit(self, logins: usize) -> Self {
        {
            let mut kept = self.pool.lock();
            (kept.limit, kept.next_sweep) = (logins, logins);
        }
        self
    }

    /// Returns the client of `key`. Sends nothing: the client of a new key is signed out until its store is
    /// read.
    #[must_use]
    pub fn get(&self, key: &K) -> C {
        C::from_client(self.pool.client(key))
    }

    /// Returns how many logins are in memory.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pool.lock().by_key.len()
    }

    /// Whether no login is in memory.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the keys of the logins in memory, in no order. Use [`get`](Self::get) for their clients.
    #[must_use]
    pub fn keys(&self) -> Vec<K> {
        self.pool.lock().by_key.keys().cloned().collect()
    }

    /// Subscribes to the events of all logins of the pool, those in memory and those to come.
    #[must_use]
    pub fn events(&self) -> PoolEvents<K> {
        PoolEvents::new(self.pool.events.subscribe())
    }

    /// Shuts down the session of `key`, as [`Session::shutdown`](crate::Session::shutdown) does, and removes
    /// it from memory. The login stays in its store, and the next [`get`](Self::get) of the key reads it. To
    /// end the login, sign it out before. Calls in progress fail with
    /// [`Error::Closed`](crate::Error::Closed).
    ///
    /// # Errors
    ///
    /// Returns the failure of a store that could not be written. The session then stays in memory until the
    /// store has its login.
    ///
    /// # Cancel safety
    ///
    /// The session is closed once the future was polled.
    pub async fn remove(&self, key: &K) -> Result<(), StoreError> {
        let slot = self.pool.lock().by_key.get(key).map(|kept| kept.slot.clone());
        let Some((slot, client)) = slot.and_then(|slot| slot.client().map(|client| (slot, client))) else {
            return Ok(());
        };
        let ended = client.session().shutdown().await;
        let removed = {
            let mut logins = self.pool.lock();
            let is_there = logins.by_key.get(key).is_some_and(|kept| Arc::ptr_eq(&kept.slot, &slot));
            let is_done = client.session().shell().last_unfinished().is_none();
            (is_there && is_done).then(|| logins.by_key.remove_entry(key)).flatten()
        };
        drop(removed);
        ended
    }

    /// Closes all sessions at the same time, as [`Session::shutdown`](crate::Session::shutdown) does, and
    /// waits up to 10 s for all of them together. It also waits for closed sessions of the pool that still
    /// write. The calls of clients that are requested afterwards fail with
    /// [`Error::Closed`](crate::Error::Closed). The logins stay in their stores.
    ///
    /// # Errors
    ///
    /// Returns the first failure of a store that could not be written.
    ///
    /// # Cancel safety
    ///
    /// The sessions are closed once the future was polled. Dropping it leaves the rest running. A second call
    /// waits for the same sessions.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        let (ending, evicted) = self.pool.lock().close();
        drop(evicted);
        // A session in construction is closed by the caller that makes it.
        let ended = Shell::shut_down_all(&ending).await;
        let finished: Vec<_> = {
            let mut logins = self.pool.lock();
            logins.ending.extract_if(.., |session| !session.is_to_be_drained()).collect()
        };
        drop(finished);
        ended
    }
}

impl<K: Clone + Eq + Hash + Send + Sync + 'static> Pool<K> {
    fn lock(&self) -> MutexGuard<'_, PoolState<K>> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the client of `key`, and makes it if necessary.
    fn client(&self, key: &K) -> Client {
        loop {
            let Some(slot) = self.slot(key) else { return self.closed(key, (self.store)(key)) };
            // A function of the user's. No lock is held.
            let prepare = || (self.store)(key);
            let mut is_new = false;
            let make = |store, inherited| {
                is_new = true;
                self.make(key, store, inherited)
            };
            let Some(client) = slot.get_or_make(prepare, make) else {
                return self.closed(key, Arc::new(MemoryStore::new()));
            };
            if is_new && self.lock().is_closed {
                client.session().close();
            }
            if !client.session().shell().is_closed() || !self.replace(key, &slot, &client) {
                return client;
            }
        }
    }

    /// Returns the slot of `key`, or `None` if the pool is closed.
    fn slot(&self, key: &K) -> Option<Arc<Slot>> {
        if let Some(known) = self.lock().find(key) {
            return known;
        }
        // A clock of the user's may be called. No lock is held.
        let now = self.config.clock.now();
        let mut logins = self.lock();
        if let Some(known) = logins.find(key) {
            return known;
        }
        let evicted = logins.sweep(now);
        let (known, remains) = logins.remains.remove_entry(key).unzip();
        let remains = remains.map(|(_, remains)| remains).unwrap_or_default();
        let slot = logins.insert(key.clone(), Inherited { before: None, remains });
        drop(logins);
        drop((evicted, known));
        Some(slot)
    }

    /// Replaces the slot `closed`, whose session was closed. Returns `false` if the pool is closed.
    fn replace(&self, key: &K, closed: &Arc<Slot>, client: &Client) -> bool {
        let before = client.session().shell().last_unfinished();
        let mut logins = self.lock();
        if logins.is_closed {
            return false;
        }
        let is_there = logins.by_key.get(key).is_some_and(|kept| Arc::ptr_eq(&kept.slot, closed));
        let evicted = is_there.then(|| logins.by_key.remove_entry(key)).flatten();
        if is_there {
            logins.insert(key.clone(), Inherited { before, remains: EvictedSession::default() });
        }
        drop(logins);
        drop(evicted);
        true
    }

    fn make(&self, key: &K, store: Arc<dyn TokenStore>, inherited: Inherited) -> Client {
        let session = self.config.session(Some(store));
        let (key, events) = (key.clone(), self.events.clone());
        session.shell().events_also_to(Box::new(move |event| events.send(&(key.clone(), event.clone()))));
        self.config.attach_refresh(&session);
        session.shell().inherit(inherited.before, inherited.remains);
        self.config.client(session)
    }

    /// Returns a client whose session is closed.
    fn closed(&self, key: &K, store: Arc<dyn TokenStore>) -> Client {
        let client = self.make(key, store, Inherited::default());
        client.session().close();
        client
    }
}

impl<K: Clone + Eq + Hash + Send + Sync + 'static> PoolState<K> {
    /// Returns the slot of `key`, and `Some(None)` if the pool is closed.
    fn find(&mut self, key: &K) -> Option<Option<Arc<Slot>>> {
        if self.is_closed {
            return Some(None);
        }
        let kept = self.by_key.get_mut(key)?;
        self.asked += 1;
        kept.asked = self.asked;
        Some(Some(kept.slot.clone()))
    }

    /// Closes the pool. Returns the sessions to wait for, and what to drop without the lock.
    fn close(&mut self) -> (Vec<Arc<Shell>>, Vec<(K, Entry)>) {
        self.is_closed = true;
        self.ending.extend(self.by_key.values().filter_map(|kept| kept.slot.last_session()));
        (self.ending.clone(), self.by_key.drain().collect())
    }

    fn insert(&mut self, key: K, inherited: Inherited) -> Arc<Slot> {
        self.asked += 1;
        let slot = Slot::new(inherited);
        self.by_key.insert(key, Entry { slot: slot.clone(), asked: self.asked });
        slot
    }

    /// Evicts an eighth of the logins if there are too many, so that not every caller has to search for them.
    /// Returns them, to be dropped without the lock.
    fn sweep(&mut self, now: Now) -> Option<Evicted<K>> {
        if self.by_key.len() < self.next_sweep {
            return None;
        }
        let mut idle: Vec<(u64, K, EvictedSession)> = self
            .by_key
            .iter_mut()
            .filter_map(|(key, kept)| Some((kept.asked, key.clone(), kept.may_be_evicted(now)?)))
            .collect();
        let too_many = self.by_key.len() - self.limit + self.limit / 8 + 1;
        idle.sort_unstable_by_key(|(asked, ..)| *asked);
        let keys = idle.split_off(too_many.min(idle.len()));
        let mut logins = Vec::with_capacity(idle.len());
        for (_, key, remains) in idle {
            let evicted = self.by_key.remove_entry(&key);
            if let Some(client) = evicted.as_ref().and_then(|(_, kept)| kept.slot.client()) {
                client.session().shell().evicted_from_pool();
            }
            logins.extend(evicted);
            if !remains.is_nothing() {
                self.remains.insert(key, (self.asked, remains));
            }
        }
        self.next_sweep = self.limit.max(self.by_key.len() + self.by_key.len() / 8);
        Some(Evicted { _logins: logins, _keys: keys, _remains: self.forget() })
    }

    /// Forgets the older half of what is remembered, if it is too much.
    fn forget(&mut self) -> Vec<(K, (u64, EvictedSession))> {
        if self.remains.len() <= REMAINS {
            return Vec::new();
        }
        let mut asked: Vec<u64> = self.remains.values().map(|(asked, _)| *asked).collect();
        let (_, middle, _) = asked.select_nth_unstable(REMAINS / 2);
        let middle = *middle;
        self.remains.extract_if(|_, (asked, _)| *asked <= middle).collect()
    }
}

impl Entry {
    /// Returns what to remember of the session if it may be evicted, and `None` if it may not.
    fn may_be_evicted(&mut self, now: Now) -> Option<EvictedSession> {
        // Another caller that has the slot may be about to make its client, or have it already.
        let client = Arc::get_mut(&mut self.slot)?.client_mut()?;
        Arc::get_mut(&mut client.0)?.session.may_be_evicted(now)
    }
}

impl<K, C> Clone for SessionPool<K, C> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), client: PhantomData }
    }
}

impl<K, C> fmt::Debug for SessionPool<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The keys are the names of users.
        f.debug_struct("SessionPool").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientBuilder;
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

    fn keys(pool: &Pooled) -> Vec<usize> {
        let mut keys: Vec<_> = pool.pool.lock().by_key.keys().copied().collect();
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
            assert!(pool.pool.lock().remains.is_empty(), "there is nothing to remember of these");
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
        let mut kept = pool(8);
        let logins = Arc::get_mut(&mut kept.pool).unwrap().logins.get_mut().unwrap();
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
            assert_eq!((pool.len(), pool.pool.lock().ending.len()), (0, 1));
        }
    }

    /// Callers that find the same closed session are many, and the first of them replaces it.
    #[test]
    fn i1_what_has_replaced_a_closed_session_is_not_replaced_for_it_again() {
        let sessions = pool(8);
        let closed = sessions.get(&1).0;
        let slot = sessions.pool.slot(&1).unwrap();
        closed.session().close();
        let mut next = None;
        for _ in 0..3 {
            assert!(sessions.pool.replace(&1, &slot, &closed));
            let now = sessions.pool.slot(&1).unwrap();
            assert!(!Arc::ptr_eq(&now, &slot), "a place of its own");
            assert!(Arc::ptr_eq(next.get_or_insert(now.clone()), &now), "I1: one session for a key");
        }
        assert_eq!(sessions.len(), 1);
    }
}
