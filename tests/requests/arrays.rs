//! Arrays, which are lists in every part of a request that can hold one.

use std::fmt;

use sdk_runtime::{
    Result, api_client,
    request::{HeaderArg, PartArg},
};
use sdk_testkit::{Backend, Request};
use serde::Serialize;

use crate::wire::{accepting, memory, sent};

/// A type of the user's own that can be displayed.
struct Tag(u32);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

#[derive(Serialize)]
struct Fields {
    x_a: [u8; 2],
    x_none: [u8; 0],
}

#[api_client(auth = none)]
trait Arrays {
    #[get("/a")]
    async fn headers(
        &self,
        #[header] x_a: [&str; 2],
        #[header] x_b: &[u8; 2],
        #[header] x_c: [Tag; 2],
        #[header] x_d: &[Tag; 1],
        #[header] x_none: [Tag; 0],
    ) -> Result<()>;
    #[get("/a")]
    async fn header<H: HeaderArg>(&self, #[header] x_a: H) -> Result<()>;
    #[get("/a")]
    async fn fields(&self, #[headers] fields: &Fields) -> Result<()>;
    #[post("/a")]
    async fn part<P: PartArg>(&self, #[part] p: P) -> Result<()>;
    #[get("/a")]
    async fn long(&self, #[query] ids: [u8; 40]) -> Result<()>;
}

fn client() -> (Backend, ArraysClient) {
    let backend = accepting();
    let client = ArraysClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    (backend, client)
}

fn lines(request: &Request, name: &str) -> Vec<String> {
    let lines = request.headers().get_all(name).iter();
    lines.map(|line| line.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_array_of_header_values_is_a_line_for_each() {
    let (backend, client) = client();
    let request = sent(&backend, client.headers(["a", "b"], &[1, 2], [Tag(3), Tag(4)], &[Tag(5)], [])).await;
    for (name, expected) in [
        ("x-a", &["a", "b"][..]),
        ("x-b", &["1", "2"]),
        ("x-c", &["<3>", "<4>"]),
        ("x-d", &["<5>"]),
        ("x-none", &[]),
    ] {
        assert_eq!(lines(&request, name), expected, "{name}");
    }
    assert_eq!(lines(&sent(&backend, client.header(["a", "b"])).await, "x-a"), ["a", "b"]);
    assert_eq!(lines(&sent(&backend, client.header(Some([1, 2]))).await, "x-a"), ["1", "2"]);
    assert_eq!(lines(&sent(&backend, client.header("").header("x-a", ["c", "d"])).await, "x-a"), ["c", "d"]);
    let request = sent(&backend, client.fields(&Fields { x_a: [1, 2], x_none: [] })).await;
    assert_eq!((lines(&request, "x_a"), lines(&request, "x_none")), (vec!["1".into(), "2".into()], vec![]));
}

#[tokio::test]
async fn an_array_is_several_parts_and_may_be_long() {
    let (backend, client) = client();
    let body = sent(&backend, client.part(["a", "b"])).await;
    assert_eq!(body.text().matches("name=\"p\"").count(), 2);
    let query = sent(&backend, client.long([7; 40])).await;
    assert_eq!(query.query(), Some("ids=7&".repeat(40).trim_end_matches('&')));
}
