//! The right to refresh a login, as a process has it that has claimed it in the store. Knows no store.
//!
//! - **I14** What another process has been answered holds this one back.

use super::lease::LeaseTerm;
use super::schema::Record;
use super::undecodable::Undecodable;
use crate::error::StoreError;
use crate::runtime::{Clock, Now, since_1970};
use crate::session::stored::outcome_unknown::OutcomeUnknown;
use crate::session::stored::refresh_input::RefreshInput;
use crate::session::token::tokens::Grant;
use crate::store::StoreLock;

/// The right to refresh, and what it was found to be for.
pub(crate) enum Claim {
    /// This one's.
    Granted(Box<RefreshLease>),
    /// There is no need: another process has refreshed it, or signed in anew.
    Adopt(Box<Record>),
    /// There is nothing: the login was ended elsewhere.
    Gone,
    /// No caller wants it refreshed any more.
    Unwanted,
}

pub(crate) struct RefreshLease {
    /// What was written down, the intent to spend included.
    pub(crate) record: Record,
    /// Whether that is of tokens another process has put there.
    pub(crate) found_newer: bool,
    /// Whether a process had the intent to spend these before, and left no outcome.
    pub(crate) earlier_unknown: bool,
    pub(crate) version: u64,
    /// When it was claimed, and for how long.
    pub(crate) since: Now,
    pub(crate) term: LeaseTerm,
    /// Why it could not be claimed, where no store has the login.
    pub(crate) unclaimed: Option<StoreError>,
    /// Held until this is dropped.
    pub(crate) _lock: StoreLock,
}

/// Why a claim could not be made.
pub(crate) struct NotClaimed {
    pub(crate) error: StoreError,
    /// Whether the claim may have been written down all the same.
    pub(crate) may_be_stored: bool,
}

impl From<StoreError> for NotClaimed {
    fn from(error: StoreError) -> Self {
        Self { error, may_be_stored: false }
    }
}

impl NotClaimed {
    pub(crate) fn of_write(error: StoreError) -> Self {
        Self { may_be_stored: !error.is_definite(), error }
    }
}

impl RefreshLease {
    /// The answer for which its refresh token is not to be sent now: another process got it, and the token was most likely spent.
    /// I14
    pub(crate) fn held_back(
        &self,
        input: &RefreshInput,
        outcome_unknown: &OutcomeUnknown,
        clock: &Clock,
    ) -> Option<Undecodable> {
        let answer = self.record.undecodable.as_ref()?;
        // The session has known of it before it began, and has waited.
        if outcome_unknown.undecodable().is_some_and(|own| since_1970(own.at) >= since_1970(answer.at)) {
            return None;
        }
        let wall = clock.wall();
        let is_valid =
            (self.found_newer || !input.is_over) && self.record.is_live(wall, self.record.access.is_none());
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
    pub(crate) fn next_term(&self, clock: &Clock) -> LeaseTerm {
        self.term.after(clock.now().since(&self.since))
    }

    /// Whether the right was written down.
    pub(crate) fn is_claimed(&self) -> bool {
        self.unclaimed.is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::error::DecodeError;
    use crate::session::stored::schema::TokenId;
    use crate::session::stored::undecodable::COOL_DOWN;

    const MOMENT: Duration = Duration::from_millis(1);
    const LIFETIME: Duration = Duration::from_secs(1000);

    /// A record that is as old as `age`, with an answer that came as long ago as `passed`.
    fn record(age: Duration, passed: Duration, wall: SystemTime) -> Record {
        let head = (http::StatusCode::OK, &http::HeaderMap::new());
        let error = DecodeError::new("Tokens", head, None, String::new(), &bytes::Bytes::new());
        Record {
            id: TokenId::first(1),
            access: Some("access".into()),
            refresh: None,
            subject: None,
            scopes: None,
            issued: wall - age,
            lifetime: Some(LIFETIME),
            jar: Arc::default(),
            outcome_unknown: true,
            lease: None,
            undecodable: Some(Undecodable { at: wall - passed, error }),
        }
    }

    #[test]
    fn i14_what_another_process_was_answered_holds_back_while_the_token_signs_and_in_the_cool_down() {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let clock = Clock::with_wall(move || wall);
        let (live, lapsed) = (LIFETIME - MOMENT, LIFETIME);
        let (cools, cooled) = (COOL_DOWN - MOMENT, COOL_DOWN);
        for (found_newer, is_over, age, passed, are_writes_held_back) in [
            // The access token signs.
            (false, false, live, cooled, true),
            (false, false, live, cools, true),
            // A server has rejected it: it is over for this session, and the answer is of that one.
            (false, true, live, cooled, false),
            (false, true, live, cools, true),
            // That of another process was not rejected.
            (true, true, live, cooled, true),
            (true, false, live, cooled, true),
            // It has lapsed, by the record that is there.
            (false, false, lapsed, cooled, false),
            (false, true, lapsed, cooled, false),
            (true, false, lapsed, cooled, false),
            (true, true, lapsed, cooled, false),
            (false, true, lapsed, cools, true),
            (true, true, lapsed, cools, true),
        ] {
            let name = format!("{found_newer} {is_over} {age:?} {passed:?}");
            let record = record(age, passed, wall);
            let at = wall - passed;
            let undecodable = |at| record.undecodable.as_ref().map(|answer| answer.again_at(at)).unwrap();
            let doubts = [
                (OutcomeUnknown::No, are_writes_held_back),
                (OutcomeUnknown::ResponseLost, are_writes_held_back),
                (OutcomeUnknown::ResponseUndecodable(undecodable(at - MOMENT)), are_writes_held_back),
                // The session has waited for this one itself.
                (OutcomeUnknown::ResponseUndecodable(undecodable(at)), false),
                (OutcomeUnknown::ResponseUndecodable(undecodable(at + MOMENT)), false),
            ];
            let input = RefreshInput {
                record: record.clone(),
                is_new: false,
                must_send: false,
                is_over,
                denied: None,
            };
            let lease = |record| RefreshLease {
                record,
                found_newer,
                earlier_unknown: true,
                version: 1,
                since: clock.now(),
                term: LeaseTerm::of(Duration::ZERO),
                unclaimed: None,
                _lock: StoreLock::Unsupported,
            };
            for (outcome_unknown, expected) in doubts {
                let found = lease(record.clone()).held_back(&input, &outcome_unknown, &clock);
                assert_eq!(
                    found.map(|answer| answer.at),
                    expected.then_some(at),
                    "I14: {name} {outcome_unknown:?}"
                );
            }
            let nothing = Record { undecodable: None, ..record.clone() };
            assert!(lease(nothing).held_back(&input, &OutcomeUnknown::No, &clock).is_none(), "{name}");
        }
    }
}
