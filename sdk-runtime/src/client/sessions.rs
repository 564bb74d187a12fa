//! Many logins, for a server that acts for its users: a client for each, with a session of its own.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::blueprint::Blueprint;
use super::{ApiClient, Client};
use crate::error::StoreError;
use crate::store::TokenStore;

/// As many logins as are kept at hand where nothing else is said.
const LIMIT: usize = 10_000;

/// A client for each of many logins: whoever asks for the same `key` gets the same login, with one renewal for all who wait for it.
/// Cheap to clone.
///
/// A login is read from its store with its first call. When more than [`limit`](Self::limit) are at hand, those go that were not asked
/// for the longest: the memory of what is in the store, and read from there when it is asked for again. None goes that somebody holds a
/// client or a [`Session`](crate::Session) of, that is being renewed, or whose store does not have its present tokens. One that nobody
/// uses has no task.
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
/// # fn main() -> Result<(), sdk_runtime::BuildError> {
/// let calendars = CalendarClient::builder("https://calendar.example")
///     .sessions(|user: &u64| FileStore::new(format!("/var/lib/planner/logins/{user}")))?;
///
/// let ann = calendars.get(&17);
/// let _call = ann.events(24);
/// assert_eq!(calendars.len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Sessions<K, C> {
    pool: Arc<Pool<K>>,
    client: PhantomData<fn() -> C>,
}

pub(super) type StoreOf<K> = Box<dyn Fn(&K) -> Arc<dyn TokenStore> + Send + Sync>;

struct Pool<K> {
    blueprint: Blueprint,
    store: StoreOf<K>,
    logins: Mutex<Logins<K>>,
}

struct Logins<K> {
    by_key: HashMap<K, Kept>,
    limit: usize,
    /// At how many logins some are let go: beyond the limit where most of them could not be.
    next_sweep: usize,
    /// Counts the times somebody asked.
    asked: u64,
    is_closed: bool,
}

struct Kept {
    client: Client,
    /// When it was last asked for.
    asked: u64,
}

impl<K: Clone + Eq + Hash, C: ApiClient> Sessions<K, C> {
    pub(super) fn new(blueprint: Blueprint, store: StoreOf<K>) -> Self {
        let logins =
            Logins { by_key: HashMap::new(), limit: LIMIT, next_sweep: LIMIT, asked: 0, is_closed: false };
        Self { pool: Arc::new(Pool { blueprint, store, logins: Mutex::new(logins) }), client: PhantomData }
    }

    /// How many logins are kept at hand that nobody uses. Default: 10,000.
    #[must_use]
    pub fn limit(self, logins: usize) -> Self {
        {
            let mut kept = self.pool.lock();
            (kept.limit, kept.next_sweep) = (logins, logins);
        }
        self
    }

    /// The client of `key`. Asks nobody: that of a key which nobody has signed in with yet is signed out.
    #[must_use]
    pub fn get(&self, key: &K) -> C {
        let known = self.pool.lock().find(key);
        let client = known.unwrap_or_else(|| self.pool.admit(key));
        C::from_client(client)
    }

    /// How many logins are at hand.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pool.lock().by_key.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends all sessions as [`Session::shutdown`](crate::Session::shutdown) does, and waits for them. Whoever asks for a client afterwards
    /// gets one whose calls fail with [`Error::Closed`](crate::Error::Closed). The logins themselves go on, in their stores.
    ///
    /// # Errors
    ///
    /// The first failure of a store that could not take what its session held.
    ///
    /// # Cancel safety
    ///
    /// The sessions are closed once this was polled; dropping the future leaves the rest going on.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        let clients: Vec<_> = {
            let mut logins = self.pool.lock();
            logins.is_closed = true;
            logins.by_key.drain().map(|(_, kept)| kept.client).collect()
        };
        for client in &clients {
            client.session().close();
        }
        // What each of them has to finish goes on side by side, whoever is waited for.
        let mut ended = Ok(());
        for client in &clients {
            ended = ended.and(client.session().shutdown().await);
        }
        ended
    }
}

impl<K: Clone + Eq + Hash> Pool<K> {
    fn lock(&self) -> MutexGuard<'_, Logins<K>> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the client of `key`, unless somebody else is faster.
    fn admit(&self, key: &K) -> Client {
        // Code of the user's, under no lock.
        let session = self.blueprint.session(Some((self.store)(key)));
        self.blueprint.renew(&session);
        let new = self.blueprint.client(session);
        let mut logins = self.lock();
        if logins.is_closed {
            drop(logins);
            new.session().close();
            return new;
        }
        if let Some(client) = logins.find(key) {
            return client;
        }
        let gone = logins.sweep();
        logins.asked += 1;
        let kept = Kept { client: new.clone(), asked: logins.asked };
        logins.by_key.insert(key.clone(), kept);
        drop(logins);
        drop(gone);
        new
    }
}

impl<K: Clone + Eq + Hash> Logins<K> {
    fn find(&mut self, key: &K) -> Option<Client> {
        let kept = self.by_key.get_mut(key)?;
        self.asked += 1;
        kept.asked = self.asked;
        Some(kept.client.clone())
    }

    /// Lets go of an eighth of the logins where there are too many, so that not everybody who asks has to look through them. They are
    /// given back, to be dropped under no lock.
    fn sweep(&mut self) -> Vec<Client> {
        if self.by_key.len() < self.next_sweep {
            return Vec::new();
        }
        let mut idle: Vec<(u64, K)> = self
            .by_key
            .iter_mut()
            .filter_map(|(key, kept)| kept.client.is_idle().then(|| (kept.asked, key.clone())))
            .collect();
        let too_many = self.by_key.len() - self.limit + self.limit / 8 + 1;
        idle.sort_unstable_by_key(|(asked, _)| *asked);
        idle.truncate(too_many);
        let gone =
            idle.iter().filter_map(|(_, key)| self.by_key.remove(key)).map(|kept| kept.client).collect();
        self.next_sweep = self.limit.max(self.by_key.len() + self.by_key.len() / 8);
        gone
    }
}

impl Client {
    /// Whether nobody but the pool has it or its session, and nothing of it goes on or is written in its store alone.
    fn is_idle(&mut self) -> bool {
        Arc::get_mut(&mut self.0).is_some_and(|inner| inner.session.is_idle())
    }
}

impl<K, C> Clone for Sessions<K, C> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), client: PhantomData }
    }
}

impl<K, C> fmt::Debug for Sessions<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The keys are the names of people.
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}
