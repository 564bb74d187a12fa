//! Bodies that are read as they are sent: from files, factories and streams, and what happens when they are
//! needed twice.

use std::future::{IntoFuture, Ready, ready};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use sdk_runtime::{
    Body, Error, Result, ServiceTransport, Tokens, api_client,
    body::{BodyStream, IntoBody, RequestBody},
};
use sdk_testkit::{Backend, Reply, Server};
use tower_service::Service;

use crate::wire::{Refreshed, accepting, memory, refused, sent};

#[api_client(timeout = none)]
trait Upload {
    #[put("/f")]
    async fn upload<B: IntoBody>(&self, #[body] body: B) -> Result<()>;
    #[post("/f")]
    async fn post(&self, #[body("text/csv")] body: BodyStream) -> Result<()>;
    #[get("/f")]
    async fn get(&self) -> Result<()>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Refreshed>;
}

/// A backend that takes the token `new` alone, which a refresh gives.
fn backend() -> Backend {
    let backend = accepting().reply("POST", "/refresh", Reply::json(&serde_json::json!({})));
    for method in ["PUT", "POST", "GET"] {
        backend.route(method, "/f", |request| async move {
            Reply::empty().status(if request.bearer() == Some("new") { 204 } else { 401 })
        });
    }
    backend
}

/// Its client over a socket, signed in with the token `old`.
async fn client(backend: &Backend) -> (Server, UploadClient) {
    let server = backend.serve().await.unwrap();
    let client = UploadClient::new(server.url()).unwrap();
    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    (server, client)
}

fn bytes() -> Bytes {
    (0..=255).cycle().take(200_000).collect::<Vec<u8>>().into()
}

/// Of a length that is known.
fn sized() -> BodyStream {
    BodyStream::new(Full::new(bytes()))
}

/// Of an unknown length.
fn unsized_stream() -> BodyStream {
    struct Halves(Vec<Bytes>);

    impl http_body::Body for Halves {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<io::Result<http_body::Frame<Bytes>>>> {
            Poll::Ready(self.0.pop().map(|half| Ok(http_body::Frame::data(half))))
        }
    }

    let (mut first, second) = (bytes(), bytes());
    first.truncate(100_000);
    BodyStream::new(Halves(vec![second.slice(100_000..), first]))
}

/// A file that is there wherever the tests run.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");

#[tokio::test]
async fn a_replay_sends_the_same_with_every_kind_of_body() {
    let file = Bytes::from(std::fs::read(FILE).unwrap());
    for (body, expected, length) in [
        (Body::new(bytes()), bytes(), Some(200_000)),
        (Body::file(FILE), file.clone(), Some(file.len())),
        (Body::factory(sized), bytes(), Some(200_000)),
        (Body::factory(unsized_stream), bytes(), None),
    ] {
        let backend = backend();
        let (_server, client) = client(&backend).await;
        assert!(client.upload(body.clone()).request().unwrap().is_replayable());
        client.upload(body.clone()).await.unwrap();
        let sends = backend.requests();
        let sends: Vec<_> = sends.iter().filter(|request| request.path() == "/f").collect();
        assert_eq!(sends.len(), 2, "{body:?}");
        for (request, token) in sends.iter().zip(["old", "new"]) {
            assert_eq!(request.bearer(), Some(token));
            assert!(request.body() == &expected, "{body:?}");
            let told = request.header("content-length").map(|length| length.parse().unwrap());
            assert_eq!(told, length, "{body:?}");
            assert_eq!(request.header("transfer-encoding").is_none(), length.is_some(), "{body:?}");
        }
    }
}

#[tokio::test]
async fn a_stream_is_sent_as_it_comes() {
    let backend = backend();
    let (_server, client) = client(&backend).await;
    client.session().sign_in(Tokens::new("new")).unwrap();
    for (stream, length) in [(sized(), Some("200000")), (unsized_stream(), None)] {
        let request = sent(&backend, client.upload(stream)).await;
        assert!(request.body() == &bytes());
        assert_eq!(request.header("content-length"), length);
        assert_eq!(request.header("content-type"), Some("application/octet-stream"));
    }
    assert_eq!(sent(&backend, client.post(sized())).await.header("content-type"), Some("text/csv"));
    let nothing = BodyStream::new(Full::new(Bytes::new()));
    assert_eq!(sent(&backend, client.post(nothing)).await.header("content-length"), Some("0"));
}

#[tokio::test]
async fn a_stream_that_was_read_is_not_sent_again() {
    let backend = backend();
    let (_server, client) = client(&backend).await;
    let call = client.upload(unsized_stream());
    assert!(!call.request().unwrap().is_replayable());
    let error = call.await.unwrap_err();
    assert!(matches!(&error, Error::NotReplayable(inner) if inner.response().status() == 401), "{error:?}");
    assert_eq!(error.status().unwrap(), 401);
    assert!(error.to_string().contains("pass `Bytes` or a `Body`"), "{error}");
    assert_eq!((backend.count("PUT", "/f"), backend.count("POST", "/refresh")), (1, 1), "but refreshed");

    assert!(client.session().state().is_signed_in());
    assert_eq!(sent(&backend, client.get()).await.bearer(), Some("new"), "the next call works at once");
    assert_eq!(backend.count("POST", "/refresh"), 1);
}

#[tokio::test]
async fn the_refresh_that_fails_is_what_a_stream_is_told_of() {
    let backend = backend().reply("POST", "/refresh", Reply::empty().status(401));
    let (_server, client) = client(&backend).await;
    let error = client.upload(sized()).await.unwrap_err();
    assert!(error.requires_sign_in(), "{error:?}");
}

#[tokio::test]
async fn a_redirect_asks_for_a_stream_again_or_it_does_not() {
    for (status, asks) in [(301, false), (302, false), (303, false), (307, true), (308, true)] {
        let backend = accepting().reply("POST", "/f", Reply::redirect("/to").status(status));
        let (_server, client) = client(&backend).await;
        let outcome = client.post(unsized_stream()).await;
        if asks {
            let error = outcome.unwrap_err();
            assert!(matches!(&error, Error::NotReplayable(_)), "{error:?}");
            assert_eq!(error.status().unwrap().as_u16(), status);
            assert_eq!(backend.requests().len(), 1);
        } else {
            outcome.unwrap();
            assert_eq!(backend.last().unwrap().body().len(), 0);
        }
        client.upload(Body::factory(unsized_stream)).await.unwrap();
    }
}

/// A server that redirects, or refuses the token, before it has begun to read.
#[derive(Clone)]
struct Hasty {
    backend: Backend,
    answered: Arc<AtomicUsize>,
}

impl Service<http::Request<RequestBody>> for Hasty {
    type Response = http::Response<Full<Bytes>>;
    type Error = io::Error;
    type Future = <Backend as Service<http::Request<RequestBody>>>::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<RequestBody>) -> Self::Future {
        if request.uri().path() == "/f" {
            let location = (http::header::LOCATION, "/f");
            let status = match self.answered.fetch_add(1, Ordering::Relaxed) {
                0 => 307,
                1 => 401,
                _ => return self.backend.call(request),
            };
            let answer = http::Response::builder().status(status).header(location.0, location.1);
            let answer: Ready<_> = ready(Ok(answer.body(Full::default()).unwrap()));
            return Box::pin(answer);
        }
        self.backend.call(request)
    }
}

#[tokio::test]
async fn an_unread_stream_is_sent_again() {
    let backend = backend();
    let hasty = Hasty { backend: backend.clone(), answered: Arc::default() };
    let transport = ServiceTransport::new(hasty.clone());
    let client = UploadClient::builder("http://localhost").transport(transport).build().unwrap();
    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    client.upload(unsized_stream()).await.unwrap();
    assert_eq!((hasty.answered.load(Ordering::Relaxed), backend.count("PUT", "/f")), (3, 1));
    let requests = backend.requests();
    assert!(requests.iter().any(|request| request.path() == "/f" && request.body() == &bytes()));
}

#[tokio::test]
async fn a_stream_is_sent_once_however_often_it_is_cloned() {
    let backend = accepting();
    let client = UploadClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    client.session().sign_in(Tokens::new("new")).unwrap();
    let body = sized().into_body();
    client.upload(body.clone()).await.unwrap();
    assert_eq!(refused(&backend, client.upload(body)).await, "BodyStream");
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_named() {
    let backend = accepting();
    let client = UploadClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    client.session().sign_in(Tokens::new("new")).unwrap();
    for path in ["no/such/file.txt", env!("CARGO_MANIFEST_DIR")] {
        assert_eq!(refused(&backend, client.upload(Body::file(Path::new(path)))).await, path);
    }
    assert_eq!(format!("{:?}", Body::file("secret")), "Body(file)");
}

#[tokio::test]
async fn a_body_that_fails_is_an_interrupted_request() {
    struct Broken;

    impl http_body::Body for Broken {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<io::Result<http_body::Frame<Bytes>>>> {
            Poll::Ready(Some(Err(io::Error::other("broken on purpose"))))
        }
    }

    let backend = backend();
    let (_server, client) = client(&backend).await;
    let outcome = client.upload(BodyStream::new(Broken)).into_future().await;
    assert!(matches!(outcome, Err(Error::Transport(_))), "{outcome:?}");
}
