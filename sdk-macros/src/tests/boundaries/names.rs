//! Methods whose placeholders, names or session roles are just beyond the boundary of a rule.

/// Each method with its expected report and help.
pub(super) const WRONG: &[(&str, &str)] = &[
    // placeholders
    (
        "#[get(\"/{x}\")] async fn a(&self, #[path(\"x\")] b: u8, x: u8) -> Result<A>;",
        "the placeholder `{x}` is bound twice",
    ),
    (
        "#[get(\"/{x}\")] async fn a(&self, x: Vec<u8>) -> Result<A>;",
        "write `x: &str`, and join the list with `,` in the caller; or with `/` for `{*x}`",
    ),
    ("#[get(\"/{x}\")] async fn a(&self, x: [u8; 2]) -> Result<A>;", "a list cannot be a path segment"),
    ("#[get(\"/{x}\")] async fn a(&self, x: &(Vec<u8>)) -> Result<A>;", "a list cannot be a path segment"),
    (
        "#[get(\"/{*x}\")] async fn a(&self, x: &[u8; 2]) -> Result<A>;",
        "write `x: &str`, and join the list with `/` in the caller",
    ),
    ("#[get(\"/{x}\")] async fn a(&self) -> Result<A>;", "add `x: u64`, with the type you need"),
    ("#[get(\"/{*x}\")] async fn a(&self) -> Result<A>;", "add `x: &str`"),
    ("#[get(\"/{b-c}\")] async fn a(&self) -> Result<A>;", "add `#[path(\"b-c\")] b_c: u64`"),
    ("#[get(\"/{type}\")] async fn a(&self) -> Result<A>;", "add `#[path(\"type\")] type_: u64`"),
    ("#[get(\"/{*type}\")] async fn a(&self) -> Result<A>;", "add `#[path(\"type\")] type_: u64`"),
    ("#[get(\"/{x}\")] async fn a(&self, identity: u8) -> Result<A>;", "help: write `x: u8`"),
    (
        "#[get(\"/{x-y}\")] async fn a(&self, identity: u8) -> Result<A>;",
        "help: write `#[path(\"x-y\")] identity: u8`",
    ),
    (
        "#[get(\"/{user_id}\")] async fn a(&self, userid: u8) -> Result<A>;",
        "no parameter for placeholder `{user_id}`\nhelp: write `\"/{userid}\"`",
    ),
    ("#[get(\"/:x/b/:y?c=1\")] async fn a(&self, x: u8, y: u8) -> Result<A>;", "write `\"/{x}/b/{y}?c=1\"`"),
    (
        "#[get(\"/{x}\")] async fn a(&self, x: u8, #[path] b: u8) -> Result<A>;",
        "`#[path]` on `b` names no placeholder\nhelp: write `#[query] b: u8`, since each placeholder has",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[path(\"c\")] b: u8) -> Result<A>;",
        "help: write `\"/x/{c}\"` as the path",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, b_c: u8) -> Result<A>;",
        "write `#[query] b_c: u8`; or add `#[header(\"b-c\")]`",
    ),
    // names and items
    ("#[get(\"/x\")] async fn clone(&self) -> Result<A>;", "the method `clone` clashes with a generated one"),
    ("fn builder(&self) {}", "the method `builder` clashes with a generated one"),
    (
        "#[cfg(x)] #[get(\"/x\")] async fn a(&self) -> Result<A>; #[get(\"/y\")] async fn a(&self) -> \
            Result<A>;",
        "declared twice\nhelp: write `a_2`, or rename the other one",
    ),
    (
        "#[get(\"/x\")] async fn a(&self) -> Result<A>; #[cfg(x)] #[get(\"/y\")] async fn a(&self) -> \
            Result<A>;",
        "the method `a` is declared twice",
    ),
    ("#[get(\"/x\")] async fn r#a(&self) -> Result<A>; fn a(&self) {}", "the method `a` is declared twice"),
    ("const X: u8;", "help: remove it, and move it out of the trait: `const X: u8 = …;`"),
    ("type X;", "help: remove it, and move it out of the trait: `type X = …;`"),
    ("x!();", "only methods can stand in a client's trait"),
    (
        "#[get(\"/x\")] async fn a(&self, #[query] b: u8, ...) -> Result<A>;",
        "a variable number of arguments is not supported",
    ),
    // sessions
    (
        "#[post(\"/x\", retry = 1)] #[session(start)] async fn a(&self) -> Result<A>;",
        "`retry` has no effect on a session endpoint",
    ),
    (
        "#[put(\"/x\", retry = never)] #[session(refresh)] async fn a(&self) -> Result<A>;",
        "`retry` has no effect on a session endpoint",
    ),
    (
        "#[put(\"/x\", retry = 1)] #[session(end)] async fn a(&self) -> Result<A>;",
        "`retry` has no effect on a session endpoint",
    ),
    (
        "#[post(\"/x\", idempotent)] #[session(start)] async fn a(&self) -> Result<A>;",
        "`idempotent` has no effect on a session endpoint",
    ),
    (
        "#[get(\"/x\", idempotent)] #[session(end)] async fn a(&self) -> Result<A>;",
        "`idempotent` has no effect on a session endpoint",
    ),
    (
        "#[post(\"/x\", auth = none)] #[session(start)] async fn a(&self) -> Result<A>;",
        "`auth` has no effect on `#[session(start)]`, which is never signed",
    ),
    (
        "#[post(\"/x\", auth = cookies)] #[session(refresh)] async fn a(&self) -> Result<A>;",
        "`#[session(refresh)]` is sent with the cookies of its login anyway",
    ),
    (
        "#[post(\"/x\", timeout = none)] #[session(refresh)] async fn a(&self) -> Result<A>;",
        "a refresh needs a time limit",
    ),
    (
        "#[post] #[session(end)] async fn a(&self, #[url] b: &Url) -> Result<A>;",
        "the address of a session endpoint cannot be an argument",
    ),
    (
        "#[post(\"/{x}\")] #[session(end)] async fn a(&self, #[from_session] x: &Url) -> Result<A>;",
        "or send the value in the body or a header: `#[json] #[from_session] x`",
    ),
    (
        "#[post(\"/x\")] #[session(end, refused = b)] async fn a(&self) -> Result<A>;",
        "`refused` has no effect on `#[session(end)]`",
    ),
    (
        "#[post(\"/x\")] #[session(refresh, refused)] async fn a(&self) -> Result<A>;",
        "option `refused` needs a value",
    ),
    (
        "#[post(\"/x\")] #[session(refresh, refused(b))] async fn a(&self) -> Result<A>;",
        "the value of `refused` stands behind a `=`",
    ),
    (
        "#[post(\"/x\")] #[session(refresh, refused = 1)] async fn a(&self) -> Result<A>;",
        "`refused` takes the path of a function",
    ),
    (
        "#[post(\"/x\")] #[session(refresh, refuse = b)] async fn a(&self) -> Result<A>;",
        "unknown option `refuse`\nhelp: did you mean `refused = b`?",
    ),
    (
        "#[post(\"/x\")] #[session(start, end)] async fn a(&self) -> Result<A>;",
        "an endpoint has one session role\nhelp: remove `end`, or `start`",
    ),
    (
        "#[post(\"/x\")] #[session(strat)] async fn a(&self) -> Result<A>;",
        "did you mean `#[session(start)]`?",
    ),
    (
        "#[post(\"/x\")] #[session(refresh)] async fn a(&self) -> Result<A>; #[post(\"/x\")] \
            #[session(refresh)] async fn b(&self) -> Result<A>;",
        "a second `#[session(refresh)]`",
    ),
    (
        "#[post(\"/x\")] #[session(refresh, retry = 1)] async fn a(&self) -> Result<A>;",
        "unknown option `retry`",
    ),
    ("#[post(\"/x\")] #[session(refresh, dyn = 1)] async fn a(&self) -> Result<A>;", "unknown option `dyn`"),
    (
        "#[get(\"/:x\")] async fn a(&self, other: u8) -> Result<A>;",
        "the path contains `:x`, which is no placeholder",
    ),
];
