//! The right to refresh a login, once a process has claimed it in the store.
//!
//! - **I14** A response that another process got holds this process back.

use super::lease::LeaseTerm;
use super::schema::Record;
use super::undecodable::Undecodable;
use crate::error::StoreError;
use crate::runtime::{Clock, Now, since_1970};
use crate::session::stored::outcome_unknown::OutcomeUnknown;
use crate::session::stored::refresh_input::RefreshInput;
use crate::session::token::tokens::Grant;
use crate::store::StoreLock;

/// What came of a claim.
pub(crate) enum Claim {
    /// This process may refresh.
    Granted(Box<RefreshLease>),
    /// Another process has refreshed the login or signed in: its tokens are adopted.
    Adopt(Box<Record>),
    /// The login was ended elsewhere.
    Gone,
    /// No caller wants the refresh any more.
    Unwanted,
}

pub(crate) struct RefreshLease {
    /// What was stored with the claim: its outcome is unknown until it is released.
    pub(crate) record: Record,
    /// Whether another process has stored newer tokens, which are claimed.
    pub(crate) found_newer: bool,
    /// Whether a process had claimed these tokens before and left no outcome.
    pub(crate) earlier_unknown: bool,
    pub(crate) version: u64,
    /// When it was claimed, and for how long.
    pub(crate) since: Now,
    pub(crate) term: LeaseTerm,
    /// Why there is no claim in the store, if no store has the login.
    pub(crate) unclaimed: Option<StoreError>,
    /// Released when this is dropped.
    pub(crate) _lock: StoreLock,
}

/// Why a claim failed.
pub(crate) struct NotClaimed {
    pub(crate) error: StoreError,
    /// Whether the claim may have been stored all the same.
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
    /// Returns the response because of which the refresh token is not to be sent now: another process got
    /// it, and the token is most likely spent (I14).
    pub(crate) fn undecodable_elsewhere(
        &self,
        input: &RefreshInput,
        outcome_unknown: &OutcomeUnknown,
        clock: &Clock,
    ) -> Option<Undecodable> {
        let answer = self.record.undecodable.as_ref()?;
        // The session knew of it before, and has waited.
        if outcome_unknown.undecodable().is_some_and(|own| since_1970(own.at) >= since_1970(answer.at)) {
            return None;
        }
        let wall = clock.wall();
        let is_valid =
            (self.found_newer || !input.is_over) && self.record.is_live(wall, self.record.access.is_none());
        (is_valid || !answer.rest(wall).is_zero()).then(|| answer.clone())
    }

    /// Returns the tokens that it is the right to spend.
    pub(crate) fn grant(&self) -> Grant {
        let Record { access, refresh, .. } = &self.record;
        Grant { access: access.clone(), refresh: refresh.clone() }
    }

    /// Whether it no longer covers a send that starts now.
    pub(crate) fn is_spent(&self, clock: &Clock) -> bool {
        self.is_claimed() && self.term.is_spent(&self.since, clock)
    }

    /// Returns the term of the next claim, if this one was spent before it was used.
    pub(crate) fn next_term(&self, clock: &Clock) -> LeaseTerm {
        self.term.after(clock.now().since(&self.since))
    }

    /// Whether the claim is in the store.
    pub(crate) fn is_claimed(&self) -> bool {
        self.unclaimed.is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::error::DecodeError;
    use crate::session::stored::schema::TokenId;
    use crate::session::stored::undecodable::COOL_DOWN;

    const MOMENT: Duration = Duration::from_millis(1);
    const LIFETIME: Duration = Duration::from_secs(1000);

    /// A record as old as `age`, with a response that is as old as `passed`.
    fn record(age: Duration, passed: Duration, wall: SystemTime) -> Record {
        let head = (http::StatusCode::OK, &http::HeaderMap::new());
        let error = DecodeError::new("Tokens", head, None, String::new(), &bytes::Bytes::new());
        Record {
            access: Some("access".into()),
            issued: wall - age,
            lifetime: Some(LIFETIME),
            outcome_unknown: true,
            undecodable: Some(Undecodable { at: wall - passed, error }),
            ..Record::empty(TokenId::first(1))
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
            // A server has rejected it: it is over for this session, and the response is its own.
            (false, true, live, cooled, false),
            (false, true, live, cools, true),
            // No server has rejected the token of another process.
            (true, true, live, cooled, true),
            (true, false, live, cooled, true),
            // It has lapsed, by the stored record.
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
                // The session has waited for this response itself.
                (OutcomeUnknown::ResponseUndecodable(undecodable(at)), false),
                (OutcomeUnknown::ResponseUndecodable(undecodable(at + MOMENT)), false),
            ];
            let input = RefreshInput { is_over, ..RefreshInput::of(record.clone(), false) };
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
                let found = lease(record.clone()).undecodable_elsewhere(&input, &outcome_unknown, &clock);
                assert_eq!(
                    found.map(|answer| answer.at),
                    expected.then_some(at),
                    "I14: {name} {outcome_unknown:?}"
                );
            }
            let nothing = Record { undecodable: None, ..record.clone() };
            assert!(
                lease(nothing).undecodable_elsewhere(&input, &OutcomeUnknown::No, &clock).is_none(),
                "{name}"
            );
        }
    }
}
