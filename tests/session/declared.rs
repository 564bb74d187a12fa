//! Declarations about the answers to a refresh, and lifetimes in the tokens.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, SystemTime};

use sdk_runtime::{
    Error, ErrorResponse, Refusal, Result, ServiceTransport, Tokens, api_client, error::UnavailableCause,
};
use sdk_testkit::Reply;
use serde_json::json;
use test_support::RefreshRequest;
use tokio::time::advance;

use crate::edges::{EdgeClient, Refreshed, backend_of, spent};

/// By the clock of the server, which says in its answer what time it is.
#[tokio::test(start_paused = true)]
async fn i18_a_token_that_ends_within_a_second_is_dead_on_arrival() {
    let (date, now) = ("Thu, 01 Jan 2026 00:00:00 GMT", 1_767_225_600_000_u64);
    for (expires_at, is_dead) in
        [(0, true), (now - 1, true), (now, true), (now + 999, true), (now + 1000, false), (now + 1001, false)]
    {
        let answer = json!({ "access": "a1", "refresh": "r1", "expires_at": expires_at });
        let answer = Reply::json(&answer).header("date", date);
        let left = AtomicUsize::new(2);
        // Further refreshes are rejected, so that a loop of them ends.
        let backend = backend_of("a1", answer.clone()).route("POST", "/refresh", move |_| {
            let is_left = left.try_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
            let reply = if is_left { answer.clone() } else { Reply::empty().status(401) };
            async move { reply }
        });
        let builder = EdgeClient::builder("http://localhost").wall_clock(|| SystemTime::UNIX_EPOCH);
        let client = builder.transport(ServiceTransport::new(backend.clone())).build().unwrap();
        client.session().sign_in(Tokens::new("a0").refresh_token("r0").expires_in(Duration::ZERO)).unwrap();
        match client.x().await {
            Err(Error::RefreshUnavailable(told)) if is_dead => {
                assert!(matches!(told.cause(), UnavailableCause::DeadOnArrival), "I18: {told:?}");
                advance(told.retry_after()).await;
                client.x().await.unwrap_err();
                assert_eq!(spent(&backend), ["r0", "r1"], "I9: its refresh token is kept");
            }
            other => {
                assert!(!is_dead, "I18: {} ms: {other:?}", expires_at.cast_signed() - now.cast_signed());
                assert_eq!(other.unwrap(), "welcome");
            }
        }
    }
}

/// What `refused = …` says comes before the table, and is not asked about an answer with tokens.
fn declared(answer: &ErrorResponse) -> Option<Refusal> {
    let message = "declared".to_owned();
    match answer.headers().get("x-means")?.to_str().ok()? {
        "dead" => Some(Refusal::Dead(message)),
        "later" => Some(Refusal::TryLater { message, after: Some(Duration::from_secs(77)) }),
        _ => None,
    }
}

#[api_client]
trait Declared {
    #[post("/refresh")]
    #[session(refresh, refused = declared)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<Refreshed>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

#[tokio::test(start_paused = true)]
async fn i16_a_declaration_says_first_what_an_answer_without_tokens_means() {
    let invalid = || Reply::json(&json!({ "error": "invalid_grant" })).status(400);
    let tokens = || Reply::json(&json!({ "access": "a1" }));
    for (name, reply, means, expected) in [
        ("a problem of the server's", Reply::empty().status(503), "dead", "expired: declared"),
        ("a page", Reply::text("<html>").status(404), "dead", "expired: declared"),
        ("a rejection", invalid(), "later", "unavailable for 77 s"),
        ("a rejection", invalid(), "", "expired: invalid_grant"),
        ("no tokens", Reply::json(&json!([1])), "dead", "expired: declared"),
        ("no tokens", Reply::json(&json!([1])), "later", "unavailable for 77 s"),
        ("tokens", tokens(), "dead", "welcome"),
        ("tokens", tokens(), "later", "welcome"),
    ] {
        let backend = backend_of("a1", reply.header("x-means", means));
        let transport = ServiceTransport::new(backend.clone());
        let client = DeclaredClient::builder("http://localhost").transport(transport).build().unwrap();
        client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
        let found = match client.x().await {
            Ok(text) => text,
            Err(Error::SessionExpired(told)) => {
                told.message().map_or("expired".to_owned(), |message| format!("expired: {message}"))
            }
            Err(Error::RefreshUnavailable(told)) => {
                assert!(matches!(told.cause(), UnavailableCause::TryLater(text) if text == "declared"));
                format!("unavailable for {} s", told.retry_after().as_secs())
            }
            Err(other) => panic!("{name}: {other:?}"),
        };
        assert_eq!(found, expected, "I16: {name}, {means}");
        assert_eq!(spent(&backend), ["r0"], "I14: {name}, {means}");
    }
}
