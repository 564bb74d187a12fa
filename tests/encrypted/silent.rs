//! Connections that go silent while TCP still acknowledges: calls and refreshes leave them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sdk_runtime::{Error, error::TransportErrorKind};
use tokio::task::JoinSet;

use crate::api::{Application, in_time, pair, watchful_client as client};
use crate::support::authority::Authority;
use crate::support::frames::Frames;
use crate::support::h1::Wire;
use crate::support::h2;
use crate::support::server::{Server, Setup};

/// A server whose connection of that `number` falls silent with its second request, or with the first where
/// it `answers` none.
async fn falling_silent(authority: &Authority, number: usize, answers: bool) -> Server {
    let application = Application::default();
    Server::start(Setup::h2(authority), move |connection| {
        let application = application.clone();
        async move {
            if connection.number != number {
                return h2::serve(connection, move |exchange| application.clone().answer(exchange)).await;
            }
            let mut frames = Frames::begin(connection).await.unwrap();
            let stream = frames.request().await.unwrap();
            if answers {
                frames.answer(stream, &[], "1").await.unwrap();
            }
            frames.fall_silent().await;
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_leave_a_connection_that_has_gone_silent() {
    let authority = Authority::new();
    // The sign-in has the first.
    let server = falling_silent(&authority, 1, true).await;
    let client = client(&server.url(), &authority).build().unwrap();
    in_time(client.login("pw")).await.unwrap();
    assert_eq!(in_time(client.issue(1)).await.unwrap(), 1);
    let mut calls = JoinSet::new();
    for id in 0..20 {
        let call = client.issue(id);
        calls.spawn(call);
    }
    in_time(client.session().refresh()).await.unwrap();
    while let Some(done) = in_time(calls.join_next()).await {
        let Err(Error::Transport(error)) = done.unwrap() else {
            panic!("the calls fail before their time is over")
        };
        assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Request, true));
        assert!(error.to_string().ends_with("a PING was not answered"), "{error}");
    }
    assert_eq!(in_time(client.issue(7)).await.unwrap(), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_with_little_time_leave_it_too() {
    let authority = Authority::new();
    let server = falling_silent(&authority, 1, true).await;
    let client = client(&server.url(), &authority).build().unwrap();
    in_time(client.login("pw")).await.unwrap();
    assert_eq!(in_time(client.issue(1)).await.unwrap(), 1);
    let mut answered = false;
    for _ in 0..40 {
        answered = client.issue(7).timeout(Duration::from_millis(500)).await.is_ok();
        if answered {
            break;
        }
    }
    assert!(answered, "no call is stuck on it for ever");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_is_sent_again_on_another_connection() {
    let authority = Authority::new();
    let server = falling_silent(&authority, 1, false).await;
    let client = client(&server.url(), &authority).build().unwrap();
    in_time(client.login("pw")).await.unwrap();
    in_time(client.session().refresh()).await.unwrap();
    assert_eq!(server.handshakes(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http1_is_left_with_the_call_that_gave_up() {
    let authority = Authority::new();
    let was_silent = Arc::new(AtomicBool::new(false));
    let silence = was_silent.clone();
    let server = Server::start(Setup::speaking(&authority, &["http/1.1"]), move |connection| {
        let was_silent = silence.clone();
        async move {
            let mut wire = Wire::new(connection.stream);
            while let Ok(Some(request)) = wire.request().await {
                let is_second = request.line.contains("/issues/2");
                if is_second && !was_silent.swap(true, Ordering::SeqCst) {
                    std::future::pending::<()>().await;
                }
                let answer = if request.line.contains("/login") { pair(0) } else { "1".to_owned() };
                wire.answer(&answer).await.unwrap();
            }
        }
    })
    .await;
    let client = client(&server.url(), &authority).build().unwrap();
    in_time(client.login("pw")).await.unwrap();
    assert_eq!(in_time(client.issue(1)).await.unwrap(), 1);
    let silent = client.issue(2).timeout(Duration::from_millis(300)).await;
    assert!(matches!(silent, Err(Error::Timeout(_))));
    assert_eq!(in_time(client.issue(2)).await.unwrap(), 1);
    assert!(was_silent.load(Ordering::SeqCst));
    assert_eq!(server.handshakes(), 3, "one for the sign-in, one that fell silent, one in its place");
}

/// It answers each PING, so that nothing else would end it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_on_which_a_call_has_timed_out_is_not_used_again() {
    let authority = Authority::new();
    let server = Server::start(Setup::h2(&authority), |connection| async move {
        if connection.number > 0 {
            return h2::serve(connection, |exchange| Application::default().answer(exchange)).await;
        }
        let mut frames = Frames::begin(connection).await.unwrap();
        let stream = frames.request().await.unwrap();
        frames.answer(stream, &[], "1").await.unwrap();
        while frames.request().await.is_ok() {}
    })
    .await;
    let client = client(&server.url(), &authority).build().unwrap();
    assert_eq!(in_time(client.open()).await.unwrap(), 1);
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let call = client.open().timeout(Duration::from_millis(300));
        calls.spawn(call);
    }
    while let Some(done) = in_time(calls.join_next()).await {
        assert!(matches!(done.unwrap(), Err(Error::Timeout(_))));
    }
    for _ in 0..3 {
        assert_eq!(in_time(client.open()).await.unwrap(), 1);
    }
    assert_eq!(server.handshakes(), 2, "the first that timed out is enough");
}
