//! What a pool remembers of an evicted session, for the next session of the same store.

use crate::error::SessionExpired;
use crate::session::stored::pending_write::{Logins, Replaces};
use crate::session::stored::refresh_input::DeniedRefresh;
use crate::session::stored::schema::TokenId;

/// What a session knows about its stored login and the store does not. It has no token and no response.
#[derive(Debug, Clone, Default)]
pub(crate) struct EvictedSession {
    pub(super) ended: Option<Ended>,
    pub(super) denied: Option<DeniedRefresh>,
}

/// An end of the login that could not be stored.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub(super) replaces: Replaces,
    /// The logins that had been replaced before.
    pub(super) superseded_logins: Logins,
    /// The reason, if no caller signed out.
    pub(super) expired: Option<SessionExpired>,
}

impl Ended {
    /// Whether the login with these tokens is the one that has ended.
    pub(super) fn is_of(&self, id: &TokenId) -> bool {
        self.superseded_logins.has(&id.login) || self.replaces.covers(id)
    }
}

impl EvictedSession {
    pub(crate) fn is_nothing(&self) -> bool {
        self.ended.is_none() && self.denied.is_none()
    }
}
