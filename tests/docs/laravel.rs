//! `docs/cookbook/laravel.md`.

use sdk_runtime::{ApiError, Error, Result, TokenRequest, TokenResponse, api_client, oauth};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

#[derive(Serialize)]
pub struct Credentials<'a> {
    pub email: &'a str,
    pub password: &'a str,
    pub device_name: &'a str,
}

#[derive(Deserialize, TokenResponse)]
pub struct Issued {
    token: String, // "7|aB3…"
}

#[api_client(base = "/api")]
pub trait Sanctum {
    #[post("/tokens")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials<'_>) -> Result<Issued, LoginError>;

    #[delete("/tokens/current")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    #[get("/user")]
    async fn user(&self) -> Result<String>;
}

/// Laravel's answer to a form that it does not accept, a wrong password included.
#[derive(Debug, Deserialize)]
pub struct Invalid {
    pub message: String,
    pub errors: HashMap<String, Vec<String>>,
}

#[derive(Debug, ApiError)]
pub enum LoginError {
    #[status(422)]
    Invalid(Invalid),
    #[other]
    Other(Error),
}

use std::error::Error as StdError;

use sdk_runtime::{ServiceTransport, Tokens};
use sdk_testkit::{Reply, StubRouter};
use serde_json::json;

use sdk_runtime::{ErrorResponse, Refusal};

#[derive(Serialize, TokenRequest)]
pub struct Refresh {
    grant_type: &'static str, // "refresh_token"
    refresh_token: String,
    client_id: String,
    client_secret: String,
}

#[api_client]
pub trait Passport {
    #[post("/oauth/token")]
    #[session(refresh, refused = rejects_the_token)]
    async fn refresh(&self, #[form] request: Refresh) -> Result<oauth::TokenAnswer>;

    #[get("/api/user")]
    async fn user(&self) -> Result<String>;
}

fn rejects_the_token(answer: &ErrorResponse) -> Option<Refusal> {
    let about_the_token = answer.message().is_some_and(|message| message.contains("refresh token"));
    (answer.status() == 401 && about_the_token).then(|| Refusal::Dead("refresh token rejected".to_owned()))
}

use sdk_runtime::{Page, Pages, response::NoCursor};

#[derive(Deserialize)]
pub struct Listed<T> {
    data: Vec<T>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    current_page: u32,
    last_page: u32,
}

impl<T> Page for Listed<T> {
    type Item = T;
    type Cursor = NoCursor;

    fn into_items(self) -> Vec<T> {
        self.data
    }

    fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    fn has_more(&self) -> Option<bool> {
        Some(self.meta.current_page < self.meta.last_page)
    }
}

#[api_client(base = "/api")]
pub trait Orders {
    #[get("/orders", paginate = page(page))]
    fn orders(&self, #[query] page: Option<u32>) -> Pages<Listed<u64>>;
}

#[tokio::test]
async fn a_token_of_sanctum_has_no_refresh() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::with_base("", SanctumClient::ENDPOINTS);
    let wrong = json!({ "message": "wrong", "errors": { "email": ["wrong"] } });
    let issued = Reply::json(&json!({ "token": "7|a" }));
    stub.endpoint("login").once(Reply::json(&wrong).status(422)).reply(issued);
    let unauthenticated = Reply::json(&json!({ "message": "Unauthenticated." })).status(401);
    stub.endpoint("user").once(Reply::text("ann")).reply(unauthenticated);
    stub.endpoint("logout").reply(Reply::empty());
    let builder = SanctumClient::builder("http://localhost");
    let client = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    let ann = Credentials { email: "ann@shop.example", password: "right", device_name: "laptop" };
    let rejected = client.login(&ann).await;
    let Err(LoginError::Invalid(invalid)) = rejected else { panic!("a wrong password is accepted") };
    assert_eq!((invalid.message.as_str(), invalid.errors.len()), ("wrong", 1));
    client.login(&ann).await?;
    assert_eq!(client.user().await?, "ann");
    assert_eq!(stub.endpoint("user").calls()[0].bearer(), Some("7|a"));
    assert!(matches!(client.user().await, Err(Error::SessionExpired(_))));
    client.login(&ann).await?;
    client.logout().await?;
    Ok(())
}

#[tokio::test]
async fn passport_rejects_a_token_in_its_own_way() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(PassportClient::ENDPOINTS);
    let rejected = json!({
        "error": "invalid_request", "error_description": "The refresh token is invalid.",
        "hint": "Token has been revoked", "message": "The refresh token is invalid.",
    });
    stub.endpoint("refresh").reply(Reply::json(&rejected).status(401));
    stub.endpoint("user").reply(Reply::empty().status(401));
    let builder = PassportClient::builder("http://localhost");
    let builder = builder.provide(oauth::ClientCredentials::new("7", "s3cret"));
    let client = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    client.session().sign_in(Tokens::new("a1").refresh_token("r1"))?;
    assert!(client.user().await.is_err_and(|error| error.requires_sign_in()));
    let text = "grant_type=refresh_token&refresh_token=r1&client_id=7&client_secret=s3cret";
    assert_eq!(stub.endpoint("refresh").calls()[0].text(), text);
    Ok(())
}

#[tokio::test]
async fn resources_come_in_pages() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(OrdersClient::ENDPOINTS);
    let page = |number: u32| {
        Reply::json(&json!({ "data": [number], "meta": { "current_page": number, "last_page": 2 } }))
    };
    stub.endpoint("orders").once(page(1)).once(page(2));
    let builder = OrdersClient::builder("http://localhost").bearer("7|a");
    let client = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    let mut orders = client.orders(None).items();
    assert_eq!(orders.next().await.transpose()?, Some(1));
    assert_eq!(orders.next().await.transpose()?, Some(2));
    assert!(orders.next().await.is_none());
    stub.assert_all_called();
    Ok(())
}
