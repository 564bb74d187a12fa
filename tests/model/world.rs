//! What is random about a world: how many live in it, what fails, and how long anything lasts. A world often
//! has but a few of all troubles, so that what holds only without the others is seen too.

use crate::api::by_chance;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// Live at the same time; each has a client and a session of its own.
    pub processes: usize,
    /// Of each process.
    pub callers: usize,
    /// How the processes agree on who refreshes; `None` without a store.
    pub store: Option<Agreed>,
    /// Whether tokens say whose they are.
    pub subject: bool,
    /// How long access tokens live in seconds, from and to.
    pub lives: (u64, u64),
    /// Whether that is told.
    pub told: bool,
    /// Whether a refresh spends the refresh token.
    pub rotates: bool,
    /// Whether a refresh ends the access token before.
    pub replaces: bool,
    /// Whether a sign-in gives nothing to refresh with, now and then.
    pub without_refresh: bool,
    /// Whether the client judges by a function of the user's.
    pub judge: bool,
    /// How often things fail, in a thousand times.
    pub refresh_faults: u32,
    pub call_faults: u32,
    pub store_faults: u32,
    pub panics: u32,
    /// How often a caller signs in or out, in a thousand times.
    pub signs: u32,
    /// Whether the time of day jumps.
    pub jumps: bool,
    /// Whether processes die.
    pub kills: bool,
    /// Whether the server ends access tokens, and how often families, before their time.
    pub expires: bool,
    pub revokes: bool,
    /// Whether it ends refresh tokens before their access tokens.
    pub forgets: bool,
    /// Seconds until it is calm.
    pub lasts: u64,
    /// Milliseconds between two operations of a caller, at most.
    pub haste: u64,
    /// Whether some endpoints reject every token, and one of them does by chance.
    pub forbids: bool,
    /// Whether all of them do.
    pub forbids_all: bool,
    /// Whether calls go out unsigned too.
    pub unsigned: bool,
    /// Whether a process is a program: it makes a few calls and ends when the last of them has returned.
    pub programs: bool,
    /// How the store fails while it is broken, in a world where it ever is.
    pub breaks: Option<Broken>,
    /// Whether it is broken from the beginning.
    pub never_worked: bool,
    /// Whether a captive portal answers the refreshes for a while.
    pub portals: bool,
    /// How often the answer to a refresh cannot be decoded, in a thousand times.
    pub undecodable: u32,
    /// Whether the lifetimes that are told make no sense.
    pub misleads: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreed {
    /// A lock that the system frees when its holder dies.
    Lock,
    /// What stands in the store.
    Lease,
}

/// How a store fails that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// Every write fails, and is known to have failed.
    Writes,
    /// No write is ever answered, or done.
    Hangs,
    /// Every operation fails.
    All,
}

fn rarely(chance: u32, often: std::ops::Range<u32>) -> u32 {
    if by_chance(chance) { fastrand::u32(often) } else { 0 }
}

impl World {
    pub fn random() -> Self {
        let store = fastrand::choice([
            None,
            Some(Agreed::Lock),
            Some(Agreed::Lock),
            Some(Agreed::Lease),
            Some(Agreed::Lease),
        ]);
        let store = store.flatten();
        let told = by_chance(700);
        let lives = fastrand::choice([(2, 10), (10, 60), (60, 400), (400, 4000)]).unwrap_or((10, 60));
        let processes = if store.is_some() { fastrand::usize(1..=3) } else { 1 };
        let programs = store.is_some() && by_chance(200);
        let forbids = by_chance(300);
        let undecodable = rarely(250, 50..500);
        let is_slow = undecodable > 0 && by_chance(500);
        let breaks = fastrand::choice([Broken::Writes, Broken::Hangs, Broken::All]);
        let haste = match (forbids, is_slow) {
            (_, true) => 2_000..20_000,
            // A program is to be at its end about when its token is.
            _ if programs => 500..500 * lives.1.clamp(2, 40),
            (true, false) => 200..3_000,
            (false, false) => 500..20_000,
        };
        Self {
            processes,
            callers: fastrand::usize(1..=if is_slow { 3 } else { 10 }),
            store,
            subject: by_chance(600),
            lives,
            told,
            rotates: by_chance(800),
            replaces: by_chance(500),
            without_refresh: by_chance(150),
            judge: by_chance(400),
            refresh_faults: rarely(600, 20..600),
            call_faults: rarely(500, 10..200),
            store_faults: rarely(400, 10..400),
            panics: rarely(250, 5..80),
            signs: rarely(600, 10..300),
            jumps: by_chance(250),
            kills: store.is_some() && !programs && by_chance(500),
            expires: !told || by_chance(500),
            revokes: by_chance(200),
            forgets: by_chance(150),
            lasts: if is_slow { fastrand::u64(200..1_200) } else { fastrand::u64(20..240) },
            haste: fastrand::u64(haste),
            forbids,
            forbids_all: forbids && by_chance(200),
            unsigned: by_chance(300),
            programs,
            breaks: breaks.filter(|_| store.is_some() && by_chance(200)),
            never_worked: by_chance(500),
            portals: by_chance(250),
            undecodable,
            misleads: told && by_chance(80),
        }
    }
}
