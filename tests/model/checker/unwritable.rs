//! I38: a store that was never able to take a login does not keep it from being refreshed; and does not get
//! it during that.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checked, Facts};
use crate::history::{Came, Entry, Family, Outcome, Process, Send, Token, What};
use crate::world::Broken;

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    works_without(facts)?;
    held_back(facts)
}

/// I14: a process writes no token without the intent while that is on the wire.
fn held_back(facts: &Facts<'_>) -> Checked {
    let mut under_way: BTreeMap<Send, (Process, Token, u64)> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Refresh { process, send, refresh, .. } => {
                under_way.insert(*send, (*process, *refresh, *at));
            }
            What::Refreshed { send, .. } | What::GivenUp { send, .. } => drop(under_way.remove(send)),
            What::Wrote { process, since, kept: Some(kept), .. } if !kept.intent => {
                let is_it = |(by, refresh, sent): &(Process, Token, u64)| {
                    by == process && kept.refresh == Some(*refresh) && sent < since
                };
                if under_way.values().any(is_it) {
                    return Err(format!(
                        "I14: process {process} writes {kept:?} at {at}, and is spending it"
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn works_without(facts: &Facts<'_>) -> Checked {
    // Every other failure may leave unknown what was written, and a write that is never answered does.
    if facts.store_is_vague() || facts.world.breaks == Some(Broken::Hangs) {
        return Ok(());
    }
    let mut is_broken = false;
    let mut kept: BTreeSet<Family> = BTreeSet::new();
    let mut rejected: BTreeSet<(Process, Family)> = BTreeSet::new();
    let mut sent = std::collections::BTreeMap::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Broken(broken) => is_broken = *broken,
            What::Wrote { kept: Some(login), .. } => {
                let token = login.access.or(login.refresh);
                kept.extend(token.map(|token| facts.family(token)));
            }
            What::Refresh { send, refresh, .. } => drop(sent.insert(*send, facts.family(*refresh))),
            What::Refreshed { process, send, came: Came::Refused, .. } => {
                rejected.insert((*process, sent[send]));
            }
            What::End { process, op, outcome: Outcome::Unavailable(cause, _), .. }
                if cause == "StoreError" =>
            {
                let Some(access) = facts.ops[op].before.signed().and_then(|signed| signed.access) else {
                    continue;
                };
                let family = facts.family(access);
                if is_broken && !kept.contains(&family) && !rejected.contains(&(*process, family)) {
                    return Err(format!(
                        "I38: {op} fails at {at} for the store, which never had the login of a{access}"
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
