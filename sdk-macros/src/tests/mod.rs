//! Golden expansions, one for each feature, so that a change of the generated code shows in the diff. Other
//! tests check that the macro never panics.

use proc_macro2::TokenStream;

use crate::generate;

/// Returns the code for a trait.
fn expanded(options: &str, item: &str) -> String {
    let generated = generate(tokens(options), tokens(item));
    implement::expanded(generated)
        .map_or_else(|error| format!("not a file: {error}"), |file| prettyplease::unparse(&file))
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Returns the methods, without the items that every client has.
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
        "/// Docs.\npub trait Users { /// One.\n #[get(\"/users/{id}\")] async fn user(&self, id: u64) -> \
            Result<User>; }",
    ));
}

/// The lines of generated code for one endpoint: those that 200 endpoints add, divided by 200.
#[test]
#[expect(clippy::print_stdout, reason = "benches/endpoints.sh reads it")]
fn a_plain_endpoint_is_short() {
    let lines = |count: usize| {
        let methods = (0..count).map(|index| {
            format!(
                "/// One.\n #[get(\"/users{index}/{{id}}\")] async fn user{index}(&self, id: u64) -> \
                Result<User>;"
            )
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
        "#[endpoint(\"REPORT\", \"/{a}/{b-c}/{*rest}?x=1\", auth = none, timeout = none, headers(\"a\" = \
            \"b\"))]
        async fn all(
            &self, #[query] q: &str, rest: &str, #[path(\"b-c\")] b: u8, a: u8, #[queries] filter: &Filter,
            #[header] if_match: &str, #[headers] more: &Map, #[json(\"a/b\")] body: &Body, #[cfg(x)] \
            #[query(\"r\")] r#type: u8,
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
            #[post(\"/start\")] #[session(start)] async fn start(&self, #[json] credentials: &Credentials) \
            -> Result<Tokens>;
            #[post(\"/refresh\")] #[session(refresh, refused = a::b)] #[cfg(x)]
            async fn refresh(&self, #[json] request: &Refresh) -> Result<Tokens>;
            #[post(\"/end\", auth = cookies)] #[session(end)]
            async fn end(&self, #[json] #[from_session] request: Refresh, #[query] all: bool) -> Result<()>;
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
            &self, id: u64, #[part] caption: Option<&str>, #[part(\"meta\", json)] meta: &Meta, #[part] \
            image: Part,
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
        "#[get(\"/linked\", paginate = link)] fn linked(&self, #[queries] filter: &Filter) -> \
            Pages<Vec<Issue>>;
        #[get(\"/after\", paginate = cursor(after))] fn after(&self, #[query(\"starting_after\")] after: \
        Option<&str>) -> Pages<Issues, MyError>;
        #[get(\"/counted\", paginate = page(page))] fn counted(&self, #[query] page: u32) -> \
        Pages<Vec<Issue>>;",
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
fn a_client_that_extends_others() {
    let text = expanded(
        "extends, extendable",
        "pub trait Users<K: Key>: shared::Crud<User, K> + Debug + Login {
            #[get(\"/me/{of}\")] async fn me(&self, of: K) -> Result<User>;
        }",
    );
    let (_, client) = text.split_once("pub struct").unwrap_or_default();
    insta::assert_snapshot!(client);
}

#[test]
fn an_erased_client() {
    let text = expanded(
        "dyn",
        "pub trait Users {
            #[get(\"/users\")] async fn users<'a>(&self, #[query] q: &str, #[query] ids: &'a [Id<'_>]) -> \
            Result<Vec<User>>;
            #[get(\"/all\", paginate = link)] fn all(&self) -> Pages<Vec<User>>;
            #[get(\"/any\")] async fn any<T: DeserializeOwned>(&self) -> Result<T> where Self: Sized;
            #[cfg(x)] async fn twice(&self, (q, n): (&str, u8)) { self.users(q, &[]).await; }
            #[post(\"/refresh\")] #[session(refresh)] async fn refresh(&self, #[json] request: Refresh) -> \
            Result<Tokens>;
            fn name<'a>(&'a self, of: &'a str) -> &'a str { of }
            async fn borrowed(&self, of: &str) -> (&str, Cow<'_, str>) { todo() }
        }",
    );
    let (_, erased) = text.split_once("/** Any implementation of").unwrap_or_default();
    insta::assert_snapshot!(erased);
}

#[test]
fn recovery() {
    insta::assert_snapshot!(expanded(
        "",
        "trait T {
            #[get(\"users\")] async fn users(self, #[query] (page, size): (u8, u8)) -> Result<User>;
            #[post(\"/refresh\")] #[session(refresh)] async fn refresh(&self, #[json] request: Refresh) -> \
            Result<Tokens>;
            #[get(\"/all\", paginate = links)] async fn all(&self) -> Pages<Vec<User>>;
        }",
    ));
}

/// Lints, `deprecated`, `cfg` and docs of a declaration apply to all code that is generated from it.
#[test]
fn attributes() {
    let of_both = "#[deprecated] #[must_use] #[expect(one)] #[allow(two)] #[cfg(x)] #[inline] \
        #[cfg_attr(y, allow(three))] #[cfg_attr(y, must_use, inline)]";
    insta::assert_snapshot!(expanded(
        "dyn",
        &format!(
            "{of_both} pub trait T {{
                {of_both} #[get(\"/a\")] async fn a(&self, #[cfg(z)] #[query] q: u8) -> Result<A>;
                #[cfg_attr(y, doc = \"Documented.\")] #[get(\"/b\")] async fn b(&self) -> Result<A>;
                #[cfg_attr(y, must_use)] #[get(\"/c\", paginate = link)] fn c(&self) -> Pages<A>;
                {of_both} async fn d(&self, (q, _): (u8, u8)) -> A {{ self.b().await }}
                /// Documented.
                fn e(&self, #[cfg(z)] ref q: u8) {{}}
                fn f() {{}}
                #[other(z, get)] async fn g(&self, #[cfg(z)] ref q: u8, (ref r, s): (u8, u8)) {{}}
            }}",
        ),
    ));
}

#[test]
fn arguments() {
    insta::assert_snapshot!(method(
        "#[get(\"/six\")] async fn six(&self, #[query] a: u8, #[query] b: u8, #[query] c: u8, #[query] d: \
            u8, #[query] e: u8, #[query] f: u8) -> Result<A>;
        #[get(\"/seven\")] async fn seven(&self, #[query] a: u8, #[query] b: u8, #[query] c: u8, #[query] \
        d: u8, #[query] e: u8, #[query] f: u8, #[query] g: u8) -> Result<A>;
        #[get(\"/typed\")] async fn typed<'a, A: Serialize, B, C: Entity, D>(&self, #[query] a: &'a A, \
        #[query] b: B) -> Result<Both<C, D>>;
        #[get(\"/group\")] async fn group<A: Entity>(&self, #[query] of: [A; 2]) -> Result<(u8, A)>;",
    ));
}

/// An endpoint that may send its body again checks that it can, unless the caller chooses the type.
#[test]
fn bodies_sent_again() {
    insta::assert_snapshot!(method(
        "#[put(\"/a\", retry = 1)] async fn once(&self, #[body] body: Bytes) -> Result<()>;
        #[put(\"/b\", retry = never)] async fn never(&self, #[body] body: Bytes) -> Result<()>;
        #[put(\"/c\")] async fn plain(&self, #[body] body: Bytes) -> Result<()>;
        #[put(\"/d\", retry = 1)] async fn json(&self, #[json] body: &Body) -> Result<()>;
        #[put(\"/e\", retry = 1)] async fn any<B: IntoBody>(&self, #[body] body: B) -> Result<()>;
        #[put(\"/f\", paginate = link)] fn pages(&self, #[body] body: Vec<u8>) -> Pages<A>;
        #[put(\"/g\", paginate = page(n))] fn counted(&self, #[query] m: u8, #[query] n: u32) -> Pages<A>;",
    ));
}

/// The type may be a parameter of the trait.
#[test]
fn a_body_of_the_callers_choice_is_not_asked_whether_it_can_be_sent_again() {
    for body in ["Bytes", "B", "Vec<C>", "Self::B", "&'b [u8]"] {
        let code = expanded(
            "",
            &format!(
                "trait T<'b, B: IntoBody> {{ #[put(\"/a\", retry = 1)] async fn a<C>(&self, #[body] b: \
                    {body}) -> Result<()>; }}"
            ),
        );
        assert_eq!(code.contains("Resend"), body == "Bytes", "{body}: {code}");
    }
}

/// The trait's defaults, and the endpoint's own options in their place.
#[test]
fn defaults() {
    let text = expanded(
        "base = \"/v1/\", auth = optional, timeout = 30s, headers(\"accept\" = \"a/b\", \"cookie\" = \
            \"a=1\", \"x-a\" = \"1\")",
        "trait T {
            #[get(\"/\")] async fn plain(&self) -> Result<A>;
            #[get(\"/a/?b=1\", auth = none, timeout = none, headers(\"Accept\" = \"c/d\", \"cookie\" = \
            \"b=2\"))] async fn own(&self) -> Result<A>;
            #[get(\"/{a}\", auth = scopes(\"b\"), timeout = 2m)] async fn arguments(&self, a: u8, \
            #[header] x_a: u8, #[header] cookie: &str) -> Result<A>;
            #[get] async fn address(&self, #[url] url: &Url) -> Result<A>;
            #[post(\"/login\")] #[session(start)] async fn start(&self) -> Result<A>;
            #[post(\"/refresh\")] #[session(refresh)] async fn refresh(&self) -> Result<A>;
            #[post(\"/refresh\", timeout = 1s)] #[session(end)] async fn end(&self) -> Result<A>;
        }",
    );
    let constants = text.split("    const __").skip(1).filter_map(|rest| rest.split_once(";\n"));
    let constants: Vec<&str> = constants.map(|(constant, _)| constant).collect();
    insta::assert_snapshot!(constants.join("\n"));
}

#[test]
fn recovery_of_names() {
    insta::assert_snapshot!(expanded(
        "auth = optional, timeout = 3, crate = a::b",
        "trait T {
            fn new(&self) {}
            #[get(\"/session\")] async fn session(&self) -> Result<A>;
            #[get(\"/a\")] async fn twice(&self) -> Result<A>;
            #[get(\"/b\")] async fn twice(&self) -> Result<B>;
            #[cfg(x)] #[get(\"/a\")] async fn either(&self) -> Result<A>;
            #[cfg(not(x))] #[get(\"/b\")] async fn either(&self) -> Result<B>;
            #[get(\"/{a}\")] async fn arguments(a: u8, #[query] a: u8, #[cfg(x)] #[query] (b, _): (u8, \
            u8)) -> Result<A>;
            #[post(\"/end\")] #[session(end)] #[cfg(x)] async fn end(&self, #[json] #[from_session] token: \
            Token, #[query] all: bool) -> Result<()>;
            async fn composite(&self, a: u8) -> u8 { a }
        }",
    ));
}

#[test]
fn recovery_of_types() {
    insta::assert_snapshot!(expanded(
        "",
        "unsafe trait T {
            fn anything(&self) -> u8;
            async fn awaited(&self) -> u8;
            fn streamed(&self) -> Pages<A>;
            #[get(\"/a\")] async fn nothing(&self);
            #[get(\"/b\")] fn hidden(&self) -> impl Sized;
            #[get(\"/c\", paginate = link)] fn hidden_pages(&self) -> impl Sized;
            #[get(\"/d\")] async fn hidden_inside(&self) -> Result<(u8, impl Sized), E>;
            #[get(\"/e\", paginate = link)] fn no_page(&self) -> a::Pages;
            #[get(\"/f\", paginate = link)] fn aliased(&self) -> Alias;
            #[get(\"/g\", paginate = link)] async fn asynchronous(&self) -> Result<A>;
            #[get(\"/h\")] unsafe extern \"C\" fn foreign(&self) -> Result<A>;
            unsafe fn composite(&self) {}
            type Item;
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

mod boundaries;
mod fixtures;
mod implement;
mod mistakes;
mod places;
mod random;
