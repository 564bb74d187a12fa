//! `PoolKey`: the key of a login in the requests of its pool, and what the pool does by it.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use http::{Extensions, HeaderMap};

use crate::endpoint::Endpoint;
use crate::exchange::Keyed;
use crate::session::{EventSink, SessionEvent};
use crate::sync::Broadcast;

/// The key of the login that sends a request, in the extensions of each request of a
/// [`SessionPool`](crate::client::SessionPool): those of a refresh, a sign-in and a sign-out too. Layers and
/// transports find it there. Only a pool makes one, and it is not sent. `Debug` does not show the key,
/// because keys are the names of users.
///
/// ```
/// use sdk_runtime::{body::RequestBody, client::PoolKey};
///
/// /// For a layer: the user whose request it is, in a pool whose keys are `u64`.
/// fn user(request: &http::Request<RequestBody>) -> Option<u64> {
///     request.extensions().get::<PoolKey<u64>>().map(|key| **key)
/// }
/// # assert_eq!(user(&http::Request::default()), None);
/// ```
pub struct PoolKey<K>(Arc<KeyedSession<K>>);

impl<K> PoolKey<K> {
    pub(super) fn new(session: Arc<KeyedSession<K>>) -> Self {
        Self(session)
    }
}

impl<K> Deref for PoolKey<K> {
    type Target = K;

    fn deref(&self) -> &K {
        &self.0.key
    }
}

impl<K> Clone for PoolKey<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> fmt::Debug for PoolKey<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PoolKey(..)")
    }
}

/// One function of `SessionPool::on_request`.
pub(super) type OnKeyedRequest<K> = Arc<dyn Fn(&K, &'static Endpoint, &mut HeaderMap) + Send + Sync>;

/// The functions of `SessionPool::on_request`. Clones share them.
pub(super) struct OnRequests<K>(Arc<ArcSwap<Vec<OnKeyedRequest<K>>>>);

impl<K> OnRequests<K> {
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    pub(super) fn push(&self, function: &OnKeyedRequest<K>) {
        self.0.rcu(|functions| [&functions[..], std::slice::from_ref(function)].concat());
    }
}

impl<K> Clone for OnRequests<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The events of all sessions of a pool.
pub(super) type Events<K> = Arc<Broadcast<(K, SessionEvent)>>;

/// What a pool does by the key of one session. All of it in one place, because a pool has many.
pub(super) struct KeyedSession<K> {
    key: K,
    on_request: OnRequests<K>,
    /// `None` after the last event, so that the events of the pool end with the last session.
    events: Mutex<Option<Events<K>>>,
}

impl<K> KeyedSession<K> {
    pub(super) fn new(key: K, on_request: OnRequests<K>, events: Option<Events<K>>) -> Self {
        Self { key, on_request, events: Mutex::new(events) }
    }

    fn events(&self) -> MutexGuard<'_, Option<Events<K>>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Send + Sync + 'static> Keyed for KeyedSession<K> {
    fn name_in(self: Arc<Self>, extensions: &mut Extensions) {
        extensions.insert(PoolKey(self));
    }

    fn sets_headers(&self) -> bool {
        !self.on_request.0.load().is_empty()
    }

    fn set_headers(&self, endpoint: &'static Endpoint, headers: &mut HeaderMap) {
        for function in &*self.on_request.0.load_full() {
            function(&self.key, endpoint, headers);
        }
    }
}

impl<K: Clone + Send + Sync> EventSink for KeyedSession<K> {
    fn tell(&self, event: &SessionEvent) {
        let events = self.events().clone();
        if let Some(events) = events {
            events.send(&(self.key.clone(), event.clone()));
        }
    }

    fn end(&self) {
        let last = self.events().take();
        drop(last);
    }
}
