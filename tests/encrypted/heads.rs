//! Answers with many headers, or large ones: one limit, and an error of one call.

use http::{HeaderMap, HeaderName, HeaderValue};
use sdk_runtime::{Error, error::TransportErrorKind};
use tokio::sync::oneshot;

use crate::api::{Application, client, in_time};
use crate::support::authority::Authority;
use crate::support::h1::Wire;
use crate::support::h2;
use crate::support::server::{Server, Setup};

fn headers(bytes: usize) -> HeaderMap {
    let value = HeaderValue::from_bytes(&vec![b'x'; 8 << 10]).unwrap();
    (0..bytes / value.len())
        .map(|at| (HeaderName::try_from(format!("x-{at}")).unwrap(), value.clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_is_too_large_fails_its_own_call_alone() {
    let authority = Authority::new();
    let (release, held) = oneshot::channel::<()>();
    let held = std::sync::Arc::new(std::sync::Mutex::new(Some(held)));
    let server = Server::start(Setup::h2(&authority), move |connection| {
        let held = held.clone();
        h2::serve(connection, move |exchange| {
            let held = held.clone();
            async move {
                match exchange.path.as_str() {
                    "/issues/1" => {
                        let held = held.lock().unwrap().take().unwrap();
                        let _ = held.await;
                        exchange.answer(200, "1").await;
                    }
                    path => {
                        let kib: usize = path.rsplit('/').next().unwrap().parse().unwrap();
                        exchange.answer_with(200, headers(kib << 10), kib.to_string()).await;
                    }
                }
            }
        })
    })
    .await;
    let client = client(&server.url(), &authority).bearer("token").build().unwrap();
    let in_parallel = tokio::spawn({
        let client = client.clone();
        async move { client.issue(1).await }
    });
    for kib in [24, 128, 240] {
        assert_eq!(in_time(client.issue(kib)).await.unwrap(), kib);
    }
    for kib in [280, 512, 1024, 3072] {
        let Err(Error::Transport(error)) = in_time(client.issue(kib)).await else { panic!("{kib} KiB") };
        assert_eq!(error.kind(), TransportErrorKind::HeadTooLarge, "{kib} KiB: {error:?}");
        let told = format!(
            "the head of the answer of the server {} is too large: more than 262144 bytes",
            server.url()
        );
        assert_eq!(error.to_string(), told);
    }
    release.send(()).unwrap();
    assert_eq!(in_time(in_parallel).await.unwrap().unwrap(), 1);
    assert!(server.handshakes() <= 2, "the first two calls may have connected at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_with_many_headers_is_one() {
    let authority = Authority::new();
    let application = Application::default();
    let server = Server::start(Setup::h2(&authority), move |connection| {
        let application = application.clone();
        h2::serve(connection, move |exchange| application.clone().answer_with(exchange, headers(64 << 10)))
    })
    .await;
    let client = client(&server.url(), &authority).build().unwrap();
    in_time(client.login("pw")).await.unwrap();
    in_time(client.session().refresh()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http1_has_the_same_error() {
    let authority = Authority::new();
    for (number, length) in [(101, 1), (60, 8 << 10), (3, 90 << 10)] {
        let server =
            Server::start(Setup::speaking(&authority, &["http/1.1"]), move |connection| async move {
                let mut wire = Wire::new(connection.stream);
                while let Ok(Some(_)) = wire.request().await {
                    let mut answer = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n".to_owned();
                    for at in 0..number {
                        answer += &format!("x-{at}: {}\r\n", "x".repeat(length));
                    }
                    if wire.send((answer + "\r\n1").as_bytes()).await.is_err() {
                        return;
                    }
                }
            })
            .await;
        let client = client(&server.url(), &authority).retry(2).build().unwrap();
        let Err(Error::Transport(error)) = in_time(client.open()).await else {
            panic!("{number} of {length}")
        };
        assert_eq!(error.kind(), TransportErrorKind::HeadTooLarge, "{number} of {length}: {error:?}");
        assert!(error.to_string().starts_with("the head of the answer of the server https://"), "{error}");
        assert_eq!(server.handshakes(), 1, "the server will answer the same");
    }
}
