//! Holds a history to the invariants, by their numbers. Knows nothing of how a world comes about.

mod answers;
mod causes;
mod events;
mod exits;
mod forbidding;
mod holds;
mod sends;
mod stores;
mod unread;
mod unwritable;
mod waits;

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{Came, Doing, Entry, Event, Family, Op, Outcome, Process, Seen, Send, Token, What};
use crate::run::Run;
use crate::world::World;

/// Milliseconds that a call has which is told none.
const TIMEOUT: u64 = 30_000;
/// Milliseconds that a session waits for one operation of its store.
const STORE_TIMEOUT: u64 = 5_000;

/// What is broken begins with the number of the invariant.
type Checked = Result<(), String>;

/// All that is broken, each by the first instance of it.
pub fn check(run: &Run) -> Checked {
    let facts = Facts::of(run);
    let checks = [
        sends::check,
        causes::check,
        events::check,
        stores::check,
        unread::check,
        unwritable::check,
        forbidding::check,
        waits::check,
        exits::check,
        answers::check,
    ];
    let broken: Vec<String> = checks.iter().filter_map(|check| check(&facts).err()).collect();
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
}

/// A history, and what is looked up in it again and again.
struct Facts<'a> {
    world: &'a World,
    history: &'a [Entry],
    issues: BTreeMap<Token, Issue>,
    ops: BTreeMap<Op, Deed<'a>>,
    killed: BTreeMap<Process, u64>,
    /// What each call sent first and when.
    requests: BTreeMap<Op, (u64, &'a str)>,
    /// When each call was answered last, and with what.
    answers: BTreeMap<Op, (u64, u16)>,
    /// Where and when a process was told that a token is rejected, in order.
    judged: BTreeMap<(Process, Token), Vec<Judged<'a>>>,
    /// The same by its endpoint.
    rejections: BTreeMap<(Process, &'a str), Vec<Judged<'a>>>,
    /// The calls that were rejected.
    judges: BTreeSet<Op>,
    /// When a server first accepted a token of a process.
    accepted: BTreeMap<(Process, Token), u64>,
    /// When an endpoint accepted a token.
    served: BTreeMap<(Process, Token, &'a str), Vec<u64>>,
    /// What each call was signed with last, and as which version of the login.
    signed: BTreeMap<Op, (Token, Option<Version>)>,
    /// When each process was told that a refresh fails, and until when none is tried.
    failing: BTreeMap<Process, Vec<(u64, u64)>>,
    /// When each process first received an answer to a refresh with a token, and could not decode it.
    undecodable: BTreeMap<Token, BTreeMap<Process, u64>>,
    /// What each refresh was sent with.
    sent: BTreeMap<Send, Token>,
    /// When each process was told that an answer cannot be decoded.
    unread: BTreeMap<Process, Vec<u64>>,
    /// When each process was told of the end of a refresh, or of a sign-in, a sign-out or its end.
    turns: BTreeMap<Process, Vec<u64>>,
    /// When a refresh of a process was first rejected.
    refused: BTreeMap<Process, u64>,
    /// When a token was first published in a process, and whether it came by a refresh.
    published: BTreeMap<(Process, Token), (u64, bool)>,
    /// What was done in a process but calls: there are few of these.
    deeds: BTreeMap<Process, Vec<Op>>,
    /// By how many milliseconds the time of day went ahead, all in all.
    ahead: u64,
}

/// A version of a login in a process: the epoch, and the generation.
type Version = (u64, u64);

struct Issue {
    at: u64,
    family: Family,
    user: &'static str,
    told: Option<u64>,
    refresh: Option<Token>,
    spent: Option<Token>,
}

/// An endpoint has rejected a token.
#[derive(Clone, Copy)]
struct Judged<'a> {
    at: u64,
    op: Op,
    access: Token,
    endpoint: &'a str,
    /// Whether the call had been rejected before.
    is_replay: bool,
    /// Whether another version of the login had taken the place of the token's by then.
    is_late: bool,
    /// Whether the judge was told that the login is over.
    is_over: bool,
    epoch: Option<u64>,
}

/// What a caller did.
struct Deed<'a> {
    process: Process,
    doing: Doing,
    begin: u64,
    before: &'a Seen,
    /// When its caller's own limit ends it.
    limit: u64,
    /// When its own timeout does.
    deadline: u64,
    end: Option<(u64, &'a Outcome, &'a Seen)>,
    /// Whether the server took the token that the session had, at the beginning and at the end.
    is_live: (bool, bool),
}

impl<'a> Facts<'a> {
    fn of(run: &'a Run) -> Self {
        let mut facts = Self {
            world: &run.world,
            history: &run.history,
            issues: BTreeMap::new(),
            ops: BTreeMap::new(),
            killed: BTreeMap::new(),
            requests: BTreeMap::new(),
            answers: BTreeMap::new(),
            judged: BTreeMap::new(),
            rejections: BTreeMap::new(),
            judges: BTreeSet::new(),
            accepted: BTreeMap::new(),
            served: BTreeMap::new(),
            signed: BTreeMap::new(),
            failing: BTreeMap::new(),
            undecodable: BTreeMap::new(),
            sent: BTreeMap::new(),
            unread: BTreeMap::new(),
            turns: BTreeMap::new(),
            refused: BTreeMap::new(),
            published: BTreeMap::new(),
            deeds: BTreeMap::new(),
            ahead: 0,
        };
        run.history.iter().for_each(|entry| facts.add(entry));
        facts
    }

    fn add(&mut self, Entry { at, what }: &'a Entry) {
        let at = *at;
        match what {
            What::Issue { access, refresh, family, user, told, spent } => {
                let (family, told, refresh, spent) = (*family, *told, *refresh, *spent);
                self.issues.insert(*access, Issue { at, family, user, told, refresh, spent });
            }
            What::Begin { process, op, doing, seen, is_live } => {
                let (process, doing, is_live) = (*process, *doing, (*is_live, false));
                if !doing.is_call() {
                    self.deeds.entry(process).or_default().push(*op);
                }
                let (limit, deadline) = (u64::MAX, at + TIMEOUT);
                let deed =
                    Deed { process, doing, begin: at, before: seen, limit, deadline, end: None, is_live };
                self.ops.insert(*op, deed);
            }
            What::Limited { op, within, is_timeout } => {
                let deed = self.ops.get_mut(op).unwrap();
                deed.limit = at.saturating_add(*within).min(deed.limit);
                if *is_timeout {
                    deed.deadline = at.saturating_add(*within);
                }
            }
            What::End { op, outcome, seen, is_live, .. } => {
                let deed = self.ops.get_mut(op).unwrap();
                deed.end = Some((at, outcome, seen));
                deed.is_live.1 = *is_live;
            }
            What::Request { op, line, access, seen, .. } => {
                self.requests.entry(*op).or_insert((at, line));
                self.signed.extend(access.map(|access| (*op, (access, version(seen, access)))));
            }
            What::Answer { process, op, status } => {
                self.answers.insert(*op, (at, *status));
                if let (Some((access, _)), 200) = (self.signed.get(op), status) {
                    self.accepted.entry((*process, *access)).or_insert(at);
                    let by = (*process, *access, endpoint(self.requests[op].1));
                    self.served.entry(by).or_default().push(at);
                }
            }
            What::Judged { process, op, access, over, seen } => {
                let (op, access, endpoint) = (*op, *access, endpoint(self.requests[op].1));
                let is_replay = !self.judges.insert(op);
                let is_late = version(seen, access).is_none_or(|version| self.signed[&op].1 != Some(version));
                let epoch = seen.signed().map(|signed| signed.epoch);
                let judged = Judged { at, op, access, endpoint, is_replay, is_late, is_over: *over, epoch };
                self.judged.entry((*process, access)).or_default().push(judged);
                self.rejections.entry((*process, endpoint)).or_default().push(judged);
            }
            What::Refresh { send, refresh, .. } => drop(self.sent.insert(*send, *refresh)),
            What::Refreshed { process, send, came, .. } => match came {
                Came::Undecodable => {
                    let by = self.undecodable.entry(self.sent[send]).or_default();
                    by.entry(*process).or_insert(at);
                }
                Came::Refused => drop(self.refused.entry(*process).or_insert(at)),
                _ => {}
            },
            What::Told { process, event } => self.told(*process, event, at),
            What::Kill { process } => drop(self.killed.insert(*process, at)),
            What::Jump { by } => self.ahead += u64::try_from(*by).unwrap_or(0),
            _ => {}
        }
    }

    fn told(&mut self, process: Process, event: &Event, at: u64) {
        match event {
            Event::Failing(cause, wait) => {
                self.failing.entry(process).or_default().push((at, at + wait));
                if cause == "Decode" {
                    self.unread.entry(process).or_default().push(at);
                }
            }
            Event::SignedIn(signed) | Event::Refreshed(signed) => {
                let is_refreshed = matches!(event, Event::Refreshed(_));
                if let Some(access) = signed.access {
                    self.published.entry((process, access)).or_insert((at, is_refreshed));
                }
            }
            _ => {}
        }
        if !matches!(event, Event::Degraded | Event::Overtaken | Event::Recovered | Event::Missed) {
            self.turns.entry(process).or_default().push(at);
        }
    }

    /// What was done in `process` but calls.
    fn deeds(&self, process: Process) -> impl Iterator<Item = &Deed<'a>> {
        self.deeds.get(&process).into_iter().flatten().map(|op| &self.ops[op])
    }

    /// The login that a token is of. An access token and what it came with have one number.
    fn family(&self, token: Token) -> Family {
        self.issues[&token].family
    }

    fn user(&self, token: Token) -> &'static str {
        self.issues[&token].user
    }

    /// The most that `access` can seem to be old at `now`, by either clock.
    fn oldest(&self, access: Token, now: u64) -> u64 {
        (now + self.ahead).saturating_sub(self.issues[&access].at)
    }

    /// When `process` was first told that `access` is rejected.
    fn rejected(&self, process: Process, access: Token) -> Option<u64> {
        self.judged.get(&(process, access)).map(|judged| judged[0].at)
    }

    /// I34: whether `access` works in `process` at `now` without fail, as far as the process was told since
    /// `since`: some server has accepted it, and none that has rejected it ever did.
    fn works_elsewhere(&self, process: Process, access: Token, since: u64, now: u64) -> bool {
        let was_served_by = |endpoint: &str, until: u64| {
            let served = self.served.range((process, access, "")..=(process, access, "~"));
            let mut its = served.filter(|((.., its), _)| endpoint.is_empty() || *its == endpoint);
            its.any(|(_, times)| times.iter().any(|at| since <= *at && *at < until))
        };
        let mut judged = self.judged.get(&(process, access)).into_iter().flatten();
        let knew_it = judged.any(|it| it.at <= now && was_served_by(it.endpoint, now + 1));
        was_served_by("", now) && !knew_it && self.has_not_lapsed(access, now)
    }

    /// I34: whether an endpoint can have rejected `access` for its own calls alone.
    fn may_reject_alone(&self, process: Process, access: Token, now: u64) -> bool {
        let judged = self.judged.get(&(process, access)).into_iter().flatten();
        let is_rejected = judged.into_iter().any(|it| it.at <= now);
        is_rejected && self.accepted.get(&(process, access)).is_some_and(|since| *since <= now)
    }

    /// Whether `access` is still good at `now` by what was told of it, on every clock.
    fn has_not_lapsed(&self, access: Token, now: u64) -> bool {
        self.issues[&access].told.is_none_or(|told| self.oldest(access, now) < told)
    }

    /// Whether the processes agree without fail on who refreshes.
    fn agree(&self) -> bool {
        self.world.store.is_some() && !self.world.jumps
    }

    /// Whether a store can fail to say or to take something.
    fn store_fails(&self) -> bool {
        self.store_is_vague() || self.world.breaks.is_some()
    }

    /// Whether it can fail so that its caller cannot know what was done.
    fn store_is_vague(&self) -> bool {
        self.world.store_faults > 0 || self.world.panics > 0
    }
}

/// The version of the login that is at hand, if `access` is its token.
fn version(seen: &Seen, access: Token) -> Option<Version> {
    let signed = seen.signed().filter(|signed| signed.access == Some(access))?;
    Some((signed.epoch, signed.generation))
}

/// What a request asks, without the number of the call and every other argument.
fn endpoint(line: &str) -> &str {
    let path = line.find('/').map_or(line.len(), |path| path + 1);
    let end = line[path..].find('/').map_or(line.len(), |end| path + end);
    &line[..end]
}
