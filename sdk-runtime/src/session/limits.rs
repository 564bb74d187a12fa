//! What keeps one endpoint that refuses every token, or a server that hands out tokens nobody takes, from making a session renew
//! without end.

use std::collections::VecDeque;
use std::time::Duration;

use super::snapshot::Stamp;
use crate::clock::Instant;

/// How long an endpoint that refused a fresh token is not believed about it.
const HOLD: Duration = Duration::from_secs(60);
/// So many renewals of tokens that no server had taken, within so long.
const BUDGET: [(usize, Duration); 2] = [(5, Duration::from_secs(60)), (12, Duration::from_secs(600))];

/// The endpoints that refused a token which had just been renewed for them.
#[derive(Debug, Default)]
pub(super) struct Holds(Vec<Hold>);

#[derive(Debug)]
struct Hold {
    endpoint: &'static str,
    /// The token it refused. One that was renewed for somebody else may be another matter.
    stamp: Stamp,
    until: Instant,
}

impl Holds {
    pub(super) fn add(&mut self, endpoint: &'static str, stamp: Stamp, now: Instant) {
        self.0.retain(|hold| hold.endpoint != endpoint && now < hold.until);
        self.0.push(Hold { endpoint, stamp, until: now + HOLD });
    }

    /// Whether a refusal of the token with `stamp` by `endpoint` says nothing about the token.
    pub(super) fn has(&self, endpoint: &'static str, stamp: Stamp, now: Instant) -> bool {
        self.0.iter().any(|hold| hold.endpoint == endpoint && hold.stamp == stamp && now < hold.until)
    }

    pub(super) fn release(&mut self, endpoint: &'static str) {
        self.0.retain(|hold| hold.endpoint != endpoint);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// When tokens were refused that no server had taken.
#[derive(Debug, Default)]
pub(super) struct Budget {
    spent: VecDeque<Instant>,
    /// The last one, which costs once, however often its renewal is tried.
    last: Option<Stamp>,
}

impl Budget {
    /// Takes what the renewal of the token with `stamp` costs, or says when there is that much again.
    pub(super) fn spend(&mut self, stamp: Stamp, now: Instant) -> Result<(), Instant> {
        if self.last == Some(stamp) {
            return Ok(());
        }
        let (_, longest) = BUDGET[1];
        self.spent.retain(|spent| now.saturating_duration_since(*spent) < longest);
        for (limit, within) in BUDGET {
            if let Some(oldest) = self.spent.iter().rev().nth(limit - 1)
                && now.saturating_duration_since(*oldest) < within
            {
                return Err(*oldest + within);
            }
        }
        self.spent.push_back(now);
        self.last = Some(stamp);
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
            let spent = budget.spend(stamp, at(seconds));
            if spent.is_ok() {
                assert_eq!(budget.spend(stamp, at(seconds)), Ok(()), "the same costs once");
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

    #[test]
    fn a_hold_is_for_one_endpoint_and_one_token_and_a_minute() {
        let now = crate::clock::now();
        let (one, two) = (Stamp { epoch: 1, generation: 1 }, Stamp { epoch: 1, generation: 2 });
        let mut holds = Holds::default();
        holds.add("A::a", one, now);
        assert!(holds.has("A::a", one, now));
        assert!(!holds.has("A::b", one, now));
        assert!(!holds.has("A::a", two, now));
        assert!(!holds.has("A::a", one, now + HOLD));
        assert!(!holds.is_empty());
        holds.release("A::b");
        assert!(holds.has("A::a", one, now));
        holds.release("A::a");
        assert!(holds.is_empty());
    }

    #[test]
    fn one_hold_replaces_that_of_the_same_endpoint_and_those_that_are_over() {
        let now = crate::clock::now();
        let (one, two) = (Stamp { epoch: 1, generation: 1 }, Stamp { epoch: 1, generation: 2 });
        let mut holds = Holds::default();
        holds.add("A::a", one, now);
        holds.add("A::b", one, now + Duration::from_secs(1));
        holds.add("A::a", two, now + Duration::from_secs(2));
        assert!(!holds.has("A::a", one, now) && holds.has("A::a", two, now) && holds.has("A::b", one, now));
        holds.add("A::c", one, now + Duration::from_secs(1) + HOLD);
        assert_eq!(holds.0.iter().map(|hold| hold.endpoint).collect::<Vec<_>>(), ["A::a", "A::c"]);
    }
}
