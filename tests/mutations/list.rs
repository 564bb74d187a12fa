//! Reads `list.txt`. A mutation is a paragraph of it: the invariant and what becomes wrong, the file, the
//! test that sees it, and the text that is there (`-`) and that takes its place (`+`).

use std::fs;

use crate::named::root;

pub(crate) struct Mutation {
    /// The number, as in `I4`.
    pub(crate) invariant: String,
    /// What becomes wrong, in words.
    pub(crate) what: String,
    /// From the root of the workspace.
    pub(crate) file: String,
    /// Of the test, as a document names it.
    pub(crate) test_file: String,
    pub(crate) test: String,
    /// What is there once.
    pub(crate) find: String,
    pub(crate) put: String,
    /// Where it stands in the list.
    pub(crate) line: usize,
}

impl Mutation {
    pub(crate) fn seen_by(&self) -> String {
        format!("`{}::{}`", self.test_file, self.test)
    }

    pub(crate) fn applied_to(&self, text: &str) -> String {
        text.replacen(&self.find, &self.put, 1)
    }
}

/// The lines in front of the first empty line are about the list.
pub(crate) fn all() -> Vec<Mutation> {
    let text = fs::read_to_string(root().join("tests/mutations/list.txt")).unwrap();
    let lines: Vec<_> = text.lines().enumerate().collect();
    let paragraphs = lines.split(|(_, line)| line.is_empty()).skip(1).filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| read(lines).unwrap_or_else(|| panic!("list.txt:{}", lines[0].0 + 1))).collect()
}

fn read(lines: &[(usize, &str)]) -> Option<Mutation> {
    let [(line, head), (_, file), (_, test), change @ ..] = lines else { return None };
    let ((invariant, what), file) = (head.split_once(": ")?, file.strip_prefix("  in ")?);
    let (test_file, test) = test.strip_prefix("  seen by ")?.rsplit_once("::")?;
    let of = |sign| {
        let texts: Vec<_> = change.iter().filter_map(|(_, text)| text.strip_prefix(sign)).collect();
        texts.into_iter().map(|text| text.strip_prefix(' ').unwrap_or(text)).collect::<Vec<_>>()
    };
    let (find, put): (Vec<&str>, Vec<&str>) = (of('-'), of('+'));
    (find.len() + put.len() == change.len()).then(|| Mutation {
        invariant: invariant.to_owned(),
        what: what.to_owned(),
        file: file.to_owned(),
        test_file: test_file.to_owned(),
        test: test.to_owned(),
        find: find.join("\n"),
        put: put.join("\n"),
        line: line + 1,
    })
}
