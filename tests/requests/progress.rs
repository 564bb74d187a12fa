//! The progress of uploads and downloads.

use std::convert::Infallible;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body_util::Full;
use sdk_runtime::body::{Body, BodyStream, IntoBody};
use sdk_runtime::{ByteStream, Error, Response, Result, Tokens, api_client};
use sdk_testkit::{Backend, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::wire::{Refreshed, memory, script};

#[api_client]
trait Files {
    #[put("/f")]
    async fn upload<B: IntoBody>(&self, #[body] body: B) -> Result<()>;
    #[get("/f")]
    async fn text(&self) -> Result<String>;
    #[get("/f")]
    async fn bytes(&self) -> Result<ByteStream>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Refreshed>;
}

const SIZE: usize = 1_000_000;

/// What a function was told. It counts as a handle of the list, as long as it can be called.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Step>>>);

/// How much has passed, and of how much.
type Step = (u64, Option<u64>);

impl Told {
    fn function(&self) -> impl FnMut(u64, Option<u64>) + Send + 'static {
        let told = self.0.clone();
        move |done, total| told.lock().unwrap().push((done, total))
    }

    /// Returns the last number of each send, and checks that each begins at 0 and grows.
    #[track_caller]
    fn sends(&self, total: Option<u64>) -> Vec<u64> {
        let mut sends = Vec::new();
        let mut last = None;
        for (done, of) in self.0.lock().unwrap().iter().copied() {
            assert_eq!(of, total);
            if done == 0 {
                sends.extend(last);
            } else {
                assert!(last.is_some_and(|last| last < done), "it does not grow from 0");
            }
            last = Some(done);
        }
        sends.extend(last);
        sends
    }

    /// Whether the function can be called no more.
    fn is_over(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

/// A body of unknown length.
struct Unsized(Option<Bytes>);

impl http_body::Body for Unsized {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<http_body::Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|piece| Ok(http_body::Frame::data(piece))))
    }
}

fn body() -> Bytes {
    vec![7; SIZE].into()
}

/// A backend that takes the token `new` alone, which a refresh gives.
fn backend() -> Backend {
    let backend = Backend::new().reply("POST", "/refresh", Reply::json(&serde_json::json!({})));
    for method in ["PUT", "GET"] {
        backend.route(method, "/f", |request| async move {
            match (request.bearer(), request.method().as_str()) {
                (Some("new"), "GET") => Reply::bytes(body()),
                (Some("new"), _) => Reply::empty(),
                _ => Reply::bytes("rejected".repeat(100)).status(401),
            }
        });
    }
    backend
}

fn signed_in(client: FilesClient) -> FilesClient {
    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    client
}

fn in_memory(backend: &Backend) -> FilesClient {
    signed_in(FilesClient::builder("http://localhost").transport(memory(backend)).build().unwrap())
}

#[tokio::test]
async fn an_upload_begins_at_0_with_each_send() {
    let backend = backend();
    let server = backend.serve().await.unwrap();
    let sized = || BodyStream::new(Full::new(body()));
    let total = Some(SIZE as u64);
    let unsized_stream = || BodyStream::new(Unsized(Some(body())));
    for (is_in_memory, body, total) in [
        (true, Body::new(body()), total),
        (false, Body::new(body()), total),
        (false, Body::factory(sized), total),
        (true, Body::factory(sized), total),
        (false, Body::factory(unsized_stream), None),
    ] {
        let client = match is_in_memory {
            true => in_memory(&backend),
            false => signed_in(FilesClient::new(server.url()).unwrap()),
        };
        let told = Told::default();
        client.upload(body).on_upload(told.function()).await.unwrap();
        assert!(told.is_over());
        let sends = told.sends(total);
        // A server that answers early may be told no more of the first.
        assert_eq!((sends.len(), sends[1]), (2, SIZE as u64), "{sends:?}");
    }
}

#[tokio::test]
async fn a_download_is_that_of_the_answer_alone() {
    let backend = backend();
    let server = backend.serve().await.unwrap();
    for client in [in_memory(&backend), signed_in(FilesClient::new(server.url()).unwrap())] {
        let told = Told::default();
        assert_eq!(client.text().on_download(told.function()).await.unwrap().len(), SIZE);
        assert!(told.is_over());
        assert_eq!(told.sends(Some(SIZE as u64)), [SIZE as u64]);

        let told = Told::default();
        let answer: Response<ByteStream> =
            client.bytes().response().on_download(told.function()).into_future().await.unwrap();
        assert_eq!(told.sends(Some(SIZE as u64)), [0], "its body is not read yet");
        let (mut stream, mut received) = (answer.into_inner(), 0);
        while let Some(piece) = stream.next().await {
            received += piece.unwrap().len() as u64;
            assert_eq!(told.sends(Some(SIZE as u64)), [received]);
        }
        assert_eq!(received, SIZE as u64);
        assert!(told.is_over(), "the stream has ended");

        let told = Told::default();
        let mut stream = client.bytes().on_download(told.function()).await.unwrap();
        assert!(stream.next().await.unwrap().is_ok() && !told.is_over());
        drop(stream);
        assert!(told.is_over());
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_begins_at_0() {
    let backend = Backend::new();
    let failed = || Reply::bytes("failed").status(503);
    script(&backend, "PUT", "/f", vec![failed(), Reply::reset(), Reply::empty()]);
    script(&backend, "GET", "/f", vec![failed(), Reply::text("abc")]);
    let client = in_memory(&backend);
    let told = Told::default();
    client.upload(body()).retry(2).on_upload(told.function()).await.unwrap();
    assert_eq!(told.sends(Some(SIZE as u64)), [SIZE as u64; 3]);
    let told = Told::default();
    client.text().retry(1).on_download(told.function()).await.unwrap();
    assert_eq!(told.sends(Some(3)), [3], "the error has no progress");
}

#[tokio::test]
async fn what_has_no_body_has_no_progress() {
    let backend = Backend::new().reply("GET", "/f", Reply::empty());
    backend.reply("PUT", "/f", Reply::bytes("failed").status(400));
    let told = Told::default();
    in_memory(&backend).text().on_upload(told.function()).await.unwrap();
    assert!(told.is_over() && told.0.lock().unwrap().is_empty());
    let failed = in_memory(&backend).upload("a").on_download(told.function()).await;
    assert!(matches!(failed, Err(Error::Status(_))));
    assert!(told.is_over() && told.0.lock().unwrap().is_empty());
    in_memory(&backend).upload(Vec::new()).on_upload(told.function()).await.unwrap_err();
    assert_eq!(*told.0.lock().unwrap(), [(0, Some(0))]);
}

#[tokio::test]
async fn a_function_that_panics_ends_no_call() {
    let backend = backend();
    let client = in_memory(&backend);
    client.upload(body()).on_upload(|_, _| panic!("of the program")).await.unwrap();
    let text = client.text().on_download(|done, _| assert_eq!(done, 0, "of the program")).await;
    assert_eq!(text.unwrap().len(), SIZE);
}

/// The server answers after the first bytes, and reads no more.
#[tokio::test]
async fn nothing_is_told_after_the_end_of_a_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        assert!(connection.read(&mut [0; 1000]).await.unwrap() > 0);
        connection.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        // Until the client closes the connection.
        let mut rest = Vec::new();
        drop(connection.read_to_end(&mut rest).await);
    });
    let client = signed_in(FilesClient::new(&url).unwrap());
    let told = Told::default();
    client.upload(vec![7; 16 * SIZE]).on_upload(told.function()).await.unwrap();
    assert!(told.is_over());
    drop(client);
    server.await.unwrap();
}

#[tokio::test]
async fn a_call_that_is_dropped_or_shown_keeps_no_function() {
    let backend = Backend::new().reply("PUT", "/f", Reply::hang());
    let client = in_memory(&backend);
    let told = Told::default();
    let mut call = Box::pin(client.upload(body()).on_upload(told.function()));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(call.as_mut().poll(&mut cx).is_pending());
    drop(call);
    assert!(told.is_over());
    let call = client.upload(body()).on_upload(told.function());
    let shown = call.request().unwrap();
    drop(call);
    assert!(told.is_over(), "{shown:?}");
}
