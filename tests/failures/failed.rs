//! Refreshes that fail: all callers are told, in time, and no user is signed out on a guess.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    Error, Grant, Result, ServiceTransport, SessionState, TokenRequest, Tokens, api_client,
    error::{ExpiredReason, UnavailableCause},
};
use sdk_testkit::{Reply, TokenServer};
use serde_json::json;
use test_support::user;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep};

use crate::api::{Refreshed, backend_of, idle, refresh, signed_in, spent};
use crate::tracker::{LATENCY, client, expired_client, server, with_issues};

fn unavailable<T: fmt::Debug>(outcome: Result<T>) -> UnavailableCause {
    match outcome {
        Err(Error::RefreshUnavailable(told)) => told.cause().clone(),
        other => panic!("not unavailable: {other:?}"),
    }
}

/// Row 6: a caller of `refresh()` was given the cool-down of a refresh that had begun by itself.
#[tokio::test(start_paused = true)]
async fn a_requested_refresh_is_not_delayed_by_the_failure_of_another() {
    let server = server();
    let client = expired_client(&server).await;
    server.next_refresh(Reply::empty().status(429));
    let hold = server.hold_refreshes();
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    let session = client.session().clone();
    let asked = tokio::spawn(async move { session.refresh().await });
    idle().await;
    hold.release();
    // Both were told what came of the one that was under way.
    for outcome in [call.await.unwrap().map(drop), asked.await.unwrap()] {
        assert!(matches!(unavailable(outcome), UnavailableCause::Status(_)), "I7");
    }
    unavailable(client.issue(2).await);
    assert_eq!(server.counts().refreshes, 1, "I18");
    client.session().refresh().await.unwrap();
    assert_eq!((server.counts().refreshes, client.issue(2).await.unwrap().id), (2, 2));
}

/// Row 15: an exception in the refresh left every later caller suspended.
#[tokio::test(start_paused = true)]
async fn after_a_panic_in_a_refresh_the_next_one_succeeds() {
    let backend = backend_of("a1", Reply::json(&json!({ "panic": true })));
    let client = signed_in(&backend);
    // A forgotten caller gives up by its own timeout.
    let call = || client.x().timeout(Duration::from_secs(60)).into_future();
    let (one, two) = tokio::join!(call(), call());
    for outcome in [one, two, call().await] {
        assert!(matches!(unavailable(outcome), UnavailableCause::Aborted), "I6");
    }
    backend.reply("POST", "/refresh", refresh());
    advance(Duration::from_secs(60)).await;
    assert_eq!(client.x().await.unwrap(), "welcome", "I32");
    assert_eq!(backend.count("POST", "/refresh"), 2);
}

/// Row 25: a refresh without an end made one stalled connection the end of everything.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_stalls_holds_a_hundred_callers_up_for_its_time_and_no_longer() {
    let backend = backend_of("a1", Reply::hang());
    let client = signed_in(&backend);
    let begin = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        calls.spawn(client.x().timeout(Duration::from_secs(300)).into_future());
    }
    while let Some(done) = calls.join_next().await {
        assert!(matches!(unavailable(done.unwrap()), UnavailableCause::Timeout), "I6, I7");
    }
    // It may have been sent once more before all callers were told.
    assert!((20..=41).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
    assert!(spent(&backend).len() <= 2, "I1");
    backend.reply("POST", "/refresh", refresh());
    advance(Duration::from_secs(2)).await;
    assert_eq!(client.x().await.unwrap(), "welcome", "I32");
}

/// Row 39: a refresh that failed for the moment made the client tell the server to end the login everywhere.
#[tokio::test(start_paused = true)]
async fn a_failure_that_may_pass_tells_the_server_of_no_sign_out() {
    for reply in [
        Reply::empty().status(500),
        Reply::empty().status(429),
        Reply::html("<h1>Blocked</h1>").status(403),
        Reply::reset(),
        Reply::hang(),
    ] {
        let server = server();
        let client = expired_client(&server).await;
        let name = format!("{reply:?}");
        // In doubt the second may be of the same refresh.
        server.next_refresh(reply.clone());
        server.next_refresh(reply);
        let mut failures = 0;
        while let Err(error) = client.issue(1).await {
            unavailable(Err::<(), _>(error));
            failures += 1;
            sleep(Duration::from_secs(300)).await;
        }
        assert!((1..=2).contains(&failures), "I16, I32: {name}");
        assert_eq!(server.counts().logouts, 0, "I16: {name}");
        assert_eq!((server.counts().rotations, server.counts().reused), (1, 0), "{name}");
    }
}

/// Row 46: the success of an old login's refresh was fenced off, and its failure signed the new user out.
#[tokio::test(start_paused = true)]
async fn what_comes_of_the_refresh_of_a_former_login_is_nothing_to_the_next() {
    for reply in [
        Reply::json(&json!({ "error": "invalid_grant" })).status(400),
        Reply::empty().status(401),
        Reply::empty().status(503).header("retry-after", "3600"),
        Reply::json(&json!({ "access_token": "stolen", "refresh_token": "stolen" })),
        Reply::redirect("http://localhost/login"),
    ] {
        let server = server();
        let client = expired_client(&server).await;
        let name = format!("{reply:?}");
        server.next_refresh(reply);
        let hold = server.hold_refreshes();
        let of_ann = tokio::spawn(client.issue(1).into_future());
        server.wait_for(|counts| counts.refreshes == 1).await;
        client.login(&user("bob")).await.unwrap();
        let mut states = client.session().watch();
        states.current();
        hold.release();
        of_ann.await.unwrap().unwrap_err();
        let later = tokio::time::timeout(Duration::from_secs(60), states.next()).await;
        assert!(later.is_err(), "I10: {name} made it {later:?}");
        assert_eq!(client.issue(2).await.unwrap().owner, "bob", "I10: {name}");
        assert_eq!(server.counts().refreshes, 1, "{name}");

        server.expire_access_tokens();
        assert_eq!(client.issue(3).await.unwrap().owner, "bob", "I10: no cool-down is inherited: {name}");
    }
}

/// Rows 59 and 60: a token that looked good by its own date was sent 147 times to a server that refused it
/// each time.
#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_not_sent_again_even_if_it_looks_valid() {
    let server = with_issues(TokenServer::builder().tells_lifetime(true).build());
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    server.backend().reply("POST", "/auth/refresh", Reply::empty().status(503));
    for _ in 0..147 {
        unavailable(client.issue(1).await);
        advance(Duration::from_secs(5)).await;
    }
    assert_eq!(server.counts().rejected_calls, 1, "I26");
}

struct Spent(String);

impl TokenRequest for Spent {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self(grant.refresh_token()?.expose().to_owned()))
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[api_client]
trait Keyed {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[header("x-spent")] spent: Spent) -> Result<Refreshed>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

/// Row 71: a refresh that failed before anything was sent told its waiters nothing, neither good nor bad.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_before_it_is_sent_fails_for_all_who_wait() {
    for tokens in [Tokens::new("a0"), Tokens::new("a0").refresh_token("of two\nlines")] {
        let backend = backend_of("never", Reply::empty().status(500));
        backend.reply("GET", "/x", Reply::empty().status(401).delay(LATENCY));
        let transport = ServiceTransport::new(backend.clone());
        let client = KeyedClient::builder("http://localhost").transport(transport).build().unwrap();
        let has_token = format!("{tokens:?}").contains("RefreshToken");
        client.session().sign_in(tokens).unwrap();
        let mut calls = JoinSet::new();
        for _ in 0..50 {
            calls.spawn(client.x().into_future());
        }
        while let Some(done) = calls.join_next().await {
            match done.unwrap() {
                Err(Error::SessionExpired(expired)) if !has_token => {
                    assert_eq!(expired.reason(), ExpiredReason::NoRefreshToken, "I6, I7");
                }
                outcome => assert!(matches!(unavailable(outcome), UnavailableCause::Request(_)), "I6, I7"),
            }
        }
        assert_eq!(client.session().state().is_signed_in(), has_token, "I16");
        assert_eq!((backend.count("GET", "/x"), backend.count("POST", "/refresh")), (50, 0));
    }
}

/// Rows 32 and 52: nothing told the application of the token that had taken the place of the one it kept.
#[tokio::test(start_paused = true)]
async fn a_watcher_of_the_login_gets_each_token_that_replaces_one() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    let mut states = client.session().watch();
    let mut kept = Vec::new();
    for _ in 0..4 {
        let Some(SessionState::SignedIn(login)) = states.next().await else { panic!("signed out") };
        kept.push(login.refresh_token().unwrap().expose().to_owned());
        server.expire_access_tokens();
        client.issue(1).await.unwrap();
    }
    let all_differ = kept.iter().collect::<std::collections::HashSet<_>>().len() == kept.len();
    assert!(all_differ, "each refresh rotates");

    // The last one works for a program that starts again with it.
    let Some(SessionState::SignedIn(login)) = states.next().await else { panic!("signed out") };
    let again = crate::tracker::client(&server);
    let refresh = login.refresh_token().unwrap().expose().to_owned();
    again.session().sign_in(Tokens::new("lost").refresh_token(refresh)).unwrap();
    assert_eq!(again.issue(2).await.unwrap().owner, "ann", "I9");
    assert_eq!(server.counts().reused, 0, "I14");
}

/// Row 56: an answer without a refresh token, or with none in its place, overwrote the one that was kept.
#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_is_left_out_in_any_way_is_kept() {
    for left_out in [
        json!({ "access": "a1" }),
        json!({ "access": "a1", "refresh": null }),
        json!({ "access": "a1", "refresh": "" }),
    ] {
        let backend = backend_of("a1", Reply::json(&left_out));
        let client = signed_in(&backend);
        client.x().await.unwrap();
        client.session().refresh().await.unwrap();
        assert_eq!(spent(&backend), ["r0", "r0"], "I31: {left_out}");
    }
}
