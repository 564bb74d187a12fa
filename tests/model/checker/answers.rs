//! What callers are told: something, what the others are told, and nothing worse than what is so.

use std::collections::{BTreeMap, BTreeSet};

use sdk_runtime::error::ExpiredReason;

use super::{Checked, Deed, Facts, endpoint};
use crate::history::{Doing, Entry, Event, Op, Outcome, Process, Seen, Token, What};

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    every_call(facts)?;
    at_last(facts)?;
    failures(facts)
}

/// I6, and I12 of answers.
fn every_call(facts: &Facts<'_>) -> Checked {
    for (op, deed) in &facts.ops {
        let Some((at, outcome, _)) = deed.end else {
            if facts.killed.contains_key(&deed.process) {
                continue;
            }
            return Err(format!("I6: {op} is not answered, which began at {}", deed.begin));
        };
        let is_over = || facts.deeds(deed.process).any(|it| it.doing == Doing::Shutdown);
        if *outcome == Outcome::Closed && !is_over() {
            return Err(format!("I6: {op} is told at {at} that the session is closed, which no program did"));
        }
        let began = deed.before.signed().and_then(|signed| signed.access);
        if let (Outcome::As(user), Some(began)) = (outcome, began)
            && user != facts.user(began)
        {
            return Err(format!(
                "I12: {op} began as {} and is answered as {user} at {at}",
                facts.user(began)
            ));
        }
    }
    Ok(())
}

/// I7, I17: a call fails for want of a refresh if it needs one, and with what all callers are told.
fn failures(facts: &Facts<'_>) -> Checked {
    let mut refused: BTreeMap<(Process, Token), u64> = BTreeMap::new();
    let mut failing: BTreeMap<Process, Vec<(&str, u64, u64)>> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Judged { process, access, .. } => {
                refused.entry((*process, *access)).or_insert(*at);
            }
            What::Told { process, event: Event::Failing(cause, wait) } => {
                failing.entry(*process).or_default().push((cause, *at, at + wait));
            }
            _ => {}
        }
    }
    for (op, deed) in &facts.ops {
        let Some((at, Outcome::Unavailable(cause, _), after)) = deed.end else { continue };
        // Those who listen in a process that ends with this are told nothing.
        if facts.killed.get(&deed.process).is_some_and(|killed| *killed <= at) {
            continue;
        }
        if !(deed.doing.is_call() || deed.doing == Doing::AccessToken) || cause == "Storm" {
            continue;
        }
        let told = failing.get(&deed.process).into_iter().flatten();
        // What could not be decoded is not asked again as long as the token works elsewhere.
        let its = after.signed().filter(|_| cause == "Decode");
        let is_undecodable = its.is_some_and(|its| facts.was_undecodable(deed.process, &its, at));
        let is_kept = |told: &str| told == "Decode" && is_undecodable;
        let mut told =
            told.filter(|(told, since, until)| *since <= at && (*until >= deed.begin || is_kept(told)));
        let is_of_another = its.is_some_and(|its| facts.has_read_undecodable(deed.process, &its, at));
        if !is_of_another && !told.any(|(told, ..)| told == cause) {
            return Err(format!("I7: {op} fails at {at} for {cause}, of which no event told"));
        }
        let Some(access) = after.signed().and_then(|signed| signed.access) else { continue };
        // It may have been published since.
        if facts.published.get(&(deed.process, access)).is_none_or(|(since, _)| *since >= at) {
            continue;
        }
        let has_lapsed = facts.issues[&access].told.is_some_and(|told| facts.oldest(access, at) >= told);
        if !has_lapsed && refused.get(&(deed.process, access)).is_none_or(|refused| *refused > at) {
            return Err(format!("I17: {op} fails at {at}, and a{access} is still good"));
        }
    }
    Ok(())
}

/// I32: when everything works again, each user whose login was not ended can call.
fn at_last(facts: &Facts<'_>) -> Checked {
    let closed: BTreeSet<Process> =
        facts.ops.values().filter(|deed| deed.doing == Doing::Shutdown).map(|deed| deed.process).collect();
    let mut last: BTreeMap<Process, (u32, &Deed<'_>)> = BTreeMap::new();
    for (op, deed) in facts.ops.iter().filter(|(_, deed)| deed.doing == Doing::Last) {
        let before = last.insert(deed.process, (*op, deed));
        let failed_before = before.is_some_and(|(_, before)| is_unavailable(before));
        if failed_before && is_unavailable(deed) && !is_for_it_alone(facts, deed) {
            return Err(format!("I32: {op} cannot be refreshed for, long after the last fault"));
        }
    }
    for (process, (op, deed)) in last {
        let Some((at, outcome, seen)) = deed.end else { continue };
        let is_right = match outcome {
            Outcome::As(_) => true,
            Outcome::Unavailable(..) => is_for_it_alone(facts, deed),
            Outcome::Expired(_) => {
                *seen == Seen::Expired || is_for_it_alone(facts, deed) || is_on_hold(facts, op, deed)
            }
            Outcome::NotSignedIn => *seen == Seen::Out,
            Outcome::IdentityChanged => true,
            Outcome::Closed => closed.contains(&process),
            _ => false,
        };
        if !is_right {
            return Err(format!(
                "I32: {op} of process {process} ends with {outcome:?} at {at}, long after the last fault: \
                 {seen:?}"
            ));
        }
    }
    Ok(())
}

/// I34: whether a call fails whose endpoint has rejected a token that cannot be replaced, and that others
/// accept.
fn is_for_it_alone(facts: &Facts<'_>, deed: &Deed<'_>) -> bool {
    let Some((at, outcome, seen)) = deed.end else { return false };
    let Some(signed) = seen.signed() else { return false };
    let cannot_be_replaced = match outcome {
        Outcome::Unavailable(cause, _) => {
            cause == "Decode" && facts.was_undecodable(deed.process, &signed, at)
        }
        _ => signed.refresh.is_none() || facts.refused.get(&deed.process).is_some_and(|since| *since <= at),
    };
    cannot_be_replaced && signed.access.is_some_and(|access| facts.may_reject_alone(deed.process, access, at))
}

/// I35: whether a call fails whose endpoint is on hold, and whose token cannot be replaced.
fn is_on_hold(facts: &Facts<'_>, op: Op, deed: &Deed<'_>) -> bool {
    let (Some((at, Outcome::Expired(ExpiredReason::EndpointRejects), seen)), Some((_, line))) =
        (deed.end, facts.requests.get(&op))
    else {
        return false;
    };
    let cannot_be_replaced = seen.signed().is_some_and(|signed| signed.refresh.is_none())
        || facts.refused.get(&deed.process).is_some_and(|since| *since <= at)
        // What was most likely spent is not sent while the access token counts as valid, and a rejected
        // replay is a verdict for its own call alone.
        || seen.signed().is_some_and(|signed| facts.was_undecodable(deed.process, &signed, at));
    cannot_be_replaced && facts.may_be_on_hold(deed.process, endpoint(line), at, op)
}

fn is_unavailable(deed: &Deed<'_>) -> bool {
    matches!(deed.end, Some((_, Outcome::Unavailable(..), _)))
}
