//! What a history says of endpoints on hold and of the budget: what is so without fail, and what can be. A
//! session is told of a rejection at the moment in which it is written down.

use std::collections::BTreeSet;

use sdk_runtime::error::ExpiredReason;

use super::{Facts, Judged};
use crate::history::{Op, Outcome, Process, Token};

/// Milliseconds for which an endpoint is on hold that has rejected a token which had just been refreshed for
/// it.
const HOLD: u64 = 60_000;
/// So many refreshes that cost, within so many milliseconds.
pub(super) const BUDGET: [(usize, u64); 2] = [(5, 60_000), (12, 600_000)];

impl<'a> Facts<'a> {
    /// What `endpoint` has rejected in `process` up to `now`, in order.
    fn rejected_by(&self, process: Process, endpoint: &str, now: u64) -> impl Iterator<Item = &Judged<'a>> {
        // A borrow of the key as long as the map's own.
        let by = self.rejections.range((process, "")..).take_while(move |((by, _), _)| *by == process);
        let judged = by.filter(move |((_, its), _)| *its == endpoint).flat_map(|(_, judged)| judged);
        judged.take_while(move |it| it.at <= now)
    }

    /// Whether `endpoint` can be on hold in `process` at `now`, apart from what it said to `op`: it rejected
    /// a replay in the minute before, or anything else while it could be on hold.
    pub(super) fn may_be_on_hold(&self, process: Process, endpoint: &str, now: u64, op: Op) -> bool {
        let mut until = None;
        for it in self.rejected_by(process, endpoint, now).filter(|it| it.op != op) {
            if it.is_replay || until.is_some_and(|until| it.at <= until) {
                until = Some(it.at + HOLD);
            }
        }
        until.is_some_and(|until| now <= until)
    }

    /// Whether the endpoint of `judged` is on hold without fail when it rejects that: of the same login it
    /// rejected a replay in the minute before, or another token while it was on hold.
    pub(super) fn is_on_hold(&self, process: Process, judged: &Judged<'_>) -> bool {
        let mut until = None;
        for it in self.rejected_by(process, judged.endpoint, judged.at).filter(|it| it.at < judged.at) {
            if it.is_late || it.is_over || it.epoch != judged.epoch {
                continue;
            }
            if self.is_held_by(it) || !it.is_replay && until.is_some_and(|until| it.at < until) {
                until = Some(it.at + HOLD);
            }
        }
        until.is_some_and(|until| judged.at < until)
    }

    /// Whether `judged` has put its endpoint on hold without fail.
    fn is_held_by(&self, judged: &Judged<'_>) -> bool {
        let rejected = &Outcome::Expired(ExpiredReason::ReplayRejected);
        let end = self.ops[&judged.op].end;
        judged.is_replay && end.is_some_and(|(at, outcome, _)| outcome == rejected && at == judged.at)
    }

    /// Whether `endpoint` can still hold against `access` that it rejected it, just refreshed, in the minute
    /// before `now`.
    pub(super) fn may_be_blocked(&self, process: Process, endpoint: &str, access: Token, now: u64) -> bool {
        let served = self.served.range((process, access, "")..=(process, access, "~"));
        let its = served.filter(|((.., its), _)| *its == endpoint).flat_map(|(_, times)| times);
        let served: Vec<u64> = its.copied().filter(|at| *at < now).collect();
        let mut rejected = self.rejected_by(process, endpoint, now);
        rejected.any(|it| {
            it.is_replay && it.access == access && now <= it.at + HOLD && !served.iter().any(|at| it.at < *at)
        })
    }

    /// Whether the rejection `judged` can have cost.
    fn may_cost(&self, process: Process, judged: &Judged<'_>) -> bool {
        let Judged { at, op, access, endpoint, .. } = *judged;
        if judged.is_replay || judged.is_late {
            return false;
        }
        let is_unaccepted = self.accepted.get(&(process, access)).is_none_or(|since| *since >= at);
        is_unaccepted || self.may_be_on_hold(process, endpoint, at, op)
    }

    /// Whether the rejection `judged`, which causes a refresh, costs without fail.
    pub(super) fn costs(&self, process: Process, judged: &Judged<'_>) -> bool {
        let Judged { at, access, .. } = *judged;
        if judged.is_replay || judged.is_late || judged.is_over {
            return false;
        }
        let is_unaccepted = self.accepted.get(&(process, access)).is_none_or(|since| *since > at);
        is_unaccepted || self.is_on_hold(process, judged)
    }

    /// Whether the budget can be spent when `op` is refused the refresh of `access` at `now`: as far as
    /// `endpoint` has spent it, or as far as any has and the application.
    pub(super) fn may_be_spent(
        &self,
        process: Process,
        endpoint: Option<&str>,
        access: Token,
        now: u64,
    ) -> bool {
        let by = self.rejections.range((process, "")..).take_while(|((by, _), _)| *by == process);
        let by = by.filter(|((_, its), _)| endpoint.is_none_or(|endpoint| *its == endpoint));
        let rejected: Vec<&Judged<'_>> = by
            .flat_map(|(_, judged)| judged)
            .filter(|it| it.at <= now && it.access != access && self.may_cost(process, it))
            .collect();
        let asked = || self.deeds(process).filter(|deed| deed.doing == crate::history::Doing::Refresh);
        BUDGET.iter().any(|(most, within)| {
            let tokens: BTreeSet<Token> =
                rejected.iter().filter(|it| now < it.at + within).map(|it| it.access).collect();
            let asked = match endpoint {
                Some(_) => 0,
                None => asked().filter(|deed| deed.begin <= now && now < deed.begin + within).count(),
            };
            tokens.len() + asked >= *most
        })
    }
}
