//! Tokens with a lifetime: they are refreshed before any call has to wait, except the one call that starts
//! the refresh.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    Error, ServiceTransport, error::ExpiredReason, session::RefreshInAdvance, store::TokenStore as _,
};
use sdk_testkit::{Reply, TokenServer};
use test_support::user;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance};

use crate::shelf::{Shelf, Writes};
use crate::tracker::{LATENCY, TrackerClient, client, with_issues};

/// A server whose tokens live for a thousand seconds and say so, and a client that is signed in. They are
/// refreshed in the background in the last 150 to 250 seconds, and waited for in the last 30.
async fn signed_in() -> (TokenServer, TrackerClient) {
    let builder = TokenServer::builder().access_lifetime(Duration::from_secs(1000)).tells_lifetime(true);
    let server = with_issues(builder.build());
    server.refresh_latency(Duration::from_secs(2));
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    (server, client)
}

#[tokio::test(start_paused = true)]
async fn only_the_starter_of_a_refresh_waits_and_nothing_is_rejected_in_steady_state() {
    let (server, client) = signed_in().await;
    let begin = Instant::now();
    let (mut id, mut starters) = (0, 0);
    while begin.elapsed() < Duration::from_secs(10_000) {
        let (called, before) = (Instant::now(), server.counts());
        client.issue(id).await.unwrap();
        match server.counts().refreshes - before.refreshes {
            0 => assert_eq!(called.elapsed(), LATENCY, "no other call waits for a refresh"),
            _ => {
                starters += 1;
                assert_eq!(called.elapsed(), Duration::from_secs(2), "I37: the two go side by side");
                assert_eq!(server.counts().rotations, before.rotations + 1, "I37");
            }
        }
        advance(Duration::from_secs(1)).await;
        id += 1;
    }
    let counts = server.counts();
    assert_eq!(starters, counts.refreshes);
    assert_eq!((counts.rejected_calls, counts.reused), (0, 0));
    assert!((11..=13).contains(&counts.refreshes), "one for each life: {}", counts.refreshes);
}

#[tokio::test(start_paused = true)]
async fn of_ten_thousand_callers_of_a_stale_token_one_starts_a_refresh_and_the_others_wait_for_none() {
    let (server, client) = signed_in().await;
    advance(Duration::from_secs(900)).await;
    let hold = server.hold_refreshes();
    let begin = Instant::now();
    let mut calls = JoinSet::new();
    for id in 0..10_000 {
        let call = client.issue(id).into_future();
        calls.spawn(async move {
            call.await.unwrap();
            begin.elapsed()
        });
    }
    let mut waited = calls.join_all().await;
    waited.sort_unstable();
    assert_eq!(waited.pop(), Some(LATENCY + Duration::from_secs(2)), "who started it, and no longer");
    assert_eq!(waited.pop(), Some(LATENCY), "all others");
    let counts = server.wait_for(|counts| counts.refreshes > 0).await;
    assert_eq!((counts.refreshes, counts.rotations), (1, 0), "I1, while all are answered");
    hold.release();
    server.wait_for(|counts| counts.rotations == 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_about_to_lapse_is_waited_for_and_signs_if_need_be() {
    let (server, client) = signed_in().await;
    advance(Duration::from_secs(975)).await;
    let called = Instant::now();
    client.issue(1).await.unwrap();
    assert_eq!(called.elapsed(), Duration::from_secs(2) + LATENCY, "the refresh was waited for");
    assert_eq!(server.counts().rotations, 1);

    advance(Duration::from_secs(975)).await;
    server.refresh_latency(Duration::from_secs(1));
    server.next_refresh(Reply::empty().status(429));
    let called = Instant::now();
    client.issue(2).await.expect("I17: what still works signs");
    assert_eq!(called.elapsed(), Duration::from_secs(1) + LATENCY, "the refresh was waited for");
    client.issue(3).await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rejected_calls), (2, 0), "I18");
}

#[tokio::test(start_paused = true)]
async fn a_login_that_was_revoked_goes_on_until_its_token_ends() {
    let (server, client) = signed_in().await;
    advance(Duration::from_secs(900)).await;
    server.next_refresh(Reply::json(&serde_json::json!({ "error": "invalid_grant" })).status(400));
    client.issue(1).await.unwrap();
    server.wait_for(|counts| counts.refreshes == 1).await;
    advance(Duration::from_secs(80)).await;
    client.issue(2).await.unwrap();
    assert!(client.session().state().is_signed_in(), "I17");
    assert_eq!(server.counts().refreshes, 1, "I14: it is not asked again");

    advance(Duration::from_secs(20)).await;
    let Err(Error::SessionExpired(expired)) = client.issue(3).await else { panic!("still going on") };
    assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
    assert_eq!(server.counts().refreshes, 1, "I29");
}

/// Ways in which a refresh does not end while the access token is good for another 25 seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stuck {
    TheServerHangs,
    AnotherHoldsTheLock,
    TheStoreHangs,
}

#[tokio::test(start_paused = true)]
async fn i36_a_call_waits_two_seconds_at_most_while_its_token_can_sign() {
    for stuck in [Stuck::TheServerHangs, Stuck::AnotherHoldsTheLock, Stuck::TheStoreHangs] {
        let builder = TokenServer::builder().access_lifetime(Duration::from_secs(1000)).tells_lifetime(true);
        let server = with_issues(builder.build());
        let shelf = Shelf::lockable();
        let client = shelf.client(&server);
        client.login(&user("ann")).await.unwrap();
        advance(Duration::from_secs(975)).await;
        let (hold, lock) = (server.hold_refreshes(), shelf.try_lock().await.unwrap());
        match stuck {
            Stuck::TheServerHangs => drop(lock),
            Stuck::AnotherHoldsTheLock => std::mem::forget(lock),
            Stuck::TheStoreHangs => {
                drop(lock);
                shelf.writes(Writes::Never);
            }
        }
        for (age, most) in [(975, 2.0), (998, 1.0), (999, 0.5)] {
            let called = Instant::now();
            let mut calls = JoinSet::new();
            (0..50).for_each(|id| drop(calls.spawn(client.issue(id).into_future())));
            calls.spawn({
                let session = client.session().clone();
                async move {
                    session
                        .access_token()
                        .await
                        .map(|_| crate::tracker::Issue { id: 0, owner: String::new() })
                }
            });
            let mut waits = Vec::new();
            while let Some(done) = calls.join_next().await {
                done.unwrap().unwrap_or_else(|error| panic!("I36: {stuck:?} {age}: {error:?}"));
                waits.push(called.elapsed().saturating_sub(LATENCY).as_secs_f64());
            }
            // The one that has started the refresh waits for it when it has its answer: 2 s in all.
            let longest = waits.pop().unwrap();
            assert!(longest <= 2.002, "I36: {stuck:?} {age}: {longest}");
            for waited in waits {
                assert!(waited <= most + 0.002, "I36: {stuck:?} {age}: {waited}");
            }
            let next = Duration::from_secs(if age == 975 { 23 } else { 1 });
            advance(next.saturating_sub(called.elapsed())).await;
        }
        assert_eq!(server.counts().rejected_calls, 0, "{stuck:?}");
        drop(hold);
    }
}

#[tokio::test(start_paused = true)]
async fn i36_with_tokens_of_one_second_no_call_waits_longer_than_a_refresh() {
    for latency in [5, 50, 200, 400] {
        let latency = Duration::from_millis(latency);
        let builder = TokenServer::builder().access_lifetime(Duration::from_secs(1)).tells_lifetime(true);
        let server = with_issues(builder.build());
        server.refresh_latency(latency);
        let client = client(&server);
        client.login(&user("ann")).await.unwrap();
        let mut callers = JoinSet::new();
        for caller in 0..50 {
            let client = client.clone();
            callers.spawn(async move {
                let mut waits = Vec::new();
                tokio::time::sleep(Duration::from_millis(caller * 7)).await;
                for id in 0..200 {
                    let called = Instant::now();
                    client.issue(id).await.unwrap();
                    waits.push(called.elapsed());
                    tokio::time::sleep(Duration::from_millis(61)).await;
                }
                waits
            });
        }
        let mut waits = Vec::new();
        while let Some(done) = callers.join_next().await {
            waits.extend(done.unwrap());
        }
        waits.sort_unstable();
        let (p99, longest) = (waits[waits.len() * 99 / 100], waits[waits.len() - 1]);
        let bound = 2 * (latency + LATENCY);
        assert!(p99 <= bound, "I36: {latency:?}: {p99:?} of {longest:?}");
        assert!(longest <= bound + LATENCY, "I36: {latency:?}: {longest:?}");
        assert_eq!(server.counts().reused, 0);
    }
}

/// A client of `server` with an option, signed in 900 s before.
async fn refreshing(when: RefreshInAdvance) -> (TokenServer, TrackerClient) {
    let builder = TokenServer::builder().access_lifetime(Duration::from_secs(1000)).tells_lifetime(true);
    let server = with_issues(builder.build());
    let transport = ServiceTransport::new(server.backend().clone());
    let client = TrackerClient::builder("http://localhost")
        .transport(transport)
        .refresh_in_advance(when)
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    advance(Duration::from_secs(900)).await;
    (server, client)
}

#[tokio::test(start_paused = true)]
async fn calls_wait_for_a_refresh_in_advance_where_the_client_says_so() {
    let (server, client) = refreshing(RefreshInAdvance::Waited).await;
    server.refresh_latency(Duration::from_secs(1));
    let begin = Instant::now();
    let (one, two) = tokio::join!(client.issue(1), client.issue(2));
    one.and(two).unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rejected_calls), (1, 0), "both have the new token");

    // A server that does not answer holds no call up for long, because the token still signs.
    advance(Duration::from_secs(900)).await;
    let hold = server.hold_refreshes();
    let begin = Instant::now();
    client.issue(3).await.unwrap();
    assert!(begin.elapsed() < Duration::from_secs(3), "I36: {:?}", begin.elapsed());
    drop(hold);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_refreshed_in_advance_where_the_client_says_so() {
    let (server, client) = refreshing(RefreshInAdvance::Off).await;
    client.issue(1).await.unwrap();
    advance(Duration::from_secs(98)).await;
    client.issue(2).await.unwrap();
    assert_eq!(server.counts().refreshes, 0);
    advance(Duration::from_secs(2)).await;
    client.issue(3).await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rejected_calls), (1, 0), "a lapsed token signs nothing");
}
