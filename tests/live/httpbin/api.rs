//! httpbin as a declaration, and the server itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use bytes::Bytes;
use sdk_runtime::body::BodyStream;
use sdk_runtime::stream::{ByteStream, JsonLines};
use sdk_runtime::{Part, Response, Result, api_client};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::process::Served;
use crate::python;

/// What httpbin has received.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Echo {
    pub(crate) args: BTreeMap<String, Value>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) form: BTreeMap<String, Value>,
    pub(crate) files: BTreeMap<String, Value>,
    pub(crate) data: String,
    pub(crate) json: Value,
    pub(crate) method: String,
    pub(crate) url: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Note {
    pub(crate) title: &'static str,
    pub(crate) tags: Vec<&'static str>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) id: u32,
    pub(crate) url: String,
}

/// Answers of `/gzip`, `/deflate` and `/brotli`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Compressed {
    pub(crate) gzipped: bool,
    pub(crate) deflated: bool,
    pub(crate) brotli: bool,
    pub(crate) headers: BTreeMap<String, String>,
}

#[api_client(auth = none)]
pub(crate) trait Httpbin {
    #[get("/anything/{*path}")]
    async fn get(&self, path: &str, #[queries] query: &[(&str, &str)]) -> Result<Echo>;

    #[post("/anything")]
    async fn post(&self, #[json] note: &Note) -> Result<Echo>;

    #[put("/anything")]
    async fn put(&self, #[json] note: &Note) -> Result<Echo>;

    #[patch("/anything")]
    async fn patch(&self, #[json("application/merge-patch+json")] note: &Note) -> Result<Echo>;

    #[delete("/anything")]
    async fn delete(&self) -> Result<Echo>;

    #[endpoint("TRACE", "/anything")]
    async fn trace(&self) -> Result<Echo>;

    #[head("/get")]
    async fn head(&self) -> Result<Response<()>>;

    #[options("/get")]
    async fn options(&self) -> Result<Response<()>>;

    #[get("/get", headers("x-fixed" = "one", "accept" = "application/json;q=0.9"))]
    async fn with_headers(
        &self,
        #[header("x-one")] one: &str,
        #[header("x-many")] many: &[&str],
    ) -> Result<Echo>;

    #[post("/post")]
    async fn form(&self, #[form] fields: &[(&str, &str)]) -> Result<Echo>;

    #[post("/post")]
    async fn text(&self, #[body] text: String) -> Result<Echo>;

    #[post("/post")]
    async fn bytes(&self, #[body] bytes: Bytes) -> Result<Echo>;

    #[post("/post")]
    async fn streamed(&self, #[body("text/plain")] body: BodyStream) -> Result<Echo>;

    #[post("/post")]
    async fn parts(
        &self,
        #[part] caption: &str,
        #[part("é ü")] tags: &[&str],
        #[part(json)] note: &Note,
        #[part] file: Part,
    ) -> Result<Echo>;

    #[endpoint("GET", "/status/{code}")]
    async fn status(&self, code: u16) -> Result<Response<()>>;

    #[get("/status/{code}")]
    async fn optional(&self, code: u16) -> Result<Option<String>>;

    #[get("/{kind}/{times}")]
    async fn redirected(&self, kind: &str, times: u32) -> Result<Echo>;

    #[get("/redirect-to", headers("x-api-key" = "secret"))]
    async fn get_to(&self, #[query] url: &str, #[query("status_code")] status: u16) -> Result<Echo>;

    #[post("/redirect-to")]
    async fn post_to(
        &self,
        #[query] url: &str,
        #[query("status_code")] status: u16,
        #[json] note: &Note,
    ) -> Result<Echo>;

    #[put("/redirect-to")]
    async fn put_to(
        &self,
        #[query] url: &str,
        #[query("status_code")] status: u16,
        #[json] note: &Note,
    ) -> Result<Echo>;

    #[get("/{coding}")]
    async fn compressed(&self, coding: &str) -> Result<Compressed>;

    #[get("/{coding}")]
    async fn compressed_bytes(&self, coding: &str) -> Result<Response<Bytes>>;

    #[get("/stream/{lines}")]
    async fn lines(&self, lines: u32) -> Result<JsonLines<Line>>;

    #[get("/stream-bytes/{count}")]
    async fn stream_bytes(
        &self,
        count: u32,
        #[query] seed: u32,
        #[query] chunk_size: u32,
    ) -> Result<ByteStream>;

    #[get("/drip")]
    async fn drip(
        &self,
        #[query("numbytes")] count: u32,
        #[query] duration: u32,
        #[query] code: u16,
    ) -> Result<ByteStream>;

    #[get("/bytes/{count}")]
    async fn random(&self, count: u32, #[query] seed: u32) -> Result<Bytes>;

    #[get("/delay/{seconds}")]
    async fn delayed(&self, seconds: u32) -> Result<Echo>;

    #[get("/{page}")]
    async fn page(&self, page: &str) -> Result<Response<String>>;

    #[get("/encoding/utf8")]
    async fn utf8(&self) -> Result<String>;

    #[get("/image/png")]
    async fn png(&self) -> Result<Response<Bytes>>;

    #[get("/cache")]
    async fn cached(&self, #[header("if-none-match")] etag: Option<&str>) -> Result<Response<Echo>>;

    #[get("/cache/{seconds}")]
    async fn cached_for(&self, seconds: u32) -> Result<Response<Echo>>;

    #[get("/etag/{etag}")]
    async fn etag(
        &self,
        etag: &str,
        #[header("if-none-match")] none: Option<&str>,
        #[header("if-match")] is: Option<&str>,
    ) -> Result<Response<Echo>>;

    #[get("/range/{length}")]
    async fn range(&self, length: u32, #[header] range: Option<&str>) -> Result<Response<String>>;

    #[get("/response-headers")]
    async fn answered_with(&self, #[queries] headers: &[(&str, &str)]) -> Result<Response<Value>>;
}

/// The server of this process: made by the first test that asks for it.
pub(crate) fn served() -> &'static Served {
    static SERVED: OnceLock<Served> = OnceLock::new();
    SERVED.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("live/httpbin");
        let python = python::environment("httpbin", &folder.join("requirements.txt"));
        Served::start(Command::new(python).arg(folder.join("serve.py")))
    })
}

pub(crate) fn client() -> HttpbinClient {
    HttpbinClient::new(served().url()).unwrap()
}

pub(crate) const NOTE: Note = Note { title: "Ein Löwe — ライオン 🦁", tags: Vec::new() };
