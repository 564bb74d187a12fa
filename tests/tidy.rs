//! The house rules as tests. Each names the line that breaks it and the remedy; CONTRIBUTING.md has the
//! reasons.

#[path = "tidy/edges.rs"]
mod edges;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/words.rs"]
mod words;

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use source::{Source, tokens};

/// Lines in front of the unit tests.
const LONGEST: usize = 400;

/// The dependencies that the package of the quickstart may have; the two crates of ours bring the others in
/// any case.
const QUICKSTART_CRATES: [&str; 6] = ["rustix", "sdk-runtime", "sdk-testkit", "serde", "serde_json", "tokio"];

const FIXTURES: &str = "tests/ui/fail/";

/// The fixtures that show several errors on purpose.
const SEVERAL_ERRORS: [(&str, usize); 1] = [
    // Everything is wrong in a trait and an enum, and something unrelated in the caller: all of it is shown
    // at once.
    ("tests/ui/fail/all_at_once.stderr", 25),
];

fn report(rule: &str, findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{}\nThe rule: {rule}.\n", findings.join("\n"));
}

/// A finding at each line of each file of which `is_wrong` is true.
fn lines(wanted: impl Fn(&Source) -> bool, is_wrong: impl Fn(&str) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| wanted(file)) {
        for (index, line) in file.text.lines().enumerate().filter(|(_, line)| is_wrong(line)) {
            findings.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
        }
    }
    findings
}

/// A finding at each token of Rust code of which `is_wrong` is true; it gets all tokens of the file and the
/// index of one.
fn code(wanted: impl Fn(&Source) -> bool, is_wrong: impl Fn(&[&str], usize) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| file.is_rust() && wanted(file)) {
        let code = file.whole_code();
        let tokens = tokens(&code);
        let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
        for index in (0..texts.len()).filter(|index| is_wrong(&texts, *index)) {
            let line = file.line(tokens[index].at);
            let text = file.text.lines().nth(line - 1).unwrap_or_default();
            findings.push(format!("{}:{line}: {}", file.path, text.trim()));
        }
    }
    findings
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| file.is_rust() && !file.path.starts_with(FIXTURES)) {
        if !file.text.starts_with("//! ") {
            findings.push(format!("{}:1: does not begin with `//! `", file.path));
        }
    }
    report("a file opens with `//!`: what it is for, and what it must not know", findings);
}

#[test]
fn no_file_is_too_long() {
    // A test of sdk-macros writes it, and no one has to read it.
    let is_written = |file: &Source| file.path == "tests/ui/pass/random.rs";
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| file.is_rust() && !is_written(file)) {
        let length = file.before_tests().lines().count();
        if length > LONGEST {
            findings.push(format!("{}:{length}: has {length} lines in front of its unit tests", file.path));
        }
    }
    report(
        &format!("a file has at most {LONGEST} lines in front of its `#[cfg(test)]`: one concept each"),
        findings,
    );
}

#[test]
fn every_mistake_is_reported_by_one_error() {
    let is_error = |line: &&str| {
        let rest = line.strip_prefix("error").unwrap_or_default();
        let code = rest.strip_prefix("[E").and_then(|rest| rest.split_once(']'));
        let rest =
            code.map_or(
                rest,
                |(digits, after)| {
                    if digits.bytes().all(|byte| byte.is_ascii_digit()) { after } else { "" }
                },
            );
        rest.starts_with(':')
    };
    let (mut fixtures, mut with_one, mut findings) = (0, 0, Vec::new());
    for file in source::all().iter().filter(|file| is_fixture(file, ".stderr")) {
        let errors = file.text.lines().filter(is_error).count();
        let several = SEVERAL_ERRORS.iter().find(|(path, _)| *path == file.path);
        let has_two = file.path.contains("/two_mistakes/");
        let expected = several.map_or(if has_two { 2 } else { 1 }, |(_, number)| *number);
        if several.is_none() && !has_two {
            fixtures += 1;
            with_one += usize::from(errors == 1);
        }
        if errors != expected {
            findings.push(format!("{}:1: shows {errors} errors instead of {expected}", file.path));
        }
    }
    // Past the test runner, which keeps to itself what a test that passes prints.
    writeln!(
        io::stdout(),
        "{with_one} of {fixtures} mistakes in a declaration are reported by exactly one error ({} %)",
        with_one * 100 / fixtures.max(1)
    )
    .unwrap();
    report(
        "one mistake, one line with `error:`, two below two_mistakes/; tests/tidy.rs lists the exceptions",
        findings,
    );
}

#[test]
fn every_fixture_has_its_expected_output() {
    let sources = source::all();
    let stems = |extension: &'static str| -> BTreeSet<&str> {
        let fixtures = sources.iter().filter(|file| is_fixture(file, extension));
        fixtures.filter_map(|file| file.path.strip_suffix(extension)).collect()
    };
    let (written, expected) = (stems(".rs"), stems(".stderr"));
    assert!(!written.is_empty(), "there are no fixtures below {FIXTURES}");
    let missing = written.difference(&expected).map(|stem| format!("{stem}.rs:1: has no .stderr"));
    let left_over = expected.difference(&written).map(|stem| format!("{stem}.stderr:1: has no .rs"));
    report("a fixture and its expected output come and go together", missing.chain(left_over).collect());
}

fn is_fixture(file: &Source, extension: &str) -> bool {
    file.path.starts_with(FIXTURES) && file.path.ends_with(extension)
}

#[test]
fn examples_are_never_left_untested() {
    let fence = |line: &str| {
        let line = line.trim_start().trim_start_matches(['/', '!']).trim_start();
        let info = line.strip_prefix("```").unwrap_or_default();
        info.split(',').any(|word| word.trim() == "ignore")
    };
    let findings = lines(|file| file.is_rust() || file.path.ends_with(".md"), fence);
    report("an example compiles, or says `text`; none is marked `ignore`", findings);
}

/// The lint forbids it in the crates; this is for the rest.
#[test]
fn nothing_is_unsafe() {
    // Some of the mistakes are about the word.
    let findings = code(|file| !file.path.starts_with(FIXTURES), |tokens, at| tokens[at] == "unsafe");
    report("no unsafe code anywhere", findings);
}

#[test]
fn nothing_is_left_for_later_in_a_comment() {
    const NOTES: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
    let findings = lines(
        |_| true,
        |line| line.split(|it: char| !it.is_alphanumeric()).any(|word| NOTES.contains(&word)),
    );
    report("what is left to do is in an issue, not in a comment", findings);
}

#[test]
fn a_lint_is_switched_off_with_a_reason() {
    // Generated code is in the user's crate, where an expectation might not be met.
    let generated = [
        "sdk-macros/src/expand/",
        "sdk-macros/src/recover/",
        "sdk-macros/src/signature.rs",
        "sdk-macros/src/diagnostics.rs",
        "sdk-macros/src/derive/expand_",
        "sdk-macros/src/derive/token/expand_",
        "tests/ui/fail/",
        "tests/ui/pass/",
    ];
    let wanted = |file: &Source| !generated.iter().any(|place| file.path.starts_with(place));
    let findings = code(wanted, |tokens, at| {
        let is_attribute = at > 0 && matches!(tokens[at - 1], "[" | ",") && tokens.get(at + 1) == Some(&"(");
        match tokens[at] {
            "allow" => is_attribute,
            "expect" if is_attribute && tokens[at - 1] == "[" => {
                let end = tokens[at..].iter().position(|token| *token == "]").map_or(at, |end| at + end);
                !tokens[at..end].contains(&"reason")
            }
            _ => false,
        }
    });
    report("write `#[expect(lint, reason = \"…\")]`, which tells when it is no longer needed", findings);
}

#[test]
fn an_ignored_test_says_what_it_needs() {
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| file.is_rust()) {
        for (at, attribute) in file.whole_code().match_indices("#[ignore") {
            let says = file.text[at + attribute.len()..].trim_start_matches([' ', '=']);
            if !says.starts_with("\"needs ") {
                findings.push(format!("{}:{}: does not say what it needs", file.path, file.line(at)));
            }
        }
    }
    report("a test is ignored only for what it needs: `#[ignore = \"needs …\"]`", findings);
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    const PLACES: [&str; 5] = [
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/wo", "rk/"),
        concat!("/tm", "p/"),
        concat!("../sh", "ared"),
    ];
    let findings = lines(|_| true, |line| PLACES.iter().any(|place| line.contains(place)));
    report("the project works from any directory of any machine, and names none", findings);
}

/// `.ci/run` reads the recipes, each from the one line below its name.
#[test]
fn the_default_recipes_are_one_line_each() {
    let sources = source::all();
    let text =
        |path: &str| sources.iter().find(|file| file.path == path).map(|file| file.text.as_str()).unwrap();
    let recipes: Vec<&str> = text("justfile").lines().collect();
    let (at, default) = recipes
        .iter()
        .enumerate()
        .find_map(|(at, line)| Some((at, line.strip_prefix("default: ")?)))
        .unwrap();
    let mut findings = Vec::new();
    for name in default.split(' ') {
        let head = recipes.iter().position(|line| *line == format!("{name}:"));
        let is_command = |line: usize| recipes.get(line).is_some_and(|line| line.starts_with("    "));
        match head {
            Some(head) if is_command(head + 1) && !is_command(head + 2) => {}
            Some(head) => findings.push(format!("justfile:{}: `{name}` is not of one line", head + 1)),
            None => findings.push(format!("justfile:{}: there is no `{name}` without parameters", at + 1)),
        }
    }
    if !default.ends_with(" test") || !text("justfile").contains("\ntest:\n    cargo test\n") {
        findings.push(format!("justfile:{}: does not end with `cargo test`", at + 1));
    }
    if !text("README.md").lines().any(|line| line == "$ cargo test") {
        findings.push("README.md:1: does not say `$ cargo test`".to_owned());
    }
    report("a recipe is one line, and the last one of the default is the README's test command", findings);
}

/// `tests` is a package, and cargo finds no test in it by itself. So its manifest names each of them.
#[test]
fn every_test_file_is_in_the_manifest_of_the_tests() {
    let sources = source::all();
    let manifest = sources.iter().find(|file| file.path == "tests/Cargo.toml").unwrap();
    let is_named = |path: &str| manifest.text.contains(&format!("\npath = \"{path}\"\n"));
    let mut findings = Vec::new();
    for file in sources.iter().filter_map(|file| file.path.strip_prefix("tests/")) {
        let is_test = file.strip_suffix(".rs").is_some_and(|name| {
            let folder = name.strip_suffix("/main").unwrap_or(name);
            !folder.contains('/')
        });
        if is_test && !is_named(file) {
            findings.push(format!("tests/{file}:1: is not in tests/Cargo.toml, so it does not run"));
        }
    }
    report("each `tests/*.rs` and `tests/*/main.rs` has a `[[test]]` entry in tests/Cargo.toml", findings);
}

/// A newcomer waits for each of them to be compiled before the first example runs.
#[test]
fn the_quickstart_needs_few_crates() {
    let sources = source::all();
    let mut findings = Vec::new();
    for (path, allowed) in [("Cargo.toml", &[][..]), ("examples/Cargo.toml", &QUICKSTART_CRATES)] {
        let manifest = sources.iter().find(|file| file.path == path).unwrap();
        let package = manifest.text.split_once("[package]\n").unwrap().1;
        let mut is_dependency = false;
        for line in package.lines().take_while(|line| !line.starts_with("[profile.")) {
            if line.starts_with('[') {
                is_dependency = line.ends_with("dependencies]");
            }
            let name = line.split(['.', ' ']).next().unwrap_or_default();
            let is_entry = is_dependency && name.starts_with(|it: char| it.is_ascii_alphabetic());
            if is_entry && !allowed.contains(&name) {
                findings.push(format!("{path}: {name}"));
            }
        }
    }
    report("an example that needs more than the quickstart is a package of its own in `examples`", findings);
}

/// The guide shows them next to the code that they replace.
#[test]
fn the_examples_of_the_flows_are_short() {
    const MOST: usize = 40;
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| file.path.starts_with("examples/flow_")) {
        let count = lines_that_count(&file.text);
        if count > MOST {
            findings.push(format!("{}:1: {count} lines besides imports and comments", file.path));
        }
    }
    report("an example of a flow has at most 40 lines besides imports and comments", findings);
}

/// A reader who needs another store has to see at a glance that it is not much code.
#[test]
fn the_example_of_a_store_is_short() {
    const MOST: usize = 60;
    const EXAMPLE: &str = "examples/sqlite_store/src/main.rs";
    let example = source::all().into_iter().find(|file| file.path == EXAMPLE).unwrap();
    let (store, _) = example.text.split_once("#[tokio::main]").unwrap();
    let count = lines_that_count(store);
    let findings = (count > MOST).then(|| format!("{EXAMPLE}:1: {count} lines before `main`"));
    report("the example of a store has at most 60 lines", findings.into_iter().collect());
}

/// How many lines there are besides imports and comments.
fn lines_that_count(text: &str) -> usize {
    let mut imports = false;
    let lines = text.lines().map(str::trim).filter(|line| {
        imports |= line.starts_with("use ");
        let counts = !imports && !line.is_empty() && !line.starts_with("//");
        imports &= !line.ends_with(';');
        counts
    });
    lines.count()
}
