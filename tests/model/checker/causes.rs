//! Why a refresh is sent at all, and when none may be.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checked, Facts};
use crate::history::{Doing, Entry, Event, Outcome, Process, Seen, Token, What};

impl Facts<'_> {
    /// From when to when a refresh that `process` asked for can be in progress.
    pub(super) fn asked(&self, process: Process) -> impl Iterator<Item = (u64, u64)> {
        self.deeds(process).filter(|deed| deed.doing == Doing::Refresh).map(move |deed| match deed.end {
            // It goes on without its caller, until its end is told.
            Some((left, Outcome::Left, _)) => {
                let turns = self.turns.get(&process).into_iter().flatten();
                (deed.begin, turns.copied().find(|at| left <= *at).unwrap_or(u64::MAX))
            }
            Some((end, ..)) => (deed.begin, end),
            None => (deed.begin, u64::MAX),
        })
    }
}

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    cool_downs(facts)?;
    causes(facts)
}

/// I18: nothing is sent in a cool-down, except for a caller who asks for it, and once after the machine has
/// slept or its network has changed.
fn cool_downs(facts: &Facts<'_>) -> Checked {
    let mut cooling: BTreeMap<Process, (u64, u64)> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Told { process, event: Event::Failing(_, wait) } => {
                cooling.insert(*process, (*at, at + wait));
            }
            What::Told {
                process,
                event: Event::SignedIn(_) | Event::Refreshed(_) | Event::SignedOut | Event::Expired(_),
            } => {
                cooling.remove(process);
            }
            What::Jump { by } if *by > 0 => cooling.clear(),
            What::Network => cooling.clear(),
            What::Refresh { process, send, .. } => {
                let Some((since, until)) = cooling.get(process) else { continue };
                let is_asked = facts.deeds(*process).any(|deed| {
                    // One that has waited to know who is signed in asks later than it began.
                    let goes_on = *deed.before == Seen::Unloaded
                        && deed.begin <= *at
                        && deed.end.is_none_or(|(end, ..)| *at <= end);
                    deed.doing == Doing::Refresh && (goes_on || (*since..=*at).contains(&deed.begin))
                });
                if at < until && !is_asked {
                    return Err(format!(
                        "I18: process {process} sends {send} at {at}, in a cool-down until {until}"
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// I4, I25: a refresh is sent since the token at hand was rejected, is in the latter half of its life, or a
/// caller asks for it.
fn causes(facts: &Facts<'_>) -> Checked {
    let mut refused: BTreeSet<(Process, Token)> = BTreeSet::new();
    let mut published: BTreeMap<(Process, Token), u64> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Judged { process, access, .. } => {
                refused.insert((*process, *access));
            }
            What::Told { process, event: Event::SignedIn(signed) | Event::Refreshed(signed) } => {
                published.extend(signed.access.map(|access| ((*process, access), *at)));
            }
            What::Refresh { process, seen, .. } => {
                let Some(access) = seen.signed().and_then(|signed| signed.access) else { continue };
                let told = facts.issues[&access].told;
                let is_old = told.is_some_and(|told| facts.oldest(access, *at) + 2 >= told / 2);
                let since = published.get(&(*process, access)).copied().unwrap_or(*at);
                let is_asked = facts.asked(*process).any(|(begin, end)| begin <= *at && since <= end);
                if !is_old && !is_asked && !refused.contains(&(*process, access)) {
                    return Err(format!(
                        "I4: process {process} refreshes a{access} at {at}, which no server has rejected"
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
