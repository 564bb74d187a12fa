//! Arguments that are written in another way than their type says, and parts, fields and headers by name.
#![deny(warnings)]

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::time::Duration;

use sdk_runtime::{Part, Result, api_client};
use serde::Serialize;

/// A type that implements nothing.
pub struct Day(u16);

fn iso(day: &Day) -> String {
    format!("2026-{:03}", day.0)
}

fn seconds(time: &Duration) -> u64 {
    time.as_secs()
}

fn shown<T: Display + ?Sized>(value: &T) -> String {
    format!("<{value}>")
}

#[derive(Serialize)]
pub struct Filter<'a> {
    name: &'a str,
    within: Option<BTreeMap<&'a str, u8>>,
}

#[api_client(dyn, base = "/v1", headers("api-version" = "1"))]
pub trait Items {
    #[get("")]
    async fn list(&self, #[query(flag)] all: bool, #[query(with = iso)] days: &[Day]) -> Result<String>;

    #[get("?fixed=1", auth = required(no_refresh), headers("api-version" = none, "x" = ["a", "b"]))]
    async fn fixed(&self, #[query(with = seconds)] within: Option<Duration>) -> Result<String>;

    #[get("/{day}/{*rest}/end", auth = optional(no_refresh))]
    async fn rest(&self, #[path(with = iso)] day: &Day, rest: &str) -> Result<String>;

    #[get("/tuple")]
    async fn generic<T>(&self, #[query(with = shown)] value: T) -> Result<String>
    where
        T: Display + Send + Sync,
        Self: Sized;

    #[get("/nested")]
    async fn nested(
        &self,
        #[queries("f", nested = brackets)] filter: &Filter<'_>,
        #[query("e", encoded)] encoded: &str,
        #[query(style = spaces)] words: &[&str],
    ) -> Result<String>;

    #[post("/form")]
    async fn form(&self, #[form(nested = dots, null = "")] filter: &Filter<'_>) -> Result<String>;

    #[post("/parts")]
    async fn parts(
        &self,
        #[parts] files: &HashMap<String, Part>,
        #[part(with = iso)] day: Day,
        #[header("x-day", with = iso)] header: Option<Day>,
    ) -> Result<String>;
}

fn main() {
    let items = ItemsClient::new("https://items.example").unwrap();
    let url = |call: sdk_runtime::Call<String>| call.request().unwrap().url().to_string();
    let days = [Day(1), Day(2)];
    assert_eq!(url(items.list(true, &days)), "https://items.example/v1?all&days=2026-001&days=2026-002");
    assert_eq!(url(items.fixed(None)), "https://items.example/v1?fixed=1");
    assert_eq!(url(items.rest(&Day(3), "a//b/")), "https://items.example/v1/2026-003/a//b//end");
    assert_eq!(url(items.generic(7)), "https://items.example/v1/tuple?value=%3C7%3E");
    let filter = Filter { name: "a b", within: Some(BTreeMap::from([("lt", 1)])) };
    let query = "f%5Bname%5D=a%20b&f%5Bwithin%5D%5Blt%5D=1&e=%41&words=x%20y";
    let nested = items.nested(&filter, "%41", &["x", "y"]);
    assert_eq!(url(nested), format!("https://items.example/v1/nested?{query}"));
    assert!(items.form(&filter).extension(7u8).request().is_ok());
    let request = items.parts(&HashMap::new(), Day(4), Some(Day(5))).request().unwrap();
    assert_eq!(request.headers()["x-day"], "2026-005");
}
