//! `PoolKey`: the key of a login in the requests of its pool, and the functions that set headers by it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;
use http::{Extensions, HeaderMap};

use crate::endpoint::Endpoint;
use crate::exchange::Keyed;

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
pub struct PoolKey<K>(Arc<K>);

impl<K> PoolKey<K> {
    pub(super) fn new(key: K) -> Self {
        Self(Arc::new(key))
    }
}

impl<K> Deref for PoolKey<K> {
    type Target = K;

    fn deref(&self) -> &K {
        &self.0
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

/// What a pool adds to the requests of one key.
pub(super) struct KeyedRequests<K> {
    pub(super) key: PoolKey<K>,
    pub(super) on_request: OnRequests<K>,
}

impl<K: Send + Sync + 'static> Keyed for KeyedRequests<K> {
    fn name_in(&self, extensions: &mut Extensions) {
        extensions.insert(self.key.clone());
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
