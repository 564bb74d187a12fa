//! Random declarations (`DECLARATION_SAMPLE=write cargo test -p sdk-macros sample`).
#![allow(dead_code, unused_imports, unused_must_use)]

use std::collections::BTreeMap;

use sdk_runtime::{
    ApiError, ByteStream, Error, ErrorResponse, Grant, Head, Page, Pages, Refusal, Response, Result,
    TokenRequest, TokenResponse, Tokens, Url, api_client,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Item {
    name: String,
    count: Option<u32>,
}

#[derive(Debug, Deserialize, Page)]
pub struct ItemPage {
    #[page(items)]
    items: Vec<Item>,
    #[page(next)]
    next: Option<String>,
}

#[derive(Debug, ApiError)]
pub enum Failure {
    #[status(409)]
    Conflict(Item),
    #[other]
    Other(Error),
}

#[derive(Debug, Deserialize)]
pub struct Login {
    access: String,
}

impl TokenResponse for Login {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access.as_str()))
    }
}

#[derive(Debug, Serialize)]
pub struct Refresh {
    token: String,
}

impl TokenRequest for Refresh {
    fn from_grant(_: &Grant) -> Option<Self> {
        None
    }
}

fn refusal(_: &ErrorResponse) -> Option<Refusal> {
    None
}

fn address() -> Url {
    Url::parse("https://api.example/x").unwrap()
}

mod of_0 {
use super::*;

#[api_client(headers("x-of-all" = "1"))]
pub trait Api {
    #[allow(clippy::all)]
    #[must_use]
    #[put(timeout = none, auth = scopes("a:b", "c"))] async fn call_0(&self, #[cfg(any())] #[query] query_0: &str, #[cfg(all())] #[query] query_1: &str,  #[url] address: &Url, #[cfg(all())] #[queries] filter: &[(&str, &str)],  #[header] header_0: Option<String>) -> sdk_runtime::Result<ByteStream>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 1);
    let sent = client.call_0("q", &address(), &[("k", "v")], None).request().unwrap();
    assert_eq!(sent.method(), "PUT");
    assert!(sent.url().as_str().starts_with("https://api.example/x"));
}
}

mod of_1 {
use super::*;

#[api_client()]
pub trait Api {
    #[get("/?fixed=1&flag", paginate = cursor(lead))] fn call_0(&self,  #[query] lead: Option<&str>) -> Pages<ItemPage>;
    #[get("/~x/users/{part-2}", paginate = link)] fn call_1(&self,  #[path("part-2")] segment_2: i32) -> Pages<Vec<Item>>;
    #[cfg(all())]
    #[must_use]
    #[patch("/{part-0}/~x/?fixed=1&flag", timeout = none)] async fn call_2(&self, #[cfg(all())] #[header("X-Named-0")] header_0: Option<&str>,  #[path("part-0")] segment_0: u64,  #[body] body: Vec<u8>) -> Result<sdk_runtime::Bytes>;
    #[allow(clippy::all)]
    #[get("/x:id/x{id_1}.json/{*rest}", paginate = cursor(lead))] fn r#type_3(&self,  #[query] query_1: Vec<String>,  id_1: &str,  rest: &str, #[cfg(all())] #[query] query_0: Option<u32>,  #[query] lead: Option<&str>) -> Pages<ItemPage>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 4);
    drop(client.call_0(None));
    drop(client.call_1(-1));
    let sent = client.call_2(Some("v"), 7, vec![1]).request().unwrap();
    assert_eq!(sent.method(), "PATCH");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.r#type_3(vec![String::from("a")], "a b", "a/b", Some(1), None));
}
}

mod of_2 {
use super::*;

#[api_client(base = "/v1")]
pub trait Api {
    #[cfg(all())]
    #[must_use]
    async fn call_0(&self,  (_first, _): (u8, u8)) -> Result<u8>{ Ok(7) }
    #[allow(clippy::all)]
    #[get("/{part-0}/{part-1}", paginate = page(lead))] fn call_1(&self,  #[header("X-Named-0")] header_0: Option<String>,  #[path("part-1")] segment_1: u64,  #[path("part-0")] segment_0: String,  #[query("p")] lead: u32) -> Pages<Vec<Item>>;
    #[post("/login")] #[session(start)] async fn sign_in(&self,  #[json] credentials: &Item) -> Result<Login>;
    #[allow(clippy::all)]
    #[post("/refresh")] #[session(refresh)] async fn refresh(&self,  #[json] request: Refresh) -> Result<Login>;
    #[must_use]
    #[post("/logout")] #[session(end)] async fn sign_out(&self,  #[json] #[from_session] request: Refresh,  #[query] everywhere: bool) -> Result<()>;
    /// Documented.
    #[must_use]
    #[head("/a-b/{part-1}/x{id_2}.json", auth = scopes("a:b", "c"))] async fn call_2(&self,  #[header("X-Named-0")] header_0: &str,  #[path] id_2: u64,  #[path("part-1")] segment_1: u64,  #[query("Named 1")] query_1: &str,  #[query] query_0: Option<&str>,  #[queries] filter: &Item) -> Result<Option<()>>;
    #[allow(clippy::all)]
    #[must_use]
    #[patch("/~x/%20/{part-2}", headers("x-fixed" = "a, b"), timeout = none)] async fn get3<'a>(&self,  #[path("part-2")] segment_2: u64,  #[json("application/merge-patch+json")] body: Item,  #[header] header_0: Option<&str>,  #[query] borrowed: &'a str) -> Result<()>;
    /// Documented.
    #[get("/?fixed=1&flag", paginate = page(lead))] fn r#type_4(&self,  #[header] header_0: Option<String>,  #[query("p")] lead: u32) -> Pages<Vec<Item>>;
    #[allow(clippy::all)]
    #[delete("/a.b/a.b/x{id_2}.json", idempotent, auth = scopes("a:b", "c"))] async fn call_5(&self,  #[path] id_2: String,  #[query] query_0: Option<u32>,  #[query("list-1", style = csv)] query_1: Vec<String>,  #[form] body: &[(&str, &str)],  #[header] header_0: u32, #[cfg(all())] #[headers] more: &Item) -> Result<Item>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 8);
    drop(client.call_1(None, 7, String::from("x"), 1));
    let sent = client.sign_in(&Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.sign_out(true));
    let sent = client.call_2("v", 7, 7, "q", None, &Item::default()).request().unwrap();
    assert_eq!(sent.method(), "HEAD");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.get3(7, Item::default(), Some("v"), "x").request().unwrap();
    assert_eq!(sent.method(), "PATCH");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.r#type_4(None, 1));
    let sent = client.call_5(String::from("x"), Some(1), vec![String::from("a")], &[("a", "b")], 3, &Item::default()).request().unwrap();
    assert_eq!(sent.method(), "DELETE");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_3 {
use super::*;

#[api_client(headers("x-of-all" = "1"), auth = optional)]
pub trait Api {
    #[cfg(all())]
    #[delete("/a.b/{part-1}", auth = scopes("a:b", "c"), timeout = none, retry = never, headers("x-fixed" = "a, b"))] async fn call_0(&self,  #[path("part-1")] segment_1: String,  #[header] header_0: Option<&str>,  #[form] body: &[(&str, &str)],  #[query] query_0: bool) -> Result<String>;
    /// Documented.
    #[cfg(all())]
    #[must_use]
    #[delete("/{*rest}", auth = scopes("a:b", "c"))] async fn r#type_1(&self,  #[json] body: &Item,  rest: &str) -> Result<Vec<Item>>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 2);
    let sent = client.call_0(String::from("x"), Some("v"), &[("a", "b")], true).request().unwrap();
    assert_eq!(sent.method(), "DELETE");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.r#type_1(&Item::default(), "a/b").request().unwrap();
    assert_eq!(sent.method(), "DELETE");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_4 {
use super::*;

#[api_client(dyn)]
pub trait Api {
    #[put("/", auth = required, headers("x-fixed" = "a, b"), timeout = none)] async fn call_0(&self,  #[query("Named 0")] query_0: &str,  #[query] query_1: Option<u32>,  #[part] caption: &str,  #[part("the file")] file: sdk_runtime::Part,  #[part("meta", json)] about: &Item) -> Result<String>;
    /// Documented.
    #[allow(clippy::all)]
    #[get("/{part-0}/x{id_1}.json/{*rest}", paginate = link)] fn call_1(&self,  id_1: i32,  rest: &str,  #[path("part-0")] segment_0: i32,  #[queries] filter: &Item) -> Pages<Vec<Item>>;
    #[allow(clippy::all)]
    #[must_use]
    #[endpoint("REPORT", "/x{id_0}.json/x{id_1}.json/x{id_2}.json/?fixed=1&flag", auth = none)] async fn call_2(&self,  #[path] id_1: String,  #[query] query_1: Option<&str>,  id_0: String,  #[path] id_2: i32,  #[query("Named 0")] query_0: Option<&str>) -> Result<Option<Item>>;
    #[allow(clippy::all)]
    #[cfg(all())]
    #[delete("/", timeout = none)] async fn call_3(&self,  #[body("text/plain; charset=utf-8")] body: String) -> Result<Item, Failure>;
    #[allow(clippy::all)]
    #[endpoint("REPORT", headers("x-fixed" = "a, b"), timeout = none)] async fn call_4(&self,  #[query] query_0: &str,  #[url] address: &str,  #[query] query_1: &[&str],  #[body] body: Vec<u8>) -> Result<Response<Item>>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 5);
    let sent = client.call_0("q", Some(1), "c", sdk_runtime::Part::new("x"), &Item::default()).request().unwrap();
    assert_eq!(sent.method(), "PUT");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.call_1(-1, "a/b", -1, &Item::default()));
    let sent = client.call_2(String::from("x"), None, String::from("x"), -1, None).request().unwrap();
    assert_eq!(sent.method(), "REPORT");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_3(String::from("x")).request().unwrap();
    assert_eq!(sent.method(), "DELETE");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_4("q", "https://api.example/x", &["a", "b"], vec![1]).request().unwrap();
    assert_eq!(sent.method(), "REPORT");
    assert!(sent.url().as_str().starts_with("https://api.example/x"));
}
}

mod of_5 {
use super::*;

#[api_client()]
pub trait Api {
    #[must_use]
    #[get("/x:id/a.b/~x", paginate = cursor(lead))] fn call_0(&self,  #[query] query_1: &str,  #[query("Named 0")] r#q_0: &str,  #[query] lead: Option<&str>) -> Pages<ItemPage>;
    #[cfg(all())]
    #[get("/", paginate = link)] fn call_1(&self,  #[query("Named 0")] query_0: Option<u32>,  #[header("X-Named-0")] header_0: Option<&str>) -> Pages<Vec<Item>>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 2);
    drop(client.call_0("q", "q", None));
    drop(client.call_1(Some(1), Some("v")));
}
}

mod of_6 {
use super::*;

#[api_client(auth = optional, base = "/v1")]
pub trait Api {
    #[allow(clippy::all)]
    #[must_use]
    async fn r#type_0(&self,  _: (u8, u8)) -> Result<u8>{ Ok(7) }
    /// Documented.
    #[cfg(all())]
    #[put("/~x/a-b/%20", retry = never)] async fn r#type_1(&self,  #[body] body: Vec<u8>) -> Result<()>;
    #[cfg(all())]
    #[must_use]
    #[get("/x{id_0}.json/x{id_1}.json", paginate = page(lead))] fn r#type_2(&self,  #[path] id_0: &str,  #[query("Named 0")] query_0: Vec<String>,  #[path] id_1: &String,  #[query("p")] lead: u32) -> Pages<Vec<Item>>;
    #[allow(clippy::all)]
    #[cfg(all())]
    #[patch("/{part-0}/{*rest}", auth = required)] async fn call_3(&self,  rest: &str,  #[query] query_0: Option<u32>,  #[path("part-0")] segment_0: &str,  #[body] body: Vec<u8>) -> Result<Option<Item>>;
    #[get("/a.b/{part-1}/users/{*rest}", paginate = page(lead))] fn call_4(&self,  #[path("part-1")] segment_1: u64,  #[query("list-0", style = csv)] query_0: &[&str],  #[queries] filter: &BTreeMap<String, String>,  rest: &str,  #[header("X-Named-0")] header_0: &str,  #[query("p")] lead: u32) -> Pages<Vec<Item>>;
    #[allow(clippy::all)]
    #[post("/login")] #[session(start)] async fn sign_in(&self,  #[json] credentials: &Item) -> Result<Login>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 5);
    let sent = client.r#type_1(vec![1]).request().unwrap();
    assert_eq!(sent.method(), "PUT");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.r#type_2("a b", vec![String::from("a")], &String::from("x"), 1));
    let sent = client.call_3("a/b", Some(1), "a b", vec![1]).request().unwrap();
    assert_eq!(sent.method(), "PATCH");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.call_4(7, &["a", "b"], &BTreeMap::new(), "a/b", "v", 1));
    let sent = client.sign_in(&Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_7 {
use super::*;

#[api_client(auth = optional, headers("x-of-all" = "1"))]
pub trait Api {
    #[allow(clippy::all)]
    #[endpoint("REPORT", "/?fixed=1&flag", timeout = none, idempotent, auth = required)] async fn call_0(&self,  #[body("text/plain; charset=utf-8")] body: String,  #[header("X-Named-0")] header_0: u32,  #[headers] more: &BTreeMap<String, String>) -> Result<()>;
    #[must_use]
    #[post("/login")] #[session(start)] async fn sign_in(&self,  #[json] credentials: &Item) -> Result<Login>;
    #[must_use]
    #[post("/refresh")] #[session(refresh)] async fn refresh(&self,  #[json] request: Refresh) -> Result<Login>;
    #[post("/logout")] #[session(end)] async fn sign_out(&self,  #[json] #[from_session] request: Refresh,  #[query] everywhere: bool) -> Result<()>;
    #[options("/?fixed=1&flag", timeout = none, auth = none, retry = never)] async fn call_1(&self,  #[query("Named 0")] query_0: Option<&str>,  #[json("application/merge-patch+json")] body: Item,  #[query("Named 1")] r#q_1: Vec<String>,  #[headers] more: &BTreeMap<String, String>) -> Result<sdk_runtime::Bytes>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 5);
    let sent = client.call_0(String::from("x"), 3, &BTreeMap::new()).request().unwrap();
    assert_eq!(sent.method(), "REPORT");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.sign_in(&Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.sign_out(true));
    let sent = client.call_1(None, Item::default(), vec![String::from("a")], &BTreeMap::new()).request().unwrap();
    assert_eq!(sent.method(), "OPTIONS");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_8 {
use super::*;

#[api_client(dyn)]
pub trait Api {
    #[get("/~x/%20/?fixed=1&flag", auth = required)] async fn call_0(&self, #[cfg(all())] #[query] query_0: Option<u32>, #[cfg(all())] #[header("X-Named-0")] header_0: &str,  #[queries] filter: &Item) -> Result<sdk_runtime::Bytes>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 1);
    let sent = client.call_0(Some(1), "v", &Item::default()).request().unwrap();
    assert_eq!(sent.method(), "GET");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_9 {
use super::*;

#[api_client(dyn)]
pub trait Api {
    /// Documented.
    #[endpoint("REPORT", "/x{id_0}.json/a-b/{*rest}", retry = 3, idempotent = "x-key")] async fn call_0(&self,  rest: &str,  #[header("X-Named-0")] header_0: Option<&str>,  #[json("application/merge-patch+json")] body: Item,  id_0: &String) -> Result<Item>;
    /// Documented.
    #[cfg(all())]
    #[get("/users/{part-1}/{part-2}", paginate = link)] fn get1(&self,  #[path("part-2")] segment_2: String,  #[path("part-1")] segment_1: &String,  #[query("list-0", style = csv)] query_0: &[&str],  #[header("X-Named-0")] header_0: Option<&str>) -> Pages<Vec<Item>>;
    /// Documented.
    fn call_2(&self,  (_first, _): (u8, u8)) -> Result<u8>{ Ok(7) }
    #[allow(clippy::all)]
    #[cfg(all())]
    #[post("/login")] #[session(start)] async fn sign_in(&self,  #[json] credentials: &Item) -> Result<Login>;
    #[post("/refresh")] #[session(refresh, refused = refusal)] async fn refresh(&self,  #[json] request: Refresh) -> Result<Login>;
    #[must_use]
    #[post("/logout")] #[session(end)] async fn sign_out(&self,  #[json] #[from_session] request: Refresh,  #[query] everywhere: bool) -> Result<()>;
    #[cfg(all())]
    #[put(retry = 3, timeout = none)] async fn call_3(&self,  #[query] query_0: Option<&str>,  #[url] address: &Url) -> Result<Item>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 6);
    let sent = client.call_0("a/b", Some("v"), Item::default(), &String::from("x")).request().unwrap();
    assert_eq!(sent.method(), "REPORT");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.get1(String::from("x"), &String::from("x"), &["a", "b"], Some("v")));
    let sent = client.sign_in(&Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.sign_out(true));
    let sent = client.call_3(None, &address()).request().unwrap();
    assert_eq!(sent.method(), "PUT");
    assert!(sent.url().as_str().starts_with("https://api.example/x"));
}
}

mod of_10 {
use super::*;

#[api_client()]
pub trait Api<K: std::fmt::Display + Send + Sync> {
    #[head("/", auth = required)] async fn call_0<T: serde::Serialize + Sync>(&self,  #[header] header_0: &str, #[cfg(all())] #[query] query_0: u32,  #[queries] of_any: &T) -> Result<Option<()>>;
    #[cfg(all())]
    #[post("/login")] #[session(start)] async fn sign_in(&self,  #[json] credentials: &Item) -> Result<Login>;
    #[allow(clippy::all)]
    #[post("/refresh")] #[session(refresh)] async fn refresh(&self,  #[form] request: Refresh) -> Result<Login>;
    #[post("/logout")] #[session(end)] async fn sign_out(&self,  #[json] #[from_session] request: Refresh,  #[query] everywhere: bool) -> Result<()>;
    #[delete("/{part-0}", retry = 3, auth = scopes("a:b", "c"))] async fn call_1(&self,  #[query] query_0: Option<u32>, #[cfg(all())] #[header] header_0: &str,  #[path("part-0")] segment_0: String,  #[json] body: &Item) -> Result<Response<Item>>;
    #[get("/x{id_0}.json", paginate = cursor(lead))] fn call_2(&self,  id_0: u64,  #[header] header_0: Option<&str>,  #[query("Named 0")] query_0: &str,  #[query] lead: Option<&str>) -> Pages<ItemPage>;
    #[must_use]
    #[get("/{part-0}/users", auth = scopes("a:b", "c"))] async fn call_3(&self,  #[header("X-Named-0")] header_0: &str,  #[query("Named 0")] r#q_0: bool,  #[path("part-0")] segment_0: i32) -> Result<sdk_runtime::Bytes>;
    #[allow(clippy::all)]
    #[delete("/a-b", headers("x-fixed" = "a, b"), retry = never)] async fn call_4(&self,  #[header("X-Named-0")] header_0: u32, #[cfg(all())] #[queries] filter: &BTreeMap<String, String>, #[cfg(any())] #[query(style = csv)] query_1: Vec<String>,  #[json("application/merge-patch+json")] body: Item,  #[query] r#q_0: &[&str]) -> Result<sdk_runtime::Bytes>;
    #[allow(clippy::all)]
    async fn call_5(&self,  _: (u8, u8)) -> Result<u8>{ Ok(7) }
}

pub fn check() {
    let client = ApiClient::<u8>::new("https://api.example").unwrap();
    assert_eq!(ApiClient::<u8>::ENDPOINTS.len(), 8);
    let sent = client.call_0("v", 3, &Item::default()).request().unwrap();
    assert_eq!(sent.method(), "HEAD");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.sign_in(&Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.sign_out(true));
    let sent = client.call_1(Some(1), "v", String::from("x"), &Item::default()).request().unwrap();
    assert_eq!(sent.method(), "DELETE");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.call_2(7, Some("v"), "q", None));
    let sent = client.call_3("v", true, -1).request().unwrap();
    assert_eq!(sent.method(), "GET");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_4(3, &BTreeMap::new(), Item::default(), &["a", "b"]).request().unwrap();
    assert_eq!(sent.method(), "DELETE");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_11 {
use super::*;

#[api_client(headers("x-of-all" = "1"))]
pub trait Api<K: std::fmt::Display + Send + Sync> {
    #[put("/?fixed=1&flag", timeout = none)] async fn r#type_0(&self,  #[header] header_0: Option<&str>,  #[query] query_0: Option<&str>, #[cfg(any())] #[query(style = repeat)] query_1: Vec<String>) -> Result<sdk_runtime::Bytes>;
    #[options("/x:id/users/users/?fixed=1&flag", auth = none, timeout = none)] async fn call_1(&self,  #[body] body: Vec<u8>,  #[header("X-Named-0")] header_0: Option<&str>) -> sdk_runtime::Result<ByteStream>;
    #[cfg(all())]
    #[head("/{part-0}/{part-1}/{*rest}", auth = required, headers("x-fixed" = "a, b"), retry = never)] async fn call_2(&self,  #[header("X-Named-0")] header_0: Option<&str>,  rest: &str,  #[queries] filter: &[(&str, &str)],  #[path("part-1")] segment_1: u64,  #[path("part-0")] segment_0: u64) -> Result<Option<()>>;
    #[allow(clippy::all)]
    #[cfg(all())]
    #[post("/login")] #[session(start)] async fn sign_in(&self,  #[json] credentials: &Item) -> Result<Login>;
    #[post("/refresh")] #[session(refresh)] async fn refresh(&self,  #[form] request: Refresh) -> Result<Login>;
    #[must_use]
    #[post("/logout")] #[session(end)] async fn sign_out(&self,  #[json] #[from_session] request: Refresh,  #[query] everywhere: bool) -> Result<()>;
}

pub fn check() {
    let client = ApiClient::<u8>::new("https://api.example").unwrap();
    assert_eq!(ApiClient::<u8>::ENDPOINTS.len(), 6);
    let sent = client.r#type_0(Some("v"), None).request().unwrap();
    assert_eq!(sent.method(), "PUT");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_1(vec![1], Some("v")).request().unwrap();
    assert_eq!(sent.method(), "OPTIONS");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_2(Some("v"), "a/b", &[("k", "v")], 7, 7).request().unwrap();
    assert_eq!(sent.method(), "HEAD");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.sign_in(&Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.sign_out(true));
}
}

mod of_12 {
use super::*;

#[api_client(dyn, base = "/v1")]
pub trait Api {
    #[cfg(all())]
    #[must_use]
    #[get("/{part-0}/x{id_1}.json", paginate = link)] fn call_0(&self,  id_1: u64,  #[header] header_0: Option<&str>, #[cfg(all())] #[query] query_0: u32,  #[query] query_1: u32,  #[path("part-0")] segment_0: u64) -> Pages<Vec<Item>>;
    #[allow(clippy::all)]
    #[must_use]
    async fn call_1(&self,  _one: (u8, u8)) -> Result<u8>{ Ok(7) }
    #[post("/login")] #[session(start)] async fn sign_in(&self,  #[json] credentials: &Item) -> Result<Login>;
    #[post("/refresh")] #[session(refresh, refused = refusal)] async fn refresh(&self,  #[form] request: Refresh) -> Result<Login>;
    #[cfg(all())]
    #[must_use]
    #[post("/logout")] #[session(end)] async fn sign_out(&self,  #[json] #[from_session] request: Refresh,  #[query] everywhere: bool) -> Result<()>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 4);
    drop(client.call_0(7, Some("v"), 3, 3, 7));
    let sent = client.sign_in(&Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.sign_out(true));
}
}

mod of_13 {
use super::*;

#[api_client(base = "/v1")]
pub trait Api {
    #[options("/a-b", auth = required)] async fn call_0<T: serde::Serialize + Sync>(&self,  #[json("application/merge-patch+json")] body: Item,  #[headers] more: &BTreeMap<String, String>,  #[query] query_0: &str,  #[query] query_1: &str,  #[queries] of_any: &T) -> Result<String>;
    #[get("/x{id_0}.json", paginate = cursor(lead))] fn call_1(&self,  #[header] header_0: u32,  id_0: u64,  #[query] lead: Option<&str>) -> Pages<ItemPage>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 2);
    let sent = client.call_0(Item::default(), &BTreeMap::new(), "q", "q", &Item::default()).request().unwrap();
    assert_eq!(sent.method(), "OPTIONS");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.call_1(3, 7, None));
}
}

mod of_14 {
use super::*;

#[api_client(base = "/v1")]
pub trait Api {
    #[cfg(all())]
    #[put] async fn call_0(&self,  #[query] query_0: &str, #[cfg(all())] #[headers] more: &Item,  #[query("list-1", style = csv)] query_1: &[&str],  #[body("text/plain; charset=utf-8")] body: String,  #[url] address: &Url) -> Result<Response<Item>>;
    /// Documented.
    #[must_use]
    #[options("/~x")] async fn call_1(&self,  #[header("X-Named-0")] header_0: Option<&str>,  #[json("application/merge-patch+json")] body: Item) -> Result<()>;
    #[head("/")] async fn call_2(&self,  #[query] query_0: Option<&str>,  #[queries] filter: &BTreeMap<String, String>) -> Result<Option<()>>;
    #[must_use]
    #[post("/~x/%20/x{id_2}.json/{*rest}", auth = scopes("a:b", "c"))] async fn call_3(&self,  rest: &str,  #[queries] filter: &[(&str, &str)],  #[body("text/plain; charset=utf-8")] body: String,  #[path] id_2: u64, #[cfg(any())] #[query] query_0: bool,  #[query] query_1: Option<u32>) -> Result<Vec<Item>>;
    #[allow(clippy::all)]
    #[get("/?fixed=1&flag", paginate = page(lead))] fn r#type_4(&self,  #[query("p")] lead: u32) -> Pages<Vec<Item>>;
    #[allow(clippy::all)]
    #[cfg(all())]
    #[patch("/x{id_0}.json/a-b/{*rest}", idempotent)] async fn call_5<'a>(&self,  id_0: u64,  #[form] body: &[(&str, &str)],  rest: &str,  #[query] borrowed: &'a str) -> Result<Item, Failure>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 6);
    let sent = client.call_0("q", &Item::default(), &["a", "b"], String::from("x"), &address()).request().unwrap();
    assert_eq!(sent.method(), "PUT");
    assert!(sent.url().as_str().starts_with("https://api.example/x"));
    let sent = client.call_1(Some("v"), Item::default()).request().unwrap();
    assert_eq!(sent.method(), "OPTIONS");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_2(None, &BTreeMap::new()).request().unwrap();
    assert_eq!(sent.method(), "HEAD");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_3("a/b", &[("k", "v")], String::from("x"), 7, Some(1)).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.r#type_4(1));
    let sent = client.call_5(7, &[("a", "b")], "a/b", "x").request().unwrap();
    assert_eq!(sent.method(), "PATCH");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_15 {
use super::*;

#[api_client()]
pub trait Api {
    #[get("/", timeout = none, auth = scopes("a:b", "c"), retry = never)] async fn call_0(&self,  #[header("X-Named-0")] header_0: u32,  #[query("list-0", style = csv)] query_0: Vec<String>, #[cfg(any())] #[query("Named 1")] query_1: &str) -> Result<Option<Item>>;
    #[put("/x{id_0}.json/users", auth = required)] async fn r#type_1(&self,  #[part] caption: &str,  #[query("Named 0")] query_0: &str,  #[path] id_0: u64,  #[part("meta", json)] about: &Item,  #[part("the file")] file: sdk_runtime::Part, #[cfg(any())] #[header] header_0: u32) -> Result<String>;
    #[cfg(all())]
    #[must_use]
    #[put("/a.b/users/a-b", auth = scopes("a:b", "c"), idempotent = "x-key", retry = 3)] async fn call_2(&self,  #[query("Named 0")] query_0: &str,  #[body] body: Vec<u8>) -> Result<Option<Item>>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 3);
    let sent = client.call_0(3, vec![String::from("a")]).request().unwrap();
    assert_eq!(sent.method(), "GET");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.r#type_1("c", "q", 7, &Item::default(), sdk_runtime::Part::new("x")).request().unwrap();
    assert_eq!(sent.method(), "PUT");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_2("q", vec![1]).request().unwrap();
    assert_eq!(sent.method(), "PUT");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_16 {
use super::*;

#[api_client(auth = optional)]
pub trait Api<K: std::fmt::Display + Send + Sync> {
    /// Documented.
    #[get("/x{id_0}.json/{*rest}", paginate = page(lead))] fn get0(&self,  rest: &str,  #[path] id_0: &String,  #[query] query_0: Option<u32>,  #[query("p")] lead: u32) -> Pages<Vec<Item>>;
    #[cfg(all())]
    #[options("/?fixed=1&flag", retry = never, timeout = none, headers("x-fixed" = "a, b"))] async fn call_1(&self,  #[query] query_0: Option<&str>,  #[headers] more: &Item,  #[json] body: &Item) -> Result<sdk_runtime::Bytes>;
}

pub fn check() {
    let client = ApiClient::<u8>::new("https://api.example").unwrap();
    assert_eq!(ApiClient::<u8>::ENDPOINTS.len(), 2);
    drop(client.get0("a/b", &String::from("x"), Some(1), 1));
    let sent = client.call_1(None, &Item::default(), &Item::default()).request().unwrap();
    assert_eq!(sent.method(), "OPTIONS");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_17 {
use super::*;

#[api_client()]
pub trait Api<K: std::fmt::Display + Send + Sync> {
    #[must_use]
    #[patch("/users")] async fn call_0(&self,  #[query(style = brackets)] query_0: &[&str]) -> Result<sdk_runtime::Bytes>;
    #[must_use]
    #[put("/{*rest}", auth = required)] async fn call_1(&self,  rest: &str,  #[query] query_1: &str,  #[body] body: Vec<u8>,  #[query("Named 0")] query_0: bool) -> Result<sdk_runtime::Bytes>;
    #[must_use]
    #[options("/x{id_0}.json")] async fn call_2(&self,  #[query("list-0", style = csv)] r#q_0: &[&str],  id_0: &str,  #[form] body: &[(&str, &str)]) -> Result<Response<Item>>;
    #[get("/x{id_0}.json/x:id", auth = required)] async fn call_3(&self,  #[query(style = csv)] query_1: &[&str],  #[query("list-0", style = csv)] query_0: &[&str],  #[path] id_0: &String) -> Result<()>;
    #[head("/?fixed=1&flag")] async fn call_4(&self) -> Result<Option<()>>;
}

pub fn check() {
    let client = ApiClient::<u8>::new("https://api.example").unwrap();
    assert_eq!(ApiClient::<u8>::ENDPOINTS.len(), 5);
    let sent = client.call_0(&["a", "b"]).request().unwrap();
    assert_eq!(sent.method(), "PATCH");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_1("a/b", "q", vec![1], true).request().unwrap();
    assert_eq!(sent.method(), "PUT");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_2(&["a", "b"], "a b", &[("a", "b")]).request().unwrap();
    assert_eq!(sent.method(), "OPTIONS");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_3(&["a", "b"], &["a", "b"], &String::from("x")).request().unwrap();
    assert_eq!(sent.method(), "GET");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_4().request().unwrap();
    assert_eq!(sent.method(), "HEAD");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_18 {
use super::*;

#[api_client()]
pub trait Api {
    /// Documented.
    #[post("/%20/a-b/x:id", headers("x-fixed" = "a, b"), retry = 3, timeout = none, idempotent = "x-key")] async fn call_0(&self, #[cfg(any())] #[query] query_0: u32,  #[form] body: &[(&str, &str)],  #[query(style = brackets)] query_1: &[&str],  #[queries] filter: &Item) -> Result<String>;
    #[get(headers("x-fixed" = "a, b"))] async fn call_1(&self,  #[url] address: &str,  #[header("X-Named-0")] header_0: u32) -> Result<Response<Item>>;
    /// Documented.
    #[post("/login")] #[session(start)] async fn sign_in(&self,  #[json] credentials: &Item) -> Result<Login>;
    #[post("/refresh")] #[session(refresh)] async fn refresh(&self,  #[form] request: Refresh) -> Result<Login>;
    #[post("/logout")] #[session(end)] async fn sign_out(&self,  #[json] #[from_session] request: Refresh,  #[query] everywhere: bool) -> Result<()>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 5);
    let sent = client.call_0(&[("a", "b")], &["a", "b"], &Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_1("https://api.example/x", 3).request().unwrap();
    assert_eq!(sent.method(), "GET");
    assert!(sent.url().as_str().starts_with("https://api.example/x"));
    let sent = client.sign_in(&Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.sign_out(true));
}
}

mod of_19 {
use super::*;

#[api_client(timeout = 30s, headers("x-of-all" = "1"), auth = optional)]
pub trait Api<K: std::fmt::Display + Send + Sync> {
    #[get(auth = scopes("a:b", "c"))] async fn call_0(&self,  #[query] query_1: &str,  #[header("X-Named-0")] header_0: Option<String>,  #[query] query_0: Option<&str>,  #[url] address: &Url) -> Result<sdk_runtime::Bytes>;
    /// Documented.
    #[allow(clippy::all)]
    #[patch("/users/{part-1}/x:id", headers("x-fixed" = "a, b"))] async fn get1<T: serde::Serialize + Sync>(&self,  #[query] query_1: bool,  #[path("part-1")] segment_1: String, #[cfg(all())] #[query] query_0: bool,  #[body("text/plain; charset=utf-8")] body: String,  #[queries] of_any: &T) -> Result<sdk_runtime::Bytes>;
    #[allow(clippy::all)]
    #[cfg(all())]
    fn get2(&self,  (_first, _): (u8, u8)) -> Result<u8>{ Ok(7) }
    #[allow(clippy::all)]
    #[cfg(all())]
    #[must_use]
    #[get("/?fixed=1&flag", paginate = page(lead))] fn call_3(&self,  #[query] r#q_1: Vec<String>,  #[queries] filter: &[(&str, &str)],  #[query] r#q_0: &str,  #[query("p")] lead: u32) -> Pages<Vec<Item>>;
}

pub fn check() {
    let client = ApiClient::<u8>::new("https://api.example").unwrap();
    assert_eq!(ApiClient::<u8>::ENDPOINTS.len(), 3);
    let sent = client.call_0("q", None, None, &address()).request().unwrap();
    assert_eq!(sent.method(), "GET");
    assert!(sent.url().as_str().starts_with("https://api.example/x"));
    let sent = client.get1(true, String::from("x"), true, String::from("x"), &Item::default()).request().unwrap();
    assert_eq!(sent.method(), "PATCH");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.call_3(vec![String::from("a")], &[("k", "v")], "q", 1));
}
}

mod of_20 {
use super::*;

#[api_client(base = "/v1", auth = optional)]
pub trait Api {
    #[get("/x:id", paginate = link)] fn call_0(&self,  #[query] query_0: bool) -> Pages<Vec<Item>>;
    #[post("/login")] #[session(start)] async fn sign_in(&self,  #[json] credentials: &Item) -> Result<Login>;
    #[post("/{part-0}/x{id_1}.json/users", auth = none)] async fn call_1(&self,  #[json] body: &Item,  id_1: String,  #[path("part-0")] segment_0: &String, #[cfg(all())] #[query("Named 0")] query_0: Vec<String>) -> Result<Item>;
    /// Documented.
    #[patch("/{part-0}", timeout = none, idempotent)] async fn get2(&self,  #[path("part-0")] segment_0: i32,  #[queries] filter: &Item,  #[query] query_0: &str) -> sdk_runtime::Result<ByteStream>;
    #[head("/", auth = scopes("a:b", "c"), timeout = none)] async fn call_3(&self,  #[query] query_1: bool, #[cfg(any())] #[query("Named 0")] query_0: Option<&str>,  #[header("X-Named-0")] header_0: Option<String>) -> Result<Option<()>>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 5);
    drop(client.call_0(true));
    let sent = client.sign_in(&Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_1(&Item::default(), String::from("x"), &String::from("x"), vec![String::from("a")]).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.get2(-1, &Item::default(), "q").request().unwrap();
    assert_eq!(sent.method(), "PATCH");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_3(true, None).request().unwrap();
    assert_eq!(sent.method(), "HEAD");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_21 {
use super::*;

#[api_client(auth = optional, base = "/v1")]
pub trait Api {
    #[cfg(all())]
    #[post("/", headers("x-fixed" = "a, b"))] async fn r#type_0(&self,  #[json] body: &Item, #[cfg(all())] #[header] header_0: Option<String>) -> Result<Vec<Item>>;
    #[allow(clippy::all)]
    #[cfg(all())]
    async fn call_1(&self,  _one: (u8, u8)) -> Result<u8>{ Ok(7) }
    #[patch("/{part-0}/x{id_1}.json/x{id_2}.json/?fixed=1&flag", auth = required, idempotent)] async fn call_2(&self,  #[path("part-0")] segment_0: String,  id_1: &str,  id_2: String,  #[json("application/merge-patch+json")] body: Item) -> sdk_runtime::Result<ByteStream>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 2);
    let sent = client.r#type_0(&Item::default(), None).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_2(String::from("x"), "a b", String::from("x"), Item::default()).request().unwrap();
    assert_eq!(sent.method(), "PATCH");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_22 {
use super::*;

#[api_client()]
pub trait Api<K: std::fmt::Display + Send + Sync> {
    #[allow(clippy::all)]
    #[head("/{part-0}/%20", auth = scopes("a:b", "c"), headers("x-fixed" = "a, b"))] async fn call_0(&self,  #[query] query_1: &str, #[cfg(all())] #[query("Named 0")] query_0: &str,  #[path("part-0")] segment_0: String) -> Result<Option<()>>;
    #[delete("/a-b", auth = scopes("a:b", "c"), idempotent)] async fn call_1(&self,  #[query("Named 1")] r#q_1: Option<u32>, #[cfg(all())] #[header] header_0: &str,  #[query("Named 0")] query_0: u32) -> Result<String>;
    /// Documented.
    #[allow(clippy::all)]
    #[get("/x{id_0}.json/x{id_1}.json/a-b", paginate = page(lead))] fn call_2(&self,  id_1: &String,  #[header("X-Named-0")] header_0: Option<&str>,  #[path] id_0: i32,  #[query(style = repeat)] query_0: Vec<String>,  #[query("p")] lead: u32) -> Pages<Vec<Item>>;
    /// Documented.
    #[allow(clippy::all)]
    #[get(headers("x-fixed" = "a, b"), auth = required)] async fn call_3(&self,  #[header("X-Named-0")] header_0: u32,  #[headers] more: &[(&str, &str)],  #[query] query_0: Option<u32>, #[cfg(any())] #[query("Named 1")] r#q_1: bool,  #[url] address: &str) -> Result<String>;
    /// Documented.
    #[allow(clippy::all)]
    #[cfg(all())]
    #[must_use]
    #[get("/%20/x{id_1}.json/x{id_2}.json", paginate = link)] fn call_4(&self,  id_2: &String,  #[header("X-Named-0")] header_0: &str,  #[query] query_0: bool,  #[path] id_1: &String,  #[query("list-1", style = csv)] query_1: &[&str]) -> Pages<Vec<Item>>;
    #[allow(clippy::all)]
    #[cfg(all())]
    #[delete("/a-b/~x", auth = required, retry = never)] async fn call_5(&self, #[cfg(any())] #[query] query_0: Option<u32>,  #[body("text/plain; charset=utf-8")] body: String,  #[header("X-Named-0")] header_0: &str) -> Result<sdk_runtime::Bytes>;
}

pub fn check() {
    let client = ApiClient::<u8>::new("https://api.example").unwrap();
    assert_eq!(ApiClient::<u8>::ENDPOINTS.len(), 6);
    let sent = client.call_0("q", "q", String::from("x")).request().unwrap();
    assert_eq!(sent.method(), "HEAD");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.call_1(Some(1), "v", 3).request().unwrap();
    assert_eq!(sent.method(), "DELETE");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.call_2(&String::from("x"), Some("v"), -1, vec![String::from("a")], 1));
    let sent = client.call_3(3, &[("k", "v")], Some(1), "https://api.example/x").request().unwrap();
    assert_eq!(sent.method(), "GET");
    assert!(sent.url().as_str().starts_with("https://api.example/x"));
    drop(client.call_4(&String::from("x"), "v", true, &String::from("x"), &["a", "b"]));
    let sent = client.call_5(String::from("x"), "v").request().unwrap();
    assert_eq!(sent.method(), "DELETE");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
}
}

mod of_23 {
use super::*;

#[api_client(timeout = 30s)]
pub trait Api {
    /// Documented.
    #[post("/users/{part-1}/?fixed=1&flag", headers("x-fixed" = "a, b"))] async fn call_0(&self,  #[body("text/plain; charset=utf-8")] body: String, #[cfg(all())] #[query("Named 0")] query_0: Option<&str>,  #[path("part-1")] segment_1: String,  #[header] header_0: &str) -> Result<sdk_runtime::Bytes>;
    /// Documented.
    #[allow(clippy::all)]
    #[post("/login")] #[session(start)] async fn sign_in(&self,  #[json] credentials: &Item) -> Result<Login>;
    /// Documented.
    #[cfg(all())]
    #[get("/~x/users/~x", paginate = page(lead))] fn get1(&self, #[cfg(all())] #[queries] filter: &BTreeMap<String, String>,  #[query("p")] lead: u32) -> Pages<Vec<Item>>;
    #[get("/~x/a.b/users", paginate = cursor(lead))] fn call_2(&self,  #[header] header_0: &str,  #[query("Named 0")] r#q_0: u32,  #[query] lead: Option<&str>) -> Pages<ItemPage>;
}

pub fn check() {
    let client = ApiClient::new("https://api.example").unwrap();
    assert_eq!(ApiClient::ENDPOINTS.len(), 4);
    let sent = client.call_0(String::from("x"), None, String::from("x"), "v").request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    let sent = client.sign_in(&Item::default()).request().unwrap();
    assert_eq!(sent.method(), "POST");
    assert!(sent.url().as_str().starts_with("https://api.example/"));
    drop(client.get1(&BTreeMap::new(), 1));
    drop(client.call_2("v", 3, None));
}
}

fn main() {
    of_0::check();
    of_1::check();
    of_2::check();
    of_3::check();
    of_4::check();
    of_5::check();
    of_6::check();
    of_7::check();
    of_8::check();
    of_9::check();
    of_10::check();
    of_11::check();
    of_12::check();
    of_13::check();
    of_14::check();
    of_15::check();
    of_16::check();
    of_17::check();
    of_18::check();
    of_19::check();
    of_20::check();
    of_21::check();
    of_22::check();
    of_23::check();
}
