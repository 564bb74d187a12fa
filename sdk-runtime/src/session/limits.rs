//! Bounds the refreshes that rejections cause: endpoints which forbid by a 401, and servers whose tokens no server accepts.
//!
//! - **I18** No refresh above the budget.
//! - **I35** Whatever mix of endpoints, arguments and answers comes, the refreshes that rejections cause are bounded.

use std::collections::VecDeque;
use std::time::Duration;

use super::snapshot::{EndpointId, Stamp};
use crate::clock::Instant;

/// How long an endpoint that rejected a refreshed token is remembered.
const MEMORY: Duration = Duration::from_secs(60);
/// A token that tells no lifetime is not taken for one that has lived, before it is as old.
const YOUNG: Duration = Duration::from_secs(10);
/// So many refreshes that cost, within so long.
const BUDGET: [(usize, Duration); 2] = [(5, Duration::from_secs(60)), (12, Duration::from_secs(600))];

/// A token that an endpoint has rejected, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rejected {
    pub(super) stamp: Stamp,
    /// Whether a refresh of this session gave it.
    pub(super) is_refreshed: bool,
    /// Whether any server has accepted it.
    pub(super) was_accepted: bool,
    /// How old it is, and whether it told a lifetime.
    pub(super) age: Duration,
    pub(super) has_lifetime: bool,
    /// Whether a refresh of it is under way already.
    pub(super) is_free: bool,
}

/// What the rejection of a token by an endpoint is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// The token is to be replaced: nothing says that this endpoint forbids.
    Believed,
    /// The endpoint is on hold. A refresh may help its call, and other endpoints go on with the token meanwhile.
    Doubted,
    /// Its call gets no refresh: the endpoint is on hold, or the budget is spent.
    Blocked,
}

/// The endpoints that have rejected refreshed tokens, and what their rejections have cost.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    suspects: Vec<Suspect>,
    budget: Budget,
}

/// An endpoint that rejected a refreshed token.
#[derive(Debug)]
struct Suspect {
    endpoint: EndpointId,
    /// When it last did.
    rejected_at: Instant,
    /// The token that it last accepted from a call which had not just been refreshed for it.
    served: Option<Stamp>,
    hold: Option<Hold>,
}

/// An endpoint on hold: it rejected a token that had just been refreshed for it.
#[derive(Debug)]
struct Hold {
    /// The token for which nothing more is tried until `blocked_until`; `None` once the endpoint has accepted one.
    stamp: Option<Stamp>,
    blocked_until: Instant,
}

impl Suspect {
    fn is_remembered(&self, now: Instant) -> bool {
        now < self.rejected_at + MEMORY
    }
}

impl Throttle {
    /// Puts `endpoint` on hold, which rejected the token with `stamp` although it had just been refreshed.
    pub(super) fn hold(&mut self, endpoint: EndpointId, stamp: Stamp, now: Instant) {
        let suspect = self.suspect(endpoint, now);
        suspect.hold = Some(Hold { stamp: Some(stamp), blocked_until: now + MEMORY });
    }

    /// The entry of `endpoint`, which rejects a refreshed token now. Those that are over are dropped.
    fn suspect(&mut self, endpoint: EndpointId, now: Instant) -> &mut Suspect {
        let suspects = &mut self.suspects;
        suspects.retain(|suspect| suspect.is_remembered(now));
        let place = suspects.iter().position(|suspect| suspect.endpoint == endpoint).unwrap_or_else(|| {
            suspects.push(Suspect { endpoint, rejected_at: now, served: None, hold: None });
            suspects.len() - 1
        });
        let suspect = &mut suspects[place];
        suspect.rejected_at = now;
        suspect
    }

    /// Takes note that `endpoint` has accepted the token with `stamp`. With `is_replay` the token had just been refreshed for the call: an
    /// endpoint that accepts no other has not shown that it does not forbid.
    pub(super) fn accepted(&mut self, endpoint: EndpointId, stamp: Stamp, is_replay: bool) {
        for suspect in self.suspects.iter_mut().filter(|suspect| suspect.endpoint == endpoint) {
            if let Some(hold) = &mut suspect.hold {
                hold.stamp = None;
            }
            if !is_replay {
                suspect.served = Some(stamp);
            }
        }
    }

    /// The endpoints of which it is to be told when they accept the token with `stamp`.
    pub(super) fn watched(&self, stamp: Option<Stamp>) -> Vec<EndpointId> {
        let is_watched = |suspect: &&Suspect| {
            suspect.served != stamp || suspect.hold.as_ref().is_some_and(|hold| hold.stamp.is_some())
        };
        self.suspects.iter().filter(is_watched).map(|suspect| suspect.endpoint).collect()
    }

    /// Whether `endpoint` is on hold.
    pub(super) fn is_on_hold(&self, endpoint: EndpointId, now: Instant) -> bool {
        let is_it = |suspect: &&Suspect| suspect.endpoint == endpoint && suspect.is_remembered(now);
        self.suspects.iter().find(is_it).is_some_and(|suspect| suspect.hold.is_some())
    }

    /// Decides about a rejection of `token` by `endpoint`, and takes what the refresh costs which it causes.
    pub(super) fn admit(&mut self, endpoint: EndpointId, token: Rejected, now: Instant) -> Admission {
        let Rejected { stamp, is_refreshed, was_accepted, age, has_lifetime, is_free } = token;
        let known = self.suspects.iter().find(|it| it.endpoint == endpoint && it.is_remembered(now));
        let is_on_hold = known.is_some_and(|suspect| suspect.hold.is_some());
        let is_blocked = known
            .and_then(|suspect| suspect.hold.as_ref())
            .is_some_and(|hold| hold.stamp == Some(stamp) && now < hold.blocked_until);
        // It was refreshed for this endpoint a moment ago, and a token lives longer. One that it has served since is taken for a token
        // that has lived, until the endpoint has spent its budget.
        let is_served = known.is_some_and(|suspect| suspect.served == Some(stamp));
        let is_exempt = is_served && self.budget.room(Some(endpoint), Payers::Itself, now).is_ok();
        let is_again = known.is_some() && !is_exempt && (has_lifetime || age < YOUNG);
        if is_refreshed || is_on_hold {
            self.suspect(endpoint, now);
        }
        let costs = !is_free && (!was_accepted || is_on_hold || is_again);
        // An endpoint that is not on hold is refused no refresh for what others have spent.
        let payers = if is_on_hold { Payers::All } else { Payers::Itself };
        if is_blocked || costs && self.budget.spend(Some(endpoint), payers, stamp, now).is_err() {
            return Admission::Blocked;
        }
        if is_on_hold { Admission::Doubted } else { Admission::Believed }
    }

    /// Takes what a refresh costs that an application asks for, of a rejected token that no server has accepted; or tells when
    /// there is room for it.
    pub(super) fn spend(&mut self, stamp: Stamp, now: Instant) -> Result<(), Instant> {
        self.budget.spend(None, Payers::All, stamp, now)
    }
}

/// When refreshes were started that cost, and by the rejection of which endpoint.
#[derive(Debug, Default)]
struct Budget {
    spent: VecDeque<(Option<EndpointId>, Instant)>,
    /// The token of the last one, which costs once, however often its refresh is tried.
    last: Option<Stamp>,
}

/// Whose refreshes count against the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payers {
    All,
    Itself,
}

impl Budget {
    /// Takes what the refresh of the token with `stamp` costs `endpoint`, or tells when there is room for it.
    fn spend(
        &mut self,
        endpoint: Option<EndpointId>,
        payers: Payers,
        stamp: Stamp,
        now: Instant,
    ) -> Result<(), Instant> {
        if self.last == Some(stamp) {
            return Ok(());
        }
        self.room(endpoint, payers, now)?;
        let (_, longest) = BUDGET[1];
        self.spent.retain(|(_, spent)| now.saturating_duration_since(*spent) < longest);
        self.spent.push_back((endpoint, now));
        self.last = Some(stamp);
        Ok(())
    }

    /// Whether there is room for a refresh, or else when there is.
    fn room(&self, endpoint: Option<EndpointId>, payers: Payers, now: Instant) -> Result<(), Instant> {
        for (limit, within) in BUDGET {
            let mut counted =
                self.spent.iter().rev().filter(|(by, _)| payers == Payers::All || *by == endpoint);
            if let Some((_, oldest)) = counted.nth(limit - 1)
                && now.saturating_duration_since(*oldest) < within
            {
                return Err(*oldest + within);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_in_a_minute_and_twelve_in_ten() {
        let begin = crate::clock::now();
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        let mut budget = Budget::default();
        let mut generation = 0;
        let mut spend = |seconds| {
            generation += 1;
            let stamp = Stamp { epoch: 1, generation };
            let spent = budget.spend(None, Payers::All, stamp, at(seconds));
            if spent.is_ok() {
                let again = budget.spend(None, Payers::All, stamp, at(seconds));
                assert_eq!(again, Ok(()), "the same costs once");
            }
            spent
        };
        for seconds in 0..5 {
            assert_eq!(spend(seconds), Ok(()));
        }
        assert_eq!(spend(5), Err(at(60)), "when the first is a minute ago");
        assert_eq!(spend(60), Ok(()));
        assert_eq!(spend(60), Err(at(61)));
        for seconds in [120, 130, 140, 150, 160, 200] {
            assert_eq!(spend(seconds), Ok(()));
        }
        assert_eq!(spend(300), Err(at(600)), "when the first is ten minutes ago");
        assert_eq!(spend(600), Ok(()));
    }

    const fn stamp(generation: u64) -> Stamp {
        Stamp { epoch: 1, generation }
    }

    /// A refreshed token that has lived for an hour and that some server has accepted.
    fn token(generation: u64) -> Rejected {
        Rejected {
            stamp: stamp(generation),
            is_refreshed: true,
            was_accepted: true,
            age: Duration::from_secs(3600),
            has_lifetime: false,
            is_free: false,
        }
    }

    fn unaccepted(generation: u64) -> Rejected {
        Rejected { was_accepted: false, ..token(generation) }
    }

    #[test]
    fn i35_what_a_rejection_is_worth() {
        use Admission::{Believed, Blocked, Doubted};
        let begin = crate::clock::now();
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        let mut throttle = Throttle::default();
        assert_eq!(throttle.admit("A::a".into(), token(1), begin), Believed);
        throttle.hold("A::a".into(), stamp(2), begin);
        for (endpoint, generation, seconds, expected) in [
            ("A::a", 2, 1, Blocked),
            ("A::b", 2, 1, Believed),
            ("A::a", 3, 2, Doubted),
            ("A::a", 3, 3, Doubted),
            ("A::a", 2, 59, Blocked),
            ("A::a", 2, 60, Doubted),
            ("A::a", 2, 119, Doubted),
            ("A::b", 2, 119, Believed),
            ("A::a", 2, 179, Believed),
        ] {
            let admission = throttle.admit(endpoint.into(), token(generation), at(seconds));
            assert_eq!(admission, expected, "I35: {endpoint} {generation} {seconds}");
        }
    }

    #[test]
    fn i35_an_endpoint_on_hold_that_accepts_a_token_may_reject_it_again_at_a_cost() {
        let now = crate::clock::now();
        let mut throttle = Throttle::default();
        assert_eq!(throttle.watched(Some(stamp(2))), [""; 0]);
        for generation in 2..=6 {
            throttle.hold("A::a".into(), stamp(generation), now);
            assert_eq!(throttle.watched(Some(stamp(generation))), ["A::a"]);
            throttle.accepted("A::b".into(), stamp(generation), false);
            assert_eq!(throttle.watched(Some(stamp(generation))), ["A::a"]);
            throttle.accepted("A::a".into(), stamp(generation), false);
            assert_eq!(throttle.watched(Some(stamp(generation))), [""; 0]);
            assert_eq!(throttle.watched(Some(stamp(generation + 1))), ["A::a"]);
            assert!(throttle.is_on_hold("A::a".into(), now));
            let admission = throttle.admit("A::a".into(), token(generation), now);
            assert_eq!(admission, Admission::Doubted, "I35: {generation}");
        }
        throttle.hold("A::a".into(), stamp(7), now);
        throttle.accepted("A::a".into(), stamp(7), false);
        assert_eq!(throttle.admit("A::a".into(), token(7), now), Admission::Blocked, "I35: the budget");
    }

    #[test]
    fn i35_what_others_have_spent_refuses_no_endpoint_that_is_not_on_hold() {
        let now = crate::clock::now();
        let mut throttle = Throttle::default();
        let endpoints = ["A::a", "A::b", "A::c"];
        for (generation, endpoint) in (1..).zip(endpoints.repeat(5)) {
            let admission = throttle.admit(endpoint.into(), unaccepted(generation), now);
            assert_eq!(admission, Admission::Believed, "I35: {generation}");
        }
        for endpoint in endpoints {
            assert_eq!(
                throttle.admit(endpoint.into(), unaccepted(20), now),
                Admission::Blocked,
                "I18: its own"
            );
            assert_eq!(throttle.admit(endpoint.into(), token(20), now), Admission::Believed);
        }
        assert_eq!(throttle.admit("A::d".into(), unaccepted(21), now), Admission::Believed, "I35");
        throttle.hold("A::d".into(), stamp(22), now);
        assert_eq!(throttle.admit("A::d".into(), token(23), now), Admission::Blocked, "I18");
        assert!(throttle.spend(stamp(22), now).is_err(), "I18");
    }

    /// Whose replays are accepted, so that it is never on hold.
    #[test]
    fn i35_an_endpoint_that_rejects_each_token_once_pays_unless_its_tokens_have_lived() {
        use Admission::{Believed, Blocked};
        let young = |generation| Rejected { age: Duration::from_secs(9), ..token(generation) };
        let old = |generation| Rejected { age: Duration::from_secs(10), ..token(generation) };
        let told = |generation| Rejected { has_lifetime: true, ..token(generation) };
        for (name, rejected, is_served, last) in [
            ("young", young as fn(u64) -> Rejected, false, Blocked),
            ("old", old, false, Believed),
            ("with a lifetime", told, false, Blocked),
            ("young, and served before", young, true, Believed),
            ("with a lifetime, and served before", told, true, Believed),
        ] {
            let now = crate::clock::now();
            let mut throttle = Throttle::default();
            let mut admit = |generation, token: Rejected| {
                throttle.accepted("A::a".into(), stamp(generation), true);
                if is_served {
                    throttle.accepted("A::a".into(), stamp(generation), false);
                }
                throttle.admit("A::a".into(), token, now)
            };
            for generation in 1..=6 {
                assert_eq!(admit(generation, rejected(generation)), Believed, "I35: {name}: {generation}");
            }
            assert_eq!(admit(7, rejected(7)), last, "I35: {name}");
            if last == Blocked {
                throttle.accepted("A::a".into(), stamp(8), false);
                assert_eq!(
                    throttle.admit("A::a".into(), rejected(8), now),
                    Blocked,
                    "I35: {name}: it has paid before"
                );
            }
            let mut admit = |generation, token: Rejected| {
                throttle.admit("A::a".into(), Rejected { stamp: stamp(generation), ..token }, now)
            };
            let free = Rejected { is_free: true, ..rejected(8) };
            assert_eq!(admit(8, free), Believed, "I35: {name}: a refresh is under way");
        }
    }

    #[test]
    fn endpoints_are_forgotten_after_a_minute() {
        let now = crate::clock::now();
        let mut throttle = Throttle::default();
        throttle.hold("A::a".into(), stamp(1), now);
        throttle.hold("A::b".into(), stamp(1), now + Duration::from_secs(1));
        throttle.hold("A::a".into(), stamp(2), now + Duration::from_secs(2));
        assert_eq!(throttle.suspects.len(), 2);
        throttle.hold("A::c".into(), stamp(1), now + Duration::from_secs(1) + MEMORY);
        let left: Vec<_> = throttle.suspects.iter().map(|suspect| suspect.endpoint).collect();
        assert_eq!(left, ["A::a", "A::c"]);
    }
}
