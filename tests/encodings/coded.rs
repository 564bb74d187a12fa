//! Bodies in each coding, and the API that answers with them.

use async_compression::tokio::write::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
use sdk_runtime::{
    ApiError, ByteStream, Bytes, Error, EventStream, JsonLines, Response, Result, ServiceTransport,
    api_client,
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use tokio::io::AsyncWriteExt;

/// The name of a coding, and how a body gets it.
pub type Coding = (&'static str, &'static str);

/// Those in use: what a server calls them, and which of them it is.
pub const CODINGS: [Coding; 6] = [
    ("gzip", "gzip"),
    ("x-gzip", "gzip"),
    ("br", "br"),
    ("zstd", "zstd"),
    ("deflate", "zlib"),
    ("deflate", "raw"),
];

/// An encoder that shows what it has written so far.
macro_rules! write {
    ($encoder:ident, $pieces:expr) => {{
        let mut encoder = $encoder::new(Vec::new());
        let mut written = Vec::new();
        for piece in $pieces {
            encoder.write_all(piece.as_ref()).await.unwrap();
            encoder.flush().await.unwrap();
            written.push(std::mem::take(encoder.get_mut()));
        }
        encoder.shutdown().await.unwrap();
        written.push(std::mem::take(encoder.get_mut()));
        written
    }};
}

/// What each of `pieces` travels as, and behind them the end.
pub async fn pieces(coding: &str, pieces: &[impl AsRef<[u8]>]) -> Vec<Vec<u8>> {
    match coding {
        "gzip" => write!(GzipEncoder, pieces),
        "br" => write!(BrotliEncoder, pieces),
        "zstd" => write!(ZstdEncoder, pieces),
        "zlib" => write!(ZlibEncoder, pieces),
        "raw" => write!(DeflateEncoder, pieces),
        _ => panic!("{coding}"),
    }
}

pub async fn encoded(coding: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    pieces(coding, &[body]).await.concat()
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Event {
    pub n: u32,
}

#[derive(Debug, ApiError)]
pub enum CreateError {
    #[status(409)]
    Duplicate(Event),
    #[other]
    Other(Error),
}

#[api_client(auth = none)]
pub trait Coded {
    #[get("/x")]
    async fn text(&self) -> Result<String>;
    #[get("/x")]
    async fn json(&self) -> Result<Event>;
    #[get("/x")]
    async fn full(&self) -> Result<Response<Bytes>>;
    #[head("/x")]
    async fn head(&self) -> Result<Response<()>>;
    #[get("/x", retry = 2)]
    async fn again(&self) -> Result<String>;
    #[get("/x")]
    async fn perhaps(&self) -> Result<Option<Event>>;
    #[get("/x")]
    async fn typed(&self) -> Result<(), CreateError>;
    #[get("/x", headers("accept-encoding" = "gzip"))]
    async fn declared(&self) -> Result<Response<Bytes>>;
    #[get("/x")]
    async fn part(&self, #[header] range: &str) -> Result<Response<Bytes>>;
    #[get("/x", timeout = none)]
    async fn bytes(&self) -> Result<ByteStream>;
    #[get("/x", timeout = none)]
    async fn lines(&self) -> Result<JsonLines<Event>>;
    #[get("/x", timeout = none)]
    async fn events(&self) -> Result<EventStream<Event>>;
}

/// A server that gives every request this answer.
pub fn answering(reply: Reply) -> Backend {
    Backend::new().fallback(move |_| std::future::ready(reply.clone()))
}

pub fn in_memory(backend: &Backend) -> CodedClient {
    let transport = ServiceTransport::new(backend.clone());
    CodedClient::builder("http://localhost").transport(transport).build().unwrap()
}

/// An error and what is behind it, as programs show it.
pub fn chain(error: &dyn std::error::Error) -> String {
    let source = error.source().map(|source| format!(": {}", chain(source)));
    format!("{error}{}", source.unwrap_or_default())
}
