//! Instructions per call, by valgrind's callgrind: of the client's process alone.

use std::process::{Command, ExitCode};

use crate::server::Server;
use crate::subject::{ALL, Subject};

/// Prints the instructions per call of the subjects with these names, or of all.
pub fn report(names: &[&str]) -> ExitCode {
    let server = Server::start();
    let counted: Vec<(Subject, u64)> = ALL
        .iter()
        .filter(|it| names.is_empty() || names.contains(&it.name) || it.name == "reqwest")
        .map(|it| (*it, per_call(*it, &server.base)))
        .collect();
    let by_hand = counted.iter().find(|(it, _)| it.name == "reqwest").map_or(1, |(_, count)| *count);
    for (subject, count) in counted {
        println!("{:24} {count:>8} {:.3}", subject.name, count as f64 / by_hand as f64);
    }
    ExitCode::SUCCESS
}

/// Those of many calls less those of few, so that what happens once does not count.
fn per_call(subject: Subject, base: &str) -> u64 {
    (total(subject, base, 2_200) - total(subject, base, 200)) / 2_000
}

fn total(subject: Subject, base: &str, calls: u32) -> u64 {
    let this = std::env::current_exe().unwrap();
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .args(["call", subject.name, base, &calls.to_string()])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = told.lines().find_map(|line| line.split("Collected :").nth(1)?.trim().parse().ok());
    line.unwrap_or_else(|| panic!("{told}"))
}
