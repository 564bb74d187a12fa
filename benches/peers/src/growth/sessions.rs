//! The memory of a process with many sessions in a pool.

use std::fs;

use super::printed;
use crate::plots::{self, Line};
use crate::report::text::{Text, grouped};
use crate::report::{Options, Section};

/// What the largest process takes at most, in KiB.
const MOST: u64 = 3_000_000;

struct Resident {
    sessions: u64,
    /// In KiB.
    process: u64,
    each: u64,
}

pub fn section(options: &Options) -> Section {
    let mut text = Text::default();
    let most = if available() > MOST { options.pick(1_000_000, 1_000) } else { 100_000 };
    let mut measured = Vec::new();
    let mut sessions = 1;
    while sessions <= most {
        measured.push(resident(sessions));
        sessions *= 10;
    }
    text.paragraph(
        "`cargo bench --bench sessions` signs so many users of a pool in, each with a token of 700 bytes \
         and a store that keeps nothing. The figure is the resident memory of the process when all are at \
         rest. That of each session is what the process has gained, so it says nothing of one or ten.",
    );
    let each = |it: &Resident| if it.sessions < 1_000 { String::new() } else { grouped(it.each) };
    let row = |it: &Resident| vec![grouped(it.sessions), grouped(it.process), each(it)];
    text.table(&["sessions", "process, KiB", "bytes each"], measured.iter().map(row));
    let points = measured.iter().map(|it| (it.sessions as f64, it.process as f64 / 1_024.0)).collect();
    let lines = [Line { label: "this client".to_owned(), points }];
    let title = "Memory of a process, by its sessions";
    plots::lines(&options.plot("sessions"), title, ("sessions", "resident memory, MiB"), &lines);
    text.plot("sessions", title);
    Section { text, compared: Vec::new(), readme: None }
}

fn resident(sessions: u64) -> Resident {
    let told = printed("cargo", &["bench", "--quiet", "--bench", "sessions", "--", &sessions.to_string()]);
    let begin = format!("{sessions} sessions: ");
    let line = told.lines().find_map(|line| line.strip_prefix(&begin)?.split_once(" KiB at rest, "));
    let (process, each) = line.unwrap_or_else(|| panic!("{told}"));
    let each = each.split(' ').next().unwrap();
    Resident { sessions, process: process.parse().unwrap(), each: each.parse().unwrap() }
}

/// Returns the memory that the machine has left, in KiB.
fn available() -> u64 {
    let told = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
