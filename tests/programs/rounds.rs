//! Programs of chance, one after the other on the same login. `PROGRAM_ROUNDS` says how many, `PROGRAM_SEED`
//! where chance begins.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::child::{FLAVOURS, WAITS};
use crate::program::Login;

const ROUNDS: u64 = 24;

/// As many logins at once as there are programs that mostly wait.
const LOGINS: u64 = 8;

/// The longest that the server takes for a refresh, in milliseconds: in time, for a call that waits 2 s at
/// most after its answer. Where the machine takes the rest of these, the program may lose its login, and has
/// waited as long.
const LATENCY: u64 = 1_500;

/// What a program does that may not lose its login, most often the first.
const DEEDS: [(&str, &str); 4] =
    [("call", "ann"), ("call", "ann"), ("fail", "status 500"), ("ask for the token", "ann")];

/// The results of a number of programs of one login.
#[derive(Default)]
struct Came {
    /// Each outcome, and how often.
    to: BTreeMap<String, u64>,
    refreshes: usize,
    lost: u64,
    /// Lost by a program that has waited for as long as it is to.
    late: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i37_a_short_program_does_not_lose_its_login() {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("PROGRAM_SEED").unwrap_or(0);
    let rounds = number("PROGRAM_ROUNDS").unwrap_or(ROUNDS);
    let mut logins = JoinSet::new();
    for login in 0..LOGINS.min(rounds) {
        let rounds = rounds / LOGINS + u64::from(login < rounds % LOGINS);
        logins.spawn(programs(seed + login, rounds));
    }
    let mut all = Came::default();
    while let Some(came) = logins.join_next().await {
        let came = came.unwrap();
        for (outcome, times) in came.to {
            *all.to.entry(outcome).or_insert(0) += times;
        }
        all.refreshes += came.refreshes;
        all.lost += came.lost;
        all.late += came.late;
    }
    let Came { to, refreshes, lost, late } = &all;
    let lost_logins = format!("{lost} logins lost, and {late} after 2 s");
    writeln!(std::io::stdout(), "{rounds} programs, {refreshes} refreshes, {lost_logins}: {to:?}").unwrap();
    assert_eq!(*lost, 0, "I37: PROGRAM_SEED={seed}: {to:?}");
}

/// So many programs, each of which finds the token in the window in which it is refreshed in advance.
async fn programs(seed: u64, rounds: u64) -> Came {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut login = Login::new().await;
    let mut came = Came::default();
    for _ in 0..rounds {
        let flavour = FLAVOURS[random.usize(..FLAVOURS.len())];
        let (does, expected) = DEEDS[random.usize(..DEEDS.len())];
        login.server.refresh_latency(Duration::from_millis(random.u64(..LATENCY)));
        let has_waited = login.took >= WAITS;
        let outcome = login.program(flavour, does).await;
        let is_late = outcome == "LostRotation" && has_waited;
        let is_lost = outcome != expected && !is_late;
        *came.to.entry(format!("{does}: {outcome}")).or_insert(0) += 1;
        let counts = login.server.counts();
        came.lost += u64::from(is_lost);
        came.late += u64::from(is_late);
        if is_lost || counts.reused > 0 {
            came.refreshes += counts.refreshes;
            login = Login::new().await;
        }
    }
    came.refreshes += login.server.counts().refreshes;
    came
}
