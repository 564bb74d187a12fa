//! An answer whose body falls silent: `idle_timeout`.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use sdk_runtime::client::ClientBuilder;
use sdk_runtime::error::{TimeoutPhase, TimeoutScope, TransportError};
use sdk_runtime::transport::{ResponseBody, Transport, TransportFuture, TransportRequest};
use sdk_runtime::{
    ByteStream, Error, EventStream, JsonLines, Result, Tokens, api_client, stream::ServerEvents,
};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::wire::Refreshed;

#[derive(Debug, Deserialize)]
struct Signed {}

impl sdk_runtime::TokenResponse for Signed {
    fn tokens(&self, _: &sdk_runtime::Head) -> std::result::Result<Tokens, sdk_runtime::Refusal> {
        Ok(Tokens::new("old").refresh_token("r"))
    }
}

#[api_client(auth = optional, timeout = none)]
trait Slow {
    #[get("/it")]
    async fn text(&self) -> Result<String>;
    #[get("/it")]
    async fn bytes(&self) -> Result<ByteStream>;
    #[get("/it")]
    async fn lines(&self) -> Result<JsonLines<u8>>;
    #[get("/it")]
    async fn events(&self) -> Result<EventStream<u8>>;
    #[get("/it")]
    async fn server_events(&self) -> Result<ServerEvents>;
    #[get("/it", idle_timeout = 10s)]
    async fn hasty(&self) -> Result<ByteStream>;
    #[get("/it", idle_timeout = none)]
    async fn patient(&self) -> Result<ByteStream>;
    #[post("/login")]
    #[session(start)]
    async fn sign_in(&self) -> Result<Signed>;
    #[post("/refresh", timeout = 60s)]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Refreshed>;
}

type Piece = (u64, &'static [u8]);

/// The pieces of a body, and whether it ends behind them.
type Answer = (Vec<Piece>, bool);

/// A body whose pieces come after so many seconds each, and which then falls silent or ends.
struct Paced {
    pieces: VecDeque<Piece>,
    ends: bool,
    next: Option<Pin<Box<Sleep>>>,
    closed: Arc<AtomicUsize>,
}

impl Drop for Paced {
    fn drop(&mut self) {
        self.closed.fetch_add(1, Ordering::SeqCst);
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let Some((after, piece)) = self.pieces.front().copied() else {
            return if self.ends { Poll::Ready(None) } else { Poll::Pending };
        };
        let due = Instant::now() + Duration::from_secs(after);
        let next = self.next.get_or_insert_with(|| Box::pin(sleep_until(due)));
        ready!(next.as_mut().poll(cx));
        (self.next, _) = (None, self.pieces.pop_front());
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(piece)))))
    }
}

/// A server that answers each request with the next of its bodies, and with the last of them from then on.
#[derive(Clone, Default)]
struct Server {
    bodies: Arc<Mutex<VecDeque<Answer>>>,
    requests: Arc<AtomicUsize>,
    closed: Arc<AtomicUsize>,
}

impl Server {
    fn then(self, pieces: &[Piece], ends: bool) -> Self {
        self.bodies.lock().unwrap().push_back((pieces.to_vec(), ends));
        self
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn client(&self, with: impl FnOnce(Builder) -> Builder) -> SlowClient {
        with(SlowClient::builder("http://localhost").transport(self.clone())).build().unwrap()
    }
}

type Builder = ClientBuilder<SlowClient>;

impl Transport for Server {
    fn send(&self, _: TransportRequest) -> TransportFuture {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let mut bodies = self.bodies.lock().unwrap();
        let (pieces, ends) = bodies[0].clone();
        if bodies.len() > 1 {
            bodies.pop_front();
        }
        let body = Paced { pieces: pieces.into(), ends, next: None, closed: self.closed.clone() };
        let answer = http::Response::builder().header("content-type", "text/event-stream");
        let answer = answer.body(ResponseBody::new(body)).unwrap();
        Box::pin(async { Ok(answer) })
    }
}

const IDLE: Duration = Duration::from_secs(30);

fn idle(builder: Builder) -> Builder {
    builder.idle_timeout(IDLE)
}

#[track_caller]
fn assert_idle(error: Error, limit: Duration) {
    assert_eq!(error.code(), "timeout.idle");
    assert!(error.is_transient());
    assert!(error.to_string().contains("(`idle_timeout`) while waiting for more of"), "{error}");
    let Error::Timeout(error) = error else { panic!("{error:?}") };
    let told = (error.phase(), error.scope(), error.limit());
    assert_eq!(told, (TimeoutPhase::Idle, TimeoutScope::Idle, limit));
    assert_eq!(error.endpoint().unwrap().api(), "Slow");
}

#[tokio::test(start_paused = true)]
async fn i41_each_kind_of_answer_ends_when_it_is_silent_and_its_connection_is_closed() {
    let server = Server::default().then(&[(5, b"data: 1\n\n")], false);
    let client = server.client(idle);
    let closed = |count| assert_eq!(server.closed.load(Ordering::SeqCst), count);
    let begun = Instant::now();
    let ends = |count: u64| assert_eq!(begun.elapsed().as_secs(), 35 * count);

    assert_idle(client.text().await.unwrap_err(), IDLE);
    closed(1);
    ends(1);

    let mut bytes = client.bytes().await.unwrap();
    assert_eq!(bytes.next().await.unwrap().unwrap(), "data: 1\n\n");
    assert_idle(bytes.next().await.unwrap().unwrap_err(), IDLE);
    closed(2);
    ends(2);
    assert!(bytes.next().await.is_none(), "it has ended");

    let mut lines = client.lines().await.unwrap();
    assert!(matches!(lines.next().await.unwrap(), Err(Error::Decode(_))), "it is no JSON");
    assert_idle(lines.next().await.unwrap().unwrap_err(), IDLE);
    closed(3);
    ends(3);
    assert!(lines.next().await.is_none(), "it has ended");

    let mut events = client.server_events().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
    assert_idle(events.next().await.unwrap().unwrap_err(), IDLE);
    closed(4);
    ends(4);

    let mut events = client.events().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap(), 1);
    assert_idle(events.next().await.unwrap().unwrap_err(), IDLE);
    closed(5);
    ends(5);
    assert!(events.next().await.is_none(), "it has ended");
}

#[tokio::test(start_paused = true)]
async fn i41_only_silence_counts_and_only_while_it_is_waited_for() {
    // Ten minutes with a byte every 29 s.
    let server = Server::default().then(&[(29, b"a".as_slice()); 20], true);
    assert_eq!(server.client(idle).text().await.unwrap(), "a".repeat(20));

    // Empty pieces are no bytes.
    let server = Server::default().then(&[(29, b"a"), (20, b""), (20, b""), (20, b"b")], true);
    let begun = Instant::now();
    assert_idle(server.client(idle).text().await.unwrap_err(), IDLE);
    assert_eq!(begun.elapsed().as_secs(), 59);

    // The program reads nothing for an hour.
    let server = Server::default().then(&[(0, b"a"), (20, b"b"), (20, b"c")], false);
    let mut bytes = server.client(idle).bytes().await.unwrap();
    for piece in ["a", "b", "c"] {
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(bytes.next().await.unwrap().unwrap(), piece);
    }
    assert_idle(bytes.next().await.unwrap().unwrap_err(), IDLE);
}

#[tokio::test(start_paused = true)]
async fn the_nearest_limit_counts_and_there_is_none_by_default() {
    let server = Server::default().then(&[(3600, b"a")], false);
    let limit_of = async |client: SlowClient, endpoint: &str| {
        let stream = match endpoint {
            "hasty" => client.hasty().await,
            "patient" => client.patient().await,
            _ => client.bytes().await,
        };
        let begun = Instant::now();
        let next = stream.unwrap().next().await.unwrap();
        next.is_err().then(|| begun.elapsed().as_secs())
    };
    assert_eq!(limit_of(server.client(|builder| builder), "bytes").await, None);
    assert_eq!(limit_of(server.client(|builder| builder), "hasty").await, Some(10));
    assert_eq!(limit_of(server.client(idle), "bytes").await, Some(30));
    assert_eq!(limit_of(server.client(idle), "hasty").await, Some(10));
    assert_eq!(limit_of(server.client(idle), "patient").await, None);
    assert_eq!(limit_of(server.client(|builder| idle(builder).idle_timeout(None)), "bytes").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_whole_answer_that_falls_silent_is_retried() {
    let server = Server::default().then(&[(0, b"a")], false).then(&[(0, b"b")], true);
    assert_eq!(server.client(|builder| idle(builder).retry(1)).text().await.unwrap(), "b");
    assert_eq!((server.requests(), server.closed.load(Ordering::SeqCst)), (2, 2));

    let server = Server::default().then(&[(0, b"a")], false);
    assert_idle(server.client(|builder| idle(builder).retry(2)).text().await.unwrap_err(), IDLE);
    assert_eq!(server.requests(), 3);
}

/// Its request may be spent by the first send, so that it has its own limit alone.
#[tokio::test(start_paused = true)]
async fn i41_a_sign_in_and_a_refresh_have_no_such_limit() {
    let server = Server::default()
        .then(&[(0, b"{"), (40, b"}")], true)
        .then(&[(0, b"{"), (40, b"}")], true)
        .then(&[(0, b"a")], true);
    let client = server.client(idle);
    client.sign_in().await.unwrap();
    client.session().refresh().await.unwrap();
    assert_eq!(client.text().await.unwrap(), "a");
}

#[tokio::test]
async fn a_connection_whose_answer_falls_silent_is_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        assert!(connection.read(&mut request).await.unwrap() > 0);
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc").await.unwrap();
        connection.read(&mut request).await
    });
    let builder = SlowClient::builder(&url).idle_timeout(Duration::from_millis(100));
    let error = builder.build().unwrap().text().await.unwrap_err();
    assert_idle(error, Duration::from_millis(100));
    // The end of the connection, or its reset.
    assert_eq!(server.await.unwrap().unwrap_or(0), 0);
}

#[test]
fn connecting_has_a_limit_where_the_client_connects() {
    let limit = Duration::from_secs(1);
    let with = SlowClient::builder("http://localhost").connect_timeout(limit);
    assert!(with.build().is_ok());
    let server = Server::default();
    let error = SlowClient::builder("http://localhost").connect_timeout(limit).transport(server).build();
    let error = error.unwrap_err().to_string();
    assert!(error.contains("write `HttpTransport::new(|http| http.connect_timeout(…))`"), "{error}");
}
