//! Reports about answers of session endpoints: the server's own words, the kind of each fault, and no token.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sdk_runtime::{
    Error, Tokens,
    error::ExpiredReason,
    session::{SessionEvent, Verdict},
};
use sdk_testkit::Reply;
use serde_json::json;
use test_support::user;
use tokio::time::advance;

use crate::answers::{json, undecoded};
use crate::tracker::{self, expired_client, server};

#[tokio::test(start_paused = true)]
async fn what_was_wrong_is_told_without_a_value() {
    for (reply, told) in [
        (
            json(r#"{"access_token":"secret","refresh_token":"secret","expires_in":"secret"}"#),
            &[
                "LoginResponse",
                "application/json",
                "invalid type: string, expected u64",
                "in \
                `expires_in`",
            ][..],
        ),
        (
            json(r#"{"access_token":["secret"],"refresh_token":"secret"}"#),
            &["sequence, expected a string", "in `access_token`"],
        ),
        (json(r#"{"refresh_token":"secret"}"#), &["missing field `access_token`"]),
        (json("{\"access_token\":\"secret"), &["EOF while parsing a string"]),
        (json(&format!("{}secret", " ".repeat(1 << 20))), &["larger than 1048576 bytes"]),
        (
            Reply::bytes(b"secret".to_vec()).header("content-encoding", "br"),
            &["still encoded as `br`", "application/octet-stream"],
        ),
        (Reply::empty(), &["status 204", "no content type"]),
    ] {
        let server = server();
        let client = expired_client(&server).await;
        server.next_refresh_rotates_then(reply);
        let error = client.issue(1).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        for text in told {
            assert!(shown.contains(text), "{text} is not in: {shown}");
        }
        assert!(!shown.contains("secret"), "I27: {shown}");
        let why = undecoded(&error).unwrap();
        assert!(
            why.excerpt().is_empty() && !why.detail().contains("secret"),
            "I27: {why:?} {}",
            why.detail()
        );
    }
}

/// A token in each field, with a value of another type in each other one, at each session endpoint.
#[tokio::test(start_paused = true)]
async fn i27_no_token_of_an_answer_that_cannot_be_decoded_is_kept() {
    let fields = ["access_token", "refresh_token", "expires_in", "unknown", "error_description"];
    let wrong = [
        json!(7),
        json!(true),
        json!(null),
        json!(["hunter2"]),
        json!({"hunter2": 1}),
        json!("hunter2"),
        json!(-1.5),
    ];
    for planted in fields {
        for other in &wrong {
            let mut body = serde_json::Map::new();
            for field in fields {
                body.insert(
                    field.to_owned(),
                    if field == planted { json!("hunter2") } else { other.clone() },
                );
            }
            let reply = Reply::json(&body);
            let server = server();
            let client = tracker::client(&server);
            server.backend().reply("POST", "/auth/login", reply.clone());
            let mut errors = vec![];
            errors.extend(client.login(&user("ann")).await.err());
            let issued = server.issue("ann");
            let tokens = Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap());
            client.session().sign_in(tokens).unwrap();
            server.expire_access_tokens();
            server.next_refresh_rotates_then(reply);
            errors.extend(client.issue(1).await.err());
            advance(Duration::from_secs(300)).await;
            errors.extend(client.issue(1).await.err());
            for error in &errors {
                let mut next: Option<&dyn std::error::Error> = Some(error);
                while let Some(error) = next {
                    assert!(
                        !format!("{error} {error:?}").contains("hunter2"),
                        "I27: {planted} {other}: {error}"
                    );
                    next = error.source();
                }
                let decode = match error {
                    Error::Decode(error) => Some(error),
                    Error::SessionExpired(expired) => expired.decode_error(),
                    other => undecoded(other),
                };
                if let Some(error) = decode {
                    assert!(error.excerpt().is_empty(), "I27");
                    assert!(!error.detail().contains("hunter2"), "I27: {}", error.detail());
                    assert!(!error.path().unwrap_or_default().contains("hunter2"), "I27");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_is_refused_in_a_success_says_why() {
    let server = server();
    let client = tracker::client(&server);
    server.backend().reply(
        "POST",
        "/auth/login",
        json(r#"{"error":"access_denied","error_description":"locked"}"#),
    );
    let Err(Error::Status(answer)) = client.login(&user("ann")).await else { panic!("signed in") };
    assert_eq!((answer.status().as_u16(), answer.message()), (200, Some("locked")));
    server.backend().reply("POST", "/auth/login", json(r#"{"title":"Locked","status":423}"#).status(423));
    let Err(Error::Status(answer)) = client.login(&user("ann")).await else { panic!("signed in") };
    assert_eq!(answer.message(), Some("Locked"));
    server.backend().reply("POST", "/auth/login", json("{\"error\":\"\"}"));
    assert!(matches!(client.login(&user("ann")).await, Err(Error::Decode(_))));
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_refresh_says_what_was_answered_and_what_helps() {
    for (reply, status, words, others) in [
        (json(r#"{"error":"invalid_client"}"#).status(401), Some(401), "`invalid_client`", "refused ="),
        (
            json(r#"{"error":"unsupported_grant_type"}"#).status(400),
            Some(400),
            "`unsupported_grant_type`",
            "refused =",
        ),
        (
            Reply::redirect("/token/?code=hunter2"),
            Some(302),
            "redirected to /token/, which session endpoints do not follow",
            "hunter2",
        ),
        (
            Reply::redirect("https://u:hunter2@portal.example/login?x=hunter2#hunter2"),
            Some(302),
            "redirected to https://portal.example/login, which",
            "hunter2",
        ),
        (
            Reply::empty().status(429).header("retry-after", "9"),
            Some(429),
            "status 429, and is asked again later",
            "refused =",
        ),
        (
            Reply::empty().status(503).header("retry-after", "9"),
            Some(503),
            "status 503, and is asked again later",
            "refused =",
        ),
        (json(r#"{"error":"hunter2"}"#).status(404), Some(404), "`refused = …`", "hunter2"),
        (json(r#"{"token":"hunter2"}"#), Some(200), "could not be decoded", "hunter2"),
        (Reply::hang(), None, "too long", "status"),
    ] {
        let server = server();
        let client = expired_client(&server).await;
        server.next_refresh(reply.clone());
        if status.is_none() {
            server.next_refresh(reply.clone());
        }
        let error = client.issue(1).await.unwrap_err();
        let Error::RefreshUnavailable(told) = &error else { panic!("{error:?}") };
        assert_eq!(told.status().map(|status| status.as_u16()), status, "{reply:?}");
        let answer = told.response().map(|answer| answer.status().as_u16());
        assert_eq!(answer, status.filter(|status| *status != 200), "{reply:?}");
        assert_eq!(error.response().map(|answer| answer.status().as_u16()), answer, "{reply:?}");
        let shown = error.to_string();
        assert!(shown.contains(words), "{shown}");
        assert!(!shown.contains(others), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_login_that_a_judge_has_seen_carries_the_words_of_the_server() {
    let server = server();
    let builder = tracker::builder(&server);
    let client = builder
        .token_bad(|answer| match answer.status().as_u16() {
            410 => Verdict::LoginOver,
            401 => Verdict::TokenBad,
            _ => Verdict::Surface,
        })
        .build()
        .unwrap();
    for is_replay in [false, true] {
        client.login(&user("ann")).await.unwrap();
        let mut events = client.session().events();
        let asked = Arc::new(AtomicUsize::new(usize::from(!is_replay)));
        server.backend().route("GET", "/fussy", move |_| {
            let reply = match asked.fetch_add(1, Ordering::SeqCst) {
                0 => Reply::empty().status(401),
                _ => json(r#"{"title":"Gone","detail":"the account was closed"}"#).status(410),
            };
            async move { reply }
        });
        for (call, error) in
            [client.fussy().await.unwrap_err(), client.issue(1).await.unwrap_err()].iter().enumerate()
        {
            let Error::SessionExpired(expired) = error else { panic!("{call}: {error:?}") };
            assert_eq!(expired.reason(), ExpiredReason::LoginOver, "{call}");
            assert_eq!(expired.message(), Some("the account was closed"), "{call}");
            assert_eq!(expired.response().unwrap().status(), 410, "{call}");
        }
        let end = async {
            loop {
                if let SessionEvent::Expired(expired) = events.next().await.unwrap() {
                    break expired;
                }
            }
        };
        assert_eq!(end.await.message(), Some("the account was closed"));
    }
}

/// Ten thousand calls wait, and each was answered with as much as is kept of an error.
#[tokio::test(start_paused = true)]
async fn a_call_that_waits_keeps_little_of_the_answer_that_rejected_its_token() {
    let server = server();
    let client = tracker::client(&server);
    client.login(&user("ann")).await.unwrap();
    server.backend().reply("GET", "/fussy", Reply::text("x".repeat(60 << 10)).status(401));
    let error = client.fussy().await.unwrap_err();
    let answer = error.response().unwrap();
    assert!(answer.body().len() <= 4 << 10 && answer.is_truncated(), "{} bytes", answer.body().len());
    // What it says is read before.
    let body = format!(r#"{{"pad":"{}","error_description":"no"}}"#, "x".repeat(8 << 10));
    server.backend().reply("GET", "/fussy", json(&body).status(401));
    advance(Duration::from_secs(120)).await;
    assert_eq!(client.fussy().await.unwrap_err().response().unwrap().message(), Some("no"));
}
