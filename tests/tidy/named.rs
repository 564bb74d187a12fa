//! Tests as a document names them, `file::name`: by the file below `tests/`, or from the root of the
//! workspace where that is a crate's own. Must not know which document.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The root of the workspace, where the only lock file is.
pub(crate) fn root() -> &'static Path {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().find(|it| it.join("Cargo.lock").is_file()).unwrap()
}

/// The file of a test that is named `file::name`.
pub(crate) fn path_of(file: &str) -> PathBuf {
    let base = if file.starts_with("sdk-") { root().to_owned() } else { root().join("tests") };
    base.join(file).with_extension("rs")
}

/// The tests that `text` names, as `file` and `name`.
pub(crate) fn named(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('`').skip(1).step_by(2).filter_map(|named| named.split_once("::"))
}

/// The tests in the file at `path`, each with its text; nothing if there is no such file.
pub(crate) fn tests_of(path: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let (mut is_test, mut tests) = (false, BTreeMap::new());
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let function = code.strip_prefix("async ").unwrap_or(code).strip_prefix("fn ");
        if let Some((name, _)) = function.filter(|_| is_test).and_then(|rest| rest.split_once('(')) {
            let end = format!("{}}}", &line[..line.len() - code.len()]);
            let body = lines[at..].iter().take_while(|line| **line != end).copied();
            tests.insert(name.to_owned(), body.collect::<Vec<_>>().join("\n"));
        }
        is_test = code.starts_with("#[test]")
            || code.starts_with("#[tokio::test")
            || (is_test && code.starts_with("#["));
    }
    tests
}
