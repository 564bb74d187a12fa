//! Mistakes that users make, each reported by exactly one error.

use super::{random::errors_in, tokens};
use crate::generate;

/// Returns the errors in the generated code.
pub(super) fn errors(options: &str, item: &str) -> Vec<String> {
    let generated = generate(tokens(options), tokens(item));
    match syn::parse2::<syn::File>(generated.clone()) {
        Ok(_) => errors_in(&generated),
        Err(error) => vec![format!("not a file: {error}"); 2],
    }
}

/// The method, and a part of its one error.
const METHODS: &[(&str, &str)] = &[
    // next to a whole address
    ("#[get] async fn a(&self, #[url] url: &str, page: u32) -> Result<A>;", "parameter `page` is not used"),
    ("#[get] async fn a(&self, page: u32, #[url] url: &str) -> Result<A>;", "parameter `page` is not used"),
    ("#[get] async fn a(&self, #[url] url: &str, #[path] page: u32) -> Result<A>;", "names no placeholder"),
    (
        "#[get] async fn a(&self, #[url] url: &str, #[path(\"x\")] page: u32) -> Result<A>;",
        "names no placeholder",
    ),
    (
        "#[post] async fn a(&self, #[url] url: &str, body: &Body) -> Result<A>;",
        "parameter `body` is not used",
    ),
    (
        "#[post] async fn a(&self, #[url] url: &str, #[jsn] body: &Body) -> Result<A>;",
        "unknown attribute `#[jsn]`",
    ),
    (
        "#[get(paginate = link)] fn a(&self, #[url] url: &str, page: u32) -> Pages<Vec<A>>;",
        "parameter `page` is not used",
    ),
    (
        "#[get(paginate = page(page))] fn a(&self, #[url] url: &str, page: u32) -> Pages<Vec<A>>;",
        "parameter `page` is not used",
    ),
    (
        "#[get(paginate = cursor(after))] fn a(&self, #[url] url: &str, #[header] after: Option<&str>) -> \
            Pages<A>;",
        "`after` is not sent in the query",
    ),
    (
        "#[endpoint(\"REPORT\")] async fn a(&self, #[url] url: &str, page: u32) -> Result<A>;",
        "parameter `page` is not used",
    ),
    (
        "#[endpoint(\"REPORT\", timeout = 3s)] async fn a(&self, #[url] url: &str, page: u32) -> Result<A>;",
        "parameter `page` is not used",
    ),
    (
        "#[get] async fn a(&self, #[url] url: &str, #[cfg(x)] page: u32) -> Result<A>;",
        "parameter `page` is not used",
    ),
    (
        "#[get] async fn a<T: Serialize>(&self, #[url] url: &str, page: T) -> Result<A>;",
        "parameter `page` is not used",
    ),
    ("#[get] async fn a(&self, #[url] url: &str, r#type: u32) -> Result<A>;", "parameter `type` is not used"),
    ("#[get] async fn a(&self, #[url] #[query] url: &str) -> Result<A>;", "two roles on parameter `url`"),
    ("#[get] async fn a(&self, #[url] url: &str, #[url] other: &str) -> Result<A>;", "two addresses"),
    ("#[get] async fn a(&self, #[url = 1] url: &str, page: u32) -> Result<A>;", "`#[url]` takes no argument"),
    ("#[get] async fn a(&self, #[ulr] url: &str, page: u32) -> Result<A>;", "unknown attribute `#[ulr]`"),
    (
        "#[get] async fn a(&self, #[url] url: &str, #[from_session] token: Token) -> Result<A>;",
        "`#[from_session]` is outside",
    ),
    (
        "#[get] async fn a(&self, #[url] url: &str, #[query] page: u32, #[query] page: u32) -> Result<A>;",
        "query `page` is set twice",
    ),
    ("#[get] async fn a(&self, url: &str, page: u32) -> Result<A>;", "`#[get]` needs a path"),
    ("#[get] async fn a(&self, #[path] id: u32) -> Result<A>;", "`#[get]` needs a path"),
    (
        "#[post] #[session(end)] async fn a(&self, #[from_session] token: Token) -> Result<A>;",
        "`#[post]` needs a path",
    ),
    (
        "#[post] #[session(start)] async fn a(&self, #[url] url: &str) -> Result<A>;",
        "the address of a session endpoint",
    ),
    // the rest of a path
    (
        "#[get(\"/x/{*rest}\")] async fn a(&self, rest: &str, page: u32) -> Result<A>;",
        "parameter `page` is not used",
    ),
    (
        "#[get(\"/x/{*rest}\")] async fn a(&self, path: &str) -> Result<A>;",
        "no placeholder for parameter `path`",
    ),
    ("#[get(\"/x/{*rest}\")] async fn a(&self) -> Result<A>;", "no parameter for placeholder `{rest}`"),
    (
        "#[get(\"/x/{*rest}\")] async fn a(&self, #[query] rest: &str) -> Result<A>;",
        "no parameter for placeholder `{rest}`",
    ),
    (
        "#[get(\"/x/{*rest}\")] async fn a(&self, rest: Option<&str>) -> Result<A>;",
        "a path parameter cannot be optional",
    ),
    (
        "#[get(\"/x/{*rest}\")] async fn a(&self, rest: &[&str]) -> Result<A>;",
        "a list cannot be a path segment",
    ),
    (
        "#[get(\"/x/{*rest}\")] async fn a(&self, rest: [&str; 2]) -> Result<A>;",
        "a list cannot be a path segment",
    ),
    (
        "#[get(\"/x/{*rest}\")] async fn a(&self, #[cfg(x)] rest: &str) -> Result<A>;",
        "cannot depend on a `cfg`",
    ),
    // a list as a segment
    ("#[get(\"/{id}\")] async fn a(&self, id: [u64; 2]) -> Result<A>;", "a list cannot be a path segment"),
    ("#[get(\"/{id}\")] async fn a(&self, id: &[u64; 2]) -> Result<A>;", "a list cannot be a path segment"),
    ("#[get(\"/{id}\")] async fn a(&self, id: &[u64]) -> Result<A>;", "a list cannot be a path segment"),
    ("#[get(\"/{id}\")] async fn a(&self, id: &&[u64]) -> Result<A>;", "a list cannot be a path segment"),
    (
        "#[get(\"/{id}\")] async fn a(&self, id: (([u64; 2]))) -> Result<A>;",
        "a list cannot be a path segment",
    ),
    ("#[get(\"/{id}\")] async fn a(&self, id: Vec<u64>) -> Result<A>;", "a list cannot be a path segment"),
    ("#[get(\"/{id}\")] async fn a(&self, id: &Vec<u64>) -> Result<A>;", "a list cannot be a path segment"),
    (
        "#[get(\"/{id}\")] async fn a(&self, id: ::std::vec::Vec<u64>) -> Result<A>;",
        "a list cannot be a path segment",
    ),
    (
        "#[get(\"/{id}\")] async fn a(&self, #[path(\"id\")] ids: [u64; 2]) -> Result<A>;",
        "a list cannot be a path segment",
    ),
    ("#[get(\"/x/{*rest\")] async fn a(&self, rest: &str) -> Result<A>;", "an unclosed `{`"),
    // pages
    (
        "#[get(\"/x\", paginate = page(page))] fn a(&self, page: u32) -> Pages<Vec<A>>;",
        "parameter `page` is not used",
    ),
    (
        "#[get(\"/x\", paginate = page(n))] fn a(&self, #[query] page: u32) -> Pages<Vec<A>>;",
        "`paginate` names no parameter: `n`",
    ),
    ("#[get(\"/x\", paginate)] fn a(&self) -> Pages<Vec<A>>;", "option `paginate` needs a value"),
    (
        "#[get(\"/x\", paginate = cursor)] fn a(&self) -> Pages<Vec<A>>;",
        "`cursor` takes the name of one parameter",
    ),
    ("#[get(\"/x\", paginate = link)] async fn a(&self);", "`paginate` needs `-> Pages<P>`"),
    ("#[get(\"/x\", paginate = link)] fn a(&self);", "`paginate` needs `-> Pages<P>`"),
    ("#[get(\"/x\", pagination = link)] fn a(&self) -> Pages<Vec<A>>;", "unknown option `pagination`"),
    (
        "#[get(\"/x\", paginate = link, paginate = link)] fn a(&self) -> Pages<Vec<A>>;",
        "option `paginate` is given twice",
    ),
    ("#[get(\"/x\", paginate = link)] fn a(&self) -> Pages;", "`Pages`"),
    (
        "#[get(\"/x\", paginate = link)] fn a<'a>(&'a self) -> Pages<'a>;",
        "`Pages` does not say what a page is",
    ),
    ("#[get(\"/x\", paginate = link)] fn a(&self) -> (Pages);", "`Pages` does not say what a page is"),
    // sessions
    (
        "#[post(\"/x\")] #[session(refresh)] async fn a(&self, request: Refresh) -> Result<A>;",
        "parameter `request` is not used",
    ),
    (
        "#[post(\"/x\")] #[session(end)] async fn a(&self, #[from_session] request: Refresh) -> Result<A>;",
        "parameter `request` is not used",
    ),
    (
        "#[post(\"/x\")] #[session(refrehs)] async fn a(&self, #[json] request: Refresh) -> Result<A>;",
        "unknown session role `refrehs`",
    ),
    (
        "#[post(\"/x\")] #[session] async fn a(&self, #[json] request: Refresh) -> Result<A>;",
        "`#[session]` needs a role",
    ),
    ("#[post(\"/x\")] #[session = \"end\"] async fn a(&self) -> Result<A>;", "`#[session]` needs a role"),
    ("#[session(end)] async fn a(&self) -> Result<A>;", "endpoint `a` has no HTTP method"),
    (
        "#[session(end)] async fn a(&self) -> Result<A> { todo!() }",
        "`#[session]` has no effect on a method with a body",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[json] #[from_session] request: Refresh) -> Result<A>;",
        "`#[from_session]` is outside",
    ),
    (
        "#[post(\"/x\")] #[session(start)] async fn a(&self, #[json] #[from_session] request: &str) -> \
            Result<A>;",
        "`&str` cannot come from the session",
    ),
    (
        "#[post(\"/x\")] #[session(refresh)] #[session(end)] async fn a(&self, #[json] request: Refresh) \
            -> Result<A>;",
        "a second `#[session]`",
    ),
    (
        "#[get(\"/x\", paginate = link)] #[session(end)] fn a(&self) -> Pages<Vec<A>>;",
        "a session endpoint has no pages",
    ),
    // composites
    ("#[get(\"/x\")] async fn a(&self) -> Result<A> { self.b().await }", "an endpoint cannot have a body"),
    (
        "async fn a(&self, #[query] page: u32) -> Result<A> { self.b().await }",
        "`#[query]` has no effect in a method with a body",
    ),
    ("async fn a(&self, #[quary] page: u32) -> Result<A> { self.b().await }", "unknown attribute `#[quary]`"),
    ("async fn a(&self) -> Result<A>;", "endpoint `a` has no HTTP method"),
    ("fn a(&self);", "endpoint `a` has no HTTP method"),
    // names, receivers, patterns, generics
    ("#[get(\"/x\")] async fn a(&self, #[query] _: u32) -> Result<A>;", "parameters must be plain names"),
    (
        "#[get(\"/x/{a}\")] async fn a(&self, (a, b): (u32, u32)) -> Result<A>;",
        "parameters must be plain names",
    ),
    ("#[get(\"/x\")] async fn a(&self, (a, b): (u32, u32)) -> Result<A>;", "parameters must be plain names"),
    ("#[get(\"/x\")] async fn a(#[query] page: u32) -> Result<A>;", "endpoints take `&self`"),
    (
        "#[get(\"/x\")] async fn a<const N: usize>(&self, #[query] page: [u8; N]) -> Result<A>;",
        "const generics",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query] page: impl Serialize) -> Result<A>;",
        "`impl Trait` in arguments",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query] page: Option<impl Serialize>) -> Result<A>;",
        "`impl Trait` in arguments",
    ),
    ("#[get(\"/x\")] async fn a(&self) -> Result<impl Sized>;", "`impl Trait`"),
    ("#[get(\"/x\")] async fn a(&self) -> impl Sized;", "`impl Trait`"),
    ("#[get(\"/x\")] fn a(&self) -> Result<A>;", "endpoints must be `async fn`"),
    // options and attributes
    ("#[get(\"/x\", tiemout = 3s)] async fn a(&self) -> Result<A>;", "unknown option `tiemout`"),
    (
        "#[get(\"/x\", headers(\"a\" = \"b\"), headers(\"c\" = \"d\"))] async fn a(&self) -> Result<A>;",
        "remove `headers(\"c\" = \"d\")`, or",
    ),
    (
        "#[get(\"/x\", paginate = cursor(b), paginate = page(b))] fn a(&self, #[query] b: u8) -> Pages<A>;",
        "remove `paginate = page(b)`, or",
    ),
    ("#[get(\"/x\" timeout = 3s)] async fn a(&self) -> Result<A>;", "there is no comma behind the path"),
    (
        "#[get(timeout = 3s, \"/x\")] async fn a(&self) -> Result<A>;",
        "the path stands in front of the options",
    ),
    ("#[get[\"/x\"]] async fn a(&self) -> Result<A>;", "the path stands in parentheses"),
    ("#[get{\"/x\", paginate = link}] fn a(&self) -> Pages<Vec<A>>;", "the path stands in parentheses"),
    ("#[endpoint = \"/x\"] async fn a(&self) -> Result<A>;", "write `#[get(\"/x\")]`"),
    (
        "#[endpoint[\"REPORT\", \"/x\"]] async fn a(&self) -> Result<A>;",
        "write `#[endpoint(\"REPORT\", \"/x\")]`",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query[\"page\"]] page: u32) -> Result<A>;",
        "`#[query]` takes a string literal in parentheses",
    ),
    (
        "#[get(\"/{x}\")] async fn a(&self, #[path{\"x\"}] page: u32) -> Result<A>;",
        "`#[path]` takes a string literal in parentheses",
    ),
    (
        "#[get(\"/{x}\")] async fn a(&self, #[path = \"x\"] page: u32) -> Result<A>;",
        "`#[path]` takes a string literal in parentheses",
    ),
    ("#[get] async fn a(&self, #[url[]] url: &str) -> Result<A>;", "`#[url]` takes no argument"),
    ("#[post(\"/x\")] #[session[end]] async fn a(&self) -> Result<A>;", "`#[session]` needs a role"),
    ("#[get(\"/x\", headers[\"a\" = \"b\"])] async fn a(&self) -> Result<A>;", "unexpected `headers"),
    ("#[get(\"/x\")] #[get(\"/y\")] async fn a(&self) -> Result<A>;", "endpoint `a` has two HTTP methods"),
    (
        "#[get(\"/x\")] #[gett(\"/y\")] async fn a(&self, page: u32) -> Result<A>;",
        "parameter `page` is not used",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query(\"page\", \"size\")] page: u32) -> Result<A>;",
        "`#[query]` takes one string literal",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query(name = \"size\")] page: u32) -> Result<A>;",
        "`#[query]` takes its name as a string literal",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query] #[query] page: u32) -> Result<A>;",
        "two roles on parameter `page`",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[cfg_attr(x, query)] page: u32) -> Result<A>;",
        "`cfg_attr` around an attribute",
    ),
    (
        "#[cfg_attr(x, get(\"/x\"))] async fn a(&self, page: u32) -> Result<A>;",
        "`cfg_attr` around an attribute",
    ),
    ("#[cfg_attr(x, get(\"/x\"))] async fn a(&self, #[query] page: u32);", "`cfg_attr` around an attribute"),
    (
        "#[get(\"/x\")] #[cfg_attr(x, session(end))] async fn a(&self) -> Result<A>;",
        "`cfg_attr` around an attribute",
    ),
    ("#[get(\"/x\")] async fn a(&self, #[cfg(x)] page: u32) -> Result<A>;", "parameter `page` is not used"),
    (
        "#[get(\"/x\")] async fn a(&self, #[doc(hidden)] page: u32) -> Result<A>;",
        "parameter `page` is not used",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[allow(unused)] page: u32) -> Result<A>;",
        "parameter `page` is not used",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[header(\"x-a\")] a: u8, #[header(\"X-A\")] b: u8) -> Result<A>;",
        "the header `x-a` is set twice",
    ),
    ("#[post(\"/x\", headers(\"a\"))] async fn a(&self) -> Result<A>;", "expected a header's name and value"),
    (
        "#[post(\"/x\", headers(\"a\" = ))] async fn a(&self) -> Result<A>;",
        "expected a header's name and value",
    ),
];

#[test]
fn each_is_reported_by_one_error() {
    let mut wrong = Vec::new();
    for (method, message) in METHODS {
        for options in ["", "dyn", "base = \"/v1\", auth = none, timeout = 3s, headers(\"accept\" = \"a/b\")"]
        {
            if options == "dyn" && method.contains("<T: ") {
                continue;
            }
            let sibling = "#[get(\"/sibling\")] async fn sibling(&self) -> Result<A>;";
            let reported = errors(options, &format!("trait T {{ {method} {sibling} }}"));
            if reported.len() != 1 || !reported[0].contains(message) {
                wrong.push(format!("{options}: {method}\n  wanted {message:?}, reported {reported:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

/// The options of a trait without other mistakes, and a part of their one error.
const OPTIONS: &[(&str, &str)] = &[
    ("tiemout = 3s", "unknown option `tiemout`"),
    ("timeout", "option `timeout` needs a value"),
    ("timeout = 30", "expected a duration"),
    ("timeout = 0s", "a timeout of zero"),
    ("timeout(30s)", "the value of `timeout` stands behind a `=`"),
    ("auth = requird", "`auth` must be"),
    ("auth = scopes()", "`scopes` needs at least one scope"),
    ("auth = none, auth = optional", "option `auth` is given twice"),
    ("base = \"v1\"", "the base must start with `/`"),
    ("base = \"/v1\", base = \"/v2\"", "option `base` is given twice"),
    ("base = \"/{tenant}\"", "the placeholder `{tenant}` is not allowed in the base"),
    ("\"/v1\"", "unexpected `\"/v1\"`"),
    ("headers", "option `headers` needs a value"),
    ("headers(\"a\" = \"b\", \"A\" = \"c\")", "the header `a` is set twice"),
    ("headers(\"authorization\" = \"x\")", "the header `authorization` is managed"),
    ("headers(a = \"b\")", "the name and the value of a header are string literals"),
    ("headers(\"content-length\" = \"1\")", "the header `content-length` is set by the transport"),
    ("dyn = true", "`dyn` takes no value"),
    ("extends = Crud", "`extends` takes no value"),
    ("extends", "has no supertrait whose endpoints it could have"),
    ("extendable = true", "`extendable` takes no value"),
    ("crate = 1", "expected the path of a crate"),
    ("retry = 3", "option `retry` belongs to an endpoint"),
    ("auth = none,, timeout = 3s", "unexpected `,`"),
];

#[test]
fn each_of_the_traits_options_is_reported_by_one_error() {
    for (options, message) in OPTIONS {
        let reported = errors(options, "trait T { #[get(\"/a\")] async fn a(&self) -> Result<A>; }");
        assert!(reported.len() == 1 && reported[0].contains(message), "{options}: {reported:#?}");
    }
}
