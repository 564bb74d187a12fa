//! The end of a program: sent requests are answered, answers are stored, and no other request is sent.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, Tokens, error::StoreErrorKind};
use sdk_testkit::Reply;
use test_support::user;
use tokio::time::Instant;

use crate::shelf::{Shelf, Writes};
use crate::tracker::{client, expired_client, server};

#[tokio::test(start_paused = true)]
async fn a_rotation_that_is_under_way_is_written_down_before_the_end() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    server.refresh_latency(Duration::from_secs(3));
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;

    let begin = Instant::now();
    client.session().shutdown().await.unwrap();
    assert_eq!(begin.elapsed(), Duration::from_secs(3));
    assert!(matches!(call.await.unwrap(), Err(Error::Closed(_))));
    assert!(matches!(client.issue(2).await, Err(Error::Closed(_))));
    drop(client);
    assert_eq!(shelf.client(&server).issue(3).await.expect("I9").owner, "ann");
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.reused, counts.logins), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_the_store_does_not_have_yet_is_written_at_the_end() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    shelf.writes(Writes::Badly);
    client.login(&user("ann")).await.unwrap();
    shelf.writes(Writes::Well);
    client.session().shutdown().await.unwrap();
    assert_eq!(shelf.client(&server).issue(1).await.unwrap().owner, "ann");
}

#[tokio::test(start_paused = true)]
async fn an_end_that_cannot_write_says_so_and_is_an_end() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    shelf.writes(Writes::Badly);
    client.login(&user("ann")).await.unwrap();
    let begin = Instant::now();
    assert_eq!(client.session().shutdown().await.unwrap_err().kind(), StoreErrorKind::Unavailable);
    shelf.writes(Writes::Never);
    let other = Shelf::new();
    let client = other.client(&server);
    other.writes(Writes::Never);
    let signing_in = client.login(&user("ann")).timeout(Duration::from_secs(1));
    signing_in.await.unwrap();
    assert_eq!(client.session().shutdown().await.unwrap_err().kind(), StoreErrorKind::Timeout);
    assert!(begin.elapsed() <= Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_hangs_is_not_waited_for_forever() {
    let server = server();
    let client = expired_client(&server).await;
    server.next_refresh(Reply::hang());
    let call = tokio::spawn(client.issue(1).timeout(None).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    let begin = Instant::now();
    let ended = client.session().shutdown().await;
    assert!(begin.elapsed() <= Duration::from_secs(10), "{:?}", begin.elapsed());
    assert!(ended.is_err(), "its outcome is unknown");
    assert!(matches!(call.await.unwrap(), Err(Error::Closed(_))));
}

#[tokio::test(start_paused = true)]
async fn a_session_without_work_ends_at_once_and_more_than_once() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    let begin = Instant::now();
    client.session().shutdown().await.unwrap();
    client.session().shutdown().await.unwrap();
    client.session().close();
    assert_eq!(begin.elapsed(), Duration::ZERO);
    assert!(matches!(client.session().resume().await, Err(Error::Closed(_))));
    assert!(matches!(client.session().refresh().await, Err(Error::Closed(_))));
}

#[test]
fn i9_a_waiter_for_the_store_is_told_when_the_writing_runtime_is_gone() {
    let (server, shelf) = (server(), Shelf::new());
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (writing, waiting) = (runtime(), runtime());
    let session = shelf.client(&server).session().clone();
    shelf.writes(Writes::Never);
    writing.block_on(async {
        session.sign_in(Tokens::new("given")).unwrap();
        shelf.wait_for_writes(1).await;
    });
    let flushing = session.clone();
    let flush = waiting.spawn(async move { flushing.flush().await });
    waiting.block_on(tokio::task::yield_now());
    drop(writing);
    let told = waiting.block_on(async { tokio::time::timeout(Duration::from_secs(10), flush).await });
    assert_eq!(told.expect("I9").unwrap().unwrap_err().kind(), StoreErrorKind::Unavailable, "I9");

    shelf.writes(Writes::Well);
    waiting.block_on(session.flush()).unwrap();
    assert!(waiting.block_on(shelf.text()).contains("given"));
}

#[tokio::test(start_paused = true)]
async fn i9_what_came_at_the_end_and_could_not_be_written_is_tried_once_more_and_told() {
    // A run writes down what it has obtained, and again if it is not there; then it is left to the writer at
    // the end.
    for (failures, kept) in [(0, true), (1, true), (2, true), (3, true), (usize::MAX, false)] {
        let (server, shelf) = (server(), Shelf::new());
        let client = shelf.client(&server);
        client.login(&user("ann")).await.unwrap();
        server.expire_access_tokens();
        let hold = server.hold_refreshes();
        let call = tokio::spawn(client.issue(1).into_future());
        server.wait_for(|counts| counts.refreshes == 1).await;
        let session = client.session().clone();
        let ending = tokio::spawn(async move { session.shutdown().await });
        tokio::task::yield_now().await;
        shelf.fail(failures);
        hold.release();
        assert_eq!(ending.await.unwrap().is_ok(), kept, "I9: {failures} failures");
        assert!(matches!(call.await.unwrap(), Err(Error::Closed(_))));
        drop(client);
        shelf.fail(0);
        assert_eq!(shelf.client(&server).issue(2).await.is_ok(), kept, "I9: {failures} failures");
        assert_eq!(server.counts().reused, usize::from(!kept));
    }
}
