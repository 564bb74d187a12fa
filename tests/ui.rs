//! What the macro accepts, and what it says about mistakes. Each file under `tests/ui/fail` is named after its mistake,
//! and is reported by exactly one error.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The compiler whose words the answers hold. Ours are the same everywhere; those of a bound that fails change from one
/// version to the next, and a newcomer with another one should not see them fail.
const BLESSED: &str = "rustc 1.95.";

#[test]
fn ui() {
    let is_blessed = compiler().starts_with(BLESSED);
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    let mistakes = files(Path::new("tests/ui/fail")).into_iter();
    for mistake in mistakes.filter(|file| file.extension().is_some_and(|it| it == "rs")) {
        let answer = fs::read_to_string(mistake.with_extension("stderr")).unwrap_or_default();
        if is_blessed || !answer.contains("error[E") {
            cases.compile_fail(mistake);
        } else {
            println!("{} is for {BLESSED}", mistake.display());
        }
    }
}

fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = std::process::Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8(version.stdout).unwrap()
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
    files.sort();
    files
}
