//! Edges that must never appear, beyond the order of each folder: who may name the model, the clock, the HTTP
//! client.

use super::{
    imports,
    layers::OWN,
    report,
    source::{self, Source, tokens},
};

/// Its mistakes would be reported too late, and a stage that takes only what is valid need not look for any.
#[test]
fn the_expansion_knows_only_the_model() {
    let findings = uses("sdk-macros/src/expand/", &OWN, |path| {
        matches!(path.get(1).map(String::as_str), Some("parse" | "validate" | "diagnostics" | "args"))
    });
    report(
        "the expansion works on the model: it must not name parsing, validation or the diagnostics",
        findings,
    );
}

/// So that it can be tested without a runtime, and decides the same whenever it is asked.
#[test]
fn the_state_of_the_session_is_pure() {
    const SESSION: &str = "sdk-runtime/src/session/";
    const STATE: &str = "sdk-runtime/src/session/state/";
    const IMPURE: [&str; 9] =
        ["async", "await", "tokio", "tokio_util", "reqwest", "Mutex", "RwLock", "Future", "thread"];
    let mut findings = Vec::new();
    let sources = source::all();
    let imports = imports::below(SESSION, &sources);
    let used = imports::reached(&imports, |file| file.starts_with(STATE));
    let in_session = |file: &&Source| file.path.starts_with(SESSION) && used.contains(file.path.as_str());
    for file in sources.iter().filter(in_session) {
        for token in tokens(&file.code()).iter().filter(|token| IMPURE.contains(&token.text)) {
            findings.push(format!("{}:{}: names `{}`", file.path, file.line(token.at), token.text));
        }
    }
    findings.extend(uses(STATE, &OWN, |path| match path.get(1).map(String::as_str) {
        Some("transport" | "exchange" | "request" | "response" | "client") => true,
        // The time is handed in.
        Some("runtime") => path.get(2).is_none_or(|item| item != "Instant" && item != "Now"),
        _ => false,
    }));
    findings.extend(uses(STATE, &["std"], |path| {
        matches!(path[1].as_str(), "io" | "net" | "fs" | "process" | "thread" | "env")
    }));
    report(
        "the session's state has no I/O, no task, no clock and no lock, nor has a file of the session that \
         it uses",
        findings,
    );
}

#[test]
fn one_file_names_the_http_client() {
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| file.path.starts_with("sdk-runtime/src/")) {
        if file.path == "sdk-runtime/src/transport/http_transport.rs" {
            continue;
        }
        let code = file.code();
        let tokens = tokens(&code);
        for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.text == "reqwest") {
            // Users get the crate from that file.
            let is_reexport = index > 2 && tokens[index - 3].text == "http_transport";
            if !is_reexport {
                findings.push(format!("{}:{}: names `reqwest`", file.path, file.line(token.at)));
            }
        }
    }
    report("only sdk-runtime/src/transport/http_transport.rs names reqwest", findings);
}

#[test]
fn one_file_names_time_and_tasks() {
    let findings = uses("sdk-runtime/src/", &["tokio", "std"], |path| {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        matches!(
            path[..],
            ["tokio", "time" | "spawn" | "task" | "runtime", ..]
                | ["std", "thread", ..]
                | ["std", "time", "Instant" | "*", ..]
        )
    });
    let findings = findings.into_iter().filter(|it| !it.starts_with("sdk-runtime/src/runtime.rs:"));
    report("only sdk-runtime/src/runtime.rs names the clock and starts tasks", findings.collect());
}

/// It can test any client, and says nothing about ours by agreeing with it.
#[test]
fn the_testkit_knows_no_client() {
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| file.path.starts_with("sdk-testkit/")) {
        let code = if file.is_rust() { file.whole_code() } else { file.text.clone() };
        for (index, line) in code.lines().enumerate() {
            if line.contains("sdk_runtime") || line.starts_with("sdk-runtime") {
                findings.push(format!("{}:{}: names sdk-runtime", file.path, index + 1));
            }
        }
    }
    report("sdk-testkit does not depend on sdk-runtime", findings);
}

/// The paths from `roots` in the files below `place` that are `forbidden`.
fn uses(place: &str, roots: &[&str], forbidden: impl Fn(&[String]) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| file.is_rust() && file.path.starts_with(place)) {
        if file.is_test() {
            continue;
        }
        for named in file.named(roots).iter().filter(|named| forbidden(&named.path)) {
            findings.push(format!("{}:{}: uses `{}`", file.path, named.line, named.path.join("::")));
        }
    }
    findings
}
