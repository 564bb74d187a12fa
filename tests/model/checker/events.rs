//! What a subscriber is told: each event once, in order, and an end only for a reason.

use std::collections::{BTreeMap, BTreeSet};

use sdk_runtime::error::ExpiredReason;

use super::{Checked, Facts, STORE_TIMEOUT};
use crate::history::{Came, Doing, Entry, Event, Family, Kept, Process, Seen, Send, Signed, Token, What};

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    order(facts)?;
    kept_refresh_tokens(facts)?;
    reasons(facts)
}

#[derive(Default, Clone, Copy)]
struct Story {
    /// The highest version so far.
    version: (u64, u64),
    is_in: bool,
    is_out: bool,
    is_closed: bool,
    is_degraded: bool,
}

/// I3, I29.
fn order(facts: &Facts<'_>) -> Checked {
    let mut stories: BTreeMap<Process, Story> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        let What::Told { process, event } = what else { continue };
        let story = stories.entry(*process).or_default();
        let before = *story;
        let fault = |number: &str| {
            Err(format!("{number}: process {process} is told of {event:?} at {at}, out of turn"))
        };
        if before.is_closed && !matches!(event, Event::Degraded | Event::Recovered) {
            return fault("I29");
        }
        match event {
            Event::Failing(cause, _) if cause == "Aborted" && facts.world.panics == 0 => {
                return Err(format!(
                    "I8: a refresh of process {process} is given up at {at}, and nothing panics here"
                ));
            }
            Event::SignedIn(signed) | Event::Refreshed(signed) => {
                let is_refreshed = matches!(event, Event::Refreshed(_));
                story.version = (signed.epoch, signed.generation);
                let goes_on = before.is_in && signed.epoch == before.version.0;
                if signed.generation <= before.version.1 || signed.epoch < before.version.0 {
                    return fault("I3");
                }
                if is_refreshed != goes_on {
                    return fault("I29");
                }
                (story.is_in, story.is_out) = (true, false);
            }
            Event::Expired(_) if before.is_in => story.is_in = false,
            Event::SignedOut if !before.is_out => (story.is_in, story.is_out) = (false, true),
            // A sign-in can fail too.
            Event::Failing(..) if before.is_in || before.is_out || before.version == (0, 0) => {}
            Event::Degraded if !before.is_degraded => story.is_degraded = true,
            Event::Overtaken => story.is_degraded = true,
            Event::Recovered if before.is_degraded => story.is_degraded = false,
            Event::Closed => story.is_closed = true,
            _ => return fault("I29"),
        }
    }
    Ok(())
}

/// I31.
fn kept_refresh_tokens(facts: &Facts<'_>) -> Checked {
    let mut last: BTreeMap<Process, Signed> = BTreeMap::new();
    for Entry { at, what } in facts.history {
        let What::Told { process, event } = what else { continue };
        let (Event::SignedIn(signed) | Event::Refreshed(signed)) = event else { continue };
        let before = last.insert(*process, *signed);
        let Some(issue) = signed.access.map(|access| &facts.issues[&access]) else { continue };
        let omitted = issue.spent.filter(|_| issue.refresh.is_none() && matches!(event, Event::Refreshed(_)));
        if omitted.is_some() && (signed.refresh != omitted || before.and_then(|it| it.refresh) != omitted) {
            return Err(format!(
                "I31: process {process} has {:?} at {at}, and not {omitted:?}",
                signed.refresh
            ));
        }
    }
    Ok(())
}

/// I16, and that a loss is told as one.
fn reasons(facts: &Facts<'_>) -> Checked {
    let mut last: BTreeMap<Process, Signed> = BTreeMap::new();
    let mut sent: BTreeMap<Send, Token> = BTreeMap::new();
    let mut spent: BTreeSet<Token> = BTreeSet::new();
    // What a process was definitely refused, and whether that had been spent by another process.
    let mut refused: BTreeMap<Process, Vec<(Token, bool)>> = BTreeMap::new();
    // What was spent for an answer that a process received and could not decode.
    let mut undecodable: BTreeSet<Token> = BTreeSet::new();
    let mut came_last: BTreeMap<Process, Came> = BTreeMap::new();
    let mut over: BTreeSet<(Process, Token)> = BTreeSet::new();
    // I38: a process may send a token without a claim after it has read that the store does not have the
    // login. A write that had timed out before that read can still be done later. Other processes find a
    // spent token then, and no intent.
    let mut read: BTreeMap<Process, (u64, Option<Family>)> = BTreeMap::new();
    let mut unclaimed: BTreeMap<Token, (Process, u64)> = BTreeMap::new();
    let mut came_late: BTreeSet<Token> = BTreeSet::new();
    let family = |kept: &Option<Kept>| {
        kept.as_ref().and_then(|kept| kept.access.or(kept.refresh)).map(|token| facts.family(token))
    };
    let (mut cleared, mut is_bare) = (false, false);
    for Entry { at, what } in facts.history {
        match what {
            What::Issue { spent: Some(token), refresh: Some(_), .. } => {
                spent.insert(*token);
            }
            What::Read { process, since, kept } => {
                read.insert(*process, (*since, family(kept)));
            }
            What::Refresh { process, send, refresh, .. } => {
                sent.insert(*send, *refresh);
                if let Some((since, found)) = read.get(process)
                    && *found != Some(facts.family(*refresh))
                {
                    unclaimed.entry(*refresh).or_insert((*process, *since));
                }
            }
            What::Refreshed { process, send, came, .. } => {
                let token = sent[send];
                came_last.insert(*process, *came);
                if *came == Came::Refused {
                    refused.entry(*process).or_default().push((token, spent.contains(&token)));
                }
                if *came == Came::Undecodable {
                    undecodable.insert(token);
                }
            }
            What::Judged { process, access, over: true, .. } => {
                over.insert((*process, *access));
            }
            What::Wrote { process, since, kept, .. } => {
                let refresh = kept.as_ref().and_then(|kept| kept.refresh);
                let had_timed_out = |token: &Token| {
                    let read = unclaimed.get(token).filter(|(by, _)| by == process);
                    read.is_some_and(|(_, read)| since + STORE_TIMEOUT <= *read)
                };
                came_late.extend(refresh.filter(had_timed_out));
                cleared = cleared || kept.is_none();
                is_bare |= kept.as_ref().is_some_and(|kept| kept.refresh.is_none());
            }
            What::Told { process, event: Event::SignedIn(signed) | Event::Refreshed(signed) } => {
                last.insert(*process, *signed);
            }
            What::Told { process, event: Event::Expired(reason) } => {
                let signed = last[process];
                // Of a store it may have been another login, which another process has put in the place of
                // this one.
                let is_its = |token| {
                    facts.world.store.is_some()
                        || signed.access.is_some_and(|it| facts.family(it) == facts.family(token))
                };
                let no = refused.get(process).into_iter().flatten().rfind(|(token, _)| is_its(*token));
                let is_right = match reason {
                    ExpiredReason::RefreshRejected | ExpiredReason::LostRotation => no.is_some(),
                    ExpiredReason::UndecodableRefresh => {
                        no.is_some_and(|(token, _)| undecodable.contains(token))
                    }
                    ExpiredReason::NoRefreshToken => signed.refresh.is_none() || is_bare,
                    ExpiredReason::LoginOver => {
                        signed.access.is_some_and(|it| over.contains(&(*process, it)))
                    }
                    _ => false,
                };
                if let (false, Some(came)) = (is_right, came_last.get(process))
                    && matches!(came, Came::Kept | Came::KeptInDoubt | Came::Foreign | Came::Undecodable)
                {
                    return Err(format!(
                        "I39: the login of {process} ended at {at} for {reason:?}, after an answer of the \
                         kind {came:?}"
                    ));
                }
                if !is_right {
                    return Err(format!(
                        "I16: the login of {process} ended at {at} for {reason:?}, which nothing said"
                    ));
                }
                // Where two may have refreshed at once, neither can know.
                let is_lost = (facts.agree() || facts.world.processes == 1)
                    && no.is_some_and(|(token, was_spent)| {
                        *was_spent && !undecodable.contains(token) && !came_late.contains(token)
                    });
                if *reason == ExpiredReason::RefreshRejected && is_lost {
                    return Err(format!(
                        "I14: process {process} is told at {at} of a refusal, and it was an answer that got \
                         lost"
                    ));
                }
            }
            What::Told { process, event: Event::SignedOut } => {
                let signs_out = |doing| matches!(doing, Doing::SignOut | Doing::Logout);
                let mut deeds = facts.deeds(*process).filter(|deed| deed.begin <= *at);
                if !cleared && !deeds.any(|deed| signs_out(deed.doing) && *deed.before != Seen::Out) {
                    return Err(format!("I16: process {process} is signed out at {at}, without a cause"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}
