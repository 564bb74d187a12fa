//! Cases from the tests of axios-auth-refresh, and cases missing there, that no other test here has.

use std::future::IntoFuture;

use sdk_runtime::{Error, ErrorResponse, Result, ServiceTransport, Tokens, session::Verdict};
use sdk_testkit::{Backend, Reply};
use tokio::task::JoinSet;

use crate::api::{ApiClient, backend_of, hold_refresh, idle, refresh, spent};

/// A client with a judge of its own, signed in with `a0` and `r0`.
fn judged<V: Into<Verdict>>(
    backend: &Backend,
    judge: impl Fn(&ErrorResponse) -> V + Send + Sync + 'static,
) -> ApiClient {
    let client = ApiClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend.clone()))
        .token_bad(judge)
        .build()
        .unwrap();
    client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    client
}

/// A backend that answers `reply` to `a0` and takes `a1`.
fn backend_that_says(reply: Reply) -> Backend {
    let backend = Backend::new().reply("POST", "/refresh", refresh()).reply("GET", "/public", reply.clone());
    backend.route("GET", "/x", move |request| {
        let is_good = request.bearer() == Some("a1");
        std::future::ready(if is_good { Reply::text("welcome") } else { reply.clone() })
    })
}

/// Its table of what is intercepted: no error, no answer, a status that is listed or not, `shouldRefresh`,
/// `skipAuthRefresh`.
#[tokio::test(start_paused = true)]
async fn what_starts_a_refresh_is_an_answer_that_the_judge_says_is_about_the_token() {
    type Judge = fn(&ErrorResponse) -> bool;
    const LISTED: Judge = |answer| [401, 419].contains(&answer.status().as_u16());
    for (reply, judge, is_refreshed) in [
        (Reply::text("no error"), LISTED, false),
        (Reply::reset(), LISTED, false),
        (Reply::empty().status(419), LISTED, true),
        (Reply::empty().status(401), LISTED, true),
        (Reply::empty().status(500), LISTED, false),
        (Reply::empty().status(404), LISTED, false),
        (Reply::empty().status(401), |_| false, false),
        (Reply::empty().status(403), |_| true, true),
        (Reply::text("{\"status\":\"401\"}").status(400), LISTED, false),
    ] {
        let what = format!("{reply:?}");
        let backend = backend_that_says(reply);
        let client = judged(&backend, judge);
        let outcome = client.x().await;
        assert_eq!(spent(&backend).len(), usize::from(is_refreshed), "I23: {what} gave {outcome:?}");
        assert_eq!(
            matches!(&outcome, Ok(text) if text == "welcome"),
            is_refreshed,
            "{what} gave {outcome:?}"
        );
        // Skipped, and the classifier is not asked.
        let _ = client.public().await;
        assert_eq!(spent(&backend).len(), usize::from(is_refreshed), "I23: {what}");
    }
}

/// A predicate that throws counts as false there. Here it fails the one caller, and no other.
#[tokio::test(start_paused = true)]
async fn a_classifier_that_panics_fails_its_caller_and_no_other() {
    let backend = backend_that_says(Reply::empty().status(401));
    backend.reply("GET", "/y", Reply::empty().status(418));
    let client = judged(&backend, |answer: &ErrorResponse| {
        assert_ne!(answer.status(), 418, "code of the user's");
        answer.status() == 401
    });
    let mut calls = JoinSet::new();
    for id in 0..10 {
        calls.spawn(if id % 2 == 0 { client.x() } else { client.y() }.into_future());
    }
    let (mut answered, mut panicked) = (0, 0);
    while let Some(done) = calls.join_next().await {
        match done {
            Ok(outcome) => answered += usize::from(outcome.unwrap() == "welcome"),
            Err(error) => panicked += usize::from(error.is_panic()),
        }
    }
    assert_eq!((answered, panicked, spent(&backend).len()), (5, 5, 1), "I6, I28");
    assert_eq!(client.x().await.unwrap(), "welcome");
}

/// Its own test of it sends the request when the refresh is over.
#[tokio::test(start_paused = true)]
async fn what_needs_no_login_passes_a_refresh_and_what_needs_one_does_not() {
    let backend = backend_of("a1", Reply::empty()).reply("GET", "/public", Reply::text("all users"));
    let refreshed = hold_refresh(&backend, refresh());
    let client = judged(&backend, |answer: &ErrorResponse| answer.status() == 401);
    let first = tokio::spawn(client.x().into_future());
    backend.received(2).await;
    let stalled = tokio::spawn(client.y().into_future());
    assert_eq!(client.public().await.unwrap(), "all users");
    idle().await;
    assert_eq!(backend.count("GET", "/y"), 0, "it is not sent with a token that was refused");
    refreshed.notify_one();
    for call in [first, stalled] {
        let answer: Result<String, Error> = call.await.unwrap();
        assert_eq!(answer.unwrap(), "welcome");
    }
    assert_eq!((backend.count("GET", "/x"), backend.count("GET", "/y")), (2, 1), "I19");
    assert_eq!(spent(&backend), ["r0"], "I1");
}
