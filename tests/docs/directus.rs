//! `docs/cookbook/directus.md`.

use sdk_runtime::{Result, TokenRequest, TokenResponse, api_client};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, TokenResponse)]
#[token(at = "data")]
pub struct Issued {
    access_token: String,
    refresh_token: String,
    #[token(expires_in = ms)]
    expires: u64,
}

#[derive(Serialize, TokenRequest)]
pub struct Refresh {
    refresh_token: String,
    #[token(value = "json")] // in the body, not in a cookie
    mode: &'static str,
}

#[api_client]
pub trait Directus {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] user: &User<'_>) -> Result<Issued>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> Result<Issued>;

    #[post("/auth/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[from_session]
        #[json]
        request: Refresh,
    ) -> Result<()>;
}

use std::error::Error as StdError;
use std::time::Duration;

use sdk_runtime::ServiceTransport;
use sdk_testkit::{Reply, StubRouter};
use serde_json::json;

use sdk_runtime::{ApiError, Error, Page, Pages};

#[derive(Serialize)]
pub struct User<'a> {
    pub email: &'a str,
    pub password: &'a str,
}

#[derive(Debug, PartialEq, Deserialize)]
pub struct Data<T> {
    pub data: T,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Article {
    pub title: String,
}

#[derive(Deserialize, Page)]
pub struct Articles {
    #[page(items)]
    data: Vec<Article>,
}

#[api_client(base = "/items")]
pub trait Items {
    #[get("/articles/{id}")]
    async fn article(&self, id: u64) -> Result<Data<Article>, Refused>;

    #[get("/articles?limit=100", paginate = page(page))]
    fn articles(
        &self,
        #[query] page: Option<u32>,
        #[query("filter[status][_eq]")] status: Option<&str>,
    ) -> Pages<Articles>;
}

#[derive(Debug, ApiError)]
pub enum Refused {
    #[status(4xx)]
    By(Errors),
    #[other]
    Other(Error),
}

#[derive(Debug, Deserialize)]
pub struct Errors {
    pub errors: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
pub struct Reason {
    pub message: String,
}

#[tokio::test(start_paused = true)]
async fn a_login_of_directus_is_refreshed_by_its_milliseconds() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(DirectusClient::ENDPOINTS.iter().chain(ItemsClient::ENDPOINTS).copied());
    let issued = |number: u32| {
        let (access, refresh) = (format!("a{number}"), format!("r{number}"));
        Reply::json(
            &json!({ "data": { "access_token": access, "expires": 900_000, "refresh_token": refresh } }),
        )
    };
    stub.endpoint("login").reply(issued(1));
    stub.endpoint("refresh").reply(issued(2));
    stub.endpoint("logout").reply(Reply::empty().status(204));
    let forbidden = json!({ "errors": [{ "message": "no", "extensions": { "code": "FORBIDDEN" } }] });
    let article = json!({ "data": { "title": "Tea" } });
    stub.endpoint("article").once(Reply::json(&article)).reply(Reply::json(&forbidden).status(403));
    stub.endpoint("articles")
        .once(Reply::json(&json!({ "data": [{ "title": "Tea" }] })))
        .reply(Reply::json(&json!({ "data": [] })));

    let transport = std::sync::Arc::new(ServiceTransport::new(stub.clone()));
    let directus = DirectusClient::builder("http://localhost").transport(transport.clone()).build()?;
    let items =
        ItemsClient::builder("http://localhost").transport(transport).session(directus.session()).build()?;
    directus.login(&User { email: "ann@site.example", password: "right" }).await?;
    tokio::time::sleep(Duration::from_secs(900)).await;
    assert_eq!(items.article(7).await?, Data { data: Article { title: "Tea".to_owned() } });
    let refresh = stub.endpoint("refresh").calls().remove(0);
    assert_eq!(refresh.text(), r#"{"refresh_token":"r1","mode":"json"}"#);
    let refused = items.article(8).await;
    assert!(matches!(refused, Err(Refused::By(it)) if it.errors[0].message == "no"));
    let mut articles = items.articles(None, Some("published")).items();
    assert!(articles.next().await.is_some_and(|article| article.is_ok()));
    assert!(articles.next().await.is_none());
    let target = "/items/articles?limit=100&filter%5Bstatus%5D%5B_eq%5D=published&page=1";
    assert_eq!(stub.endpoint("articles").calls()[0].target(), target);
    directus.logout().await?;
    Ok(())
}
