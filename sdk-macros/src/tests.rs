//! Golden expansions, one for each feature, so that a change of the generated code shows in the diff; and that the macro never
//! panics, whatever it is given.

use proc_macro2::TokenStream;

use crate::generate;

/// The code for a trait.
fn expanded(options: &str, item: &str) -> String {
    let generated = generate(tokens(options), tokens(item));
    syn::parse2(generated)
        .map_or_else(|error| format!("not a file: {error}"), |file| prettyplease::unparse(&file))
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The methods alone: what every client has is cut out.
fn method(item: &str) -> String {
    let text = expanded("", &format!("trait T {{ {item} }}"));
    let (declared, rest) = text.split_once("/** Sends the calls").unwrap_or((&text, ""));
    let (_, inherent) = rest.split_once("self.__client.session()\n    }\n").unwrap_or(("", rest));
    let (inherent, _) = inherent
        .split_once("#[doc(hidden)]\nimpl ::sdk_runtime::__private::ApiClient")
        .unwrap_or((inherent, ""));
    format!("{declared}impl TClient {{\n{inherent}")
}

#[test]
fn a_whole_client() {
    insta::assert_snapshot!(expanded(
        "base = \"/v1\", auth = optional, timeout = 30s, headers(\"X-A\" = \"1\")",
        "/// Docs.\npub trait Users { /// One.\n #[get(\"/users/{id}\")] async fn user(&self, id: u64) -> Result<User>; }",
    ));
}

/// What generated code costs is said for one endpoint: what two hundred of them add, divided by their number.
#[test]
#[expect(clippy::print_stdout, reason = "benches/endpoints.sh reads it")]
fn a_plain_endpoint_is_short() {
    let lines = |count: usize| {
        let methods = (0..count).map(|index| {
            format!("/// One.\n #[get(\"/users{index}/{{id}}\")] async fn user{index}(&self, id: u64) -> Result<User>;")
        });
        expanded("", &format!("pub trait Users {{ {} }}", methods.collect::<String>())).lines().count()
    };
    let each = (lines(201) - lines(1)) / 200;
    println!("lines of a plain endpoint: {each}");
    assert!(each <= 25, "{each}");
}

#[test]
fn roles() {
    insta::assert_snapshot!(method(
        "#[endpoint(\"REPORT\", \"/{a}/{b-c}/{*rest}?x=1\", auth = none, timeout = none, headers(\"a\" = \"b\"))]
        async fn all(
            &self, #[query] q: &str, rest: &str, #[path(\"b-c\")] b: u8, a: u8, #[queries] filter: &Filter,
            #[header] if_match: &str, #[headers] more: &Map, #[json(\"a/b\")] body: &Body, #[cfg(x)] #[query(\"r\")] r#type: u8,
        ) -> Reply<User>;",
    ));
}

#[test]
fn bodies() {
    insta::assert_snapshot!(method(
        "#[post(\"/form\")] async fn form(&self, #[form] form: &Form) -> Result<(), MyError>;
        #[put(\"/body\")] async fn body(&self, #[body(\"a/b\")] body: Bytes) -> Result<()>;",
    ));
}

#[test]
fn sessions() {
    insta::assert_snapshot!(expanded(
        "",
        "trait T {
            #[post(\"/start\")] #[session(start)] async fn start(&self, #[json] credentials: &Credentials) -> Result<Tokens>;
            #[post(\"/renew\")] #[session(refresh, refused = a::b)] #[cfg(x)]
            async fn renew(&self, #[json] request: &Renewal) -> Result<Tokens>;
            #[post(\"/end\", auth = cookies)] #[session(end)]
            async fn end(&self, #[json] #[from_session] request: Renewal, #[query] all: bool) -> Result<()>;
        }",
    ));
}

#[test]
fn composites() {
    insta::assert_snapshot!(method(
        "#[get(\"/a\")] async fn a(&self) -> Result<u8>;
        /// Twice.
        async fn twice(&self, (b, c): (u8, u8)) -> Result<u8> { self.a().await?; self.a().await }
        fn plain(&self) -> u8 { 3 }",
    ));
}

#[test]
fn parts_and_styles() {
    insta::assert_snapshot!(method(
        "#[post(\"/issues/{id}/picture\")]
        async fn picture(
            &self, id: u64, #[part] caption: Option<&str>, #[part(\"meta\", json)] meta: &Meta, #[part] image: Part,
            #[query(style = csv)] labels: &[&str],
        ) -> Result<()>;",
    ));
}

#[test]
fn addresses() {
    insta::assert_snapshot!(method(
        "#[get] async fn follow(&self, #[url] next: &Url) -> Result<Vec<Issue>>;"
    ));
}

#[test]
fn pages() {
    insta::assert_snapshot!(method(
        "#[get(\"/linked\", paginate = link)] fn linked(&self, #[queries] filter: &Filter) -> Pages<Vec<Issue>>;
        #[get(\"/after\", paginate = cursor(after))] fn after(&self, #[query(\"starting_after\")] after: Option<&str>) -> Pages<Issues, MyError>;
        #[get(\"/counted\", paginate = page(page))] fn counted(&self, #[query] page: u32) -> Pages<Vec<Issue>>;",
    ));
}

#[test]
fn repeats_and_scopes() {
    insta::assert_snapshot!(method(
        "#[post(\"/issues\", idempotent, retry = 3, auth = scopes(\"issues:read\", \"issues:write\"))]
        async fn create(&self, #[body(\"text/plain\")] text: String) -> Result<Issue>;",
    ));
}

#[test]
fn a_generic_client() {
    insta::assert_snapshot!(expanded(
        "",
        "pub trait Crud<'a, T: Entity, K = u64>: Named where K: Display {
            #[get(\"/{id}\")] async fn get(&self, id: K) -> Result<T>;
            async fn first(&self) -> Result<T> { self.get(1).await }
        }",
    ));
}

#[test]
fn an_erased_client() {
    let text = expanded(
        "dyn",
        "pub trait Users {
            #[get(\"/users\")] async fn users<'a>(&self, #[query] q: &str, #[query] ids: &'a [Id<'_>]) -> Result<Vec<User>>;
            #[get(\"/all\", paginate = link)] fn all(&self) -> Pages<Vec<User>>;
            #[get(\"/any\")] async fn any<T: DeserializeOwned>(&self) -> Result<T> where Self: Sized;
            #[cfg(x)] async fn twice(&self, (q, n): (&str, u8)) { self.users(q, &[]).await; }
            fn name<'a>(&'a self, of: &'a str) -> &'a str { of }
        }",
    );
    let (_, erased) = text.split_once("/** Anything that implements").unwrap_or_default();
    insta::assert_snapshot!(erased);
}

#[test]
fn recovery() {
    insta::assert_snapshot!(expanded(
        "",
        "trait T {
            #[get(\"users\")] async fn users(self, #[query] (page, size): (u8, u8)) -> Result<User>;
            #[post(\"/renew\")] #[session(refresh)] async fn renew(&self, #[json] request: Renewal) -> Result<Tokens>;
            #[get(\"/all\", paginate = links)] async fn all(&self) -> Pages<Vec<User>>;
        }",
    ));
}

#[test]
fn nothing_panics() {
    let attributes = [
        "get",
        "get()",
        "get = 1",
        "get(,)",
        "get(\"\")",
        "get(\"/{\")",
        "get(\"/é{}{*}}\", auth, timeout = , headers)",
        "endpoint",
        "endpoint(\"\")",
        "endpoint(\"\", \"\")",
        "session",
        "session(,)",
        "session(refresh, refused =)",
        "session(refused)",
        "cfg_attr(x, get)",
        "cfg_attr",
        "get(timeout = 99999999999999999999s)",
        "fetch(\"/x\")",
        "post(\"/x\", retry, idempotent =, paginate)",
        "get(retry = -1, idempotent = 3, paginate = cursor(), auth = scopes)",
        "get(\"/x\", paginate = page(x), auth = scopes(,), retry = 99999999999)",
    ];
    let parameters = [
        "",
        "self",
        "&mut self",
        "&self, #[query = 1] x: u8",
        "&self, #[json(,)] x: u8",
        "&self, #[from_session] x: impl A",
        "&self, #[header(\"\")] (a, b): (u8, u8)",
        "&self, #[header] _: u8",
        "&self, #[url] x: u8, #[part(json, json)] y: u8, #[query(style)] z: u8, #[part(,)] w: u8",
        "self: Arc<Self>, #[path(\"\")] x: !",
    ];
    for attribute in attributes {
        for parameter in parameters {
            for rest in [";", "-> Result;", "-> Pages<X>;", "-> Result<T, E, F> {}", "-> impl Sized;"] {
                let item = format!(
                    "trait T<'a, const N: u8> {{ #[{attribute}] fn f({parameter}) {rest} type X; a!(); }}"
                );
                for options in [
                    "",
                    "base",
                    "base = \"\"",
                    "crate = 1",
                    ",,",
                    "dyn, dyn = 1",
                    "headers(\"\" = \"\"), timeout = 0s",
                ] {
                    generate(tokens(options), tokens(&item));
                }
            }
        }
    }
}

mod chance;
mod fixtures;
mod mistakes;
