//! The fixtures of `tests/ui`, expanded in process: what the macros say about each, word for word, and where. `tests/ui.rs` has the
//! compiler say the same, which takes minutes; this takes a second, and knows nothing of what the compiler says by itself.

mod answer;
mod expansion;

use std::{
    fs,
    path::{Path, PathBuf},
};

use self::expansion::Expansion;

const UI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/ui");

/// What the compiler says without a number. Where it says nothing, so do the macros.
const OF_THE_COMPILER: &[&str] = &["cannot find attribute `", "missing documentation for a "];

/// What it says with a number, and not of code that a macro of ours made.
const OF_THE_USER: &[&str] = &[
    "`?` operator has incompatible types",
    "doesn't implement `Debug`",
    "cannot be shared between threads safely",
];

/// An error at its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    /// From one, as the compiler counts.
    line: usize,
    column: usize,
    /// How many characters are underlined, if they are on one line.
    width: Option<usize>,
    /// With its help.
    message: String,
}

/// All files of `directory` with this extension. None in the package that is published, which has no fixtures.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    if !Path::new(UI).join("../../Cargo.toml").exists() {
        return Vec::new();
    }
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let (directories, mut files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.retain(|file| file.extension().is_some_and(|it| it == extension));
    files.extend(directories.iter().flat_map(|directory| self::files(directory, extension)));
    files.sort();
    assert!(!files.is_empty(), "{} is empty", directory.display());
    files
}

/// Whether both are the same but for the blanks that the compiler leaves out where it shows tokens.
fn is_same(one: &Told, two: &Told) -> bool {
    let [one, two] = [one, two].map(|told| {
        let message = told.message.replace(" (", "(").replace("# [", "#[").replace(" [", "[");
        Told { message, ..told.clone() }
    });
    one == two
}

/// What is wrong with what the macros say about a mistake, against the answer of the compiler.
fn faults(expansion: &Expansion, answer: &str) -> Vec<String> {
    let (numbered, mut others) = answer::errors(answer);
    let mut faults = Vec::new();
    if numbered.is_empty() && others.is_empty() {
        faults.push("no error is expected".to_owned());
    }
    for told in &expansion.told {
        match others.iter().position(|other| is_same(other, told)) {
            Some(index) => drop(others.remove(index)),
            None => faults.push(format!("is told and not expected: {told:?}")),
        }
    }
    for error in numbered {
        let underlined = (error.line, error.column)..(error.line, error.column + error.width.unwrap_or(1));
        let is_of_the_user = OF_THE_USER.iter().any(|part| error.message.contains(part));
        if !is_of_the_user && expansion.own.range(underlined).next().is_none() {
            faults.push(format!("no token of the macro stands there: {error:?}"));
        }
    }
    others.retain(|other| !OF_THE_COMPILER.iter().any(|beginning| other.message.starts_with(beginning)));
    faults.extend(others.iter().map(|other| format!("is expected and not told: {other:?}")));
    faults
}

#[test]
fn each_mistake_is_told_as_the_compiler_shows_it() {
    let mut all = Vec::new();
    for file in files(&Path::new(UI).join("fail"), "rs") {
        let expansion = Expansion::of(&fs::read_to_string(&file).unwrap());
        let answer = fs::read_to_string(file.with_extension("stderr")).unwrap();
        let mut faults = faults(&expansion, &answer);
        if expansion.macros == 0 {
            faults.push("no macro of ours is found".to_owned());
        }
        all.extend(faults.into_iter().map(|fault| format!("{}: {fault}", file.display())));
    }
    assert!(all.is_empty(), "{}\n{} faults", all.join("\n"), all.len());
}

#[test]
fn what_is_right_is_told_nothing() {
    for file in files(&Path::new(UI).join("pass"), "rs") {
        let expansion = Expansion::of(&fs::read_to_string(&file).unwrap());
        assert!(expansion.macros > 0 && expansion.told.is_empty(), "{}: {expansion:?}", file.display());
    }
}
