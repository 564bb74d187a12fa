//! The fixtures as they lie below `tests/ui`, and those that stand for each kind. Must not know how one is
//! compiled.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// From the folder `tests`, where the tests run.
const FAIL: &str = "ui/fail";
const PASS: &str = "ui/pass";

/// A program, by its path from the folder `tests`, with `/` between the parts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Fixture(pub(crate) String);

impl Fixture {
    /// All there are, those that run first: they take longest.
    pub(crate) fn all() -> Vec<Self> {
        let paths = files(PASS).into_iter().chain(files(FAIL));
        paths.filter(|path| path.ends_with(".rs")).map(Self).collect()
    }

    /// The first mistake of each kind of answer in each folder.
    pub(crate) fn representatives() -> Vec<Self> {
        let mut first = BTreeMap::new();
        for mistake in Self::all().into_iter().filter(|fixture| !fixture.runs()) {
            if let Some(kind) = mistake.kind() {
                first.entry((mistake.folder().to_owned(), kind)).or_insert(mistake);
            }
        }
        first.into_values().collect()
    }

    /// Whether it is a program that compiles and runs, rather than a mistake.
    pub(crate) fn runs(&self) -> bool {
        self.0.starts_with(PASS)
    }

    pub(crate) fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    pub(crate) fn answer_file(&self) -> String {
        self.0.replace(".rs", ".stderr")
    }

    /// What the compiler is expected to say.
    pub(crate) fn answer(&self) -> Option<String> {
        fs::read_to_string(self.answer_file()).ok().map(|text| text.replace("\r\n", "\n"))
    }

    /// How the answer begins: `error` for an error of ours, and that of the compiler with its number.
    pub(crate) fn kind(&self) -> Option<String> {
        Some(self.answer()?.split_once(':')?.0.to_owned())
    }

    /// Whether the answer has words of the compiler, which change from one version to the next.
    pub(crate) fn is_of_the_compiler(&self) -> bool {
        self.is_of_the_compiler_alone() || self.answer().is_some_and(|answer| answer.contains("error[E"))
    }

    /// Whether the macro has nothing to add: the declaration does not parse, or names what does not exist.
    pub(crate) fn is_of_the_compiler_alone(&self) -> bool {
        let names = ["error[E0425]", "error[E0432]", "error[E0433]"];
        self.0.starts_with("ui/fail/syntax/")
            || self.answer().is_some_and(|answer| names.iter().any(|name| answer.starts_with(name)))
    }
}

/// All files below a folder, sorted.
pub(crate) fn files(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
        if Path::new(&path).is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
