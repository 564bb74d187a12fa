//! A token without a scheme, any 401 as a rejection, a timeout of one second, and a refresh whose 401 ends
//! the login.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    Attach, Error, Grant, Head, Refusal, Result, ServiceTransport, TokenRequest, TokenResponse, Tokens,
    api_client,
    error::{ExpiredReason, TimeoutPhase, TransportErrorKind, UnavailableCause},
};
use sdk_testkit::Reply;
use sdk_testkit::flows::raw_token::RawToken;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Calling, application, crowd, most_sends_of_one_call};

const A_MINUTE: Duration = Duration::from_secs(60);

#[api_client]
trait Diary {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Value) -> Result<Enveloped<Issued>>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<Enveloped<Issued>>;

    #[get("/pages/{id}")]
    async fn page(&self, id: u64) -> Result<Enveloped<Page>>;
}

#[derive(Deserialize)]
struct Enveloped<T> {
    data: T,
}

#[derive(Deserialize)]
struct Page {
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
struct Issued {
    access_token: String,
    refresh_token: Option<String>,
}

impl TokenResponse for Enveloped<Issued> {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        let tokens = Tokens::new(self.data.access_token.as_str());
        Ok(match &self.data.refresh_token {
            Some(token) => tokens.refresh_token(token.as_str()),
            None => tokens,
        })
    }
}

fn signed_out(diary: &RawToken) -> DiaryClient {
    DiaryClient::builder("http://localhost/api/v1")
        .transport(ServiceTransport::new(diary.backend().clone()))
        .attach(Attach::raw("authorization"))
        .timeout(Duration::from_secs(1))
        .build()
        .unwrap()
}

fn declared(diary: &RawToken) -> DiaryClient {
    let client = signed_out(diary);
    let (access, refresh) = diary.expired_login("ann");
    client.session().sign_in(Tokens::new(access).refresh_token(refresh)).unwrap();
    client
}

/// One page by the declared client.
fn page(client: &DiaryClient, id: u64) -> Calling {
    let call = client.page(id).into_future();
    Box::pin(async move { Ok(Some(call.await?.data.id)) })
}

fn by_hand(diary: &RawToken) -> by_hand::Client {
    by_hand::Client::new(diary.backend(), diary.expired_login("ann"))
}

mod by_hand {
    //! The interceptor, with its faults.

    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use sdk_runtime::{Error, Result};
    use sdk_testkit::Backend;
    use serde_json::{Value, json};
    use tokio::task::JoinHandle;

    use crate::support::Browser;

    #[derive(Clone)]
    pub struct Client {
        browser: Browser,
        access: Arc<Mutex<String>>,
        refresh: String,
        /// The promises that no code awaits.
        pub floating: Arc<Mutex<Vec<JoinHandle<Result<Value>>>>>,
    }

    impl Client {
        pub fn new(backend: &Backend, (access, refresh): (String, String)) -> Self {
            let access = Arc::new(Mutex::new(access));
            Self { browser: Browser::new(backend), access, refresh, floating: Arc::default() }
        }

        pub async fn page(self, id: u64) -> Result<Option<u64>> {
            let url = format!("/pages/{id}");
            let error = match self.api("GET", &url, None).await {
                Ok(page) => return Ok(page["data"]["id"].as_u64()),
                Err(error) => error,
            };
            if Self::response(error.as_ref()).status() == 401 {
                let replay = tokio::spawn(self.clone().refresh_and_replay(url));
                self.floating.lock().unwrap().push(replay);
            }
            // Not in an `else`.
            Err(error.unwrap())
        }

        async fn refresh_and_replay(self, url: String) -> Result<Value> {
            let body = json!({ "refreshToken": self.refresh });
            match self.api("POST", "/auth/refresh", Some(body)).await {
                Ok(answer) => {
                    *self.access.lock().unwrap() = answer["data"]["accessToken"].as_str().unwrap().to_owned();
                    // By the global client, which knows neither base URL nor timeout.
                    self.browser.send("GET", &url, &[self.authorization()], None).await
                }
                Err(error) if Self::response(error.as_ref()).status() == 401 => {
                    Ok("to the login page".into())
                }
                Err(error) => Err(error.unwrap()),
            }
        }

        /// `error.response`, which is read without asking whether there is one.
        fn response(error: Option<&Error>) -> &sdk_runtime::ErrorResponse {
            error.and_then(Error::response).expect("TypeError: cannot read properties of undefined")
        }

        /// The client with base URL and timeout; what is timed out has no error with an answer either.
        async fn api(&self, method: &str, url: &str, body: Option<Value>) -> Result<Value, Option<Error>> {
            let (url, headers) = (format!("/api/v1{url}"), [self.authorization()]);
            let send = self.browser.send(method, &url, &headers, body);
            tokio::time::timeout(Duration::from_secs(1), send).await.map_err(|_| None)?.map_err(Some)
        }

        fn authorization(&self) -> (&'static str, String) {
            ("authorization", self.access.lock().unwrap().clone())
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_work_across_five_expiries() {
    let diary = RawToken::new();
    let client = signed_out(&diary);
    client.login(&json!({ "username": "ann", "password": "right" })).await.unwrap();
    for expiry in 0..5 {
        diary.expire();
        for (id, answer) in crowd(expiry * 100..(expiry + 1) * 100, |id| page(&client, id)).await {
            assert_eq!(answer.unwrap(), Some(id));
        }
    }
    assert_eq!((diary.refreshes(), diary.calls()), (5, 1000));
    assert_eq!(most_sends_of_one_call(diary.backend(), "/api/v1/pages/", 0), 2);
    let last = diary.backend().last().unwrap();
    assert!(last.header("authorization").unwrap().starts_with("access-"), "no scheme in front of it");
}

#[tokio::test(start_paused = true)]
async fn a_caller_sees_the_replay_and_not_the_rejection() {
    let diary = RawToken::new();
    let client = by_hand(&diary);
    let error = client.clone().page(1).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 401, "told before the refresh is over");
    assert_eq!(diary.refreshes(), 0);
    assert_eq!(client.floating.lock().unwrap().len(), 1, "no caller has the replay");

    let diary = RawToken::new();
    assert_eq!(page(&declared(&diary), 1).await.unwrap(), Some(1));
    assert_eq!((diary.refreshes(), diary.calls()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_replay_keeps_the_base_url() {
    let diary = RawToken::new();
    let client = by_hand(&diary);
    client.clone().page(1).await.unwrap_err();
    let replay = client.floating.lock().unwrap().pop().unwrap();
    assert_eq!(replay.await.unwrap().unwrap_err().status().unwrap(), 404);
    assert_eq!(diary.backend().unmatched()[0].path(), "/pages/1");

    let diary = RawToken::new();
    page(&declared(&diary), 1).await.unwrap();
    assert!(diary.backend().unmatched().is_empty());
    assert_eq!(diary.backend().last().unwrap().path(), "/api/v1/pages/1");
}

/// The backend becomes slow while it answers the refresh, so that the replay is the first to notice.
#[tokio::test(start_paused = true)]
async fn a_replay_keeps_the_timeout() {
    let diary = RawToken::new();
    let client = by_hand(&diary);
    client.clone().page(1).await.unwrap_err();
    let replay = client.floating.lock().unwrap().pop().unwrap();
    diary.backend().received(2).await;
    diary.answer_after(10 * A_MINUTE);
    assert!(tokio::time::timeout(A_MINUTE, replay).await.is_err(), "it waits on");

    let diary = RawToken::new();
    let begun = Instant::now();
    let call = tokio::spawn(page(&declared(&diary), 1));
    tokio::time::timeout(A_MINUTE, diary.backend().received(2)).await.unwrap();
    diary.answer_after(10 * A_MINUTE);
    let Error::Timeout(timeout) = call.await.unwrap().unwrap_err() else { panic!("not timed out") };
    assert_eq!(timeout.phase(), TimeoutPhase::Response);
    assert_eq!(begun.elapsed().as_secs(), 1, "for the call as a whole, its refresh included");
    assert_eq!((diary.refreshes(), diary.calls()), (1, 2), "it was the replay");
}

#[tokio::test(start_paused = true)]
async fn a_network_error_without_an_answer_is_an_error_and_no_crash() {
    let unplug = |diary: &RawToken, method, path| {
        diary.backend().reply(method, path, Reply::reset());
    };
    let diary = RawToken::new();
    let client = by_hand(&diary);
    unplug(&diary, "POST", "/api/v1/auth/refresh");
    client.clone().page(1).await.unwrap_err();
    let replay = client.floating.lock().unwrap().pop().unwrap();
    assert!(replay.await.unwrap_err().is_panic(), "in the refresh");
    unplug(&diary, "GET", "/api/v1/pages/{id}");
    assert!(tokio::spawn(client.page(1)).await.unwrap_err().is_panic(), "in the handler of every answer");

    let diary = RawToken::new();
    let client = declared(&diary);
    unplug(&diary, "POST", "/api/v1/auth/refresh");
    let Error::RefreshUnavailable(told) = page(&client, 1).await.unwrap_err() else {
        panic!("not the failure of the refresh");
    };
    assert!(matches!(told.cause(), UnavailableCause::Transport(_)));
    assert!(client.session().state().is_signed_in());
    client.session().sign_in(Tokens::new("a new one")).unwrap();
    unplug(&diary, "GET", "/api/v1/pages/{id}");
    let Error::Transport(error) = page(&client, 1).await.unwrap_err() else { panic!("not of the network") };
    assert_eq!(error.kind(), TransportErrorKind::Request);
    assert!(client.session().state().is_signed_in());
}

#[tokio::test(start_paused = true)]
async fn a_401_of_the_refresh_clears_the_user_and_leads_to_the_login_page() {
    let diary = RawToken::new();
    let client = declared(&diary);
    let application = tokio::spawn(application(client.session().watch()));
    tokio::task::yield_now().await;
    page(&client, 1).await.unwrap();
    diary.revoke();
    let answers = crowd(0..100, |id| page(&client, id)).await;
    for (_, answer) in answers {
        let Error::SessionExpired(expired) = answer.unwrap_err() else { panic!("not expired") };
        assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
        assert_eq!(expired.response().unwrap().text(), r#"{"message":"unauthorized"}"#);
        assert_eq!(expired.refresh_response().unwrap().text(), r#"{"message":"log in again"}"#);
    }
    assert_eq!(diary.refreshes(), 2);

    let ui = application.await.unwrap();
    assert_eq!((ui.stored_tokens.len(), ui.stored_user), (2, None), "{ui:?}");
    assert!(ui.login_form.unwrap().requires_sign_in());
    let sent = diary.backend().requests().len();
    assert!(page(&client, 7).await.unwrap_err().requires_sign_in());
    assert_eq!(diary.backend().requests().len(), sent, "nothing is sent until the next login");
}
