//! What a session and its store know of each other.

use std::sync::Arc;

use super::Core;
use super::event::SessionEvent;
use super::message::RunId;
use super::snapshot::{Phase, Snapshot};
use crate::error::{ExpiredReason, StoreError};
use crate::runtime::Now;
use crate::session::stored::credential::Loaded;
use crate::session::stored::outcome_unknown::Doubt;
use crate::session::stored::pending_write::{Replaces, Unsaved};
use crate::session::stored::refresh_input::Held;
use crate::session::stored::schema::Record;

impl Core {
    /// The store was looked into, and `login` is what it has. Nothing comes of it where somebody has signed in or out meanwhile.
    pub(crate) fn loaded(&mut self, login: Option<Loaded>, now: Now) {
        if !matches!(self.view.phase, Phase::Unloaded) {
            return;
        }
        self.is_seen = true;
        match login {
            Some(login) => self.found(login, now),
            None => {
                self.enter(Phase::SignedOut);
                self.changed = true;
                self.nothing_to_save();
            }
        }
    }

    /// What the store is to hold and does not yet, to be written now.
    pub(crate) fn unsaved(&mut self) -> Option<Unsaved> {
        if self.is_held_back() {
            return None;
        }
        let unsaved = self.whatever_is_unsaved()?;
        if !self.is_closed() {
            self.may_be_stored |= unsaved.record.is_some();
        }
        Some(unsaved)
    }

    /// The same, whether it may be written or not.
    pub(super) fn whatever_is_unsaved(&self) -> Option<Unsaved> {
        let replaces = self.unsaved.clone()?;
        if self.is_closed() {
            return self.unsaved_at_close.clone();
        }
        let record = match (&self.view.phase, &replaces) {
            (Phase::Active(snapshot), Replaces::Anything | Replaces::Older(_))
                if !self.is_rejected_for_good() =>
            {
                Some(self.record(snapshot)?)
            }
            _ => None,
        };
        Some(Unsaved { serial: self.serial, record, replaces })
    }

    /// Whether a server has rejected the refresh token, and the login ends with its access token.
    pub(super) fn is_rejected_for_good(&self) -> bool {
        self.doomed.as_ref().is_some_and(|doomed| doomed.reason() != ExpiredReason::NoRefreshToken)
    }

    /// Whether what is unsaved is being spent, and no other process may find it.
    fn is_held_back(&self) -> bool {
        self.unclaimed.is_some()
    }

    /// Whether there is something that the store does not have.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.unsaved.is_some()
    }

    /// Whether it is to be written now.
    pub(crate) fn is_to_be_written(&self) -> bool {
        self.is_unsaved() && !self.is_held_back()
    }

    /// Whether there is something new to write since this was last asked.
    pub(crate) fn take_has_news(&mut self) -> bool {
        std::mem::take(&mut self.has_news)
    }

    /// Has `run` refresh without the right to, if no store is known to have the login: from now on none gets it, until the run is over.
    pub(crate) fn go_unclaimed(&mut self, run: RunId) -> bool {
        let may = self.run == Some(run) && self.unsaved == Some(Replaces::Anything);
        self.unclaimed = may.then_some(run);
        may
    }

    /// `run` is over, or does nothing without the right to.
    pub(crate) fn is_claimed_again(&mut self, run: RunId) {
        self.unclaimed.take_if(|unclaimed| *unclaimed == run);
    }

    /// A write has failed; `may_have` tells of a login whether the store may have it all the same.
    pub(crate) fn is_not_stored(&mut self, may_have: impl FnOnce(&Arc<str>) -> bool) {
        if let (Some(Replaces::Anything), Some(id)) = (&self.unsaved, &self.id) {
            self.may_be_stored = may_have(&id.login);
        }
    }

    /// The store holds what it was to hold as of `serial`.
    pub(crate) fn saved(&mut self, serial: u64) {
        if serial == self.serial {
            self.nothing_to_save();
        }
    }

    /// The store holds what the session is.
    pub(crate) fn nothing_to_save(&mut self) {
        self.unsaved = None;
        self.former.clear();
        (self.may_be_stored, self.is_seen) = (true, true);
        if std::mem::take(&mut self.is_degraded) && !self.is_closed() {
            self.events.push(SessionEvent::StoreRecovered);
        }
    }

    /// What was to be kept as of `serial` cannot be any more: the store is another's by now, who comes up with the next refresh.
    pub(crate) fn given_up(&mut self, serial: u64, error: StoreError) {
        if serial != self.serial {
            return self.retire(Some(error));
        }
        self.unsaved = None;
        if self.is_closed() {
            return self.retire(Some(error));
        }
        self.is_degraded = true;
        self.events.push(SessionEvent::StoreDegraded(error));
    }

    /// What is unsaved as of `serial`, and replaces every login, is found to replace `login`.
    pub(crate) fn finds(&mut self, serial: u64, login: &Arc<str>) {
        let is_own = self.id.as_ref().is_some_and(|id| id.login == *login);
        if serial != self.serial || self.unsaved != Some(Replaces::Anything) || is_own {
            return;
        }
        if !std::mem::replace(&mut self.is_seen, true) {
            self.former.insert(login);
        }
        if !matches!(self.view.phase, Phase::Active(_)) {
            self.unsaved = Some(Replaces::Logins(self.former.clone()));
        }
    }

    /// The store could not be written.
    pub(crate) fn store_failed(&mut self, error: StoreError) {
        if std::mem::replace(&mut self.is_degraded, true) || self.is_closed() {
            return self.retire(Some(error));
        }
        self.events.push(SessionEvent::StoreDegraded(error));
    }

    /// `run` went on after the end, and what it has obtained could not be written down.
    pub(crate) fn left_over(&mut self, run: RunId, record: Record) {
        if self.draining == Some(run) {
            let replaces = match self.unclaimed == Some(run) {
                true => Replaces::Anything,
                false => Replaces::Older(record.id.clone()),
            };
            self.must_save(replaces.clone());
            self.unsaved_at_close = Some(Unsaved { serial: self.serial, record: Some(record), replaces });
        }
    }

    fn is_closed(&self) -> bool {
        matches!(self.view.phase, Phase::Closed)
    }

    pub(super) fn must_save(&mut self, replaces: Replaces) {
        if self.is_stored {
            self.serial += 1;
            self.has_news = true;
            self.unsaved = Some(replaces);
        }
    }

    /// What a run begins with.
    pub(super) fn held(&self, snapshot: &Snapshot, must_send: bool, is_over: bool) -> Option<Held> {
        Some(Held {
            record: self.record(snapshot)?,
            is_new: self.unsaved == Some(Replaces::Anything),
            must_send,
            is_over,
            refused: self.refused.clone(),
        })
    }

    fn record(&self, snapshot: &Snapshot) -> Option<Record> {
        Some(Record {
            id: self.id.clone()?,
            access: snapshot.access.clone(),
            refresh: self.refresh.clone(),
            subject: snapshot.subject.clone(),
            scopes: snapshot.scopes.clone(),
            issued: snapshot.issued(),
            lifetime: snapshot.windows.map(|windows| windows.lapses),
            jar: Arc::clone(&snapshot.jar),
            // The next process that reads it has to know.
            intent: !matches!(self.doubt, Doubt::None),
            lease: None,
            undecodable: self.doubt.undecodable().cloned(),
        })
    }
}
