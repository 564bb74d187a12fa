//! One refresh for all who need it: not one for each client, each waiter or each rejection, even if callers
//! come and leave.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, ServiceTransport, SessionState, Tokens, error::UnavailableCause};
use sdk_testkit::{Backend, Reply, TokenServer};
use test_support::user;
use tokio::task::JoinSet;
use tokio::time::{advance, sleep};
use tokio_util::sync::CancellationToken;

use crate::api::{add_held, hold_refresh, idle, refresh, signed_in, spent};
use crate::tracker::{
    AdminClient, LATENCY, TrackerClient, client, expired_client, most_sends_of_one_call, server, with_issues,
};

/// Row 1: calls in flight when the refresh began got the raw 401.
#[tokio::test(start_paused = true)]
async fn a_rejection_before_during_or_after_the_refresh_is_replayed() {
    let backend = Backend::new();
    let (refusals, refreshed) = (add_held(&backend, 3), hold_refresh(&backend, refresh()));
    let client = signed_in(&backend);
    let [before, during, after] = [0, 1, 2].map(|id| tokio::spawn(client.held(id).into_future()));
    backend.received(3).await;

    refusals[0].notify_one();
    backend.received(4).await;
    refusals[1].notify_one();
    idle().await;
    refreshed.notify_one();
    before.await.unwrap().unwrap();
    during.await.unwrap().unwrap();
    refusals[2].notify_one();
    after.await.unwrap().unwrap();
    assert_eq!(spent(&backend), ["r0"], "I4");
    assert_eq!(backend.count("GET", "/held/{id}"), 6, "I6, I19");
}

/// Row 2: two client objects over one login made two refreshes of one refresh token.
#[tokio::test(start_paused = true)]
async fn two_clients_of_one_login_refresh_it_once_even_if_one_is_dropped() {
    let server = server();
    let tracker = expired_client(&server).await;
    let admin = AdminClient::builder("http://localhost")
        .session(tracker.session())
        .transport(ServiceTransport::new(server.backend().clone()))
        .build()
        .unwrap();
    let hold = server.hold_refreshes();
    let mut calls = JoinSet::new();
    for id in 0..50 {
        calls.spawn(tracker.issue(id).into_future());
        calls.spawn(admin.issue(50 + id).into_future());
    }
    server.wait_for(|counts| counts.refreshes == 1).await;
    drop(tracker);
    idle().await;
    hold.release();
    while let Some(done) = calls.join_next().await {
        done.unwrap().unwrap();
    }
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (1, 1, 0), "I1");
}

/// Rows 3, 27 and 30: each straggler refreshed again, with the refresh token that was spent.
#[tokio::test(start_paused = true)]
async fn stragglers_refresh_nothing_and_spend_nothing_twice() {
    let backend = Backend::new();
    let refusals = add_held(&backend, 11);
    backend.reply("POST", "/refresh", refresh());
    let client = signed_in(&backend);
    let mut calls: Vec<_> = (0..11).map(|id| tokio::spawn(client.held(id).into_future())).collect();
    backend.received(11).await;
    for (call, refusal) in calls.drain(..).zip(refusals.iter()) {
        refusal.notify_one();
        call.await.unwrap().unwrap();
        advance(Duration::from_millis(1)).await;
    }
    assert_eq!(spent(&backend), ["r0"], "I4, I14");
}

/// Row 4: a refresh that failed was not shared with requests that had been signed before it.
#[tokio::test(start_paused = true)]
async fn a_failed_refresh_is_that_of_everybody_who_was_signed_before_it() {
    let backend = Backend::new().reply("POST", "/refresh", Reply::empty().status(429));
    let refusals = add_held(&backend, 2);
    let client = signed_in(&backend);
    let [first, late] = [0, 1].map(|id| tokio::spawn(client.held(id).into_future()));
    backend.received(2).await;
    for (call, refusal) in [first, late].into_iter().zip(refusals.iter()) {
        refusal.notify_one();
        let Err(Error::RefreshUnavailable(told)) = call.await.unwrap() else { panic!("not unavailable") };
        assert!(matches!(told.cause(), UnavailableCause::Status(it) if it.status() == 429), "I7");
    }
    assert_eq!(spent(&backend), ["r0"], "I7");
    assert_eq!(backend.count("GET", "/held/{id}"), 2, "I5: the refused token is not tried again");
}

/// Row 5: the refresh found that the token still looked fresh, and gave it to the callers rejected with it.
#[tokio::test(start_paused = true)]
async fn a_token_that_looks_fresh_is_refreshed_for_all_callers_rejected_with_it() {
    let server = with_issues(TokenServer::builder().tells_lifetime(true).build());
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let mut calls = JoinSet::new();
    for id in 0..20 {
        calls.spawn(client.issue(id).into_future());
    }
    while let Some(done) = calls.join_next().await {
        done.unwrap().unwrap();
    }
    let counts = server.counts();
    assert_eq!((counts.rejected_calls, counts.refreshes, counts.rotations), (20, 1, 1), "I5, I26");
    assert_eq!(most_sends_of_one_call(&server), 2, "I19");
}

/// Rows 10, 12 and 13: what a waiter took along was the lock, the refresh itself or the place where others
/// find it.
#[tokio::test(start_paused = true)]
async fn a_caller_after_a_waiter_has_left_joins_the_same_refresh() {
    const LEAVES: [&str; 3] = ["dropped", "cancelled", "out of time"];
    for (how, only_waiter) in LEAVES.into_iter().flat_map(|how| [(how, true), (how, false)]) {
        let server = server();
        let client = expired_client(&server).await;
        let hold = server.hold_refreshes();
        let stays = (!only_waiter).then(|| tokio::spawn(client.issue(0).into_future()));
        let token = CancellationToken::new();
        let call = client.issue(1).cancel_on(&token);
        let call = if how == "out of time" { call.timeout(Duration::from_secs(1)) } else { call };
        let leaves = tokio::spawn(call.into_future());
        server.wait_for(|counts| counts.refreshes == 1).await;
        idle().await;
        match how {
            "dropped" => leaves.abort(),
            "cancelled" => token.cancel(),
            _ => sleep(Duration::from_secs(1)).await,
        }
        assert!(!matches!(leaves.await, Ok(Ok(_))), "{how}");
        let comes = tokio::spawn(client.issue(2).into_future());
        idle().await;
        assert_eq!(server.counts().refreshes, 1, "I1, I8: {how}");
        hold.release();
        assert_eq!(comes.await.unwrap().unwrap().id, 2);
        if let Some(stays) = stays {
            assert_eq!(stays.await.unwrap().unwrap().id, 0, "I8: {how}");
        }
        let counts = server.counts();
        assert_eq!((counts.refreshes, counts.rotations, counts.reused), (1, 1, 0), "I1: {how}");
    }
}

/// Row 11: each waiter had a task of its own, which was still in the queue when the waiter had gone, and
/// refreshed later.
#[tokio::test(start_paused = true)]
async fn waiters_that_have_gone_leave_nothing_behind_that_refreshes() {
    let server = server();
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let client = expired_client(&server).await;
    let hold = server.hold_refreshes();
    let mut calls = JoinSet::new();
    for id in 0..1_000 {
        calls.spawn(client.issue(id).into_future());
    }
    server.wait_for(|counts| counts.refreshes == 1).await;
    idle().await;
    assert_eq!(server.counts().rejected_calls, 1_000);
    calls.shutdown().await;
    assert_eq!(tasks(), before + 1, "I33: the one refresh");
    hold.release();
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(tasks(), before, "I33");
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (1, 1, 0), "I1, I8");
}

/// Row 14: a rejected caller joined a refresh that was content with the rejected token.
#[tokio::test(start_paused = true)]
async fn a_rejection_that_joins_a_refresh_in_the_background_gets_another_token() {
    let builder = TokenServer::builder().access_lifetime(Duration::from_secs(1000)).tells_lifetime(true);
    let server = with_issues(builder.build());
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    advance(Duration::from_secs(900)).await;
    let hold = server.hold_refreshes();
    client.issue(1).await.unwrap();
    server.wait_for(|counts| counts.refreshes == 1).await;

    server.expire_access_tokens();
    let refused = tokio::spawn(client.issue(2).into_future());
    server.wait_for(|counts| counts.rejected_calls == 1).await;
    sleep(2 * LATENCY).await;
    hold.release();
    assert_eq!(refused.await.unwrap().unwrap().id, 2, "I5");
    assert_eq!((server.counts().refreshes, most_sends_of_one_call(&server)), (1, 2), "I1");
}

/// Rows 29 and 49: refreshes were shared across scopes, and what they gave was kept for the wrong account.
#[tokio::test(start_paused = true)]
async fn logins_with_other_scopes_or_of_others_share_no_refresh() {
    let server = server();
    let logins = [("ann", "read"), ("ann", "read write"), ("bob", "read")].map(|(name, scopes)| {
        let client = client(&server);
        let issued = server.issue(name);
        let tokens = Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap());
        client.session().sign_in(tokens.subject(name).scopes([scopes])).unwrap();
        (client, name, scopes)
    });
    server.expire_access_tokens();
    server.refresh_latency(Duration::from_millis(50));
    let mut calls = JoinSet::new();
    for (client, name, _) in &logins {
        let call = client.issue(1);
        let name = *name;
        calls.spawn(async move { assert_eq!(call.await.unwrap().owner, name, "I11") });
    }
    calls.join_all().await;
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (3, 3, 0), "I11");
    for (client, name, scopes) in &logins {
        let SessionState::SignedIn(login) = client.session().state() else { panic!("signed out") };
        let owner = server.authority().owner(login.access_token().unwrap().expose()).unwrap();
        assert_eq!((owner.name(), login.subject()), (*name, Some(*name)));
        assert_eq!(login.scopes().unwrap().join(" "), *scopes, "and are kept where a refresh tells none");
    }
}

/// Row 37: callers one after the other were no concern of single flight, and refreshed tens of thousands of
/// times an hour.
#[tokio::test(start_paused = true)]
async fn callers_in_a_row_do_not_storm_a_server_that_is_down() {
    let server = server();
    let client = expired_client(&server).await;
    server.backend().reply("POST", "/auth/refresh", Reply::empty().status(503).header("retry-after", "1"));
    for _ in 0..36_000 {
        assert!(matches!(client.issue(1).await, Err(Error::RefreshUnavailable(_))));
        advance(Duration::from_millis(100)).await;
    }
    let refreshes = server.backend().count("POST", "/auth/refresh");
    assert!((50..=130).contains(&refreshes), "I18, I32: {refreshes} in an hour");
    assert_eq!(server.counts().rejected_calls, 1, "nothing is sent with a token that was refused");
}

/// Row 70: a ping, calls, and a socket that reconnects each refreshed on their own, and the server revoked
/// the login.
#[tokio::test(start_paused = true)]
async fn all_that_need_the_token_share_the_same_refresh() {
    let server = server();
    let client = expired_client(&server).await;
    server.refresh_latency(Duration::from_millis(50));
    let session = client.session();
    for round in 1..=20 {
        let (ping, call, asked) = tokio::join!(
            client.issue(1).into_future(),
            client.rename(2, "x").into_future(),
            session.refresh()
        );
        ping.unwrap();
        call.unwrap();
        asked.unwrap();
        let socket = session.access_token().await.unwrap();
        assert!(server.authority().authorize_token(Some(socket.expose())).is_ok());
        let counts = server.counts();
        assert_eq!((counts.refreshes, counts.rotations, counts.reused), (round, round, 0), "I1");
        server.expire_access_tokens();
    }
}

/// Row 51: the session had kept what ends the first request, and every later refresh was "cancelled".
#[tokio::test(start_paused = true)]
async fn what_ends_one_call_ends_no_refresh_ever() {
    let server = server();
    let client: TrackerClient = client(&server);
    let token = CancellationToken::new();
    let limit = Duration::from_secs(1);
    client.login(&user("ann")).cancel_on(&token).timeout(limit).await.unwrap();
    server.expire_access_tokens();
    let hold = server.hold_refreshes();
    let first = tokio::spawn(client.issue(1).cancel_on(&token).timeout(limit).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    token.cancel();
    assert!(matches!(first.await.unwrap(), Err(Error::Cancelled(_))));
    sleep(Duration::from_secs(5)).await;
    hold.release();
    for refreshes in 1..=3 {
        client.issue(2).await.unwrap();
        assert_eq!(server.counts().rotations, refreshes, "I8");
        server.expire_access_tokens();
    }
}
