//! Kills at moments of chance, the middle of a write among them, where nothing can be held. What may be found
//! then follows from what the server has counted and what stands in the file.
//!
//! `CRASH_ROUNDS` says how many, `CRASH_SEED` from which one on.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use crate::kept::Kept;
use crate::stage::Stage;

const ROUNDS: u64 = 60;

/// What the process does that is killed, most often the first, and how many steps it tells of.
const DEEDS: [(&str, usize); 5] =
    [("be served", 9), ("sign in", 7), ("sign in again", 6), ("sign out here", 5), ("sign out", 5)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whenever_a_process_is_killed_the_next_one_goes_on() {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let first = number("CRASH_SEED").unwrap_or(0);
    let rounds = number("CRASH_ROUNDS").unwrap_or(ROUNDS);
    let mut ends = BTreeMap::new();
    let mut torn = 0;
    for seed in first..first + rounds {
        let replay = Replay(seed);
        let (end, is_torn) = round(seed).await;
        *ends.entry(end).or_insert(0) += 1;
        torn += u32::from(is_torn);
        drop(replay);
    }
    // Past the test runner, which keeps to itself what a test that passes prints.
    let ends: Vec<_> = ends.iter().map(|(end, times)| format!("{times} {end}")).collect();
    let ends = ends.join(", ");
    writeln!(std::io::stdout(), "{rounds} kills, {torn} of them in the middle of a write: {ends}").unwrap();
}

/// Tells how to do a round again that fails.
struct Replay(u64);

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.0;
            eprintln!(
                "again, as far as chance allows: CRASH_SEED={seed} CRASH_ROUNDS=1 cargo test --test crash \
                 rounds"
            );
        }
    }
}

/// Kills one process, and has another one go on. Says what that one found, and whether the first was writing.
async fn round(seed: u64) -> (&'static str, bool) {
    let mut random = fastrand::Rng::with_seed(seed);
    let (deed, steps) = if random.bool() { DEEDS[0] } else { DEEDS[random.usize(..DEEDS.len())] };
    let after = random.usize(..=steps);
    let longest = [50, 500, 5_000][random.usize(..3)];
    let pause = Duration::from_micros(random.u64(..longest));
    let latency = Duration::from_micros(random.u64(..2_000));
    let case = format!("seed {seed}: to {deed}, killed {pause:?} after {after} steps");

    let stage = Stage::new(true).await;
    let server = &stage.server;
    let mut victim = stage.start();
    if deed != "sign in" {
        assert_eq!(victim.does("sign in").await, "signed in", "{case}");
        server.expire_access_tokens();
    }
    server.refresh_latency(latency);
    victim.say(deed.trim_end_matches(" again")).await;
    victim.takes(after).await;
    std::thread::sleep(pause);
    victim.kill().await;

    let is_torn = stage.names().iter().any(|name| name.ends_with(".tmp"));
    let kept = stage.kept().await;
    server.refresh_latency(Duration::ZERO);
    let mut next = stage.start();
    let found = next.does("be served").await;
    assert!(!next.has_told("busy"), "{case}: the lock of the dead is free");
    let counts = server.counts();
    let is_lost = found == "LostRotation";
    match (&*found, &kept) {
        ("no user", Kept::Nothing) => assert_eq!(deed, "sign in", "{case}"),
        ("no user", Kept::End) => assert!(deed.starts_with("sign out"), "{case}"),
        ("RefreshRejected", Kept::Login { number: 1, intent: false }) => {
            assert_eq!((deed, counts.logouts), ("sign out", 1), "{case}");
        }
        ("LostRotation", Kept::Login { number, intent: true }) => {
            assert_eq!(
                counts.rotations, *number,
                "{case}: the server has made tokens that no process received"
            );
        }
        ("ann, login 0" | "ann, login 1", Kept::Login { .. }) => {
            assert!(deed != "sign out" || counts.logouts == 0, "{case}");
            let Kept::Login { number, .. } = stage.kept().await else { panic!("{case}: nothing is kept") };
            assert_eq!(counts.rotations, number - 1, "{case}: the tokens that were made are kept");
        }
        _ => panic!("{case}: the next one found {found:?} in {kept:?}"),
    }
    assert_eq!(counts.reused, usize::from(is_lost), "{case}");
    let sends = stage.sends();
    let in_doubt = kept == Kept::Login { number: 1, intent: true };
    assert!(sends.iter().all(|sends| *sends <= 1 + usize::from(in_doubt)), "{case}: {sends:?}");
    if !found.starts_with("ann") {
        assert!(matches!(stage.kept().await, Kept::End | Kept::Nothing), "{case}: no token is left");
    }

    assert_eq!(next.does("sign in").await, "signed in", "{case}");
    assert!(next.does("be served").await.starts_with("ann"), "{case}");
    let mut names = stage.names();
    names.retain(|name| name != "login.renewing");
    assert_eq!(names, ["login", "login.lock"], "{case}: what the dead left is gone");
    let end = match (&*found, kept) {
        ("no user", _) => "signed out",
        ("RefreshRejected", _) => "ended at the server",
        ("LostRotation", _) => "lost with the answer",
        (_, Kept::Login { intent: true, .. }) => "in doubt, and not spent",
        (_, Kept::Login { number: 2, .. }) => "refreshed already",
        _ => "signed in as before",
    };
    (end, is_torn)
}
