//! A rejection that a server tells by a success or by a redirect: `token_bad_on`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::stream::ByteStream;
use sdk_runtime::{
    Error, ErrorResponse, Result, ServiceTransport, SessionState, Tokens, api_client, oauth, session::Verdict,
};
use sdk_testkit::{Backend, Reply, Request};

#[api_client]
trait Shop {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;

    #[post("/x")]
    async fn post(&self, #[json] body: u8) -> Result<String>;

    #[post("/x", idempotent)]
    async fn once(&self, #[json] body: u8) -> Result<String>;

    #[get("/x")]
    async fn stream(&self) -> Result<ByteStream>;

    #[get("/x", auth = none)]
    async fn unsigned(&self) -> Result<String>;
}

/// A server that knows the token `new`, and answers any other with `refusal`.
fn server(refusal: impl Fn() -> Reply + Send + Sync + 'static) -> Backend {
    let refusal = Arc::new(refusal);
    let answer = move |request: Request| {
        let reply = if request.bearer() == Some("new") { Reply::text("ok") } else { refusal() };
        async move { reply }
    };
    let tokens = serde_json::json!({ "access_token": "new", "refresh_token": "r", "token_type": "Bearer" });
    Backend::new()
        .reply("POST", "/refresh", Reply::json(&tokens))
        .reply("GET", "/login", Reply::text("<form>"))
        .route("GET", "/x", answer.clone())
        .route("POST", "/x", answer)
}

/// A client that is signed in with a token that the server does not know.
fn client<V: Into<Verdict> + 'static>(
    server: &Backend,
    statuses: &[u16],
    judge: impl Fn(&ErrorResponse) -> V + Send + Sync + 'static,
) -> ShopClient {
    let client = ShopClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.clone()))
        .token_bad(judge)
        .token_bad_on(statuses.iter().copied())
        .build()
        .unwrap();
    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    client
}

fn sent(server: &Backend, path: &str) -> usize {
    server.requests().iter().filter(|request| request.path() == path).count()
}

fn tells(answer: &ErrorResponse) -> bool {
    answer.text().contains("token expired")
}

#[tokio::test]
async fn an_idempotent_call_is_replayed_after_a_success_that_rejects_the_token() {
    let server = server(|| Reply::text("token expired"));
    let client = client(&server, &[200], tells);
    assert_eq!(client.x().await.unwrap(), "ok");
    assert_eq!((sent(&server, "/x"), sent(&server, "/refresh")), (2, 1));
    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    assert_eq!(client.once(1).await.unwrap(), "ok", "with one key");
    assert_eq!(client.unsigned().await.unwrap(), "token expired", "nothing was signed");
}

#[tokio::test]
async fn i20_a_call_that_the_server_may_have_executed_returns_its_answer_and_is_not_replayed() {
    let server = server(|| Reply::text("token expired"));
    let client = client(&server, &[200], tells);
    assert_eq!(client.post(1).await.unwrap(), "token expired");
    assert_eq!((sent(&server, "/x"), sent(&server, "/refresh")), (1, 1));
    assert_eq!(client.post(2).await.unwrap(), "ok", "the next one has the new token");
}

#[tokio::test(start_paused = true)]
async fn an_executed_call_keeps_its_answer_if_the_refresh_fails_or_takes_long() {
    for (reply, wait) in [(Some(503), 1), (Some(400), 0), (None, 2)] {
        let server = server(|| Reply::text("token expired"));
        server.route("POST", "/refresh", move |_| async move {
            match reply {
                Some(status) => Reply::text("{\"error\":\"invalid_grant\"}").status(status),
                None => std::future::pending().await,
            }
        });
        let client = client(&server, &[200], tells);
        let begin = tokio::time::Instant::now();
        let answer = client.post(1).timeout(Duration::from_secs(60)).await.unwrap();
        assert_eq!((answer.as_str(), sent(&server, "/x")), ("token expired", 1), "{reply:?}");
        assert!(begin.elapsed() <= Duration::from_secs(wait) + Duration::from_millis(10), "{reply:?}");
    }
    // A timeout shorter than the wait for the refresh does not cost the answer.
    let server = server(|| Reply::text("token expired"));
    server.route("POST", "/refresh", |_| std::future::pending());
    let client = client(&server, &[200], tells);
    assert_eq!(client.post(1).timeout(Duration::from_secs(1)).await.unwrap(), "token expired");
}

#[tokio::test]
async fn a_verdict_that_says_not_executed_replays_each_call() {
    let server = server(|| Reply::text("token expired"));
    let judge = |answer: &ErrorResponse| match tells(answer) {
        true => Verdict::NotExecuted,
        false => Verdict::Surface,
    };
    let client = client(&server, &[200], judge);
    assert_eq!(client.post(1).await.unwrap(), "ok");
    assert_eq!((sent(&server, "/x"), sent(&server, "/refresh")), (2, 1));
}

#[tokio::test]
async fn a_stream_is_judged_by_its_head() {
    let server = server(|| Reply::text("token expired").header("x-token", "expired"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let saw = seen.clone();
    let client = client(&server, &[200], move |answer| {
        saw.lock().unwrap().push((answer.text(), answer.is_truncated()));
        answer.headers().contains_key("x-token")
    });
    let bytes = client.stream().await.unwrap().next().await.unwrap().unwrap();
    assert_eq!(bytes, "ok");
    assert_eq!(*seen.lock().unwrap(), [(String::new(), true), (String::new(), true)], "no body");
}

#[tokio::test]
async fn a_success_can_tell_that_the_login_is_over() {
    let server = server(|| Reply::text("token expired"));
    let client = client(&server, &[200], |answer| match tells(answer) {
        true => Verdict::LoginOver,
        false => Verdict::Surface,
    });
    let error = client.x().await.unwrap_err();
    assert!(matches!(error, Error::SessionExpired(_)), "{error:?}");
    assert!(matches!(client.session().state(), SessionState::Expired(_)));
    assert_eq!(sent(&server, "/refresh"), 0);
}

#[tokio::test]
async fn a_success_of_another_status_or_server_is_not_judged() {
    let server = server(|| Reply::text("token expired"));
    let client = client(&server, &[299], |_| -> bool { panic!("I23: it is not asked") });
    assert_eq!(client.x().await.unwrap(), "token expired");
}

#[tokio::test]
async fn a_redirect_to_the_sign_in_page_rejects_the_token_before_it_is_followed() {
    let to_login = |answer: &ErrorResponse| answer.headers().get("location").is_some_and(|it| it == "/login");
    for call in ["get", "post"] {
        let server = server(|| Reply::redirect("/login").status(302));
        let client = client(&server, &[302], to_login);
        let answer = if call == "get" { client.x().await } else { client.post(1).await };
        assert_eq!(answer.unwrap(), "ok", "{call}");
        assert_eq!((sent(&server, "/x"), sent(&server, "/login"), sent(&server, "/refresh")), (2, 0, 1));
    }
    // Another redirect is followed.
    let server = server(|| Reply::redirect("/elsewhere").status(302));
    server.reply("GET", "/elsewhere", Reply::text("moved"));
    let client = client(&server, &[302], to_login);
    assert_eq!(client.x().await.unwrap(), "moved");
}

#[tokio::test]
async fn the_address_of_another_origin_is_not_shown() {
    for location in ["https://login.example/?state=s3cr3t", "http://localhost:81/login", "http://["] {
        let server = server(move || Reply::redirect(location).status(302));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let saw = seen.clone();
        let client = client(&server, &[302], move |answer| {
            saw.lock().unwrap().push(answer.headers().get("location").cloned());
            answer.status() == 302
        });
        assert_eq!(client.x().await.unwrap(), "ok");
        assert!(seen.lock().unwrap().iter().all(Option::is_none), "{location}: {seen:?}");
    }
}
