//! Multipart bodies on the wire.

use bytes::Bytes;
use http::HeaderValue;
use sdk_runtime::{
    Body, Error, Part, Result, Tokens, api_client,
    body::{BodyStream, IntoBody},
    request::PartArg,
};
use sdk_testkit::{Backend, Reply, Request};
use serde::Serialize;

use crate::wire::{Refreshed, accepting, memory, refused, sent};

#[derive(Serialize)]
struct About {
    title: &'static str,
}

#[api_client(auth = none)]
trait Form {
    #[post("/f")]
    async fn upload(
        &self,
        #[part] caption: Option<&str>,
        #[part("alt text")] alternative: Option<String>,
        #[part(json)] about: Option<About>,
        #[part] tag: &[&str],
        #[part] image: Vec<Part>,
    ) -> Result<()>;
    #[post("/f")]
    async fn typed(&self, #[headers] more: &[(&str, &str)], #[part] text: &str) -> Result<()>;
    #[post("/f")]
    async fn named(&self, #[part("a \"é\"\r\n;=%22")] one: &str, #[part("[]")] two: u8) -> Result<()>;
    #[post("/f")]
    async fn one<P: PartArg>(&self, #[part] p: P) -> Result<()>;
    #[post("/f")]
    async fn in_order(
        &self,
        #[part("b")] first: &str,
        #[part(json)] a: &[u8],
        #[query] q: u8,
        #[part] z: Bytes,
        #[part] c: Option<&Part>,
    ) -> Result<()>;
    #[put("/f/{id}")]
    async fn put(&self, id: u8, #[part("file")] files: &[Part]) -> Result<()>;
    #[post("/f")]
    async fn json<T: Serialize>(&self, #[part(json)] about: &T) -> Result<()>;
}

/// The body, with `B` for the boundary.
fn body(request: &Request) -> String {
    let media_type = request.header("content-type").unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    request.text().replace(boundary, "B")
}

fn client(backend: &Backend) -> FormClient {
    FormClient::builder("http://localhost").transport(memory(backend)).build().unwrap()
}

#[tokio::test]
async fn parts_are_one_body_with_a_boundary() {
    let backend = accepting();
    let client = client(&backend);
    let image = Part::new(Bytes::from_static(b"\x89PNG"))
        .file_name("a \"b\"\r\n.png")
        .content_type(HeaderValue::from_static("image/png"));
    let call = client.upload(Some("é"), None, Some(About { title: "t" }), &["x", "y"], vec![image]);
    let request = sent(&backend, call).await;
    assert_eq!(
        body(&request),
        "--B\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\né\r\n\
         --B\r\nContent-Disposition: form-data; name=\"about\"\r\nContent-Type: application/json\r\n\r\n\
         {\"title\":\"t\"}\r\n\
         --B\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\nx\r\n\
         --B\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\ny\r\n\
         --B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a %22b%22%0D%0A.png\"\r\n\
         Content-Type: image/png\r\n\r\n\u{fffd}PNG\r\n--B--\r\n"
    );
}

/// A text is taken as a media type. One that cannot be sent is an error of the call that says why.
#[tokio::test]
async fn a_media_type_is_a_text_that_a_header_can_have() {
    let backend = accepting();
    let client = client(&backend);
    let part = |media_type: &str| Part::new("x").content_type(media_type);
    let request = sent(&backend, client.one(part("text/csv"))).await;
    assert!(body(&request).contains("Content-Type: text/csv\r\n\r\nx\r\n"), "{}", body(&request));

    let error = client.one(part("text/csv\r\nx-other: 1")).await.unwrap_err();
    let Error::InvalidRequest(error) = error else { panic!("{error:?}") };
    let reason = "has a media type, set by `content_type`, that no header can have";
    assert_eq!(error.reason(), reason);
    assert_eq!(backend.requests().len(), 1, "nothing is sent");
}

/// Quotes and line breaks are escaped as browsers do, and no other character: a server reads names as they
/// were.
#[tokio::test]
async fn a_name_cannot_end_before_its_end() {
    let backend = accepting();
    let client = client(&backend);
    assert_eq!(
        body(&sent(&backend, client.named("1", 2)).await),
        "--B\r\nContent-Disposition: form-data; name=\"a %22é%22%0D%0A;=%22\"\r\n\r\n1\r\n\
         --B\r\nContent-Disposition: form-data; name=\"[]\"\r\n\r\n2\r\n--B--\r\n"
    );
    for (file_name, written) in [
        ("a.png", "a.png"),
        ("", ""),
        ("a\"; name=\"b", "a%22; name=%22b"),
        ("a\r\n\r\n--B--\r\nb", "a%0D%0A%0D%0A--B--%0D%0Ab"),
        ("a\rb\nc", "a%0Db%0Ac"),
        ("zürich 日本.txt", "zürich 日本.txt"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("C:\\a\\b", "C:\\a\\b"),
        ("100%.txt", "100%.txt"),
    ] {
        let part = Part::text("x").file_name(file_name);
        assert_eq!(
            body(&sent(&backend, client.one(&part)).await),
            format!(
                "--B\r\nContent-Disposition: form-data; name=\"p\"; \
                 filename=\"{written}\"\r\n\r\nx\r\n--B--\r\n"
            )
        );
    }
}

#[tokio::test]
async fn parts_go_in_the_order_of_their_declaration() {
    let backend = accepting();
    let client = client(&backend);
    let request = sent(&backend, client.in_order("1", &[2, 3], 4, Bytes::from_static(b"5"), None)).await;
    assert_eq!(request.target(), "/f?q=4");
    assert_eq!(
        body(&request),
        "--B\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n\
         --B\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: application/json\r\n\r\n[2,3]\r\n\
         --B\r\nContent-Disposition: form-data; name=\"z\"\r\nContent-Type: application/octet-stream\r\n\r\n\
         5\r\n--B--\r\n"
    );
    let files = ["1", "2"].map(|text| Part::text(text).file_name("same"));
    assert_eq!(
        body(&sent(&backend, client.put(7, &files)).await),
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"same\"\r\n\r\n1\r\n\
         --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"same\"\r\n\r\n2\r\n--B--\r\n"
    );
}

/// No part has a transfer encoding: RFC 7578 deprecates it, and HTTP needs none.
#[tokio::test]
async fn a_part_says_what_it_is_unless_it_is_text() {
    let backend = accepting();
    let c = client(&backend);
    let csv = HeaderValue::from_static("text/csv; header=present");
    for (call, head, text) in [
        (c.one("é\r\n"), "", "é\r\n"),
        (c.one(""), "", ""),
        (c.one(String::from("s")), "", "s"),
        (c.one(7), "", "7"),
        (c.one(false), "", "false"),
        (c.one(&b"bytes"[..]), "Content-Type: application/octet-stream\r\n", "bytes"),
        (c.one(vec![b'v']), "Content-Type: application/octet-stream\r\n", "v"),
        (c.one(Bytes::new()), "Content-Type: application/octet-stream\r\n", ""),
        (c.one(Body::new("bare")), "", "bare"),
        (c.one(Part::new("text")), "Content-Type: text/plain; charset=utf-8\r\n", "text"),
        (c.one(Part::text("1,2").content_type(csv)), "Content-Type: text/csv; header=present\r\n", "1,2"),
    ] {
        let part = format!("Content-Disposition: form-data; name=\"p\"\r\n{head}\r\n{text}");
        assert_eq!(body(&sent(&backend, call).await), format!("--B\r\n{part}\r\n--B--\r\n"));
    }
}

#[tokio::test]
async fn a_part_in_json_is_one_part_for_every_type() {
    let backend = accepting();
    let client = client(&backend);
    for (call, json) in [
        (client.json(&About { title: "é\"" }), r#"{"title":"é\""}"#),
        (client.json(&["a", "b"]), r#"["a","b"]"#),
        (client.json(&"text"), r#""text""#),
        (client.json(&vec![0u8; 0]), "[]"),
    ] {
        let part = "Content-Disposition: form-data; name=\"about\"\r\nContent-Type: application/json";
        let expected = format!("--B\r\n{part}\r\n\r\n{json}\r\n--B--\r\n");
        assert_eq!(body(&sent(&backend, call).await), expected);
    }
}

#[tokio::test]
async fn parts_of_nothing_are_refused() {
    let backend = accepting();
    let client = client(&backend);
    assert_eq!(refused(&backend, client.upload(None, None, None, &[], vec![])).await, "#[part]");
    assert_eq!(refused(&backend, client.put(7, &[])).await, "#[part]");
    assert_eq!(refused(&backend, client.one(None::<u8>)).await, "#[part]");
    assert_eq!(refused(&backend, client.one([None::<u8>, None])).await, "#[part]");
    let no_json = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert_eq!(refused(&backend, client.json(&no_json)).await, "about");
    let invalid = vec![Part::new(&b"x"[..]), Part::new(Body::invalid("is out of range"))];
    assert_eq!(refused(&backend, client.upload(None, None, None, &[], invalid)).await, "image");
    assert_eq!(
        refused(&backend, client.typed(&[("content-type", "multipart/mixed")], "x")).await,
        "content-type"
    );
    let late = client.typed(&[], "x").header("Content-Type", "multipart/mixed");
    assert_eq!(refused(&backend, late).await, "content-type");
    let empty = client.upload(Some(""), None, None, &[], vec![]);
    assert!(sent(&backend, empty).await.text().contains("name=\"caption\""), "an empty text is something");
}

#[api_client(timeout = none)]
trait Upload {
    #[post("/f")]
    async fn upload(&self, #[part] file: &Part, #[part] n: u8) -> Result<()>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Refreshed>;
}

#[tokio::test]
async fn a_replay_sends_the_same_parts_and_a_part_that_was_a_stream_is_not_sent_again() {
    let backend = accepting().reply("POST", "/refresh", Reply::json(&serde_json::json!({})));
    backend.route("POST", "/f", |request| async move {
        Reply::empty().status(if request.bearer() == Some("new") { 204 } else { 401 })
    });
    let server = backend.serve().await.unwrap();
    let client = UploadClient::new(server.url()).unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");

    for body in [Body::new("bytes"), Body::file(file)] {
        client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
        let before = backend.count("POST", "/f");
        let part = Part::new(body).file_name("x");
        client.upload(&part, 7).await.unwrap();
        let sends = backend.requests();
        let sends: Vec<_> = sends.iter().filter(|request| request.path() == "/f").skip(before).collect();
        assert_eq!(sends.len(), 2);
        assert!(sends[0].body() == sends[1].body(), "the boundary included");
        assert_eq!(sends[0].header("content-type"), sends[1].header("content-type"));
        let length = sends[0].header("content-length").map(|length| length.parse().unwrap());
        assert_eq!(length, Some(sends[0].body().len()));
    }

    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    let stream = BodyStream::new(http_body_util::Full::new(Bytes::from_static(b"once"))).into_body();
    let call = client.upload(&Part::new(stream), 7);
    assert!(!call.request().unwrap().is_replayable());
    let error = call.await.unwrap_err();
    assert!(matches!(error, Error::NotReplayable(_)), "{error:?}");
}
