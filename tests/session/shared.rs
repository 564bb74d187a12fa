//! One login in several processes: one refresh for all, and no process clears or spends another's login.

use std::future::IntoFuture;
use std::time::{Duration, SystemTime};

use sdk_runtime::{Error, SessionState, Tokens, session::SessionEvent};
use sdk_testkit::{Reply, TokenServer};
use test_support::user;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::clocks::Wall;
use crate::shelf::{Shelf, Writes};
use crate::tracker::{builder, server, with_issues};

#[tokio::test(start_paused = true)]
async fn i1_of_all_who_share_a_login_one_refreshes_it() {
    for shelf in [Shelf::new(), Shelf::lockable()] {
        let server = server();
        shelf.client(&server).login(&user("ann")).await.unwrap();
        let clients: Vec<_> = (0..5).map(|_| shelf.client(&server)).collect();
        for client in &clients {
            client.issue(0).await.unwrap();
        }
        for round in 1..=3 {
            server.expire_access_tokens();
            server.refresh_latency(Duration::from_secs(2));
            let mut calls = JoinSet::new();
            for id in 0..50 {
                for client in &clients {
                    calls.spawn(client.issue(id).into_future());
                }
            }
            while let Some(done) = calls.join_next().await {
                assert_eq!(done.unwrap().unwrap().owner, "ann");
            }
            let counts = server.counts();
            assert_eq!((counts.refreshes, counts.reused), (round, 0), "I1");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_has_refreshed_is_taken_over_and_told_of() {
    let (server, shelf) = (server(), Shelf::new());
    let (one, two) = (shelf.client(&server), shelf.client(&server));
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    server.expire_access_tokens();
    one.issue(1).await.unwrap();
    let mut events = two.session().events();
    two.issue(2).await.unwrap();
    assert_eq!(server.counts().refreshes, 1);
    assert!(matches!(events.next().await, Some(SessionEvent::Refreshed(_))));

    two.session().refresh().await.unwrap();
    assert_eq!(server.counts().refreshes, 2, "a caller that asks for a refresh gets one");
}

#[tokio::test(start_paused = true)]
async fn i14_what_is_spent_was_read_under_the_lock() {
    for shelf in [Shelf::new(), Shelf::lockable()] {
        let server = server();
        let (one, two) = (shelf.client(&server), shelf.client(&server));
        one.login(&user("ann")).await.unwrap();
        two.issue(1).await.unwrap();
        one.session().refresh().await.unwrap();
        // It has not heard of that, and holds a token that was spent.
        two.session().refresh().await.unwrap();
        let counts = server.counts();
        assert_eq!((counts.refreshes, counts.rotations, counts.reused), (2, 2, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_waiter_for_another_process_may_stop() {
    let (server, shelf) = (server(), Shelf::lockable());
    let (one, two) = (shelf.client(&server), shelf.client(&server));
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    server.expire_access_tokens();
    server.refresh_latency(Duration::from_secs(20));
    let first = tokio::spawn(one.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    let begin = Instant::now();
    let call = two.issue(2).timeout(Duration::from_secs(1));
    assert!(matches!(call.await, Err(Error::Timeout(_))));
    assert_eq!(begin.elapsed(), Duration::from_secs(1));
    two.session().sign_out();
    first.await.unwrap().unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_elsewhere_ends_the_login_here_with_the_next_refresh() {
    let (server, shelf) = (server(), Shelf::new());
    let (one, two) = (shelf.client(&server), shelf.client(&server));
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    one.logout().await.unwrap();
    let mut events = two.session().events();
    assert!(matches!(two.issue(1).await, Err(Error::NotSignedIn(_))));
    assert!(matches!(two.session().state(), SessionState::SignedOut));
    assert!(matches!(events.next().await, Some(SessionEvent::SignedOut)));
    assert_eq!(server.counts().refreshes, 0, "there was nothing left to spend");
}

#[tokio::test(start_paused = true)]
async fn i12_what_another_signed_in_as_is_not_what_waiting_calls_go_on_as() {
    let (server, shelf) = (server(), Shelf::new());
    let (one, two) = (shelf.client(&server), shelf.client(&server));
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    one.login(&user("bob")).await.unwrap();
    server.expire_access_tokens();
    assert!(matches!(two.rename(1, "ann's").await, Err(Error::IdentityChanged(_))), "I12");
    assert!(server.requests_of("bob").iter().all(|request| request.method() != "PUT"), "I12");
    assert_eq!(two.issue(2).await.unwrap().owner, "bob", "a call that begins now is bob's");
}

#[tokio::test(start_paused = true)]
async fn i15_an_end_clears_nothing_of_a_login_that_came_after() {
    let (server, shelf) = (server(), Shelf::new());
    let (one, two) = (shelf.client(&server), shelf.client(&server));
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    one.login(&user("bob")).await.unwrap();
    two.session().sign_out();
    two.session().flush().await.unwrap();
    assert_eq!(shelf.client(&server).issue(1).await.unwrap().owner, "bob", "I15");
    one.issue(1).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn i15_what_a_refresh_obtains_replaces_no_login_that_came_after() {
    let (server, shelf) = (server(), Shelf::new());
    let (one, two) = (shelf.client(&server), shelf.client(&server));
    one.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let hold = server.hold_refreshes();
    let call = tokio::spawn(one.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    two.login(&user("bob")).await.unwrap();
    hold.release();
    assert!(matches!(call.await.unwrap(), Err(Error::IdentityChanged(_))), "that call was ann's");
    assert_eq!(one.issue(2).await.unwrap().owner, "bob");
    assert_eq!(shelf.client(&server).issue(3).await.unwrap().owner, "bob");
}

/// The machine may have slept since, and a waiter for a lease waits no longer than it lasts.
#[tokio::test(start_paused = true)]
async fn i1_a_right_that_was_claimed_long_ago_is_claimed_again() {
    let (server, shelf) = (server(), Shelf::new());
    shelf.client(&server).login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let (wall, before) = (Wall::new(), shelf.tried());
    let (shown, written) = (wall.now(), shelf.clone());
    // It has slept when it looks again.
    let sleeps = move || match written.tried() > before {
        true => shown + Duration::from_secs(3600),
        false => shown,
    };
    let client = builder(&server).store(shelf.clone()).wall_clock(sleeps).build().unwrap();
    client.issue(1).await.unwrap();
    assert_eq!(server.counts().refreshes, 1);
    assert_eq!(shelf.tried() - before, 3, "claimed, claimed again, and written down");
}

#[tokio::test(start_paused = true)]
async fn a_lease_whose_holder_is_gone_runs_out() {
    let (server, shelf) = (server(), Shelf::new());
    shelf.client(&server).login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let wall = Wall::new();
    leave_a_lease(&shelf, wall.now() + Duration::from_secs(2)).await;

    let shown = wall.clone();
    let client = builder(&server).store(shelf).wall_clock(move || shown.now()).build().unwrap();
    let call = tokio::spawn(client.issue(1).into_future());
    sleep(Duration::from_secs(10)).await;
    assert_eq!(server.counts().refreshes, 0, "I1: it is the holder's");
    wall.forward(Duration::from_secs(2));
    assert_eq!(call.await.unwrap().unwrap().owner, "ann");
    assert_eq!(server.counts().refreshes, 1);
}

#[tokio::test(start_paused = true)]
async fn a_lease_of_a_wrong_clock_keeps_no_process_out_for_good() {
    const YEAR: Duration = Duration::from_secs(31_536_000);
    let (server, shelf) = (server(), Shelf::new());
    shelf.client(&server).login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    leave_a_lease(&shelf, SystemTime::now() + YEAR).await;

    let call = tokio::spawn(shelf.client(&server).issue(1).into_future());
    sleep(Duration::from_secs(24)).await;
    assert_eq!(server.counts().refreshes, 0, "I1: its holder may live, even if its clock says otherwise");
    assert_eq!(call.await.unwrap().unwrap().owner, "ann");
    assert_eq!(server.counts().refreshes, 1);
}

/// Leaves what a process leaves that was killed before it sent anything.
async fn leave_a_lease(shelf: &Shelf, until: SystemTime) {
    let until = until.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let text = shelf.text().await;
    let lease = format!(r#","intent":true,"lease":{{"holder":"gone","until":{until}}}}}}}"#);
    shelf.put(&(text.strip_suffix("}}").unwrap().to_owned() + &lease)).await;
}

#[tokio::test(start_paused = true)]
async fn i9_a_sign_out_loses_nothing_of_a_login_that_came_after_and_is_being_refreshed_here() {
    let (server, shelf) = (server(), Shelf::new());
    let (one, two) = (shelf.client(&server), shelf.client(&server));
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    one.login(&user("bob")).await.unwrap();
    server.expire_access_tokens();
    server.refresh_latency(Duration::from_secs(1));
    // It finds bob's login there, and refreshes that.
    let session = two.session().clone();
    let refreshing = tokio::spawn(async move { session.refresh().await });
    server.wait_for(|counts| counts.rotations == 1).await;
    two.logout().await.unwrap();
    refreshing.await.unwrap().unwrap_err();
    sleep(Duration::from_secs(10)).await;
    assert_eq!(shelf.client(&server).issue(2).await.unwrap().owner, "bob", "I9");
    let counts = server.counts();
    assert_eq!(
        (counts.reused, counts.logouts),
        (0, 1),
        "I9: ann's login is ended, and nothing revoked of bob's"
    );
}

#[tokio::test(start_paused = true)]
async fn i13_of_two_refreshes_at_once_one_is_kept_and_both_go_on_with_it() {
    let server = with_issues(TokenServer::builder().rotating(false).build());
    let shelf = Shelf::new();
    let wall = Wall::new();
    let shown = wall.clone();
    let one = shelf.client(&server);
    let two = builder(&server).store(shelf.clone()).wall_clock(move || shown.now()).build().unwrap();
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    server.expire_access_tokens();
    server.refresh_latency(Duration::from_secs(1));
    let first = tokio::spawn(one.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    // By its clock the lease of the other is over.
    wall.forward(Duration::from_secs(3600));
    let second = tokio::spawn(two.issue(2).into_future());
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(server.counts().refreshes, 2);
    let (one, two) =
        (one.session().access_token().await.unwrap(), two.session().access_token().await.unwrap());
    assert_eq!(one.expose(), two.expose(), "I13");
    assert!(shelf.text().await.contains(one.expose()), "I13");
}

/// A claim of what another process has put there writes down nothing of what the session itself has.
#[tokio::test(start_paused = true)]
async fn i9_a_claim_of_another_login_is_no_write_of_the_own_one() {
    let (server, shelf, other) = (server(), Shelf::new(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let hold = server.hold_refreshes();
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    shelf.writes(Writes::Badly);
    hold.release();
    assert_eq!(call.await.unwrap().unwrap().owner, "ann");
    other.client(&server).login(&user("bob")).await.unwrap();
    shelf.put(&other.text().await).await;
    shelf.writes(Writes::Well);

    let mut events = client.session().events();
    server.next_refresh(Reply::empty().status(429));
    client.session().refresh().await.unwrap_err();
    let told = |event: Option<SessionEvent>| matches!(event, Some(SessionEvent::StoreRecovered));
    while let Ok(event) = timeout(Duration::from_millis(1), events.next()).await {
        assert!(!told(event), "I9: the store does not have it");
    }
    client.session().refresh().await.unwrap();
    assert_eq!(client.issue(2).await.unwrap().owner, "bob");
}

/// The login that another process has put there has no refresh token: it is the one to go on with while it
/// lives.
#[tokio::test(start_paused = true)]
async fn i34_a_login_of_another_process_that_cannot_be_refreshed_is_taken_over_while_it_lives() {
    for is_live in [true, false] {
        let (server, shelf, other) = (server(), Shelf::new(), Shelf::new());
        let (client, elsewhere) = (shelf.client(&server), other.client(&server));
        client.login(&user("ann")).await.unwrap();
        let lifetime = Duration::from_secs(if is_live { 3600 } else { 0 });
        let tokens = Tokens::new(server.issue("bob").access_token).subject("bob").expires_in(lifetime);
        elsewhere.session().sign_in(tokens).unwrap();
        elsewhere.session().flush().await.unwrap();
        shelf.put(&other.text().await).await;
        let refreshed = client.session().refresh().await;
        if is_live {
            refreshed.unwrap();
            assert_eq!(client.issue(1).await.unwrap().owner, "bob", "I34");
            let text = shelf.text().await;
            assert!(text.contains("bob") && !text.contains("intent") && !text.contains("lease"), "I34");
        } else {
            assert!(matches!(refreshed, Err(Error::NotSignedIn(_))), "I16: {refreshed:?}");
            assert!(matches!(client.session().state(), SessionState::SignedOut));
            assert_eq!(shelf.text().await, r#"{"format":1,"login":null}"#);
        }
        assert_eq!(server.counts().refreshes, 0, "there is nothing to spend");
    }
}
