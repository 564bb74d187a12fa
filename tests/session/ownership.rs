//! Tasks and memory after all handles are dropped: none is left.

use std::future::IntoFuture;
use std::sync::Weak;
use std::time::Duration;

use bytes::Bytes;
use sdk_runtime::{
    ServiceTransport,
    transport::{Transport, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, TokenServer};
use test_support::user;

use crate::shelf::{Shelf, Writes};
use crate::tracker::{TrackerClient, server};

/// A transport that shows, by a weak reference, whether it is still held.
struct Watched {
    inner: ServiceTransport<Backend>,
    _alive: std::sync::Arc<Bytes>,
}

impl Transport for Watched {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        self.inner.send(request)
    }
}

fn watched_client(server: &TokenServer) -> (TrackerClient, Weak<Bytes>) {
    let alive = std::sync::Arc::new(Bytes::new());
    let weak = std::sync::Arc::downgrade(&alive);
    let transport = Watched { inner: ServiceTransport::new(server.backend().clone()), _alive: alive };
    let client = TrackerClient::builder("http://localhost").transport(transport).build().unwrap();
    (client, weak)
}

fn tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn client_session_and_refresher_hold_no_circle() {
    let server = server();
    let (client, alive) = watched_client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    client.issue(1).await.unwrap();
    let mut states = client.session().watch();
    let session = client.session().clone();
    drop(client);
    assert!(alive.upgrade().is_some(), "the session can still refresh itself");
    drop(session);
    assert!(alive.upgrade().is_none(), "no holder is left");
    states.current();
    assert!(states.next().await.is_none(), "and the watchers know");
}

#[tokio::test(start_paused = true)]
async fn a_session_has_no_task_while_nothing_is_refreshed() {
    let server = server();
    let before = tasks();
    let (client, _) = watched_client(&server);
    client.login(&user("ann")).await.unwrap();
    client.issue(1).await.unwrap();
    server.expire_access_tokens();
    client.issue(1).await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(tasks(), before, "I33");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_sent_outlives_the_session_until_its_timeout() {
    let server = server();
    let before = tasks();
    let (client, alive) = watched_client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let _hold = server.hold_refreshes();
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    call.abort();
    assert!(call.await.is_err());
    drop(client);
    assert_eq!(tasks(), before + 1, "the refresh token may be spent, so the answer is waited for");
    tokio::time::sleep(Duration::from_secs(21)).await;
    assert_eq!(tasks(), before, "I33");
    assert!(alive.upgrade().is_none());
}

#[tokio::test(start_paused = true)]
async fn i33_a_store_that_fails_is_written_once_more_and_no_longer() {
    let (server, shelf) = (server(), Shelf::new());
    let before = tasks();
    let client = shelf.client(&server);
    shelf.writes(Writes::Badly);
    client.login(&user("ann")).await.unwrap();
    assert_eq!(tasks(), before + 1, "it is written until it is there");
    let tried = shelf.tried();
    drop(client);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!((tasks(), shelf.tried()), (before, tried + 1));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_not_sent_ends_with_the_session() {
    let server = server();
    let before = tasks();
    let (client, alive) = watched_client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    {
        // Polled until the run is spawned, and never again: the run itself has not been polled yet.
        let mut call = Box::pin(client.issue(1).into_future());
        let refused = server.wait_for(|counts| counts.rejected_calls == 1);
        tokio::select! {
            biased;
            _ = &mut call => panic!("answered"),
            _ = async { refused.await; tokio::time::sleep(Duration::from_millis(9)).await } => {}
        }
        tokio::time::advance(Duration::from_millis(1)).await;
        std::future::poll_fn(|cx| {
            let _ = call.as_mut().poll(cx);
            std::task::Poll::Ready(())
        })
        .await;
        assert_eq!(tasks(), before + 1);
    }
    drop(client);
    tokio::task::yield_now().await;
    assert_eq!(tasks(), before, "I33");
    assert_eq!(server.counts().refreshes, 0, "I33: nothing was spent");
    assert!(alive.upgrade().is_none());
}
