//! Answers to a refresh: each kind of answer, crossed with each way in which it cannot be read.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use sdk_runtime::{
    Error,
    error::{DecodeError, ExpiredReason, UnavailableCause},
    session::SessionEvent,
    store::MemoryStore,
};
use sdk_testkit::{Reply, TokenServer};
use serde_json::json;
use test_support::user;
use tokio::time::advance;

use crate::shelf::Shelf;
use crate::tracker::{self, expired_client, server, with_issues};

pub fn json(text: &str) -> Reply {
    Reply::bytes(text.as_bytes().to_vec()).header("content-type", "application/json")
}

/// Successful answers in which a server has rotated the refresh token, and which cannot be read as the
/// declared type.
fn undecodable() -> Vec<(&'static str, Reply)> {
    let tokens = r#"{"access_token":"n","refresh_token":"r2","expires_in":3600}"#;
    vec![
        ("a number as text", json(r#"{"access_token":"n","refresh_token":"r2","expires_in":"3600"}"#)),
        ("a negative number", json(r#"{"access_token":"n","refresh_token":"r2","expires_in":-1}"#)),
        ("a fraction", json(r#"{"access_token":"n","refresh_token":"r2","expires_in":3600.5}"#)),
        ("another shape", json(r#"{"data":{"access_token":"n","refresh_token":"r2"}}"#)),
        ("a list of them", json(&format!("[{tokens}]"))),
        (
            "an unknown encoding",
            Reply::bytes(vec![0x1b, 0x07, 0x80])
                .header("content-encoding", "br")
                .header("content-type", "application/json"),
        ),
        (
            "an encoding, and plain bytes",
            Reply::bytes(b"\x1f\x8b\x08".to_vec()).header("content-encoding", "gzip"),
        ),
        ("a body over the limit", json(&format!("{}{tokens}", " ".repeat(1 << 20)))),
        ("nothing", Reply::empty().status(200)),
        ("a 204", Reply::empty()),
        ("spaces", json("  \n ")),
        ("half of it", json(&tokens[..30])),
        (
            "bytes that are no text",
            json("{\"access_token\":\"n\u{0}\",").header("content-type", "application/json"),
        ),
        (
            "latin-1",
            Reply::bytes(b"{\"access_token\":\"M\xfcller\"}".to_vec())
                .header("content-type", "application/json"),
        ),
        ("an error that is null", json(r#"{"error":null,"token":"n"}"#)),
        ("an error that is empty", json(r#"{"error":"","token":"n"}"#)),
        ("an error that is no text", json(r#"{"error":0,"token":"n"}"#)),
        (
            "utf-16",
            Reply::bytes("\u{feff}{".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())
                .header("content-type", "application/json"),
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn i14_a_refresh_that_succeeded_and_cannot_be_decoded_is_not_sent_again() {
    for with_store in [false, true] {
        for (name, reply) in undecodable() {
            let name = format!("{name}, store: {with_store}");
            let server = server();
            let builder = tracker::builder(&server);
            let builder = if with_store { builder.store(MemoryStore::new()) } else { builder };
            let client = builder.build().unwrap();
            client.login(&user("ann")).await.unwrap();
            let mut events = client.session().events();
            server.expire_access_tokens();
            server.next_refresh_rotates_then(reply);
            let (one, two) = tokio::join!(client.issue(1).into_future(), client.issue(2).into_future());
            for error in [one.unwrap_err(), two.unwrap_err()] {
                assert!(undecoded(&error).is_some(), "I7: {name}: {error:?}");
            }
            let SessionEvent::RefreshFailing(told) = events.next().await.unwrap() else { panic!("{name}") };
            assert!(matches!(told.cause(), UnavailableCause::Decode(_)), "{name}: {told:?}");
            for _ in 0..10 {
                client.issue(1).await.unwrap_err();
                client.session().refresh().await.expect_err("I14: asking does not pass this over");
                client.session().network_changed();
                advance(Duration::from_secs(29)).await;
            }
            assert_eq!(server.counts().refreshes, 1, "I14: {name}");
            assert!(client.session().state().is_signed_in(), "I16: {name}");
            // After the cool-down it is sent once more, for servers that do not rotate; this one rejects it.
            advance(Duration::from_secs(30)).await;
            let error = client.issue(1).await.unwrap_err();
            assert_eq!(server.counts().refreshes, 2, "{name}");
            let Error::SessionExpired(expired) = error else { panic!("{name}: {error:?}") };
            assert_eq!(expired.reason(), ExpiredReason::UndecodableRefresh, "{name}: nothing was lost");
            let why = expired.decode_error().unwrap();
            let UnavailableCause::Decode(first) = told.cause() else { unreachable!() };
            assert_eq!(why.to_string(), first.to_string(), "{name}: the first error");
        }
    }
}

/// The decoding error for which a refresh failed.
pub fn undecoded(error: &Error) -> Option<&DecodeError> {
    let Error::RefreshUnavailable(told) = error else { return None };
    let UnavailableCause::Decode(error) = told.cause() else { return None };
    Some(error)
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_rotate_recovers_from_an_answer_that_cannot_be_decoded() {
    let builder = TokenServer::builder().access_lifetime(Duration::from_secs(3600)).rotating(false);
    let server = with_issues(builder.build());
    let client = expired_client(&server).await;
    server.next_refresh_rotates_then(json("{}"));
    client.issue(1).await.unwrap_err();
    advance(Duration::from_secs(300)).await;
    client.issue(1).await.unwrap();
    assert_eq!(server.counts().refreshes, 2);
}

#[tokio::test(start_paused = true)]
async fn i14_in_the_advisory_window_an_undecodable_answer_costs_no_call_and_is_not_asked_for_again() {
    let builder = TokenServer::builder().access_lifetime(Duration::from_secs(3600)).tells_lifetime(true);
    let server = with_issues(builder.build());
    let client = tracker::client(&server);
    client.login(&user("ann")).await.unwrap();
    advance(Duration::from_secs(3400)).await;
    server.next_refresh_rotates_then(json(r#"{"access_token":7}"#));
    for second in 0..190 {
        client.issue(second).await.unwrap_or_else(|error| panic!("I17: {second}: {error:?}"));
        advance(Duration::from_secs(1)).await;
    }
    assert_eq!(server.counts().refreshes, 1, "I14");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_a_success_ends_the_login_with_one_send() {
    for code in ["bad_refresh_token", "invalid_grant", "expired_token"] {
        for body in [
            format!(r#"{{"error":"{code}"}}"#),
            // Fields that the type has defaults for do not hide it.
            format!(r#"{{"access_token":"","error":"{code}","error_description":"gone"}}"#),
        ] {
            let server = server();
            let client = expired_client(&server).await;
            server.next_refresh(json(&body));
            let Err(Error::SessionExpired(expired)) = client.issue(1).await else { panic!("I16: {body}") };
            assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
            let told = if body.contains("gone") { "gone" } else { code };
            assert_eq!(expired.message(), Some(told), "{body}");
            assert_eq!(server.counts().refreshes, 1, "I14: {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_is_no_part_of_an_answer() {
    let server = server();
    let client = expired_client(&server).await;
    let issued = server.issue("ann");
    let body = json!({"access_token": issued.access_token, "refresh_token": issued.refresh_token});
    server.next_refresh(json(&format!("\u{feff}{body}")));
    client.issue(1).await.unwrap();
    assert_eq!(server.counts().refreshes, 1);
}

/// What a network in between answers: it is asked again soon, and at once when the network changes or the
/// machine has slept.
#[tokio::test(start_paused = true)]
async fn i18_a_page_in_between_costs_seconds() {
    for reply in [
        Reply::redirect("http://portal.example/login"),
        Reply::html("<p>portal</p>"),
        Reply::html("<p>portal</p>").status(403),
        Reply::html("<p>portal</p>").status(511),
        Reply::empty().status(404),
        Reply::text("welcome"),
    ] {
        let server = server();
        let client = expired_client(&server).await;
        server.next_refresh(reply.clone());
        let Err(Error::RefreshUnavailable(told)) = client.issue(1).await else { panic!("{reply:?}") };
        assert!(told.retry_after() <= Duration::from_secs(1), "I18: {reply:?}: {:?}", told.retry_after());
        advance(told.retry_after()).await;
        client.issue(1).await.unwrap_or_else(|error| panic!("I32: {reply:?}: {error:?}"));
        assert_eq!(server.counts().refreshes, 2);

        server.expire_access_tokens();
        server.next_refresh(reply.clone());
        client.issue(1).await.unwrap_err();
        client.issue(1).await.unwrap_err();
        assert_eq!(server.counts().refreshes, 3, "I18: {reply:?}");
        client.session().network_changed();
        client.issue(1).await.unwrap_or_else(|error| panic!("{reply:?}: {error:?}"));
        assert_eq!(server.counts().refreshes, 4);
    }
}

/// How the next process gets the login: as the program that is started again, or as one that has run at the
/// same time as the first.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Next {
    StartedAgain,
    RunsBeside,
}

#[tokio::test(start_paused = true)]
async fn i14_other_processes_know_of_an_answer_that_could_not_be_decoded() {
    for next in [Next::StartedAgain, Next::RunsBeside] {
        for shelf in [Shelf::new(), Shelf::lockable()] {
            let builder =
                TokenServer::builder().access_lifetime(Duration::from_secs(3600)).tells_lifetime(true);
            let server = with_issues(builder.build());
            let wall = Arc::new(Mutex::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)));
            let pass = |seconds| {
                *wall.lock().unwrap() += Duration::from_secs(seconds);
                advance(Duration::from_secs(seconds))
            };
            let client = || {
                let now = wall.clone();
                let builder = tracker::builder(&server).wall_clock(move || *now.lock().unwrap());
                builder.store(shelf.clone()).build().unwrap()
            };
            let (first, second) = (client(), client());
            first.login(&user("ann")).await.unwrap();
            second.issue(0).await.unwrap();
            pass(3400).await;
            server.next_refresh_rotates_then(json(r#"{"access_token":["n"]}"#));
            first.issue(1).await.unwrap();
            server.wait_for(|counts| counts.refreshes == 1).await;
            first.session().flush().await.unwrap();

            let second = if next == Next::StartedAgain { client() } else { second };
            for second_of_life in 0..190 {
                second.issue(second_of_life).await.unwrap_or_else(|error| panic!("I17: {next:?}: {error:?}"));
                pass(1).await;
            }
            assert_eq!(server.counts().refreshes, 1, "I14: {next:?}: while the access token is valid");
            pass(15).await;
            let error = second.issue(1).await.unwrap_err();
            assert!(undecoded(&error).is_some(), "I14: {next:?}: {error:?}");
            assert_eq!(server.counts().refreshes, 1, "I14: {next:?}: in the cool-down of the first");
            pass(100).await;
            let Err(Error::SessionExpired(expired)) = second.issue(1).await else { panic!("{next:?}") };
            assert_eq!(expired.reason(), ExpiredReason::UndecodableRefresh, "{next:?}");
            assert_eq!(expired.decode_error().unwrap().path(), Some("access_token"), "{next:?}");
            assert_eq!(server.counts().refreshes, 2, "I14: {next:?}: once it has lapsed");
        }
    }
}
