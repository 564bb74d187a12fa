//! Each mistake with its help typed in. All are compiled as the modules of one program, and those that say
//! what they send are run against a server that records it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use sdk_testkit::{Backend, Reply};
use serde_json::Value;

use crate::compiler::{Compiler, Linked};
use crate::fixture::Fixture;
use crate::help::{self, Mistake};

/// The mistakes whose help is not typed by the rule, each with the reason.
const NOT_TYPED: &str = include_str!("not_typed.txt");

/// A program with a help typed into it.
pub(crate) struct Corrected {
    /// The path of the mistake.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The requests that it sends, such as `GET /users/7`.
    pub(crate) sends: Vec<String>,
}

/// What is wrong with the help of a fixture, or with its line in the list of those that are not typed.
pub(crate) fn findings(compiler: &Compiler) -> Vec<String> {
    let reasons = reasons();
    let (mut listed, mut senders, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut wrong = BTreeMap::new();
    for fixture in Fixture::all().into_iter().filter(|fixture| !fixture.runs()) {
        // A program with several mistakes needs several helps, and the compiler's own help is not ours.
        let has_several = fixture.answer().is_some_and(|answer| answer.contains("\nerror"));
        if has_several || fixture.is_of_the_compiler_alone() {
            continue;
        }
        let Fixture(path) = fixture;
        match corrected(&path) {
            Ok(program) if reasons.contains_key(path.as_str()) => listed.push(program),
            Ok(program) if program.sends.is_empty() => others.push(program),
            Ok(program) => senders.push(program),
            Err(why) => {
                wrong.insert(path, why);
            }
        }
    }
    // Those that compile are the modules of few programs. The listed ones have errors, and are apart.
    let middle = others.len() / 2;
    let more = others.split_off(middle);
    thread::scope(|scope| {
        let groups = [("senders", senders), ("listed", listed), ("others", others), ("more", more)];
        let tried = groups.map(|(name, programs)| scope.spawn(move || tried(compiler, name, programs)));
        tried.into_iter().for_each(|group| wrong.extend(group.join().unwrap()));
    });
    let listed_and_right = reasons.keys().filter(|path| !wrong.contains_key(**path));
    let listed_and_right = listed_and_right.map(|path| match Path::new(path).exists() {
        true => format!("{path}: is in ui/not_typed.txt, and its help is right"),
        false => format!("{path}: is in ui/not_typed.txt, and is no fixture"),
    });
    let not_listed = wrong.iter().filter(|(path, _)| !reasons.contains_key(path.as_str()));
    not_listed.map(|(path, why)| format!("{path}: {why}")).chain(listed_and_right).collect()
}

/// The reasons, by the path of the mistake.
fn reasons() -> BTreeMap<&'static str, &'static str> {
    NOT_TYPED.lines().filter(|line| !line.is_empty()).map(|line| line.split_once(": ").unwrap()).collect()
}

/// The program with its help typed in, or why it cannot be typed.
fn corrected(path: &str) -> Result<Corrected, String> {
    let text = fs::read_to_string(path).unwrap();
    let answer = Fixture(path.to_owned()).answer().unwrap_or_default();
    let sends = text.lines().filter_map(|line| line.strip_prefix("//! Sends: ")).map(str::to_owned).collect();
    let text = help::typed(&text, &mistake(&text, &answer)?)?;
    Ok(Corrected { path: path.to_owned(), text, sends })
}

/// What the `.stderr` file underlines, and its help.
fn mistake(program: &str, answer: &str) -> Result<Mistake, String> {
    let mut lines = answer.lines();
    let place =
        answer.lines().find_map(|line| line.trim_start().strip_prefix("--> ")).ok_or("it has no place")?;
    let mut numbers = place.rsplit(':').filter_map(|number| number.parse::<usize>().ok());
    let (column, line) = numbers.next().zip(numbers.next()).ok_or("its place has no line")?;
    let marks = lines.find(|line| line.contains('^')).ok_or("nothing is underlined")?;
    if marks.contains("_^") {
        return Err("several lines are underlined".into());
    }
    let width = marks.chars().skip_while(|c| *c != '^').take_while(|c| *c == '^').count();
    let begin: usize = program.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let byte = |column: usize| {
        let text = &program[begin..];
        begin + text.char_indices().nth(column).map_or(text.len(), |(at, _)| at)
    };
    let help = answer.lines().find_map(|line| line.trim_start().strip_prefix("help: "));
    let note = answer.lines().find_map(|line| line.trim_start().strip_prefix("= note: help: "));
    let help = note.or(help).ok_or("it has no help")?.to_owned();
    Ok(Mistake { at: byte(column - 1)..byte(column - 1 + width), help })
}

/// Compiles all of them as one program, and runs those that send something. Returns what is wrong with each.
pub(crate) fn tried(
    compiler: &Compiler,
    group: &str,
    mut programs: Vec<Corrected>,
) -> BTreeMap<String, String> {
    let mut findings = BTreeMap::new();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corrected").join(group);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    // The errors of one phase of the compiler hide those of the next.
    while !programs.is_empty() {
        let main = write(&folder, &programs);
        let (linked, said) = if programs.iter().any(|program| !program.sends.is_empty()) {
            compiler.link(&main)
        } else {
            match compiler.check(&main) {
                (true, _) => break,
                (false, said) => (None, said),
            }
        };
        if let Some(linked) = linked {
            let senders = programs.iter().filter(|program| !program.sends.is_empty());
            findings.extend(senders.filter_map(|it| Some((it.path.clone(), wrongly_sent(it, &linked)?))));
            break;
        }
        let broken = errors(&said);
        let (wrong, right): (Vec<_>, Vec<_>) =
            programs.into_iter().partition(|program| broken.contains_key(&name(&program.path)));
        assert!(!wrong.is_empty(), "{said}");
        findings.extend(wrong.into_iter().map(|it| (it.path.clone(), broken[&name(&it.path)].clone())));
        programs = right;
    }
    findings
}

/// What it sends instead.
fn wrongly_sent(program: &Corrected, linked: &Linked) -> Option<String> {
    let run = |server: &str| linked.run(&[&name(&program.path)], &[("SERVER", server)]);
    match sent(run) {
        (true, _, sent) if sent == program.sends => None,
        (_, said, sent) => Some(format!("sends {sent:?}, not {:?}\n{said}", program.sends)),
    }
}

/// The name of the module for a mistake.
pub(crate) fn name(path: &str) -> String {
    let inner = path.split(".rs").next().unwrap_or(path).trim_start_matches("ui/fail/");
    format!("m_{}", inner.replace('/', "_"))
}

pub(crate) fn write(folder: &Path, programs: &[Corrected]) -> PathBuf {
    let (mut modules, mut arms) = (String::new(), String::new());
    for program in programs {
        let name = name(&program.path);
        let text = program.text.replace("fn main()", "pub fn main()").replace("async pub fn", "pub async fn");
        fs::write(folder.join(format!("{name}.rs")), text.replace("crate::", &format!("crate::{name}::")))
            .unwrap();
        modules += &format!("pub mod {name};\n");
        if !program.sends.is_empty() {
            arms += &format!("        {name:?} => Termination::report({name}::main()),\n");
        }
    }
    let main = format!(
        "#![allow(warnings)]
{modules}
fn main() -> std::process::ExitCode {{
    use std::process::{{ExitCode, Termination}};
    match std::env::args().nth(1).unwrap_or_default().as_str() {{
{arms}        _ => ExitCode::FAILURE,
    }}
}}
"
    );
    let path = folder.join("main.rs");
    fs::write(&path, main).unwrap();
    path
}

/// The first error in each module.
fn errors(said: &str) -> BTreeMap<String, String> {
    let mut errors = BTreeMap::new();
    for message in said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if message["level"] != "error" {
            continue;
        }
        let rendered = message["rendered"].as_str().unwrap_or_default();
        let place = rendered.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
        let file = place.and_then(|place| place.split(".rs:").next()?.rsplit('/').next());
        if let Some(file) = file {
            errors.entry(file.to_owned()).or_insert_with(|| rendered.to_owned());
        }
    }
    errors
}

/// The requests that a program sends to a server, which answers all of them.
fn sent(run: impl FnOnce(&str) -> (bool, String)) -> (bool, String, Vec<String>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let backend = Backend::new().fallback(|request| async move {
        let accepts_json = request.header("accept").is_some_and(|accept| accept.contains("json"));
        if accepts_json {
            Reply::json(&serde_json::json!({"id": 7, "name": "Ada"}))
        } else {
            Reply::text("Ada")
        }
    });
    let server = runtime.block_on(backend.serve()).unwrap();
    let (is_ok, said) = run(&server.url());
    let lines =
        backend.requests().into_iter().map(|request| format!("{} {}", request.method(), request.target()));
    (is_ok, said, lines.collect())
}
