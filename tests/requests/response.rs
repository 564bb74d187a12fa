//! From an answer to a value, or to the error that says what was wrong with it.

use bytes::Bytes;
use sdk_runtime::{
    ApiError, Error, ErrorResponse, Response, Result, api_client,
    error::TransportErrorKind,
    response::{BufferedResponse, FromResponse},
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

use crate::wire::memory;

#[derive(Deserialize, Debug, Clone, PartialEq, Eq)]
struct Issue {
    id: u64,
    labels: Vec<String>,
}

type Maybe<T> = Option<T>;

#[derive(Debug)]
struct Lines(Vec<String>);

impl FromResponse for Lines {
    const ACCEPT: Option<&'static str> = Some("text/x-lines");

    fn from_response(answer: BufferedResponse) -> Result<Self> {
        let text = String::from_response(answer.clone())?;
        match text.ends_with('\n') {
            true => Ok(Self(text.lines().map(str::to_owned).collect())),
            false => Err(answer.not_a::<Self>("the last line has no end")),
        }
    }
}

#[derive(Debug)]
enum Missing {
    Gone(String),
    Other(Error),
}

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl ApiError for Missing {
    fn from_status(response: ErrorResponse) -> Result<Self, ErrorResponse> {
        match response.status().as_u16() {
            404 => Ok(Self::Gone(response.text())),
            _ => Err(response),
        }
    }
}

#[api_client(auth = none)]
trait Answers {
    #[get("/a")]
    async fn json(&self) -> Result<Issue>;
    #[get("/a")]
    async fn maybe_json(&self) -> Result<Maybe<Issue>>;
    #[get("/a")]
    async fn full_json(&self) -> Result<Response<Issue>>;
    #[get("/a")]
    async fn full_maybe_json(&self) -> Result<Response<Option<Issue>>>;
    #[get("/a")]
    async fn maybe_full_json(&self) -> Result<Option<Response<Issue>>>;
    #[get("/a")]
    async fn text(&self) -> Result<String>;
    #[get("/a")]
    async fn maybe_text(&self) -> Result<Option<String>>;
    #[get("/a")]
    async fn bytes(&self) -> Result<Bytes>;
    #[get("/a")]
    async fn maybe_bytes(&self) -> Result<Option<Bytes>>;
    #[get("/a")]
    async fn unit(&self) -> Result<()>;
    #[get("/a")]
    async fn maybe_unit(&self) -> Result<Option<()>>;
    #[get("/a")]
    async fn lines(&self) -> Result<Lines>;
    #[get("/a")]
    async fn maybe_lines(&self) -> Result<Response<Option<Lines>>>;
    #[get("/a")]
    async fn typed(&self) -> Result<Option<Issue>, Missing>;
    #[get("/a")]
    async fn full_text(&self) -> Result<Response<String>>;
    #[get("/a")]
    async fn full_bytes(&self) -> Result<Response<Bytes>>;
    #[get("/a")]
    async fn full_maybe_bytes(&self) -> Result<Response<Option<Bytes>>>;
    #[get("/a")]
    async fn maybe_full_text(&self) -> Result<Option<Response<String>>>;
    #[get("/a")]
    async fn full_unit(&self) -> Result<Response<()>>;
    #[head("/a")]
    async fn head(&self) -> Result<Response<()>>;
    #[head("/a")]
    async fn is_there(&self) -> Result<Option<()>>;
}

fn client_of(backend: &Backend) -> AnswersClient {
    AnswersClient::builder("http://localhost").transport(memory(backend)).body_limit(1 << 20).build().unwrap()
}

fn answering(reply: Reply) -> AnswersClient {
    let backend = Backend::new().fallback(move |_| std::future::ready(reply.clone()));
    client_of(&backend)
}

const ISSUE: &str = r#"{"id":7,"labels":["a"],"more":null}"#;

fn json(text: &str) -> Reply {
    Reply::text(text).header("content-type", "application/json")
}

fn issue() -> Issue {
    Issue { id: 7, labels: vec!["a".to_owned()] }
}

#[tokio::test]
async fn a_success_becomes_the_declared_value() {
    let client = answering(json(ISSUE).status(201).header("etag", "\"1\""));
    assert_eq!(client.json().await.unwrap(), issue());
    assert_eq!(client.maybe_json().await.unwrap(), Some(issue()));
    assert_eq!(client.text().await.unwrap(), ISSUE, "as received, for every content type");
    assert_eq!(client.bytes().await.unwrap(), ISSUE);
    assert_eq!(client.maybe_text().await.unwrap().as_deref(), Some(ISSUE));
    client.unit().await.unwrap();
    for full in [
        client.full_json().await.unwrap(),
        client.json().response().await.unwrap(),
        client.maybe_full_json().await.unwrap().unwrap(),
    ] {
        assert_eq!((full.status().as_u16(), &full.headers()["etag"]), (201, &"\"1\"".parse().unwrap()));
        assert_eq!(full.into_inner(), issue());
    }
    assert_eq!(answering(json("\"quoted\"")).text().await.unwrap(), "\"quoted\"");
}

#[tokio::test]
async fn what_is_not_there_is_none() {
    for (reply, status) in [
        (Reply::text("no such thing").status(404), 404),
        (Reply::empty(), 204),
        (json("null"), 200),
        (json(" null\n"), 200),
    ] {
        let client = answering(reply);
        assert_eq!(client.maybe_json().await.unwrap(), None, "{status}");
        let full = client.full_maybe_json().await.unwrap();
        assert_eq!((full.status().as_u16(), full.value()), (status, &None));
        assert!(client.maybe_full_json().await.unwrap().is_none(), "{status}");
    }
    for status in [404, 204] {
        let client = answering(Reply::empty().status(status));
        assert_eq!(client.maybe_text().await.unwrap(), None, "{status}");
        assert_eq!(client.maybe_bytes().await.unwrap(), None, "{status}");
        assert!(client.maybe_lines().await.unwrap().value().is_none(), "{status}");
        let unit = client.maybe_unit().await.unwrap();
        assert_eq!(unit.is_some(), status == 204, "done, or not there");
    }
    let client = answering(json("null"));
    assert_eq!(client.maybe_text().await.unwrap().as_deref(), Some("null"), "text is text");
    let empty = answering(Reply::text(""));
    assert_eq!(empty.maybe_text().await.unwrap().as_deref(), Some(""));
    assert_eq!(empty.text().await.unwrap(), "");
}

#[tokio::test]
async fn every_shape_can_come_with_its_head() {
    let seen = |status: http::StatusCode, headers: &http::HeaderMap| {
        assert_eq!(headers.get("etag").map(|etag| etag.as_bytes()), Some(&b"e"[..]));
        status.as_u16()
    };
    for (reply, status, body) in [
        (Reply::text("four"), 200, Some("four")),
        (Reply::text("").status(201), 201, Some("")),
        (Reply::text("part").status(206), 206, Some("part")),
        (Reply::empty(), 204, None),
        (Reply::text("no").status(404), 404, None),
    ] {
        let client = answering(reply.header("etag", "e"));
        let maybe = client.full_maybe_bytes().await.unwrap();
        assert_eq!(seen(maybe.status(), maybe.headers()), status);
        assert_eq!(maybe.value().as_deref(), body.map(str::as_bytes), "{status}");
        let text = client.maybe_full_text().await.unwrap();
        assert_eq!(text.as_ref().map(|text| text.value().as_str()), body, "{status}");
        if status == 404 {
            assert_eq!(client.full_text().await.unwrap_err().status().unwrap(), 404);
            assert_eq!(client.full_bytes().await.unwrap_err().status().unwrap(), 404);
            assert_eq!(client.full_unit().await.unwrap_err().status().unwrap(), 404);
            continue;
        }
        let (head, text) = client.full_text().await.unwrap().into_parts();
        assert_eq!((seen(head.status(), head.headers()), text.as_str()), (status, body.unwrap_or_default()));
        let (head, bytes) = client.full_bytes().await.unwrap().into_parts();
        assert_eq!(
            (seen(head.status(), head.headers()), &bytes[..]),
            (status, body.unwrap_or_default().as_bytes())
        );
        let unit = client.full_unit().await.unwrap();
        assert_eq!(seen(unit.status(), unit.headers()), status);
        let asked = client.text().response().await.unwrap();
        assert_eq!(seen(asked.status(), asked.headers()), status, "and where only the caller wants it");
    }
}

/// A media type is not believed, since servers send JSON under many; what is not JSON is never nothing.
#[tokio::test]
async fn a_page_in_place_of_json_is_no_none() {
    for (reply, is_issue) in [
        (Reply::text(ISSUE), true),
        (Reply::bytes(ISSUE), true),
        (Reply::html(ISSUE), true),
        (Reply::html("<!doctype html><h1>Sign in</h1>"), false),
        (Reply::html(" "), false),
        (json("{}"), false),
        (json("false"), false),
    ] {
        let outcome = answering(reply.clone()).maybe_json().await;
        match outcome {
            Ok(found) => assert_eq!((found, is_issue), (Some(issue()), true), "{reply:?}"),
            Err(error) => assert!(!is_issue && matches!(error, Error::Decode(_)), "{reply:?}: {error:?}"),
        }
    }
}

#[tokio::test]
async fn a_declared_404_wins_over_none() {
    let error = answering(Reply::text("moved out").status(404)).typed().await.unwrap_err();
    assert!(matches!(error, Missing::Gone(text) if text == "moved out"));
    let error = answering(Reply::text("moved out").status(410)).typed().await.unwrap_err();
    assert!(matches!(error, Missing::Other(Error::Status(answer)) if answer.status() == 410));
    assert_eq!(answering(Reply::empty()).typed().await.unwrap(), None);
}

#[tokio::test]
async fn another_status_is_an_error_with_the_answer_in_it() {
    for status in [300, 304, 400, 401, 403, 404, 409, 422, 429, 500, 503] {
        let client = answering(json(r#"{"detail":"why"}"#).status(status).header("x-id", "9"));
        let error = client.json().await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        let Error::Status(answer) = error else { panic!("{error:?}") };
        assert_eq!(answer.headers()["x-id"], "9");
        assert_eq!((answer.endpoint().name(), answer.endpoint().template()), ("json", "/a"));
        // 304 has no body, even if its fields say otherwise.
        let body = if status == 304 { "" } else { r#"{"detail":"why"}"# };
        assert_eq!((answer.text().as_str(), answer.is_truncated()), (body, false));
        if status != 404 {
            assert!(matches!(client.maybe_json().await, Err(Error::Status(_))), "{status}");
        }
    }
}

#[tokio::test]
async fn a_head_has_headers_and_no_body() {
    let head = answering(Reply::text("four").header("etag", "e")).head().await.unwrap();
    assert_eq!(
        (&head.headers()["etag"], &head.headers()["content-length"]),
        (&"e".parse().unwrap(), &"4".parse().unwrap())
    );
    let missing = answering(Reply::empty().status(404));
    assert!(matches!(missing.head().await, Err(Error::Status(_))));
    assert!(missing.is_there().await.unwrap().is_none());
    assert!(answering(Reply::text("four")).is_there().await.unwrap().is_some());
}

#[tokio::test]
async fn an_answer_that_is_something_else_says_where_and_what() {
    let page = "<!doctype html><h1>Sign in</h1>";
    for (reply, status, path, content_type) in [
        (Reply::html(page), 200, None, Some("text/html; charset=utf-8")),
        (json(r#"{"id":"7"}"#).status(202), 202, Some("id"), Some("application/json")),
        (json(r#"{"id":7,"labels":["a",8]}"#), 200, Some("labels[1]"), Some("application/json")),
        (json(r#"{"id":7}"#), 200, None, Some("application/json")),
        (json(r#"{"id":7,"labels":[]} x"#), 200, None, Some("application/json")),
        (json("{"), 200, None, Some("application/json")),
        (json(""), 200, None, Some("application/json")),
        (json("null"), 200, None, Some("application/json")),
        (Reply::empty(), 204, None, None),
    ] {
        let error = answering(reply).json().await.unwrap_err();
        let Error::Decode(error) = error else { panic!("{error:?}") };
        assert_eq!((error.status().as_u16(), error.path()), (status, path), "{error}");
        assert_eq!(error.content_type(), content_type);
        assert!(error.expected().ends_with("Issue") && error.to_string().contains("Issue"), "{error}");
        assert!(!error.detail().is_empty());
    }
    let Err(Error::Decode(error)) = answering(Reply::html(page)).json().await else { panic!("decoded") };
    assert_eq!(error.excerpt(), page, "the first bytes");
    assert!(error.to_string().contains("text/html") && !error.to_string().contains("Sign in"), "{error}");
    let told = "; `path()` and `detail()` tell where and why (not shown, since they may quote data)";
    assert!(error.to_string().ends_with(told), "{error}");
    let Err(Error::Decode(error)) = answering(json(&"[".repeat(2_000))).json().await else {
        panic!("decoded")
    };
    assert_eq!(error.excerpt().len(), 512, "no more than that");
    let Err(Error::Decode(error)) = answering(Reply::text("no end")).lines().await else { panic!("decoded") };
    assert_eq!(error.detail(), "the last line has no end");
    assert_eq!(answering(Reply::text("a\nb\n")).lines().await.unwrap().0, ["a", "b"]);
}

#[tokio::test]
async fn text_is_utf8_or_an_error_and_never_a_guess() {
    for (content_type, body, text) in [
        ("text/plain; charset=UTF-8", &b"\xc3\xa9"[..], Some("é")),
        ("text/plain", b"\xc3\xa9", Some("é")),
        ("text/plain;charset=\"us-ascii\"", b"a", Some("a")),
        ("text/plain; charset=ISO-8859-1", b"\xe9\x80\x9f\x81", Some("é€Ÿ\u{81}")),
        ("text/plain; charset=\"windows-1252\"", b"\xffa\0", Some("ÿa\0")),
        ("text/plain; charset=iso-8859-15", b"a", None),
        ("text/plain; charset=utf-16", b"\xff\xfea\0", None),
        ("text/plain", b"\xe9", None),
    ] {
        let client = answering(Reply::bytes(body).header("content-type", content_type));
        match client.text().await {
            Ok(got) => assert_eq!(Some(got.as_str()), text, "{content_type}"),
            Err(Error::Decode(error)) => assert_eq!((text, error.status().as_u16()), (None, 200)),
            Err(error) => panic!("{error:?}"),
        }
        assert_eq!(client.bytes().await.unwrap(), body, "bytes are bytes");
    }
}

#[tokio::test]
async fn the_request_says_what_it_can_read() {
    let backend = Backend::new().fallback(|_| async { Reply::text("null\n") });
    let client = client_of(&backend);
    let _ =
        (client.json().await, client.maybe_json().await, client.full_maybe_json().await, client.text().await);
    let _ = client.maybe_full_json().await;
    let _ = (client.bytes().await, client.unit().await, client.maybe_lines().await);
    let json = Some("application/json");
    let accepted: Vec<_> = backend.requests().iter().map(|r| r.header("accept").map(str::to_owned)).collect();
    let accepted: Vec<_> = accepted.iter().map(Option::as_deref).collect();
    assert_eq!(accepted, [json, json, json, None, json, None, None, Some("text/x-lines")]);
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let limit = 1 << 20;
    let client = answering(Reply::bytes(vec![b'x'; limit]));
    assert_eq!(client.bytes().await.unwrap().len(), limit);
    let client = answering(Reply::bytes(vec![b'x'; limit + 1]));
    let error = client.bytes().await.unwrap_err();
    assert!(matches!(error, Error::BodyTooLarge(error) if error.limit() == limit));

    let client = answering(Reply::bytes(vec![b'x'; 3 << 20]).status(500));
    let Error::Status(answer) = client.bytes().await.unwrap_err() else { panic!("not the status") };
    assert_eq!(
        (answer.body().len(), answer.is_truncated()),
        (64 << 10, true),
        "an error keeps the beginning"
    );
    let client = answering(Reply::bytes(vec![b'x'; 64 << 10]).status(500));
    assert!(!client.bytes().await.unwrap_err().response().unwrap().is_truncated());
}

#[tokio::test]
async fn no_answer_is_an_error_of_the_transport() {
    let error = answering(Reply::reset()).json().await.unwrap_err();
    assert!(matches!(error, Error::Transport(error) if error.kind() == TransportErrorKind::Request));

    let backend = Backend::new().reply("GET", "/a", Reply::text("four").header("content-length", "400"));
    let server = backend.serve().await.unwrap();
    let cut_off = AnswersClient::new(server.url()).unwrap().text().await.unwrap_err();
    assert!(matches!(cut_off, Error::Transport(_)), "{cut_off:?}");

    let url = server.url();
    server.shutdown().await;
    let error = AnswersClient::new(&url).unwrap().json().await.unwrap_err();
    assert!(matches!(error, Error::Transport(error) if error.kind() == TransportErrorKind::Connect));
}
