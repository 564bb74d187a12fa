//! What the macro accepts, and what it says about mistakes. Each file under `tests/ui/fail` is named after its mistake,
//! and is reported by exactly one error.

use std::{
    fs,
    path::{Path, PathBuf},
};

const FAIL: &str = "tests/ui/fail";

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
    cases.compile_fail("tests/ui/fail/*/*.rs");
}

/// One mistake, one error, and a help with it.
#[test]
fn each_mistake_is_one_error() {
    for file in
        files(Path::new(FAIL)).into_iter().filter(|file| file.extension().is_some_and(|it| it == "stderr"))
    {
        let text = fs::read_to_string(&file).unwrap();
        let errors =
            text.lines().filter(|line| line.starts_with("error:") || line.starts_with("error[E")).count();
        let expected = if file.ends_with("all_at_once.stderr") { 4 } else { 1 };
        assert_eq!(errors, expected, "{}", file.display());
        assert!(!text.lines().any(|line| line.starts_with("warning")), "{}", file.display());
        assert!(text.contains("help: ") || text.contains("= note: "), "{} offers no help", file.display());
    }
}

#[test]
fn each_mistake_has_its_answer() {
    for file in files(Path::new(FAIL)) {
        let twin =
            file.with_extension(if file.extension().is_some_and(|it| it == "rs") { "stderr" } else { "rs" });
        assert!(twin.exists(), "{} is missing", twin.display());
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let (directories, mut files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.extend(directories.iter().flat_map(|directory| self::files(directory)));
    files
}
