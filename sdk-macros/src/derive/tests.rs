//! Golden expansions of the derives, and tests that the derives never panic.

use proc_macro2::TokenStream;

use super::{api_error, page, token_request, token_response};

fn expanded(derive: fn(TokenStream) -> TokenStream, item: &str) -> String {
    syn::parse2(derive(tokens(item)))
        .map_or_else(|error| format!("not a file: {error}"), |file| prettyplease::unparse(&file))
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn an_error() {
    insta::assert_snapshot!(expanded(
        api_error,
        "enum CreateError {
            #[status(4xx)] Client(Response<Bytes>),
            #[status(409, 5xx)] Duplicate(models::Existing),
            #[status(404, 410)] #[status(418)] r#Gone,
            #[other] Other(Error),
        }",
    ));
}

#[test]
fn a_generic_error() {
    insta::assert_snapshot!(expanded(
        api_error,
        "#[api_error(crate = my_crate::sdk)]
        enum Failure<'a, T: DeserializeOwned = u8, const N: usize> where T: Clone {
            #[status(400)] Bad(T), #[status(5xx)] Server([&'a u8; N]), #[other] Other(Error),
        }",
    ));
}

#[test]
fn an_error_that_thiserror_shows() {
    insta::assert_snapshot!(expanded(
        api_error,
        "enum CreateError {
            #[status(409)] #[error(\"there is one\")] Duplicate,
            #[other] #[error(transparent)] Other(#[from] Error),
        }",
    ));
}

#[test]
fn an_error_next_to_mistakes() {
    insta::assert_snapshot!(expanded(api_error, "enum Failure<T> { #[status(200)] Bad(T), Other(Error) }"));
}

#[test]
fn a_page() {
    insta::assert_snapshot!(expanded(
        page,
        "#[page(crate = my_crate::sdk)]
        struct Paged<T: Clone> where T: Ord {
            total: u64,
            #[page(items)] items: Vec<T>,
            #[page(next)] r#type: Option<String>,
            #[page(more)] has_more: bool,
        }",
    ));
}

#[test]
fn a_page_of_items_alone() {
    insta::assert_snapshot!(expanded(page, "struct Issues { #[page(items)] issues: Vec<Issue> }"));
}

#[test]
fn a_page_next_to_mistakes() {
    insta::assert_snapshot!(expanded(
        page,
        "struct Issues { labels: Vec<String>, #[page(items)] issues: Vec<Issue>, #[page(netx)] next: \
            Option<u64> }",
    ));
}

#[test]
fn a_response_with_tokens() {
    insta::assert_snapshot!(expanded(
        token_response,
        "#[serde(rename_all = \"camelCase\")]
        #[token(at = \"data.result\", ok(\"status\" = \"success\"), message = \"error.text\")]
        struct Issued {
            access_token: String,
            refresh_token: Option<String>,
            #[token(expires_in = ms)] expires: u64,
            expires_at: Option<String>,
            scope: Vec<String>,
            #[token(subject)] user_id: u64,
            id: u64,
        }",
    ));
}

#[test]
fn a_response_with_tokens_elsewhere() {
    insta::assert_snapshot!(expanded(
        token_response,
        "#[token(crate = my_crate::sdk, access(header = \"x-token\"), refresh(cookie = \"r\"))]
        struct Issued;",
    ));
}

#[test]
fn a_generic_response_with_tokens() {
    insta::assert_snapshot!(expanded(
        token_response,
        "#[token(at = \"data\")]
        struct Envelope<'a, T: Clone, S, const N: usize> where T: Ord {
            #[token(nested)] data: Option<T>,
            #[token(ok)] success: bool,
            #[token(message)] error: Option<String>,
            sub: S,
            rest: [&'a u8; N],
        }",
    ));
}

#[test]
fn a_response_with_tokens_next_to_mistakes() {
    insta::assert_snapshot!(expanded(token_response, "struct Issued<T> { jwt: T }"));
}

#[test]
fn a_request_from_the_session() {
    insta::assert_snapshot!(expanded(
        token_request,
        "#[token(default)]
        struct Refresh<T> {
            refresh_token: T,
            access_token: Option<String>,
            #[token(value = \"web\")] platform: String,
            #[token(value = 2)] version: u8,
            #[token(value = ids::CLIENT)] client_id: String,
            #[token(default)] scopes: Vec<String>,
            #[token(nested)] inner: Inner,
            rest: u8,
        }",
    ));
}

#[test]
fn a_request_next_to_mistakes() {
    insta::assert_snapshot!(expanded(token_request, "struct Refresh { token: String }"));
}

/// In all other cases the compiler reports the attribute, and the macro does not.
#[test]
fn an_attribute_of_another_derive_is_reported_if_the_compiler_is_silent() {
    let an_error = expanded(api_error, "enum Failure { #[stats(409)] Conflict, #[other] Other(Error) }");
    let a_page = expanded(page, "struct Paged { #[pages(items)] items: Vec<u8> }");
    let issued = expanded(token_response, "struct Issued { #[tokens(access)] jwt: String }");
    let refresh = expanded(token_request, "struct Refresh { #[tokens(refresh)] jwt: String }");
    for (code, help) in [
        (an_error, "`#[stats]` is not `#[status]`"),
        (a_page, "`#[pages]` is not `#[page]`"),
        (issued, "`#[tokens]` is not `#[token]`"),
        (refresh, "`#[tokens]` is not `#[token]`"),
    ] {
        assert!(code.contains("#[deny(unused_must_use)]") && code.contains(help), "{code}");
        assert!(!code.contains("compile_error"), "{code}");
    }
}

#[test]
fn a_status_in_an_attribute_of_another_derive_is_reported_if_the_compiler_is_silent() {
    let code = expanded(api_error, "enum E { #[error(status = 404)] Gone, #[other] Other(Error) }");
    assert!(code.contains("must_use") && code.contains("write `#[status(404)] Gone`"), "{code}");
    assert!(!code.contains("compile_error"), "{code}");
    let code = expanded(api_error, "enum E { #[oai(status = 404)] Gone, #[other] Other(Error) }");
    assert!(!code.contains("must_use") && code.contains("write `#[status(404)] Gone`"), "{code}");
}

#[test]
fn an_attribute_that_only_looks_like_ours_is_left_alone() {
    let a_page =
        expanded(page, "struct Paged { #[page(items)] items: Vec<u8>, #[pages(x)] #[pag(u8)] total: u64 }");
    assert!(!a_page.contains("must_use") && !a_page.contains("compile_error"), "{a_page}");
}

/// A trait that another derive implements is not implemented twice.
#[test]
fn what_another_derive_implements_is_left_to_it() {
    for (item, makes_from, shows) in [
        ("enum E { #[status(409)] A(#[from] B), #[other] Other(Error) }", true, true),
        ("enum E { #[status(409)] A, #[other] Other(#[from] Error) }", false, true),
        ("#[error(\"x\")] enum E { #[status(409)] A, #[other] Other(Error) }", true, false),
        ("enum E { #[status(409)] #[error(\"x\")] A, #[other] Other(Error) }", true, false),
    ] {
        let code = expanded(api_error, item);
        assert_eq!(code.contains("::core::convert::From<"), makes_from, "{code}");
        assert_eq!(code.contains("::core::fmt::Display for E"), shows, "{code}");
        assert_eq!(code.contains("::core::error::Error for E"), shows, "{code}");
    }
}

fn all(item: &str) {
    for derive in [api_error, page, token_request, token_response] {
        let _: TokenStream = derive(tokens(item));
    }
}

#[test]
fn nothing_panics() {
    let attributes = [
        "",
        "status",
        "status()",
        "status(,)",
        "status = 1",
        "status(4xx, \"\", -1, 99999999999, xx, é)",
        "status(u16)",
        "other",
        "other(,)",
        "error",
        "page",
        "page(,)",
        "page(items)",
        "page(items = )",
        "page(next, crate)",
        "page(more(x))",
        "page(crate = 1)",
        "token",
        "token(,)",
        "token(access)",
        "token(access = )",
        "token(refresh, expires_in = ms)",
        "token(expires_at = 1, expires_in(x), ok(\"a\" = ))",
        "token(value = , default = x)",
        "token(at = \"\", message(), cookies)",
        "token(access(header = \"é\"), ok(\"a\" = 1))",
        "serde(rename = , rename_all = \"camelCase\", alias(x))",
        "api_error",
        "api_error(crate)",
        "api_error(crate =, crate = x, 1)",
        "a::b",
    ];
    let fields = ["", "()", "(Error)", "(A, B)", "{}", "{ a: A }", "(!)", "((Vec<A>))"];
    for outer in attributes {
        for inner in attributes {
            let [outer, inner] =
                [outer, inner].map(|it| if it.is_empty() { String::new() } else { format!("#[{it}]") });
            for fields in fields {
                let item =
                    format!("{outer} enum E<T> {{ {inner} A {fields}, {outer} {inner} Other {fields} }}");
                all(&item);
            }
            let item =
                format!("{outer} struct S<'a, const N: u8> {{ {inner} a: Vec<u8>, {outer} {inner} b: !, }}");
            all(&item);
        }
    }
    for item in ["struct S;", "struct S(A);", "union U { a: A }", "enum E {}", "fn f() {}", ""] {
        all(item);
    }
}
