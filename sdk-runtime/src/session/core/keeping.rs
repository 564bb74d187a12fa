//! What a session and its store know of each other.

use std::sync::Arc;

use super::super::event::{Held, Loaded, RunId};
use super::super::events::SessionEvent;
use super::super::record::Record;
use super::super::snapshot::{Phase, Snapshot};
use super::super::unsaved::{Replaces, Unsaved};
use super::Core;
use crate::clock::{Instant, Now};
use crate::error::StoreError;

impl Core {
    /// The store was looked into, and `login` is what it has. Nothing comes of it where somebody has signed in or out meanwhile.
    pub(crate) fn loaded(&mut self, login: Option<Loaded>, now: Now) {
        if !matches!(self.view.phase, Phase::Unloaded) {
            return;
        }
        match login {
            Some(login) => self.adopt(login, now),
            None => {
                self.view.phase = Phase::SignedOut;
                self.changed = true;
            }
        }
    }

    /// What the store is to hold and does not yet.
    pub(crate) fn unsaved(&self) -> Option<Unsaved> {
        let replaces = self.unsaved.clone()?;
        if self.is_closed() {
            return self.unsaved_at_close.clone();
        }
        let record = match (&self.view.phase, &replaces) {
            (Phase::Active(snapshot), Replaces::Anything | Replaces::Older(_)) => {
                Some(self.record(snapshot)?)
            }
            _ => None,
        };
        Some(Unsaved { serial: self.serial, record, replaces })
    }

    /// Whether there is something that the store does not have.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.unsaved.is_some()
    }

    /// Whether whoever reads it from the store knows all of it.
    pub(crate) fn is_idle(&self, now: Instant) -> bool {
        let cools_down = self.cool_down.as_ref().is_some_and(|cool_down| now < cool_down.until);
        let knows_more = self.refused.is_some() || self.doomed.is_some() || cools_down;
        self.unsaved.is_none() && self.run.is_none() && !knows_more
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
        if std::mem::take(&mut self.is_degraded) && !self.is_closed() {
            self.events.push(SessionEvent::StoreRecovered);
        }
    }

    /// What was to be kept as of `serial` cannot be any more: the store is another's by now, who comes up with the next renewal.
    pub(crate) fn given_up(&mut self, serial: u64, error: StoreError) {
        if serial != self.serial {
            return;
        }
        self.unsaved = None;
        if !self.is_closed() {
            self.is_degraded = true;
            self.events.push(SessionEvent::StoreDegraded(error));
        }
    }

    /// The sign-out as of `serial`, which had not seen whose it is, is that of `login`.
    pub(crate) fn ends(&mut self, serial: u64, login: Arc<str>) {
        if serial == self.serial && self.unsaved == Some(Replaces::Anything) {
            self.former = vec![login];
            self.unsaved = Some(Replaces::Logins(self.former.clone()));
        }
    }

    /// The store could not be written.
    pub(crate) fn store_failed(&mut self, error: StoreError) {
        if !std::mem::replace(&mut self.is_degraded, true) && !self.is_closed() {
            self.events.push(SessionEvent::StoreDegraded(error));
        }
    }

    /// `run` went on after the end, and what it has obtained could not be written down.
    pub(crate) fn left_over(&mut self, run: RunId, record: Record) {
        if self.draining == Some(run) {
            let replaces = Replaces::Older(record.id.clone());
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
            self.unsaved = Some(replaces);
        }
    }

    /// What a run begins with.
    pub(super) fn held(&self, snapshot: &Snapshot, must_send: bool) -> Option<Held> {
        Some(Held {
            record: self.record(snapshot)?,
            is_new: self.unsaved == Some(Replaces::Anything),
            must_send,
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
            intent: false,
            lease: None,
        })
    }
}
