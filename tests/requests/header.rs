//! Headers on the wire.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use sdk_runtime::{Attach, Call, Result, api_client};
use sdk_testkit::Reply;
use serde::Serialize;

use crate::wire::{Origins, accepting, memory, raw, refused, sent};

/// An entity tag, as a type of the user's own.
struct ETag(u32);

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Tracing<'a> {
    x_trace: &'a str,
    x_parent: Option<u64>,
    x_tag: &'a [&'a str],
}

#[api_client(auth = none, headers("x-api" = "trait", "accept" = "text/plain"))]
trait Headers {
    #[get("/h")]
    async fn of_the_trait(&self) -> Result<()>;

    #[get("/h", headers("x-api" = "method", "X-Other" = "a, b"))]
    async fn of_the_method(&self) -> Result<()>;

    #[get("/h")]
    async fn one(&self, #[header("x-a")] a: &str) -> Result<()>;

    #[get("/h")]
    async fn over_the_trait(&self, #[header] x_api: Option<&str>) -> Result<()>;

    #[get("/h")]
    async fn kinds(
        &self,
        #[header] if_match: &ETag,
        #[header] x_number: u64,
        #[header] x_none: Option<ETag>,
        #[header] x_some: Option<ETag>,
    ) -> Result<()>;

    #[get("/h")]
    async fn more_kinds(
        &self,
        #[header] x_list: &[ETag],
        #[header] x_vec: Vec<&str>,
        #[header] x_cow: Cow<'_, str>,
        #[header] x_value: HeaderValue,
    ) -> Result<()>;

    #[get("/h")]
    async fn fields(&self, #[headers] fields: &Tracing<'_>) -> Result<()>;

    #[get("/h")]
    async fn map(&self, #[headers] map: &BTreeMap<&str, &str>) -> Result<()>;

    #[get("/h")]
    async fn pairs(&self, #[headers] pairs: &[(&str, Option<&str>)]) -> Result<()>;

    #[get("/h")]
    async fn two_maps(
        &self,
        #[headers] first: &BTreeMap<&str, &str>,
        #[header] x_between: u8,
        #[headers] last: &BTreeMap<&str, &str>,
    ) -> Result<()>;

    #[get("/h")]
    async fn ready(&self, #[headers] map: &HeaderMap, #[header] x_last: &str) -> Result<()>;

    #[get("/h")]
    async fn json(&self) -> Result<Option<u8>>;
}

#[api_client]
trait Signed {
    #[get("/h")]
    async fn plain(&self) -> Result<()>;

    #[get("/h")]
    async fn map(&self, #[headers] map: &BTreeMap<&str, &str>) -> Result<()>;

    #[get("/h", auth = none)]
    async fn unsigned(&self, #[header] authorization: &str) -> Result<()>;

    #[get("/h", auth = optional)]
    async fn optional(&self) -> Result<()>;
}

/// The header lines of what a call sends, without the trait's own.
async fn lines<T: 'static>(backend: &sdk_testkit::Backend, call: Call<T>) -> Vec<String> {
    let request = raw(&sent(backend, call).await);
    let head = request.strip_prefix("GET /h\n").unwrap().strip_suffix("\n").unwrap();
    head.lines()
        .filter(|line| !["x-api: trait", "accept: text/plain"].contains(line))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn the_nearest_declaration_wins() {
    let backend = accepting();
    let client = HeadersClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    for (call, head) in [
        (client.of_the_trait(), "accept: text/plain\nx-api: trait\n"),
        (client.of_the_method(), "accept: text/plain\nx-api: method\nx-other: a, b\n"),
        (client.over_the_trait(Some("argument")), "accept: text/plain\nx-api: argument\n"),
        (client.over_the_trait(Some("")), "accept: text/plain\nx-api: \n"),
        (client.over_the_trait(None), "accept: text/plain\n"),
        (
            client.over_the_trait(Some("argument")).header("X-API", "call"),
            "accept: text/plain\nx-api: call\n",
        ),
        (
            client.of_the_trait().header("Accept", "*/*").header("x-b", 7),
            "accept: */*\nx-api: trait\nx-b: 7\n",
        ),
        (
            client.of_the_trait().header("x-b", vec!["1", "2"]),
            "accept: text/plain\nx-api: trait\nx-b: 1\nx-b: 2\n",
        ),
    ] {
        assert_eq!(raw(&sent(&backend, call).await), format!("GET /h\n{head}\n"));
    }
}

#[tokio::test]
async fn an_argument_is_sent_as_it_is_displayed_one_line_for_each() {
    let backend = accepting();
    let client = HeadersClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    let etags = [ETag(3), ETag(4)];
    assert_eq!(
        lines(&backend, client.kinds(&ETag(1), u64::MAX, None, Some(ETag(2)))).await,
        ["if-match: \"1\"", "x-number: 18446744073709551615", "x-some: \"2\""]
    );
    let call = client.more_kinds(&etags, vec!["a", ""], "cow".into(), HeaderValue::from_static("v"));
    assert_eq!(
        lines(&backend, call).await,
        ["x-cow: cow", "x-list: \"3\"", "x-list: \"4\"", "x-value: v", "x-vec: a", "x-vec: "]
    );
}

#[tokio::test]
async fn structs_and_maps_are_headers_each() {
    let backend = accepting();
    let client = HeadersClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    let tracing = Tracing { x_trace: "a b+c%20&d=é", x_parent: None, x_tag: &["1"] };
    assert_eq!(lines(&backend, client.fields(&tracing)).await, ["x-tag: 1", "x-trace: a b+c%20&d=é"]);

    let map = BTreeMap::from([("X-Api", "mine"), ("x-empty", "")]);
    assert_eq!(lines(&backend, client.map(&map)).await, ["x-api: mine", "x-empty: "], "names have no case");

    for (pairs, expected) in [
        (vec![("x-none", None), ("x-some", Some("1"))], &["x-some: 1"][..]),
        (vec![("x-two", Some("1")), ("x-two", Some("2"))], &["x-two: 1", "x-two: 2"]),
        // The same name in another spelling is another entry, which takes the place of the first.
        (vec![("x-two", Some("1")), ("X-Two", Some("2"))], &["x-two: 2"]),
        (vec![], &[]),
    ] {
        assert_eq!(lines(&backend, client.pairs(&pairs)).await, expected, "{pairs:?}");
    }

    let (first, last) = (BTreeMap::from([("x-a", "1"), ("x-between", "1")]), BTreeMap::from([("X-A", "3")]));
    assert_eq!(
        lines(&backend, client.two_maps(&first, 2, &last)).await,
        ["x-a: 3", "x-between: 2"],
        "what is declared later takes the place of what is declared before"
    );

    let mut ready = HeaderMap::new();
    for (name, value) in [("x-two", "1"), ("x-two", "2"), ("x-last", "of the map")] {
        ready.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    assert_eq!(
        lines(&backend, client.ready(&ready, "argument")).await,
        ["x-last: argument", "x-two: 1", "x-two: 2"]
    );
}

#[tokio::test]
async fn nothing_splits_a_request_and_nothing_is_dropped() {
    let backend = accepting();
    let client = HeadersClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    for bad in ["a\r\nx-evil: 1", "a\nb", "a\rb", "a\0b", "\r\n", "\x7f", "\x1b"] {
        assert_eq!(refused(&backend, client.one(bad)).await, "x-a", "{bad:?}");
        assert_eq!(refused(&backend, client.map(&BTreeMap::from([("x-m", bad)]))).await, "x-m", "{bad:?}");
        assert_eq!(refused(&backend, client.of_the_trait().header("x-c", bad)).await, "x-c", "{bad:?}");
        let tracing = Tracing { x_trace: "", x_parent: Some(1), x_tag: &["fine", bad] };
        assert_eq!(refused(&backend, client.fields(&tracing)).await, "x-tag", "{bad:?}");
    }
    for fine in ["", "a\tb", "a b", "é", "\u{85}", "\u{2028}"] {
        let expected = format!("x-a: {fine}");
        let request = sent(&backend, client.one(fine)).await;
        assert!(raw(&request).contains(&expected), "{fine:?}");
    }
}

#[tokio::test]
async fn headers_of_the_transport_are_refused_at_run_time_too() {
    let backend = accepting();
    let client = HeadersClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    for name in [
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "TE",
        "Trailer",
        "Upgrade",
        "Keep-Alive",
        "Proxy-Authorization",
        "proxy-anything",
        "",
        "a b",
        "a:b",
        "a\nb",
        "é",
    ] {
        let map = BTreeMap::from([(name, "v")]);
        let shown = name.escape_debug().to_string();
        assert_eq!(refused(&backend, client.map(&map)).await, shown);
        assert_eq!(refused(&backend, client.of_the_trait().header(name, "v")).await, shown);
    }
}

#[tokio::test]
async fn the_type_says_what_is_accepted_unless_the_trait_or_the_call_does() {
    let backend = accepting();
    let client = HeadersClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    let call = client.json();
    assert_eq!(call.request().unwrap().headers()["accept"], "text/plain", "as the trait declares");
    let request = sent(&backend, call.header("accept", "application/problem+json")).await;
    assert_eq!(request.header("accept"), Some("application/problem+json"));
}

#[tokio::test]
async fn a_header_of_the_client_is_on_every_request_that_sets_none() {
    #[api_client(auth = none, headers("x-trait" = "t"))]
    trait Versions {
        #[get("/h")]
        async fn plain(&self) -> Result<()>;
        #[get("/h", headers("x-version" = "2"))]
        async fn fixed(&self) -> Result<()>;
        #[get("/h")]
        async fn argument(&self, #[header] x_version: Option<u8>) -> Result<()>;
        #[get]
        async fn follow(&self, #[url] next: &str) -> Result<()>;
    }
    let (own, other) = (accepting(), accepting());
    let transport = Origins::default().with("https://own.test", &own).with("https://other.test", &other);
    let builder = VersionsClient::builder("https://own.test").transport(transport);
    let client =
        builder.header("X-Version", 0).header("x-version", 1).header("user-agent", "app/1").build().unwrap();
    for (call, version) in [
        (client.plain(), "1"),
        (client.fixed(), "2"),
        (client.argument(Some(3)), "3"),
        (client.argument(None), "1"),
        (client.plain().header("x-version", 4), "4"),
        (client.follow("/h"), "1"),
    ] {
        let expected = format!("GET /h\nuser-agent: app/1\nx-trait: t\nx-version: {version}\n\n");
        assert_eq!(raw(&sent(&own, call).await), expected);
    }
    let foreign = sent(&other, client.follow("https://other.test/h")).await;
    assert_eq!(raw(&foreign), "GET /h\nuser-agent: app/1\nx-trait: t\n\n", "it may be a credential");
    own.reply("GET", "/h", Reply::redirect("https://other.test/to"));
    client.plain().await.unwrap();
    assert_eq!(raw(&other.last().unwrap()), "GET /to\nuser-agent: app/1\n\n");

    for (name, value) in [("host", "x"), ("x y", "x"), ("x-a", "a\r\nb"), ("authorization", "Basic x")] {
        let error = VersionsClient::builder("https://own.test").header(name, value).build().unwrap_err();
        assert!(!error.to_string().contains("Basic x"), "{name}: {error}");
    }
}

#[tokio::test]
async fn the_credential_is_put_where_it_is_attached() {
    for (attach, line) in [
        (Attach::bearer(), "authorization: Bearer t0k3n"),
        (Attach::header("X-Api-Key", "Key"), "x-api-key: Key t0k3n"),
        (Attach::raw("x-api-key"), "x-api-key: t0k3n"),
    ] {
        let backend = accepting();
        let builder = SignedClient::builder("http://localhost").attach(attach).bearer("t0k3n");
        let client = builder.transport(memory(&backend)).build().unwrap();
        assert_eq!(raw(&sent(&backend, client.plain()).await), format!("GET /h\n{line}\n\n"));
        assert_eq!(raw(&sent(&backend, client.optional()).await), format!("GET /h\n{line}\n\n"));
        let (name, _) = line.split_once(':').unwrap();
        let map = BTreeMap::from([(name, "mine")]);
        assert_eq!(refused(&backend, client.map(&map)).await, name, "no other code sets it");
        assert_eq!(refused(&backend, client.plain().header(name, "mine")).await, name);
        assert_eq!(lines(&backend, client.unsigned("mine")).await, ["authorization: mine"]);
    }
}

#[tokio::test]
async fn a_signed_out_session_sends_no_empty_credential() {
    let backend = accepting();
    let client = SignedClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    assert_eq!(raw(&sent(&backend, client.optional()).await), "GET /h\n\n");
}

/// The headers of what a call sends, as a transport gets them: by name, whether what it says is kept out of
/// logs.
#[derive(Clone, Default)]
struct Marks(std::sync::Arc<std::sync::Mutex<BTreeMap<String, bool>>>);

impl sdk_runtime::transport::Transport for Marks {
    fn send(
        &self,
        request: sdk_runtime::transport::TransportRequest,
    ) -> sdk_runtime::transport::TransportFuture {
        let headers = request.headers.iter();
        *self.0.lock().unwrap() =
            headers.map(|(name, value)| (name.to_string(), value.is_sensitive())).collect();
        let body = http_body_util::Empty::new();
        let body = http_body_util::BodyExt::map_err(body, |never: std::convert::Infallible| match never {});
        Box::pin(std::future::ready(Ok(http::Response::new(sdk_runtime::transport::ResponseBody::new(body)))))
    }
}

const CREDENTIALS: [&str; 10] = [
    "authorization",
    "cookie",
    "x-api-key",
    "api-key",
    "apikey",
    "x-auth-token",
    "x-access-token",
    "x-csrf-token",
    "x-xsrf-token",
    "private-token",
];

#[api_client(auth = none, headers("x-auth-token" = "declared"))]
trait Secrets {
    #[get("/h")]
    async fn declared(
        &self,
        #[header] authorization: &str,
        #[header] cookie: &str,
        #[header] x_own: u8,
    ) -> Result<()>;
    #[get("/h")]
    async fn map(&self, #[headers] map: &BTreeMap<&str, &str>) -> Result<()>;
    #[get("/h")]
    async fn ready(&self, #[headers] map: &HeaderMap) -> Result<()>;
}

#[tokio::test]
async fn i27_what_names_itself_a_credential_is_marked_as_one() {
    let marks = Marks::default();
    let builder = SecretsClient::builder("http://localhost").transport(marks.clone());
    let client = builder.header("x-api-key", "k").header("x-client", "c").build().unwrap();
    let marked = |names: &[&str]| -> Vec<bool> {
        let marks = marks.0.lock().unwrap();
        names.iter().map(|name| *marks.get(*name).unwrap_or_else(|| panic!("{name} in {marks:?}"))).collect()
    };
    client.declared("Basic s3cret", "s=3", 7).await.unwrap();
    assert_eq!(marked(&["authorization", "cookie", "x-auth-token", "x-api-key"]), [true; 4]);
    assert_eq!(marked(&["x-own", "x-client"]), [false; 2]);
    for name in CREDENTIALS {
        client.map(&BTreeMap::from([(name, "s3cret"), ("x-own", "7")])).await.unwrap();
        assert_eq!(marked(&[name, "x-own"]), [true, false]);
        let map = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static("s3cret"))]);
        client.ready(&map).await.unwrap();
        assert_eq!(marked(&[name]), [true]);
        let call = client.map(&BTreeMap::new()).header(name, "s3cret");
        let preview = call.request().unwrap();
        assert!(preview.headers()[name].is_sensitive(), "{name}");
        assert!(!format!("{:?}", preview.headers()).contains("s3cret"));
        call.await.unwrap();
        assert_eq!(marked(&[name]), [true]);
    }
}

/// What the session signs with elsewhere is a credential here too.
#[tokio::test]
async fn i27_the_header_of_the_session_is_a_credential_even_if_a_caller_sets_it() {
    let marks = Marks::default();
    let builder = SecretsClient::builder("http://localhost").transport(marks.clone());
    let client = builder.attach(Attach::raw("x-own-way")).build().unwrap();
    client.map(&BTreeMap::from([("x-own-way", "s3cret"), ("x-other", "7")])).await.unwrap();
    assert!(marks.0.lock().unwrap()["x-own-way"] && !marks.0.lock().unwrap()["x-other"]);
}
