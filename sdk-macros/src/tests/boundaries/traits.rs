//! Traits on both sides of the boundary of a rule.

/// The options and the trait, and the expected report, which is empty for correct ones.
pub(super) const TRAITS: &[(&str, &str, &str)] = &[
    ("base = \"/\", timeout = none", "pub trait T { METHOD }", ""),
    ("base = \"/v1/\", auth = optional, headers(\"cookie\" = \"a=b\")", "trait T { METHOD }", ""),
    ("auth = cookies, headers(\"authorization\" = \"b\")", "trait T { METHOD }", ""),
    ("auth = scopes(\"b\"), headers(\"authorization\" = \"b\")", "trait T { METHOD }", "`auth = required`"),
    ("auth = optional, headers(\"authorization\" = \"b\")", "trait T { METHOD }", "`auth = optional`"),
    (
        "auth = none, headers(\"authorization\" = \"b\")",
        "trait T { #[get(\"/x\", auth = required)] async fn a(&self) -> Result<A>; }",
        "managed because `auth = required`",
    ),
    (
        "auth = none, headers(\"authorization\" = \"b\")",
        "trait T { #[get(\"/x\", auth = required, headers(\"accept\" = \"a/b\"))] async fn a(&self, \
            #[header] b: u8) -> Result<A>; }",
        "managed because `auth = required`",
    ),
    (
        "headers(\"accept\" = \"a/b\")",
        "trait T { #[get(\"/x\", headers(\"accept\" = \"a/c\"))] async fn a(&self) -> Result<A>; }",
        "",
    ),
    (
        "headers(\"accept\" = \"a/b\")",
        "trait T { #[get(\"/x\")] async fn a(&self, #[header] accept: &str) -> Result<A>; }",
        "",
    ),
    (
        "headers(\"x-key\" = \"b\")",
        "trait T { #[post(\"/x\", idempotent = \"x-key\")] async fn a(&self) -> Result<A>; }",
        "the trait's `headers` send the same `x-key` with every call",
    ),
    (
        "headers(\"content-type\" = \"a/b\")",
        "trait T { #[post(\"/x\")] async fn a(&self, #[part] b: B) -> Result<A>; }",
        "the trait's `headers` set `content-type`, which is that of the parts",
    ),
    ("headers(\"content-type\" = \"a\")", "trait T { METHOD }", "the media type `a` is not valid"),
    (
        "base = \"https://a.example/v1?b\"",
        "trait T { METHOD }",
        "the base must be a path\nhelp: write `\"/v1?b\"`",
    ),
    (
        "base = \"/v1?b\"",
        "trait T { METHOD }",
        "a query part is not allowed in the base\nhelp: write `\"/v1\"`",
    ),
    ("base = v1", "trait T { METHOD }", "the base must be a string literal"),
    ("dyn()", "trait T { METHOD }", "option `dyn` needs a value"),
    ("dyn = 1", "trait T { METHOD }", "`dyn` takes no value"),
    ("idempotent", "trait T { METHOD }", "write `#[post(\"/users\", idempotent)]`"),
    (
        "retry = 1",
        "trait T { METHOD }",
        "write `#[get(\"/x\", retry = 1)]`; for all of a client: `.retry(3)` on its builder",
    ),
    ("paginate = link", "trait T { METHOD }", "write `#[get(\"/x\", paginate = link)]`"),
    ("tiemout = 1s", "trait T { METHOD }", "did you mean `timeout = 1s`? known: `base = \"/v1\"`"),
    ("crate = self::b", "trait T { METHOD }", ""),
    ("crate", "trait T { METHOD }", "option `crate` needs a value"),
    ("", "trait T { fn a(&self) {} }", "the trait `T` has no endpoints"),
    ("", "trait T {}", "the trait `T` has no endpoints"),
    ("", "trait T { type X; }", "the associated type `X` is not supported"),
    ("", "trait T<const N: u8> { METHOD }", "const generics are not supported on a client's trait"),
    ("", "unsafe trait T { METHOD }", "`unsafe` is not supported"),
    ("", "trait T<'a, B: C>: D where Self: Sized, B: E { METHOD }", ""),
    ("", "extern crate b;", "can only be applied to a trait"),
    // `extends`
    ("extends", "trait T: a::Crud<B> + Debug { METHOD }", ""),
    ("extends, extendable", "trait T: Crud {}", ""),
    ("extends", "trait T: Debug + Send + 'static {}", "the trait `T` has no supertrait whose endpoints"),
    ("extends(Crud)", "trait T: Crud { METHOD }", "`extends` takes no value"),
    ("extendable", "trait T {}", "the trait `T` has no endpoints"),
    ("inherits", "trait T: Crud { METHOD }", "did you mean `extends`?"),
    // `dyn`
    ("dyn", "trait T: Send + Sync + Unpin + Debug + Clone + 'static where Self: Clone { METHOD }", ""),
    ("dyn", "trait T: Display { METHOD }", "`DynT` cannot implement the supertrait `Display`"),
    ("dyn", "trait T where Self: a::Named { METHOD }", "`DynT` cannot implement the supertrait `Named`"),
    ("dyn", "trait T<B> where B: Named { METHOD }", ""),
    ("dyn", "trait T: Sized { METHOD }", "what is `Sized` cannot be kept in `DynT`"),
    (
        "dyn",
        "trait T { METHOD fn b<B>(&self, c: impl C, d: Self) where Self: Sized {} fn c(&mut self) where \
            Self: Sized {} }",
        "",
    ),
    ("dyn", "trait T { METHOD fn b<'a>(&'a self, c: &'a C) {} fn c(self: Arc<Self>) {} }", ""),
    ("dyn", "trait T { METHOD fn b(&self, c: impl C) {} }", "`b` has `impl Trait` in its signature"),
    ("dyn", "trait T { METHOD fn b(&self) -> Option<Self> { None } }", "`b` has `Self` in its signature"),
    ("dyn", "trait T { METHOD fn b(&self, c: Self::C) {} }", "`b` has `Self` in its signature"),
    ("dyn", "trait T { METHOD fn b<C>(&self) {} }", "the generic method `b` cannot be part of `DynT`"),
    (
        "dyn",
        "trait T { METHOD fn b<C>(&self) where C: Sized {} }",
        "the generic method `b` cannot be part of `DynT`",
    ),
    ("dyn", "trait T { METHOD fn b(&mut self) {} }", "`b` takes `&mut self` and cannot be part of `DynT`"),
    (
        "dyn",
        "trait T { METHOD #[post(\"/x\")] #[session(refresh)] async fn b<B: C>(&self, #[json] c: B) -> \
            Result<A>; }",
        "",
    ),
];
