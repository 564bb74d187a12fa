//! What a session and its store know of each other.

use std::sync::Arc;

use super::Core;
use super::event::SessionEvent;
use super::message::FlightId;
use super::snapshot::{Phase, Snapshot};
use crate::error::{ExpiredReason, StoreError};
use crate::runtime::Now;
use crate::session::stored::credential::StoredCredential;
use crate::session::stored::outcome_unknown::OutcomeUnknown;
use crate::session::stored::pending_write::{PendingWrite, Replaces};
use crate::session::stored::refresh_input::RefreshInput;
use crate::session::stored::schema::Record;

impl Core {
    /// The store was looked into, and `login` is what it has. Nothing comes of it where somebody has signed in or out meanwhile.
    pub(crate) fn loaded(&mut self, login: Option<StoredCredential>, now: Now) {
        if !matches!(self.view.phase, Phase::Unloaded) {
            return;
        }
        self.is_seen = true;
        match login {
            Some(login) => self.found(login, now),
            None => {
                self.enter(Phase::SignedOut);
                self.changed = true;
                self.nothing_to_write();
            }
        }
    }

    /// What the store is to hold and does not yet, to be written now.
    pub(crate) fn pending_write(&mut self) -> Option<PendingWrite> {
        if self.are_writes_held_back() {
            return None;
        }
        let pending = self.any_pending_write()?;
        if !self.is_closed() {
            self.may_be_stored |= pending.record.is_some();
        }
        Some(pending)
    }

    /// The same, whether it may be written or not.
    pub(super) fn any_pending_write(&self) -> Option<PendingWrite> {
        let replaces = self.pending.clone()?;
        if self.is_closed() {
            return self.write_at_close.clone();
        }
        let record = match (&self.view.phase, &replaces) {
            (Phase::Active(snapshot), Replaces::Anything | Replaces::Older(_))
                if !self.is_denied_by_server() =>
            {
                Some(self.record(snapshot)?)
            }
            _ => None,
        };
        Some(PendingWrite { serial: self.serial, record, replaces })
    }

    /// Whether a server has rejected the refresh token, and the login ends with its access token.
    pub(super) fn is_denied_by_server(&self) -> bool {
        self.refresh_denied
            .as_ref()
            .is_some_and(|refresh_denied| refresh_denied.reason() != ExpiredReason::NoRefreshToken)
    }

    /// Whether what is unsaved is being spent, and no other process may find it.
    fn are_writes_held_back(&self) -> bool {
        self.unclaimed.is_some()
    }

    /// Whether there is something that the store does not have.
    pub(crate) fn has_pending_write(&self) -> bool {
        self.pending.is_some()
    }

    /// Whether it is to be written now.
    pub(crate) fn is_write_due(&self) -> bool {
        self.has_pending_write() && !self.are_writes_held_back()
    }

    /// Whether there is something new to write since this was last asked.
    pub(crate) fn take_has_new_write(&mut self) -> bool {
        std::mem::take(&mut self.has_new_write)
    }

    /// Has `run` refresh without the right to, if no store is known to have the login: from now on none gets it, until the run is over.
    pub(crate) fn refresh_unclaimed(&mut self, flight: FlightId) -> bool {
        let may = self.flight == Some(flight) && self.pending == Some(Replaces::Anything);
        self.unclaimed = may.then_some(flight);
        may
    }

    /// `run` is over, or does nothing without the right to.
    pub(crate) fn end_unclaimed(&mut self, flight: FlightId) {
        self.unclaimed.take_if(|unclaimed| *unclaimed == flight);
    }

    /// A write has failed; `may_have` tells of a login whether the store may have it all the same.
    pub(crate) fn note_failed_write(&mut self, may_be_stored: impl FnOnce(&Arc<str>) -> bool) {
        if let (Some(Replaces::Anything), Some(id)) = (&self.pending, &self.id) {
            self.may_be_stored = may_be_stored(&id.login);
        }
    }

    /// The store holds what it was to hold as of `serial`.
    pub(crate) fn write_done(&mut self, serial: u64) {
        if serial == self.serial {
            self.nothing_to_write();
        }
    }

    /// The store holds what the session is.
    pub(crate) fn nothing_to_write(&mut self) {
        self.pending = None;
        self.superseded_logins.clear();
        (self.may_be_stored, self.is_seen) = (true, true);
        if std::mem::take(&mut self.is_degraded) && !self.is_closed() {
            self.events.push(SessionEvent::StoreRecovered);
        }
    }

    /// What was to be kept as of `serial` cannot be any more: the store is another's by now, who comes up with the next refresh.
    pub(crate) fn write_superseded(&mut self, serial: u64, error: StoreError) {
        if serial != self.serial {
            return self.retire(Some(error));
        }
        self.pending = None;
        if self.is_closed() {
            return self.retire(Some(error));
        }
        self.is_degraded = true;
        self.events.push(SessionEvent::StoreDegraded(error));
    }

    /// What is unsaved as of `serial`, and replaces every login, is found to replace `login`.
    pub(crate) fn finds_login(&mut self, serial: u64, login: &Arc<str>) {
        let is_own = self.id.as_ref().is_some_and(|id| id.login == *login);
        if serial != self.serial || self.pending != Some(Replaces::Anything) || is_own {
            return;
        }
        if !std::mem::replace(&mut self.is_seen, true) {
            self.superseded_logins.insert(login);
        }
        if !matches!(self.view.phase, Phase::Active(_)) {
            self.pending = Some(Replaces::Logins(self.superseded_logins.clone()));
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
    pub(crate) fn write_lost(&mut self, flight: FlightId, record: Record) {
        if self.draining == Some(flight) {
            let replaces = match self.unclaimed == Some(flight) {
                true => Replaces::Anything,
                false => Replaces::Older(record.id.clone()),
            };
            self.must_write(replaces.clone());
            self.write_at_close = Some(PendingWrite { serial: self.serial, record: Some(record), replaces });
        }
    }

    fn is_closed(&self) -> bool {
        matches!(self.view.phase, Phase::Closed)
    }

    pub(super) fn must_write(&mut self, replaces: Replaces) {
        if self.is_stored {
            self.serial += 1;
            self.has_new_write = true;
            self.pending = Some(replaces);
        }
    }

    /// What a run begins with.
    pub(super) fn refresh_input(
        &self,
        snapshot: &Snapshot,
        must_send: bool,
        is_over: bool,
    ) -> Option<RefreshInput> {
        Some(RefreshInput {
            record: self.record(snapshot)?,
            is_new: self.pending == Some(Replaces::Anything),
            must_send,
            is_over,
            denied: self.denied.clone(),
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
            lifetime: snapshot.schedule.map(|schedule| schedule.lapses),
            jar: Arc::clone(&snapshot.jar),
            // The next process that reads it has to know.
            outcome_unknown: !matches!(self.outcome_unknown, OutcomeUnknown::No),
            lease: None,
            undecodable: self.outcome_unknown.undecodable().cloned(),
        })
    }
}
