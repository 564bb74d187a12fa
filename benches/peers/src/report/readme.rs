//! The table of the README, which stands between two comments and is written by each whole run.

use std::fs;

use super::text::{Text, grouped, ratio};
use crate::instructions::Cost;
use crate::subject::{BY_HAND, DEFAULT, EQUAL, HYPER_UTIL, LEAN};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
const BEGIN: &str = "<!-- `just report` writes this part. -->\n";
const END: &str = "<!-- The end of that part. -->\n";

/// The clients of the table, in the order of their figures.
const ROWS: [&str; 7] = [HYPER_UTIL, LEAN, DEFAULT, BY_HAND, EQUAL, "progenitor", "feignhttp"];

/// Writes `part` into the README.
pub fn write(part: &str) {
    let readme = fs::read_to_string(README).unwrap();
    let parts = readme.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.unwrap_or_else(|| panic!("README.md has no part between two comments"));
    fs::write(README, format!("{before}{BEGIN}\n{}\n{END}{after}", part)).unwrap();
}

/// Returns what the README shows.
pub fn part(costs: &[Cost]) -> String {
    let of = |name: &str| costs.iter().find(|it| it.subject.name == name).unwrap();
    let count = |name: &str| of(name).instructions as f64;
    let mut text = Text::default();
    let mut shown: Vec<&Cost> = ROWS.iter().map(|name| of(name)).collect();
    shown.sort_by_key(|it| it.instructions);
    let row = |it: &&Cost| {
        let figures = [grouped(it.instructions), ratio(it.instructions as f64, count(BY_HAND))];
        match it.subject.is_ours() {
            true => [vec![format!("**{}**", it.subject.label)], figures.to_vec()].concat(),
            false => [vec![it.subject.label.to_owned()], figures.to_vec()].concat(),
        }
    };
    text.table(&["one call", "instructions", "of reqwest by hand"], shown.iter().map(row));
    let fastest = costs.iter().min_by_key(|it| it.instructions).unwrap();
    let mut said = format!(
        "Of reqwest by hand with a query and a timeout, which does most of what this client does, the \
         default transport takes {} of the instructions.",
        ratio(count(DEFAULT), count(EQUAL))
    );
    if !fastest.subject.is_ours() {
        said += &format!(
            " This client is not the fastest: {}, takes {} of the instructions of `LeanTransport`.",
            fastest.subject.label,
            ratio(fastest.instructions as f64, count(LEAN)),
        );
    }
    text.paragraph(&said);
    text.finish()
}
