//! I37: a program that ends after its calls have returned leaves what their refreshes obtained in the store.

use std::collections::BTreeMap;

use super::{Checked, Facts};
use crate::history::{Entry, Family, Outcome, Process, Send, Token, What};

/// How long after its own answer a call waits for the refresh that it began, but for what the store needs.
const IN_TIME: u64 = 2_000 - 100;
/// The longest that a claim takes in a store that works and that no other holds.
const CLAIM: u64 = 200;

struct Sent {
    process: Process,
    refresh: Token,
    at: u64,
    until: Option<u64>,
    /// Whether the token at hand worked, so that the call was sent at once.
    in_advance: bool,
}

pub(super) fn check(facts: &Facts<'_>) -> Checked {
    if facts.store_fails() || facts.world.breaks.is_some() || facts.world.jumps {
        return Ok(());
    }
    let mut sends: BTreeMap<Send, Sent> = BTreeMap::new();
    let mut obtained: BTreeMap<Token, Token> = BTreeMap::new();
    let mut there: Option<(Family, Option<Token>)> = None;
    for Entry { at, what } in facts.history {
        match what {
            What::Renewal { process, send, refresh, seen } => {
                let access = seen.signed().and_then(|signed| signed.access);
                let in_advance = access.is_some_and(|access| {
                    let rejected = facts.rejected(*process, access);
                    facts.has_not_lapsed(access, *at) && rejected.is_none_or(|since| since > *at)
                });
                let sent = Sent { process: *process, refresh: *refresh, at: *at, until: None, in_advance };
                sends.insert(*send, sent);
            }
            What::OnTheWay { send, until, .. } => sends.get_mut(send).unwrap().until = Some(*until),
            What::Issue { access, spent: Some(spent), .. } => drop(obtained.insert(*spent, *access)),
            What::Wrote { kept, .. } => {
                there = kept.as_ref().and_then(|kept| {
                    let family = facts.family(kept.access.or(kept.refresh)?);
                    Some((family, kept.access))
                });
            }
            What::Exit { process } => {
                let mine = sends.values().filter(|sent| sent.process == *process && sent.in_advance);
                for sent in mine {
                    let Some(obtained) = obtained.get(&sent.refresh) else { continue };
                    let family = facts.family(sent.refresh);
                    let is_kept = there.is_none_or(|(its, access)| {
                        its != family || access.is_some_and(|access| access >= *obtained)
                    });
                    if !is_kept && in_time(facts, sent) {
                        return Err(format!(
                            "I37: process {process} ends at {at}, and a{obtained} of its refresh is not in the store"
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the answer to a refresh was to come while the call waited that may have begun it, whichever that was.
fn in_time(facts: &Facts<'_>, sent: &Sent) -> bool {
    let Some(until) = sent.until else { return false };
    let mut calls = facts.ops.iter().filter(|(_, deed)| {
        let end = deed.end.map_or(u64::MAX, |(end, ..)| end);
        deed.process == sent.process && deed.begin <= sent.at && sent.at <= end + CLAIM
    });
    calls.all(|(op, deed)| {
        let has_returned = matches!(deed.end, Some((_, Outcome::As(_), _)));
        has_returned && facts.answers.get(op).is_some_and(|(answered, _)| until <= answered + IN_TIME)
    })
}
