//! The list can be carried out as it stands, and the table of `README.md` says the truth about it and about
//! docs/design/invariants.md.

use std::fs;

use crate::list::{self, Mutation};
use crate::named::{named, path_of, root, tests_of};

/// A row of the table: an invariant, in a few words, the tests that hold it, and its mutations.
struct Row<'a> {
    line: usize,
    invariant: &'a str,
    tests: &'a str,
    mutations: &'a str,
}

fn rows(readme: &str) -> Vec<Row<'_>> {
    let rows = readme.lines().enumerate().filter_map(|(at, line)| {
        let cells: Vec<_> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [invariant, _, tests, mutations] = cells[..] else { return None };
        is_number(invariant).then_some(Row { line: at + 1, invariant, tests, mutations })
    });
    rows.collect()
}

fn is_number(word: &str) -> bool {
    word.strip_prefix('I').is_some_and(|digits| digits.parse::<u8>().is_ok())
}

fn text_of(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// What is wrong with the test that is named so, as one of `invariant`: it is none, or does not name it.
fn wrong_with((file, name): (&str, &str), invariant: &str) -> Option<String> {
    let Some(text) = tests_of(&path_of(file)).remove(name) else {
        return Some(format!("`{file}::{name}` is no test"));
    };
    let mut words = text.split(|it: char| !it.is_ascii_alphanumeric());
    let names_it = words.any(|word| word.eq_ignore_ascii_case(invariant));
    (!names_it).then(|| format!("`{file}::{name}` does not name {invariant}"))
}

fn report(file: &str, findings: &[String]) {
    let findings: Vec<_> = findings.iter().map(|it| format!("tests/mutations/{file}:{it}")).collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn each_mutation_can_be_made_and_has_its_test() {
    let mut findings = Vec::new();
    for mutation in list::all() {
        let Mutation { invariant, what, file, test_file, test, find, put, line } = &mutation;
        let mut report = |finding: String| findings.push(format!("{line}: {what}: {finding}"));
        if !is_number(invariant) {
            report(format!("{invariant} is no number of an invariant"));
        }
        match text_of(file).matches(find).count() {
            1 if find != put => {}
            1 => report("nothing is changed".to_owned()),
            count => report(format!("what it replaces is in {file} {count} times")),
        }
        wrong_with((test_file, test), invariant).into_iter().for_each(report);
    }
    report("list.txt", &findings);
}

#[test]
fn each_invariant_has_tests_and_mutations_and_a_row_that_says_so() {
    let (invariants, readme, list) =
        (text_of("docs/design/invariants.md"), text_of("tests/mutations/README.md"), list::all());
    let invariants =
        invariants.lines().filter_map(|line| Some(line.strip_prefix("- **")?.split_once("**")?.0));
    let invariants: Vec<_> = invariants.filter(|word| is_number(word)).collect();
    let rows = rows(&readme);
    let mut numbers: Vec<_> = rows.iter().map(|row| row.invariant).collect();
    numbers.sort_by_key(|number| invariants.iter().position(|invariant| invariant == number));
    assert_eq!(numbers, invariants, "the table has a row for each invariant of docs/design/invariants.md");

    let mut findings = Vec::new();
    for Row { line, invariant, tests, mutations } in rows {
        let mut report = |finding: String| findings.push(format!("{line}: {invariant}: {finding}"));
        let its: Vec<_> = list.iter().filter(|mutation| mutation.invariant == invariant).collect();
        let made: Vec<_> = its.iter().map(|mutation| mutation.what.as_str()).collect();
        if made.is_empty() || mutations != made.join("; ") {
            report(format!("the list says: {}", made.join("; ")));
        }
        for mutation in its {
            if !tests.contains(&mutation.seen_by()) {
                report(format!("{} is missing, which sees a mutation", mutation.seen_by()));
            }
        }
        named(tests).filter_map(|test| wrong_with(test, invariant)).for_each(report);
    }
    report("README.md", &findings);
}
