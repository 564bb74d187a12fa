//! "JWT_EXPIRED" in the body: the status is 401 or 403, the refresh answers with an envelope, and its token
//! is not rotated.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    Error, ErrorResponse, Grant, Head, Refusal, Result, ServiceTransport, TokenRequest, TokenResponse,
    Tokens, api_client,
    error::{ExpiredReason, UnavailableCause},
};
use sdk_testkit::Reply;
use sdk_testkit::flows::jwt_expired::JwtExpired;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Calling, application, crowd, most_sends_of_one_call};

#[api_client]
trait Shop {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Value) -> Result<Envelope>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<Envelope>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;

    #[put("/orders/{id}")]
    async fn change_order(&self, id: u64, #[json] note: &str) -> Result<Order>;

    #[get("/admin")]
    async fn admin(&self) -> Result<()>;
}

#[derive(Deserialize)]
struct Order {
    id: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefreshRequest {
    refresh_token: String,
}

impl TokenRequest for RefreshRequest {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self { refresh_token: grant.refresh_token()?.expose().to_owned() })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    success: bool,
    result: Option<Issued>,
    error_message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issued {
    access_token: String,
    refresh_token: Option<String>,
}

impl TokenResponse for Envelope {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        let reason = || self.error_message.clone().unwrap_or_default();
        let Some(issued) = self.result.as_ref().filter(|_| self.success) else {
            return Err(Refusal::Dead(reason()));
        };
        let tokens = Tokens::new(issued.access_token.as_str());
        Ok(match &issued.refresh_token {
            Some(token) => tokens.refresh_token(token.as_str()),
            None => tokens,
        })
    }
}

fn is_jwt_expired(answer: &ErrorResponse) -> bool {
    matches!(answer.status().as_u16(), 401 | 403)
        && answer.json::<Value>().is_ok_and(|body| body["errorMessage"] == "JWT_EXPIRED")
}

fn signed_out(shop: &JwtExpired) -> ShopClient {
    let transport = ServiceTransport::new(shop.backend().clone());
    ShopClient::builder("http://localhost").transport(transport).token_bad(is_jwt_expired).build().unwrap()
}

fn client(shop: &JwtExpired) -> ShopClient {
    let client = signed_out(shop);
    let (access, refresh) = shop.expired_login("ann");
    client.session().sign_in(Tokens::new(access).refresh_token(refresh)).unwrap();
    client
}

type Version = fn(&JwtExpired) -> Box<dyn Fn(u64) -> Calling>;

/// Orders by the declared client, whose access token has expired.
fn declared(shop: &JwtExpired) -> Box<dyn Fn(u64) -> Calling> {
    let client = client(shop);
    Box::new(move |id| {
        let call = client.order(id).into_future();
        Box::pin(async move { Ok(Some(call.await?.id)) })
    })
}

/// Orders by the interceptor, whose access token has expired.
fn by_hand(shop: &JwtExpired) -> Box<dyn Fn(u64) -> Calling> {
    let client = by_hand::Client::new(shop.backend(), shop.expired_login("ann"));
    Box::new(move |id| Box::pin(client.clone().order(id)))
}

mod by_hand {
    //! The interceptor, with its faults.

    use std::sync::{Arc, Mutex};

    use sdk_runtime::{Error, Result};
    use sdk_testkit::Backend;
    use serde_json::json;

    use crate::support::Browser;

    #[derive(Clone)]
    pub struct Client {
        browser: Browser,
        access: Arc<Mutex<String>>,
        refresh: String,
    }

    impl Client {
        pub fn new(backend: &Backend, (access, refresh): (String, String)) -> Self {
            Self { browser: Browser::new(backend), access: Arc::new(Mutex::new(access)), refresh }
        }

        pub async fn order(self, id: u64) -> Result<Option<u64>> {
            // The interceptor replays through the client it intercepts, so that it sees the answer of the
            // replay too.
            loop {
                let bearer = format!("Bearer {}", self.access.lock().unwrap());
                let headers = [("authorization", bearer)];
                let error = match self.browser.send("GET", &format!("/orders/{id}"), &headers, None).await {
                    Ok(order) => return Ok(order["id"].as_u64()),
                    Err(error) => error,
                };
                let Error::Status(answer) = &error else { return Err(error) };
                if !super::is_jwt_expired(answer) {
                    return Err(error);
                }
                // Set, and never read.
                let _is_retry = true;
                let body = json!({ "refreshToken": self.refresh });
                match self.browser.send("POST", "/auth/refresh", &[], Some(body)).await {
                    Ok(envelope) if envelope["success"] == true => {
                        let token = envelope["result"]["accessToken"].as_str().unwrap();
                        *self.access.lock().unwrap() = token.to_owned();
                    }
                    // There is no `else`, and the `catch` only logs: the handler returns `undefined`.
                    Ok(_) | Err(_) => return Ok(None),
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_work_across_five_expiries() {
    let shop = JwtExpired::new();
    let client = signed_out(&shop);
    client.login(&json!({ "username": "ann", "password": "right" })).await.unwrap();
    for expiry in 0..5 {
        shop.expire();
        let ids = expiry * 100..(expiry + 1) * 100;
        let answers = crowd(ids, |id| {
            // Reads are refused with 401 and writes with 403.
            let read = (id % 2 == 0).then(|| client.order(id).into_future());
            let write = client.change_order(id, "quickly").into_future();
            Box::pin(async move { Ok(Some(read.unwrap_or(write).await?.id)) })
        });
        for (id, answer) in answers.await {
            assert_eq!(answer.unwrap(), Some(id));
        }
    }
    assert_eq!((shop.refreshes(), shop.calls()), (5, 1000));
    assert_eq!(most_sends_of_one_call(shop.backend(), "/orders/", 0), 2);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_expired_calls_make_one_refresh_and_not_a_hundred() {
    for (version, refreshes) in [(by_hand as Version, 100), (declared, 1)] {
        let shop = JwtExpired::new();
        for (id, answer) in crowd(0..100, version(&shop)).await {
            assert_eq!(answer.unwrap(), Some(id));
        }
        assert_eq!(shop.refreshes(), refreshes);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_saying_expired_is_not_asked_for_ever() {
    const AN_HOUR: Duration = Duration::from_secs(3600);
    let endless = |shop: &JwtExpired| {
        let reply = Reply::json(&json!({ "errorMessage": "JWT_EXPIRED" })).status(403);
        shop.backend().reply("GET", "/orders/{id}", reply.delay(Duration::from_secs(1)));
    };
    let shop = JwtExpired::new();
    endless(&shop);
    let call = by_hand(&shop)(1);
    assert!(tokio::time::timeout(AN_HOUR, call).await.is_err(), "it loops");
    assert!(shop.calls() > 3000 && shop.refreshes() > 3000);

    let shop = JwtExpired::new();
    endless(&shop);
    let call = declared(&shop)(1);
    let Error::SessionExpired(expired) = tokio::time::timeout(AN_HOUR, call).await.unwrap().unwrap_err()
    else {
        panic!("not expired");
    };
    assert_eq!(expired.reason(), ExpiredReason::ReplayRejected);
    assert!(!expired.requires_sign_in(), "one endpoint's fault is not the login's");
    assert_eq!(expired.response().unwrap().status(), 403);
    assert_eq!((shop.calls(), shop.refreshes()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_is_not_swallowed() {
    let broken = |shop: &JwtExpired| {
        shop.backend().reply("POST", "/auth/refresh", Reply::text("down").status(500));
    };
    let shop = JwtExpired::new();
    broken(&shop);
    assert_eq!(by_hand(&shop)(1).await.unwrap(), None, "as if it had gone well, with `undefined`");
    let shop = JwtExpired::new();
    let order = by_hand(&shop);
    shop.revoke();
    assert_eq!(order(1).await.unwrap(), None, "as if it had gone well, with `undefined`");

    let shop = JwtExpired::new();
    broken(&shop);
    let client = client(&shop);
    let Error::RefreshUnavailable(told) = client.order(1).await.map(drop).unwrap_err() else {
        panic!("not the failure of the refresh");
    };
    assert!(matches!(told.cause(), UnavailableCause::Status(answer) if answer.status() == 500));
    assert!(client.session().state().is_signed_in());
    let shop = JwtExpired::new();
    let order = declared(&shop);
    shop.revoke();
    let Error::SessionExpired(expired) = order(1).await.unwrap_err() else { panic!("not expired") };
    assert_eq!(expired.message(), Some("REFRESH_TOKEN_REVOKED"));
}

#[tokio::test(start_paused = true)]
async fn any_other_refusal_reaches_the_caller_untouched() {
    let shop = JwtExpired::new();
    let client = client(&shop);
    client.order(1).await.unwrap();
    let text = r#"{"errorMessage":"JWT_EXPIRED"}"#;
    shop.backend().reply("GET", "/orders/{id}", Reply::text(text).status(500));
    for (error, status) in
        [(client.admin().await.unwrap_err(), 403), (client.order(7).await.map(drop).unwrap_err(), 500)]
    {
        assert!(matches!(&error, Error::Status(answer) if answer.status() == status), "{error:?}");
    }
    shop.backend().reply("GET", "/orders/{id}", Reply::text(text).status(404));
    assert!(matches!(client.order(7).await.map(drop), Err(Error::Status(answer)) if answer.text() == text));
    let wrong = json!({ "username": "ann", "password": "wrong" });
    assert_eq!(client.login(&wrong).await.map(drop).unwrap_err().status().unwrap(), 401);
    client.session().sign_in(Tokens::new("forged").refresh_token("forged")).unwrap();
    let error = client.change_order(1, "mine").await.map(drop).unwrap_err();
    assert!(error.response().unwrap().text().contains("JWT_INVALID"));
    assert_eq!(shop.refreshes(), 1, "the first call's");
}

#[tokio::test(start_paused = true)]
async fn a_lost_login_clears_the_store_and_tells_the_application_why() {
    let shop = JwtExpired::new();
    let client = client(&shop);
    let application = tokio::spawn(application(client.session().watch()));
    tokio::task::yield_now().await;
    client.order(1).await.unwrap();
    shop.expire();
    client.order(2).await.unwrap();
    let sent = shop.backend().last().unwrap().bearer().unwrap().to_owned();
    shop.revoke();
    let Error::SessionExpired(expired) = client.order(3).await.map(drop).unwrap_err() else {
        panic!("not expired");
    };
    assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
    assert_eq!(expired.message(), Some("REFRESH_TOKEN_REVOKED"));
    assert!(is_jwt_expired(expired.response().unwrap()), "the caller's own answer");
    assert_eq!(expired.refresh_response().unwrap().status(), 200);

    let ui = application.await.unwrap();
    assert_eq!(ui.stored_tokens.len(), 3, "the first, and one of each refresh: {ui:?}");
    assert_eq!(ui.stored_tokens.last(), Some(&sent));
    assert_eq!(ui.stored_user, None);
    assert_eq!(ui.login_form.unwrap().message(), Some("REFRESH_TOKEN_REVOKED"));
}
