//! Processes that are measured: this program, started once more with other words, alone or under valgrind.

use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread;

/// What a process allocates in its whole life.
#[derive(Clone, Copy, Default)]
pub struct Heap {
    pub blocks: u64,
    pub bytes: u64,
}

/// Returns the numbers that this program prints when it is started with `words`.
pub fn numbers(words: &[&str]) -> Vec<u64> {
    let output = Command::new(this()).args(words).output().unwrap();
    printed(output, words).split_whitespace().map(|word| word.parse().unwrap()).collect()
}

/// Returns the same, or `None` after a message if the program fails.
pub fn numbers_or_failure(words: &[&str]) -> Option<Vec<u64>> {
    let output = Command::new(this()).args(words).output().unwrap();
    if output.status.success() {
        let printed = String::from_utf8(output.stdout).unwrap();
        return Some(printed.split_whitespace().map(|word| word.parse().unwrap()).collect());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = told.lines().filter(|line| !line.trim().is_empty()).take(2).collect();
    eprintln!("failed: {words:?}: {}", lines.join(" "));
    None
}

/// Counts the instructions of this program with `words`, by callgrind.
pub fn instructions(words: &[&str]) -> u64 {
    let told = valgrind("callgrind", words);
    number_after(&told, "Collected :").unwrap_or_else(|| panic!("{told}"))
}

/// Counts what this program allocates with `words`, by dhat.
pub fn heap(words: &[&str]) -> Heap {
    let told = valgrind("dhat", words);
    let line = told.lines().find_map(|line| line.split("Total:").nth(1));
    let total = line.and_then(|line| {
        let (bytes, blocks) = line.split_once(" in ")?;
        Some(Heap { bytes: number(bytes)?, blocks: number(blocks)? })
    });
    total.unwrap_or_else(|| panic!("{told}"))
}

/// Does all `jobs`, two at a time: what valgrind counts does not depend on the time that it takes.
pub fn both_cores<T: Send>(jobs: Vec<Box<dyn FnOnce() -> T + Send + '_>>) -> Vec<T> {
    let count = jobs.len();
    let waiting = Mutex::new(jobs.into_iter().enumerate());
    let done = Mutex::new(Vec::with_capacity(count));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().next();
                    let Some((place, job)) = next else { return };
                    let result = job();
                    done.lock().unwrap().push((place, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

fn valgrind(tool: &str, words: &[&str]) -> String {
    let output = Command::new("valgrind")
        .args([format!("--tool={tool}"), format!("--{tool}-out-file=/dev/null")])
        .arg(this())
        .args(words)
        .output()
        .unwrap_or_else(|error| panic!("valgrind is needed to count: {error}"));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    printed(output, words);
    told
}

fn printed(output: Output, words: &[&str]) -> String {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

fn this() -> std::path::PathBuf {
    std::env::current_exe().unwrap()
}

fn number_after(told: &str, label: &str) -> Option<u64> {
    number(told.lines().find_map(|line| line.split(label).nth(1))?)
}

/// Reads the first word of `text`, whose thousands commas may separate.
fn number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.replace(',', "").parse().ok()
}
