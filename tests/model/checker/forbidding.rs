//! Endpoints that reject every token: what they cost others, and how many refreshes they cause.

use std::collections::{BTreeMap, BTreeSet};

use sdk_runtime::error::ExpiredReason;

use super::holds::BUDGET;
use super::{Checked, Facts, Judged, endpoint};
use crate::history::{Came, Doing, Entry, Event, Op, Outcome, Process, Token, What};

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
        let takes_it = matches!(deed.doing, Doing::Call | Doing::Maybe | Doing::Last | Doing::Issue(1));
        let (Some((at, outcome, after)), (true, true)) = (deed.end, deed.is_live) else { continue };
        let access = |seen: &crate::history::Seen| seen.signed().and_then(|signed| signed.access);
        let Some(access) = access(deed.before).filter(|it| access(after) == Some(*it)) else { continue };
        let has_rejected = || {
            let judged = facts.judged.get(&(deed.process, access)).into_iter().flatten();
            let mut rejected = judged.into_iter().filter(|it| it.at <= at);
            rejected.any(|it| endpoints(deed.doing).contains(&it.endpoint))
        };
        let is_given_up = match outcome {
            Outcome::Expired(ExpiredReason::EndpointRejects | ExpiredReason::ReplayRejected) => true,
            Outcome::Expired(reason) => *reason != ExpiredReason::LoginOver && !has_rejected(),
            Outcome::Unavailable(..) => facts.has_not_lapsed(access, at) && !has_rejected(),
            _ => false,
        };
        if takes_it && is_given_up {
            let is_replaced = matches!(outcome, Outcome::Unavailable(..));
            let why = if is_replaced { "while its refresh fails" } else { "for what others answered" };
            return Err(format!(
                "I34: {op} fails at {at} {why} with {outcome:?}, and the server takes a{access}"
            ));
        }
    }
    Ok(())
}

/// Those that a call may be sent to.
fn endpoints(doing: Doing) -> &'static [&'static str] {
    match doing {
        Doing::Maybe => &["GET /maybe"],
        Doing::Issue(_) => &["GET /issues"],
        _ => &["GET /mine", "PUT /mine"],
    }
}

/// I34, I17: a login whose refresh was refused goes on with a token that works, although an endpoint rejects
/// replays.
fn ended(facts: &Facts<'_>) -> Checked {
    let mut current: BTreeMap<Process, (Token, u64)> = BTreeMap::new();
    let mut refused: BTreeMap<Process, u64> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Refreshed { process, came: Came::Refused, .. } => drop(refused.insert(*process, *at)),
            What::Told { process, event: Event::SignedIn(signed) | Event::Refreshed(signed) } => {
                current.extend(signed.access.map(|access| (*process, (access, *at))));
            }
            What::Told { process, event: Event::Expired(reason) } => {
                let Some((access, since)) = current.get(process) else { continue };
                let judged = facts.judged.get(&(*process, *access)).into_iter().flatten();
                let mut judged = judged.filter(|it| it.at <= *at);
                let is_refused = !matches!(reason, ExpiredReason::LoginOver | ExpiredReason::NoRefreshToken);
                let is_good = facts.has_not_lapsed(*access, *at)
                    // What was rejected before could not be replaced.
                    && judged.all(|it| {
                        let is_doomed = refused.get(process).is_some_and(|since| *since < it.at);
                        is_doomed && facts.is_on_hold(*process, it)
                    });
                let works = *reason != ExpiredReason::LoginOver
                    && facts.works_elsewhere(*process, *access, *since, *at);
                if is_refused && is_good || works {
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

/// I35: of refreshes that an endpoint on hold causes there are five in a minute and twelve in ten, those
/// counted that any endpoint has caused by a rejection that costs; of those that any other causes as many,
/// its own counted.
fn bounded(facts: &Facts<'_>) -> Checked {
    let mut tried: BTreeSet<(Process, Token)> = BTreeSet::new();
    let mut costs: BTreeMap<(Process, u64), Vec<&Judged<'_>>> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        let What::Refresh { process, seen, .. } = what else { continue };
        let Some((signed, access)) = seen.signed().and_then(|it| Some((it, it.access?))) else { continue };
        if !tried.insert((*process, access)) {
            continue;
        }
        let Some(cause) = cause(facts, *process, access, *at) else { continue };
        let before = costs.entry((*process, signed.epoch)).or_default();
        let is_on_hold = facts.is_on_hold(*process, cause);
        for (most, within) in BUDGET {
            let counted = before.iter().filter(|it| is_on_hold || it.endpoint == cause.endpoint);
            let count = 1 + counted.filter(|it| cause.at < it.at + within).count();
            if count > most {
                return Err(format!(
                    "I35: process {process} refreshes a{access} at {at} for {}, for the {count}th time in \
                     {within} ms",
                    cause.endpoint
                ));
            }
        }
        before.push(cause);
    }
    Ok(())
}

/// The rejection without which `process` would not have refreshed `access` at `now`, where it costs without
/// fail.
fn cause<'f>(facts: &'f Facts<'_>, process: Process, access: Token, now: u64) -> Option<&'f Judged<'f>> {
    // In the latter half of its life it may be refreshed for its age.
    let is_old = facts.issues[&access].told.is_some_and(|told| facts.oldest(access, now) + 2 >= told / 2);
    // What is asked for has a bound of its own, and a rejection that joins it costs nothing.
    let is_asked = |at: u64| facts.asked(process).any(|(begin, end)| begin <= at && at <= end);
    let judged = facts.judged.get(&(process, access)).into_iter().flatten();
    let may_cost = |it: &&Judged<'_>| !it.is_late && !was_refused(facts, it.op) && !is_asked(it.at);
    let cause = judged.into_iter().find(|it| it.at <= now && may_cost(it))?;
    let (published, _) = facts.published.get(&(process, access))?;
    // An attempt before it, by which the session may have taken the token as rejected for nothing.
    let mut failing = facts.failing.get(&process).into_iter().flatten();
    let was_tried = failing.any(|(at, _)| *published <= *at && *at <= cause.at);
    (!is_old && !is_asked(now) && !was_tried && facts.costs(process, cause)).then_some(cause)
}

/// Whether the call `op` got no refresh for a rejection.
pub(super) fn was_refused(facts: &Facts<'_>, op: Op) -> bool {
    let refused = &Outcome::Expired(ExpiredReason::EndpointRejects);
    facts.ops[&op].end.is_some_and(|(_, outcome, _)| outcome == refused)
}

/// I35: an endpoint that is not on hold is refused no refresh for what others have spent; and one that is on
/// hold for what it rejected when that had just been refreshed, or for what all have spent.
fn not_on_hold(facts: &Facts<'_>) -> Checked {
    for (op, deed) in facts.ops.iter().filter(|(_, deed)| deed.doing.is_call()) {
        let Some((at, outcome, after)) = deed.end else { continue };
        if matches!(outcome, Outcome::Unavailable(cause, _) if cause == "Storm") {
            return Err(format!("I35: {op} fails at {at} with what only an application is told that asks"));
        }
        if !was_refused(facts, *op) {
            continue;
        }
        let (Some((_, line)), Some((access, _))) = (facts.requests.get(op), facts.signed.get(op)) else {
            return Err(format!("I35: {op} is refused a refresh at {at}, and was not sent"));
        };
        let (process, endpoint) = (deed.process, endpoint(line));
        let is_right = if facts.may_be_on_hold(process, endpoint, at, *op) {
            // There is nothing left to refresh with.
            let is_doomed = facts.refused.get(&process).is_some_and(|since| *since <= at)
                || after.signed().is_some_and(|signed| signed.refresh.is_none());
            is_doomed
                || facts.may_be_blocked(process, endpoint, *access, at)
                || facts.may_be_spent(process, None, *access, at)
        } else {
            facts.may_be_spent(process, Some(endpoint), *access, at)
        };
        if !is_right {
            return Err(format!("I35: {op} is refused a refresh of a{access} at {at}, and nothing says why"));
        }
    }
    Ok(())
}
