//! Methods whose verb, headers or options are just beyond the boundary of a rule.

/// Each method with its expected report and help.
pub(super) const WRONG: &[(&str, &str)] = &[
    // headers
    (
        "#[get(\"/x\", headers(\"\" = \"b\"))] async fn a(&self) -> Result<A>;",
        "name `` is not valid\nhelp: write `\"x-name\"`: letters, digits and `-` are allowed",
    ),
    ("#[get(\"/x\", headers(\"a(b\" = \"b\"))] async fn a(&self) -> Result<A>;", "write `\"a-b\"`"),
    (
        "#[get(\"/x\", headers(\"proxy-x\" = \"b\"))] async fn a(&self) -> Result<A>;",
        "`proxy-x` is set by the transport",
    ),
    (
        "#[get(\"/x\", headers(\"TE\" = \"b\"))] async fn a(&self) -> Result<A>;",
        "`te` is set by the transport",
    ),
    (
        "#[get(\"/x\", headers(\"a\" = \"b\\u{7f}ä\tc\"))] async fn a(&self) -> Result<A>;",
        "the control character `\\u{7f}`\nhelp: write `\"bc\"`",
    ),
    ("#[get(\"/x\", headers(\"a\" = \"b\\r\"))] async fn a(&self) -> Result<A>;", "contains a line break"),
    (
        "#[get(\"/x\", headers(\"a\" = \"bä\"))] async fn a(&self) -> Result<A>;",
        "`ä`, which is not ASCII\nhelp: write `\"b\"`",
    ),
    (
        "#[get(\"/x\", headers(\"a\" = \"b\", \"a\" = \"c\"))] async fn a(&self) -> Result<A>;",
        "the header `a` is set twice",
    ),
    (
        "#[get(\"/x\", headers(= \"b\"))] async fn a(&self) -> Result<A>;",
        "expected a header's name and value",
    ),
    (
        "#[get(\"/x\", headers(\"a\" + \"b\"))] async fn a(&self) -> Result<A>;",
        "expected a header's name and value",
    ),
    (
        "#[get(\"/x\", headers(\"accept\" = \"a/b\"))] async fn a(&self, #[header] accept: A) -> Result<A>;",
        "the header `accept` is set twice",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[header] b: &str, #[header(\"B\")] c: &str) -> Result<A>;",
        "the header `b` is set twice",
    ),
    (
        "#[get(\"/x\")] async fn a(&self, #[header] authorization: &str) -> Result<A>;",
        "managed because `auth = required`",
    ),
    (
        "#[get(\"/x\", auth = optional)] async fn a(&self, #[header(\"Authorization\")] b: &str) -> \
            Result<A>;",
        "managed because `auth = optional`",
    ),
    (
        "#[get(\"/x\", headers(\"content-type\" = \"a\"))] async fn a(&self) -> Result<A>;",
        "write a type and a subtype: `\"application/a\"`",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[body(\"\")] b: B) -> Result<A>;",
        "write a type and a subtype: `\"application/octet-stream\"`",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[body(\"/b\")] b: B) -> Result<A>;",
        "the media type `/b` is not valid",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[json(\"a/\")] b: B) -> Result<A>;",
        "the media type `a/` is not valid",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[json(\"a/b c+-.\")] b: B) -> Result<A>;",
        "write a type and a subtype: `\"a/b\"`",
    ),
    (
        "#[post(\"/x\", headers(\"content-type\" = \"a/b\"))] async fn a(&self, #[part] b: B) -> Result<A>;",
        "that of the parts, which tells where each ends",
    ),
    (
        "#[post(\"/x\")] async fn a(&self, #[part] b: B, #[header] content_type: &str) -> Result<A>;",
        "that of the parts, which tells where each ends",
    ),
    // options
    ("#[get(\"/x\", timeout = 0ms)] async fn a(&self) -> Result<A>;", "a timeout of zero"),
    (
        "#[get(\"/x\", idle_timeout = 0s)] async fn a(&self) -> Result<A>;",
        "expected a duration such as `30s`\nhelp: write `idle_timeout = none` for no limit",
    ),
    (
        "#[get(\"/x\", idle_timeout = \"never\")] async fn a(&self) -> Result<A>;",
        "write `idle_timeout = none` for no limit",
    ),
    (
        "#[get(\"/x\", idle_timeout = \"1min\")] async fn a(&self) -> Result<A>;",
        "write `idle_timeout = 60s`, with one of the units `ms`, `s`, `m`, `h`; or `idle_timeout = none`",
    ),
    (
        "#[get(\"/x\", idle_timeout = 2000)] async fn a(&self) -> Result<A>;",
        "write `idle_timeout = 2s` for milliseconds, or `idle_timeout = 2000s`",
    ),
    (
        "#[get(\"/x\", stream_timeout = 30)] async fn a(&self) -> Result<A>;",
        "unknown option `stream_timeout`\nhelp: did you mean `idle_timeout = 30s`?",
    ),
    ("#[get(\"/x\", retry = 101)] async fn a(&self) -> Result<A>;", "`retry = 101` is too much"),
    ("#[get(\"/x\", retry = 1u8)] async fn a(&self) -> Result<A>;", "expected a number of retries"),
    ("#[get(\"/x\", retry = -1)] async fn a(&self) -> Result<A>;", "expected a number of retries"),
    (
        "#[get(\"/x\", dyn)] async fn a(&self) -> Result<A>;",
        "option `dyn` belongs to the trait\nhelp: remove it, and write `#[api_client(dyn)]`",
    ),
    ("#[get(\"/x\", base = \"/b\")] async fn a(&self) -> Result<A>;", "write `#[api_client(base = \"/b\")]`"),
    ("#[get(\"/x\", scopes(\"b\"))] async fn a(&self) -> Result<A>;", "`scopes` is a value of `auth`"),
    ("#[get(\"/x\", scopes)] async fn a(&self) -> Result<A>;", "unknown option `scopes`"),
    (
        "#[get(\"/x\", retry(3))] async fn a(&self) -> Result<A>;",
        "stands behind a `=`\nhelp: write `retry = 3`",
    ),
    ("#[get(\"/x\", retry())] async fn a(&self) -> Result<A>;", "option `retry` needs a value"),
    ("#[get(\"/x\", headers = 1)] async fn a(&self) -> Result<A>;", "`headers` takes a list"),
    (
        "#[post(\"/x\", idempotent(\"b\"))] async fn a(&self) -> Result<A>;",
        "`idempotent` takes the name of a header, or nothing",
    ),
    ("#[post(\"/x\", idempotent = )] async fn a(&self) -> Result<A>;", "option `idempotent` needs a value"),
    (
        "#[post(\"/x\", idempotent = \"if-x\")] async fn a(&self) -> Result<A>;",
        "`if-x` cannot hold an idempotency key",
    ),
    (
        "#[post(\"/x\", idempotent = \"Range\")] async fn a(&self) -> Result<A>;",
        "`range` cannot hold an idempotency key",
    ),
    (
        "#[post(\"/x\", idempotent, headers(\"idempotency-key\" = \"b\"))] async fn a(&self) -> Result<A>;",
        "`idempotency-key` is set twice",
    ),
    (
        "#[post(\"/x\", idempotent = \"x-b\")] async fn a(&self, #[header] x_b: &str) -> Result<A>;",
        "`x-b` is set twice",
    ),
    (
        "#[endpoint(\"TRACE\", \"/x\", idempotent)] async fn a(&self) -> Result<A>;",
        "`idempotent` has no effect on TRACE",
    ),
    (
        "#[options(\"/x\", idempotent)] async fn a(&self) -> Result<A>;",
        "`idempotent` has no effect on OPTIONS",
    ),
    (
        "#[patch(\"/x\", retry = 1)] async fn a(&self) -> Result<A>;",
        "`PATCH` is not retried without an idempotency key",
    ),
    (
        "#[get(\"/x\", auth = scopes(\"a b\"))] async fn a(&self) -> Result<A>;",
        "the scope `a b` is not valid",
    ),
    ("#[get(\"/x\", auth = scopes(\"\"))] async fn a(&self) -> Result<A>;", "the scope `` is not valid"),
    ("#[get(\"/x\", auth = scopes(\"\\\"\"))] async fn a(&self) -> Result<A>;", "is not valid"),
    ("#[get(\"/x\", auth = scopes(\"\\\\\"))] async fn a(&self) -> Result<A>;", "is not valid"),
    (
        "#[get(\"/x\", auth = scopes(\"a\", \"b\", \"a\"))] async fn a(&self) -> Result<A>;",
        "the scope `a` is named twice",
    ),
    (
        "#[get(\"/x\", auth = scope(\"a\"))] async fn a(&self) -> Result<A>;",
        "help: write `auth = scopes(\"a\")`",
    ),
    (
        "#[get(\"/x\", auth = scopes(\"a\"), auth = scopes(\"b\"))] async fn a(&self) -> Result<A>;",
        "write `auth = scopes(\"a\", \"b\")`",
    ),
    (
        "#[get(\"/x\", auth = scopes(\"a\"), auth = required)] async fn a(&self) -> Result<A>;",
        "option `auth` is given twice",
    ),
    (
        "#[get(\"/x\", auth = none, auth = cookies)] async fn a(&self) -> Result<A>;",
        "option `auth` is given twice",
    ),
    (
        "#[get(\"/x\", auth = scopes(\"a\"), auth = cookies)] async fn a(&self) -> Result<A>;",
        "`auth = cookies` contradicts",
    ),
    (
        "#[get(\"/x\", auth = none, auth = scopes(\"a\"))] async fn a(&self) -> Result<A>;",
        "contradicts `auth = none`",
    ),
    (
        "#[get(\"/x\", auth = required, auth = scopes(\"a\"))] async fn a(&self) -> Result<A>;",
        "option `auth` is given twice",
    ),
    // verbs
    ("#[get(\"/x\", \"/y\")] async fn a(&self) -> Result<A>;", "unexpected `\"/y\"`"),
    (
        "#[get(\"/x\")] async fn a(&self, #[json] b: &B) -> Result<A>;",
        "write `#[queries] b: &B`; or `#[post(\"/x\")]`",
    ),
    ("#[head(\"/x\")] async fn a(&self, #[part] b: &B) -> Result<()>;", "write `#[post(\"/x\")]`"),
    (
        "#[endpoint(\"TRACE\", \"/x\")] async fn a(&self, #[form] b: &B) -> Result<A>;",
        "`TRACE` cannot have a body",
    ),
    (
        "#[endpoint(\"\", \"/x\")] async fn a(&self) -> Result<A>;",
        "`` is not a valid HTTP method\nhelp: write `#[endpoint(\"REPORT\", \"/x\")]`",
    ),
    ("#[endpoint(\"a b\", \"/x\")] async fn a(&self) -> Result<A>;", "write `#[endpoint(\"AB\", \"/x\")]`"),
    (
        "#[endpoint(\"Get\", \"/x\")] async fn a(&self) -> Result<A>;",
        "case-sensitive: `Get` is unknown\nhelp: write `\"GET\"`",
    ),
    ("#[inline] async fn a(&self) -> Result<A>;", "endpoint `a` has no HTTP method"),
    ("#[must_use] #[allow(x)] async fn a(&self) -> Result<A>;", "endpoint `a` has no HTTP method"),
    ("#[fetch(\"/x\")] async fn a(&self) -> Result<A>;", "write `#[get(\"/x\")]`; other methods are written"),
    ("#[fetch(x, \"/x\")] async fn a(&self) -> Result<A>;", "unknown verb `fetch`"),
    ("#[gte] async fn a(&self) -> Result<A>;", "did you mean `#[get(\"/a\")]`?"),
    (
        "#[get(\"/x\" + \"y\")] async fn a(&self) -> Result<A>;",
        "there is no comma behind the path\nhelp: write `#[get(\"/x\", + \"y\")]`",
    ),
    (
        "#[endpoint(\"REPORT\", PATH)] async fn a(&self) -> Result<A>;",
        "write `#[endpoint(\"REPORT\", \"/a\")]`; a constant",
    ),
    (
        "#[get(PATH, timeout = 1s)] async fn a(&self) -> Result<A>;",
        "the path must be a string literal\nhelp: write `#[get(\"/a\", timeout = 1s)]`",
    ),
];
