//! The words and the width of prose. CONTRIBUTING.md has the rules, and DESIGN.md the glossary.

use super::{
    report,
    source::{self, Source},
};

/// The longest line of code and of Markdown prose, in characters.
const WIDEST: usize = 110;

/// Subjects without an actor, archaic and idiomatic words, and synonyms of terms of the glossary.
const BANNED: [&str; 20] = [
    "whoever",
    "whomever",
    "somebody",
    "someone",
    "nobody",
    "whatever",
    "beside",
    "anew",
    "in truth",
    "but for",
    "be had",
    "let go",
    "lets go",
    "bear with",
    "bears with",
    "renew",
    "renews",
    "renewed",
    "renewal",
    "renewals",
];

/// Files that tools write, or that hold texts of others.
fn is_prose_of_ours(file: &Source) -> bool {
    let is_generated = file.path.ends_with(".stderr")
        || file.path.ends_with(".snap")
        || file.path.ends_with(".lock")
        || file.path.ends_with("LICENSE-APACHE")
        || file.path.ends_with("LICENSE-MIT");
    !is_generated && file.path != "tests/tidy/words.rs"
}

#[test]
fn no_banned_word_is_used() {
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| is_prose_of_ours(file)) {
        for (index, line) in file.text.lines().enumerate() {
            // The words of names count too.
            let words = line.to_lowercase().replace(|it: char| !it.is_alphanumeric(), " ");
            let words = format!(" {} ", words.split_whitespace().collect::<Vec<_>>().join(" "));
            let said = BANNED.iter().filter(|banned| words.contains(&format!(" {banned} ")));
            findings.extend(said.map(|banned| format!("{}:{}: says `{banned}`", file.path, index + 1)));
        }
    }
    report("name the actor and use the term of the glossary in DESIGN.md", findings);
}

/// A table row, a link target and a generated file cannot be broken.
fn may_be_wide(file: &Source, line: &str) -> bool {
    let content = line.trim_start().trim_start_matches("//!").trim_start_matches("///").trim_start();
    content.starts_with('|') || content.contains("](http") || file.path == "tests/ui/pass/random.rs"
}

#[test]
fn no_line_is_too_wide() {
    let mut findings = Vec::new();
    let is_checked = |file: &&Source| file.is_rust() || file.path.ends_with(".md");
    for file in source::all().iter().filter(is_checked).filter(|file| is_prose_of_ours(file)) {
        for (index, line) in file.text.lines().enumerate() {
            if line.chars().count() > WIDEST && !may_be_wide(file, line) {
                findings.push(format!("{}:{}: has {} columns", file.path, index + 1, line.chars().count()));
            }
        }
    }
    report("a line has at most 110 columns", findings);
}
