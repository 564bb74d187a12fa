//! Cases from the tests of Alamofire's `AuthenticationInterceptor` that no other test here has.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, Tokens, error::ExpiredReason};
use sdk_testkit::{Reply, TokenServer};
use test_support::user;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance};

use crate::api::{self, backend_of, idle, refresh, signed_in};
use crate::tracker::{LATENCY, TrackerClient, add_fussy, client, expired_client, server, with_issues};

/// A server whose tokens live for a thousand seconds and say so, and a client whose token is in the last half
/// minute of its life.
async fn about_to_lapse() -> (TokenServer, TrackerClient) {
    let builder = TokenServer::builder().access_lifetime(Duration::from_secs(1000)).tells_lifetime(true);
    let server = with_issues(builder.build());
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    advance(Duration::from_secs(980)).await;
    (server, client)
}

fn tokens_of(server: &TokenServer, username: &str) -> Tokens {
    let issued = server.issue(username);
    Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap())
}

#[tokio::test(start_paused = true)]
async fn calls_queue_behind_a_refresh_that_comes_before_them() {
    for callers in [2, 6] {
        let (server, client) = about_to_lapse().await;
        let hold = server.hold_refreshes();
        let mut calls = JoinSet::new();
        for id in 0..callers {
            calls.spawn(client.issue(id).into_future());
        }
        server.wait_for(|counts| counts.refreshes == 1).await;
        idle().await;
        assert_eq!(server.counts().served_calls, 0, "they wait");
        hold.release();
        while let Some(done) = calls.join_next().await {
            done.unwrap().unwrap();
        }
        let requests = server.backend().requests();
        let shown: std::collections::HashSet<_> = requests.iter().filter_map(|it| it.bearer()).collect();
        assert_eq!(shown.len(), 1, "all with the new token");
        let counts = server.counts();
        assert_eq!((counts.refreshes, counts.rejected_calls), (1, 0), "I1");
    }
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_a_refresh_reaches_all_that_were_deferred() {
    let server = server();
    let client = client(&server);
    let issued = server.issue("ann");
    let lapsed = Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap());
    client.session().sign_in(lapsed.expires_in(Duration::ZERO)).unwrap();
    server.next_refresh(Reply::empty().status(429));
    let hold = server.hold_refreshes();
    let mut calls = JoinSet::new();
    for id in 0..3 {
        calls.spawn(client.issue(id).into_future());
    }
    server.wait_for(|counts| counts.refreshes == 1).await;
    idle().await;
    hold.release();
    while let Some(done) = calls.join_next().await {
        assert!(matches!(done.unwrap(), Err(Error::RefreshUnavailable(_))), "I7");
    }
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rejected_calls, counts.served_calls), (1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_is_missing_or_gone_is_an_error_of_its_own() {
    let server = server();
    let client = client(&server);
    assert!(matches!(client.issue(1).await, Err(Error::NotSignedIn(_))));
    client.login(&user("ann")).await.unwrap();
    client.issue(1).await.unwrap();
    client.session().sign_out();
    assert!(matches!(client.issue(1).await, Err(Error::NotSignedIn(_))));

    // Gone by the time of the replay.
    client.session().sign_in(Tokens::new("unknown")).unwrap();
    let Err(Error::SessionExpired(expired)) = client.issue(1).await else { panic!("not expired") };
    assert_eq!(expired.reason(), ExpiredReason::NoRefreshToken);
    assert_eq!(expired.response().unwrap().status(), 401, "what the server said is kept");
}

/// After a refresh that failed, with and without a waiter.
#[tokio::test(start_paused = true)]
async fn new_tokens_from_elsewhere_sign_at_once_after_a_failure() {
    for is_rejected in [false, true] {
        let (server, client) = about_to_lapse().await;
        server.next_refresh(Reply::empty().status(503).header("retry-after", "3600"));
        if is_rejected {
            server.expire_access_tokens();
            client.issue(1).await.unwrap_err();
        } else {
            client.issue(1).await.unwrap();
        }
        client.session().sign_in(tokens_of(&server, "ann")).unwrap();
        let called = Instant::now();
        client.issue(2).await.unwrap();
        assert_eq!(called.elapsed(), LATENCY);
        server.expire_access_tokens();
        client.issue(3).await.unwrap();
        assert_eq!(server.counts().rotations, 1, "and are refreshed, independently of those before");
    }
}

#[tokio::test(start_paused = true)]
async fn six_rejections_at_once_are_six_replays_and_twelve_signatures() {
    let server = server();
    let client = expired_client(&server).await;
    server.refresh_latency(Duration::from_millis(50));
    let mut calls = JoinSet::new();
    for id in 0..6 {
        calls.spawn(client.issue(id).into_future());
    }
    while let Some(done) = calls.join_next().await {
        done.unwrap().unwrap();
    }
    let requests = server.backend().requests();
    let signed = requests.iter().filter(|request| request.bearer().is_some()).count();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.served_calls, signed), (1, 6, 12), "I1, I19");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_replayed_that_was_not_rejected() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    for (reply, was_answered) in [(Reply::reset(), false), (Reply::empty().status(500), true)] {
        server.backend().reply("GET", "/issues/{id}", reply);
        let before = server.backend().requests().len();
        match client.issue(1).await {
            Err(Error::Status(answer)) if was_answered => assert_eq!(answer.status(), 500),
            Err(Error::Transport(_)) if !was_answered => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(server.backend().requests().len(), before + 1, "I23");
    }
    assert_eq!(server.counts().refreshes, 0, "I23");
}

#[tokio::test(start_paused = true)]
async fn one_refresh_after_the_other_succeeds() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    // More than any budget has, each of a token that had served.
    for refreshes in 1..=50 {
        server.expire_access_tokens();
        client.issue(refreshes).await.unwrap();
        assert_eq!(server.counts().refreshes, refreshes as usize, "I18");
        client.issue(refreshes).await.unwrap();
    }
    assert_eq!(server.counts().reused, 0);
}

/// Alamofire's window of five in thirty seconds. Here it counts what was in vain: tokens that were refused
/// before any had served.
#[tokio::test(start_paused = true)]
async fn the_sixth_refresh_in_vain_within_a_minute_is_refused_to_all_who_want_it() {
    let backend = backend_of("none of them", refresh());
    let client = signed_in(&backend);
    let mut blocked = 0;
    for round in 0..8 {
        let mut calls = JoinSet::new();
        for _ in 0..20 {
            // An endpoint that refuses a new token is not believed about it, so it takes two.
            let call = if round % 2 == 0 { client.x() } else { client.y() };
            calls.spawn(call.into_future());
        }
        while let Some(done) = calls.join_next().await {
            let Err(Error::SessionExpired(expired)) = done.unwrap() else { panic!("round {round}") };
            assert!(!expired.requires_sign_in(), "I16: round {round}");
            blocked += usize::from(expired.reason() == ExpiredReason::EndpointRejects);
        }
        let refreshes = backend.count("POST", "/refresh");
        assert_eq!(refreshes, (round + 1).min(5), "I18: round {round}");
    }
    assert!(blocked >= 3 * 20, "I18: {blocked}");
    assert!(client.session().state().is_signed_in(), "I16");

    // The budget is that of a login: a new login has all of it.
    api::idle().await;
    client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    client.x().await.unwrap_err();
    assert_eq!(backend.count("POST", "/refresh"), 6);
}

/// Alamofire's two ways into a refresh differ after a failure; here both wait for the cool-down, and asking
/// passes it over.
#[tokio::test(start_paused = true)]
async fn after_a_failure_neither_way_into_a_refresh_is_open_before_its_time() {
    let (server, client) = about_to_lapse().await;
    add_fussy(&server);
    server.next_refresh(Reply::empty().status(429));
    client.issue(1).await.unwrap();
    client.issue(1).await.unwrap();
    assert!(matches!(client.fussy().await, Err(Error::RefreshUnavailable(_))), "I18: refused");
    assert_eq!(server.counts().refreshes, 1, "I18");
    client.session().refresh().await.unwrap();
    client.issue(2).await.unwrap();
    assert_eq!(server.counts().refreshes, 2);
}
