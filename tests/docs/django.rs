//! `docs/cookbook/django.md`.

use sdk_runtime::{Result, TokenRequest, TokenResponse, api_client};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, TokenResponse)]
pub struct Pair {
    access: String,
    refresh: Option<String>, // left out by a refresh, unless ROTATE_REFRESH_TOKENS is on
}

#[derive(Serialize, TokenRequest)]
pub struct Refresh {
    refresh: String,
}

#[api_client(base = "/api")]
pub trait Shop {
    #[post("/token/")]
    #[session(start)]
    async fn login(&self, #[json] user: &User<'_>) -> Result<Pair>;

    #[post("/token/refresh/")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> Result<Pair>;
}

use std::error::Error as StdError;

use sdk_runtime::{ServiceTransport, SessionState};
use sdk_testkit::{Reply, StubRouter};
use serde_json::json;

use sdk_runtime::{ApiError, Error, Pages};
use std::collections::HashMap;

#[derive(Serialize)]
pub struct User<'a> {
    pub username: &'a str,
    pub password: &'a str,
}

#[api_client(base = "/api")]
pub trait Orders {
    /// Puts the refresh token on the blacklist. This view reads no access token.
    #[post("/token/blacklist/", auth = none)]
    #[session(end)]
    async fn logout(
        &self,
        #[from_session]
        #[json]
        request: Refresh,
    ) -> Result<()>;

    #[get("/orders/{id}/")]
    async fn order(&self, id: u64) -> Result<Option<Order>>;

    #[post("/orders/")]
    async fn create(&self, #[json] order: &Order) -> Result<Order, CreateError>;

    #[get("/orders/", paginate = page(page))]
    fn orders(&self, #[query] page: Option<u32>) -> Pages<Page<Order>>;
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub item: String,
}

#[derive(Debug, ApiError)]
pub enum CreateError {
    /// What is wrong, by field.
    #[status(400)]
    Invalid(HashMap<String, Vec<String>>),
    #[other]
    Other(Error),
}

use sdk_runtime::response::NoCursor;

#[derive(Deserialize)]
pub struct Page<T> {
    results: Vec<T>,
    next: Option<String>,
}

impl<T> sdk_runtime::Page for Page<T> {
    type Item = T;
    type Cursor = NoCursor;

    fn into_items(self) -> Vec<T> {
        self.results
    }

    fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    fn has_more(&self) -> Option<bool> {
        Some(self.next.is_some())
    }
}

#[tokio::test]
async fn a_pair_is_refreshed_and_forgotten() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(ShopClient::ENDPOINTS.iter().chain(OrdersClient::ENDPOINTS).copied());
    let not_valid = || Reply::json(&json!({ "detail": "expired", "code": "token_not_valid" })).status(401);
    stub.endpoint("login").reply(Reply::json(&json!({ "access": "a1", "refresh": "r1" })));
    stub.endpoint("refresh").once(Reply::json(&json!({ "access": "a2" }))).reply(not_valid());
    let challenged = || not_valid().header("www-authenticate", "Bearer realm=\"api\"");
    stub.endpoint("order")
        .once(challenged())
        .once(Reply::json(&json!({ "item": "tea" })))
        .reply(challenged());
    stub.endpoint("create").reply(Reply::json(&json!({ "item": ["This field is required."] })).status(400));
    let page = |next: Option<&str>| {
        Reply::json(&json!({ "count": 2, "next": next, "results": [{ "item": "tea" }] }))
    };
    stub.endpoint("orders").once(page(Some("http://localhost/api/orders/?page=2"))).once(page(None));
    stub.endpoint("logout").reply(Reply::json(&json!({})));

    let transport = std::sync::Arc::new(ServiceTransport::new(stub.clone()));
    let shop = ShopClient::builder("http://localhost").transport(transport.clone()).build()?;
    let orders =
        OrdersClient::builder("http://localhost").transport(transport).session(shop.session()).build()?;
    shop.login(&User { username: "ann", password: "right" }).await?;
    assert_eq!(orders.order(7).await?, Some(Order { item: "tea".to_owned() }));
    assert_eq!(stub.endpoint("refresh").calls()[0].text(), r#"{"refresh":"r1"}"#);
    let created = orders.create(&Order { item: String::new() }).await;
    assert!(matches!(created, Err(CreateError::Invalid(fields)) if fields.contains_key("item")));
    let mut all = orders.orders(None).items();
    assert_eq!(all.next().await.transpose()?, Some(Order { item: "tea".to_owned() }));
    assert!(all.next().await.is_some_and(|order| order.is_ok()));
    assert!(all.next().await.is_none());

    let Err(Error::SessionExpired(expired)) = orders.order(7).await else { panic!("the login goes on") };
    assert_eq!(expired.message(), Some("expired"));

    shop.login(&User { username: "ann", password: "right" }).await?;
    orders.logout().await?;
    let logout = stub.endpoint("logout").calls().remove(0);
    assert_eq!((logout.bearer(), &*logout.text()), (None, r#"{"refresh":"r1"}"#));
    assert!(matches!(shop.session().state(), SessionState::SignedOut));
    Ok(())
}
