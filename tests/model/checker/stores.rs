//! What is in the store: no received token is missing, and no login of another process is lost.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checked, Facts};
use crate::history::{Came, Doing, Entry, Event, Family, Kept, Process, Seen, Token, What};

/// Milliseconds in which what was received is in the store, unless that fails: two operations to the end of
/// their time, and more.
const SOON: u64 = 15_000;

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    received(facts)?;
    superseded(facts)?;
    written(facts)?;
    found(facts)?;
    at_last(facts)
}

/// I9, I13: what a refresh gave is published, and was in the store before, or it was told that it is not.
fn received(facts: &Facts<'_>) -> Checked {
    let mut sent: BTreeMap<u32, u64> = BTreeMap::new();
    let mut received: BTreeMap<Process, (Token, u64)> = BTreeMap::new();
    let mut written: BTreeSet<Token> = BTreeSet::new();
    let mut degraded: BTreeSet<Process> = BTreeSet::new();
    let mut there = None;
    for Entry { at, what } in facts.history {
        match what {
            What::Wrote { kept, .. } => {
                there = kept.as_ref().and_then(|kept| family(facts, kept));
                written.extend(kept.as_ref().and_then(|kept| kept.access));
            }
            What::Refresh { send, seen, .. } => {
                sent.extend(seen.signed().map(|signed| (*send, signed.epoch)))
            }
            // A process that has signed in or out meanwhile wants none of it.
            What::Refreshed { process, send, came: Came::Tokens { access, .. }, seen }
                if seen.signed().map(|signed| signed.epoch) == sent.get(send).copied() =>
            {
                received.insert(*process, (*access, *at));
            }
            What::Told { process, event } => {
                match event {
                    Event::Degraded | Event::Overtaken => {
                        degraded.insert(*process);
                    }
                    Event::Recovered => {
                        degraded.remove(process);
                    }
                    Event::Refreshed(signed) | Event::SignedIn(signed) => {
                        let received = received.remove(process);
                        let access = signed.access.unwrap_or_default();
                        let is_own = received.is_some_and(|(received, _)| received == access);
                        let is_kept = facts.world.store.is_none()
                            || written.contains(&access)
                            || degraded.contains(process);
                        if is_own && !is_kept {
                            return Err(format!(
                                "I13: process {process} publishes a{access} at {at}, which is not written \
                                 down"
                            ));
                        }
                        if received.is_some()
                            && !is_own
                            && facts.world.store.is_none()
                            && matches!(event, Event::Refreshed(_))
                        {
                            return Err(format!(
                                "I9: process {process} has a{access} at {at}, and not what it received"
                            ));
                        }
                    }
                    Event::Failing(cause, _) => {
                        // What another process has put in its place is looked at later.
                        let is_there = |access| there.is_some_and(|there| there == facts.family(access));
                        let received = received.remove(process).filter(|(access, _)| {
                            facts.world.rotates && (facts.world.store.is_none() || is_there(*access))
                        });
                        if let Some((access, _)) = received {
                            return Err(format!(
                                "I9: process {process} received a{access} and dropped it at {at}: {cause}"
                            ));
                        }
                    }
                    _ => {
                        received.remove(process);
                    }
                }
            }
            What::Kill { process } => {
                if let Some((access, since)) = received.remove(process)
                    && at - since > SOON
                    && !written.contains(&access)
                {
                    return Err(format!(
                        "I9: process {process} had a{access} for long at {at}, and kept it nowhere"
                    ));
                }
            }
            _ => {}
        }
    }
    match received.first_key_value() {
        Some((process, (access, _))) => {
            Err(format!("I9: process {process} received a{access}, and nothing came of it"))
        }
        None => Ok(()),
    }
}

/// I10: what was obtained for a login that is over by then is published nowhere.
fn superseded(facts: &Facts<'_>) -> Checked {
    let mut sent: BTreeMap<u32, u64> = BTreeMap::new();
    let mut others: BTreeSet<u32> = BTreeSet::new();
    let mut superseded: BTreeSet<(Process, Token)> = BTreeSet::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Refresh { send, refresh, seen, .. } => {
                sent.extend(seen.signed().map(|signed| (*send, signed.epoch)));
                // That of another process is the store's, and may be taken over from there.
                let is_another = seen.signed().is_some_and(|signed| signed.refresh != Some(*refresh));
                others.extend(is_another.then_some(*send));
            }
            What::Refreshed { process, send, came: Came::Tokens { access, .. }, seen }
                if seen.signed().map(|signed| signed.epoch) != sent.get(send).copied()
                    && !others.contains(send) =>
            {
                superseded.insert((*process, *access));
            }
            What::Told { process, event: Event::Refreshed(signed) | Event::SignedIn(signed) }
                if signed.access.is_some_and(|access| superseded.contains(&(*process, access))) =>
            {
                return Err(format!(
                    "I10: process {process} publishes at {at} what was obtained for a login before: \
                     {signed:?}"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn family(facts: &Facts<'_>, kept: &Kept) -> Option<Family> {
    kept.access.or(kept.refresh).map(|token| facts.family(token))
}

/// I15: a process replaces or clears its own login only.
fn written(facts: &Facts<'_>) -> Checked {
    let mut there: Option<&Kept> = None;
    let mut sent: BTreeMap<u32, Token> = BTreeMap::new();
    let mut refused: BTreeSet<(Process, Token)> = BTreeSet::new();
    let mut over: BTreeSet<(Process, Token)> = BTreeSet::new();
    let mut logins: BTreeSet<&str> = BTreeSet::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Refresh { send, refresh, .. } => {
                sent.insert(*send, *refresh);
            }
            What::Refreshed { process, send, came: Came::Refused, .. } => {
                refused.insert((*process, sent[send]));
            }
            What::Judged { process, access, over: true, .. } => {
                over.insert((*process, *access));
            }
            What::Wrote { process, kept, .. } => {
                let before = std::mem::replace(&mut there, kept.as_ref());
                let is_new = kept.as_ref().is_none_or(|kept| logins.insert(&kept.login));
                let goes_on =
                    before.is_some_and(|before| kept.as_ref().is_some_and(|kept| kept.login == before.login));
                // A process that cannot know whether it was written may write it again.
                if !is_new && !goes_on && !facts.store_fails() {
                    return Err(format!(
                        "I15: process {process} puts {kept:?} there again at {at}, in the place of {before:?}"
                    ));
                }
                let Some(before) = before else { continue };
                let its = family(facts, before);
                let did = |wanted: &dyn Fn(Doing, &Seen) -> bool| {
                    let mut deeds = facts.deeds(*process).filter(|deed| deed.begin <= *at);
                    deeds.any(|deed| wanted(deed.doing, deed.before))
                };
                let is_right = match kept {
                    None => {
                        let signed_out = did(&|doing, seen| {
                            let of_it =
                                seen.signed().and_then(|it| it.access).map(|access| facts.family(access))
                                    == its;
                            // With a sign-in as another user it was to end already.
                            let ends = matches!(
                                doing,
                                Doing::SignOut | Doing::Logout | Doing::Login(_) | Doing::SignIn(_)
                            );
                            ends && (of_it || *seen == Seen::Unloaded)
                        });
                        // That of the same login which came before has been spent.
                        let ended = |what: &BTreeSet<(Process, Token)>, token: Option<Token>| {
                            what.iter().any(|(by, ended)| {
                                by == process
                                    && token.is_some_and(|token| token <= *ended)
                                    && Some(facts.family(*ended)) == its
                            })
                        };
                        let was_refused = ended(&refused, before.refresh);
                        let is_over = ended(&over, before.access);
                        signed_out || was_refused || is_over || before.refresh.is_none()
                    }
                    Some(kept) if kept.login == before.login => kept.number >= before.number,
                    Some(_) => did(&|doing, _| matches!(doing, Doing::Login(_) | Doing::SignIn(_))),
                };
                if !is_right {
                    return Err(format!(
                        "I15: process {process} puts {kept:?} in the place of {before:?} at {at}"
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The crash table: a new process is signed in with the stored login.
fn found(facts: &Facts<'_>) -> Checked {
    let mut there: BTreeMap<Process, Vec<Option<&Kept>>> = BTreeMap::new();
    let mut now = None;
    let mut begun: BTreeSet<Process> = BTreeSet::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Start { process } => {
                there.insert(*process, vec![now]);
            }
            What::Wrote { kept, .. } => {
                now = kept.as_ref();
                there.values_mut().for_each(|seen| seen.push(now));
            }
            What::Begin {
                process,
                doing: Doing::Login(_) | Doing::SignIn(_) | Doing::SignOut | Doing::Logout,
                ..
            } => {
                begun.insert(*process);
            }
            What::Told { process, event: Event::SignedIn(signed) } if begun.insert(*process) => {
                let is_there = |kept: &Option<&Kept>| {
                    kept.is_some_and(|kept| kept.access == signed.access && kept.refresh == signed.refresh)
                };
                if !there[process].iter().any(is_there) {
                    return Err(format!(
                        "I13: process {process} begins at {at} with what is not in the store: {signed:?}"
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// I9: after a rest the store has what the sessions have, where it is theirs.
fn at_last(facts: &Facts<'_>) -> Checked {
    if facts.world.store.is_none() {
        return Ok(());
    }
    let mut there = None;
    let mut families: BTreeSet<Family> = BTreeSet::new();
    let mut last = BTreeMap::new();
    let mut rested: BTreeSet<Process> = BTreeSet::new();
    let is_rejected = |process, seen: &Seen, rejected: &BTreeSet<(Process, Family)>| {
        let access = seen.signed().and_then(|signed| signed.access);
        access.is_some_and(|access| rejected.contains(&(process, facts.family(access))))
    };
    // Of these it was told that their login is not there, and why.
    let mut overtaken: BTreeSet<Process> = BTreeSet::new();
    // No store gets a login whose refresh was rejected.
    let mut sent: BTreeMap<u32, Family> = BTreeMap::new();
    let mut rejected: BTreeSet<(Process, Family)> = BTreeSet::new();
    for Entry { at, what } in facts.history {
        match what {
            What::Told { process, event: Event::Overtaken } => drop(overtaken.insert(*process)),
            What::Told { process, event: Event::SignedIn(_) | Event::Recovered } => {
                overtaken.remove(process);
            }
            What::Refresh { send, refresh, .. } => drop(sent.insert(*send, facts.family(*refresh))),
            What::Refreshed { process, send, came: Came::Refused, .. } => {
                rejected.insert((*process, sent[send]));
            }
            What::Begin { process, doing: Doing::Last, .. } if overtaken.contains(process) => {}
            What::End { process, .. } if overtaken.contains(process) => drop(last.remove(process)),
            What::Wrote { kept, .. } => {
                there = kept.as_ref();
                families.extend(kept.as_ref().and_then(|kept| family(facts, kept)));
            }
            // Before anything new is refreshed.
            What::Begin { process, doing: Doing::Last, seen, .. }
                if rested.insert(*process) && !is_rejected(*process, seen, &rejected) =>
            {
                is_kept(facts, *process, seen, there, &families, *at)?;
            }
            What::End { process, seen, .. } => drop(last.insert(*process, (seen, *at))),
            What::Kill { process } => drop(last.remove(process)),
            _ => {}
        }
    }
    last.retain(|process, (seen, _)| !is_rejected(*process, seen, &rejected));
    last.into_iter().try_for_each(|(process, (seen, at))| is_kept(facts, process, seen, there, &families, at))
}

fn is_kept(
    facts: &Facts<'_>,
    process: Process,
    seen: &Seen,
    there: Option<&Kept>,
    families: &BTreeSet<Family>,
    at: u64,
) -> Checked {
    let Some(signed) = seen.signed() else { return Ok(()) };
    let its = signed.access.map(|access| facts.family(access));
    let is_kept = match there.filter(|kept| family(facts, kept) == its) {
        // Another process may have refreshed it since.
        Some(kept) => {
            kept.access > signed.access || kept.access == signed.access && kept.refresh == signed.refresh
        }
        None => its.is_some_and(|its| families.contains(&its)),
    };
    match is_kept {
        true => Ok(()),
        false => Err(format!("I9: process {process} has {signed:?} at {at}, and the store {there:?}")),
    }
}
