//! Methods whose return type, pages or parameters are just beyond the boundary of a rule.

/// Each method with its expected report and help.
pub(super) const WRONG: &[(&str, &str)] = &[
    // return types
    ("#[get(\"/x\")] async fn a(&self) -> Result<&'a str>;", "cannot return what is borrowed"),
    (
        "#[get(\"/x\")] async fn a<'a>(&self, #[query] q: &'a str) -> Result<Cow<'a, str>>;",
        "cannot return what is borrowed",
    ),
    ("#[get(\"/x\")] async fn a(&self) -> Result<[A]>;", "whose size is unknown"),
    ("#[get(\"/x\")] async fn a(&self) -> Result<str>;", "whose size is unknown"),
    ("#[get(\"/x\")] fn a(&self) -> impl Future<Output = Result<A>>;", "is an `async fn`"),
    ("#[get(\"/x\")] fn a(&self) -> Pin<Box<dyn Future<Output = Result<A>> + '_>>;", "is an `async fn`"),
    ("#[get(\"/x\")] async fn a(&self) -> BoxFuture<'_, Result<A>>;", "is an `async fn`"),
    ("#[get(\"/x\")] fn a(&self) -> Call<A, B>;", "is an `async fn`"),
    ("#[post(\"/x\")] async fn a(&self, #[json] b: &dyn Serialize) -> Result<A>;", "no `dyn Serialize`"),
    ("#[post(\"/x\")] async fn a(&self, #[json] b: &dyn erased_serde::Serialize) -> Result<A>;", ""),
    ("#[post(\"/x\")] async fn a(&self, #[json] b: [B]) -> Result<A>;", "the size of the argument `b`"),
    ("#[get(\"/{b}\")] async fn a(&self, b: &dyn Display) -> Result<A>;", ""),
    (
        "#[post(\"/x\")] async fn a(&self, #[json] b: &'b B) -> Result<A>;",
        "the lifetime `'b` is not declared",
    ),
    ("#[post(\"/x\")] async fn a(&self, #[json] b: fn(&'b B)) -> Result<A>;", ""),
    ("#[get(\"/x\")] async fn a(&self) -> Result<Cow<'_, str>>;", "cannot return what is borrowed"),
    ("#[get(\"/x\")] async fn a(&self) -> Result<Vec<(u8, &str)>>;", "cannot return what is borrowed"),
    ("#[get(\"/x\")] async fn a(&self) -> Result<&'static str>;", "write `-> Result<String>`"),
    ("#[get(\"/x\")] async fn a(&self) -> Result<&'static [A], E>;", "write `-> Result<Vec<A>, E>`"),
    ("#[get(\"/x\")] async fn a(&self) -> Result<Vec<&'static str>>;", "write `-> Result<Vec<String>>`"),
    ("#[get(\"/x\")] async fn a(&self) -> Result<View<'_>>;", "return what owns its parts"),
    ("#[get(\"/x\")] async fn a(&self) -> Result<Pages<A>>;", "help: write `fn a(…) -> Pages<A>`"),
    ("#[get(\"/x\")] async fn a(&self);", "an endpoint must return `Result<T>` or `Result<T, E>`"),
    ("#[head(\"/x\")] async fn a(&self) -> Result<Option<A>>;", "`HEAD` has no body to decode"),
    ("#[head(\"/x\")] async fn a(&self) -> Result<Response<((), A)>>;", "`HEAD` has no body to decode"),
    // pages
    ("#[head(\"/x\", paginate = link)] fn a(&self) -> Pages<A>;", "`HEAD` has no body to find pages in"),
    (
        "#[post(\"/x\", paginate = link)] fn a(&self) -> Pages<A>;",
        "not sent for each page without an idempotency key",
    ),
    (
        "#[get(\"/x\", paginate = page)] fn a(&self) -> Pages<A>;",
        "write `paginate = page(page)`, with the name",
    ),
    (
        "#[get(\"/x\", paginate = cursor(a, b))] fn a(&self) -> Pages<A>;",
        "write `paginate = cursor(a)`, with the name",
    ),
    (
        "#[get(\"/x\", paginate = links(a))] fn a(&self) -> Pages<A>;",
        "help: write `paginate = link`; known are",
    ),
    ("#[get(\"/x\", paginate = 1)] fn a(&self) -> Pages<A>;", "`paginate` must be `link`"),
    ("#[get(\"/x\", paginate = page(n))] fn a(&self) -> Pages<A>;", "add `#[query] n: Option<u32>`"),
    (
        "#[get(\"/x\", paginate = page(nn))] fn a(&self, #[query] n: u8) -> Pages<A>;",
        "write `paginate = page(n)`",
    ),
    ("#[get(\"/{n}\", paginate = page(n))] fn a(&self, n: u8) -> Pages<A>;", "help: write `#[query] n: u8`"),
    (
        "#[get(\"/x\", paginate = page(n))] fn a(&self, #[cfg(x)] #[query] n: u8) -> Pages<A>;",
        "what leads to the next page cannot depend on a `cfg`",
    ),
    (
        "#[get(\"/x\", paginate = link)] async fn a(&self) -> Result<Vec<A>>;",
        "write `fn a(…) -> Pages<Vec<A>>`, without `async`",
    ),
    (
        "#[get(\"/x\", paginate = link)] fn a(&self) -> Alias;",
        "write `fn a(…) -> Pages<Vec<User>>`, behind no alias",
    ),
    // parameters
    (
        "#[get(\"/x\")] async fn a(&self, #[query(\"\")] b: u8) -> Result<A>;",
        "the name of a query parameter cannot be empty",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[part(\"\")] b: u8) -> Result<A>;",
        "the name of a part cannot be empty",
    ),
    ("#[post(\"/x\")] async fn a(&self, #[part(json, json)] b: u8) -> Result<A>;", "unexpected `json`"),
    ("#[post(\"/x\")] async fn a(&self, #[part(b = 1)] b: u8) -> Result<A>;", "unexpected `b = 1`"),
    (
        "#[post(\"/x\")] async fn a(&self, #[part(jsn)] b: u8) -> Result<A>;",
        "unknown kind of part `jsn`\nhelp: did you mean `json`?",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query(b)] b: u8) -> Result<A>;",
        "write `#[query(\"b\")]`, or `#[query(style = csv)]`",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query()] b: u8) -> Result<A>;",
        "takes a string literal in parentheses",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query(1)] b: u8) -> Result<A>;",
        "`#[query]` takes a string literal",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query(style = csv, style = csv)] b: u8) -> Result<A>;",
        "`#[query]` has one option",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query(style = cvs)] b: u8) -> Result<A>;",
        "unknown query style `cvs`\nhelp: did you mean `style = csv`?",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[header(\"b\", \"c\")] b: u8) -> Result<A>;",
        "`#[header]` takes one string literal",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[header(b)] b: u8) -> Result<A>;",
        "`#[header]` takes a string literal",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[header()] b: u8) -> Result<A>;",
        "takes a string literal in parentheses",
    ),
    (
        "#[get(\"/x?a=1&b\")] async fn a(&self, #[query] b: u8) -> Result<A>;",
        "query `b` is already fixed in the path",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query(\"c\")] b: u8, #[query] c: u8) -> Result<A>;",
        "write `#[query(\"c_2\")]`, since `b` sets `c`",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[part(\"c\")] b: u8, #[part] c: u8) -> Result<A>;",
        "write `#[part(\"c_2\")]`, since `b` is named `c`",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[form] b: u8, #[body] c: u8) -> Result<A>;",
        "remove it, and add its fields to `b`",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[json] b: u8, #[part] c: u8) -> Result<A>;",
        "write `#[part] b: u8`",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[part] b: u8, #[form] c: u8) -> Result<A>;",
        "write `#[part] c: u8`",
    ),
    ("#[get(\"/x\")] async fn a(&self, #[query] mut b: u8) -> Result<A>;", "help: write `#[query] b: u8`"),
    ("#[get(\"/x\")] async fn a(&self, #[query] ref b: u8) -> Result<A>;", "help: write `#[query] b: u8`"),
    ("#[get(\"/x\")] async fn a(&self, #[query] b @ 1: u8) -> Result<A>;", "help: write `#[query] b: u8`"),
    ("#[get(\"/x\")] async fn a(&self, #[query] __b: u8) -> Result<A>;", "write `b: u8`"),
    (
        "#[get(\"/x\")] async fn a(&self, #[query] b: &impl A) -> Result<A>;",
        "write `async fn a<T: A>(&self, #[query] b: &T)`",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[query] b: Vec<impl A>) -> Result<A>;",
        "write `async fn a<T: A>(&self, #[query] b: Vec<T>)`",
    ),
];
