//! Giving up: a caller that stops waiting stops alone, and at once.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, error::TimeoutPhase};
use test_support::user;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::tracker::{add_slow, client, expired_client, server};

#[tokio::test(start_paused = true)]
async fn a_cancelled_waiter_returns_at_once_and_disturbs_no_other() {
    let server = server();
    let client = expired_client(&server).await;
    let hold = server.hold_refreshes();
    let token = CancellationToken::new();
    let patient = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    let cancelled = tokio::spawn(client.issue(2).cancel_on(&token).into_future());
    tokio::task::yield_now().await;

    let before = Instant::now();
    token.cancel();
    assert!(matches!(cancelled.await.unwrap(), Err(Error::Cancelled(_))));
    assert_eq!(Instant::now(), before, "the clock did not move");
    hold.release();
    assert_eq!(patient.await.unwrap().expect("I8").id, 1);
    assert_eq!(server.counts().refreshes, 1);
}

#[tokio::test(start_paused = true)]
async fn the_caller_who_started_the_refresh_can_give_up_too() {
    let server = server();
    let client = expired_client(&server).await;
    let hold = server.hold_refreshes();
    let token = CancellationToken::new();
    let first = tokio::spawn(client.issue(1).cancel_on(&token).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    token.cancel();
    assert!(matches!(first.await.unwrap(), Err(Error::Cancelled(_))));
    hold.release();
    assert_eq!(client.issue(2).await.unwrap().id, 2, "I8");
    assert_eq!(server.counts().refreshes, 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_cancelled_already_sends_nothing() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    let token = CancellationToken::new();
    token.cancel();
    assert!(matches!(client.issue(1).cancel_on(&token).await, Err(Error::Cancelled(_))));
    assert_eq!(server.backend().count("GET", "/issues/{id}"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_covers_the_refresh_and_says_so() {
    let server = server();
    let client = expired_client(&server).await;
    let _hold = server.hold_refreshes();
    let before = Instant::now();
    let late = client.issue(1).timeout(Duration::from_secs(2)).await;
    let Err(Error::Timeout(timeout)) = late else { panic!("{late:?}") };
    assert_eq!((timeout.phase(), timeout.limit()), (TimeoutPhase::Refresh, Duration::from_secs(2)));
    assert_eq!(before.elapsed(), Duration::from_secs(2));
}

/// After the refresh the call waits for its own answer again.
#[tokio::test(start_paused = true)]
async fn a_timeout_after_the_refresh_is_one_of_the_response() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    let refused = std::sync::atomic::AtomicBool::new(false);
    server.backend().route("GET", "/slow", move |_| {
        let is_replay = refused.swap(true, std::sync::atomic::Ordering::SeqCst);
        async move {
            if is_replay {
                std::future::pending::<()>().await;
            }
            sdk_testkit::Reply::empty().status(401)
        }
    });
    let late = client.slow().timeout(Duration::from_secs(2)).await;
    let Err(Error::Timeout(timeout)) = late else { panic!("{late:?}") };
    assert_eq!((timeout.phase(), server.counts().refreshes), (TimeoutPhase::Response, 1));
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_a_fast_answer_and_a_cancellation_are_three_outcomes() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    let _never = add_slow(&server);
    let token = CancellationToken::new();
    let limit = Duration::from_secs(2);

    let slow = client.slow().timeout(limit).await;
    assert!(matches!(slow, Err(Error::Timeout(timeout)) if timeout.phase() == TimeoutPhase::Response));
    client.slow().timeout(limit).await.unwrap();
    let _never = add_slow(&server);
    let (cancelled, ()) = tokio::join!(client.slow().timeout(limit).cancel_on(&token).into_future(), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        token.cancel();
    });
    assert!(matches!(cancelled, Err(Error::Cancelled(_))));
}
