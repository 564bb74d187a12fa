//! What is close to a mistake, and none.
#![deny(warnings)]

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use sdk_runtime::{Result, api_client};
use serde::{Serialize, Serializer};

#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    NewestFirst,
}

/// A newtype, which serde writes as a number.
#[derive(Serialize)]
pub struct Page(u32);

/// A struct that is written as a text.
pub struct Seconds(Duration);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}s", self.0.as_secs()))
    }
}

type Labels = Vec<&'static str>;

#[api_client(auth = none, headers("accept" = "application/json, text/*;q=0.5, */*;q=0.1"))]
pub trait Items {
    #[get("/v1/things:batch/*/$count/%3Aname/@me/[a]/x:{id}")]
    async fn literals(&self, id: u64) -> Result<String>;

    #[get("/q")]
    async fn values(
        &self,
        #[query] order: Order,
        #[query] page: &Page,
        #[query] after: Option<Seconds>,
        #[query] ip: Option<&IpAddr>,
        #[query(style = csv)] labels: Labels,
        #[query(style = repeat)] ids: &HashSet<u64>,
        #[query("order[]", style = brackets)] orders: Option<&[Order]>,
        #[query] three: [u8; 3],
    ) -> Result<String>;

    #[get("/q")]
    async fn any<T: Serialize + Sync>(&self, #[query(style = csv)] value: &T) -> Result<String>;

    #[get("/q")]
    async fn pairs(
        &self,
        #[queries] map: &BTreeMap<&str, u8>,
        #[queries] list: &[(&str, u8)],
    ) -> Result<String>;

    #[put("/b", headers("content-type" = "text/plain; charset=\"utf-8\"; x=y"))]
    async fn typed(&self, #[body("application/vnd.a+json;v=1")] body: Vec<u8>) -> Result<()>;
}

fn main() {
    let items = ItemsClient::new("https://items.example").unwrap();
    let url = |call: sdk_runtime::Call<String>| call.request().unwrap().url().to_string();
    let path = "https://items.example/v1/things:batch/*/$count/%3Aname/@me/[a]/x:7";
    assert_eq!(url(items.literals(7)), path);
    let call = items.values(
        Order::NewestFirst,
        &Page(2),
        Some(Seconds(Duration::from_secs(5))),
        None,
        vec!["a", "b"],
        &HashSet::from([7]),
        Some(&[Order::NewestFirst]),
        [1, 2, 3],
    );
    let query = "order=newest-first&page=2&after=5s&labels=a,b&ids=7&order%5B%5D%5B%5D=newest-first\
                 &three=1&three=2&three=3";
    assert_eq!(url(call), format!("https://items.example/q?{query}"));
    assert_eq!(url(items.any(&vec![1, 2])), "https://items.example/q?value=1,2");
    assert_eq!(url(items.any(&1)), "https://items.example/q?value=1");
    let pairs = items.pairs(&BTreeMap::from([("a", 1)]), &[("b", 2)]);
    assert_eq!(url(pairs), "https://items.example/q?a=1&b=2");
    let request = items.typed(Vec::new()).request().unwrap();
    assert_eq!(request.headers()["content-type"], "text/plain; charset=\"utf-8\"; x=y");
}
