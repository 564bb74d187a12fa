//! Many callers and one expired token: the server counts one refresh, and no call is sent more than twice.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, ServiceTransport, SessionState, error::UnavailableCause};
use sdk_testkit::{Reply, TokenServer};
use test_support::user;
use tokio::task::JoinSet;

use crate::tracker::{
    AdminClient, Issue, add_fussy, add_slow, client, expired_client, most_sends_of_one_call, server,
};

const CALLERS: u64 = 10_000;

#[tokio::test(start_paused = true)]
async fn ten_thousand_callers_share_one_refresh() {
    let server = server();
    let client = expired_client(&server).await;
    server.refresh_latency(Duration::from_millis(50));
    let hold = server.hold_refreshes();

    let mut calls = JoinSet::new();
    for id in 0..CALLERS {
        let call = client.issue(id);
        calls.spawn(async move { (id, call.await) });
    }
    server.wait_for(|counts| counts.rejected_calls == CALLERS as usize).await;
    hold.release();

    while let Some(done) = calls.join_next().await {
        let (id, issue) = done.unwrap();
        assert_eq!(issue.unwrap(), Issue { id, owner: "ann".to_owned() });
    }
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (1, 1, 0), "I1");
    assert_eq!(counts.served_calls, CALLERS as usize);
    assert_eq!(most_sends_of_one_call(&server), 2, "I19");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_callers_share_one_failure() {
    let server = server();
    let client = expired_client(&server).await;
    server.refresh_latency(Duration::from_millis(50));
    server.next_refresh(Reply::text("down for maintenance").status(503).header("retry-after", "9"));
    let hold = server.hold_refreshes();

    let mut calls = JoinSet::new();
    for id in 0..CALLERS {
        calls.spawn(client.issue(id).into_future());
    }
    server.wait_for(|counts| counts.rejected_calls == CALLERS as usize).await;
    hold.release();

    while let Some(done) = calls.join_next().await {
        let Err(Error::RefreshUnavailable(told)) = done.unwrap() else {
            panic!("not the error of the refresh");
        };
        assert!(matches!(told.cause(), UnavailableCause::Status(answer) if answer.status() == 503), "I7");
    }
    assert_eq!(server.counts().refreshes, 1, "I1, I7");
    assert_eq!(most_sends_of_one_call(&server), 1);
    assert!(client.session().state().is_signed_in(), "I16");

    // After the cool-down the next call asks again, and all is well.
    tokio::time::advance(Duration::from_secs(9)).await;
    client.issue(1).await.unwrap();
    assert_eq!(server.counts().refreshes, 2, "I32");
}

#[tokio::test(start_paused = true)]
async fn the_refresh_survives_the_caller_who_started_it() {
    let server = server();
    let client = expired_client(&server).await;
    server.refresh_latency(Duration::from_millis(50));
    let hold = server.hold_refreshes();

    let first = tokio::spawn(client.issue(0).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    let mut others = JoinSet::new();
    for id in 1..100 {
        others.spawn(client.issue(id).into_future());
    }
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    hold.release();

    while let Some(done) = others.join_next().await {
        done.unwrap().unwrap();
    }
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (1, 1, 0), "I8");

    // The rotated token was kept: the next refresh presents it, and not the spent one.
    server.expire_access_tokens();
    client.issue(7).await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (2, 2, 0), "I9, I14");
}

#[tokio::test(start_paused = true)]
async fn the_refresh_survives_all_of_its_callers() {
    let server = server();
    let client = expired_client(&server).await;
    server.refresh_latency(Duration::from_millis(50));
    let mut calls = JoinSet::new();
    for id in 0..100 {
        calls.spawn(client.issue(id).into_future());
    }
    server.wait_for(|counts| counts.rotations == 1).await;
    calls.shutdown().await;

    client.issue(7).await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (1, 1, 0), "I8, I9");
}

#[tokio::test(start_paused = true)]
async fn a_late_rejection_of_an_older_token_starts_no_refresh() {
    for identical in [false, true] {
        let server = TokenServer::builder().identical_within_a_second(identical).build();
        let client = client(&server);
        client.login(&user("ann")).await.unwrap();
        let before = client.session().state();

        // One refusal of the first token is on its way for so long that the second is there when it arrives.
        let refuse = add_slow(&server);
        let slow = tokio::spawn(client.slow().into_future());
        server.backend().received(2).await;
        add_fussy(&server);
        client.fussy().await.unwrap();
        assert_eq!(server.counts().refreshes, 1);
        assert_eq!(tokens_are_equal(&before, &client.session().state()), identical);

        refuse.notify_one();
        slow.await.unwrap().unwrap();
        assert_eq!(server.counts().refreshes, 1, "I2, I4, tokens identical: {identical}");
    }
}

fn tokens_are_equal(one: &SessionState, two: &SessionState) -> bool {
    let (SessionState::SignedIn(one), SessionState::SignedIn(two)) = (one, two) else {
        panic!("not signed in");
    };
    assert!(two.generation() > one.generation(), "I3");
    one.access_token().unwrap().expose() == two.access_token().unwrap().expose()
}

#[tokio::test(start_paused = true)]
async fn clients_that_share_a_session_share_its_refresh() {
    let server = server();
    let tracker = expired_client(&server).await;
    let transport = ServiceTransport::new(server.backend().clone());
    let admin = AdminClient::builder("http://localhost")
        .session(tracker.session())
        .transport(transport)
        .build()
        .unwrap();
    let (one, two) = tokio::join!(tracker.issue(1), admin.issue(2));
    assert_eq!((one.unwrap().id, two.unwrap().id), (1, 2));
    assert_eq!(server.counts().refreshes, 1, "I1");
}

#[tokio::test(start_paused = true)]
async fn a_token_known_to_be_dead_is_not_sent_again() {
    let server = server();
    let client = expired_client(&server).await;
    let hold = server.hold_refreshes();
    let first = tokio::spawn(client.issue(0).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    let mut others = JoinSet::new();
    for id in 1..100 {
        others.spawn(client.issue(id).into_future());
    }
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(server.counts().rejected_calls, 1, "new calls wait for the run");
    hold.release();
    first.await.unwrap().unwrap();
    while let Some(done) = others.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(most_sends_of_one_call(&server), 2);
}
