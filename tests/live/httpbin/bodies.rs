//! Bodies of requests and of answers: forms, text, bytes, streams, files, large ones.

use std::convert::Infallible;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use sdk_runtime::body::BodyStream;
use sdk_runtime::{Error, Part};
use serde_json::json;

use crate::api::{HttpbinClient, NOTE, client, served};

#[tokio::test]
#[ignore = "needs python3"]
async fn a_form_arrives() {
    let fields = [
        ("q", "a b+c&d=e%"),
        ("é", "ライオン"),
        ("empty", ""),
        ("list", "1"),
        ("list", "2"),
        ("l", "a\r\nb"),
    ];
    let echo = client().form(&fields).await.unwrap();
    let expected =
        json!({ "q": "a b+c&d=e%", "é": "ライオン", "empty": "", "list": ["1", "2"], "l": "a\r\nb" });
    assert_eq!(json!(echo.form), expected);
    assert_eq!(echo.headers["Content-Type"], "application/x-www-form-urlencoded");
}

#[tokio::test]
#[ignore = "needs python3"]
async fn text_and_bytes_arrive() {
    let client = client();
    let echo = client.text("Ein Löwe 🦁".to_owned()).await.unwrap();
    assert_eq!(echo.data, "Ein Löwe 🦁");
    assert_eq!(echo.headers["Content-Type"], "text/plain; charset=utf-8");
    let echo = client.bytes(Bytes::from_static(&[0, 159, 146, 150])).await.unwrap();
    assert_eq!(echo.data, "data:application/octet-stream;base64,AJ+Slg==");
}

/// A body without a length, in pieces.
struct Pieces(Range<u32>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|at| Ok(Frame::data(format!("{at}\n").into()))))
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_streamed_body_arrives_whole() {
    let echo = client().streamed(BodyStream::new(Pieces(0..1000))).await.unwrap();
    assert_eq!(echo.data, (0..1000).map(|at| format!("{at}\n")).collect::<String>());
}

#[tokio::test]
#[ignore = "needs python3"]
async fn parts_and_files_arrive() {
    let file = Part::new("Ein Löwe\r\n--x\r\n").file_name("größe \"1\".txt");
    let echo = client().parts("é \"ü\"\r\n", &["a", "b"], &NOTE, file).await.unwrap();
    assert_eq!(echo.form["caption"], "é \"ü\"\r\n");
    assert_eq!(echo.form["é ü"], json!(["a", "b"]));
    let note: serde_json::Value = serde_json::from_str(echo.form["note"].as_str().unwrap()).unwrap();
    assert_eq!(note, json!({ "title": NOTE.title, "tags": [] }));
    assert_eq!(echo.files["file"], "Ein Löwe\r\n--x\r\n");
}

#[tokio::test]
#[ignore = "needs python3"]
async fn large_bodies_pass_both_ways() {
    let text = "0123456789abcdef".repeat(256 * 1024);
    let echo = client().text(text.clone()).await.unwrap();
    assert!(echo.data == text, "{} of {} bytes came back", echo.data.len(), text.len());
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_body_has_a_limit() {
    let client = HttpbinClient::builder(served().url()).body_limit(1000).build().unwrap();
    assert_eq!(client.random(1000, 1).await.unwrap().len(), 1000);
    let error = client.random(1001, 1).await.unwrap_err();
    assert!(matches!(&error, Error::BodyTooLarge(it) if it.limit() == 1000), "{error:?}");
}

#[tokio::test]
#[ignore = "needs python3"]
async fn answers_of_many_media_types_are_read() {
    let client = client();
    for (page, media_type, part) in [
        ("html", "text/html", "<h1>Herman Melville - Moby-Dick</h1>"),
        ("robots.txt", "text/plain", "Disallow: /deny"),
        ("xml", "application/xml", "<slideshow"),
        ("json", "application/json", "Sample Slide Show"),
    ] {
        let answer = client.page(page).await.unwrap();
        let found = answer.headers()["content-type"].to_str().unwrap();
        assert!(found.starts_with(media_type), "{page}: {found}");
        assert!(answer.value().contains(part), "{page}: {}", answer.value());
    }
    assert!(client.utf8().await.unwrap().contains("STARGΛ̊TE"));
    let png = client.png().await.unwrap();
    assert_eq!(png.headers()["content-type"], "image/png");
    assert!(png.value().starts_with(b"\x89PNG\r\n\x1a\n"));
    // What is not JSON is an error that says what it is.
    let error = client.redirected("bytes", 7).await.unwrap_err();
    assert!(
        matches!(&error, Error::Decode(it) if it.content_type() == Some("application/octet-stream")),
        "{error:?}"
    );
}
