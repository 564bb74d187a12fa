//! The session under everything at once: random worlds of processes, callers, faults and deaths, and a
//! history that is held to the invariants. Knows nothing of how the session works: it sees what callers,
//! servers and stores see.
//!
//! Each seed is one world, and the same seed the same history. `MODEL_ROUNDS=100000` runs as many worlds,
//! `MODEL_SEED=7` one.

mod api;
mod callers;
mod checker;
mod history;
mod pages;
mod process;
mod refreshing;
mod run;
mod server;
mod stage;
mod store;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// As many worlds as fit into a `cargo test`.
const ROUNDS: u64 = 400;

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

/// What is wrong with the world of `seed`, and its history.
fn fault(seed: u64) -> Option<(String, String)> {
    let run = run::run(seed);
    let broken = checker::check(&run).err()?;
    let told = format!("{}{broken}\nMODEL_SEED={seed} cargo test --test model one_seed", run.told());
    Some((broken, told))
}

#[test]
fn every_world_keeps_the_invariants() {
    let rounds = number("MODEL_ROUNDS").unwrap_or(ROUNDS);
    let first = number("MODEL_FIRST").unwrap_or(0);
    let (next, faults) = (AtomicU64::new(first), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + rounds {
                        break;
                    }
                    if let Some((broken, told)) = fault(seed) {
                        faults.lock().unwrap().insert(seed, (broken, told));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    let list: Vec<String> =
        faults.iter().map(|(seed, (broken, _))| format!("seed {seed}: {broken}")).collect();
    let told = faults.values().next().map(|(_, told)| told.as_str()).unwrap_or_default();
    assert!(
        faults.is_empty(),
        "{} of {rounds} worlds break something\n{}\n\n{told}",
        list.len(),
        list.join("\n")
    );
}

#[test]
fn one_seed() {
    let Some(seed) = number("MODEL_SEED") else { return };
    let fault = fault(seed);
    assert!(fault.is_none(), "{}", fault.unwrap_or_default().1);
}

#[test]
fn a_seed_is_one_history() {
    for seed in 0..30 {
        let (one, other) = (run::run(seed).told(), run::run(seed).told());
        let differ = one.lines().zip(other.lines()).find(|(one, other)| one != other);
        assert_eq!(differ, None, "seed {seed} has two histories");
        assert_eq!(one.len(), other.len(), "seed {seed} has two histories");
    }
}
