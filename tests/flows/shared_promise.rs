//! The shared promise: cookies sign each request, and all rejected calls wait for one refresh.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    Attach, Error, Head, Refusal, Result, ServiceTransport, SessionState, TokenResponse, Tokens, api_client,
    error::ExpiredReason,
};
use sdk_testkit::Reply;
use sdk_testkit::flows::shared_promise::SharedPromise;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

use crate::support::{Calling, answer_late, most_sends_of_one_call, refuse_late};

use by_hand::Page;

#[derive(Serialize)]
struct Credentials {
    email: &'static str,
    password: &'static str,
}

/// Longer than anything here takes, on a clock that jumps.
const HOUR: Duration = Duration::from_secs(3600);
const ANN: Credentials = Credentials { email: "ann@work.example", password: "right" };

#[derive(Deserialize)]
struct SignedIn {
    user: User,
}

#[derive(Deserialize)]
struct User {
    email: String,
}

impl TokenResponse for SignedIn {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::cookies().subject(self.user.email.as_str()))
    }
}

#[derive(Deserialize)]
struct Project {
    id: u64,
}

#[api_client]
trait Projects {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<SignedIn>;

    #[post("/auth/refresh-token")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<SignedIn>;

    #[get("/projects/{id}", timeout = none)]
    async fn project(&self, id: u64) -> Result<Project>;
}

async fn client(service: &SharedPromise) -> ProjectsClient {
    let transport = ServiceTransport::new(service.backend().clone());
    let builder = ProjectsClient::builder("http://localhost").attach(Attach::cookies());
    let client = builder.transport(transport).build().unwrap();
    client.login(&ANN).await.unwrap();
    client
}

/// The interceptor as people write it: one promise for all, one instance for calls and refresh alike.
mod by_hand {
    use std::sync::{Arc, Mutex};

    use sdk_runtime::{Error, Result};
    use sdk_testkit::flows::shared_promise::SharedPromise;
    use serde_json::{Value, json};
    use tokio::sync::watch;

    use crate::support::{Browser, Calling};

    #[derive(Clone)]
    pub struct Page {
        browser: Browser,
        state: Arc<Mutex<State>>,
    }

    /// A promise runs by itself, with or without waiters; it settles once, as a success or not.
    type Promise = watch::Receiver<Option<bool>>;

    #[derive(Default)]
    struct State {
        refreshing: Option<Promise>,
        user: Option<String>,
    }

    type Answering = std::pin::Pin<Box<dyn Future<Output = Result<Option<Value>>> + Send>>;

    impl Page {
        pub async fn sign_in(service: &SharedPromise) -> Self {
            let page = Self { browser: Browser::new(service.backend()), state: Arc::default() };
            let body = json!({ "email": "ann@work.example", "password": "right" });
            let answer = page.browser.send("POST", "/auth/login", &[], Some(body)).await.unwrap();
            page.state.lock().unwrap().user = answer["user"]["email"].as_str().map(str::to_owned);
            page
        }

        pub fn is_signed_in(&self) -> bool {
            self.state.lock().unwrap().user.is_some()
        }

        pub fn project(&self, id: u64) -> Calling {
            let answer = self.request("GET", format!("/projects/{id}"), false);
            Box::pin(async move { answer.await.map(|answer| answer?["id"].as_u64()) })
        }

        /// Sends by way of the interceptor. `Ok(None)` is an `undefined`.
        fn request(&self, method: &'static str, path: String, is_retried: bool) -> Answering {
            let page = self.clone();
            Box::pin(async move {
                match page.browser.send(method, &path, &[], None).await {
                    Ok(answer) => Ok(Some(answer)),
                    Err(Error::Status(refused)) if refused.status() == 401 => {
                        if is_retried {
                            return Ok(None);
                        }
                        let outcome = match page.refreshed().await {
                            true => page.request(method, path, true).await,
                            false => {
                                page.state.lock().unwrap().user = None;
                                Err(Error::Status(refused))
                            }
                        };
                        page.state.lock().unwrap().refreshing = None;
                        outcome
                    }
                    // There is no `else`: the handler returns nothing.
                    Err(_) => Ok(None),
                }
            })
        }

        async fn refreshed(&self) -> bool {
            let mut promise =
                self.state.lock().unwrap().refreshing.get_or_insert_with(|| self.refresh()).clone();
            promise.wait_for(Option::is_some).await.is_ok_and(|settled| *settled == Some(true))
        }

        fn refresh(&self) -> Promise {
            let (settle, promise) = watch::channel(None);
            let page = self.clone();
            tokio::spawn(async move {
                let answer = page.request("POST", "/auth/refresh-token".to_owned(), false).await;
                // `response.data.user`, of a response that may be `undefined`.
                let user = answer
                    .ok()
                    .flatten()
                    .and_then(|answer| answer["user"]["email"].as_str().map(str::to_owned));
                let refreshed = user.is_some();
                page.state.lock().unwrap().user = user;
                settle.send_replace(Some(refreshed));
            });
            promise
        }
    }
}

fn ask(client: &ProjectsClient, id: u64) -> Calling {
    let call = client.project(id);
    Box::pin(async move { call.await.map(|project| Some(project.id)) })
}

fn project(id: u64) -> Reply {
    Reply::json(&json!({ "id": id, "owner": ANN.email }))
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_work_across_three_expiries() {
    let service = SharedPromise::new();
    let client = client(&service).await;
    for expiry in 1..=3 {
        service.expire();
        let since = service.backend().requests().len();
        let mut calls = JoinSet::new();
        for id in 0..100 {
            let call = client.project(id);
            calls.spawn(async move { (id, call.await) });
        }
        for (id, project) in calls.join_all().await {
            assert_eq!(project.unwrap().id, id);
        }
        assert_eq!((service.refreshes(), service.reused()), (expiry, 0));
        assert_eq!(most_sends_of_one_call(service.backend(), "/projects/", since), 2);
    }
    assert_eq!(service.calls(), 600);
}

#[tokio::test(start_paused = true)]
async fn cookies_sign_everything_and_the_refresh_has_no_body() {
    let service = SharedPromise::new();
    let client = client(&service).await;
    service.expire();
    client.project(7).await.unwrap();
    let requests = service.backend().requests();
    let [_, refused, refresh, replay] = &requests[..] else { panic!("{requests:?}") };
    assert!(requests.iter().all(|request| request.header("authorization").is_none()));
    assert_eq!((refresh.path(), refresh.body().len()), ("/auth/refresh-token", 0));
    assert_eq!(refresh.cookie("refreshToken"), Some("refresh-00000001"));
    for (request, access) in [(refused, "access-00000001"), (replay, "access-00000002")] {
        assert_eq!(request.cookie("accessToken"), Some(access));
        assert_eq!(request.cookie("refreshToken"), None);
    }
}

/// A waiter whose replay is slow ends while the refresh after the one it waited for is under way.
async fn late_waiter(service: &SharedPromise, ask: impl Fn(u64) -> Calling) -> bool {
    // Project 1 refuses its first request at once, and takes its time for the second.
    let waiting = refuse_late(service.backend(), "/projects/1", project(1));
    waiting.notify_one();
    service.expire();
    let slow = tokio::spawn(ask(1));
    let quick = tokio::spawn(ask(2));
    service.refreshed(1).await;
    let replay = answer_late(service.backend(), "/projects/1", project(1), project(1));
    quick.await.unwrap().unwrap();

    service.expire();
    let next = tokio::spawn(ask(3));
    timeout(HOUR, service.refreshed(2)).await.unwrap();
    replay.notify_one();
    assert_eq!(slow.await.unwrap().unwrap(), Some(1));
    // Without a limit the hand-written version would hang here: it waits for its own rejected refresh.
    let last = timeout(HOUR, ask(4)).await;
    let next = next.await.unwrap();
    matches!((next, last), (Ok(Some(3)), Ok(Ok(Some(4)))))
}

#[tokio::test(start_paused = true)]
async fn fault_a_late_waiter_clears_a_newer_promise() {
    let service = SharedPromise::new();
    let page = Page::sign_in(&service).await;
    assert!(!late_waiter(&service, |id| page.project(id)).await);
    assert!(service.reused() > 0, "two refreshes at once spent one cookie twice");
    assert!(service.refreshes() > 2);

    let service = SharedPromise::new();
    let client = client(&service).await;
    assert!(late_waiter(&service, |id| ask(&client, id)).await);
    assert_eq!((service.refreshes(), service.reused()), (2, 0));
}

/// The refusal of the old token arrives after the refresh is over.
async fn late_refusal(service: &SharedPromise, ask: impl Fn(u64) -> Calling) {
    let refuse = refuse_late(service.backend(), "/projects/1", project(1));
    let before = service.backend().requests().len();
    let late = tokio::spawn(ask(1));
    service.backend().received(before + 1).await;
    service.expire();
    assert_eq!(ask(2).await.unwrap(), Some(2));
    assert_eq!(service.refreshes(), 1);
    refuse.notify_one();
    assert_eq!(late.await.unwrap().unwrap(), Some(1));
}

#[tokio::test(start_paused = true)]
async fn fault_a_late_rejection_of_the_old_token_refreshes_again() {
    let service = SharedPromise::new();
    let page = Page::sign_in(&service).await;
    late_refusal(&service, |id| page.project(id)).await;
    assert_eq!(service.refreshes(), 2);

    let service = SharedPromise::new();
    let client = client(&service).await;
    late_refusal(&service, |id| ask(&client, id)).await;
    assert_eq!(service.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn fault_a_second_rejection_is_undefined_as_if_it_had_succeeded() {
    let service = SharedPromise::new();
    service.backend().reply("GET", "/projects/666", Reply::text("never").status(401));
    let page = Page::sign_in(&service).await;
    assert_eq!(page.project(666).await.unwrap(), None);

    let client = client(&service).await;
    let error = ask(&client, 666).await.unwrap_err();
    let Error::SessionExpired(expired) = error else { panic!("{error:?}") };
    assert_eq!(expired.reason(), ExpiredReason::ReplayRejected);
    assert_eq!(expired.response().unwrap().text(), "never");
    assert!(client.session().state().is_signed_in());
}

#[tokio::test(start_paused = true)]
async fn fault_an_error_that_is_no_401_is_swallowed() {
    for reply in [
        Reply::text("a").status(403),
        Reply::text("b").status(404),
        Reply::text("c").status(500),
        Reply::reset(),
    ] {
        let service = SharedPromise::new();
        service.backend().reply("GET", "/projects/7", reply.clone());
        let page = Page::sign_in(&service).await;
        assert_eq!(page.project(7).await.unwrap(), None, "{reply:?}");

        let client = client(&service).await;
        let error = ask(&client, 7).await.unwrap_err();
        assert_eq!(error.status(), reply.status_code(), "{error:?}");
        assert!(matches!(error, Error::Status(_) | Error::Transport(_)), "{error:?}");
        assert_eq!(service.refreshes(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn fault_a_rejected_refresh_waits_for_itself() {
    let service = SharedPromise::new();
    let page = Page::sign_in(&service).await;
    service.revoke();
    assert!(timeout(HOUR, page.project(7)).await.is_err(), "the promise awaits the promise");
    assert!(timeout(HOUR, page.project(8)).await.is_err(), "and so does every call after it");

    let client = client(&service).await;
    service.revoke();
    let error = timeout(HOUR, ask(&client, 7)).await.unwrap().unwrap_err();
    assert!(error.requires_sign_in(), "{error:?}");
    assert_eq!(
        service.refreshes(),
        2,
        "one of each: the refusal of a refresh is never answered by a refresh"
    );
}

#[tokio::test(start_paused = true)]
async fn fault_a_network_failure_logs_the_user_out() {
    // In doubt a refresh is sent once more.
    for (outage, sends) in [
        (Reply::reset(), 2),
        (Reply::text("Bad gateway").status(502), 2),
        (Reply::text("Slow down").status(429), 1),
        (Reply::html("<h1>Welcome to our network</h1>"), 1),
    ] {
        let service = SharedPromise::new();
        let page = Page::sign_in(&service).await;
        service.expire();
        service.next_refresh(outage.clone());
        assert!(page.project(7).await.is_err());
        assert!(!page.is_signed_in(), "{outage:?}");

        let client = client(&service).await;
        service.expire();
        (0..sends).for_each(|_| service.next_refresh(outage.clone()));
        let error = ask(&client, 7).await.unwrap_err();
        let Error::RefreshUnavailable(wait) = error else { panic!("{outage:?} gave {error:?}") };
        assert!(client.session().state().is_signed_in(), "{outage:?}");
        tokio::time::advance(wait.retry_after() + Duration::from_millis(1)).await;
        assert_eq!(ask(&client, 7).await.unwrap(), Some(7), "{outage:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_definitive_refusal_ends_the_login_and_tells_the_application() {
    let service = SharedPromise::new();
    let client = client(&service).await;
    let mut states = client.session().watch();
    let shown = tokio::spawn(async move {
        let mut users = Vec::new();
        while let Some(state) = states.next().await {
            users.push(match state {
                SessionState::SignedIn(login) => login.subject().map(str::to_owned),
                _ => None,
            });
        }
        users
    });
    yield_now().await;
    service.revoke();
    let calls = [1, 2].map(|id| client.project(id).into_future());
    for call in calls.map(tokio::spawn) {
        let Err(Error::SessionExpired(expired)) = call.await.unwrap() else { panic!("not expired") };
        assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
        assert!(expired.requires_sign_in());
        assert_eq!(expired.response().unwrap().text(), r#"{"message":"Unauthorized"}"#);
        let refused = expired.refresh_response().unwrap().text();
        assert_eq!(refused, r#"{"message":"Invalid refresh token"}"#);
    }
    assert_eq!(service.refreshes(), 1);
    let sent = service.backend().requests().len();
    assert!(client.project(3).await.is_err_and(|error| error.requires_sign_in()));
    assert_eq!(service.backend().requests().len(), sent, "nothing is signed after the end");

    client.login(&ANN).await.unwrap();
    assert_eq!(client.project(3).await.unwrap().id, 3);
    yield_now().await;
    drop(client);
    let ann = Some(ANN.email.to_owned());
    assert_eq!(shown.await.unwrap(), [ann.clone(), None, ann], "told once, and of the new login");
}
