//! Cookies: set, sent back, changed and deleted.

use std::collections::BTreeMap;

use sdk_runtime::{Result, api_client};
use serde::Deserialize;

use crate::api::served;

#[derive(Deserialize)]
struct Cookies {
    cookies: BTreeMap<String, String>,
}

#[api_client(auth = cookies)]
trait Jar {
    #[get("/cookies")]
    async fn cookies(&self) -> Result<Cookies>;

    #[get("/cookies/set")]
    async fn set(&self, #[queries] cookies: &[(&str, &str)]) -> Result<Cookies>;

    #[get("/cookies/set/{name}/{value}")]
    async fn set_one(&self, name: &str, value: &str) -> Result<Cookies>;

    #[get("/cookies/delete")]
    async fn delete(&self, #[queries] names: &[(&str, &str)]) -> Result<Cookies>;

    #[get("/cookies", auth = none)]
    async fn without(&self) -> Result<Cookies>;

    #[get("/response-headers")]
    async fn answered_with(&self, #[query("set-cookie")] cookies: &[&str]) -> Result<()>;
}

fn client() -> JarClient {
    JarClient::new(served().url()).unwrap()
}

fn map<const N: usize>(cookies: [(&str, &str); N]) -> BTreeMap<String, String> {
    cookies.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[tokio::test]
#[ignore = "needs python3"]
async fn cookies_are_set_and_sent_and_deleted() {
    let client = client();
    assert_eq!(client.cookies().await.unwrap().cookies, map([]));
    // The cookies of a redirect are already sent to its target.
    assert_eq!(client.set(&[("a", "1"), ("b", "2")]).await.unwrap().cookies, map([("a", "1"), ("b", "2")]));
    assert_eq!(client.cookies().await.unwrap().cookies, map([("a", "1"), ("b", "2")]));
    assert_eq!(client.set_one("a", "3").await.unwrap().cookies, map([("a", "3"), ("b", "2")]));
    assert_eq!(client.delete(&[("a", "")]).await.unwrap().cookies, map([("b", "2")]));
    assert_eq!(client.without().await.unwrap().cookies, map([]), "of an endpoint without them");
    assert_eq!(client.cookies().await.unwrap().cookies, map([("b", "2")]));
    assert_eq!(super::cookies::client().cookies().await.unwrap().cookies, map([]), "of another client");
}

#[tokio::test]
#[ignore = "needs python3"]
async fn values_come_back_as_they_were_set() {
    let client = client();
    for value in ["", "a b", "a;b", "a,b", "\"a\"", "a=b", "a\\b", "é 🦁", "%41"] {
        let cookies = client.set(&[("it", value)]).await.unwrap().cookies;
        assert_eq!(cookies, map([("it", value)]), "{value:?}");
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn attributes_decide_what_is_sent() {
    let client = client();
    let set = [
        "root=1; Path=/",
        "elsewhere=1; Path=/elsewhere",
        "foreign=1; Domain=example.com",
        "old=1; Max-Age=0",
        "past=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "later=1; Path=/; Max-Age=60",
        "future=1; Path=/; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
        "hidden=1; Path=/; HttpOnly; SameSite=Lax",
    ];
    client.answered_with(&set).await.unwrap();
    let sent = client.cookies().await.unwrap().cookies;
    assert_eq!(sent, map([("root", "1"), ("later", "1"), ("future", "1"), ("hidden", "1")]));
}
