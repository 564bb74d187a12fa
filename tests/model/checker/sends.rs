//! What went over the wire: how often, signed with what, as whom, and when it must not.

use std::collections::{BTreeMap, BTreeSet};

use super::forbidding::was_refused;
use super::{Checked, Deed, Facts, endpoint};
use crate::history::{Came, Entry, Family, Op, Process, Send, Signed, Token, What};

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    one_at_a_time(facts)?;
    calls(facts)?;
    spent(facts)
}

/// I1, and I29 of refreshes.
fn one_at_a_time(facts: &Facts<'_>) -> Checked {
    let mut under_way: BTreeMap<Send, (Process, Family)> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Refresh { process, send, refresh, seen } => {
                let family = facts.family(*refresh);
                let Some(signed) = seen.signed() else {
                    return Err(format!("I29: process {process} refreshes at {at} while it is {seen:?}"));
                };
                let is_its = signed.access.map(|access| facts.family(access)) == Some(family);
                if !is_its && facts.world.store.is_none() {
                    return Err(format!(
                        "I10: process {process} refreshes at {at} what it is not signed in with"
                    ));
                }
                let others = under_way.values().filter(|(_, other)| *other == family);
                for (other, _) in others {
                    if other == process {
                        return Err(format!("I1: process {process} refreshes family {family} twice at {at}"));
                    }
                    if facts.agree() {
                        return Err(format!("I1: {process} and {other} refresh family {family} at {at}"));
                    }
                }
                under_way.insert(*send, (*process, family));
            }
            What::Refreshed { send, .. } | What::GivenUp { send, .. } => {
                under_way.remove(send);
            }
            What::Kill { process } => under_way.retain(|_, (other, _)| other != process),
            _ => {}
        }
    }
    Ok(())
}

/// The longest that a call waits for the replacement of a token which may work.
const PATIENCE: u64 = 2_000;

/// A token that was rejected.
#[derive(Default)]
struct Dead<'a> {
    /// The last in which it was signed with: a login that comes back from the store may bring its token
    /// again.
    epoch: u64,
    endpoints: BTreeSet<&'a str>,
}

/// I5, I12, I19, I20 and I29 of calls.
fn calls(facts: &Facts<'_>) -> Checked {
    // The request, what signed it in which epoch, and whether the judge saw it refused.
    type Sent<'a> = (&'a str, Option<Token>, u64, bool);
    let mut sends: BTreeMap<Op, Vec<Sent<'_>>> = BTreeMap::new();
    let mut dead: BTreeMap<(Process, Token), Dead<'_>> = BTreeMap::new();
    // When the answer to the last refresh of a process came, if it gave nothing.
    let mut denied: BTreeMap<Process, u64> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Request { process, op, access, line, seen } => {
                let before = sends.entry(*op).or_default();
                if before.len() > 1 {
                    return Err(format!("I19: call {op} is sent a third time at {at}"));
                }
                if let Some((first, refused, _, was_judged)) = before.first() {
                    if !was_judged || access == refused {
                        return Err(format!("I5: call {op} is replayed at {at} with what was not refreshed"));
                    }
                    if first != line {
                        return Err(format!("I20: call {op} is replayed at {at} as something else"));
                    }
                }
                before.push((line, *access, seen.signed().map_or(0, |signed| signed.epoch), false));
                let Some(access) = access else { continue };
                let Some(signed) = seen.signed() else {
                    return Err(format!("I29: call {op} is signed at {at} while the session is {seen:?}"));
                };
                let dead = dead.get(&(*process, *access)).filter(|dead| signed.epoch <= dead.epoch);
                if dead.is_some_and(|dead| dead.endpoints.contains(endpoint(line))) {
                    return Err(format!(
                        "I5: call {op} is signed at {at} with what its endpoint has rejected"
                    ));
                }
                // Those who listen in a process that ends with this are not told that the refresh failed.
                let is_untold = facts.killed.get(process) == Some(at)
                    && denied.get(process).is_some_and(|since| facts.ops[op].begin <= *since);
                if dead.is_some() && !is_untold && !is_kept(facts, *process, *op, signed, *at) {
                    return Err(format!("I5: call {op} is signed at {at} with what was rejected elsewhere"));
                }
                one_identity(facts, *op, *access, *at)?;
            }
            What::Refresh { process, .. } => drop(denied.remove(process)),
            What::Refreshed { process, came, .. } if !matches!(came, Came::Tokens { .. }) => {
                denied.insert(*process, *at);
            }
            What::Judged { process, op, access, .. } => {
                let sends = sends.get_mut(op).unwrap();
                let count = sends.len();
                let last = sends.last_mut().unwrap();
                last.3 = true;
                // Where an endpoint is on hold or has spent its budget, its word may be ignored.
                let is_ignored =
                    facts.may_be_on_hold(*process, endpoint(last.0), *at, *op) || was_refused(facts, *op);
                if count == 1 && !is_ignored {
                    let dead = dead.entry((*process, *access)).or_default();
                    if last.2 > dead.epoch {
                        *dead = Dead { epoch: last.2, endpoints: BTreeSet::new() };
                    }
                    dead.endpoints.insert(endpoint(last.0));
                }
            }
            _ => {}
        }
    }
    let mut firsts = sends.iter().filter_map(|(op, sends)| Some((op, sends.first()?.1?, sends.last()?.1?)));
    match firsts.find(|(_, first, last)| !is_same(facts, *first, *last)) {
        Some((op, ..)) => Err(format!("I12: call {op} is sent as two")),
        None => Ok(()),
    }
}

/// I34: whether `access`, which another endpoint has rejected, may sign the call `op` at `now`: it cannot be
/// replaced, or not as fast as the call has waited for that.
fn is_kept(facts: &Facts<'_>, process: Process, op: Op, signed: Signed, now: u64) -> bool {
    let Some(access) = signed.access else { return false };
    let Deed { begin, deadline, .. } = facts.ops[&op];
    let failing = facts.failing.get(&process).into_iter().flatten();
    let fails = failing.clone().any(|(at, until)| *at <= now && (begin <= *at || now <= *until + 1));
    // The login goes on with it until it does not work.
    let is_doomed = facts.refused.get(&process).is_some_and(|since| *since <= now);
    let is_doomed = is_doomed || signed.refresh.is_none() || facts.was_undecodable(process, &signed, now);
    let judged = facts.judged.get(&(process, access)).into_iter().flatten();
    let since = judged.filter(|it| it.op == op && it.at <= now).map(|it| it.at).max().unwrap_or(begin);
    let left = facts.issues[&access].told.map(|told| told.saturating_sub(facts.oldest(access, since)));
    // All its sends wait together.
    let waited = if since > begin { facts.requests[&op].0 - begin } else { 0 };
    let patience = left.map_or(PATIENCE, |left| PATIENCE.min(left / 2)).min(PATIENCE.saturating_sub(waited));
    let patience = patience.min(deadline.saturating_sub(since) / 2);
    fails || is_doomed || now >= since + patience
}

/// I12 of one request: it is signed as the user who was signed in when the call began.
fn one_identity(facts: &Facts<'_>, op: Op, access: Token, at: u64) -> Checked {
    let deed = &facts.ops[&op];
    match deed.before.signed().and_then(|signed| signed.access) {
        Some(began) if !is_same(facts, began, access) => Err(format!(
            "I12: call {op} began as {} and is sent as {} at {at}",
            facts.user(began),
            facts.user(access)
        )),
        _ => Ok(()),
    }
}

/// Whether two tokens are provably of the same user.
fn is_same(facts: &Facts<'_>, one: Token, other: Token) -> bool {
    match facts.world.subject {
        true => facts.user(one) == facts.user(other),
        false => facts.family(one) == facts.family(other),
    }
}

/// I14.
fn spent(facts: &Facts<'_>) -> Checked {
    struct Sent {
        process: Process,
        send: Send,
        came: Option<Came>,
        /// Whether its run is over, as far as its events told.
        told: bool,
    }
    let mut sends: BTreeMap<Token, Vec<Sent>> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Refresh { process, send, refresh, .. } => {
                let before = sends.entry(*refresh).or_default();
                for sent in before.iter() {
                    let is_definite = match sent.came {
                        Some(Came::Refused) => facts.world.rotates || facts.world.store.is_none(),
                        Some(Came::Tokens { refresh, .. }) => refresh.is_some(),
                        _ => false,
                    };
                    let is_own = sent.process == *process;
                    let may_not_know =
                        facts.killed.contains_key(&sent.process) || facts.store_fails() || !facts.agree();
                    if is_definite && (is_own || !may_not_know) {
                        return Err(format!(
                            "I14: process {process} sends r{refresh} at {at} after {:?} to {}",
                            sent.came, sent.process
                        ));
                    }
                }
                let of_this_run: Vec<&Sent> =
                    before.iter().filter(|it| it.process == *process && !it.told).collect();
                let is_doubt =
                    |sent: &&Sent| matches!(sent.came, None | Some(Came::Doubt | Came::KeptInDoubt));
                if of_this_run.len() > 1 || !of_this_run.iter().all(is_doubt) {
                    return Err(format!("I14: process {process} sends r{refresh} again at {at} in one run"));
                }
                before.push(Sent { process: *process, send: *send, came: None, told: false });
            }
            What::Refreshed { send, came, .. } => {
                let sent = sends.values_mut().flatten().find(|sent| sent.send == *send);
                sent.into_iter().for_each(|sent| sent.came = Some(*came));
            }
            What::Told { process, .. } => {
                let sent = sends.values_mut().flatten().filter(|sent| sent.process == *process);
                sent.for_each(|sent| sent.told = true);
            }
            _ => {}
        }
    }
    Ok(())
}
