//! The index next to this file is true: every number once, every test where it says, and no test here without
//! a story.

use std::collections::BTreeSet;
use std::fs;

#[path = "../tidy/named.rs"]
mod tests;

use tests::{named, path_of, root, tests_of};

/// What there is an index of: the letter in front of the numbers, and the highest.
const NUMBERS: [(&str, usize); 6] = [("", 80), ("A", 21), ("K", 23), ("X", 16), ("O", 17), ("U", 14)];

/// A row of one of the tables.
struct Row<'a> {
    line: usize,
    number: &'a str,
    text: &'a str,
    /// The last cell.
    held_by: &'a str,
}

impl<'a> Row<'a> {
    /// The tests it names, as `file::name`.
    fn tests(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        named(self.held_by)
    }
}

fn index() -> String {
    fs::read_to_string(root().join("tests/failures/README.md")).unwrap()
}

fn rows(index: &str) -> Vec<Row<'_>> {
    let rows = index.lines().enumerate().filter_map(|(at, text)| {
        let mut cells = text.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
        let (number, held_by) = (cells.next()?, cells.last()?);
        let digits = number.strip_prefix(|first: char| first.is_ascii_uppercase()).unwrap_or(number);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(Row { line: at + 1, number, text, held_by })
    });
    rows.collect()
}

fn report(findings: &[String]) {
    let findings: Vec<_> = findings.iter().map(|it| format!("tests/failures/README.md:{it}")).collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn each_number_is_in_the_index_once() {
    let index = index();
    let rows = rows(&index);
    let mut findings = Vec::new();
    for (letter, highest) in NUMBERS {
        for number in (1..=highest).map(|number| format!("{letter}{number}")) {
            match rows.iter().filter(|row| row.number == number).collect::<Vec<_>>()[..] {
                [_] => {}
                [] => findings.push(format!("1: {number} is missing")),
                [_, again, ..] => findings.push(format!("{}: {number} once more", again.line)),
            }
        }
    }
    let all = NUMBERS.iter().map(|(_, highest)| highest).sum::<usize>();
    if rows.len() != all && findings.is_empty() {
        findings.push(format!("1: {} rows instead of {all}", rows.len()));
    }
    report(&findings);
}

#[test]
fn each_number_is_held_by_tests_that_exist_or_says_why_not() {
    let index = index();
    let mut findings = Vec::new();
    for row in rows(&index) {
        let Row { line, number, .. } = row;
        for (file, name) in row.tests() {
            if !tests_of(&path_of(file)).contains_key(name) {
                findings.push(format!("{line}: {number} names `{file}::{name}`, which is no test"));
            }
        }
        let says_why_not = row.held_by.starts_with("Cannot apply: ");
        if (row.tests().count() == 0) != says_why_not {
            findings.push(format!("{line}: {number} is held by a test, or cannot apply"));
        }
        if number.starts_with(|first: char| first.is_ascii_digit()) && !row.text.contains("](https://") {
            findings.push(format!("{line}: {number} does not say where it was reported"));
        }
    }
    report(&findings);
}

#[test]
fn each_test_of_this_directory_is_in_the_index() {
    let index = index();
    let named: BTreeSet<_> = rows(&index).iter().flat_map(Row::tests).collect();
    let mut findings = Vec::new();
    for entry in fs::read_dir(root().join("tests/failures")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_none_or(|extension| extension != "rs") || file == "index" {
            continue;
        }
        for name in tests_of(&path).into_keys() {
            let file = format!("failures/{file}");
            if !named.contains(&(file.as_str(), name.as_str())) {
                findings.push(format!("1: `{file}::{name}` is in no row"));
            }
        }
    }
    report(&findings);
}
