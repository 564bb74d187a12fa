//! Golden expansions of the derives, and tests that the derives never panic.

use proc_macro2::TokenStream;

use super::{api_error, page};

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

/// In all other cases the compiler reports the attribute, and the macro does not.
#[test]
fn an_attribute_of_another_derive_is_reported_if_the_compiler_is_silent() {
    let an_error = expanded(api_error, "enum Failure { #[stats(409)] Conflict, #[other] Other(Error) }");
    let a_page = expanded(page, "struct Paged { #[pages(items)] items: Vec<u8> }");
    for (code, help) in [(an_error, "`#[stats]` is not `#[status]`"), (a_page, "`#[pages]` is not `#[page]`")]
    {
        assert!(code.contains("#[deny(unused_must_use)]") && code.contains(help), "{code}");
        assert!(!code.contains("compile_error"), "{code}");
    }
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
                let (_, _) = (api_error(tokens(&item)), page(tokens(&item)));
            }
            let item =
                format!("{outer} struct S<'a, const N: u8> {{ {inner} a: Vec<u8>, {outer} {inner} b: !, }}");
            let (_, _) = (api_error(tokens(&item)), page(tokens(&item)));
        }
    }
    for item in ["struct S;", "struct S(A);", "union U { a: A }", "enum E {}", "fn f() {}", ""] {
        let (_, _) = (api_error(tokens(item)), page(tokens(item)));
    }
}
