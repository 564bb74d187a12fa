//! `docs/cookbook/spring.md`.

use sdk_runtime::{Pages, Result, TokenRequest, TokenResponse, api_client};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, TokenResponse)]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    access_token: String,
    refresh_token: String,
}

#[derive(Serialize, TokenRequest)]
#[serde(rename_all = "camelCase")]
pub struct Refresh {
    refresh_token: String,
}

#[derive(Serialize)]
pub struct SignIn<'a> {
    pub username: &'a str,
    pub password: &'a str,
}

#[api_client(base = "/api")]
pub trait Shop {
    #[post("/auth/signin")]
    #[session(start)]
    async fn sign_in(&self, #[json] user: &SignIn<'_>) -> Result<Pair>;

    #[post("/auth/refreshtoken")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> Result<Pair>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Option<String>>;

    #[get("/orders", paginate = page(page))]
    fn orders(&self, #[query] page: u32) -> Pages<Listed<String>>;
}

use std::error::Error as StdError;

use sdk_runtime::Error;
use sdk_testkit::{Reply, StubRouter};
use serde_json::json;

use sdk_runtime::{ErrorResponse, error::BuildError};

fn shop(base: &str) -> Result<ShopClient, BuildError> {
    let lapsed = |answer: &ErrorResponse| match answer.status().as_u16() {
        401 => true,
        403 => answer.body().is_empty(), // one of the program's own has a body
        _ => false,
    };
    ShopClient::builder(base).token_bad(lapsed).build()
}

use sdk_runtime::{Page, response::NoCursor};

#[derive(Deserialize)]
pub struct Listed<T> {
    content: Vec<T>,
    last: bool,
}

impl<T> Page for Listed<T> {
    type Item = T;
    type Cursor = NoCursor;

    fn into_items(self) -> Vec<T> {
        self.content
    }

    fn is_empty(&self) -> bool {
        self.content.is_empty()
    }

    fn has_more(&self) -> Option<bool> {
        Some(!self.last)
    }
}

#[tokio::test]
async fn a_403_may_mean_the_token() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(ShopClient::ENDPOINTS);
    let pair = |number: u32| {
        let (access, refresh) = (format!("a{number}"), format!("r{number}"));
        Reply::json(&json!({ "accessToken": access, "refreshToken": refresh, "tokenType": "Bearer" }))
    };
    stub.endpoint("sign_in").reply(pair(1));
    let expired = json!({ "statusCode": 403, "message": "Refresh token was expired" });
    stub.endpoint("refresh").once(pair(2)).reply(Reply::json(&expired).status(403));
    let forbidden = Reply::json(&json!({ "error": "Forbidden" })).status(403);
    stub.endpoint("order")
        .once(Reply::empty().status(403))
        .once(Reply::text("tea"))
        .once(forbidden)
        .reply(Reply::empty().status(403));
    let page = |last: bool| Reply::json(&json!({ "content": ["tea"], "last": last, "totalPages": 2 }));
    stub.endpoint("orders").once(page(false)).once(page(true));
    let server = stub.serve().await?;
    let shop = shop(&server.url())?;
    shop.sign_in(&SignIn { username: "ann", password: "right" }).await?;
    assert_eq!(shop.order(7).await?.as_deref(), Some("tea"));
    assert_eq!(stub.endpoint("refresh").calls()[0].text(), r#"{"refreshToken":"r1"}"#);
    assert!(matches!(shop.order(7).await, Err(Error::Status(_))));

    let mut orders = shop.orders(0).items();
    assert_eq!(orders.next().await.transpose()?.as_deref(), Some("tea"));
    assert_eq!(orders.next().await.transpose()?.as_deref(), Some("tea"));
    assert!(orders.next().await.is_none());
    let queries: Vec<_> = stub.endpoint("orders").calls().iter().map(|it| it.target().to_owned()).collect();
    assert_eq!(queries, ["/api/orders?page=0", "/api/orders?page=1"]);

    // The session refreshes once a minute at most for an endpoint that forbids, so this is asked for.
    assert!(shop.session().refresh().await.is_err_and(|error| error.requires_sign_in()));
    Ok(())
}
