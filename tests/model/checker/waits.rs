//! How long calls wait for a refresh while their token is good, and how long a sign-in waits for the store.

use std::collections::BTreeMap;

use super::{Checked, Deed, Facts, endpoint};
use crate::history::{Doing, Entry, Event, Op, Outcome, Process, Token, What};

/// The longest that a call waits for the refresh of a token which still works, and after its own answer for
/// the refresh it began.
const LONGEST: u64 = 2_000;
/// What a computer may need for something that is at once.
const AT_ONCE: u64 = 20;
/// A sign-in or a sign-out waits so long for the store.
const STORE: u64 = 5_000;
/// The longest that the network takes, both ways, where it does not fail; and what this test adds for an
/// order of its own.
const OTHER_WAITS: u64 = 300 + 1_000;

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    while_it_is_good(facts)?;
    after_the_answer(facts)?;
    for_the_store(facts)
}

/// I36.
fn while_it_is_good(facts: &Facts<'_>) -> Checked {
    // No process can say how old a token seems.
    if facts.world.jumps {
        return Ok(());
    }
    let mut changes: BTreeMap<Process, Vec<u64>> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        if let What::Told { process, event: Event::SignedIn(_) | Event::SignedOut | Event::Expired(_) } = what
        {
            changes.entry(*process).or_default().push(*at);
        }
    }
    let waits = |deed: &Deed<'_>| deed.doing.is_call() || deed.doing == Doing::AccessToken;
    for (op, deed) in facts.ops.iter().filter(|(_, deed)| waits(deed)) {
        let Some(access) = deed.before.signed().and_then(|signed| signed.access) else { continue };
        let Some(sent) = facts.requests.get(op).map(|(at, _)| *at).or(deed.end.map(|(at, ..)| at)) else {
            continue;
        };
        let waited = sent - deed.begin;
        let is_rejected = facts.rejected(deed.process, access).is_some_and(|since| since <= sent);
        let is_doubted = is_rejected && !is_rejected_here(facts, *op, access, sent);
        let changes = changes.get(&deed.process).into_iter().flatten();
        let has_changed = changes.copied().any(|at| deed.begin <= at && at <= sent);
        if is_rejected && !is_doubted || has_changed || waited <= AT_ONCE {
            continue;
        }
        let longest = match (facts.issues[&access].told, facts.published.get(&(deed.process, access))) {
            (Some(told), Some((published, _))) => {
                let issued = facts.issues[&access].at;
                // From when on it may be in the window that is waited in.
                let due = issued + told - (told / 20).min(30_000);
                let remains = (published + told).saturating_sub(deed.begin);
                match issued + told <= sent {
                    true => continue,
                    false if deed.begin + 2 < due && !is_doubted => 0,
                    false => LONGEST.min(remains / 2),
                }
            }
            (Some(_), None) => continue,
            (None, _) if is_doubted => LONGEST,
            (None, _) => 0,
        };
        // I37: it may have begun a refresh in advance, and waits for both together.
        let longest = match deed.doing == Doing::AccessToken {
            true => LONGEST,
            false => longest.min((deed.deadline - deed.begin) / 2),
        };
        let after = match (facts.answers.get(op), deed.end) {
            (Some((answered, 200)), Some((end, ..))) if !facts.judges.contains(op) => {
                end.saturating_sub(*answered)
            }
            _ => 0,
        };
        if waited + after > LONGEST + AT_ONCE {
            return Err(format!(
                "I36: {op} waits at {} for {waited} ms, and {after} ms after its answer",
                deed.begin
            ));
        }
        if waited > longest + AT_ONCE {
            return Err(format!(
                "I36: {op} waits at {} for {waited} ms, and a{access} is good for longer",
                deed.begin
            ));
        }
    }
    Ok(())
}

/// I34: whether the server of the call `op` has rejected `access` by `now`, as far as is known.
fn is_rejected_here(facts: &Facts<'_>, op: Op, access: Token, now: u64) -> bool {
    let Some((_, line)) = facts.requests.get(&op) else { return true };
    let judged = facts.judged.get(&(facts.ops[&op].process, access)).into_iter().flatten();
    judged.into_iter().any(|it| it.endpoint == endpoint(line) && it.at <= now)
}

/// I37: a call returns at most two seconds after its own answer, with that, and one at a time waits so.
fn after_the_answer(facts: &Facts<'_>) -> Checked {
    let mut late: BTreeMap<Process, Vec<(u64, u64)>> = BTreeMap::new();
    let calls = facts.ops.iter().filter(|(_, deed)| deed.doing.is_call());
    for (op, deed) in calls {
        let Some((answered, status)) = facts.answers.get(op) else { continue };
        let Some((at, outcome, _)) = deed.end else { continue };
        if *status != 200 || matches!(outcome, Outcome::Left | Outcome::Cancelled | Outcome::Panicked) {
            continue;
        }
        if at > answered + LONGEST + AT_ONCE {
            return Err(format!("I37: {op} returns at {at}, and was answered at {answered}"));
        }
        if *outcome == Outcome::Timeout && at > *answered {
            return Err(format!("I37: {op} was answered at {answered}, and is out of time at {at}"));
        }
        if at > answered + AT_ONCE {
            late.entry(deed.process).or_default().push((*answered, at));
        }
    }
    for (process, mut late) in late {
        late.sort_unstable();
        if let Some(two) = late.windows(2).find(|two| two[1].0 + AT_ONCE < two[0].1) {
            return Err(format!("I37: two calls of process {process} wait for one refresh: {two:?}"));
        }
    }
    Ok(())
}

/// I6: however the store fails, a sign-in or a sign-out returns.
fn for_the_store(facts: &Facts<'_>) -> Checked {
    if facts.world.call_faults > 0 {
        return Ok(());
    }
    let waits = |deed: &Deed<'_>| matches!(deed.doing, Doing::Login(_) | Doing::Logout);
    for (op, deed) in facts.ops.iter().filter(|(_, deed)| waits(deed)) {
        let Some((at, outcome, _)) = deed.end else { continue };
        if at - deed.begin > STORE + OTHER_WAITS + AT_ONCE {
            return Err(format!(
                "I6: {op} ends with {outcome:?} at {at}, {} ms after it began",
                at - deed.begin
            ));
        }
    }
    Ok(())
}
