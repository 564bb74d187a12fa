//! Parts as they are sent.

use bytes::Bytes;
use http::HeaderValue;
use sdk_runtime::{
    Body, BodyStream, Error, Head, IntoBody, Part, Refusal, Result, TokenResponse, Tokens, api_client,
};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize};

use crate::wire::{accepting, memory, refused, sent};

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
    async fn typed(&self, #[header] content_type: Option<&str>, #[part] text: &str) -> Result<()>;
    #[post("/f")]
    async fn json<T: Serialize>(&self, #[part(json)] about: &T) -> Result<()>;
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
    let boundary =
        request.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = String::from_utf8_lossy(request.body()).replace(boundary, "B");
    assert_eq!(
        text,
        "--B\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\né\r\n\
         --B\r\nContent-Disposition: form-data; name=\"about\"\r\nContent-Type: application/json\r\n\r\n\
         {\"title\":\"t\"}\r\n\
         --B\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\nx\r\n\
         --B\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\ny\r\n\
         --B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a %22b%22%0D%0A.png\"\r\n\
         Content-Type: image/png\r\n\r\n\u{fffd}PNG\r\n--B--\r\n"
    );
}

#[tokio::test]
async fn parts_of_nothing_are_refused() {
    let backend = accepting();
    let client = client(&backend);
    assert_eq!(refused(&backend, client.upload(None, None, None, &[], vec![])).await, "#[part]");
    let no_json = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert_eq!(refused(&backend, client.json(&no_json)).await, "about");
    let invalid = vec![Part::new(&b"x"[..]), Part::new(Body::invalid("is out of range"))];
    assert_eq!(refused(&backend, client.upload(None, None, None, &[], invalid)).await, "image");
    assert_eq!(refused(&backend, client.typed(Some("multipart/mixed"), "x")).await, "content-type");
    let late = client.typed(None, "x").header("Content-Type", "multipart/mixed");
    assert_eq!(refused(&backend, late).await, "content-type");
    let empty = client.upload(Some(""), None, None, &[], vec![]);
    assert!(sent(&backend, empty).await.text().contains("name=\"caption\""), "an empty text is something");
}

#[derive(Deserialize)]
struct Renewed {}

impl TokenResponse for Renewed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new("new"))
    }
}

#[api_client(timeout = none)]
trait Upload {
    #[post("/f")]
    async fn upload(&self, #[part] file: &Part, #[part] n: u8) -> Result<()>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Renewed>;
}

#[tokio::test]
async fn a_replay_sends_the_same_parts_and_a_part_that_was_a_stream_is_not_sent_again() {
    let backend = accepting().reply("POST", "/refresh", Reply::json(&serde_json::json!({})));
    backend.route("POST", "/f", |request| async move {
        Reply::empty().status(if request.bearer() == Some("new") { 204 } else { 401 })
    });
    let server = backend.serve().await.unwrap();
    let client = UploadClient::new(server.url()).unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock");

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
