//! A new token that is refused for a moment: `replication_grace`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sdk_runtime::body::BodyStream;
use sdk_runtime::{Bytes, Error, Result, ServiceTransport, Tokens, api_client, error::ExpiredReason, oauth};
use sdk_testkit::{Backend, Reply};
use tokio::time::{Instant, advance};

#[api_client]
trait Lagging {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;

    #[post("/x")]
    async fn post(&self, #[json] body: u8) -> Result<String>;

    #[post("/x")]
    async fn upload(&self, #[body] body: BodyStream) -> Result<String>;
}

/// A server that knows the token `new` after `refusals` requests with it, and no other token.
fn server(refusals: usize) -> Backend {
    let seen = Arc::new(AtomicUsize::new(0));
    let answer = move |request: sdk_testkit::Request| {
        let is_known = request.bearer() == Some("new") && seen.fetch_add(1, Ordering::Relaxed) >= refusals;
        let reply = if is_known { Reply::text("ok") } else { Reply::empty().status(401) };
        async move { reply }
    };
    let tokens = serde_json::json!({ "access_token": "new", "refresh_token": "r", "token_type": "Bearer" });
    Backend::new()
        .reply("POST", "/refresh", Reply::json(&tokens))
        .route("GET", "/x", answer.clone())
        .route("POST", "/x", answer)
}

fn client(server: &Backend, grace: u64) -> LaggingClient {
    LaggingClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.clone()))
        .replication_grace(Duration::from_secs(grace))
        .build()
        .unwrap()
}

fn refreshes(server: &Backend) -> usize {
    server.requests().iter().filter(|request| request.path() == "/refresh").count()
}

#[tokio::test(start_paused = true)]
async fn a_request_with_a_new_token_is_sent_again_with_the_same_token() {
    for refusals in 0..=3 {
        let server = server(refusals);
        let client = client(&server, 2);
        client.session().sign_in(Tokens::new("new").refresh_token("r")).unwrap();
        let begin = Instant::now();
        client.post(1).await.unwrap();
        let sent = server.requests();
        assert_eq!((sent.len(), refreshes(&server)), (refusals + 1, 0));
        assert!(sent.iter().all(|request| request.bearer() == Some("new") && request.body() == "1"));
        let paused = [0, 100, 350, 850][refusals];
        assert!((paused..paused + 10).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn the_replay_after_a_refresh_is_sent_again_too_and_the_endpoint_is_not_put_on_hold() {
    let server = server(2);
    let client = client(&server, 2);
    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    advance(Duration::from_secs(10)).await;
    client.x().await.unwrap();
    assert_eq!((server.requests().len(), refreshes(&server)), (1 + 1 + 3, 1), "the old token is old");
    client.x().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn i19_a_token_that_is_refused_again_and_again_or_that_is_older_is_rejected() {
    let server = server(usize::MAX);
    let client = client(&server, 2);
    client.session().sign_in(Tokens::new("new").refresh_token("r")).unwrap();
    let Err(Error::SessionExpired(expired)) = client.x().await else { panic!() };
    assert!(matches!(expired.reason(), ExpiredReason::ReplayRejected), "{expired:?}");
    assert_eq!((server.requests().len(), refreshes(&server)), (4 + 1 + 4, 1), "3 times more with each token");

    let server = self::server(1);
    let client = self::client(&server, 2);
    client.session().sign_in(Tokens::new("new").refresh_token("r")).unwrap();
    advance(Duration::from_secs(2)).await;
    client.x().await.unwrap();
    assert_eq!(refreshes(&server), 1, "2 s old");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_again_without_the_option_or_the_time_or_the_body() {
    let server = self::server(1);
    let client = self::client(&server, 0);
    client.session().sign_in(Tokens::new("new").refresh_token("r")).unwrap();
    client.x().await.unwrap();
    assert_eq!(refreshes(&server), 1, "it is off by default");

    let server = self::server(1);
    let client = self::client(&server, 2);
    client.session().sign_in(Tokens::new("new").refresh_token("r")).unwrap();
    client.x().timeout(Duration::from_millis(150)).await.unwrap();
    assert_eq!(refreshes(&server), 1, "100 ms are more than half of the time that is left");

    let server = self::server(1);
    let client = self::client(&server, 2);
    client.session().sign_in(Tokens::new("new").refresh_token("r")).unwrap();
    let error = client
        .upload(BodyStream::new(http_body_util::Full::new(Bytes::from_static(b"once"))))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotReplayable(_)), "{error:?}");
    assert_eq!(server.requests().iter().filter(|request| request.path() == "/x").count(), 1);
}

#[test]
fn a_grace_that_contradicts_another_option_is_refused() {
    let builder = || LaggingClient::builder("http://localhost");
    for (builder, says) in [
        (builder().replication_grace(Duration::from_secs(11)), "at most 10 s"),
        (builder().replication_grace(Duration::from_secs(1)).token_bad(|_| false), "keep one"),
        (builder().token_bad_on([200]), "needs `.token_bad(…)`"),
        (builder().token_bad(|_| false).token_bad_on([401]), "judges all others"),
        (builder().token_bad(|_| false).token_bad_on([304]), "judges all others"),
        (builder().token_bad(|_| false).token_bad_on([9]), "judges all others"),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.code(), "build.options");
        assert!(error.to_string().contains(says), "{error}");
    }
}
