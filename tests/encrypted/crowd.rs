//! Many calls at once to a server without a connection: they share one attempt to connect.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::api::{ApiClient, Application, client, in_time};
use crate::support::authority::Authority;
use crate::support::frames::{Frames, NO_ERROR};
use crate::support::h1::Wire;
use crate::support::h2;
use crate::support::server::{Server, Setup};

/// As many calls as `callers`, begun together.
async fn crowd(client: &ApiClient, callers: usize) {
    let together = Arc::new(Barrier::new(callers));
    let mut calls = JoinSet::new();
    for _ in 0..callers {
        let (client, together) = (client.clone(), together.clone());
        calls.spawn(async move {
            together.wait().await;
            client.open().await
        });
    }
    while let Some(done) = in_time(calls.join_next()).await {
        assert_eq!(done.unwrap().unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_shake_hands_once() {
    let authority = Authority::new();
    let server = Server::start(Setup::h2(&authority), |connection| {
        h2::serve(connection, |exchange| Application::default().answer(exchange))
    })
    .await;
    crowd(&client(&server.url(), &authority).build().unwrap(), 1000).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_after_a_goaway_shake_hands_once_more() {
    let authority = Authority::new();
    let server = Server::start(Setup::h2(&authority), |connection| async move {
        let first = connection.number == 0;
        let mut frames = Frames::begin(connection).await.unwrap();
        while let Ok(stream) = frames.request().await {
            frames.answer(stream, &[], "1").await.unwrap();
            if first {
                frames.go_away(stream, NO_ERROR).await.unwrap();
            }
        }
    })
    .await;
    let client = client(&server.url(), &authority).build().unwrap();
    crowd(&client, 1).await;
    crowd(&client, 100).await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_over_http1_have_a_connection_each() {
    const CALLERS: usize = 20;
    let authority = Authority::new();
    // No call is answered before all are there.
    let together = Arc::new(Barrier::new(CALLERS));
    let server = Server::start(Setup::speaking(&authority, &["http/1.1"]), move |connection| {
        let together = together.clone();
        async move {
            let mut wire = Wire::new(connection.stream);
            while let Ok(Some(_)) = wire.request().await {
                together.wait().await;
                wire.answer("1").await.unwrap();
            }
        }
    })
    .await;
    crowd(&client(&server.url(), &authority).build().unwrap(), CALLERS).await;
    assert_eq!(server.connections(), CALLERS);
}

/// The one that connects is given up before it has; another takes its place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_is_given_up_is_taken_over() {
    let authority = Authority::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let client = client(&url, &authority).build().unwrap();
    let first = tokio::spawn(client.open().into_future());
    // It never shakes hands.
    let (_hanging, _) = listener.accept().await.unwrap();
    let second = tokio::spawn(client.open().into_future());
    tokio::task::yield_now().await;
    first.abort();
    let tls = authority.server(&authority.issue("localhost", |_| ()), &["h2"], false);
    let (stream, _) = in_time(listener.accept()).await.unwrap();
    let stream = tokio_rustls::TlsAcceptor::from(tls).accept(stream).await.unwrap();
    tokio::spawn(h2::serve(crate::support::server::Connection { number: 0, stream }, |exchange| {
        Application::default().answer(exchange)
    }));
    assert_eq!(in_time(second).await.unwrap().unwrap(), 1);
}
