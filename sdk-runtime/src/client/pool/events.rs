//! `PoolEvents`: the events of all logins of a pool.

use std::fmt;

use crate::session::SessionEvent;
use crate::sync::{Received, Subscription};

/// The events of all logins of a pool since the subscription: those of
/// [`SessionPool::events`](crate::client::SessionPool::events).
///
/// The events of one login come in the order in which they happened. A slow subscriber delays no other.
pub struct PoolEvents<K>(Subscription<(K, SessionEvent)>);

/// An event of a pool.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum PoolEvent<K> {
    /// The event of the login of this key.
    Session(K, SessionEvent),
    /// The subscriber was too slow and missed this many events.
    Missed(u64),
}

impl<K: Clone> PoolEvents<K> {
    pub(super) fn new(events: Subscription<(K, SessionEvent)>) -> Self {
        Self(events)
    }

    /// Returns the next event. `None` after the last event of a pool that was shut down, and when the pool
    /// and all its clients are gone.
    ///
    /// # Cancel safety
    ///
    /// No event is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<PoolEvent<K>> {
        Some(match self.0.next().await? {
            Received::Item((key, event)) => PoolEvent::Session(key, event),
            Received::Missed(missed) => PoolEvent::Missed(missed),
        })
    }
}

/// Shows no key, because keys are the names of users.
impl<K> fmt::Debug for PoolEvents<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolEvents").finish_non_exhaustive()
    }
}
