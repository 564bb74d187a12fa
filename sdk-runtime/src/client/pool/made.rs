//! Clients that a function makes, in the place of logins: a pool for tests.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::events::PoolEvents;
use crate::session::SessionEvent;
use crate::sync::Broadcast;

/// The keys of the clients that were made, whichever type these have.
pub(super) trait MadeKeys<K>: Send + Sync {
    /// Returns the keys in no order.
    fn keys(&self) -> Vec<K>;

    /// Forgets the client of `key`.
    fn remove(&self, key: &K);

    /// Forgets all clients, and ends the subscriptions.
    fn clear(&self);

    /// Subscribes to events, of which there are none.
    fn events(&self) -> PoolEvents<K>;
}

/// The clients that `make` has made, one for each key.
pub(super) struct Made<K, C, F> {
    make: F,
    clients: Mutex<HashMap<K, Arc<OnceLock<C>>>>,
    /// Has no event, and ends with the pool.
    events: Broadcast<(K, SessionEvent)>,
}

impl<K: Clone + Eq + Hash, C: Clone, F: Fn(&K) -> C> Made<K, C, F> {
    pub(super) fn new(make: F) -> Self {
        Self { make, clients: Mutex::new(HashMap::new()), events: Broadcast::new(1) }
    }

    /// Returns the client of `key`, and makes it if necessary. The user's code runs without the lock.
    pub(super) fn client(&self, key: &K) -> C {
        let place = self.lock().entry(key.clone()).or_default().clone();
        place.get_or_init(|| (self.make)(key)).clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Arc<OnceLock<C>>>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, C, F> MadeKeys<K> for Made<K, C, F>
where
    K: Clone + Eq + Hash + Send + Sync,
    C: Clone + Send + Sync,
    F: Fn(&K) -> C + Send + Sync,
{
    fn keys(&self) -> Vec<K> {
        self.lock().keys().cloned().collect()
    }

    fn remove(&self, key: &K) {
        let removed = self.lock().remove_entry(key);
        drop(removed);
    }

    fn clear(&self) {
        let all = std::mem::take(&mut *self.lock());
        drop(all);
        self.events.end();
    }

    fn events(&self) -> PoolEvents<K> {
        PoolEvents::new(self.events.subscribe())
    }
}
