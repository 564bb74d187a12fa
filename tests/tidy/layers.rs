//! Which part may use which: a file uses only what stands in front of it in its crate's order.

use std::collections::BTreeSet;

use super::{
    imports, report,
    source::{self, Named, Source},
};

/// The modules in one directory, in the order in which they may use each other. Those in one string are
/// equals.
struct Layers {
    directory: &'static str,
    order: &'static [&'static str],
}

const LAYERS: &[Layers] = &[
    Layers {
        directory: "sdk-runtime/src/",
        order: &[
            "caught turns",
            "runtime",
            "sync",
            "backoff kept rare template text",
            "date",
            "rfc3339",
            "es256 random token_time",
            "retry_after secret",
            "www_authenticate",
            "endpoint",
            "error",
            "metrics proof trace",
            "body",
            "request",
            "transport",
            "encoding",
            "cookies",
            "store",
            "exchange",
            "response",
            "session",
            "client oauth",
            "macro_support",
            "oauth2",
        ],
    },
    Layers {
        directory: "sdk-runtime/src/session/",
        order: &[
            "token",
            "host stored",
            "state store_client",
            "refresh",
            "observe shutdown_signal wait_budget write_progress",
            "shell",
            "handle persistence refresh_task shutdown",
            "acquire",
        ],
    },
    Layers {
        directory: "sdk-runtime/src/session/token/",
        order: &["provided", "tokens", "expiry moves traits", "placement", "classify"],
    },
    Layers {
        directory: "sdk-runtime/src/session/stored/",
        order: &["login_name outcome_unknown", "schema", "lease pending_write restore"],
    },
    Layers { directory: "sdk-runtime/src/session/store_client/", order: &["known_logins operation"] },
    Layers {
        directory: "sdk-runtime/src/session/state/",
        order: &["snapshot", "event throttle", "message", "cool_down evict", "acquire complete persist"],
    },
    Layers {
        directory: "sdk-runtime/src/session/refresh/",
        order: &["classify received", "endpoint flight source", "refresher", "execute"],
    },
    Layers {
        directory: "sdk-runtime/src/cookies/",
        order: &["date dropped outcome", "disabled domain", "set_cookie", "cookie_set", "schema", "jar"],
    },
    Layers {
        directory: "sdk-runtime/src/exchange/",
        order: &["csrf keyed", "credentials cross_origin on_request redirect"],
    },
    Layers {
        directory: "sdk-runtime/src/sync/",
        order: &["primitives", "broadcast due_claim flag growing_set handles ordered_queue turn"],
    },
    Layers {
        directory: "sdk-runtime/src/store/",
        order: &["interface", "blocking envelope memory", "file", "keyring"],
    },
    Layers {
        directory: "sdk-runtime/src/store/file/",
        order: &["sharing_violation", "permissions", "lock", "login_file"],
    },
    Layers {
        directory: "sdk-runtime/src/client/",
        order: &[
            "retry_policy",
            "deadline idempotency inner session_layer",
            "execute",
            "decode series",
            "reconnect sign_in sign_out",
            "role",
            "pager plan",
            "call",
            "response_call",
            "paginate progress wait",
            "config pages transports",
            "pool",
            "builder",
        ],
    },
    Layers { directory: "sdk-runtime/src/client/execute/", order: &["retry", "authorize attempt"] },
    Layers { directory: "sdk-runtime/src/client/pool/", order: &["events key slot", "made sessions"] },
    Layers {
        directory: "sdk-runtime/src/error/",
        order: &[
            "called",
            "error_body identity plain problem request store timeout too_large transport",
            "decode",
            "response",
            "build expired insufficient_scope not_replayable unavailable",
            "call_error",
            "api code",
        ],
    },
    Layers {
        directory: "sdk-runtime/src/body/",
        order: &["stream", "file", "payload", "progress source", "into"],
    },
    Layers {
        directory: "sdk-runtime/src/request/",
        order: &[
            "assemble",
            "base flat header lists member part path scalar",
            "address multipart nested parts query",
            "fields prepared query_key",
            "preview",
        ],
    },
    Layers {
        directory: "sdk-runtime/src/transport/",
        order: &[
            "cause stage interface",
            "built_in idle service",
            "http_transport layered lean no_transport",
            "default",
        ],
    },
    Layers { directory: "sdk-runtime/src/encoding/", order: &["coded"] },
    Layers {
        directory: "sdk-runtime/src/response/",
        order: &["json_path link parts read", "from_response json page", "stream", "decoder"],
    },
    Layers { directory: "sdk-runtime/src/response/stream/", order: &["bytes", "lines reconnect", "events"] },
    Layers {
        directory: "sdk-runtime/src/client/builder/",
        order: &["answers check login origins retries timeouts transport"],
    },
    Layers { directory: "sdk-runtime/src/macro_support/", order: &["derive dispatch implement lent token"] },
    Layers {
        directory: "sdk-runtime/src/macro_support/dispatch/",
        order: &[
            "query_shape",
            "address decode fields given header issued json pages path query returns with",
            "part",
        ],
    },
    Layers {
        directory: "sdk-macros/src/",
        order: &[
            "span runtime",
            "diagnostics",
            "did_you_mean path_mistake segment",
            "meant_path",
            "query_in_path",
            "template",
            "returns repair source extended",
            "args async_trait",
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
        directory: "sdk-macros/src/expand/",
        order: &[
            "names trait_item",
            "answer argument client composite description erased",
            "request",
            "endpoint refresh",
        ],
    },
    Layers {
        directory: "sdk-macros/src/derive/",
        order: &[
            "attribute target",
            "crate_path status",
            "foreign_status",
            "validate_error validate_page",
            "expand_error expand_page",
            "token",
        ],
    },
    Layers {
        directory: "sdk-macros/src/derive/token/",
        order: &[
            "line roles types wire",
            "generics path unit",
            "marked options request_source",
            "validate_request validate_response",
            "expand_request expand_response",
        ],
    },
    Layers {
        directory: "sdk-macros/src/validate/",
        order: &[
            "wording",
            "opaque",
            "value_type",
            "header",
            "media_type",
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
        order: &[
            "habit header_list",
            "meant",
            "key",
            "known",
            "auth base crate_path dyn_type headers idempotent paginate reconnect retry retry_if timeout",
            "attempt_timeout extendable extends idle_timeout",
        ],
    },
    Layers {
        directory: "sdk-macros/src/validate/attribute/",
        order: &[
            "cfg_attr meant_verb named_param role with",
            "argument",
            "fields role_named",
            "body form from_session header headers json part parts path queries query session url verb",
            "misplaced",
        ],
    },
    Layers {
        directory: "sdk-macros/src/validate/draft/",
        order: &["meant_role", "param", "address mistaken", "placeholder"],
    },
    Layers {
        directory: "sdk-macros/src/validate/rule/",
        order: &["answer body dyn_type headers method_names pages parts query_names query_values \
             retry_and_idempotency session \
             trait_head"],
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
        order: &["controls counts issued", "routes", "settings", "authority", "endpoints", "server"],
    },
];

/// Where no file may use one that uses it, by way of others or not.
const ACYCLIC: [&str; 2] = ["sdk-runtime/src/", "sdk-macros/src/"];

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

pub(crate) const OWN: [&str; 3] = ["crate", "super", "self"];

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
    report("a file uses only what stands in front of its module in tests/tidy/layers.rs", findings);
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
