//! What the macro accepts, and what it says about mistakes. Each file under `tests/ui/fail` is named after
//! its mistake, and is reported by exactly one error. Each program under `tests/ui/pass` runs to its end.

#[path = "ui/answer.rs"]
mod answer;
#[path = "ui/compiler.rs"]
mod compiler;
#[path = "ui/corrected.rs"]
mod corrected;
#[path = "ui/fixture.rs"]
mod fixture;
#[path = "ui/help.rs"]
mod help;
#[path = "ui/program.rs"]
mod program;
#[path = "ui/refused.rs"]
mod refused;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use compiler::Compiler;
use fixture::{Fixture, files};

/// The compiler whose words the answers hold. Ours are the same everywhere; those of a bound that fails
/// change from one version to the next, and a newcomer with another one should not see them fail.
const BLESSED: &str = "rustc 1.95.";

#[test]
fn each_fixture_runs_or_is_answered_as_expected() {
    check(Fixture::all());
}

/// With cargo, and against the crates without TLS. trybuild compiles all of these once more, so it sees the
/// mistakes that stand for each kind: it only checks them, and all at once, as long as there is no program to
/// link and run.
#[test]
fn trybuild_agrees() {
    let mistakes = those_of_this_compiler(Fixture::representatives());
    // First, since a macro that never ends is killed there.
    check(mistakes.clone());
    let cases = trybuild::TestCases::new();
    mistakes.iter().for_each(|mistake| cases.compile_fail(&mistake.0));
}

#[test]
fn trybuild_sees_each_folder_and_each_kind_of_answer() {
    let (all, representatives) = (Fixture::all(), Fixture::representatives());
    let is_fixture = |path: &String| path.ends_with(".rs") && path.matches('/').count() > 1;
    let on_disk: BTreeSet<Fixture> = files("ui").into_iter().filter(is_fixture).map(Fixture).collect();
    assert_eq!(all.iter().cloned().collect::<BTreeSet<_>>(), on_disk);
    let mistakes = || all.iter().filter(|fixture| !fixture.runs());
    let folders: BTreeSet<_> = mistakes().map(Fixture::folder).collect();
    assert_eq!(representatives.iter().map(Fixture::folder).collect::<BTreeSet<_>>(), folders);
    let kinds: BTreeSet<_> = mistakes().filter_map(Fixture::kind).collect();
    assert_eq!(representatives.iter().filter_map(Fixture::kind).collect::<BTreeSet<_>>(), kinds);
}

/// The mistakes about which only the compiler speaks, and says no help. The first kind does not parse, so
/// that no macro is called. The second names what does not exist, and is near nothing that does.
const WITHOUT_HELP: [&str; 10] = [
    "syntax/attribute_without_a_method",
    "syntax/comma_for_a_semicolon",
    "syntax/default_value",
    "syntax/no_arrow",
    "syntax/no_fn",
    "syntax/stray_word",
    "names/crate_without_the_module",
    "types/misspelt_headers",
    "types/misspelt_query",
    "types/misspelt_refresh_argument",
];

/// That there is exactly one error to each is a house rule, in `tests/tidy.rs`.
#[test]
fn each_mistake_is_told_with_help_and_without_a_warning() {
    for fixture in Fixture::all().iter().filter(|fixture| !fixture.runs()) {
        let (Fixture(path), text) = (fixture, fixture.answer().unwrap());
        assert!(!text.lines().any(|line| line.starts_with("warning")), "{path}");
        let helps = text.contains("help: ") || text.contains("= note: ");
        let is_listed = WITHOUT_HELP.iter().any(|listed| *path == format!("ui/fail/{listed}.rs"));
        assert!(helps || fixture.is_of_the_compiler_alone(), "{path} offers no help");
        assert_eq!(!helps, is_listed, "{path}");
    }
}

/// A user types the help, compiles, and has what it promises. `ui/help.rs` says what the first code in a help
/// replaces. A help that does not fit this rule is in `ui/not_typed.txt`, with the reason.
#[test]
fn each_help_is_right_when_typed() {
    let findings = corrected::findings(&Compiler::of_this_build());
    assert!(
        findings.is_empty(),
        "\n{}\n\nThe help of {} fixtures is not right when typed.\n",
        findings.join("\n"),
        findings.len()
    );
}

/// A help must not advise a role or a type that is refused itself.
#[test]
fn no_help_advises_what_is_refused() {
    let findings = refused::findings(&Compiler::of_this_build());
    assert!(findings.is_empty(), "\n{}\n\n{} helps are wrong.\n", findings.join("\n"), findings.len());
}

/// As many at once as the machine can, and all that is wrong at once.
fn check(fixtures: Vec<Fixture>) {
    let fixtures = those_of_this_compiler(fixtures);
    let compiler = Compiler::of_this_build();
    let (next, findings) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(fixture) = fixtures.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(finding) = check_one(&compiler, fixture) {
                        findings.lock().unwrap().push(format!("{}: {finding}", fixture.0));
                    }
                }
            });
        }
    });
    let mut findings = findings.into_inner().unwrap();
    findings.sort();
    assert!(
        findings.is_empty(),
        "\n{}\n\n{} of {} fixtures fail. `just ui-bless` writes what the compiler says into the `.stderr` \
         files; read the \
         difference.\n",
        findings.join("\n"),
        findings.len(),
        fixtures.len()
    );
}

fn check_one(compiler: &Compiler, fixture: &Fixture) -> Result<(), String> {
    let path = Path::new(&fixture.0);
    let (is_ok, output) = if fixture.runs() { compiler.run(path) } else { compiler.check(path) };
    let actual = answer::of(&output, &fixture.0);
    match (is_ok, fixture.runs()) {
        (true, true) => Ok(()),
        (true, false) => Err("it compiles, and should not".to_owned()),
        (false, true) => Err(format!("it does not compile, or fails:\n{actual}")),
        (false, false) => match fixture.answer() {
            Some(expected) if expected == actual => Ok(()),
            // The word that trybuild knows.
            _ if env::var_os("TRYBUILD").is_some_and(|it| it == "overwrite") => {
                fs::write(fixture.answer_file(), actual).map_err(|error| error.to_string())
            }
            Some(expected) => Err(format!("the answer differs\n{}", answer::difference(&expected, &actual))),
            None => Err(format!("there is no {}; it would be:\n{actual}", fixture.answer_file())),
        },
    }
}

fn those_of_this_compiler(fixtures: Vec<Fixture>) -> Vec<Fixture> {
    let is_blessed = compiler::version().starts_with(BLESSED);
    let (of_this, of_another): (Vec<_>, Vec<_>) =
        fixtures.into_iter().partition(|fixture| is_blessed || !fixture.is_of_the_compiler());
    of_another.iter().for_each(|fixture| println!("{} is for {BLESSED}", fixture.0));
    of_this
}
