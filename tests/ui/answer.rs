//! What a compiler says about a program, as the `.stderr` files hold it: in the words of trybuild, without
//! what differs from one machine to the next or with a line more in the runtime. Must not know where an
//! answer is from.

use serde_json::Value;

/// The messages of a compiler that writes them as JSON, one a line. `program` is its path as the compiler was
/// given it.
pub(crate) fn of(output: &str, program: &str) -> String {
    let mut answer = String::new();
    for line in output.lines() {
        match serde_json::from_str::<Value>(line) {
            Ok(message) if is_summary(&message) => {}
            Ok(message) => {
                answer += normalized(message["rendered"].as_str().unwrap_or(line), program).trim_end();
                answer += "\n\n";
            }
            // Of a program that panics, or a compiler.
            Err(_) => answer += &format!("{line}\n"),
        }
    }
    answer.truncate(answer.trim_end().len());
    if !answer.is_empty() {
        answer.push('\n');
    }
    answer
}

/// How many there were, and where to read more.
fn is_summary(message: &Value) -> bool {
    let text = message["message"].as_str().unwrap_or_default();
    message["level"] == "failure-note"
        || text.starts_with("aborting due to ")
        || text.ends_with(" warning emitted")
        || text.ends_with(" warnings emitted")
}

fn normalized(message: &str, program: &str) -> String {
    let mut lines = Vec::new();
    let (mut is_elsewhere, mut widest) = (false, 1);
    for line in message.lines() {
        let rest = line.trim_start();
        let gutter = line.len() - rest.len();
        if let Some(place) = rest.strip_prefix("--> ").or_else(|| rest.strip_prefix("::: ")) {
            let arrow = &line[..gutter + "--> ".len()];
            let place = place.replace('\\', "/");
            let place = place.strip_prefix("tests/").unwrap_or(&place).to_owned();
            is_elsewhere = !place.starts_with(program);
            lines.push(format!("{arrow}{}", if is_elsewhere { elsewhere(&place) } else { place }));
            continue;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        is_elsewhere &= rest.starts_with(|it: char| it.is_ascii_digit() || it == '|' || it == '.');
        if is_elsewhere && digits > 0 {
            lines.push(format!("{}{}", " ".repeat(gutter + digits), &rest[digits..]));
        } else {
            if digits > 0 && rest[digits..].starts_with(" |") {
                widest = widest.max(digits);
            }
            lines.push(counted(line));
        }
    }
    // The widest number was of a line elsewhere, perhaps.
    let gutter = lines.get(1).and_then(|line| line.find("--> ")).unwrap_or(widest);
    let narrower = " ".repeat(gutter.saturating_sub(widest));
    let lines = lines.iter().map(|line| line.strip_prefix(&narrower).unwrap_or(line).trim_end());
    lines.collect::<Vec<_>>().join("\n")
}

/// A place in another file than the program, whose lines come and go.
fn elsewhere(place: &str) -> String {
    let file = place.trim_end_matches(|it: char| it.is_ascii_digit() || it == ':');
    if let Some((_, path)) = file.split_once("/registry/src/") {
        let mut parts = path.splitn(3, '/').skip(1);
        let (package, file) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let mut hyphens = package.match_indices('-');
        let version = hyphens.find(|(at, _)| package[at + 1..].starts_with(|it: char| it.is_ascii_digit()));
        let name = version.map_or(package, |(at, _)| &package[..at]);
        return format!("$CARGO/{name}-$VERSION/{file}");
    }
    let of_rust = file.split_once("/library/").filter(|(before, _)| before.contains("/rust"));
    match of_rust {
        Some((_, path)) => format!("$RUST/{path}"),
        None if file.starts_with("sdk-") => format!("$WORKSPACE/{file}"),
        None => file.to_owned(),
    }
}

/// How many types there are more differs from one version of a dependency to the next.
fn counted(line: &str) -> String {
    let rest = line.trim_start();
    let number = rest.strip_prefix("and ").and_then(|rest| rest.strip_suffix(" others"));
    match number.filter(|number| number.bytes().all(|it| it.is_ascii_digit())) {
        Some(_) => format!("{}and $N others", &line[..line.len() - rest.len()]),
        None => line.to_owned(),
    }
}

/// The lines that only one of them has, between those that both begin and end with.
pub(crate) fn difference(expected: &str, actual: &str) -> String {
    let [expected, actual] = [expected, actual].map(|text| text.lines().collect::<Vec<_>>());
    let head = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
    let tail =
        expected[head..].iter().rev().zip(actual[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut lines =
        vec![format!("  `-` is expected, and `+` is what the compiler says, from line {}:", head + 1)];
    lines.extend(expected[head..expected.len() - tail].iter().map(|line| format!("    - {line}")));
    lines.extend(actual[head..actual.len() - tail].iter().map(|line| format!("    + {line}")));
    lines.join("\n")
}

#[test]
fn a_place_elsewhere_has_no_line_and_no_name_of_a_machine() {
    for (place, expected) in [
        ("sdk-runtime/src/call.rs:130:5", "$WORKSPACE/sdk-runtime/src/call.rs"),
        (
            "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/error.rs:7:1",
            "$RUST/core/src/error.rs",
        ),
        ("/opt/rust/lib/rustlib/src/rust/library/std/src/io.rs:1234:12", "$RUST/std/src/io.rs"),
        (
            "/a/registry/src/index.crates.io-1949cf8c6b5b557f/serde-json-1.0.1/src/de.rs:1:1",
            "$CARGO/serde-json-$VERSION/src/de.rs",
        ),
    ] {
        let message = format!(
            "error: no\n   --> a.rs:10:1\n    |\n 10 | x\n    ::: {place}\n    |\n130 | y\n\nhelp: z"
        );
        let expected =
            format!("error: no\n  --> a.rs:10:1\n   |\n10 | x\n   ::: {expected}\n   |\n   | y\n\nhelp: z");
        assert_eq!(normalized(&message, "a.rs"), expected);
    }
}
