//! The right to refresh a login, which a process claims in the store, and the lease that keeps other
//! processes out of a store without a lock.
//!
//! - **I1**, **I14** A lease covers one send. A killed process may have a request at the server: no other
//!   process sends the same refresh token before that request has had its time.
//! - **I14** A response that another process got holds this process back.

use std::time::{Duration, SystemTime};

use super::outcome_unknown::{OutcomeUnknown, Undecodable};
use super::schema::{Lease, Record, TokenId};
use crate::error::{SessionExpired, StoreError};
use crate::runtime::{self, Clock, Now, since_1970};
use crate::session::token::Grant;
use crate::store::StoreLock;

/// What a lease lasts beyond its send: two writes, and a margin for clocks.
const MARGIN: Duration = Duration::from_secs(5);
/// How much of the margin may have passed when the send starts.
const SPENT: Duration = Duration::from_millis(2_500);

/// What a session has when it starts a refresh.
#[derive(Debug, Clone)]
pub(crate) struct RefreshInput {
    pub(crate) record: Record,
    /// Whether it is a sign-in that the store does not have yet.
    pub(crate) is_new: bool,
    /// Whether only a response of the server will do, and not tokens that another process has stored.
    pub(crate) must_send: bool,
    /// Whether its access token no longer signs: it has lapsed, or a server has rejected it.
    pub(crate) is_over: bool,
    /// Tokens whose refresh was denied while the store could not be read or cleared.
    pub(crate) denied: Option<DeniedRefresh>,
}

/// Tokens whose refresh the server denied for good.
#[derive(Debug, Clone)]
pub(crate) struct DeniedRefresh {
    pub(crate) id: TokenId,
    pub(crate) expired: SessionExpired,
}

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
        let is_valid = (self.found_newer || !input.is_over)
            && self.record.is_live(wall, self.record.tokens.access.is_none());
        (is_valid || !answer.rest(wall).is_zero()).then(|| answer.clone())
    }

    /// Returns the tokens that it is the right to spend.
    pub(crate) fn grant(&self) -> Grant {
        Grant::new(&self.record.tokens)
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

/// How long a claim lasts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeaseTerm {
    /// How long a send may take.
    send: Duration,
    /// How much longer earlier writes have taken.
    slow: Duration,
}

impl LeaseTerm {
    pub(crate) fn of(send: Duration) -> Self {
        Self { send, slow: Duration::ZERO }
    }

    /// Returns a longer term, after the write of the claim has taken `took`.
    pub(crate) fn after(self, took: Duration) -> Self {
        Self { slow: took.min(MARGIN), ..self }
    }

    fn lasts(self) -> Duration {
        self.send.saturating_add(MARGIN).saturating_add(self.slow)
    }

    /// A lease that starts at `wall`.
    pub(crate) fn lease(self, holder: &str, wall: SystemTime) -> Lease {
        let lasts = u64::try_from(self.lasts().as_millis()).unwrap_or(u64::MAX);
        Lease { holder: holder.to_owned(), until: since_1970(wall).saturating_add(lasts) }
    }

    /// Whether a claim of `since` no longer covers a send that starts now: its write took long, or the
    /// machine slept.
    pub(crate) fn is_spent(self, since: &Now, clock: &Clock) -> bool {
        clock.now().since(since) > SPENT + self.slow
    }

    /// Whether a claim of `since` is over, so that another process may have one.
    pub(crate) fn is_over(self, since: &Now, clock: &Clock) -> bool {
        clock.now().since(since) >= self.lasts()
    }

    /// How long to wait for another process, which may send twice.
    pub(crate) fn longest_wait(self) -> Duration {
        self.lasts().saturating_mul(2).saturating_add(MARGIN)
    }
}

/// A lease of another process, and when it was seen first.
#[derive(Default)]
pub(crate) struct OtherLease(Option<(Lease, runtime::Instant)>);

impl OtherLease {
    /// Whether `lease` keeps `holder` from refreshing. It counts for at most one `term` from when it was
    /// seen, because a wrong clock may have written an end that is years away.
    pub(crate) fn is_busy(&mut self, lease: &Lease, holder: &str, wall: SystemTime, term: LeaseTerm) -> bool {
        if *lease.holder == *holder || since_1970(wall) >= lease.until {
            return false;
        }
        let known = self.0.take().filter(|(known, _)| known == lease);
        let (_, since) = self.0.insert(known.unwrap_or_else(|| (lease.clone(), runtime::now())));
        runtime::now().saturating_duration_since(*since) < term.lasts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::DecodeError;
    use crate::session::stored::outcome_unknown::COOL_DOWN;
    use crate::session::token::Tokens;

    const MOMENT: Duration = Duration::from_millis(1);
    const LIFETIME: Duration = Duration::from_secs(1000);

    /// A record as old as `age`, with a response that is as old as `passed`.
    fn record(age: Duration, passed: Duration, wall: SystemTime) -> Record {
        let head = (http::StatusCode::OK, &http::HeaderMap::new());
        let error = DecodeError::new("Tokens", head, None, String::new(), &bytes::Bytes::new());
        Record {
            tokens: Tokens::new("access"),
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
                (
                    OutcomeUnknown::ResponseUndecodable(Box::new(undecodable(at - MOMENT))),
                    are_writes_held_back,
                ),
                // The session has waited for this response itself.
                (OutcomeUnknown::ResponseUndecodable(Box::new(undecodable(at))), false),
                (OutcomeUnknown::ResponseUndecodable(Box::new(undecodable(at + MOMENT))), false),
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

    #[test]
    fn a_lease_lasts_as_long_as_the_send_and_a_margin() {
        let (send, wall) = (Duration::from_secs(20), SystemTime::UNIX_EPOCH);
        let until = |term: LeaseTerm| term.lease("me", wall).until;
        assert_eq!(until(LeaseTerm::of(send)), 25_000);
        assert_eq!(until(LeaseTerm::of(send).after(Duration::from_secs(3))), 28_000, "writing takes long");
        assert_eq!(until(LeaseTerm::of(send).after(Duration::from_secs(3600))), 30_000, "the machine slept");
        assert_eq!(until(LeaseTerm::of(Duration::MAX)), u64::MAX);
    }

    #[test]
    fn i14_a_claim_that_no_longer_covers_a_send_is_spent() {
        let clock = Clock::default();
        let mut since = clock.now();
        let term = LeaseTerm::of(Duration::from_secs(20));
        assert!(!term.is_spent(&since, &clock));
        since.wall -= Duration::from_secs(3);
        assert!(term.is_spent(&since, &clock));
        assert!(!term.after(Duration::from_secs(3)).is_spent(&since, &clock));
        assert!(!term.is_over(&since, &clock));
        since.wall -= Duration::from_secs(22);
        assert!(term.is_over(&since, &clock) && !term.after(Duration::from_secs(3)).is_over(&since, &clock));
    }
    #[test]
    fn i1_a_right_ends_at_its_very_moment() {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let clock = Clock::with_wall(move || wall);
        let moment = Duration::from_millis(1);
        let term = LeaseTerm::of(Duration::from_secs(20));
        for slow in [Duration::ZERO, Duration::from_secs(3)] {
            let term = term.after(slow);
            let ago = |passed| Now { wall: wall - passed, ..clock.now() };
            let (spent, lasts) = (SPENT + slow, Duration::from_secs(25) + slow);
            assert!(!term.is_spent(&ago(spent), &clock), "I14: {slow:?}");
            assert!(term.is_spent(&ago(spent + moment), &clock), "I14: {slow:?}");
            assert!(!term.is_over(&ago(lasts - moment), &clock), "I1: {slow:?}");
            assert!(term.is_over(&ago(lasts), &clock), "I1: {slow:?}");
            assert_eq!(term.longest_wait(), lasts * 2 + MARGIN, "{slow:?}");
        }
        assert_eq!(term.after(MARGIN + moment).lasts(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn i1_a_lease_of_another_process_is_in_the_way_until_its_time_or_for_as_long_as_a_term() {
        let passes = |time| runtime::sleep_until(runtime::deadline(time));
        let moment = Duration::from_millis(1);
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let lease = |until| Lease { holder: "other".to_owned(), until: since_1970(until) };
        let term = LeaseTerm::of(Duration::from_secs(20));
        let mut it = OtherLease::default();
        assert!(!it.is_busy(&lease(wall), "me", wall, term), "its time is over");
        assert!(!it.is_busy(&lease(wall - moment), "me", wall, term));
        assert!(it.is_busy(&lease(wall + moment), "me", wall, term), "I1");
        assert!(!it.is_busy(&lease(wall + moment), "other", wall, term), "it is its own");
        // By a clock that was wrong it ends in years.
        let (mut it, years) = (OtherLease::default(), lease(wall + Duration::from_secs(1 << 30)));
        for _ in 0..2 {
            assert!(it.is_busy(&years, "me", wall, term));
            passes(term.lasts() - moment).await;
            assert!(it.is_busy(&years, "me", wall, term), "I1");
            // It was extended: its process is alive.
            assert!(it.is_busy(&lease(wall + moment), "me", wall, term), "I1");
            passes(moment).await;
            assert!(it.is_busy(&years, "me", wall, term), "I1: it is counted from when it was seen first");
            passes(term.lasts()).await;
            assert!(!it.is_busy(&years, "me", wall, term), "I6");
            it = OtherLease::default();
        }
    }

    impl RefreshInput {
        /// The input of a refresh whose access token no longer signs.
        pub(crate) fn of(record: Record, is_new: bool) -> Self {
            Self { record, is_new, must_send: false, is_over: true, denied: None }
        }
    }
}
