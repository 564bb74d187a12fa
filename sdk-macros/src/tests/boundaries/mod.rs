//! Declarations on both sides of the boundary of each rule: the last correct value, and the first mistake.

mod derives;
mod issued;
mod names;
mod options;
mod traits;
mod types;

use proc_macro2::TokenStream;

use self::{
    derives::{ENUMS, PAGES, VARIANTS},
    issued::{REQUESTS, RESPONSES},
    traits::TRAITS,
};
use super::{mistakes::errors, random::errors_in, tokens};
use crate::derive::{api_error, page, token_request, token_response};

/// Declarations of a method without a mistake.
const RIGHT: &[&str] = &[
    // headers
    "#[get(\"/x\", headers(\"x!#$%&'*+-.^_`|~1\" = \"a\tb ~\"))] async fn a(&self) -> Result<A>;",
    "#[get(\"/x\", headers(\"content-type\" = \"a!#$&^_.+-/b!#$&^_.+-; q=\\\"1\\\"\"))] async fn a(&self) \
        -> Result<A>;",
    "#[get(\"/x\", headers(\"cookie\" = \"a=b\"))] async fn a(&self, #[header] cookie: &str) -> Result<A>;",
    "#[get(\"/x\", auth = none, headers(\"authorization\" = \"a\"))] async fn a(&self) -> Result<A>;",
    "#[get(\"/x\", auth = cookies)] async fn a(&self, #[header] authorization: &str) -> Result<A>;",
    "#[post(\"/x\")] #[session(start)] async fn a(&self, #[header] authorization: &str) -> Result<A>;",
    "#[get(\"/x\")] async fn a(&self, #[header] content_type: &str, #[header] proxy: &str) -> Result<A>;",
    "#[post(\"/x\", headers(\"content-type\" = \"a/b\"))] async fn a(&self, #[body] b: B) -> Result<A>;",
    "#[post(\"/x\", headers(\"x-a\" = \"b\"))] async fn a(&self, #[part] b: B, #[header] x_b: &str) -> \
        Result<A>;",
    // options
    "#[get(\"/x\", timeout = 1ms)] async fn a(&self) -> Result<A>;",
    "#[get(\"/x\", timeout = none)] async fn a(&self) -> Result<A>;",
    "#[get(\"/x\", idle_timeout = 1ms)] async fn a(&self) -> Result<A>;",
    "#[get(\"/x\", idle_timeout = none)] async fn a(&self) -> Result<A>;",
    "#[post(\"/x\", retry = never)] async fn a(&self) -> Result<A>;",
    "#[delete(\"/x\", retry = 100)] async fn a(&self) -> Result<A>;",
    "#[put(\"/x\", idempotent, retry = 1)] async fn a(&self) -> Result<A>;",
    "#[patch(\"/x\", idempotent = \"x-key\", retry = 1)] async fn a(&self, #[header] x_a: &str) -> \
        Result<A>;",
    "#[get(\"/x\", auth = scopes(\"!#[]~\", \"a\"))] async fn a(&self) -> Result<A>;",
    // verbs
    "#[endpoint(\"A!#$%&'*+-.^_`|~1\", \"/x\")] async fn a(&self, #[json] b: &B) -> Result<A>;",
    "#[endpoint(\"report\", \"/x\")] async fn a(&self) -> Result<A>;",
    "#[endpoint(\"GET\", \"/x\")] async fn a(&self) -> Result<A>;",
    "#[options(\"/x\")] async fn a(&self, #[json] b: &B) -> Result<A>;",
    "#[endpoint(\"OPTIONS\", \"/x\", retry = 1)] async fn a(&self) -> Result<A>;",
    "#[endpoint(\"TRACE\", \"/x\", retry = 1)] async fn a(&self) -> Result<A>;",
    "#[post(idempotent)] async fn a(&self, #[url] url: &Url) -> Result<A>;",
    "#[gett(\"/x\")] fn a(&self) {}",
    "#[other(z, get(\"/x\"))] fn a(&self) {}",
    // return types
    "#[get(\"/x\")] async fn a(&self) -> Result<Marked<&'static str>>;",
    "#[get(\"/x\")] async fn a(&self) -> Result<Cow<'static, str>>;",
    "#[get(\"/x\")] async fn a<'a>(&self, #[query] q: &'a str) -> Result<Cow<'static, str>>;",
    "#[head(\"/x\")] async fn a(&self) -> Result<()>;",
    "#[head(\"/x\")] async fn a(&self) -> Result<(())>;",
    "#[head(\"/x\")] async fn a(&self) -> Result<Option<Response<()>>>;",
    "#[put(\"/x\", paginate = link)] fn a(&self) -> Pages<Vec<A>>;",
    "#[post(\"/x\", idempotent, paginate = link)] fn a(&self) -> (a::Pages<Vec<A>, E>);",
    "#[get(\"/x\", paginate = page(n))] fn a(&self, #[query] m: u8, #[query(\"n_2\")] n: u32) -> Pages<A>;",
    // parameters
    "#[get(\"/{x}\")] async fn a(&self, #[path(\"x\")] y: &str, #[query] x: &str) -> Result<A>;",
    "#[get(\"/{type}/{b-c}\")] async fn a(&self, r#type: u8, #[path(\"b-c\")] b: u8) -> Result<A>;",
    "#[get(\"/x/*/y:id/$count\")] async fn a(&self, #[query] id: u8) -> Result<A>;",
    "#[get(\"/x?a=1&b\")] async fn a(&self, #[query] c: u8, #[queries] a: &A) -> Result<A>;",
    "#[post(\"/x\")] async fn a(&self, #[part] a: A, #[part(\"a_2\", json)] b: B, #[query] q: u8) -> \
        Result<A>;",
    "#[get(\"/x\")] async fn a(&self, #[query(style = repeat)] _a: &[u8], #[query(\"b\", style = csv)] b: \
        &[u8]) -> Result<A>;",
    "#[get(\"/{a}/{b}/{c}\")] async fn a(&self, a: &str, b: Cow<'_, str>, c: u8) -> Result<A>;",
    "#[get(\"/x\")] async fn a(&self, #[allow(x)] #[doc = \"\"] #[cfg(x)] #[expect(x)] #[query] a: u8) -> \
        Result<A>;",
    "#[get(\"/x\")] async fn a(&self, #[cfg_attr(x, allow(y))] #[query] a: u8) -> Result<A>;",
    "#[get] async fn a(&self, #[url] url: &Url, #[query] page: u8) -> Result<A>;",
    // The compiler reports two parameters of one name.
    "#[get(\"/{x}\")] async fn a(&self, x: u8, x: u8) -> Result<A>;",
    // names
    "#[post(\"/x\")] #[session(refresh)] async fn session(&self) -> Result<A>;",
    "fn new() {} fn builder(client: &Self) {} #[get(\"/x\")] async fn a(&self) -> Result<A>;",
    "#[cfg(x)] #[get(\"/x\")] async fn a(&self) -> Result<A>; #[cfg(y)] #[get(\"/y\")] async fn a(&self) \
        -> Result<A>;",
    "fn a(self: Arc<Self>, (b, c): (u8, u8), mut d: u8) -> impl Sized {}",
    // sessions
    "#[post(\"/x\", timeout = 1s)] #[session(refresh, refused = a::b)] async fn a(&self, #[json] b: B) -> \
        Result<A>;",
    "#[post(\"/x\", timeout = none)] #[session(start)] async fn a(&self) -> Result<A>;",
    "#[post(\"/x\", auth = none)] #[session(end)] async fn a(&self, #[form] #[from_session] b: &B) -> \
        Result<A>;",
    "#[post(\"/{x}\")] #[session(end)] async fn a(&self, x: u8) -> Result<A>;",
];

/// Returns whether `message` is the only report, or, if it is empty, whether there is none.
fn is_reported(reported: &[String], message: &str) -> bool {
    match reported {
        [] => message.is_empty(),
        [one] => !message.is_empty() && one.contains(message),
        _ => false,
    }
}

#[test]
fn correct_declarations_are_not_reported() {
    for method in RIGHT {
        let reported = errors(
            "",
            &format!("trait T {{ {method} #[get(\"/s\")] async fn sibling(&self) -> Result<A>; }}"),
        );
        assert!(reported.is_empty(), "{method}: {reported:#?}");
    }
}

#[test]
fn each_mistake_is_reported_once() {
    let mut faults = Vec::new();
    for (method, message) in [options::WRONG, types::WRONG, names::WRONG].into_iter().flatten() {
        let reported = errors(
            "",
            &format!("trait T {{ {method} #[get(\"/s\")] async fn sibling(&self) -> Result<A>; }}"),
        );
        if !is_reported(&reported, message) {
            faults.push(format!("{method}\n  wanted {message:?}, reported {reported:#?}"));
        }
    }
    assert!(faults.is_empty(), "{}\n{} wrong", faults.join("\n"), faults.len());
}

/// Each name that a rule lists, so that none is lost.
#[test]
fn each_name_of_a_rule_counts() {
    let mut rows: Vec<(String, &str)> = Vec::new();
    for header in
        "host content-length transfer-encoding connection te trailer upgrade keep-alive proxy-a".split(' ')
    {
        rows.push((
            format!("#[get(\"/x\", headers({header:?} = \"b\"))] async fn a(&self) -> Result<A>;"),
            "set by the transport",
        ));
    }
    for header in "authorization cookie user-agent range accept accept-a content-a if-a".split(' ') {
        rows.push((
            format!("#[post(\"/x\", idempotent = {header:?})] async fn a(&self) -> Result<A>;"),
            "cannot hold an idempotency key",
        ));
    }
    for name in "new builder session clone ENDPOINTS".split(' ') {
        rows.push((format!("fn {name}(&self) {{}}"), "clashes with a generated one"));
    }
    for attr in [
        "allow(b)",
        "expect(b)",
        "warn(b)",
        "deny(b)",
        "forbid(b)",
        "cfg(b)",
        "cfg_attr(b, allow(c))",
        "doc = \"\"",
    ] {
        rows.push((format!("#[get(\"/x\")] async fn a(&self, #[{attr}] #[query] b: u8) -> Result<A>;"), ""));
    }
    for verb in "get head options put delete post patch".split(' ') {
        let of_a_body = if matches!(verb, "get" | "head") { "cannot have a body" } else { "" };
        let of_a_retry =
            if matches!(verb, "post" | "patch") { "is not retried without an idempotency key" } else { "" };
        let of_a_key =
            if matches!(verb, "get" | "head" | "options") { "`idempotent` has no effect" } else { "" };
        for (options, params, message) in [
            ("", ", #[form] b: &B", of_a_body),
            (", retry = 1", "", of_a_retry),
            (", idempotent", "", of_a_key),
        ] {
            rows.push((
                format!("#[{verb}(\"/x\"{options})] async fn a(&self{params}) -> Result<()>;"),
                message,
            ));
        }
        for role in ["start", "refresh", "end"] {
            for option in ["retry = 1", "retry = never", "idempotent", "idempotent = \"b\""] {
                rows.push((
                    format!(
                        "#[{verb}(\"/x\", {option})] #[session({role})] async fn a(&self) -> Result<()>;"
                    ),
                    "has no effect on a session endpoint",
                ));
            }
        }
    }
    for unit in "ms s m h".split(' ') {
        rows.push((format!("#[get(\"/x\", timeout = 1{unit})] async fn a(&self) -> Result<()>;"), ""));
    }
    for (method, message) in rows {
        let reported = errors(
            "",
            &format!("trait T {{ {method} #[get(\"/s\")] async fn sibling(&self) -> Result<A>; }}"),
        );
        assert!(is_reported(&reported, message), "{method}\n  wanted {message:?}, reported {reported:#?}");
    }
}

/// A parameter counts as the misnamed placeholder only if its type fits, and if there is no other.
#[test]
fn what_cannot_be_renamed_is_reported_apart() {
    for (params, count) in [
        ("identity: u8", 1),
        ("identity: Option<u8>", 2),
        ("identity: &[u8]", 2),
        ("identity: u8, other: u8", 3),
        ("identity: Option<u8>, #[query] q: u8", 2),
    ] {
        let reported = errors(
            "",
            &format!("trait T {{ #[get(\"/{{x}}\")] async fn a(&self, {params}) -> Result<A>; }}"),
        );
        assert_eq!(reported.len(), count, "{params}: {reported:#?}");
    }
}

/// A parameter with a mistake counts as the address only if its attribute is `#[url]`.
#[test]
fn a_path_is_missed_next_to_another_mistake() {
    for (params, count) in [("#[query(1)] q: u8", 2), ("#[url(1)] q: u8", 1), ("#[ulr] q: u8", 1)] {
        let reported = errors("", &format!("trait T {{ #[get] async fn a(&self, {params}) -> Result<A>; }}"));
        assert_eq!(reported.len(), count, "{params}: {reported:#?}");
    }
}

#[test]
fn each_mistake_in_a_trait_is_reported_once() {
    for (options, item, message) in TRAITS {
        let method = "#[get(\"/x\")] async fn a(&self) -> Result<A>;";
        let reported = errors(options, &item.replace("METHOD", method));
        assert!(
            is_reported(&reported, message),
            "{options}: {item}\n  wanted {message:?}, reported {reported:#?}"
        );
    }
}

#[test]
fn each_mistake_in_a_derive_is_reported_once() {
    let variants = VARIANTS
        .iter()
        .map(|(variants, message)| (format!("enum E {{ {variants}, #[other] Other(Error) }}"), *message));
    let enums = ENUMS.iter().map(|(item, message)| ((*item).to_owned(), *message)).chain(variants);
    let pages = PAGES.iter().map(|(item, message)| ((*item).to_owned(), *message));
    let enums = enums.map(|(item, message)| (api_error(tokens(&item)), item, message));
    let pages = pages.map(|(item, message)| (page(tokens(&item)), item, message));
    let given = |rows: &'static [(&str, &'static str)], derive: fn(TokenStream) -> TokenStream| {
        rows.iter().map(move |(item, message)| (derive(tokens(item)), (*item).to_owned(), *message))
    };
    let responses = given(RESPONSES, token_response);
    let requests = given(REQUESTS, token_request);
    for (code, item, message) in enums.chain(pages).chain(responses).chain(requests) {
        let reported = errors_in(&code);
        assert!(is_reported(&reported, message), "{item}\n  wanted {message:?}, reported {reported:#?}");
    }
}

/// A variant counts as a forgotten `#[other]` if it is named `Other`, or holds an `Error`.
#[test]
fn a_variant_that_is_no_other_lacks_a_status() {
    let reported = errors_in(&api_error(tokens("enum E { #[status(409)] A, B(C) }")));
    assert!(reported.len() == 2 && reported[0].starts_with("the variant `B` has no status"), "{reported:#?}");
}
