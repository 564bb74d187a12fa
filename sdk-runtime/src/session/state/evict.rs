//! Eviction from a pool: which session may be evicted, and what its successor inherits.
//!
//! - **I9** Tokens that the store does not have stay in memory, and so do those of a store that is lost with
//!   the session.
//! - **I14** A refresh token that was denied is not sent again.

use super::Core;
use super::event::SessionEvent;
use super::snapshot::Phase;
use crate::error::SessionExpired;
use crate::runtime::Now;
use crate::session::stored::{DeniedRefresh, Logins, Replaces, StoredCredential, TokenId};

/// What a session knows about its stored login and the store does not. It has no token and no response. It is
/// small, because each place of a pool has one, and nearly all of them know nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct EvictedSession {
    pub(super) ended: Option<Box<Ended>>,
    pub(super) denied: Option<Box<DeniedRefresh>>,
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

impl Core {
    /// Returns what is to be remembered if a pool evicts the session. `None` if it may not. With
    /// `is_alone`, no task of it is at work.
    pub(crate) fn may_be_evicted(&self, is_alone: bool, now: Now) -> Option<EvictedSession> {
        if matches!(self.view.phase, Phase::Closed) {
            // The next session waits for a pending write.
            return is_alone.then(EvictedSession::default);
        }
        if self.flight.is_some() || self.has_a_use(now) || self.is_only_copy_of_login() {
            return None;
        }
        let ended = self.ended()?;
        if !is_alone && ended.is_none() {
            return None;
        }
        let inherited = self.evicted.get().cloned().unwrap_or_default();
        let denied = self.denied.as_ref().map(|denied| {
            // Only the reason: the response may be large.
            let expired = SessionExpired::new(denied.expired.reason());
            Box::new(DeniedRefresh { id: denied.id.clone(), expired })
        });
        Some(EvictedSession { ended: ended.or(inherited.ended), denied: denied.or(inherited.denied) })
    }

    pub(crate) fn evicted_from_pool(&mut self) {
        // A last attempt to write this end would end the login that is there by then.
        if self.pending.as_deref() == Some(&Replaces::Anything) {
            self.pending = None;
        }
    }

    /// Notes that the store is lost with this session.
    pub(crate) fn is_only_copy(&mut self) {
        self.is_only_copy = true;
    }

    fn is_only_copy_of_login(&self) -> bool {
        self.is_only_copy && matches!(self.view.phase, Phase::Active(_))
    }

    /// Whether the session has knowledge that changes or delays what is sent.
    fn has_a_use(&self, now: Now) -> bool {
        let cools_down = self.cool_down.as_ref().is_some_and(|cool_down| now.mono < cool_down.until);
        let still_signs = matches!(&self.view.phase, Phase::Active(snapshot) if snapshot.still_signs(now));
        let is_undecodable = self.outcome_unknown.undecodable().is_some();
        // Nothing is sent of tokens that were denied, so the server receives none from any session.
        cools_down && self.denied.is_none()
            || still_signs && (self.refresh_denied.is_some() || is_undecodable)
    }

    /// Returns the end that the store does not have. `None` if there are tokens that it does not have.
    fn ended(&self) -> Option<Option<Box<Ended>>> {
        let Some(replaces) = self.pending.as_deref().cloned() else { return Some(None) };
        let expired = match &self.view.phase {
            Phase::Active(_) => return None,
            Phase::Expired(expired) => Some(SessionExpired::new(expired.reason())),
            Phase::Unloaded | Phase::SignedOut | Phase::Closed => None,
        };
        let superseded_logins = self.superseded_logins.clone();
        Some(Some(Box::new(Ended { replaces, superseded_logins, expired })))
    }

    pub(crate) fn inherit(&mut self, evicted: EvictedSession) {
        if !evicted.is_nothing() {
            *self.evicted.make() = evicted;
        }
    }

    /// Enters the login that was read from the store, unless it has ended here.
    pub(super) fn enter_stored(&mut self, login: StoredCredential, now: Now) {
        let EvictedSession { ended, denied } = self.evicted.take().unwrap_or_default();
        match ended.filter(|ended| ended.is_of(&login.id)) {
            Some(ended) => {
                let Ended { replaces, superseded_logins, expired } = *ended;
                self.enter(expired.clone().map_or(Phase::SignedOut, Phase::Expired));
                if let Some(expired) = expired {
                    self.tell(SessionEvent::Expired(expired));
                }
                self.superseded_logins = superseded_logins;
                self.superseded_logins.insert(&login.id.login);
                self.must_write(match replaces {
                    // The store has been read now.
                    Replaces::Anything => Replaces::Logins(self.superseded_logins.clone()),
                    replaces => replaces,
                });
                self.changed = true;
            }
            None => {
                // It is forgotten if it is of other tokens.
                self.denied = denied;
                // There was no login before, and no caller has signed in: a sign-in in progress goes on.
                self.adopt_in(self.view.epoch, SessionEvent::Loaded, login, now);
            }
        }
    }
}
