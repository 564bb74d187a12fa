//! Bounds on the refreshes that rejections cause: endpoints that forbid with a 401, and servers whose
//! tokens no server accepts.
//!
//! - **I18** No refresh exceeds the budget.
//! - **I35** For every mix of endpoints, arguments and answers, the refreshes that rejections cause are
//!   bounded.

use std::collections::VecDeque;
use std::time::Duration;

use super::snapshot::{EndpointId, Version};
use crate::runtime::Instant;

/// How long an endpoint is on hold after its last rejection.
const HOLD: Duration = Duration::from_secs(60);
/// The budgets: how many refreshes that cost, within which time.
const BUDGET: [(usize, Duration); 2] = [(5, Duration::from_secs(60)), (12, Duration::from_secs(600))];

/// A token that an endpoint has rejected, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rejected {
    pub(super) version: Version,
    /// Whether any server has accepted it.
    pub(super) was_accepted: bool,
    /// Whether a refresh of it is in progress already.
    pub(super) is_free: bool,
}

/// The decision about the rejection of a token by an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// The token is to be replaced: nothing says that this endpoint forbids.
    Believed,
    /// The endpoint is on hold. A refresh may help its call, and other endpoints use the token meanwhile.
    Doubted,
    /// Its call gets no refresh: the endpoint is on hold, or the budget is spent.
    Blocked,
}

/// The endpoints on hold, and what rejections have cost.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    holds: Vec<Hold>,
    /// `None` before anything is spent.
    budget: Option<Box<Budget>>,
}

/// An endpoint on hold: it rejected a token that had just been refreshed for it.
#[derive(Debug)]
struct Hold {
    endpoint: EndpointId,
    /// The token for which no refresh starts until `blocked_until`. `None` once the endpoint has accepted
    /// one.
    version: Option<Version>,
    blocked_until: Instant,
    /// Grows with each further rejection. Until then a rejection by this endpoint costs, for every token.
    until: Instant,
}

impl Throttle {
    /// Puts `endpoint` on hold: it rejected the token with `version`, which had just been refreshed.
    pub(super) fn hold(&mut self, endpoint: EndpointId, version: Version, now: Instant) {
        self.holds.retain(|hold| hold.endpoint != endpoint && now < hold.until);
        let until = now + HOLD;
        self.holds.push(Hold { endpoint, version: Some(version), blocked_until: until, until });
    }

    /// Records that the token `new` has replaced `old` without a refresh: it counts as the same.
    pub(super) fn rotated(&mut self, old: Version, new: Version) {
        for hold in self.holds.iter_mut().filter(|hold| hold.version == Some(old)) {
            hold.version = Some(new);
        }
        if let Some(budget) = self.budget.as_mut().filter(|budget| budget.last == Some(old)) {
            budget.last = Some(new);
        }
    }

    /// Records that `endpoint` has accepted a token. Its next rejection may cause a refresh, and costs.
    pub(super) fn accepted(&mut self, endpoint: EndpointId) {
        for hold in self.holds.iter_mut().filter(|hold| hold.endpoint == endpoint) {
            hold.version = None;
        }
    }

    /// Returns the endpoints on hold, whose acceptance is to be recorded.
    pub(super) fn watched(&self) -> Vec<EndpointId> {
        self.holds.iter().filter(|hold| hold.version.is_some()).map(|hold| hold.endpoint).collect()
    }

    /// Whether `endpoint` is on hold.
    pub(super) fn is_on_hold(&self, endpoint: EndpointId, now: Instant) -> bool {
        self.holds.iter().any(|hold| hold.endpoint == endpoint && now < hold.until)
    }

    /// Decides about a rejection of `token` by `endpoint`, and charges the refresh that it causes.
    pub(super) fn admit(&mut self, endpoint: EndpointId, token: Rejected, now: Instant) -> Admission {
        let Rejected { version, was_accepted, is_free } = token;
        let hold = self.holds.iter_mut().find(|hold| hold.endpoint == endpoint && now < hold.until);
        let is_on_hold = hold.is_some();
        let mut is_blocked = false;
        if let Some(hold) = hold {
            is_blocked = hold.version == Some(version) && now < hold.blocked_until;
            hold.until = now + HOLD;
        }
        let costs = !is_free && (is_on_hold || !was_accepted);
        // An endpoint that is not on hold gets its refresh, even if others have spent the budget.
        let payers = if is_on_hold { Payers::All } else { Payers::Itself };
        if is_blocked || costs && self.budget().spend(Some(endpoint), payers, version, now).is_err() {
            return Admission::Blocked;
        }
        if is_on_hold { Admission::Doubted } else { Admission::Believed }
    }

    /// Charges a refresh that an application asks for, of a rejected token that no server has accepted.
    /// Otherwise tells when there is room for it.
    pub(super) fn spend(&mut self, version: Version, now: Instant) -> Result<(), Instant> {
        self.budget().spend(None, Payers::All, version, now)
    }

    fn budget(&mut self) -> &mut Budget {
        self.budget.get_or_insert_default()
    }
}

/// When refreshes that cost were started, and which endpoint's rejection caused each.
#[derive(Debug, Default)]
struct Budget {
    spent: VecDeque<(Option<EndpointId>, Instant)>,
    /// The token of the last one, which costs once, however often its refresh is tried.
    last: Option<Version>,
}

/// Whose refreshes count against the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payers {
    All,
    Itself,
}

impl Budget {
    /// Charges `endpoint` for the refresh of the token with `version`, or tells when there is room for it.
    fn spend(
        &mut self,
        endpoint: Option<EndpointId>,
        payers: Payers,
        version: Version,
        now: Instant,
    ) -> Result<(), Instant> {
        if self.last == Some(version) {
            return Ok(());
        }
        let (_, longest) = BUDGET[1];
        self.spent.retain(|(_, spent)| now.saturating_duration_since(*spent) < longest);
        for (limit, within) in BUDGET {
            let mut counted =
                self.spent.iter().rev().filter(|(by, _)| payers == Payers::All || *by == endpoint);
            if let Some((_, oldest)) = counted.nth(limit - 1)
                && now.saturating_duration_since(*oldest) < within
            {
                return Err(*oldest + within);
            }
        }
        self.spent.push_back((endpoint, now));
        self.last = Some(version);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_in_a_minute_and_twelve_in_ten() {
        let begin = crate::runtime::now();
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        let mut budget = Budget::default();
        let mut generation = 0;
        let mut spend = |seconds| {
            generation += 1;
            let version = Version { epoch: 1, generation };
            let spent = budget.spend(None, Payers::All, version, at(seconds));
            if spent.is_ok() {
                let again = budget.spend(None, Payers::All, version, at(seconds));
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

    const fn version(generation: u64) -> Version {
        Version { epoch: 1, generation }
    }

    /// A token that some server has accepted.
    fn token(generation: u64) -> Rejected {
        Rejected { version: version(generation), was_accepted: true, is_free: false }
    }

    fn unaccepted(generation: u64) -> Rejected {
        Rejected { was_accepted: false, ..token(generation) }
    }

    #[test]
    fn i35_what_a_rejection_is_worth() {
        use Admission::{Believed, Blocked, Doubted};
        let begin = crate::runtime::now();
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        let mut throttle = Throttle::default();
        assert_eq!(throttle.admit("A::a".into(), token(1), begin), Believed);
        throttle.hold("A::a".into(), version(2), begin);
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
        let now = crate::runtime::now();
        let mut throttle = Throttle::default();
        assert_eq!(throttle.watched(), [""; 0]);
        for generation in 2..=6 {
            throttle.hold("A::a".into(), version(generation), now);
            assert_eq!(throttle.watched(), ["A::a"]);
            throttle.accepted("A::b".into());
            assert_eq!(throttle.watched(), ["A::a"]);
            throttle.accepted("A::a".into());
            assert_eq!(throttle.watched(), [""; 0]);
            assert!(throttle.is_on_hold("A::a".into(), now));
            let admission = throttle.admit("A::a".into(), token(generation), now);
            assert_eq!(admission, Admission::Doubted, "I35: {generation}");
        }
        throttle.hold("A::a".into(), version(7), now);
        throttle.accepted("A::a".into());
        assert_eq!(throttle.admit("A::a".into(), token(7), now), Admission::Blocked, "I35: the budget");
        let free = Rejected { is_free: true, ..token(8) };
        assert_eq!(throttle.admit("A::a".into(), free, now), Admission::Doubted, "a refresh is in progress");
    }

    #[test]
    fn i35_the_spent_budget_of_others_stops_no_endpoint_that_is_not_on_hold() {
        let now = crate::runtime::now();
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
        throttle.hold("A::d".into(), version(22), now);
        assert_eq!(throttle.admit("A::d".into(), token(23), now), Admission::Blocked, "I18");
        assert!(throttle.spend(version(22), now).is_err(), "I18");
    }

    #[test]
    fn endpoints_are_forgotten_after_a_minute() {
        let now = crate::runtime::now();
        let mut throttle = Throttle::default();
        throttle.hold("A::a".into(), version(1), now);
        throttle.hold("A::b".into(), version(1), now + Duration::from_secs(1));
        throttle.hold("A::a".into(), version(2), now + Duration::from_secs(2));
        assert_eq!(throttle.holds.len(), 2);
        throttle.hold("A::c".into(), version(1), now + Duration::from_secs(1) + HOLD);
        let left: Vec<_> = throttle.holds.iter().map(|hold| hold.endpoint).collect();
        assert_eq!(left, ["A::a", "A::c"]);
    }
    #[test]
    fn a_hold_is_of_one_endpoint_and_ends_at_its_very_moment() {
        let now = crate::runtime::now();
        let mut throttle = Throttle::default();
        throttle.hold("A::a".into(), version(1), now);
        let moment = Duration::from_nanos(1);
        for (endpoint, after, is_on_hold) in [
            ("A::a", Duration::ZERO, true),
            ("A::a", HOLD - moment, true),
            ("A::a", HOLD, false),
            ("A::b", Duration::ZERO, false),
            ("A::b", HOLD, false),
        ] {
            assert_eq!(throttle.is_on_hold(endpoint.into(), now + after), is_on_hold, "{endpoint} {after:?}");
        }
    }
}
