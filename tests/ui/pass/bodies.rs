//! Text and bytes are bodies, however they are owned or borrowed.
#![deny(warnings)]

use std::borrow::Cow;
use std::sync::Arc;

use sdk_runtime::{Body, Bytes, Call, Result, api_client};

const TEXT: &str = "text/plain; charset=utf-8";
const BINARY: &str = "application/octet-stream";

#[api_client(auth = none)]
trait Files {
    #[put("/bytes")]
    async fn boxed(&self, #[body] content: Box<[u8]>) -> Result<()>;
    #[put("/bytes", retry = 2)]
    async fn shared(&self, #[body] content: Arc<[u8]>) -> Result<()>;
    #[put("/bytes")]
    async fn borrowed_or_owned(&self, #[body] content: Cow<'_, [u8]>) -> Result<()>;
    #[put("/bytes")]
    async fn array(&self, #[body] content: [u8; 3]) -> Result<()>;
    #[put("/bytes")]
    async fn array_behind_a_reference(&self, #[body] content: &[u8; 3]) -> Result<()>;
    #[put("/bytes")]
    async fn vec(&self, #[body] content: &Vec<u8>) -> Result<()>;
    #[put("/bytes", timeout = none)]
    async fn bytes(&self, #[body] content: &Bytes) -> Result<()>;
    #[put("/bytes")]
    async fn slice(&self, #[body] content: &[u8]) -> Result<()>;
    #[put("/bytes")]
    async fn boxed_behind_a_reference(&self, #[body] content: &Box<[u8]>) -> Result<()>;
    #[put("/bytes")]
    async fn shared_behind_a_reference(&self, #[body] content: &Arc<[u8]>) -> Result<()>;
    #[put("/bytes")]
    async fn optional(&self, #[body] content: Option<&Vec<u8>>) -> Result<()>;

    #[put("/text")]
    async fn boxed_text(&self, #[body] content: Box<str>) -> Result<()>;
    #[put("/text")]
    async fn shared_text(&self, #[body] content: Arc<str>) -> Result<()>;
    #[put("/text")]
    async fn borrowed_or_owned_text(&self, #[body] content: Cow<'_, str>) -> Result<()>;
    #[put("/text")]
    async fn text(&self, #[body] content: &String) -> Result<()>;

    #[put("/body")]
    async fn body(&self, #[body("text/csv")] content: &Body) -> Result<()>;
}

fn check(call: Call<()>, media_type: &str, body: &[u8]) {
    let request = call.request().unwrap();
    assert_eq!(request.headers()["content-type"], media_type);
    assert_eq!(request.body().map(|it| it.to_vec()).as_deref(), Some(body));
}

fn main() {
    let files = FilesClient::new("https://files.example").unwrap();
    let vec = b"abc".to_vec();
    check(files.boxed(vec.clone().into_boxed_slice()), BINARY, b"abc");
    check(files.shared(Arc::from(vec.as_slice())), BINARY, b"abc");
    check(files.borrowed_or_owned(Cow::Borrowed(&vec)), BINARY, b"abc");
    check(files.borrowed_or_owned(Cow::Owned(vec.clone())), BINARY, b"abc");
    check(files.array(*b"abc"), BINARY, b"abc");
    check(files.array_behind_a_reference(b"abc"), BINARY, b"abc");
    check(files.vec(&vec), BINARY, b"abc");
    check(files.bytes(&Bytes::from_static(b"abc")), BINARY, b"abc");
    check(files.slice(b""), BINARY, b"");
    check(files.boxed_behind_a_reference(&vec.clone().into()), BINARY, b"abc");
    check(files.shared_behind_a_reference(&vec.clone().into()), BINARY, b"abc");
    check(files.optional(Some(&vec)), BINARY, b"abc");
    check(files.boxed_text("é".into()), TEXT, "é".as_bytes());
    check(files.shared_text("é".into()), TEXT, "é".as_bytes());
    check(files.borrowed_or_owned_text("é".into()), TEXT, "é".as_bytes());
    check(files.text(&"é".to_owned()), TEXT, "é".as_bytes());
    check(files.body(&Body::new("a,b")), "text/csv", b"a,b");
}
