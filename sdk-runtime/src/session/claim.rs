//! The right to refresh a login, as a process has it that has claimed it in the store. Knows no store.
//!
//! - **I14** What another process has been answered holds this one back.

use super::event::{Doubt, Held};
use super::lease::Term;
use super::record::Record;
use super::tokens::Grant;
use super::undecodable::Undecodable;
use crate::clock::{Clock, Now, since_1970};
use crate::error::StoreError;
use crate::store::StoreLock;

/// The right to renew, and what it was found to be for.
pub(crate) enum Claim {
    /// This one's.
    Taken(Box<Taken>),
    /// There is no need: another process has renewed it, or signed in anew.
    Adopt(Box<Record>),
    /// There is nothing: the login was ended elsewhere.
    Gone,
    /// No caller wants it refreshed any more.
    Unwanted,
}

pub(crate) struct Taken {
    /// What was written down, the intent to spend included.
    pub(crate) record: Record,
    /// Whether that is of tokens another process has put there.
    pub(crate) is_news: bool,
    /// Whether a process had the intent to spend these before, and left no outcome.
    pub(crate) in_doubt: bool,
    pub(super) version: u64,
    /// When it was claimed, and for how long.
    pub(super) since: Now,
    pub(super) term: Term,
    /// Why it could not be claimed, where no store has the login.
    pub(super) unclaimed: Option<StoreError>,
    /// Held until this is dropped.
    pub(super) _lock: StoreLock,
}

/// Why a claim could not be made.
pub(crate) struct NotClaimed {
    pub(crate) error: StoreError,
    /// Whether the claim may have been written down all the same.
    pub(super) in_doubt: bool,
}

impl From<StoreError> for NotClaimed {
    fn from(error: StoreError) -> Self {
        Self { error, in_doubt: false }
    }
}

impl NotClaimed {
    pub(super) fn of_write(error: StoreError) -> Self {
        Self { in_doubt: !error.is_definite(), error }
    }
}

impl Taken {
    /// The answer for which its refresh token is not to be sent now: another process got it, and the token was most likely spent.
    /// I14
    pub(crate) fn held_back(&self, held: &Held, doubt: &Doubt, clock: &Clock) -> Option<Undecodable> {
        let answer = self.record.undecodable.as_ref()?;
        // The session has known of it before it began, and has waited.
        if doubt.undecodable().is_some_and(|own| since_1970(own.at) >= since_1970(answer.at)) {
            return None;
        }
        let wall = clock.wall();
        let is_valid =
            (self.is_news || !held.is_over) && self.record.is_live(wall, self.record.access.is_none());
        (is_valid || !answer.rest(wall).is_zero()).then(|| answer.clone())
    }

    /// What it is the right to spend.
    pub(crate) fn grant(&self) -> Grant {
        let Record { access, refresh, .. } = &self.record;
        Grant { access: access.clone(), refresh: refresh.clone() }
    }

    /// Whether it no longer covers a send that begins now.
    pub(crate) fn is_spent(&self, clock: &Clock) -> bool {
        self.is_claimed() && self.term.is_spent(&self.since, clock)
    }

    /// For how long it is to be claimed the next time, where it was spent before it could be used.
    pub(crate) fn next_term(&self, clock: &Clock) -> Term {
        self.term.after(clock.now().since(&self.since))
    }

    /// Whether the right was written down.
    pub(crate) fn is_claimed(&self) -> bool {
        self.unclaimed.is_none()
    }
}
