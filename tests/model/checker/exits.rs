//! I37: what a refresh in advance obtains is in the store when the call that began it returns, so that a
//! program may end then.

use std::collections::BTreeMap;

use super::{Checked, Facts};
use crate::history::{Came, Entry, Family, Outcome, Process, Send, Token, What};

/// How long after its own answer a call waits for the refresh that it began, without the time that the store
/// needs.
const IN_TIME: u64 = 2_000 - 100;
/// The longest that a claim takes in a store that works and that no other holds.
const CLAIM: u64 = 200;

struct Sent {
    process: Process,
    refresh: Token,
    at: u64,
    /// When its run sent the same first.
    began: u64,
    /// When its run is known to have waited first for the claim of another process; else the same. The call
    /// that began the run may have returned since.
    claims: u64,
    /// When its answer comes.
    until: Option<u64>,
    /// Whether the token at hand worked, so that a call was sent during it, or has waited before.
    in_advance: bool,
    /// What the server gave for it, unless the answer cannot be decoded.
    obtained: Option<Token>,
    /// Whether the process has been told since what came of its run, or that the login is over.
    told: bool,
}

/// A process has waited for the claim of another one, without a longer pause than between two tries.
struct Waits {
    first: u64,
    last: u64,
}

fn waiting(waits: &mut BTreeMap<Process, Waits>, process: Process, at: u64) {
    let before = waits.get(&process).filter(|waits| at <= waits.last + CLAIM);
    let first = before.map_or(at, |waits| waits.first);
    waits.insert(process, Waits { first, last: at });
}

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    if facts.store_fails() || facts.world.jumps {
        return Ok(());
    }
    let mut sends: BTreeMap<Send, Sent> = BTreeMap::new();
    let mut waits: BTreeMap<Process, Waits> = BTreeMap::new();
    let mut there: Option<(Family, Option<Token>)> = None;
    for Entry { at, what } in facts.history {
        match what {
            What::Refresh { process, send, refresh, seen } => {
                let access = seen.signed().and_then(|signed| signed.access);
                let in_advance = access.is_some_and(|access| {
                    let rejected = facts.rejected(*process, access);
                    let told = facts.issues[&access].told;
                    // A call that waits for the refresh of one before it has begun none.
                    let window = |told: u64| match facts.world.processes {
                        1 => 0,
                        _ => (told / 20).min(30_000),
                    };
                    let is_over =
                        told.is_none_or(|told| facts.oldest(access, *at) + 2 >= told - window(told));
                    !is_over && rejected.is_none_or(|since| since > *at)
                });
                let (process, refresh, at) = (*process, *refresh, *at);
                let first =
                    sends.values().find(|it| it.process == process && it.refresh == refresh && !it.told);
                let waits = waits.get(&process).filter(|waits| at <= waits.last + CLAIM);
                let claims = waits.map_or(at, |waits| waits.first);
                let (began, claims) = first.map_or((at, claims), |first| (first.began, first.claims));
                let sent = Sent {
                    process,
                    refresh,
                    at,
                    began,
                    claims,
                    until: None,
                    in_advance,
                    obtained: None,
                    told: false,
                };
                sends.insert(*send, sent);
            }
            What::OnTheWay { send, until, .. } => sends.get_mut(send).unwrap().until = Some(*until),
            What::Refreshed { send, seen, came, .. } => {
                let sent = sends.get_mut(send).unwrap();
                // No call waits for what was to refresh a login that is over.
                let access = seen.signed().and_then(|signed| signed.access);
                let goes_on = access.is_some_and(|access| facts.family(access) == facts.family(sent.refresh));
                sent.in_advance &= goes_on;
                sent.obtained = sent.obtained.filter(|_| matches!(came, Came::Tokens { .. }));
            }
            What::Busy { process } => waiting(&mut waits, *process, *at),
            What::Read { process, kept: Some(kept), .. } if kept.lease => {
                waiting(&mut waits, *process, *at);
            }
            What::Told { process, .. } => {
                waits.remove(process);
                sends.values_mut().filter(|sent| sent.process == *process).for_each(|sent| sent.told = true);
            }
            What::Obtained { send, access } => {
                sends.get_mut(send).into_iter().for_each(|sent| sent.obtained = Some(*access));
            }
            What::Wrote { kept, .. } => {
                there = kept.as_ref().and_then(|kept| {
                    let family = facts.family(kept.access.or(kept.refresh)?);
                    Some((family, kept.access))
                });
            }
            What::Exit { process } => {
                let mine = sends.values().filter(|sent| sent.process == *process && sent.in_advance);
                for sent in mine {
                    let Some(obtained) = sent.obtained else { continue };
                    let family = facts.family(sent.refresh);
                    let is_kept = there.is_none_or(|(its, access)| {
                        its != family || access.is_some_and(|access| access >= obtained)
                    });
                    if !is_kept && returned(facts, sent).is_some() {
                        return Err(format!(
                            "I37: process {process} ends at {at}, and a{obtained} of its refresh is not in \
                             the store"
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    for sent in sends.values().filter(|sent| sent.in_advance) {
        if let (Some(until), Some(returned)) = (sent.until, returned(facts, sent))
            && returned < until
        {
            return Err(format!(
                "I37: process {} refreshes at {} during a call that returns at {returned}, before the answer \
                 at {until}",
                sent.process, sent.at
            ));
        }
    }
    Ok(())
}

/// When the last of the calls returned that may have begun a refresh whose answer was due while that call
/// waited.
fn returned(facts: &Facts<'_>, sent: &Sent) -> Option<u64> {
    let until = sent.until?;
    let mut returned = None;
    for (op, deed) in &facts.ops {
        let (end, outcome) = deed.end.map_or((u64::MAX, &Outcome::Left), |(end, outcome, _)| (end, outcome));
        let is_before = deed.begin <= sent.began && sent.claims <= end.saturating_add(CLAIM);
        if deed.process != sent.process || !is_before {
            continue;
        }
        let is_answered = deed.doing.is_call() && matches!(outcome, Outcome::As(_));
        let (answered, _) = facts.answers.get(op).filter(|_| is_answered)?;
        let waited = facts.requests[op].0 - deed.begin;
        if until > (answered + IN_TIME).saturating_sub(waited) || end >= deed.limit {
            return None;
        }
        returned = returned.max(Some(end));
    }
    returned
}
