//! Holds a history to the invariants, by their numbers. Knows nothing of how a world comes about.

mod answers;
mod causes;
mod events;
mod sends;
mod stores;

use std::collections::BTreeMap;

use crate::history::{Doing, Entry, Family, Op, Outcome, Process, Seen, Token, What};
use crate::run::Run;
use crate::world::World;

/// What is broken begins with the number of the invariant.
type Checked = Result<(), String>;

pub fn check(run: &Run) -> Checked {
    let facts = Facts::of(run);
    sends::check(&facts)?;
    causes::check(&facts)?;
    events::check(&facts)?;
    stores::check(&facts)?;
    answers::check(&facts)
}

/// A history, and what is looked up in it again and again.
struct Facts<'a> {
    world: &'a World,
    history: &'a [Entry],
    issues: BTreeMap<Token, Issue>,
    ops: BTreeMap<Op, Deed<'a>>,
    killed: BTreeMap<Process, u64>,
    /// By how many milliseconds the time of day went ahead, all in all.
    ahead: u64,
}

struct Issue {
    at: u64,
    family: Family,
    user: &'static str,
    told: Option<u64>,
    refresh: Option<Token>,
    spent: Option<Token>,
}

/// What a caller did.
struct Deed<'a> {
    process: Process,
    doing: Doing,
    begin: u64,
    before: &'a Seen,
    end: Option<(u64, &'a Outcome, &'a Seen)>,
}

impl<'a> Facts<'a> {
    fn of(run: &'a Run) -> Self {
        let (mut issues, mut ops) = (BTreeMap::new(), BTreeMap::new());
        let (mut killed, mut ahead) = (BTreeMap::new(), 0);
        for Entry { at, what } in &run.history {
            match what {
                What::Issue { access, refresh, family, user, told, spent } => {
                    let (family, told, refresh, spent) = (*family, *told, *refresh, *spent);
                    issues.insert(*access, Issue { at: *at, family, user, told, refresh, spent });
                }
                What::Begin { process, op, doing, seen } => {
                    let deed = Deed { process: *process, doing: *doing, begin: *at, before: seen, end: None };
                    ops.insert(*op, deed);
                }
                What::End { op, outcome, seen, .. } => {
                    ops.get_mut(op).unwrap().end = Some((*at, outcome, seen));
                }
                What::Kill { process } => drop(killed.insert(*process, *at)),
                What::Jump { by } => ahead += u64::try_from(*by).unwrap_or(0),
                _ => {}
            }
        }
        Self { world: &run.world, history: &run.history, issues, ops, killed, ahead }
    }

    /// The login that a token is of. An access token and what it came with have one number.
    fn family(&self, token: Token) -> Family {
        self.issues[&token].family
    }

    fn user(&self, token: Token) -> &'static str {
        self.issues[&token].user
    }

    /// The most that `access` can seem to be old at `now`, by whatever clock.
    fn oldest(&self, access: Token, now: u64) -> u64 {
        now - self.issues[&access].at + self.ahead
    }

    /// Whether the processes agree without fail on who renews.
    fn agree(&self) -> bool {
        self.world.store.is_some() && !self.world.jumps
    }

    /// Whether a store can fail to say or to take something.
    fn store_fails(&self) -> bool {
        self.world.store_faults > 0 || self.world.panics > 0
    }
}
