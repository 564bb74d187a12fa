//! Failures that were never reported elsewhere, and could happen all the same.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, SessionState, error::UnavailableCause};
use sdk_testkit::TokenServer;
use test_support::user;
use tokio::task::JoinSet;

use crate::api::{backend_of, hold_refresh, refresh, signed_in, spent};
use crate::tracker::{LATENCY, client, with_issues};

/// The refresh task belongs to the runtime of the first caller. Not on a paused clock: there are two
/// runtimes.
#[test]
fn a_runtime_that_ends_during_a_refresh_leaves_no_waiter_of_another_hanging() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let backend = backend_of("a1", refresh());
    let refreshed = hold_refresh(&backend, refresh());
    let client = signed_in(&backend);
    let starts = first.spawn(client.x().into_future());
    first.block_on(backend.received(2));
    let mut waits = Box::pin(client.x().timeout(Duration::from_secs(20)).into_future());
    second.block_on(async {
        tokio::select! {
            biased;
            _ = &mut waits => panic!("answered"),
            () = tokio::task::yield_now() => {}
        }
    });
    drop(first);
    drop(starts);
    let Err(Error::RefreshUnavailable(told)) = second.block_on(waits) else { panic!("I6: answered") };
    assert!(matches!(told.cause(), UnavailableCause::Aborted), "I6: {told:?}");

    // Asked for in the runtime that is left, the login goes on.
    backend.reply("POST", "/refresh", refresh());
    second.block_on(client.session().refresh()).unwrap();
    assert_eq!(second.block_on(client.x().into_future()).unwrap(), "welcome", "I16");
    assert_eq!(spent(&backend), ["r0", "r0"]);
    refreshed.notify_one();
}

/// Servers that take each refresh token once, and end the login that shows one twice; that only refuse it;
/// that never change it.
#[tokio::test(start_paused = true)]
async fn a_server_with_any_kind_of_rotation_is_asked_once_for_each_lifetime() {
    for (rotating, detects) in [(true, true), (true, false), (false, false)] {
        let server = with_issues(TokenServer::builder().rotating(rotating).reuse_detection(detects).build());
        server.refresh_latency(LATENCY);
        let client = client(&server);
        client.login(&user("ann")).await.unwrap();
        let mut kept = std::collections::HashSet::new();
        for life in 1..=5 {
            server.expire_access_tokens();
            let mut calls = JoinSet::new();
            for id in 0..20 {
                calls.spawn(client.issue(id).into_future());
            }
            while let Some(done) = calls.join_next().await {
                assert_eq!(done.unwrap().unwrap().owner, "ann");
            }
            let counts = server.counts();
            assert_eq!((counts.refreshes, counts.reused), (life, 0), "I1, I14: {rotating}, {detects}");
            let SessionState::SignedIn(login) = client.session().state() else { panic!("signed out") };
            kept.insert(login.refresh_token().unwrap().expose().to_owned());
            tokio::time::advance(Duration::from_secs(60)).await;
        }
        assert_eq!(kept.len(), if rotating { 5 } else { 1 }, "I9, I31");
    }
}
