//! Random correct declarations of the whole grammar: verbs, paths, roles, types, options, forms of a method.

use fastrand::Rng;

use super::declaration::{Declaration, Method, Param, VERBS, Verb, has_body};

/// Types with an argument for each, by role.
const SEGMENTS: [(&str, &str); 5] = [
    ("u64", "7"),
    ("&str", "\"a b\""),
    ("String", "String::from(\"x\")"),
    ("i32", "-1"),
    ("&String", "&String::from(\"x\")"),
];
const VALUES: [(&str, &str); 7] = [
    ("u32", "3"),
    ("&str", "\"q\""),
    ("bool", "true"),
    ("Option<u32>", "Some(1)"),
    ("Option<&str>", "None"),
    ("&[&str]", "&[\"a\", \"b\"]"),
    ("Vec<String>", "vec![String::from(\"a\")]"),
];
const HEADERS: [(&str, &str); 4] =
    [("&str", "\"v\""), ("u32", "3"), ("Option<&str>", "Some(\"v\")"), ("Option<String>", "None")];
const MAPS: [(&str, &str); 3] = [
    ("&[(&str, &str)]", "&[(\"k\", \"v\")]"),
    ("&BTreeMap<String, String>", "&BTreeMap::new()"),
    ("&Item", "&Item::default()"),
];
const RETURNS: [&str; 9] = [
    "Result<()>",
    "Result<String>",
    "Result<Item>",
    "Result<Vec<Item>>",
    "Result<Option<Item>>",
    "Result<Response<Item>>",
    "Result<sdk_runtime::Bytes>",
    "Result<Item, Failure>",
    "sdk_runtime::Result<ByteStream>",
];

pub(super) fn declaration(rng: &mut Rng) -> Declaration {
    let generics = pick(rng, &["", "", "", "", "<K: std::fmt::Display + Send + Sync>"]);
    let mut methods: Vec<Method> = Vec::new();
    for index in 0..rng.usize(1..7) {
        let name = match rng.u8(..10) {
            0 => format!("r#type_{index}"),
            1 => format!("get{index}"),
            _ => format!("call_{index}"),
        };
        methods.push(method(rng, name));
    }
    if methods.iter().all(|method| method.verb.is_none()) {
        methods.push(endpoint(rng, "plain".to_owned()));
    }
    if rng.u8(..3) == 0 {
        let at = rng.usize(..=methods.len());
        methods.splice(at..at, session(rng));
    }
    Declaration { options: trait_options(rng, &methods), generics, methods, others: Vec::new() }
}

fn trait_options(rng: &mut Rng, methods: &[Method]) -> Vec<String> {
    let mut options =
        some(rng, &["base = \"/v1\"", "auth = optional", "timeout = 30s", "headers(\"x-of-all\" = \"1\")"]);
    let has_generics = methods.iter().any(|method| !method.generics.is_empty());
    if !has_generics && rng.u8(..4) == 0 {
        options.push("dyn".to_owned());
    }
    rng.shuffle(&mut options);
    options
}

fn method(rng: &mut Rng, name: String) -> Method {
    match rng.u8(..12) {
        0 => composite(rng, name),
        1 => addressed(rng, name),
        2 | 3 => pages(rng, name),
        4 => generic(rng, name),
        _ => endpoint(rng, name),
    }
}

fn plain(rng: &mut Rng, name: String, verb: Verb) -> Method {
    Method {
        before: some(rng, &["/// Documented.", "#[allow(clippy::all)]", "#[cfg(all())]", "#[must_use]"]),
        verb: Some(verb),
        session: None,
        is_async: true,
        name,
        generics: "",
        receiver: Some("&self"),
        params: Vec::new(),
        returns: String::new(),
        body: None,
    }
}

pub(super) fn endpoint(rng: &mut Rng, name: String) -> Method {
    let mut params = Vec::new();
    let path = path(rng, &mut params);
    let verb = match rng.u8(..10) {
        0 => "REPORT",
        _ => pick(rng, &VERBS),
    };
    let mut method = plain(rng, name, Verb { name: verb, path: Some(path), options: Vec::new() });
    in_query(rng, &mut params);
    in_headers(rng, &mut params);
    if has_body(verb) {
        in_body(rng, &mut params);
    }
    rng.shuffle(&mut params);
    method.params = params;
    let returns = if verb == "HEAD" { "Result<Option<()>>" } else { pick(rng, &RETURNS) };
    method.returns = format!("-> {returns}");
    method.set_options(options(rng, verb));
    method
}

/// Returns an endpoint with a parameter that is the address.
fn addressed(rng: &mut Rng, name: String) -> Method {
    let mut method = endpoint(rng, name);
    method.params.retain(|param| !param.roles.is_empty() && !param.roles[0].starts_with("path"));
    let (ty, argument) = pick(rng, &[("&str", "\"https://api.example/x\""), ("&Url", "&address()")]);
    method.params.push(param("url", "address", ty, argument));
    rng.shuffle(&mut method.params);
    if let Some(verb) = &mut method.verb {
        verb.path = None;
    }
    method
}

fn pages(rng: &mut Rng, name: String) -> Method {
    let mut method = endpoint(rng, name);
    let (option, page, lead) = match rng.u8(..3) {
        0 => ("link", "Vec<Item>", None),
        1 => ("cursor(lead)", "ItemPage", Some(param("query", "lead", "Option<&str>", "None"))),
        _ => ("page(lead)", "Vec<Item>", Some(param("query(\"p\")", "lead", "u32", "1"))),
    };
    method.params.retain(|param| !param.is_body());
    method.params.extend(lead);
    method.is_async = false;
    method.returns = format!("-> Pages<{page}>");
    if let Some(verb) = &mut method.verb {
        verb.name = "GET";
        verb.options = vec![format!("paginate = {option}")];
    }
    method
}

fn generic(rng: &mut Rng, name: String) -> Method {
    let mut method = endpoint(rng, name);
    match rng.u8(..2) {
        0 => {
            method.generics = "<T: serde::Serialize + Sync>";
            method.params.push(param("queries", "of_any", "&T", "&Item::default()"));
        }
        _ => {
            method.generics = "<'a>";
            method.params.push(param("query", "borrowed", "&'a str", "\"x\""));
        }
    }
    method
}

fn composite(rng: &mut Rng, name: String) -> Method {
    let verb = Verb { name: "GET", path: None, options: Vec::new() };
    let is_async = rng.bool();
    Method {
        verb: None,
        is_async,
        params: vec![Param {
            cfg: None,
            roles: Vec::new(),
            name: pick(rng, &["_one", "(_first, _)", "_"]).to_owned(),
            ty: "(u8, u8)".to_owned(),
            argument: "(1, 2)",
        }],
        returns: "-> Result<u8>".to_owned(),
        body: Some("{ Ok(7) }"),
        ..plain(rng, name, verb)
    }
}

/// Returns the endpoints of a session.
fn session(rng: &mut Rng) -> Vec<Method> {
    let verb = |path: &str| Verb { name: "POST", path: Some(format!("{path:?}")), options: Vec::new() };
    let mut start = plain(rng, "sign_in".to_owned(), verb("/login"));
    start.session = Some("start");
    start.params.push(param("json", "credentials", "&Item", "&Item::default()"));
    start.returns = "-> Result<Login>".to_owned();
    let mut refresh = plain(rng, "refresh".to_owned(), verb("/refresh"));
    refresh.session = Some(pick(rng, &["refresh", "refresh, refused = refusal"]));
    refresh.params.push(param(pick(rng, &["json", "form"]), "request", "Refresh", ""));
    refresh.returns = "-> Result<Login>".to_owned();
    let mut end = plain(rng, "sign_out".to_owned(), verb("/logout"));
    end.session = Some("end");
    let mut supplied = param("json", "request", "Refresh", "");
    supplied.roles.push("from_session".to_owned());
    end.params = vec![supplied, param("query", "everywhere", "bool", "true")];
    end.returns = "-> Result<()>".to_owned();
    let mut all = vec![start, refresh, end];
    all.truncate(rng.usize(1..=3));
    all
}

/// Returns a path, and adds its placeholders to the parameters.
fn path(rng: &mut Rng, params: &mut Vec<Param>) -> String {
    let mut path = String::new();
    for index in 0..rng.usize(..4) {
        path.push('/');
        match rng.u8(..4) {
            0 => {
                path.push_str(&format!("{{part-{index}}}"));
                let mut named = segment(rng, format!("segment_{index}"));
                named.roles.push(format!("path(\"part-{index}\")"));
                params.push(named);
            }
            1 => {
                path.push_str(&format!("x{{id_{index}}}.json"));
                let mut named = segment(rng, format!("id_{index}"));
                named.roles.extend((rng.bool()).then(|| "path".to_owned()));
                params.push(named);
            }
            _ => path.push_str(pick(rng, &["users", "a-b", "~x", "%20", "x:id", "a.b"])),
        }
    }
    match rng.u8(..6) {
        0 => {
            path.push_str("/{*rest}");
            params.push(Param {
                name: "rest".to_owned(),
                argument: "\"a/b\"",
                ty: "&str".to_owned(),
                ..segment(rng, String::new())
            });
        }
        1 => path.push_str("/?fixed=1&flag"),
        _ if path.is_empty() => path.push('/'),
        _ => {}
    }
    format!("\"{path}\"")
}

fn segment(rng: &mut Rng, name: String) -> Param {
    let (ty, argument) = pick(rng, &SEGMENTS);
    Param { cfg: None, roles: Vec::new(), name, ty: ty.to_owned(), argument }
}

fn in_query(rng: &mut Rng, params: &mut Vec<Param>) {
    for index in 0..rng.usize(..3) {
        let (ty, argument) = pick(rng, &VALUES);
        let is_list = ty.starts_with("&[") || ty.starts_with("Vec");
        let role = match rng.u8(..4) {
            0 if is_list => format!("query(style = {})", pick(rng, &["csv", "repeat", "brackets"])),
            1 if is_list => format!("query(\"list-{index}\", style = csv)"),
            2 => format!("query(\"Named {index}\")"),
            _ => "query".to_owned(),
        };
        let name = if rng.u8(..8) == 0 { format!("r#q_{index}") } else { format!("query_{index}") };
        params.push(conditional(rng, param(&role, &name, ty, argument)));
    }
    if rng.u8(..6) == 0 {
        let (ty, argument) = pick(rng, &MAPS);
        params.push(conditional(rng, param("queries", "filter", ty, argument)));
    }
}

fn in_headers(rng: &mut Rng, params: &mut Vec<Param>) {
    for index in 0..rng.usize(..2) {
        let (ty, argument) = pick(rng, &HEADERS);
        let role = if rng.bool() { "header".to_owned() } else { format!("header(\"X-Named-{index}\")") };
        params.push(conditional(rng, param(&role, &format!("header_{index}"), ty, argument)));
    }
    if rng.u8(..8) == 0 {
        let (ty, argument) = pick(rng, &MAPS);
        params.push(conditional(rng, param("headers", "more", ty, argument)));
    }
}

fn in_body(rng: &mut Rng, params: &mut Vec<Param>) {
    let body = match rng.u8(..8) {
        0 => param("json", "body", "&Item", "&Item::default()"),
        1 => param("json(\"application/merge-patch+json\")", "body", "Item", "Item::default()"),
        2 => param("form", "body", "&[(&str, &str)]", "&[(\"a\", \"b\")]"),
        3 => param("body", "body", "Vec<u8>", "vec![1]"),
        4 => param("body(\"text/plain; charset=utf-8\")", "body", "String", "String::from(\"x\")"),
        5 => {
            params.push(param("part", "caption", "&str", "\"c\""));
            params.push(param("part(\"meta\", json)", "about", "&Item", "&Item::default()"));
            param("part(\"the file\")", "file", "sdk_runtime::Part", "sdk_runtime::Part::new(\"x\")")
        }
        _ => return,
    };
    params.push(conditional(rng, body));
}

fn options(rng: &mut Rng, verb: &str) -> Vec<String> {
    let mut options = some(rng, &["timeout = none", "headers(\"x-fixed\" = \"a, b\")"]);
    options.extend(
        match rng.u8(..8) {
            0 => Some("auth = none"),
            1 => Some("auth = required"),
            2 => Some("auth = scopes(\"a:b\", \"c\")"),
            _ => None,
        }
        .map(str::to_owned),
    );
    let is_safe = matches!(verb, "GET" | "HEAD" | "OPTIONS");
    let is_keyed = !is_safe && rng.u8(..3) == 0;
    if is_keyed {
        options.push(pick(rng, &["idempotent", "idempotent = \"x-key\""]).to_owned());
    }
    if (is_safe || is_keyed || matches!(verb, "PUT" | "DELETE")) && rng.u8(..4) == 0 {
        options.push(pick(rng, &["retry = 3", "retry = never"]).to_owned());
    }
    rng.shuffle(&mut options);
    options
}

pub(super) fn param(role: &str, name: &str, ty: &str, argument: &'static str) -> Param {
    Param { cfg: None, roles: vec![role.to_owned()], name: name.to_owned(), ty: ty.to_owned(), argument }
}

fn conditional(rng: &mut Rng, param: Param) -> Param {
    let cfg = match rng.u8(..12) {
        0 => Some("#[cfg(all())]"),
        1 => Some("#[cfg(any())]"),
        _ => None,
    };
    Param { cfg, ..param }
}

pub(super) fn pick<T: Copy>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.usize(..from.len())]
}

/// Returns each with a probability of one in four.
fn some(rng: &mut Rng, from: &[&str]) -> Vec<String> {
    from.iter().filter(|_| rng.u8(..4) == 0).map(|&it| it.to_owned()).collect()
}
