//! What a report was measured with: the day, the machine, the compiler, and the versions of the peers.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use super::text::Text;
use crate::subject::ALL;

const LOCK: &str = include_str!("../../Cargo.lock");
/// Those that the measurements name, next to the peers.
const ALSO: [&str; 5] = ["arc-swap", "futures-util", "h2", "serde_json", "tokio"];

/// Adds what the figures depend on.
pub fn describe(text: &mut Text) {
    let rows = [
        ("date", said("date", &["-u", "+%Y-%m-%d"])),
        ("commit", commit()),
        ("processor", processor()),
        ("system", said("uname", &["-sr"]).split('-').next().unwrap().to_owned()),
        ("compiler", said("rustc", &["--version"])),
        ("valgrind", said("valgrind", &["--version"])),
        ("peers", versions(ALL.iter().filter_map(|it| it.package))),
        ("also", versions(ALSO)),
    ];
    text.table(&["", "measured with"], rows.map(|(name, value)| vec![name.to_owned(), value]));
}

fn versions<'a>(packages: impl IntoIterator<Item = &'a str>) -> String {
    let packages: BTreeSet<&str> = packages.into_iter().collect();
    let each: Vec<String> = packages.into_iter().map(|it| format!("{it} {}", version(it))).collect();
    each.join(", ")
}

/// Returns the version of a package in the lock file.
fn version(package: &str) -> &'static str {
    let begin = format!("name = \"{package}\"\nversion = \"");
    let after = LOCK.split_once(&begin).map(|(_, after)| after);
    after.and_then(|it| it.split('"').next()).unwrap_or("unknown")
}

fn commit() -> String {
    let changed = said("git", &["status", "--porcelain", "--untracked-files=no"]);
    // What a run writes is no change.
    let written = ["README.md", "benches/REPORT.md", "/plots/"];
    let changed = changed.lines().any(|line| !written.iter().any(|it| line.contains(it)));
    let commit = said("git", &["rev-parse", "--short=10", "HEAD"]);
    if changed { format!("{commit}, and changes") } else { commit }
}

fn processor() -> String {
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores", model.map_or("unknown", |(_, name)| name.trim()))
}

fn said(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output();
    output.map_or_else(|_| String::new(), |it| String::from_utf8_lossy(&it.stdout).trim().to_owned())
}
