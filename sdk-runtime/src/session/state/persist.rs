//! Persistence in the state: what the session and its store know of each other, and the pending write.

use std::sync::Arc;

use super::Core;
use super::event::SessionEvent;
use super::message::FlightId;
use super::snapshot::{Phase, Snapshot};
use crate::error::{ExpiredReason, StoreError};
use crate::runtime::Now;
use crate::session::stored::{
    LoginName, Logins, OutcomeUnknown, PendingWrite, Record, RefreshInput, Replaces, StoredCredential,
};
use crate::session::token::Tokens;

impl Core {
    /// Enters the login that was read from the store. Does nothing after a sign-in or a sign-out.
    pub(crate) fn loaded(&mut self, login: Option<StoredCredential>, now: Now) {
        if !matches!(self.view.phase, Phase::Unloaded) {
            return;
        }
        self.is_seen = true;
        match login {
            Some(login) => self.enter_stored(login, now),
            None => {
                self.enter(Phase::SignedOut);
                self.changed = true;
                self.nothing_to_write();
            }
        }
    }

    /// Returns the pending write that is to be written now.
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

    /// Returns the pending write, also while it is held back.
    pub(super) fn any_pending_write(&self) -> Option<PendingWrite> {
        let replaces = self.pending.as_deref().cloned()?;
        if self.is_closed() {
            return self.write_at_close.as_deref().cloned();
        }
        let record = match &self.view.phase {
            Phase::Active(snapshot) if !self.is_denied_by_server() => Some(self.record(snapshot)?),
            _ => None,
        };
        Some(PendingWrite { serial: self.serial, record, replaces })
    }

    /// Whether a server has denied the refresh, and the login ends with its access token.
    pub(super) fn is_denied_by_server(&self) -> bool {
        self.refresh_denied
            .as_ref()
            .is_some_and(|refresh_denied| refresh_denied.reason() != ExpiredReason::NoRefreshToken)
    }

    /// Whether the pending write is held back, because its refresh token is being spent.
    pub(super) fn are_writes_held_back(&self) -> bool {
        self.flight.is_some_and(|flight| flight.is_unclaimed)
    }

    pub(crate) fn has_pending_write(&self) -> bool {
        self.pending.is_some()
    }

    pub(crate) fn is_write_due(&self) -> bool {
        self.has_pending_write() && !self.are_writes_held_back()
    }

    pub(crate) fn take_has_new_write(&mut self) -> bool {
        std::mem::take(&mut self.has_new_write)
    }

    /// Lets `flight` refresh without a claim, if no store is known to have the login. The store does not
    /// get the login before the flight has ended.
    pub(crate) fn refresh_unclaimed(&mut self, flight: FlightId) -> bool {
        let may = self.is_in_progress(flight) && self.pending.as_deref() == Some(&Replaces::Anything);
        self.set_unclaimed(flight, may);
        may
    }

    /// Ends that: `flight` does nothing without a claim.
    pub(crate) fn end_unclaimed(&mut self, flight: FlightId) {
        self.set_unclaimed(flight, false);
    }

    fn set_unclaimed(&mut self, flight: FlightId, is_unclaimed: bool) {
        if let Some(flight) = self.flight.as_mut().filter(|present| present.id == flight) {
            flight.is_unclaimed = is_unclaimed;
        }
    }

    /// Records that the store has what `flight` refreshes, by its claim. No earlier write may replace that.
    pub(crate) fn record_claimed(&mut self, flight: FlightId) {
        if self.may_persist(flight) {
            self.nothing_to_write();
        }
    }

    /// Records a failed write. `may_be_stored` tells whether the store may have a login all the same.
    pub(crate) fn note_failed_write(&mut self, may_be_stored: impl FnOnce(&LoginName) -> bool) {
        if let (Some(Replaces::Anything), Some(id)) = (self.pending.as_deref(), &self.id) {
            self.may_be_stored = may_be_stored(&id.login);
        }
    }

    pub(crate) fn write_done(&mut self, serial: u64) {
        if serial == self.serial {
            self.nothing_to_write();
        }
    }

    /// Records that the store holds the present login.
    pub(crate) fn nothing_to_write(&mut self) {
        self.pending = None;
        self.superseded_logins.clear();
        (self.may_be_stored, self.is_seen) = (true, true);
        if std::mem::take(&mut self.is_degraded) && !self.is_closed() {
            self.tell(SessionEvent::StoreRecovered);
        }
    }

    /// Gives up the pending write `serial`: another process has signed in or out there. The next refresh
    /// finds that login.
    pub(crate) fn write_superseded(&mut self, serial: u64, error: StoreError) {
        if serial != self.serial {
            return self.retire(Some(error));
        }
        self.pending = None;
        if self.is_closed() {
            return self.retire(Some(error));
        }
        self.is_degraded = true;
        self.tell(SessionEvent::StoreDegraded(error));
    }

    /// Records that the pending write `serial`, which replaces every login, is going to replace `login`.
    pub(crate) fn finds_login(&mut self, serial: u64, login: &LoginName) {
        let is_own = self.id.as_ref().is_some_and(|id| id.login == *login);
        if serial != self.serial || self.pending.as_deref() != Some(&Replaces::Anything) || is_own {
            return;
        }
        if !std::mem::replace(&mut self.is_seen, true) {
            self.superseded_logins.insert(login);
        }
        if !matches!(self.view.phase, Phase::Active(_)) {
            self.pending = Some(Box::new(Replaces::Logins(self.superseded_logins.clone())));
        }
    }

    pub(crate) fn store_failed(&mut self, error: StoreError) {
        if std::mem::replace(&mut self.is_degraded, true) || self.is_closed() {
            return self.retire(Some(error));
        }
        self.tell(SessionEvent::StoreDegraded(error));
    }

    /// Records that a flight went on after the close, and its tokens could not be stored.
    pub(super) fn write_lost(&mut self, is_unclaimed: bool, record: Record) {
        let replaces = match is_unclaimed {
            true => Replaces::Anything,
            false => Replaces::UpTo(record.id.clone(), Logins::default()),
        };
        self.must_write(replaces.clone());
        let (serial, record) = (self.serial, Some(record));
        self.write_at_close = Some(Box::new(PendingWrite { serial, record, replaces }));
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.view.phase, Phase::Closed)
    }

    pub(super) fn must_write(&mut self, replaces: Replaces) {
        if self.is_stored {
            self.serial += 1;
            self.has_new_write = true;
            self.pending = Some(Box::new(replaces));
        }
    }

    pub(super) fn refresh_input(
        &self,
        snapshot: &Snapshot,
        must_send: bool,
        is_over: bool,
    ) -> Option<RefreshInput> {
        Some(RefreshInput {
            record: self.record(snapshot)?,
            is_new: self.pending.as_deref() == Some(&Replaces::Anything),
            must_send,
            is_over,
            denied: self.denied.as_deref().cloned(),
        })
    }

    fn record(&self, snapshot: &Snapshot) -> Option<Record> {
        Some(Record {
            id: self.id.clone()?,
            tokens: Tokens { refresh: self.refresh.clone(), ..snapshot.tokens.clone() },
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
