//! What becomes of answers that cannot be read, and how long a server is left alone after an answer that was
//! not its own.

use std::collections::{BTreeMap, BTreeSet};

use sdk_runtime::error::ExpiredReason;

use super::{Checked, Facts};
use crate::history::{Came, Entry, Event, Outcome, Process, Send, Signed, Token, What};

/// Milliseconds for which a token is not sent again whose answer could not be decoded.
const UNDECODABLE: u64 = 300_000;
/// The longest cool-down after an answer that says nothing about the login.
const LONGEST: u64 = 300_000;
/// As far ahead of the other clock, in milliseconds, the time of day is after the machine has slept.
const ASLEEP: i64 = 5_000;

impl Facts<'_> {
    /// Whether `process`, which is signed in as `signed`, can know at `now` that its refresh token was most
    /// likely spent for an answer that could not be decoded: its own, or one that it has read of in the
    /// store. Of an answer to other tokens than these, which it found there later, it has told.
    pub(super) fn was_undecodable(&self, process: Process, signed: &Signed, now: u64) -> bool {
        let answers = signed.refresh.and_then(|token| self.undecodable.get(&token)).into_iter().flatten();
        let is_its = answers.into_iter().any(|(by, since)| *since <= now && self.share(process, *by));
        let begun = signed.access.and_then(|access| self.published.get(&(process, access)));
        let unread = self.unread.get(&process).into_iter().flatten();
        let was_told = begun.is_some_and(|(begun, _)| unread.into_iter().any(|at| begun <= at && *at <= now));
        is_its || was_told && self.some_undecodable(process, now)
    }

    /// Whether an answer could not be decoded by `now`, of `process` or of one that shares its store.
    fn some_undecodable(&self, process: Process, now: u64) -> bool {
        let mut answers = self.undecodable.values().flatten();
        answers.any(|(by, since)| *since <= now && self.share(process, *by))
    }

    fn share(&self, one: Process, other: Process) -> bool {
        one == other || self.world.store.is_some()
    }

    /// Whether `process` has read with the tokens of `signed` that another one could not decode an answer,
    /// more than five minutes after that, and has got no such answer itself by `now`. No cool-down starts
    /// then, so no event tells of it.
    pub(super) fn has_read_undecodable(&self, process: Process, signed: &Signed, now: u64) -> bool {
        let begun = signed.access.and_then(|access| self.published.get(&(process, access)));
        let answers = signed.refresh.and_then(|token| self.undecodable.get(&token));
        let (Some((begun, _)), Some(answers)) = (begun, answers) else { return false };
        let is_over = |since: &u64| since + UNDECODABLE <= begun + self.ahead;
        answers.get(&process).is_none_or(|own| *own > now) && answers.values().any(is_over)
    }
}

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    undecodable(facts)?;
    cool_downs(facts)?;
    woken(facts)
}

/// I14: what a success has spent that could not be decoded is not sent again while the access token is good,
/// and then once in five minutes; a rejection after it is not told as a lost answer.
fn undecodable(facts: &Facts<'_>) -> Checked {
    let mut sent: BTreeMap<Send, Token> = BTreeMap::new();
    let mut last: BTreeMap<(Process, Token), Option<u64>> = BTreeMap::new();
    // What may have been spent by an answer that was lost, as far as the client can know.
    let mut in_doubt: BTreeSet<Token> = BTreeSet::new();
    let mut rejected: BTreeMap<Process, Token> = BTreeMap::new();
    let mut published: BTreeMap<Process, u64> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Refresh { process, send, refresh, seen } => {
                sent.insert(*send, *refresh);
                if let (Some(since), Some(signed)) = (last.get(&(*process, *refresh)), seen.signed())
                    && let Some(access) = signed.access
                    && signed.refresh == Some(*refresh)
                {
                    let is_rejected = facts.rejected(*process, access).is_some_and(|since| since <= *at);
                    let begin = published.get(process).copied().unwrap_or(*at);
                    let is_kept = facts.works_elsewhere(*process, access, begin, *at);
                    if is_kept || facts.has_not_lapsed(access, *at) && !is_rejected {
                        return Err(format!(
                            "I14: process {process} sends r{refresh} again at {at}, whose answer it could \
                             not decode, while a{access} is good"
                        ));
                    }
                    if let Some(since) = since.filter(|since| at - since < UNDECODABLE) {
                        return Err(format!(
                            "I14: process {process} sends r{refresh} again at {at}, whose answer it could \
                             not decode at {since}"
                        ));
                    }
                } else if !last.contains_key(&(*process, *refresh)) {
                    // Until it is known what comes of it.
                    in_doubt.insert(*refresh);
                }
            }
            What::Refreshed { process, send, came, .. } => {
                let token = sent[send];
                match came {
                    Came::Undecodable => {
                        last.insert((*process, token), Some(*at));
                    }
                    Came::Refused => drop(rejected.insert(*process, token)),
                    _ => {}
                }
                let is_first = last.keys().filter(|(_, it)| *it == token).count() == 1;
                if *came == Came::Undecodable && is_first {
                    in_doubt.remove(&token);
                } else if matches!(came, Came::Doubt | Came::KeptInDoubt) {
                    in_doubt.insert(token);
                }
            }
            // A server that does not rotate has answered, or another process has been given tokens.
            What::Told { process, event: Event::SignedIn(_) | Event::Refreshed(_) } => {
                published.insert(*process, *at);
                last.retain(|(by, _), _| by != process);
            }
            // It is not known any more when it was.
            What::Jump { by } if *by > 0 => last.values_mut().for_each(|since| *since = None),
            What::Told { process, event: Event::Expired(reason) }
                if matches!(reason, ExpiredReason::LostRotation | ExpiredReason::RefreshRejected) =>
            {
                let Some(token) = rejected.get(process) else { continue };
                if last.contains_key(&(*process, *token)) && !in_doubt.contains(token) {
                    return Err(format!(
                        "I14: process {process} is told at {at} of {reason:?}, and could not decode what \
                         r{token} was spent for"
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// I18: after answers that say nothing about the login, a server is left alone for a second, and then twice
/// as long each time; after one that cannot be decoded for five minutes at once.
fn cool_downs(facts: &Facts<'_>) -> Checked {
    let mut sent: BTreeMap<Send, u64> = BTreeMap::new();
    let mut came_last: BTreeMap<Process, (Came, u64)> = BTreeMap::new();
    let mut failures: BTreeMap<Process, u32> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Refresh { send, seen, .. } => {
                sent.extend(seen.signed().map(|signed| (*send, signed.epoch)))
            }
            // What comes for a login that is over by then counts for none.
            What::Refreshed { process, send, came, seen }
                if seen.signed().map(|signed| signed.epoch) == sent.get(send).copied() =>
            {
                came_last.insert(*process, (*came, *at));
            }
            What::Told { process, event: Event::Failing(_, wait) } => {
                let before = failures.entry(*process).or_default();
                let longest = LONGEST.min(1_000 << (*before).min(10));
                *before += 1;
                match came_last.remove(process) {
                    Some((Came::Foreign | Came::Kept | Came::KeptInDoubt, _)) if *wait > longest => {
                        return Err(format!(
                            "I18: process {process} is to wait for {wait} ms at {at}, after failure {before}"
                        ));
                    }
                    Some((Came::Undecodable, since)) if at + wait + 1_000 < since + UNDECODABLE => {
                        return Err(format!(
                            "I18: process {process} is to wait for {wait} ms at {at}, after what it could \
                             not decode"
                        ));
                    }
                    _ => {}
                }
            }
            What::Told {
                process,
                event: Event::SignedIn(_) | Event::Refreshed(_) | Event::SignedOut | Event::Expired(_),
            } => {
                failures.remove(process);
                came_last.remove(process);
            }
            // What is left of it is told by the time of day.
            What::Jump { .. } => came_last.clear(),
            _ => {}
        }
    }
    Ok(())
}

/// I18: after the machine has slept or has come into another network, the next call that needs a token asks
/// for one, in spite of the cool-down.
fn woken(facts: &Facts<'_>) -> Checked {
    struct Process {
        since: u64,
        is_undecodable: bool,
        /// By how much the time of day has moved against the other clock since.
        moved: i64,
        woken: Option<u64>,
    }
    // Those whose token has most likely been spent: it is not sent sooner for it.
    let mut undecodable: BTreeSet<usize> = BTreeSet::new();
    let mut cooling: BTreeMap<usize, Process> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Refreshed { process, came: Came::Undecodable, .. } => drop(undecodable.insert(*process)),
            What::Told { process, event: Event::Failing(cause, _) } => {
                // Another process may have told it of one.
                let is_told = cause == "Decode" && facts.some_undecodable(*process, *at);
                let is_undecodable = is_told || undecodable.contains(process);
                cooling.insert(*process, Process { since: *at, is_undecodable, moved: 0, woken: None });
            }
            What::Told { process, event: Event::Degraded | Event::Recovered } => {
                cooling.remove(process);
            }
            What::Told { process, .. } => {
                cooling.remove(process);
                undecodable.remove(process);
            }
            What::Refresh { process, .. } => drop(cooling.remove(process)),
            What::Jump { by } => {
                for cooling in cooling.values_mut().filter(|cooling| cooling.since < *at) {
                    cooling.moved += by;
                    cooling.woken = (cooling.moved > ASLEEP).then_some(*at);
                }
            }
            What::Network => {
                for cooling in cooling.values_mut().filter(|cooling| cooling.since < *at) {
                    cooling.woken = Some(*at);
                }
            }
            What::End { process, op, outcome: Outcome::Unavailable(cause, _), .. } => {
                let Some(cooling) = cooling.get(process) else { continue };
                let deed = &facts.ops[op];
                // Those who listen may be told after the caller.
                let is_news =
                    facts.failing.get(process).is_some_and(|failing| failing.iter().any(|(it, _)| it == at));
                if cause != "Storm"
                    && !is_news
                    && facts.killed.get(process).is_none_or(|killed| killed > at)
                    && !cooling.is_undecodable
                    && deed.doing.is_call()
                    && cooling.woken.is_some_and(|woken| woken < deed.begin)
                {
                    return Err(format!(
                        "I18: {op} fails at {at} for what was so before the machine slept or came into \
                         another network, and nothing was asked since"
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
