//! The groups, and the table of `README.md`, which is what they are. `HOSTILE_TABLE=write cargo test --test
//! hostile table` writes it; read the difference before you commit it.

use std::fmt::Write;

use crate::case::{Case, PART, VALUE};
use crate::run::Form;
use crate::{
    cut, encodings, framing, http2, large, pool, protocols, proxies, redirects, slow, statuses, tls, uploads,
};

/// Cases of a kind.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) cases: fn(Form) -> Vec<Case>,
}

const GROUPS: [&Group; 19] = [
    &cut::ANSWERS,
    &cut::REFRESHES,
    &cut::REFUSALS,
    &cut::SIGN_INS,
    &slow::GROUP,
    &large::GROUP,
    &framing::LENGTHS,
    &framing::CHUNKS,
    &protocols::GROUP,
    &statuses::GROUP,
    &redirects::GROUP,
    &pool::GROUP,
    &uploads::GROUP,
    &tls::CUTS,
    &tls::HANDSHAKES,
    &http2::CUTS,
    &http2::FRAMES,
    &encodings::GROUP,
    &proxies::GROUP,
];

/// Stands in front of what is written.
const BEGIN: &str = "## The cases\n";

/// The rows of `cases`: those of one row are right with the same.
fn rows(cases: &[Case]) -> String {
    let mut rows: Vec<(&Case, usize)> = Vec::new();
    for case in cases {
        match rows.iter_mut().find(|(first, _)| first.row == case.row) {
            Some((first, count)) => {
                assert_eq!(first.right, case.right, "{}, {}", case.row, case.at);
                *count += 1;
            }
            None => rows.push((case, 1)),
        }
    }
    let mut text = String::from("| case | cases | right | sent | refreshes |\n|---|---|---|---|---|\n");
    for (Case { row, right, .. }, count) in rows {
        let came = right.came.split(" or ").map(|came| match came {
            VALUE | PART => came.to_owned(),
            came => format!("`{came}`"),
        });
        let came = came.collect::<Vec<_>>().join(" or ");
        let sent = right.sent.map_or("by chance".to_owned(), |sent| sent.to_string());
        let refreshes = right.refreshes;
        writeln!(text, "| {row} | {count} | {came} | {sent} | {refreshes} |").unwrap();
    }
    text
}

fn table() -> String {
    let (mut text, mut all, mut long) = (String::new(), 0, 0);
    for group in GROUPS {
        let cases = (group.cases)(Form::Long);
        long += cases.len();
        all += (group.cases)(Form::Short).len();
        write!(text, "\n### {}\n\n{}", group.name, rows(&cases)).unwrap();
    }
    format!("\n{all} cases in `cargo test`, {long} in the long form, of which the tables tell.\n{text}")
}

#[test]
fn the_table_is_what_is_tried() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/hostile/README.md");
    let written = std::fs::read_to_string(path).unwrap();
    let (before, _) = written.split_once(BEGIN).unwrap();
    let text = format!("{before}{BEGIN}{}", table());
    if std::env::var_os("HOSTILE_TABLE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    for (line, (wrote, is)) in written.lines().zip(text.lines()).enumerate() {
        assert_eq!(wrote, is, "tests/hostile/README.md:{}: `HOSTILE_TABLE=write` writes it", line + 1);
    }
    assert_eq!(written.len(), text.len());
}
