//! Counts the instructions and the heap of a process with valgrind, and compares figures with those of
//! `ratios.txt`. A process that is measured is the bench itself, started once more with the name of a
//! scenario and a count.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, ExitCode};

/// The figures that `just guard` compares with: ratios, counts of instructions, and sizes in bytes.
const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/ratios.txt");
/// How the names of sizes begin.
pub(crate) const BYTES: &str = "bytes of ";

/// Figures by their names.
pub(crate) type Figures = BTreeMap<String, f64>;

/// Counts instructions.
pub(crate) const INSTRUCTIONS: &str = "callgrind";

/// Returns what `tool` counts for each of `scenario`: those of many less those of few, so that what happens
/// once does not count. [`INSTRUCTIONS`], or the bytes on the heap at its peak by `dhat`.
pub(crate) fn each(tool: &str, scenario: &str) -> Option<u64> {
    let label = if tool == INSTRUCTIONS { "Collected :" } else { "At t-gmax:" };
    let told = |count| of_valgrind(tool, scenario, count, label);
    Some((told(2_100)? - told(100)?) / 2_000)
}

/// Runs `scenario` in a process under `tool`. Returns the first number after `label` in its report.
fn of_valgrind(tool: &str, scenario: &str, count: u64, label: &str) -> Option<u64> {
    let output = Command::new("valgrind")
        .args([format!("--tool={tool}"), format!("--{tool}-out-file=/dev/null")])
        .arg(std::env::current_exe().ok()?)
        .args([scenario, &count.to_string()])
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{scenario} {count}: {told}");
    let told = told.lines().find_map(|line| line.split(label).nth(1))?;
    told.split_whitespace().next()?.replace(',', "").parse().ok()
}

/// Measures, prints the figures, and does with them what `words` say: nothing, compare or write.
pub(crate) fn report(words: &[&str], measured: Option<Figures>) -> ExitCode {
    let Some(measured) = measured else {
        println!("valgrind is needed to count instructions");
        return ExitCode::FAILURE;
    };
    match words {
        ["--guard", "--write"] => write(measured),
        ["--guard"] if !guard(&measured) => return ExitCode::FAILURE,
        ["--guard"] => {
            println!("ok: no size and, by more than 3 %, no other figure is above benches/ratios.txt");
        }
        _ => {}
    }
    ExitCode::SUCCESS
}

/// Compares with the committed figures. Fails if a size is above, or another figure more than 3 %.
fn guard(measured: &Figures) -> bool {
    let committed = committed();
    let mut holds = true;
    for (name, figure) in measured {
        let Some(before) = committed.get(name) else {
            println!("{name} is not in benches/ratios.txt: `just guard-write`");
            holds = false;
            continue;
        };
        let change = (figure / before - 1.0) * 100.0;
        if change > if name.starts_with(BYTES) { 0.0 } else { 3.0 } {
            println!("{name}: {figure:.3} is {change:.1} % above {before:.3} of benches/ratios.txt");
            holds = false;
        }
    }
    holds
}

/// Writes `measured` in place of the committed figures of the same names.
fn write(measured: Figures) {
    let mut figures = committed();
    figures.extend(measured);
    let lines = figures.iter().map(|(name, figure)| format!("{name}: {figure:.3}\n"));
    fs::write(COMMITTED, lines.collect::<String>()).unwrap();
}

fn committed() -> Figures {
    let committed = fs::read_to_string(COMMITTED).unwrap_or_default();
    let pairs = committed.lines().filter_map(|line| line.rsplit_once(": "));
    pairs.filter_map(|(name, figure)| Some((name.to_owned(), figure.parse().ok()?))).collect()
}
