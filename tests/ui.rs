//! What the macro accepts, and what it says about mistakes. Each file under `tests/ui/fail` is named after its mistake,
//! and is reported by exactly one error.

use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
    cases.compile_fail("tests/ui/fail/*/*.rs");
}

/// That there is exactly one error to each is a house rule, in `tests/tidy.rs`.
#[test]
fn each_mistake_is_told_with_help_and_without_a_warning() {
    let answers = files(Path::new("tests/ui/fail")).into_iter();
    for answer in answers.filter(|file| file.extension().is_some_and(|it| it == "stderr")) {
        let text = fs::read_to_string(&answer).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("warning")), "{}", answer.display());
        assert!(text.contains("help: ") || text.contains("= note: "), "{} offers no help", answer.display());
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let (directories, mut files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.extend(directories.iter().flat_map(|directory| self::files(directory)));
    files
}
