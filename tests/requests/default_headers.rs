//! Default headers: those of the trait and of the client, which an endpoint or an argument removes. And
//! several lines of one header.

use std::collections::BTreeMap;

use sdk_runtime::{Call, Result, api_client};
use sdk_testkit::{Backend, Request};
use serde::Serialize;

use crate::wire::{accepting, memory, sent};

#[derive(Serialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Version<'a> {
    api_version: Option<&'a str>,
    x_client: Option<u8>,
    x_list: Option<Vec<Option<u8>>>,
}

#[api_client(auth = none, headers("api-version" = "1", "cookie" = "t=1", "x-lines" = ["a", "b, c"]))]
trait Defaults {
    #[get("/h")]
    async fn all(&self) -> Result<Option<u8>>;

    #[get("/h", headers("API-Version" = none, "x-client" = none, "cookie" = none, "accept" = none))]
    async fn none(&self) -> Result<Option<u8>>;

    #[post("/h", headers("content-type" = none, "x-lines" = none))]
    async fn body(&self, #[json] body: u8) -> Result<()>;

    #[get("/h", headers("x-lines" = ["d", "e"], "cookie" = ["u=2", "v=3"]))]
    async fn lines(&self) -> Result<Option<u8>>;

    #[get("/h")]
    async fn by_value(&self, #[headers] version: &Version<'_>) -> Result<Option<u8>>;

    #[get("/h")]
    async fn by_map(&self, #[headers] map: &BTreeMap<&str, Option<&str>>) -> Result<Option<u8>>;
}

fn client() -> (Backend, DefaultsClient) {
    let backend = accepting();
    let builder = DefaultsClient::builder("http://localhost").header("x-client", "c").header("cookie", "c=1");
    (backend.clone(), builder.transport(memory(&backend)).build().unwrap())
}

fn lines<'r>(request: &'r Request, name: &str) -> Vec<&'r str> {
    request.headers().get_all(name).iter().map(|line| line.to_str().unwrap()).collect()
}

const NONE: [&str; 0] = [];

#[tokio::test]
async fn an_endpoint_is_sent_without_a_default_header() {
    let (backend, c) = client();
    let all = sent(&backend, c.all()).await;
    assert_eq!(lines(&all, "api-version"), ["1"]);
    assert_eq!(lines(&all, "x-client"), ["c"]);
    assert_eq!(lines(&all, "cookie"), ["t=1; c=1"]);
    assert_eq!(lines(&all, "accept"), ["application/json"]);

    let none = sent(&backend, c.none()).await;
    for name in ["api-version", "x-client", "cookie", "accept"] {
        assert_eq!(lines(&none, name), NONE, "{name}");
    }
    assert_eq!(lines(&none, "x-lines"), ["a", "b, c"]);

    let body = sent(&backend, c.body(7)).await;
    assert_eq!((lines(&body, "content-type"), lines(&body, "x-lines")), (vec![], vec![]));
    assert_eq!(body.text(), "7");
}

/// What a call sets itself is no default.
#[tokio::test]
async fn a_call_sets_a_header_that_its_endpoint_is_sent_without() {
    let (backend, c) = client();
    let call = c.none().header("api-version", "2").header("x-client", "own");
    let request = sent(&backend, call).await;
    assert_eq!((lines(&request, "api-version"), lines(&request, "x-client")), (vec!["2"], vec!["own"]));
}

#[tokio::test]
async fn a_header_has_several_lines() {
    let (backend, c) = client();
    let request = sent(&backend, c.lines()).await;
    assert_eq!(lines(&request, "x-lines"), ["d", "e"]);
    assert_eq!(lines(&request, "cookie"), ["t=1; u=2; v=3; c=1"]);
}

#[tokio::test]
async fn none_in_a_field_removes_a_default_header() {
    let (backend, c) = client();
    let check = async |call: Call<Option<u8>>, version: &[&str], client: &[&str], list: &[&str]| {
        let request = sent(&backend, call).await;
        assert_eq!(lines(&request, "api-version"), version);
        assert_eq!(lines(&request, "x-client"), client);
        assert_eq!(lines(&request, "x-list"), list);
        assert_eq!(lines(&request, "cookie"), ["t=1; c=1"]);
    };
    check(c.by_value(&Version::default()), &[], &[], &[]).await;
    let own =
        Version { api_version: Some("2"), x_client: Some(3), x_list: Some(vec![Some(4), None, Some(5)]) };
    check(c.by_value(&own), &["2"], &["3"], &["4", "5"]).await;
    check(c.by_map(&BTreeMap::from([("api-version", None)])), &[], &["c"], &[]).await;
    check(c.by_map(&BTreeMap::from([("cookie", None)])), &["1"], &["c"], &[]).await;
    check(c.by_map(&BTreeMap::new()), &["1"], &["c"], &[]).await;
}

#[tokio::test]
async fn an_accept_of_a_call_stands_in_place_of_that_of_its_type() {
    let (backend, client) = client();
    let call = client.all().header("accept", "application/problem+json");
    assert_eq!(call.request().unwrap().headers()["accept"], "application/problem+json");
    let request = sent(&backend, call).await;
    assert_eq!(lines(&request, "accept"), ["application/problem+json"]);
    assert_eq!(lines(&sent(&backend, client.all()).await, "accept"), ["application/json"]);
}
