//! The lease of a store without a lock: it lasts as long as the send under way, even if its holder is killed.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::Error;
use sdk_testkit::{Reply, TokenServer};
use test_support::user;
use tokio::time::{Instant, sleep};

use crate::clocks::Wall;
use crate::frail::Fault::{Fails, Hangs, Slow};
use crate::frail::{Fault, Frail};
use crate::tracker::{TrackerClient, builder, server};

/// A client whose time of day goes on with the time of the test.
fn process(server: &TokenServer, store: &Frail) -> TrackerClient {
    let (begin, wall) = (Instant::now(), Wall::new());
    let shown = move || wall.now() + begin.elapsed();
    builder(server).store(store.clone()).wall_clock(shown).build().unwrap()
}

/// The refresh timeout of the client, and what a lease lasts beyond it.
const SEND: Duration = Duration::from_secs(20);
const MARGIN: Duration = Duration::from_secs(5);

/// Two clients of a login whose access token has ended, and a refresh of the first that the server does not
/// answer.
async fn one_sends(server: &TokenServer, store: &Frail) -> (TrackerClient, TrackerClient) {
    let (one, two) = (process(server, store), process(server, store));
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    server.expire_access_tokens();
    (one, two)
}

#[tokio::test(start_paused = true)]
async fn a_killed_holder_keeps_others_out_for_its_send_and_five_seconds() {
    let (server, store) = (server(), Frail::new());
    let (one, two) = one_sends(&server, &store).await;
    server.next_refresh(Reply::hang());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.unwrap();
    // It is killed in its send: its runtime is gone, and with it the run.
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let call = tokio::spawn(one.issue(1).into_future());
            sleep(Duration::from_millis(100)).await;
            call.abort();
        });
    })
    .join()
    .unwrap();
    assert_eq!(server.counts().refreshes, 1);
    let begin = Instant::now();
    assert_eq!(two.issue(2).await.unwrap().owner, "ann");
    let took = begin.elapsed();
    assert!(took <= SEND + MARGIN + Duration::from_millis(500), "{took:?}");
    assert!(took >= SEND - Duration::from_secs(1), "I14: it may be under way at the server, {took:?}");
    assert!(took < Duration::from_secs(30), "a call has 30 s");
}

#[tokio::test(start_paused = true)]
async fn i14_a_second_send_goes_out_under_a_lease_of_its_own_or_not_at_all() {
    // What becomes of the store in the first send, and how often is sent by both.
    for (fault, sends) in
        [(None, 2), (Some(Fails), 1), (Some(Hangs), 1), (Some(Slow(3_000)), 1), (Some(Slow(100)), 2)]
    {
        for (store, lease) in [(Frail::new(), true), (Frail::lockable(), false)] {
            let server = server();
            let (one, two) = one_sends(&server, &store).await;
            let sends = if lease { sends } else { 2 };
            for _ in 0..sends {
                server.next_refresh(Reply::hang());
            }
            let first = tokio::spawn(one.issue(1).into_future());
            server.wait_for(|counts| counts.refreshes == 1).await;
            sleep(Duration::from_secs(1)).await;
            store.writes(fault.unwrap_or(Fault::No));
            // The second send, where there is one, is under way.
            sleep(Duration::from_secs(30)).await;
            assert_eq!(server.counts().refreshes, sends, "I14: {fault:?}, lease: {lease}");
            store.mend();
            let second = tokio::spawn(two.issue(2).into_future());
            if sends == 2 {
                sleep(Duration::from_secs(5)).await;
                assert_eq!(server.counts().refreshes, 2, "I14: the second is under way, {fault:?}");
            }
            assert_eq!(second.await.unwrap().unwrap().owner, "ann", "{fault:?}");
            assert!(matches!(first.await.unwrap(), Err(Error::RefreshUnavailable(_)) | Ok(_)));
            assert_eq!((server.counts().refreshes, server.counts().reused), (sends + 1, 0), "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i14_a_holder_that_another_has_followed_sends_nothing_more() {
    let (server, store) = (server(), Frail::new());
    let (one, two) = one_sends(&server, &store).await;
    server.next_refresh(Reply::hang());
    let first = tokio::spawn(one.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    // It is cut off from the store until its send is over, and for longer.
    sleep(Duration::from_secs(10)).await;
    store.breaks([Fails, Fails, Fault::No]);
    sleep(Duration::from_secs(16)).await;
    store.mend();
    assert_eq!(two.issue(2).await.unwrap().owner, "ann");
    let _ = first.await.unwrap();
    assert_eq!(one.issue(3).await.unwrap().owner, "ann");
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (2, 1, 0), "I14");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_slow_can_be_claimed() {
    for millis in [100, 2_000, 3_000, 4_900] {
        for store in Frail::both() {
            let server = server();
            let client = process(&server, &store);
            client.login(&user("ann")).await.unwrap();
            server.expire_access_tokens();
            store.writes(Slow(millis));
            let before = store.tried();
            assert_eq!(client.issue(1).await.unwrap().owner, "ann", "{millis} ms");
            assert_eq!(server.counts().refreshes, 1);
            let writes = store.tried() - before;
            assert!(writes <= 3, "claimed, perhaps once more, and written down: {writes}, {millis} ms");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i14_an_answer_that_comes_late_is_written_down_before_another_sends() {
    let (server, store) = (server(), Frail::new());
    let (one, two) = one_sends(&server, &store).await;
    server.refresh_latency(Duration::from_millis(19_900));
    let first = tokio::spawn(one.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    let second = tokio::spawn(two.issue(2).timeout(Duration::from_secs(60)).into_future());
    sleep(Duration::from_secs(5)).await;
    store.writes(Slow(3_000));
    assert_eq!(first.await.unwrap().unwrap().owner, "ann");
    assert_eq!(second.await.unwrap().unwrap().owner, "ann");
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.reused), (1, 0), "I14");
}

#[tokio::test(start_paused = true)]
async fn i10_a_sign_out_while_the_lease_is_extended_ends_the_refresh() {
    let (server, store) = (server(), Frail::new());
    let (one, _two) = one_sends(&server, &store).await;
    for _ in 0..2 {
        server.next_refresh(Reply::reset());
    }
    let before = store.tried();
    let first = tokio::spawn(one.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    store.writes(Slow(2_000));
    while store.tried() < before + 2 {
        sleep(Duration::from_millis(10)).await;
    }
    // The write that extends the lease is under way.
    one.session().sign_out();
    sleep(Duration::from_secs(10)).await;
    assert_eq!(server.counts().refreshes, 1, "I10: no login is there any more");
    assert!(matches!(first.await.unwrap(), Err(Error::NotSignedIn(_))));
}
