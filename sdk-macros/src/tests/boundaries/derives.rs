//! Enums and structs on both sides of the boundary of a rule.

/// The variants next to `#[other] Other(Error)`, and the expected report, which is empty for correct ones.
pub(super) const VARIANTS: &[(&str, &str)] = &[
    ("#[status(304)] A", ""),
    ("#[status(400, 599)] A(B), #[status(4xx, 5xx)] C", ""),
    ("#[status(404)] #[status(410)] A", ""),
    ("#[status(404)] #[serde(x)] #[doc = \"\"] A(#[serde(x)] B)", ""),
    ("#[status(303)] A", "a status of 3xx points elsewhere"),
    ("#[status(305)] A", "305 is not an error status"),
    ("#[status(399)] A", "a status of 3xx points elsewhere"),
    ("#[status(299)] A", "a status of 2xx is a success"),
    ("#[status(100)] A", "a status of 1xx announces an answer"),
    ("#[status(099)] A", "`099` is not a status\nhelp: write `#[status(409)]`, or"),
    ("#[status(600)] A", "`600` is not a status\nhelp: write `#[status(409)]`, or"),
    ("#[status(1xx)] A", "a status of 1xx announces an answer"),
    ("#[status(3xx)] A", "a status of 3xx points elsewhere"),
    ("#[status(6xx)] A", "`6xx` is not a status"),
    ("#[status(0404)] A", "`0404` is not a status"),
    ("#[status(4090)] A", "`4090` is not a status"),
    ("#[status(\"409\")] A", "help: write `#[status(409)]`"),
    ("#[status(400u16)] A", "help: write `#[status(400)]`"),
    ("#[status(4XX)] A", "help: write `#[status(4xx)]`"),
    ("#[status(\"200\")] A", "help: write `#[status(409)]`, or"),
    ("#[status(\"3xx\")] A", "help: write `#[status(409)]`, or"),
    ("#[status(409)] A, #[status(409)] B", "409 means `A` already"),
    ("#[status(4xx)] A, #[status(4xx)] B", "4xx means `A` already"),
    ("#[status] A", "`#[status]` names no status"),
    ("#[status[409]] A", "`#[status]` names no status"),
    ("#[status(409)] #[other] A(B)", "two roles on the variant `A`"),
    ("#[status(409)] A(B, C)", "must have one field without a name"),
    ("#[status(409)] A()", "must have one field without a name"),
    (
        "#[status(409)] A { b: B }",
        "put the parts into a struct that derives `serde::Deserialize`: `A(ABody)`",
    ),
    ("#[api_error(crate = b)] #[status(409)] A", "`#[api_error]` belongs on the enum"),
    ("#[status(409)] A(#[status(410)] B)", "belongs on the variant, not on its field"),
    ("A(Error)", "help: write `#[status(409)] A`"),
    ("#[error(\"x\")] A", "the variant `A` has no status"),
    ("#[state(x)] A", "the variant `A` has no status"),
];

/// Complete enums.
pub(super) const ENUMS: &[(&str, &str)] = &[
    ("#[api_error(crate = b::c)] enum E { #[other] Other(Error) }", ""),
    ("#[api_error] enum E { #[other] Other(Error) }", "`#[api_error]` says nothing"),
    ("#[api_error(crate)] enum E { #[other] Other(Error) }", "option `crate` needs a path"),
    ("#[api_error(crate(b))] enum E { #[other] Other(Error) }", "option `crate` needs a path"),
    ("#[api_error(crate = )] enum E { #[other] Other(Error) }", "expected the path of a crate or module"),
    ("#[api_error(crate = 1)] enum E { #[other] Other(Error) }", "expected the path of a crate or module"),
    ("#[api_error(crate = b, crate = c)] enum E { #[other] Other(Error) }", "option `crate` is given twice"),
    (
        "#[api_error(crte = b)] enum E { #[other] Other(Error) }",
        "unknown option `crte`\nhelp: did you mean `crate = b`?",
    ),
    ("#[api_error(items)] enum E { #[other] Other(Error) }", "unknown option `items`"),
    ("#[api_error(1)] enum E { #[other] Other(Error) }", "unknown option `1`"),
    ("#[status(409)] enum E { #[other] Other(Error) }", "`#[status]` belongs on a variant"),
    ("#[other] enum E { #[other] Other(Error) }", "`#[other]` belongs on a variant"),
    ("enum E {}", "`E` has no variant with `#[other]`"),
    ("enum E { #[status(409)] A }", "`E` has no variant with `#[other]`"),
    ("enum E { #[status(409)] A, Other }", "write `#[other] Other(sdk_runtime::Error)`"),
    ("enum E { #[status(409)] A, B(a::Error) }", "write `#[other] B(sdk_runtime::Error)`"),
    ("enum E { #[other(x)] A(Error) }", "`#[other]` has no arguments"),
    ("enum E { #[other] A }", "the variant `A` has no room for an error"),
    ("enum E { #[other] A(Error), #[other] B(Error) }", "a second `#[other]`"),
    ("enum E { #[other] #[other] A(Error) }", "a second `#[other]`"),
    ("struct E;", "declare one: `enum E { #[other] Other(sdk_runtime::Error) }`"),
];

/// Complete structs.
pub(super) const PAGES: &[(&str, &str)] = &[
    (
        "#[page(crate = b)] struct P { #[page(items)] a: Vec<A>, #[page(next)] b: Option<B>, #[page(more)] \
            c: bool, d: D }",
        "",
    ),
    ("struct P { #[page(items)] #[serde(x)] a: Vec<A>, #[serde(items)] b: B }", ""),
    ("#[page(items)] struct P { #[page(items)] a: Vec<A> }", "`items` belongs on a field"),
    ("#[page(itmes)] struct P { #[page(items)] a: Vec<A> }", "unknown option `itmes`"),
    ("#[page] struct P { #[page(items)] a: Vec<A> }", "`#[page]` says nothing"),
    ("struct P { #[page(items, next)] a: Vec<A> }", "two roles on the field `a`: `items` and `next`"),
    ("struct P { #[page(items)] #[page(more)] a: Vec<A> }", "two roles on the field `a`: `items` and `more`"),
    ("struct P { #[page(items)] a: Vec<A>, #[page(items)] b: Vec<A> }", "remove it: `a` has this role"),
    (
        "struct P { #[page(items)] a: Vec<A>, #[page(next)] b: B, #[page(next)] c: B }",
        "remove it: `b` has this role",
    ),
    ("struct P { #[page] a: Vec<A> }", "`#[page]` names no role"),
    ("struct P { #[page[items]] a: Vec<A> }", "`#[page]` names no role"),
    ("struct P { #[page(items = 1)] a: Vec<A> }", "unknown role `items = 1` of a field"),
    ("struct P { #[page(\"next\")] a: Vec<A> }", "write `#[page(next)]"),
    (
        "struct P { #[page(crate = b)] a: Vec<A> }",
        "`crate` belongs on the struct\nhelp: write it there: `#[page(crate = b)]`",
    ),
    (
        "struct P { b: B, a: Vec<A>, c: Vec<C> }",
        "`P` has no field with `#[page(items)]`\nhelp: write `#[page(items)] a`",
    ),
    ("struct P { b: B }", "write a field for them: `#[page(items)] items: Vec<String>`"),
    ("struct P(Vec<A>);", "`Page` can only be derived for a struct whose fields have names"),
];
