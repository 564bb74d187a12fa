//! Servers, clocks and callers at the edge of what is sensible, from attempts to break the session.

use std::future::IntoFuture;
use std::time::{Duration, SystemTime};

use sdk_runtime::{
    Attach, Error, Head, Refusal, Result, ServiceTransport, SessionState, TokenResponse, Tokens, api_client,
    error::{ExpiredReason, UnavailableCause},
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use serde_json::json;
use test_support::RefreshRequest;
use tokio::time::Instant;

/// All that a server may say about tokens, in one type.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Refreshed {
    access: String,
    refresh: Option<String>,
    expires_in: Option<u64>,
    /// In milliseconds since 1970.
    expires_at: Option<u64>,
    subject: Option<String>,
    refused: Option<String>,
}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        if let Some(reason) = &self.refused {
            return Err(Refusal::Dead(reason.clone()));
        }
        let mut tokens = Tokens::new(self.access.as_str());
        if let Some(token) = &self.refresh {
            tokens = tokens.refresh_token(token.as_str());
        }
        if let Some(seconds) = self.expires_in {
            tokens = tokens.expires_in(Duration::from_secs(seconds));
        }
        if let Some(millis) = self.expires_at {
            tokens = tokens.expires_at(SystemTime::UNIX_EPOCH + Duration::from_millis(millis));
        }
        if let Some(subject) = &self.subject {
            tokens = tokens.subject(subject.as_str());
        }
        Ok(tokens)
    }
}

#[api_client(timeout = none)]
pub trait Edge {
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] password: &str) -> Result<Refreshed>;

    #[post("/refresh", timeout = 2s)]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<Refreshed>;

    #[post("/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[json]
        #[from_session]
        request: RefreshRequest,
    ) -> Result<()>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;

    #[post("/things")]
    async fn create(&self) -> Result<String>;

    #[get("/hello", auth = optional)]
    async fn hello(&self) -> Result<String>;
}

#[api_client]
trait Language {
    #[get("/hello", auth = optional)]
    async fn hello(&self) -> Result<String>;
}

fn client_at(base: &str, backend: &Backend) -> EdgeClient {
    EdgeClient::builder(base).transport(ServiceTransport::new(backend.clone())).build().unwrap()
}

/// A client that is signed in with the access token `a0` and the refresh token `r0`.
fn signed_in(backend: &Backend) -> EdgeClient {
    let client = client_at("http://localhost", backend);
    client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    client
}

/// A backend whose `/x` takes `token` alone, and whose refresh answers `refresh`.
pub fn backend_of(token: &'static str, refresh: Reply) -> Backend {
    let backend = Backend::new().reply("POST", "/refresh", refresh);
    backend.route("GET", "/x", move |request| {
        let reply = match request.bearer() == Some(token) {
            true => Reply::text("welcome"),
            false => Reply::empty().status(401),
        };
        async move { reply }
    })
}

/// The refresh tokens that were spent, in order.
pub fn spent(backend: &Backend) -> Vec<String> {
    let requests = backend.requests();
    let refreshes = requests.iter().filter(|request| request.path() == "/refresh");
    refreshes
        .map(|request| {
            request.json::<serde_json::Value>().unwrap()["refresh_token"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn tokens_that_live_for_no_time_are_not_refreshed_in_a_loop() {
    for seconds in [0, u64::MAX] {
        let backend = backend_of("a1", Reply::json(&json!({ "access": "a1", "expires_in": seconds })));
        let client = client_at("http://localhost", &backend);
        let lapsed = Tokens::new("a0").refresh_token("r0").expires_in(Duration::ZERO);
        client.session().sign_in(lapsed).unwrap();
        assert_eq!(client.x().await.unwrap(), "welcome", "expires_in: {seconds}");
        assert_eq!(spent(&backend).len(), 1, "I18, expires_in: {seconds}");
    }
}

/// The watch gives copies: a guard of its own would be held over the body, in which the session wants to
/// publish.
#[tokio::test]
async fn a_watcher_of_the_end_may_sign_in_again_at_once() {
    let backend = backend_of("a1", Reply::empty().status(401));
    backend.reply("POST", "/login", Reply::json(&json!({ "access": "a1" })));
    let client = signed_in(&backend);
    let mut states = client.session().watch();
    client.x().await.unwrap_err();
    if let Some(SessionState::Expired(_)) = states.next().await {
        client.login("again").await.unwrap();
    }
    assert_eq!(client.x().await.unwrap(), "welcome");
}

#[tokio::test]
async fn a_judge_may_do_with_the_session_what_it_likes() {
    use std::sync::{Arc, OnceLock};

    let backend = backend_of("a1", Reply::empty().status(401));
    let session = Arc::new(OnceLock::<sdk_runtime::Session>::new());
    let own = session.clone();
    let client = EdgeClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend.clone()))
        .token_bad(move |answer| {
            if let Some(session) = own.get() {
                assert!(session.state().is_signed_in());
                session.sign_out();
            }
            answer.status() == 401
        })
        .build()
        .unwrap();
    client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    session.set(client.session().clone()).unwrap();
    assert!(matches!(client.x().await, Err(Error::NotSignedIn(_))), "I28");
    assert!(spent(&backend).is_empty());
}

#[tokio::test]
async fn a_refresh_that_names_another_user_replays_nothing() {
    let backend = Backend::new()
        .reply("POST", "/refresh", Reply::json(&json!({ "access": "bob", "subject": "bob" })))
        .reply("POST", "/things", Reply::empty().status(401));
    let client = client_at("http://localhost", &backend);
    client.session().sign_in(Tokens::new("ann").refresh_token("r0").subject("ann")).unwrap();
    assert!(matches!(client.create().await, Err(Error::IdentityChanged(_))), "I12");
    assert_eq!(backend.count("POST", "/things"), 1, "I12");
}

#[tokio::test(start_paused = true)]
async fn a_waiter_signs_with_what_is_current_and_not_with_what_it_waited_for() {
    let refresh = Reply::json(&json!({ "access": "a1", "refresh": "r1" })).delay(Duration::from_millis(10));
    let backend = backend_of("a2", refresh);
    let client = client_at("http://localhost", &backend);
    client.session().sign_in(Tokens::new("a0").refresh_token("r0").subject("ann")).unwrap();
    let mut states = client.session().watch();
    states.current();
    let mut call = std::pin::pin!(client.x().into_future());
    tokio::select! {
        biased;
        _ = &mut call => panic!("answered"),
        () = backend.received(2) => {}
    }
    // Refreshed, and the call has not been polled since.
    states.next().await.unwrap();
    client.session().sign_out();
    client.session().sign_in(Tokens::new("a2").subject("ann")).unwrap();
    assert_eq!(call.await.unwrap(), "welcome", "I5");
    let requests = backend.requests();
    let sent: Vec<_> =
        requests.iter().filter(|request| request.path() == "/x").map(|request| request.bearer()).collect();
    assert_eq!(sent, [Some("a0"), Some("a2")], "I2");
}

#[tokio::test]
async fn what_a_server_took_before_it_redirected_is_not_sent_again() {
    let backend = Backend::new()
        .reply("POST", "/things", Reply::redirect("/things/1").status(303))
        .reply("POST", "/refresh", Reply::json(&json!({ "access": "a1" })))
        .route("GET", "/things/1", |request| {
            let reply = match request.bearer() {
                Some("a1") => Reply::text("thing 1"),
                _ => Reply::empty().status(401),
            };
            async move { reply }
        });
    assert_eq!(signed_in(&backend).create().await.unwrap(), "thing 1");
    assert_eq!(backend.count("POST", "/things"), 1, "I20");
}

#[tokio::test(start_paused = true)]
async fn a_rotated_refresh_token_is_kept_if_the_access_token_is_unusable() {
    let backend = backend_of("a1", Reply::json(&json!({ "access": "", "refresh": "r1" })));
    let client = signed_in(&backend);
    assert!(matches!(client.x().await, Err(Error::RefreshUnavailable(_))));
    tokio::time::advance(Duration::from_secs(300)).await;
    client.x().await.unwrap_err();
    assert_eq!(spent(&backend), ["r0", "r1"], "I9, I14");
}

#[tokio::test(start_paused = true)]
async fn an_empty_refresh_token_was_left_out() {
    let backend = backend_of("never", Reply::json(&json!({ "access": "a1", "refresh": "" })));
    let client = signed_in(&backend);
    client.x().await.unwrap_err();
    client.session().refresh().await.unwrap();
    assert_eq!(spent(&backend), ["r0", "r0"], "I31");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_takes_no_longer_than_its_declaration_says() {
    let backend = backend_of("a1", Reply::hang());
    let begin = Instant::now();
    let Error::RefreshUnavailable(told) = signed_in(&backend).x().await.unwrap_err() else {
        panic!("not unavailable")
    };
    assert!(matches!(told.cause(), UnavailableCause::Timeout), "I6");
    let pause = begin.elapsed() - Duration::from_secs(2) * 2;
    assert!((250..=750).contains(&pause.as_millis()), "two sends, and a pause between them: {pause:?}");
}

#[tokio::test]
async fn a_sign_out_that_cannot_be_told_to_the_server_says_so() {
    let backend = Backend::new().reply("POST", "/logout", Reply::empty());
    let client = client_at("http://localhost", &backend);
    client.session().sign_in(Tokens::new("a0")).unwrap();
    assert!(matches!(client.logout().await, Err(Error::InvalidRequest(_))));
    assert!(matches!(client.session().state(), SessionState::SignedOut));
    assert!(backend.requests().is_empty());
}

#[tokio::test]
async fn a_sign_in_refused_by_a_successful_status_keeps_its_reason_and_its_answer() {
    let answer = json!({ "access": "", "refused": "account locked" });
    let backend = Backend::new().reply("POST", "/login", Reply::json(&answer));
    let client = client_at("http://localhost", &backend);
    let Err(Error::Status(told)) = client.login("x").await else { panic!("signed in") };
    assert_eq!((told.status().as_u16(), told.message()), (200, Some("account locked")));
    assert_eq!(told.json::<serde_json::Value>().unwrap(), answer);
    assert!(matches!(client.session().state(), SessionState::SignedOut));
}

#[tokio::test]
async fn cookies_at_hand_belong_to_the_login_they_lead_to() {
    let backend = Backend::new()
        .reply("GET", "/hello", Reply::text("hi").header("set-cookie", "sid=1; Path=/"))
        .reply("GET", "/x", Reply::text("welcome"));
    let client = EdgeClient::builder("http://localhost")
        .attach(Attach::cookies())
        .transport(ServiceTransport::new(backend.clone()))
        .build()
        .unwrap();
    client.hello().await.unwrap();
    client.session().sign_in(Tokens::cookies()).unwrap();
    client.x().await.unwrap();
    assert_eq!(backend.last().unwrap().header("cookie"), Some("sid=1"));
}

#[tokio::test]
async fn a_cookie_that_may_not_go_back_is_not_taken() {
    let backend =
        Backend::new().reply("GET", "/hello", Reply::text("hi").header("set-cookie", "lang=de; Path=/"));
    // Without a session endpoint, because a client with one is not built for such an address.
    let client = LanguageClient::builder("http://api.test")
        .transport(ServiceTransport::new(backend.clone()))
        .build()
        .unwrap();
    client.hello().await.unwrap();
    client.hello().await.unwrap();
    assert_eq!(backend.last().unwrap().header("cookie"), None, "I22");
}

#[tokio::test]
async fn the_server_and_not_our_clock_decides_on_a_static_token() {
    // {"exp":1700000000}, long ago.
    const JWT: &str = "e30.eyJleHAiOjE3MDAwMDAwMDB9.s";
    let backend = backend_of(JWT, Reply::empty().status(500));
    let client = EdgeClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend.clone()))
        .bearer(JWT)
        .build()
        .unwrap();
    assert_eq!(client.x().await.unwrap(), "welcome");
    backend.reply("GET", "/x", Reply::empty().status(401));
    let Err(Error::Status(answer)) = client.x().await else { panic!("still good") };
    assert_eq!(answer.status(), 401);
    backend.reply("GET", "/x", Reply::text("welcome"));
    assert_eq!(client.x().await.unwrap(), "welcome", "it is asked again");
}

#[tokio::test]
async fn a_static_token_can_be_judged_as_any_other() {
    let backend = backend_of("t", Reply::empty().status(500)).reply("GET", "/x", Reply::empty().status(401));
    let client = EdgeClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend))
        .bearer("t")
        .token_bad(|answer| answer.status() == 401)
        .build()
        .unwrap();
    let Err(Error::SessionExpired(expired)) = client.x().await else { panic!("still good") };
    assert_eq!(expired.reason(), ExpiredReason::NoRefreshToken);
}

/// Threads, drops, sign-ins and sign-outs all at once: each call ends, with one of these results.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_hangs_if_everything_happens_at_once() {
    let backend = Backend::new();
    let asked = std::sync::atomic::AtomicUsize::new(0);
    backend.route("GET", "/x", move |request| {
        let refuses = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed).is_multiple_of(3);
        let reply = if refuses {
            Reply::empty().status(401)
        } else {
            Reply::text(request.bearer().unwrap_or_default())
        };
        async move {
            tokio::task::yield_now().await;
            reply
        }
    });
    backend.route("POST", "/refresh", |request| async move {
        let spent = request.json::<serde_json::Value>().unwrap()["refresh_token"].clone();
        tokio::task::yield_now().await;
        Reply::json(&json!({ "access": spent, "refresh": spent }))
    });
    let client = client_at("http://localhost", &backend);
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let client = client.clone();
        tasks.spawn(async move {
            for round in 0..1_000 {
                if worker < 2 {
                    match round % 20 {
                        19 => client.session().sign_out(),
                        _ => client.session().sign_in(Tokens::new("a").refresh_token("r")).unwrap(),
                    }
                    tokio::time::sleep(Duration::from_micros(900)).await;
                    continue;
                }
                let call = client.x().timeout(Duration::from_secs(30)).into_future();
                let outcome = match round % 7 {
                    0 => tokio::time::timeout(Duration::from_micros(50), call).await.ok(),
                    _ => Some(call.await),
                };
                match outcome {
                    None | Some(Ok(_) | Err(Error::IdentityChanged(_))) => {}
                    Some(Err(Error::NotSignedIn(_))) => tokio::time::sleep(Duration::from_micros(500)).await,
                    Some(Err(Error::SessionExpired(expired))) => {
                        assert!(!expired.requires_sign_in(), "{expired:?}");
                    }
                    // Refused at random, as no server refuses.
                    Some(Err(Error::RefreshUnavailable(_))) => {
                        tokio::time::sleep(Duration::from_micros(500)).await
                    }
                    Some(Err(other)) => panic!("{other:?}"),
                }
            }
        });
    }
    tasks.join_all().await;
}
