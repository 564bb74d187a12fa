//! Endpoints that reject every token: what they cost others, and how many refreshes they cause.

use std::collections::{BTreeMap, BTreeSet};

use sdk_runtime::ExpiredReason;

use super::{Checked, Facts, endpoint};
use crate::history::{Came, Doing, Entry, Event, Op, Outcome, Process, Token, What};

/// So many refreshes that cost, within so many milliseconds.
const BUDGET: [(usize, u64); 2] = [(5, 60_000), (12, 600_000)];

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    given_up(facts)?;
    ended(facts)?;
    bounded(facts)?;
    not_on_hold(facts)
}

/// I34: a call whose endpoint takes the token at hand does not fail for what others have answered.
fn given_up(facts: &Facts<'_>) -> Checked {
    if facts.world.forbids_all {
        return Ok(());
    }
    for (op, deed) in &facts.ops {
        let takes_it = match deed.end {
            // Whether a refresh helps an endpoint that rejects the token of other calls, nobody knows.
            Some((_, Outcome::Unavailable(..), _)) => {
                matches!(deed.doing, Doing::Call | Doing::Maybe | Doing::Last)
            }
            _ => matches!(deed.doing, Doing::Call | Doing::Maybe | Doing::Last | Doing::Issue(1)),
        };
        let (Some((at, outcome, after)), (true, true)) = (deed.end, deed.is_live) else { continue };
        let access = |seen: &crate::history::Seen| seen.signed().and_then(|signed| signed.access);
        let Some(access) = access(deed.before).filter(|it| access(after) == Some(*it)) else { continue };
        let is_given_up = match outcome {
            Outcome::Expired(reason) => {
                matches!(reason, ExpiredReason::EndpointRejects | ExpiredReason::ReplayRejected)
            }
            Outcome::Unavailable(cause, _) if cause == "Storm" => true,
            // Where it was never accepted, nobody can know that it would be.
            Outcome::Unavailable(..) => {
                let accepted = facts.accepted.get(&(deed.process, access));
                facts.has_not_lapsed(access, at) && accepted.is_some_and(|since| *since < deed.begin)
            }
            _ => false,
        };
        if takes_it && is_given_up {
            let is_replaced = matches!(outcome, Outcome::Unavailable(cause, _) if cause != "Storm");
            let why = if is_replaced { "while its refresh fails" } else { "for what others answered" };
            return Err(format!(
                "I34: {op} fails at {at} {why} with {outcome:?}, and the server takes a{access}"
            ));
        }
    }
    Ok(())
}

/// I34, I17: a login whose refresh was refused goes on with a token that works, whatever an endpoint says that rejects replays.
fn ended(facts: &Facts<'_>) -> Checked {
    let mut current: BTreeMap<Process, Token> = BTreeMap::new();
    let mut refused: BTreeMap<Process, u64> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Renewed { process, came: Came::Refused, .. } => drop(refused.insert(*process, *at)),
            What::Told { process, event: Event::SignedIn(signed) | Event::Refreshed(signed) } => {
                current.extend(signed.access.map(|access| (*process, access)));
            }
            What::Told { process, event: Event::Expired(reason) } => {
                let Some(access) = current.get(process) else { continue };
                let judged = facts.judged.get(&(*process, *access)).into_iter().flatten();
                let mut judged = judged.filter(|it| it.at <= *at);
                let is_refused = !matches!(reason, ExpiredReason::LoginOver | ExpiredReason::NoRefreshToken);
                let is_good = facts.has_not_lapsed(*access, *at)
                    // What was rejected before could not be replaced.
                    && judged.all(|it| {
                        let is_doomed = refused.get(process).is_some_and(|since| *since < it.at);
                        is_doomed && facts.forbids(*process, *access, it)
                    });
                if is_refused && is_good {
                    return Err(format!(
                        "I34: the login of {process} ends at {at} for {reason:?}, and a{access} is still good"
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// I35: of refreshes whose token was rejected by none but endpoints on hold there are five in a minute and twelve in ten, those
/// counted too that were for a token which no server had accepted.
fn bounded(facts: &Facts<'_>) -> Checked {
    let mut counted: BTreeSet<(Process, Token)> = BTreeSet::new();
    // When the refreshes of a process were begun that cost.
    let mut costs: BTreeMap<(Process, u64), Vec<u64>> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        let What::Renewal { process, seen, .. } = what else { continue };
        let Some(signed) = seen.signed() else { continue };
        let Some(access) = signed.access else { continue };
        let judged = facts.judged.get(&(*process, access)).into_iter().flatten();
        let mut judged =
            judged.filter(|it| it.at <= *at && !it.is_late && !was_refused(facts, it.op)).peekable();
        // In the latter half of its life it may be refreshed for its age.
        let is_old = facts.issues[&access].told.is_some_and(|told| facts.oldest(access, *at) + 2 >= told / 2);
        let is_rejected = judged.peek().is_some() && !is_old;
        // What is asked for has a bound of its own.
        let is_asked = facts.deeds(*process).any(|deed| {
            let goes_on = deed.end.is_none_or(|(end, outcome, _)| *at <= end || *outcome == Outcome::Left);
            deed.doing == Doing::Refresh && deed.begin <= *at && goes_on
        });
        if !is_rejected || is_asked || !counted.insert((*process, access)) {
            continue;
        }
        let of_holds = judged.all(|it| facts.is_on_hold(*process, access, it));
        let accepted = facts.accepted.get(&(*process, access));
        if !of_holds && accepted.is_some_and(|since| since <= at) {
            continue;
        }
        let costs = costs.entry((*process, signed.epoch)).or_default();
        costs.push(*at);
        for (most, within) in BUDGET {
            let count = costs.iter().filter(|since| *since + within > *at).count();
            // What the first of them cost may have been spent before the time in question.
            if of_holds && count > most + 1 {
                return Err(format!(
                    "I35: process {process} refreshes at {at} for the {count}th time in {within} ms what endpoints reject"
                ));
            }
        }
    }
    Ok(())
}

/// Whether the call `op` got no refresh.
fn was_refused(facts: &Facts<'_>, op: Op) -> bool {
    let refused = &Outcome::Expired(ExpiredReason::EndpointRejects);
    facts.ops[&op].end.is_some_and(|(_, outcome, _)| outcome == refused)
}

/// I35: an endpoint that is not on hold is not refused a refresh.
fn not_on_hold(facts: &Facts<'_>) -> Checked {
    for (op, deed) in facts.ops.iter().filter(|(_, deed)| deed.doing.is_call()) {
        let Some((at, outcome, _)) = deed.end else { continue };
        let Some((_, line)) = facts.requests.get(op) else { continue };
        let is_refused = match outcome {
            Outcome::Expired(reason) => *reason == ExpiredReason::EndpointRejects,
            Outcome::Unavailable(cause, _) => cause == "Storm",
            _ => false,
        };
        if is_refused && !facts.may_be_on_hold(deed.process, endpoint(line), at, *op) {
            return Err(format!(
                "I35: {op} is refused a refresh at {at} with {outcome:?}, and {} is not on hold",
                endpoint(line)
            ));
        }
    }
    Ok(())
}
