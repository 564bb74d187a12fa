//! Which part may use which: a file uses only what stands in front of it in its crate's order.

use std::collections::BTreeSet;

use super::{
    imports, report,
    source::{self, Named, Source, tokens},
};

/// The modules in one directory, in the order in which they may use each other. Those in one string are equals.
struct Layers {
    directory: &'static str,
    order: &'static [&'static str],
}

const LAYERS: &[Layers] = &[
    Layers {
        directory: "sdk-runtime/src/",
        order: &[
            "runtime",
            "sync",
            "backoff",
            "text",
            "date",
            "retry_after",
            "secret",
            "www_authenticate",
            "endpoint",
            "error",
            "body",
            "request",
            "transport",
            "encoding",
            "cookies",
            "store",
            "exchange",
            "response",
            "session",
            "client",
            "macro_support",
        ],
    },
    Layers {
        directory: "sdk-runtime/src/session/",
        order: &[
            "token",
            "stored",
            "state",
            "refresh",
            "observe wait_budget write_progress",
            "shell",
            "persistence refresh_task shutdown",
            "acquire",
        ],
    },
    Layers {
        directory: "sdk-runtime/src/session/token/",
        order: &["tokens", "credential expiry traits", "placement", "classify"],
    },
    Layers {
        directory: "sdk-runtime/src/session/stored/",
        order: &[
            "undecodable",
            "schema outcome_unknown",
            "credential known_logins lease operation pending_write refresh_input",
            "claim restore",
            "client",
        ],
    },
    Layers {
        directory: "sdk-runtime/src/session/state/",
        order: &[
            "refresh_schedule",
            "snapshot",
            "login throttle",
            "event",
            "message",
            "pause remains",
            "acquire complete cool_down deferred_drop evict persist",
        ],
    },
    Layers {
        directory: "sdk-runtime/src/session/refresh/",
        order: &["classify", "endpoint flight", "execute"],
    },
    Layers {
        directory: "sdk-runtime/src/cookies/",
        order: &["absent dropped", "date", "set_cookie domain received", "shelf", "record", "jar"],
    },
    Layers { directory: "sdk-runtime/src/exchange/", order: &["credentials cross_origin redirect"] },
    Layers { directory: "sdk-runtime/src/sync/", order: &["audience busy claim flag in_turn marks"] },
    Layers { directory: "sdk-runtime/src/store/", order: &["blocking envelope memory", "file", "keyring"] },
    Layers {
        directory: "sdk-runtime/src/store/file/",
        order: &["sharing_violation", "permissions", "lock", "login_file"],
    },
    Layers {
        directory: "sdk-macros/src/",
        order: &[
            "span",
            "diagnostics",
            "did_you_mean",
            "template",
            "returns",
            "args",
            "model",
            "parse",
            "signature",
            "validate",
            "expand",
            "recover",
            "derive",
        ],
    },
    Layers {
        directory: "sdk-macros/src/validate/",
        order: &[
            "wording",
            "header",
            "option",
            "attribute",
            "signature return_type",
            "draft",
            "rule",
            "composite endpoint",
        ],
    },
    Layers {
        directory: "sdk-macros/src/validate/option/",
        order: &["key", "known", "auth base crate_path dyn_type headers idempotent paginate retry timeout"],
    },
    Layers {
        directory: "sdk-macros/src/validate/attribute/",
        order: &[
            "argument cfg_attr role",
            "body form from_session header headers json part path queries query session url verb",
        ],
    },
    Layers { directory: "sdk-macros/src/validate/draft/", order: &["param", "address", "placeholder"] },
    Layers {
        directory: "sdk-macros/src/validate/rule/",
        order: &[
            "body dyn_type headers method_names pages parts query_names retry_and_idempotency session trait_head",
        ],
    },
    Layers {
        directory: "sdk-testkit/src/",
        order: &[
            "panics patience",
            "template",
            "request",
            "reply",
            "backend",
            "server",
            "stub",
            "token",
            "flows",
        ],
    },
    Layers {
        directory: "sdk-testkit/src/stub/",
        order: &["difference", "slot", "table", "router", "endpoint"],
    },
    Layers {
        directory: "sdk-testkit/src/token/",
        order: &["counts", "settings", "authority", "endpoints", "server"],
    },
];

/// Where no file may use one that uses it, by way of others or not.
const ACYCLIC: [&str; 1] = ["sdk-runtime/src/session/"];

impl Layers {
    fn place(&self, module: &str) -> Option<usize> {
        self.order.iter().position(|equals| equals.split(' ').any(|name| name == module))
    }

    /// The part of `file` below the directory that names its module: `session` for `session/shell.rs`.
    fn module<'a>(&self, file: &'a Source) -> Option<&'a str> {
        let below = file.path.strip_prefix(self.directory)?.strip_suffix(".rs")?;
        let module = below.split('/').next()?;
        (!matches!(module, "lib" | "mod") && !file.is_test()).then_some(module)
    }

    /// What `named` in `file` means, from this directory on.
    fn below(&self, file: &Source, named: &Named) -> Option<String> {
        let inside = |path: &str| path.split_once("/src/").map(|(_, inside)| inside.to_owned());
        let mut module: Vec<String> = inside(&file.path)?.split('/').map(str::to_owned).collect();
        let last = module.pop()?;
        if !matches!(last.as_str(), "mod.rs" | "lib.rs") {
            module.push(last.trim_end_matches(".rs").to_owned());
        }
        for part in &named.path {
            match part.as_str() {
                "crate" => module.clear(),
                "super" => drop(module.pop()),
                "self" => {}
                "__private" => module.push("macro_support".to_owned()),
                name => module.push(name.to_owned()),
            }
        }
        let directory = inside(self.directory)?;
        let depth = directory.matches('/').count();
        (module.iter().take(depth).map(|part| format!("{part}/")).collect::<String>() == directory)
            .then(|| module.get(depth).cloned())?
    }
}

const OWN: [&str; 3] = ["crate", "super", "self"];

#[test]
fn no_module_uses_one_that_stands_behind_it() {
    let mut findings = Vec::new();
    for layers in LAYERS {
        for file in source::all().iter().filter(|file| file.is_rust()) {
            let Some(place) = layers.module(file).and_then(|module| layers.place(module)) else { continue };
            for named in file.named(&OWN) {
                let Some(used) = layers.below(file, &named) else { continue };
                if layers.place(&used).is_some_and(|used| used > place) {
                    findings.push(format!("{}:{}: uses `{used}`", file.path, named.line));
                }
            }
        }
    }
    report(
        "a file uses only what stands in front of its module in the order of tests/tidy/layers.rs",
        findings,
    );
}

/// A re-export at the root would hide the layer of what is used.
#[test]
fn what_is_used_is_named_by_its_module() {
    let mut findings = Vec::new();
    for layers in LAYERS.iter().filter(|layers| layers.directory.ends_with("/src/")) {
        for file in source::all().iter().filter(|file| file.is_rust() && layers.module(file).is_some()) {
            for named in file.named(&OWN) {
                let used = layers.below(file, &named).unwrap_or_default();
                if used.starts_with(char::is_uppercase) || used == "*" {
                    findings.push(format!("{}:{}: uses `crate::{used}`", file.path, named.line));
                }
            }
        }
    }
    report("name the module that an item is from, not its re-export at the root of the crate", findings);
}

#[test]
fn every_module_has_its_place() {
    let mut findings = Vec::new();
    for layers in LAYERS {
        let sources = source::all();
        let there: BTreeSet<&str> = sources.iter().filter_map(|file| layers.module(file)).collect();
        let listed: BTreeSet<&str> = layers.order.iter().flat_map(|equals| equals.split(' ')).collect();
        for module in there.difference(&listed) {
            findings.push(format!("{}{module}:1: has no place in the order", layers.directory));
        }
        for module in listed.difference(&there) {
            findings.push(format!("{}{module}:1: is in the order, but is not there", layers.directory));
        }
    }
    report("the order in tests/tidy/layers.rs lists each module once", findings);
}

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

/// A file can be understood after those that it uses.
#[test]
fn no_two_files_use_each_other() {
    let sources = source::all();
    let mut findings = Vec::new();
    for directory in ACYCLIC {
        let imports = imports::below(directory, &sources);
        for (file, used) in &imports {
            let back =
                |used: &&String| imports::reached(&imports, |start| start == **used).contains(file.as_str());
            findings.extend(
                used.iter().filter(back).map(|used| format!("{file}:1: uses {used}, and is used by it")),
            );
        }
    }
    report("no file uses, by way of others or not, one that uses it", findings);
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
        "the session's state has no I/O, no task, no clock and no lock, nor has a file of the session that it uses",
        findings,
    );
}

#[test]
fn one_file_names_the_http_client() {
    let mut findings = Vec::new();
    for file in source::all().iter().filter(|file| file.path.starts_with("sdk-runtime/src/")) {
        if file.path == "sdk-runtime/src/transport/reqwest.rs" {
            continue;
        }
        let code = file.code();
        let tokens = tokens(&code);
        for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.text == "reqwest") {
            // The module of that name is no crate.
            let is_module = index > 0 && tokens[index - 1].text == "mod"
                || index > 2 && matches!(tokens[index - 3].text, "self" | "transport");
            if !is_module {
                findings.push(format!("{}:{}: names `reqwest`", file.path, file.line(token.at)));
            }
        }
    }
    report("only sdk-runtime/src/transport/reqwest.rs names reqwest", findings);
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
