//! The subscriber queue: a header of its own, a predicate of the application's, and one token that is access
//! and reset token.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    Attach, Error, ErrorResponse, Grant, Head, Refusal, Result, ServiceTransport, TokenRequest,
    TokenResponse, Tokens, api_client,
    error::{ExpiredReason, UnavailableCause},
};
use sdk_testkit::flows::subscriber_queue::SubscriberQueue;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Calling, application, crowd, most_sends_of_one_call};

const AN_HOUR: Duration = Duration::from_secs(3600);

#[api_client]
trait Library {
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Value) -> Result<TokenAnswer>;

    #[post("/reset")]
    #[session(refresh)]
    async fn reset(&self, #[json] request: ResetRequest) -> Result<TokenAnswer>;

    #[get("/books/{id}")]
    async fn book(&self, id: u64) -> Result<Book>;

    #[get("/vault")]
    async fn vault(&self) -> Result<()>;
}

#[derive(Deserialize)]
struct Book {
    id: u64,
}

#[derive(Serialize)]
struct ResetRequest {
    token: String,
}

impl TokenRequest for ResetRequest {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self { token: grant.refresh_token()?.expose().to_owned() })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenAnswer {
    token: String,
    reset_token: Option<String>,
}

impl TokenResponse for TokenAnswer {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        let reset_token = self.reset_token.as_ref().unwrap_or(&self.token);
        Ok(Tokens::new(self.token.as_str()).refresh_token(reset_token.as_str()))
    }
}

/// The application's own: not every 401 is about the token.
fn is_expiry(answer: &ErrorResponse) -> bool {
    answer.status() == 401 && code(answer) == "token_expired"
}

fn code(answer: &ErrorResponse) -> Value {
    answer.json::<Value>().unwrap_or_default()["error"]["code"].clone()
}

fn signed_out(library: &SubscriberQueue) -> LibraryClient {
    LibraryClient::builder("http://localhost")
        .transport(ServiceTransport::new(library.backend().clone()))
        .attach(Attach::header("authentication", "Bearer"))
        .token_bad(is_expiry)
        .build()
        .unwrap()
}

fn declared(library: &SubscriberQueue) -> LibraryClient {
    let client = signed_out(library);
    let (access, reset) = library.expired_login("ann");
    client.session().sign_in(Tokens::new(access).refresh_token(reset)).unwrap();
    client
}

/// One book by the declared client.
fn book(client: &LibraryClient, id: u64) -> Calling {
    let call = client.book(id).into_future();
    Box::pin(async move { Ok(Some(call.await?.id)) })
}

fn by_hand(library: &SubscriberQueue) -> by_hand::Client {
    by_hand::Client::new(library.backend(), library.expired_login("ann"))
}

mod by_hand {
    //! The interceptor, with its faults.

    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};

    use sdk_runtime::{Error, Result};
    use sdk_testkit::Backend;
    use serde_json::json;
    use tokio::sync::oneshot;

    use crate::support::Browser;

    #[derive(Clone)]
    pub struct Client {
        browser: Browser,
        tokens: Arc<Mutex<(String, String)>>,
        is_already_fetching: Arc<AtomicBool>,
        subscribers: Arc<Mutex<Vec<oneshot::Sender<String>>>>,
    }

    impl Client {
        pub fn new(backend: &Backend, tokens: (String, String)) -> Self {
            Self {
                browser: Browser::new(backend),
                tokens: Arc::new(Mutex::new(tokens)),
                is_already_fetching: Arc::default(),
                subscribers: Arc::default(),
            }
        }

        pub async fn book(self, id: u64) -> Result<Option<u64>> {
            let authentication = ("authentication", format!("Bearer {}", self.tokens().0));
            let url = format!("/books/{id}");
            let book = match self.browser.send("GET", &url, std::slice::from_ref(&authentication), None).await
            {
                Err(Error::Status(answer)) if super::is_expiry(&answer) => {
                    let token = self.token_for_replay().await?;
                    // The replay begins with the headers of the original, and sets another one.
                    let headers = [authentication, ("authorization", format!("Bearer {token}"))];
                    self.browser.send("GET", &url, &headers, None).await?
                }
                answer => answer?,
            };
            Ok(book["id"].as_u64())
        }

        async fn token_for_replay(&self) -> Result<String> {
            let (subscriber, token) = oneshot::channel();
            self.subscribers.lock().unwrap().push(subscriber);
            if !self.is_already_fetching.swap(true, Ordering::SeqCst) {
                let body = json!({ "token": self.tokens().1 });
                // A failure leaves from here, and leaves the flag up and the queue as it is.
                let answer = self.browser.send("POST", "/reset", &[], Some(body)).await?;
                let token = answer["token"].as_str().unwrap().to_owned();
                *self.tokens.lock().unwrap() = (token.clone(), token.clone());
                self.is_already_fetching.store(false, Ordering::SeqCst);
                for subscriber in self.subscribers.lock().unwrap().drain(..) {
                    let _ = subscriber.send(token.clone());
                }
            }
            Ok(token.await.unwrap())
        }

        fn tokens(&self) -> (String, String) {
            self.tokens.lock().unwrap().clone()
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_work_across_five_expiries() {
    let library = SubscriberQueue::new();
    let client = signed_out(&library);
    client.login(&json!({ "username": "ann" })).await.unwrap();
    for expiry in 0..5 {
        library.expire();
        for (id, answer) in crowd(expiry * 100..(expiry + 1) * 100, |id| book(&client, id)).await {
            assert_eq!(answer.unwrap(), Some(id));
        }
    }
    assert_eq!((library.refreshes(), library.calls()), (5, 1000));
    assert_eq!(most_sends_of_one_call(library.backend(), "/books/", 0), 2);
}

#[tokio::test(start_paused = true)]
async fn the_new_token_is_access_and_reset_token_at_once() {
    let library = SubscriberQueue::new();
    let client = declared(&library);
    let mut spent = Vec::new();
    for id in 0..3 {
        library.expire();
        book(&client, id).await.unwrap();
        let requests = library.backend().requests();
        let reset = requests.iter().rfind(|request| request.path() == "/reset").unwrap();
        spent.push(reset.json::<Value>().unwrap()["token"].as_str().unwrap().to_owned());
        let access = requests.last().unwrap().header("authentication").unwrap().to_owned();
        spent.push(access.strip_prefix("Bearer ").unwrap().to_owned());
    }
    let [first, one, again_one, two, again_two, _] = &spent[..] else { panic!("{spent:?}") };
    assert!(first.starts_with("reset-"));
    assert_eq!((one, two), (again_one, again_two));
}

#[tokio::test(start_paused = true)]
async fn a_replay_carries_the_token_in_the_header_of_the_original() {
    for is_strict in [false, true] {
        let library = SubscriberQueue::new();
        if is_strict {
            library.read_own_header_only();
        }
        let replayed = by_hand(&library).book(1).await;
        assert_eq!(replayed.is_err(), is_strict, "the server has to know of a second header");
        let replay = library.backend().last().unwrap();
        let (own, other) = (replay.header("authentication").unwrap(), replay.bearer().unwrap());
        assert_ne!(own, format!("Bearer {other}"), "the old token, next to the new one");

        let library = SubscriberQueue::new();
        if is_strict {
            library.read_own_header_only();
        }
        assert_eq!(book(&declared(&library), 1).await.unwrap(), Some(1));
        for request in library.backend().requests() {
            assert!(!request.headers().contains_key("authorization"), "{request:?}");
            assert_eq!(request.headers().contains_key("authentication"), request.path() != "/reset");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_answers_everybody_who_waits_for_it() {
    let library = SubscriberQueue::new();
    library.refuse_resets_for_now(true);
    let client = by_hand(&library);
    let patient = |id| timeout(AN_HOUR, client.clone().book(id));
    let patient = |id| -> Calling {
        let call = patient(id);
        Box::pin(async move { call.await.unwrap_or(Ok(None)) })
    };
    let answers = crowd(0..100, patient).await;
    assert_eq!(answers.iter().filter(|(_, answer)| answer.is_err()).count(), 1, "who made the refresh");
    assert_eq!(answers.iter().filter(|(_, answer)| matches!(answer, Ok(None))).count(), 99, "still waiting");

    let library = SubscriberQueue::new();
    library.refuse_resets_for_now(true);
    let client = declared(&library);
    for (_, answer) in timeout(AN_HOUR, crowd(0..100, |id| book(&client, id))).await.unwrap() {
        let Error::RefreshUnavailable(told) = answer.unwrap_err() else { panic!("not of the refresh") };
        assert!(matches!(told.cause(), UnavailableCause::Status(answer) if answer.text() == "back soon"));
    }
    assert_eq!(library.refreshes(), 2, "one refresh, in doubt sent once more");
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_does_not_hang_every_later_request() {
    let library = SubscriberQueue::new();
    let client = by_hand(&library);
    library.refuse_resets_for_now(true);
    client.clone().book(1).await.unwrap_err();
    library.refuse_resets_for_now(false);
    for id in 2..5 {
        assert!(timeout(AN_HOUR, client.clone().book(id)).await.is_err(), "the flag is still up");
    }
    assert_eq!(library.refreshes(), 1);

    let library = SubscriberQueue::new();
    let client = declared(&library);
    library.refuse_resets_for_now(true);
    book(&client, 1).await.unwrap_err();
    library.refuse_resets_for_now(false);
    let Error::RefreshUnavailable(told) = book(&client, 2).await.unwrap_err() else { panic!("not told") };
    tokio::time::sleep(told.retry_after()).await;
    for id in 3..5 {
        assert_eq!(timeout(AN_HOUR, book(&client, id)).await.unwrap().unwrap(), Some(id));
    }
    assert_eq!(library.refreshes(), 3, "the one that failed was sent twice");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_no_expiry_reaches_the_caller() {
    let library = SubscriberQueue::new();
    let client = declared(&library);
    book(&client, 1).await.unwrap();
    let error = client.vault().await.unwrap_err();
    assert!(matches!(&error, Error::Status(answer) if code(answer) == "pin_required"), "{error:?}");
    assert_eq!(library.refreshes(), 1, "the first call's");
}

#[tokio::test(start_paused = true)]
async fn without_a_reset_token_the_original_refusal_is_surfaced() {
    let library = SubscriberQueue::new();
    let client = signed_out(&library);
    let (access, _) = library.expired_login("ann");
    client.session().sign_in(Tokens::new(access)).unwrap();
    let Error::SessionExpired(expired) = book(&client, 1).await.unwrap_err() else { panic!("not expired") };
    assert_eq!(expired.reason(), ExpiredReason::NoRefreshToken);
    assert_eq!(code(expired.response().unwrap()), "token_expired");
    assert_eq!((library.calls(), library.refreshes()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_refused_reset_token_ends_the_login_for_everybody() {
    let library = SubscriberQueue::new();
    let client = declared(&library);
    let application = tokio::spawn(application(client.session().watch()));
    tokio::task::yield_now().await;
    book(&client, 1).await.unwrap();
    library.revoke();
    for (_, answer) in crowd(0..100, |id| book(&client, id)).await {
        let Error::SessionExpired(expired) = answer.unwrap_err() else { panic!("not expired") };
        assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
        assert_eq!(code(expired.response().unwrap()), "token_expired", "the caller's own answer");
        assert_eq!(code(expired.refresh_response().unwrap()), "reset_refused");
    }
    assert_eq!(library.refreshes(), 2);
    let ui = application.await.unwrap();
    assert_eq!((ui.stored_tokens.len(), ui.stored_user), (2, None), "{ui:?}");
    assert!(ui.login_form.unwrap().requires_sign_in());
}
