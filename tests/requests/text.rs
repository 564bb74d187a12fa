//! Bytes as servers send them: marks in front of bodies, headers that are not ASCII, bodies that are still
//! encoded, and bodies that are not there.

use bytes::Bytes;
use sdk_runtime::{
    ApiError, ByteStream, Error, EventStream, JsonLines, Pages, Response, Result, api_client,
    error::TransportErrorKind,
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::wire::{memory, script};

#[derive(Deserialize, Debug, Clone, PartialEq, Eq)]
struct Issue {
    id: u64,
}

/// As any other alias or wrapper of an `Option`.
#[derive(Deserialize, Debug, PartialEq, Eq)]
#[serde(transparent)]
struct Maybe(Option<Issue>);

#[derive(Debug, ApiError)]
enum Failure {
    #[status(409)]
    Duplicate(Issue),
    #[status(410)]
    Gone(Option<Issue>),
    #[status(422)]
    Told(String),
    #[other]
    Other(Error),
}

#[api_client(auth = none)]
trait Texts {
    #[get("/a")]
    async fn json(&self) -> Result<Issue>;
    #[get("/a")]
    async fn maybe(&self) -> Result<Option<Issue>>;
    #[get("/a")]
    async fn maybe_full(&self) -> Result<Response<Option<Issue>>>;
    #[get("/a")]
    async fn wrapped(&self) -> Result<Maybe>;
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
    async fn typed(&self) -> Result<(), Failure>;
    #[get("/a")]
    async fn lines(&self) -> Result<JsonLines<Issue>>;
    #[get("/a")]
    async fn maybe_lines(&self) -> Result<Option<JsonLines<Issue>>>;
    #[get("/a")]
    async fn events(&self) -> Result<EventStream<Issue>>;
    #[get("/a")]
    async fn stream(&self) -> Result<ByteStream>;
    #[get("/a", paginate = link)]
    fn pages(&self) -> Pages<Vec<u8>>;
    #[head("/a")]
    async fn is_there(&self) -> Result<Option<()>>;
}

fn answering(reply: Reply) -> TextsClient {
    let backend = Backend::new().fallback(move |_| std::future::ready(reply.clone()));
    TextsClient::builder("http://localhost").transport(memory(&backend)).build().unwrap()
}

fn json(text: &str) -> Reply {
    Reply::text(text).header("content-type", "application/json")
}

const MARK: &str = "\u{feff}";

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_a_text() {
    let issue = Issue { id: 7 };
    let body = format!("{MARK}{{\"id\":7}}");
    let client = answering(json(&body));
    assert_eq!(client.json().await.unwrap(), issue);
    assert_eq!(client.maybe().await.unwrap().as_ref(), Some(&issue));
    assert_eq!(client.maybe_full().await.unwrap().value().as_ref(), Some(&issue));
    assert_eq!(client.wrapped().await.unwrap().0.as_ref(), Some(&issue));
    assert_eq!(client.text().await.unwrap(), "{\"id\":7}");
    assert_eq!(client.maybe_text().await.unwrap().as_deref(), Some("{\"id\":7}"));
    assert_eq!(client.lines().await.unwrap().next().await.unwrap().unwrap(), issue);
    assert_eq!(client.bytes().await.unwrap(), body, "bytes are bytes");
    assert_eq!(client.stream().await.unwrap().next().await.unwrap().unwrap(), body);
    assert_eq!(answering(json(&format!("{MARK}null"))).maybe().await.unwrap(), None);
    assert_eq!(answering(json(&format!("{MARK}[1]"))).pages().next().await.unwrap().unwrap(), [1]);
    assert_eq!(answering(Reply::text(MARK)).text().await.unwrap(), "");
    assert_eq!(
        answering(Reply::text(format!("{MARK}{MARK}a{MARK}"))).text().await.unwrap(),
        format!("{MARK}a{MARK}")
    );
    let events =
        Reply::text(format!("{MARK}data: {{\"id\":7}}\n\n")).header("content-type", "text/event-stream");
    assert_eq!(answering(events).events().await.unwrap().next().await.unwrap().unwrap(), issue);

    let failing = |status: u16, text: &str| answering(json(&format!("{MARK}{text}")).status(status)).typed();
    assert!(matches!(failing(409, "{\"id\":7}").await, Err(Failure::Duplicate(it)) if it == issue));
    assert!(matches!(failing(410, "{\"id\":7}").await, Err(Failure::Gone(Some(it))) if it == issue));
    assert!(matches!(failing(422, "no").await, Err(Failure::Told(it)) if it == "no"));
    let Err(Failure::Other(Error::Status(answer))) = failing(500, "{\"detail\":\"why\"}").await else {
        panic!("not the status")
    };
    assert_eq!(answer.text(), "{\"detail\":\"why\"}");
    assert_eq!(answer.message(), Some("why"));
    assert_eq!(answer.json::<serde_json::Value>().unwrap()["detail"], "why");
    assert!(answer.body().starts_with(MARK.as_bytes()), "bytes are bytes");
}

/// What a server says that has nothing is one of three. Any other answer without an issue is a fault.
#[tokio::test]
async fn none_is_a_404_a_204_or_null() {
    for (reply, is_none) in [
        (Reply::empty().status(404), true),
        (json("{\"id\":7}").status(404), true),
        (Reply::empty(), true),
        (json("null"), true),
        (json(" null\r\n"), true),
        (json("null").status(201), true),
        (json(""), false),
        (json("").status(201), false),
        (Reply::bytes(""), false),
        (Reply::empty().status(200), false),
        (Reply::empty().status(200).header("content-length", "0"), false),
        (Reply::empty().status(202), false),
        (Reply::empty().status(205), false),
        (json(" "), false),
        (json("\r\n\t"), false),
        (json(MARK), false),
        (json("nul"), false),
        (json("\"null\""), false),
    ] {
        let client = answering(reply.clone());
        let outcomes = [
            client.maybe().await,
            client.maybe_full().await.map(Response::into_inner),
            client.wrapped().await.map(|it| it.0),
        ];
        for outcome in outcomes {
            match outcome {
                Ok(found) => assert_eq!((found, is_none), (None, true), "{reply:?}"),
                Err(Error::Decode(error)) => assert!(!is_none, "{reply:?}: {error}"),
                Err(error) => panic!("{reply:?}: {error:?}"),
            }
        }
    }
    for body in ["", " \n", MARK] {
        let Err(Error::Decode(error)) = answering(json(body)).maybe().await else { panic!("decoded") };
        assert!(error.to_string().contains("its body is empty"), "{error}");
    }
    assert!(answering(json("{\"id\":7}")).is_there().await.unwrap().is_some());
    assert!(answering(Reply::empty().status(404)).is_there().await.unwrap().is_none());
    // Text and bytes may be empty, and a stream may have nothing in it.
    let empty = answering(Reply::empty().status(200));
    assert_eq!(empty.maybe_text().await.unwrap().as_deref(), Some(""));
    assert_eq!(empty.maybe_bytes().await.unwrap().as_deref(), Some(&b""[..]));
    assert!(empty.maybe_unit().await.unwrap().is_some());
    assert!(empty.maybe_lines().await.unwrap().unwrap().next().await.is_none());
    let none = answering(Reply::empty());
    assert!(none.maybe_text().await.unwrap().is_none() && none.maybe_bytes().await.unwrap().is_none());
    assert!(none.maybe_lines().await.unwrap().is_none());
    // The body of an error is not there, or says nothing: its status is known all the same.
    for body in ["", " \n", MARK, "null"] {
        let outcome = answering(json(body).status(410)).typed().await;
        assert!(matches!(outcome, Err(Failure::Gone(None))), "{body:?}: {outcome:?}");
    }
}

/// A server that dies behind its status line has not said that there is no such thing.
#[tokio::test]
async fn an_answer_that_is_cut_before_its_first_byte_is_no_none() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (answer, expected) in [
        ("HTTP/1.1 200 OK\r\n\r\n".to_owned(), "decode"),
        ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_owned(), "decode"),
        ("HTTP/1.1 200 OK\r\n\r\n\n".to_owned(), "decode"),
        ("HTTP/1.1 200 OK\r\n\r\nnull".to_owned(), "none"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned(), "decode"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n".to_owned(), "transport"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnul".to_owned(), "transport"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull".to_owned(), "none"),
        (chunked.to_owned(), "transport"),
        (format!("{chunked}0\r\n\r\n"), "decode"),
        (format!("{chunked}4\r\nnull\r\n"), "transport"),
        (format!("{chunked}4\r\nnull\r\n0\r\n\r\n"), "none"),
        ("HTTP/1.1 204 No Content\r\n\r\n".to_owned(), "none"),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\n".to_owned(), "none"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TextsClient::new(format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let bytes = answer.clone();
        let server = async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                assert_ne!(socket.read_buf(&mut request).await.unwrap(), 0, "the request ended");
            }
            socket.write_all(bytes.as_bytes()).await.unwrap();
            socket.shutdown().await.unwrap();
        };
        let (outcome, ()) = tokio::join!(client.maybe(), server);
        let got = match &outcome {
            Ok(None) => "none",
            Err(Error::Decode(_)) => "decode",
            Err(Error::Transport(error)) if error.kind() == TransportErrorKind::Body => "transport",
            _ => "another",
        };
        assert_eq!(got, expected, "{answer:?}: {outcome:?}");
    }
}

/// The bytes of an address go back as they came, in each encoding.
#[tokio::test]
async fn an_address_in_a_header_keeps_its_bytes() {
    for (written, asked) in [
        (&b"/caf\xe9?q=\xfc"[..], "/caf%E9?q=%FC"),
        ("/café?q=ü".as_bytes(), "/caf%C3%A9?q=%C3%BC"),
        (b"/caf%E9", "/caf%E9"),
        (b"/a b|c", "/a%20b|c"),
    ] {
        let backend = Backend::new().fallback(|_| async { json("[]") });
        let client = TextsClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
        script(&backend, "GET", "/a", vec![Reply::empty().status(302).header("location", written)]);
        client.bytes().await.unwrap();
        assert_eq!(backend.last().unwrap().target(), asked, "redirected");

        let backend = Backend::new().fallback(|_| async { json("[]") });
        let client = TextsClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
        let link = [b"<", written, b">; title=\"S\xfc\"; rel=next"].concat();
        script(&backend, "GET", "/a", vec![json("[1]").header("link", link)]);
        let mut pages = client.pages();
        assert_eq!(pages.next().await.unwrap().unwrap(), [1]);
        assert!(pages.next().await.unwrap().unwrap().is_empty());
        assert_eq!(backend.last().unwrap().target(), asked, "linked");
    }
}

#[tokio::test]
async fn a_header_that_is_not_ascii_is_read_all_the_same() {
    let typed = |reply: Reply, media_type: &[u8]| answering(reply.header("content-type", media_type));
    let event = "data: {\"id\":7}\n\n";
    let mut events = typed(Reply::text(event), b"text/event-stream; name=caf\xe9").events().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap(), Issue { id: 7 });
    let latin_1 = typed(Reply::bytes(&b"\xfc"[..]), b"text/plain; name=\"caf\xe9\"; charset=iso-8859-1");
    assert_eq!(latin_1.text().await.unwrap(), "ü", "the charset behind it counts");
    let utf_8 = typed(Reply::bytes("\u{fc}"), b"text/plain; name=\"caf\xe9\"; charset=utf-8");
    assert_eq!(utf_8.text().await.unwrap(), "ü");
    for media_type in [&b"text/html; name=caf\xe9"[..], "text/html; name=café".as_bytes()] {
        let Err(Error::Decode(error)) = typed(Reply::text("<p>"), media_type).json().await else {
            panic!("decoded")
        };
        assert_eq!(error.content_type(), Some("text/html; name=café"));
    }
    let Err(Error::Decode(error)) = typed(Reply::text("<p>"), b"a/\x9b2J").json().await else {
        panic!("decoded")
    };
    assert!(error.to_string().contains("`a/\u{fffd}2J`"), "no command to a terminal: {error}");
    for realm in [&b"Bearer realm=\"Gr\xf6\xdfe\""[..], "Bearer realm=\"Größe\"".as_bytes()] {
        let client = answering(Reply::empty().status(401).header("www-authenticate", realm));
        let Err(Error::Status(answer)) = client.json().await else { panic!("not the status") };
        assert_eq!(answer.challenges()[0].realm(), Some("Größe"));
    }
}

/// A body that nothing has decoded is the fault of no type: the error says what it still is.
#[tokio::test]
async fn a_body_that_is_still_encoded_is_named_as_that() {
    for (coding, named, body) in [
        ("br", "br", &b"\x0b\x02\x80{}\x03"[..]),
        ("br", "br", b"no brotli"),
        ("GZIP", "gzip", b"\x1f\x8b\x08"),
        ("gzip, br", "gzip, br", b"\x0b\x02\x80"),
        ("zstd", "zstd", b"\x28\xb5\x2f\xfd"),
        ("deflate", "deflate", b"\x78\x9c\x03\x00"),
    ] {
        let reply = Reply::bytes(body).header("content-encoding", coding);
        let client = answering(reply.clone().header("content-type", "text/event-stream"));
        let outcomes = [
            client.json().await.map(drop),
            client.maybe().await.map(drop),
            client.maybe_full().await.map(drop),
            client.text().await.map(drop),
            client.maybe_text().await.map(drop),
            client.lines().await.map(drop),
            client.events().await.map(drop),
            client.pages().next().await.unwrap().map(drop),
        ];
        for (index, outcome) in outcomes.into_iter().enumerate() {
            let Err(Error::Decode(error)) = outcome else { panic!("{coding} {index}: {outcome:?}") };
            let told = error.to_string();
            assert!(told.contains(&format!("its body is still encoded as `{named}`")), "{index}: {told}");
            assert!(!told.contains("is not a") && told.contains("accept-encoding"), "{index}: {told}");
            assert_eq!((error.content_encoding(), error.path()), (Some(named), None), "{index}");
            assert_eq!(error.detail(), format!("its body is still encoded as `{named}`"), "{index}");
        }
        assert_eq!(client.bytes().await.unwrap(), body, "bytes are bytes");
        client.unit().await.unwrap();
        for status in [409, 410, 422, 500] {
            let Err(Failure::Other(Error::Status(answer))) =
                answering(reply.clone().status(status)).typed().await
            else {
                panic!("{coding} {status}")
            };
            assert!(answer.to_string().contains(&format!("still encoded as `{named}`")), "{answer}");
            let json = answer.json::<Issue>().unwrap_err();
            assert!(json.to_string().contains(&format!("still encoded as `{named}`")), "{json}");
            let undecoded = answer.decode_error().map(|error| error.content_encoding());
            assert_eq!(undecoded, (status != 500).then_some(Some(named)), "{status}");
        }
    }
    // An encoding of the way is one as well, and `chunked` is undone by each transport.
    for (coding, named) in [("gzip, chunked", Some("gzip")), ("chunked", None)] {
        let client = answering(Reply::bytes(&b"\x1f\x8b\x08"[..]).header("transfer-encoding", coding));
        for outcome in [client.json().await.map(drop), client.text().await.map(drop)] {
            let Err(Error::Decode(error)) = outcome else { panic!("{coding}: {outcome:?}") };
            assert_eq!(error.content_encoding(), named, "{coding}");
            assert_eq!(error.to_string().contains("still encoded as `gzip`"), named.is_some(), "{error}");
        }
    }
    // Where there is no body, none is encoded.
    let empty = Reply::empty().status(500).header("content-encoding", "gzip");
    let client = answering(empty);
    for outcome in [client.is_there().await.map(drop), client.json().await.map(drop)] {
        let Err(Error::Status(answer)) = outcome else { panic!("{outcome:?}") };
        assert!(!answer.to_string().contains("encoded"), "{answer}");
        let json = answer.json::<Issue>().unwrap_err();
        assert!(!json.to_string().contains("encoded"), "{json}");
    }
    // A proxy that has decoded the body may have left the header, and some servers write what is no encoding.
    for coding in ["gzip", "identity", "utf-8", ""] {
        let client = answering(json("{\"id\":7}").header("content-encoding", coding));
        assert_eq!(client.json().await.unwrap(), Issue { id: 7 }, "{coding}");
        let Err(Error::Decode(error)) =
            answering(json("{\"id\":\"x\"}").header("content-encoding", coding)).json().await
        else {
            panic!("decoded")
        };
        assert_eq!(error.path(), Some("id"), "JSON of another shape is the type's: {error}");
        assert!(error.to_string().contains("is not a"), "{error}");
        assert_eq!(error.to_string().contains(coding), !["identity"].contains(&coding), "{error}");
    }
    for coding in ["identity", "utf-8", "none"] {
        assert_eq!(answering(Reply::text("a").header("content-encoding", coding)).text().await.unwrap(), "a");
    }
}
