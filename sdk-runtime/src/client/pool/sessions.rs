//! The sessions of a pool: which are made, replaced, and evicted.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::events::PoolEvents;
use super::key::{Events, KeyedSession, OnKeyedRequest, OnRequests, PoolKey};
use super::slot::{Inherited, Place, Slot};
use crate::client::config::ClientConfig;
use crate::client::inner::Client;
use crate::error::StoreError;
use crate::exchange::Route;
use crate::runtime::Now;
use crate::session::{EvictedSession, SessionState, Shell};
use crate::store::{MemoryStore, TokenStore};
use crate::sync::{Broadcast, Flag};
use crate::trace;

/// The default limit of idle logins in memory.
const LIMIT: usize = 10_000;
/// How many events of all logins a subscriber may be behind.
const BACKLOG: usize = 1_024;
/// How many ends of evicted logins are remembered, if their stores could not be written.
const REMAINS: usize = 10_000;

pub(crate) type StoreOf<K> = Box<dyn Fn(&K) -> Arc<dyn TokenStore> + Send + Sync>;

/// The sessions of a pool.
pub(super) struct Sessions<K> {
    config: ClientConfig,
    store: StoreOf<K>,
    on_request: OnRequests<K>,
    /// Whether a store that is lost with its session was reported.
    is_reported: Flag,
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
    /// The events of all sessions. Each session has it too until it is closed, so that it ends with the last
    /// one. `None` if the pool is closed.
    events: Option<Events<K>>,
    /// The sessions that a shutdown has closed and that may still be working.
    ending: Vec<Arc<Shell>>,
}

/// What a closed pool is not to drop under its lock.
type Remainder<K> = (Vec<(K, Entry)>, Option<Events<K>>);

struct Entry {
    place: Place,
    /// The number of the last request for it.
    asked: u64,
}

/// A session that may be evicted. Those that are not signed in go first, then those that were not asked for
/// the longest.
struct Idle {
    is_signed_in: bool,
    asked: u64,
    remains: EvictedSession,
}

/// What was removed from the pool. It is dropped without the pool's lock, because stores and keys are the
/// user's types.
struct Evicted<K> {
    _logins: Vec<(K, Entry)>,
    _idle: Vec<(K, Idle)>,
    _remains: Vec<(K, (u64, EvictedSession))>,
}

impl<K: Clone + Eq + Hash + Send + Sync + 'static> Sessions<K> {
    pub(super) fn new(config: ClientConfig, store: StoreOf<K>) -> Self {
        let (by_key, remains) = (HashMap::new(), HashMap::new());
        let (limit, next_sweep, ending) = (LIMIT, LIMIT, Vec::new());
        let (asked, is_closed, events) = (0, false, Some(Arc::new(Broadcast::new(BACKLOG))));
        let logins = PoolState { by_key, remains, limit, next_sweep, asked, is_closed, events, ending };
        let (on_request, is_reported) = (OnRequests::new(), Flag::default());
        Self { config, store, on_request, is_reported, logins: Mutex::new(logins) }
    }

    pub(super) fn limit(&self, logins: usize) {
        let mut kept = self.lock();
        (kept.limit, kept.next_sweep) = (logins, logins);
    }

    pub(super) fn on_request(&self, function: OnKeyedRequest<K>) {
        self.on_request.push(&function);
    }

    pub(super) fn len(&self) -> usize {
        self.lock().by_key.len()
    }

    pub(super) fn keys(&self) -> Vec<K> {
        self.lock().by_key.keys().cloned().collect()
    }

    /// Returns the state of each login. They are read without the pool's lock.
    pub(super) fn states(&self) -> Vec<(K, SessionState)> {
        let places: Vec<_> = {
            let logins = self.lock();
            logins.by_key.iter().map(|(key, kept)| (key.clone(), kept.place.clone())).collect()
        };
        let state = |place: &Place| match place.client() {
            Some(client) => client.session().state(),
            None => SessionState::Unloaded,
        };
        places.into_iter().map(|(key, place)| (key, state(&place))).collect()
    }

    pub(super) fn events(&self) -> PoolEvents<K> {
        let events = self.lock().events.clone();
        // That of a closed pool ends at once.
        PoolEvents::new(events.unwrap_or_else(|| Arc::new(Broadcast::new(BACKLOG))).subscribe())
    }

    /// Shuts down the session of `key`. It leaves memory when its store has its login.
    pub(super) async fn remove(&self, key: &K) -> Result<(), StoreError> {
        let place = self.lock().by_key.get(key).map(|kept| kept.place.clone());
        let Some(client) = place.and_then(|place| place.client()) else { return Ok(()) };
        let ended = client.session().shutdown().await;
        let removed = {
            let mut logins = self.lock();
            let is_there = logins.by_key.get(key).is_some_and(|kept| kept.place.is_of(&client));
            let is_done = client.session().shell().last_unfinished().is_none();
            (is_there && is_done).then(|| logins.by_key.remove_entry(key)).flatten()
        };
        drop(removed);
        ended
    }

    /// Closes all sessions, and waits for those that still write.
    pub(super) async fn shutdown(&self) -> Result<(), StoreError> {
        let (ending, evicted) = self.lock().close();
        drop(evicted);
        // A session in construction is closed by the caller that makes it.
        let ended = Shell::shut_down_all(&ending).await;
        let finished: Vec<_> = {
            let mut logins = self.lock();
            logins.ending.extract_if(.., |session| !session.is_to_be_drained()).collect()
        };
        drop(finished);
        ended
    }

    fn lock(&self) -> MutexGuard<'_, PoolState<K>> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the client of `key`, and makes it if necessary.
    pub(super) fn client(&self, key: &K) -> Client {
        loop {
            let client = match self.place(key) {
                None => return self.closed(key, (self.store)(key)),
                Some(Place::Made(client)) => client,
                Some(Place::InTheMaking(slot)) => match self.made(key, &slot) {
                    Some(client) => client,
                    None => return self.closed(key, Arc::new(MemoryStore::new())),
                },
            };
            if !client.session().shell().is_closed() || !self.replace(key, &client) {
                return client;
            }
        }
    }

    /// Returns the client of `slot`, and makes it if necessary. `None` if the user's store function asks for
    /// it.
    fn made(&self, key: &K, slot: &Arc<Slot>) -> Option<Client> {
        // Here, because the slot is locked when the client is made.
        let prepare = || (self.store(key), self.lock().events.clone());
        let mut is_new = false;
        let make = |((store, is_only_copy), events), inherited| {
            is_new = true;
            let client = self.make(key, store, events, inherited);
            if is_only_copy {
                client.session().shell().is_only_copy();
            }
            client
        };
        let client = slot.get_or_make(prepare, make)?;
        let (is_closed, unused) = {
            let mut logins = self.lock();
            let unused = logins.by_key.get_mut(key).and_then(|kept| kept.place.settle(slot, &client));
            (logins.is_closed, unused)
        };
        drop(unused);
        if is_new && is_closed {
            client.session().close();
        }
        Some(client)
    }

    /// Makes the store of `key`. Returns it, and whether it is lost with its session. Both are code of the
    /// user's, and so is what hears of the report: no lock is held.
    fn store(&self, key: &K) -> (Arc<dyn TokenStore>, bool) {
        let store = (self.store)(key);
        let is_only_copy = (*store).is_only_copy();
        if is_only_copy && !self.is_reported.is_raised() {
            self.is_reported.raise();
            trace::kept_in_memory();
        }
        (store, is_only_copy)
    }

    /// Returns the place of `key`, or `None` if the pool is closed.
    fn place(&self, key: &K) -> Option<Place> {
        if let Some(known) = self.lock().find(key) {
            return known;
        }
        // A clock of the user's may be called. No lock is held.
        let now = self.config.host.clock.now();
        let mut logins = self.lock();
        if let Some(known) = logins.find(key) {
            return known;
        }
        let evicted = logins.sweep(now);
        let (known, remains) = logins.remains.remove_entry(key).unzip();
        let remains = remains.map(|(_, remains)| remains).unwrap_or_default();
        let place = logins.insert(key.clone(), Inherited { before: None, remains });
        drop(logins);
        drop((evicted, known));
        Some(place)
    }

    /// Replaces the client `closed`, whose session was closed. Returns `false` if the pool is closed.
    fn replace(&self, key: &K, closed: &Client) -> bool {
        let before = closed.session().shell().last_unfinished();
        let mut logins = self.lock();
        if logins.is_closed {
            return false;
        }
        let is_there = logins.by_key.get(key).is_some_and(|kept| kept.place.is_of(closed));
        let evicted = is_there.then(|| logins.by_key.remove_entry(key)).flatten();
        if is_there {
            logins.insert(key.clone(), Inherited { before, remains: EvictedSession::default() });
        }
        drop(logins);
        drop(evicted);
        true
    }

    fn make(
        &self,
        key: &K,
        store: Arc<dyn TokenStore>,
        events: Option<Events<K>>,
        inherited: Inherited,
    ) -> Client {
        let session = self.config.session(Some(store));
        let keyed = Arc::new(KeyedSession::new(key.clone(), self.on_request.clone(), events));
        session.shell().events_also_to(keyed.clone());
        let route = Route::new(self.config.upstream.clone(), Some(keyed.clone()));
        self.config.attach_refresh(&session, &route, Some(PoolKey::new(keyed)));
        session.shell().inherit(inherited.before, inherited.remains);
        self.config.client(session, route)
    }

    /// Returns a client whose session is closed.
    fn closed(&self, key: &K, store: Arc<dyn TokenStore>) -> Client {
        let client = self.make(key, store, None, Inherited::default());
        client.session().close();
        client
    }
}

impl<K: Clone + Eq + Hash + Send + Sync + 'static> PoolState<K> {
    /// Returns the place of `key`, and `Some(None)` if the pool is closed.
    fn find(&mut self, key: &K) -> Option<Option<Place>> {
        if self.is_closed {
            return Some(None);
        }
        let kept = self.by_key.get_mut(key)?;
        self.asked += 1;
        kept.asked = self.asked;
        Some(Some(kept.place.clone()))
    }

    /// Closes the pool. Returns the sessions to wait for, and what to drop without the lock.
    fn close(&mut self) -> (Vec<Arc<Shell>>, Remainder<K>) {
        self.is_closed = true;
        self.ending.extend(self.by_key.values().filter_map(|kept| kept.place.last_session()));
        (self.ending.clone(), (self.by_key.drain().collect(), self.events.take()))
    }

    fn insert(&mut self, key: K, inherited: Inherited) -> Place {
        self.asked += 1;
        let place = Place::InTheMaking(Slot::new(inherited));
        self.by_key.insert(key, Entry { place: place.clone(), asked: self.asked });
        place
    }

    /// Evicts an eighth of the logins if there are too many, so that not every caller has to search for them.
    /// Returns them, to be dropped without the lock.
    fn sweep(&mut self, now: Now) -> Option<Evicted<K>> {
        if self.by_key.len() < self.next_sweep {
            return None;
        }
        let mut idle: Vec<(K, Idle)> = self
            .by_key
            .iter_mut()
            .filter_map(|(key, kept)| kept.idle(now).map(|idle| (key.clone(), idle)))
            .collect();
        let too_many = self.by_key.len() - self.limit + self.limit / 8 + 1;
        idle.sort_unstable_by_key(|(_, idle)| (idle.is_signed_in, idle.asked));
        let left = idle.split_off(too_many.min(idle.len()));
        let mut logins = Vec::with_capacity(idle.len());
        for (key, Idle { remains, .. }) in idle {
            let evicted = self.by_key.remove_entry(&key);
            if let Some(client) = evicted.as_ref().and_then(|(_, kept)| kept.place.client()) {
                client.session().shell().evicted_from_pool();
            }
            logins.extend(evicted);
            if !remains.is_nothing() {
                self.remains.insert(key, (self.asked, remains));
            }
        }
        self.next_sweep = self.limit.max(self.by_key.len() + self.by_key.len() / 8);
        Some(Evicted { _logins: logins, _idle: left, _remains: self.forget() })
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
    fn idle(&mut self, now: Now) -> Option<Idle> {
        // A caller that has the slot is about to make its client, or has it already.
        let Place::Made(client) = &mut self.place else { return None };
        let session = &mut Arc::get_mut(&mut client.0)?.session;
        let remains = session.may_be_evicted(now)?;
        Some(Idle { is_signed_in: session.is_signed_in(), asked: self.asked, remains })
    }
}

#[cfg(test)]
#[path = "sessions_tests.rs"]
mod tests;
