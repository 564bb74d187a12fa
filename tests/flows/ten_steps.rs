//! The ten-step guide: inject, intercept, refresh by a cookie, replay once, and go to the login page when
//! that fails.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    Error, Head, Refusal, Result, ServiceTransport, SessionState, TokenResponse, Tokens, api_client,
    error::ExpiredReason, session::AccessToken,
};
use sdk_testkit::flows::ten_steps::TenSteps;
use sdk_testkit::{Reply, Request};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Calling, most_sends_of_one_call, refuse_late};

use by_hand::Page;

#[derive(Serialize)]
struct Credentials {
    email: &'static str,
    password: &'static str,
}

const ANN: Credentials = Credentials { email: "ann@shop.example", password: "right" };

#[derive(Deserialize)]
struct Access {
    #[serde(rename = "accessToken")]
    access_token: String,
}

impl TokenResponse for Access {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access_token.as_str()))
    }
}

#[derive(Deserialize, Debug, PartialEq)]
struct Order {
    id: u64,
    customer: String,
}

#[api_client]
trait Shop {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<Access>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Access>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

async fn client(shop: &TenSteps) -> ShopClient {
    let transport = ServiceTransport::new(shop.backend().clone());
    let client = ShopClient::builder("http://localhost").transport(transport).build().unwrap();
    client.login(&ANN).await.unwrap();
    client
}

/// The guide's steps as people write them, one interceptor for everything.
mod by_hand {
    use std::sync::{Arc, Mutex};

    use sdk_runtime::{Error, Result};
    use sdk_testkit::flows::ten_steps::TenSteps;
    use serde_json::{Value, json};

    use crate::support::Browser;

    #[derive(Clone)]
    pub struct Page {
        browser: Browser,
        local: Arc<Mutex<Local>>,
    }

    #[derive(Default)]
    struct Local {
        access_token: Option<String>,
        is_at_login: bool,
    }

    impl Page {
        pub async fn sign_in(shop: &TenSteps) -> Self {
            let page = Self { browser: Browser::new(shop.backend()), local: Arc::default() };
            let body = json!({ "email": "ann@shop.example", "password": "right" });
            let answer = page.browser.send("POST", "/auth/login", &[], Some(body)).await.unwrap();
            page.store(&answer);
            page
        }

        pub fn is_at_login(&self) -> bool {
            self.local.lock().unwrap().is_at_login
        }

        pub async fn order(&self, id: u64) -> Result<Value> {
            let mut is_retried = false;
            loop {
                let token = self.local.lock().unwrap().access_token.clone().unwrap_or_default();
                let bearer = [("authorization", format!("Bearer {token}"))];
                let answer = self.browser.send("GET", &format!("/orders/{id}"), &bearer, None).await;
                match answer {
                    Err(Error::Status(refused)) if refused.status() == 401 && !is_retried => {
                        is_retried = true;
                        self.refresh().await?;
                    }
                    answer => return answer,
                }
            }
        }

        async fn refresh(&self) -> Result<()> {
            match self.browser.send("POST", "/auth/refresh", &[], None).await {
                Ok(answer) => self.store(&answer),
                Err(error) => {
                    *self.local.lock().unwrap() = Local { access_token: None, is_at_login: true };
                    return Err(error);
                }
            }
            Ok(())
        }

        fn store(&self, answer: &Value) {
            self.local.lock().unwrap().access_token = answer["accessToken"].as_str().map(str::to_owned);
        }
    }
}

fn ask_by_hand(page: &Page, id: u64) -> Calling {
    let page = page.clone();
    Box::pin(async move { page.order(id).await.map(|order| order["id"].as_u64()) })
}

fn ask(client: &ShopClient, id: u64) -> Calling {
    let call = client.order(id);
    Box::pin(async move { call.await.map(|order| Some(order.id)) })
}

/// So many calls at once, each for an order of its own; returns how many were answered.
async fn storm(callers: u64, ask: impl Fn(u64) -> Calling) -> usize {
    let mut calls = JoinSet::new();
    for id in 0..callers {
        let call = ask(id);
        calls.spawn(async move { call.await.is_ok_and(|answer| answer == Some(id)) });
    }
    calls.join_all().await.into_iter().filter(|answered| *answered).count()
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_work_across_three_expiries() {
    let shop = TenSteps::new();
    let client = client(&shop).await;
    for expiry in 1..=3 {
        shop.expire();
        let since = shop.backend().requests().len();
        assert_eq!(storm(100, |id| ask(&client, id)).await, 100);
        assert_eq!((shop.refreshes(), shop.reused()), (expiry, 0));
        assert_eq!(most_sends_of_one_call(shop.backend(), "/orders/", since), 2);
    }
    assert_eq!(shop.calls(), 600);
}

#[tokio::test(start_paused = true)]
async fn each_of_the_ten_steps_is_taken() {
    let shop = TenSteps::new();
    let client = client(&shop).await;
    shop.expire();
    assert_eq!(client.order(7).header("x-trace", "t-1").await.unwrap().customer, ANN.email);

    let requests = shop.backend().requests();
    let [login, refused, refresh, replay] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!((login.bearer(), login.cookie("refreshToken")), (None, None));
    assert_eq!((refresh.bearer(), refresh.body().len()), (None, 0), "a separate call, without a token");
    assert_eq!(refresh.cookie("refreshToken"), Some("refresh-00000001"));
    for order in [refused, replay] {
        assert_eq!(order.cookie("refreshToken"), None, "the cookie goes below /auth only");
    }
    assert_eq!(refused.bearer(), Some("access-00000001"));
    assert_eq!(replay.bearer(), Some("access-00000002"), "the new token is stored and used");
    let without_token = |request: &Request| {
        let mut headers = request.headers().clone();
        headers.remove("authorization");
        (request.method().clone(), request.target().to_owned(), headers, request.body().clone())
    };
    assert_eq!(without_token(refused), without_token(replay), "the original request");
}

#[tokio::test(start_paused = true)]
async fn a_call_is_replayed_once_however_often_it_is_rejected() {
    let shop = TenSteps::new();
    shop.backend().reply("GET", "/orders/666", Reply::json(&json!({ "message": "Never" })).status(401));
    let sends = || shop.backend().count("GET", "/orders/666");

    let page = Page::sign_in(&shop).await;
    assert!(page.order(666).await.is_err());
    assert_eq!(sends(), 2, "the guide is right here");

    let client = client(&shop).await;
    let Error::SessionExpired(expired) = client.order(666).await.unwrap_err() else { panic!("not refused") };
    assert_eq!(expired.reason(), ExpiredReason::ReplayRejected);
    assert_eq!(expired.response().unwrap().text(), r#"{"message":"Never"}"#);
    assert_eq!(sends(), 4);
    assert!(client.session().state().is_signed_in());
    assert_eq!(client.order(7).await.unwrap().id, 7);
}

#[tokio::test(start_paused = true)]
async fn fault_every_caller_refreshes_for_itself() {
    let shop = TenSteps::new();
    let page = Page::sign_in(&shop).await;
    shop.expire();
    let answered = storm(10, |id| ask_by_hand(&page, id)).await;
    assert_eq!(shop.refreshes(), 10);
    assert!(answered < 10 && page.is_at_login(), "nine presented a cookie that the first had spent");
    assert!(shop.reused() > 0);

    let shop = TenSteps::new();
    let client = client(&shop).await;
    shop.expire();
    assert_eq!(storm(10, |id| ask(&client, id)).await, 10);
    assert_eq!((shop.refreshes(), shop.reused()), (1, 0));
    assert!(client.session().state().is_signed_in());
}

#[tokio::test(start_paused = true)]
async fn fault_any_failure_of_the_refresh_ends_the_login() {
    // In doubt a refresh is sent once more.
    for (outage, sends) in [
        (Reply::text("Bad gateway").status(502), 2),
        (Reply::text("Slow down").status(429), 1),
        (Reply::html("<h1>Maintenance</h1>").status(503), 2),
        (Reply::reset(), 2),
    ] {
        let shop = TenSteps::new();
        let page = Page::sign_in(&shop).await;
        shop.expire();
        shop.next_refresh(outage.clone());
        assert!(page.order(7).await.is_err());
        assert!(page.is_at_login(), "{outage:?}");

        let client = client(&shop).await;
        shop.expire();
        (0..sends).for_each(|_| shop.next_refresh(outage.clone()));
        let error = client.order(7).await.unwrap_err();
        let Error::RefreshUnavailable(wait) = error else { panic!("{outage:?} gave {error:?}") };
        assert!(client.session().state().is_signed_in(), "{outage:?}");
        tokio::time::advance(wait.retry_after() + Duration::from_millis(1)).await;
        assert_eq!(client.order(7).await.unwrap().id, 7, "{outage:?}");
    }
}

/// The refusal of the old token arrives after the new one does.
async fn late_refusal(shop: &TenSteps, ask: impl Fn(u64) -> Calling) {
    let answer = Reply::json(&json!({ "id": 1, "customer": "ann@shop.example" }));
    let refuse = refuse_late(shop.backend(), "/orders/1", answer);
    let before = shop.backend().requests().len();
    let late = tokio::spawn(ask(1));
    shop.backend().received(before + 1).await;
    shop.expire();
    assert_eq!(ask(2).await.unwrap(), Some(2));
    assert_eq!(shop.refreshes(), 1);
    refuse.notify_one();
    assert_eq!(late.await.unwrap().unwrap(), Some(1));
}

#[tokio::test(start_paused = true)]
async fn fault_a_late_rejection_of_the_old_token_refreshes_again() {
    let shop = TenSteps::new();
    let page = Page::sign_in(&shop).await;
    late_refusal(&shop, |id| ask_by_hand(&page, id)).await;
    assert_eq!(shop.refreshes(), 2);

    let shop = TenSteps::new();
    let client = client(&shop).await;
    late_refusal(&shop, |id| ask(&client, id)).await;
    assert_eq!(shop.refreshes(), 1);
}

/// What an application stores in addition to the client.
#[derive(Default, PartialEq, Debug)]
struct Ui {
    access_token: Option<String>,
    is_at_login: bool,
}

#[tokio::test(start_paused = true)]
async fn a_lost_login_clears_local_data_and_shows_the_login_page() {
    let shop = TenSteps::new();
    let client = client(&shop).await;
    let mut states = client.session().watch();
    let ui = |state: &SessionState| match state {
        SessionState::SignedIn(login) => Ui {
            access_token: login.access_token().map(AccessToken::expose).map(str::to_owned),
            is_at_login: false,
        },
        _ => Ui { access_token: None, is_at_login: true },
    };
    shop.expire();
    client.order(7).await.unwrap();
    let shown = Ui { access_token: Some("access-00000002".to_owned()), is_at_login: false };
    assert_eq!(ui(&states.current()), shown);

    shop.revoke();
    let (one, two) = tokio::join!(client.order(1).into_future(), client.order(2).into_future());
    for error in [one.unwrap_err(), two.unwrap_err()] {
        let Error::SessionExpired(expired) = error else { panic!("{error:?}") };
        assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
        assert!(expired.requires_sign_in());
        assert_eq!(expired.response().unwrap().text(), r#"{"message":"Unauthorized"}"#);
        let refused = expired.refresh_response().unwrap();
        assert_eq!(
            (refused.status().as_u16(), refused.text().contains("Invalid refresh token")),
            (401, true)
        );
    }
    assert_eq!(ui(&states.current()), Ui { access_token: None, is_at_login: true });
    assert_eq!(shop.refreshes(), 2);

    let sent = shop.backend().requests().len();
    assert!(client.order(3).await.unwrap_err().requires_sign_in());
    assert_eq!(shop.backend().requests().len(), sent, "nothing is signed after the end");

    client.login(&ANN).await.unwrap();
    assert_eq!(shop.backend().last().unwrap().cookie("refreshToken"), None, "the old cookie is gone");
    assert_eq!(client.order(3).await.unwrap().id, 3);
}
