//! Path arguments over a real socket: each stays in its segment, or is refused and nothing is sent.

use std::future::IntoFuture;

use sdk_runtime::{Error, Result, api_client};
use sdk_testkit::{Backend, Reply, Server};

use crate::wire::{accepting, memory, refused, sent};

#[api_client(base = "/b/", auth = none)]
pub trait Paths {
    #[get("/one/{id}/end")]
    async fn one(&self, id: &str) -> Result<String>;

    #[get("/in/x{a}y/end")]
    async fn inner(&self, a: &str) -> Result<String>;

    #[get("/two/{a}{b}")]
    async fn two(&self, b: &str, a: &str) -> Result<String>;

    #[get("/dot/%2E{a}/end")]
    async fn after_a_dot(&self, a: &str) -> Result<String>;

    #[get("/rest/{*path}")]
    async fn rest(&self, path: &str) -> Result<String>;

    #[get("/n/{issue-number}/{type}/{ratio}")]
    async fn displayed(
        &self,
        r#type: char,
        #[path("issue-number")] number: u64,
        ratio: f64,
    ) -> Result<String>;

    #[get("/same/{name}")]
    async fn twice(&self, name: &str, #[query("name")] again: &str) -> Result<String>;
}

/// A server that answers every request with its host and its raw target, and a client of it with a path
/// prefix.
pub async fn echo() -> (Server, PathsClient) {
    let backend = Backend::new().fallback(|request| async move {
        Reply::text(format!("{} {}", request.host().unwrap_or_default(), request.target()))
    });
    let server = backend.serve().await.unwrap();
    let client = PathsClient::new(format!("{}/api/v1", server.url())).unwrap();
    (server, client)
}

/// A placeholder, or several, for one string.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    One,
    Inner,
    /// The string is cut in half.
    Two,
    AfterADot,
    Rest,
}

pub const SHAPES: [Shape; 5] = [Shape::One, Shape::Inner, Shape::Two, Shape::AfterADot, Shape::Rest];

impl Shape {
    /// Sends `value` and says what is wrong with what became of it. `sent` is how many requests went out.
    pub async fn check(
        self,
        server: &Server,
        client: &PathsClient,
        value: &str,
    ) -> std::result::Result<usize, String> {
        let half = value.char_indices().nth(value.chars().count() / 2).map_or(0, |(at, _)| at);
        let call = match self {
            Self::One => client.one(value),
            Self::Inner => client.inner(value),
            Self::Two => client.two(&value[half..], &value[..half]),
            Self::AfterADot => client.after_a_dot(value),
            Self::Rest => client.rest(value),
        };
        let names: &[&str] = match self {
            Self::One => &["id"],
            Self::Inner | Self::AfterADot => &["a"],
            Self::Two => &["a", "b"],
            Self::Rest => &["path"],
        };
        let outcome = call.into_future().await;
        match outcome {
            Err(Error::InvalidRequest(error)) if self.vanishes(value) => {
                match names.contains(&error.argument()) {
                    true => Ok(0),
                    false => Err(format!("refused under the name `{}`", error.argument())),
                }
            }
            Err(error) => Err(format!("{error:?}")),
            Ok(echo) if self.vanishes(value) => Err(format!("arrived as {echo}")),
            Ok(echo) => match self.arrived(&echo, server) {
                Some(decoded) if decoded == value => Ok(1),
                Some(decoded) => Err(format!("{decoded:?} arrived")),
                None => Err(format!("arrived as {echo}")),
            },
        }
    }

    /// The rule: whether a segment would be empty, or decode to `.` or `..`.
    fn vanishes(self, value: &str) -> bool {
        let vanishes = |segment: &str| matches!(segment, "" | "." | "..");
        match self {
            Self::One | Self::Two => vanishes(value),
            Self::Inner => false,
            Self::AfterADot => vanishes(&format!(".{value}")),
            // Empty segments are kept, if there is any other.
            Self::Rest => value.is_empty() || value.split('/').any(|it| matches!(it, "." | "..")),
        }
    }

    /// What the server can read from the target, if all around it is as it must be.
    fn arrived(self, echo: &str, server: &Server) -> Option<String> {
        let (before, after) = match self {
            Self::One => ("one/", "/end"),
            Self::Inner => ("in/x", "y/end"),
            Self::Two => ("two/", ""),
            Self::AfterADot => ("dot/%2E", "/end"),
            Self::Rest => ("rest/", ""),
        };
        let prefix = format!("{} /api/v1/b/{before}", server.address());
        let written = echo.strip_prefix(&prefix)?.strip_suffix(after)?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
        let slashes = matches!(self, Self::Rest);
        let allowed = written.bytes().all(|byte| is_plain(byte) || (slashes && byte == b'/'));
        allowed.then(|| decoded(written))?
    }
}

/// Percent-decodes once; `None` for what is not UTF-8 then.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part[2..].bytes());
    }
    String::from_utf8(bytes).ok()
}

#[tokio::test]
async fn nasty_arguments_stay_in_their_segment_or_are_refused() {
    let (server, client) = echo().await;
    let long = ["/..%2e\\é"; 3_000].concat();
    let nasty = [
        "",
        ".",
        "..",
        "...",
        "....",
        "a..b",
        ".a",
        "a.",
        "..a",
        "a..",
        " .",
        ". ",
        "..;",
        "..;/",
        ".%00",
        "..\0",
        "%2e",
        "%2E",
        "%2e%2e",
        "%2E%2e",
        ".%2e",
        "%2e.",
        "%2E.",
        "%252e",
        "%252e%252e",
        "%%32%65",
        "%",
        "%2",
        "%zz",
        "/",
        "//",
        "a/b",
        "/a",
        "a/",
        "a//b",
        "../a",
        "./a",
        "a/..",
        "a/.",
        "a/../b",
        "a/./b",
        "../../etc/passwd",
        "%2f",
        "%2F..%2F",
        "..%2fadmin",
        "a/%2e%2e/b",
        "a/%2e/b",
        "/.",
        "/..",
        "..//..",
        "\\",
        "..\\",
        "\\..\\",
        "..\\..\\admin",
        "a\\..\\b",
        ".\\",
        "%5c..%5c",
        "a/..\\b",
        "\r",
        "\n",
        "\t",
        "\r\n",
        "a\r\nHost: evil.test\r\n\r\n",
        ".\t.",
        ".\n",
        "\r.",
        "\t..",
        "..\r\n",
        " ",
        "\x0b",
        "\x0c",
        "\0",
        "a\0b",
        "\x01",
        "\x1b[0m",
        "\x7f",
        "\u{80}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "?",
        "?a=1",
        "a?b",
        "#",
        "#a",
        "a#b",
        ";",
        ";a=1",
        "a;b",
        "&",
        "=",
        "+",
        "a+b",
        "@",
        "a@b",
        ":",
        "a:b",
        ",",
        "!",
        "$",
        "'",
        "\"",
        "<",
        ">",
        "`",
        "{",
        "}",
        "{id}",
        "|",
        "^",
        "[",
        "]",
        "~",
        "*",
        "(",
        ")",
        "http://evil.test/",
        "//evil.test/",
        "https:evil.test",
        "evil.test:80",
        "@evil.test",
        "\\\\evil.test",
        ".%2Fa",
        "..%5C..",
        "é",
        "zürich",
        "日本語",
        "🦀",
        "e\u{301}",
        "ß",
        "İ",
        "ﬀ",
        "\u{feff}",
        "\u{200b}",
        "\u{202e}",
        "\u{ad}",
        "\u{ff0e}",
        "\u{ff0e}\u{ff0e}",
        "\u{2024}\u{2024}",
        "\u{2025}",
        "\u{3002}",
        "\u{ff0f}",
        "\u{ff3c}",
        "\u{ff05}2e",
        "\u{fdd0}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{1fffe}",
        "\u{10ffff}",
        "\u{fffd}",
        "\u{e000}",
        "\u{d7ff}",
        long.as_str(),
    ];
    let mut expected = 0;
    for value in nasty {
        for shape in SHAPES {
            match shape.check(&server, &client, value).await {
                Ok(sent) => expected += sent,
                Err(wrong) => {
                    let begin: String = value.chars().take(40).collect();
                    panic!("{begin:?} as {shape:?}: {wrong:.200}");
                }
            }
        }
    }
    assert_eq!(server.backend().requests().len(), expected, "what is refused is not sent");
}

#[tokio::test]
async fn arguments_are_written_as_they_are_displayed() {
    let backend = accepting();
    let client = PathsClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    for (call, target) in [
        (client.displayed('/', u64::MAX, 0.5), "/b/n/18446744073709551615/%2F/0.5"),
        (client.displayed('é', 0, -1e21), "/b/n/0/%C3%A9/-1000000000000000000000"),
        (client.twice("a b/c", "a b/c"), "/b/same/a%20b%2Fc?name=a%20b%2Fc"),
        (client.one("\r\n/"), "/b/one/%0D%0A%2F/end"),
        (client.rest("a b/c?d"), "/b/rest/a%20b/c%3Fd"),
        // What looks encoded is text as any other: there is no way past the encoding, and so none out of a
        // segment.
        (client.one("a%20b%2Fc"), "/b/one/a%2520b%252Fc/end"),
        (client.one("%2e%2E"), "/b/one/%252e%252E/end"),
        (client.one("..\\..%5C.."), "/b/one/..%5C..%255C../end"),
        (client.rest("%2e%2e/%2F/.%2Fa"), "/b/rest/%252e%252e/%252F/.%252Fa"),
        (client.one("?a=1#b;c"), "/b/one/%3Fa%3D1%23b%3Bc/end"),
        (client.inner(".."), "/b/in/x..y/end"),
    ] {
        assert_eq!(sent(&backend, call).await.target(), target);
    }
}

#[tokio::test]
async fn the_first_argument_that_cannot_be_sent_is_named() {
    let backend = accepting();
    let client = PathsClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    for (call, argument) in [
        (client.one(""), "id"),
        (client.one(".."), "id"),
        (client.two("", ""), "b"),
        (client.two("", "."), "b"),
        (client.after_a_dot("."), "a"),
        (client.rest("a/../b"), "path"),
        (client.displayed('.', 1, 1.0), "type"),
        (client.twice("..", ".."), "name"),
    ] {
        assert!(call.request().is_err(), "{argument}: known before anything is awaited");
        assert_eq!(refused(&backend, call).await, argument);
    }
}

#[tokio::test]
async fn a_refusal_says_why() {
    let backend = accepting();
    let client = PathsClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    for (call, says) in [
        (client.one(""), "`id` is empty"),
        (client.rest(""), "`path` is empty"),
        (client.rest("a/../b"), "`path` makes a segment of `.` or `..`"),
        (client.one("."), "`id` makes a segment of `.` or `..`"),
        (client.two(".", "."), "`b` makes a segment of `.` or `..`"),
    ] {
        let text = call.request().unwrap_err().to_string();
        assert!(text.contains(says), "{text}");
    }
}

/// An address that no HTTP library takes is the argument's fault and not the network's.
#[tokio::test]
async fn an_argument_that_is_too_long_for_an_address_is_refused() {
    let (server, client) = echo().await;
    for value in ["a".repeat(70_000), "é".repeat(11_000)] {
        assert_eq!(refused(server.backend(), client.one(&value)).await, "/b/one/{id}/end");
        assert_eq!(refused(server.backend(), client.twice("a", &value)).await, "/b/same/{name}");
    }
    client.one(&"a".repeat(65_000)).await.unwrap();
}
