//! Answers that are read while they arrive, over a socket: when an item is there, and when the connection is
//! closed.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    ApiError, ByteStream, CancellationToken, Error, EventStream, JsonLines, Response, Result, api_client,
    error::TransportErrorKind,
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::wire::memory;

#[derive(Debug, Deserialize, PartialEq)]
struct Event {
    n: u32,
}

#[derive(Debug, ApiError)]
enum EventsError {
    #[status(404)]
    Gone(String),
    #[other]
    Other(Error),
}

#[api_client(auth = none)]
trait Arriving {
    #[get("/a")]
    async fn bytes(&self) -> Result<ByteStream>;
    #[get("/a")]
    async fn lines(&self) -> Result<JsonLines<Event>>;
    #[get("/a", timeout = 1h)]
    async fn events(&self) -> Result<EventStream<Event>>;
    #[get("/a")]
    async fn full(&self) -> Result<Response<Option<JsonLines<Event>>>>;
    #[get("/a")]
    async fn typed(&self) -> Result<EventStream<Event>, EventsError>;
    #[get("/a")]
    async fn whole(&self) -> Result<String>;
    #[get("/a")]
    async fn number(&self) -> Result<u32>;
}

/// What the test lets a server do with the answer it has begun.
enum Step {
    Piece(&'static str),
    End,
    Abort,
}

/// A server that takes one request, answers the head at once and the body as it is told.
struct Trickle {
    url: String,
    steps: mpsc::UnboundedSender<Step>,
    /// Fires when the request is there.
    asked: oneshot::Receiver<()>,
    /// Fires when the client has closed its end.
    closed: oneshot::Receiver<()>,
}

impl Trickle {
    async fn start() -> (Self, ArrivingClient) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (steps, told) = mpsc::unbounded_channel();
        let (ask, asked) = oneshot::channel();
        let (close, closed) = oneshot::channel();
        tokio::spawn(serve(listener, told, ask, close));
        let client = ArrivingClient::new(&url).unwrap();
        (Self { url, steps, asked, closed }, client)
    }

    fn send(&self, step: Step) {
        self.steps.send(step).unwrap_or_else(|_| panic!("{} is gone", self.url));
    }

    /// Fails the test where a client keeps what it should have given up.
    async fn closes(self) {
        tokio::time::timeout(Duration::from_secs(30), self.closed).await.unwrap().unwrap();
    }
}

async fn serve(
    listener: TcpListener,
    mut told: mpsc::UnboundedReceiver<Step>,
    asked: oneshot::Sender<()>,
    closed: oneshot::Sender<()>,
) {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(socket.read_u8().await.unwrap());
    }
    // Most tests do not ask.
    let _ = asked.send(());
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    loop {
        tokio::select! {
            read = socket.read_u8() => {
                assert!(read.is_err(), "a second request");
                let _ = closed.send(());
                return;
            }
            step = told.recv() => match step {
                Some(Step::Piece(piece)) => {
                    let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
                    socket.write_all(chunk.as_bytes()).await.unwrap();
                }
                Some(Step::End) => socket.write_all(b"0\r\n\r\n").await.unwrap(),
                // In the middle of a chunk.
                Some(Step::Abort) => {
                    socket.write_all(b"ff\r\n{").await.unwrap();
                    return;
                }
                None => told = mpsc::unbounded_channel().1,
            }
        }
    }
}

#[tokio::test]
async fn an_item_is_there_before_the_next_is_sent() {
    let (server, client) = Trickle::start().await;
    let mut bytes = client.bytes().await.unwrap();
    for piece in ["one", "two"] {
        server.send(Step::Piece(piece));
        assert_eq!(bytes.next().await.unwrap().unwrap(), piece);
    }
    server.send(Step::End);
    assert!(bytes.next().await.is_none());

    let (server, client) = Trickle::start().await;
    let mut lines = client.lines().await.unwrap();
    server.send(Step::Piece("{\"n\":1}\r\n{\"n\""));
    assert_eq!(lines.next().await.unwrap().unwrap(), Event { n: 1 });
    server.send(Step::Piece(":2}\n\n"));
    assert_eq!(lines.next().await.unwrap().unwrap(), Event { n: 2 });
    server.send(Step::Piece("{\"n\":3}"));
    server.send(Step::End);
    assert_eq!(lines.next().await.unwrap().unwrap(), Event { n: 3 });
    assert!(lines.next().await.is_none());

    let (server, client) = Trickle::start().await;
    let mut events = client.events().await.unwrap();
    server.send(Step::Piece(": welcome\n\ndata: {\"n\":\ndata: 1}\n\nid: 7\nda"));
    assert_eq!(events.next().await.unwrap().unwrap(), Event { n: 1 });
    server.send(Step::Piece("ta: {\"n\":2}\n\n"));
    assert_eq!(events.next().await.unwrap().unwrap(), Event { n: 2 });
    server.send(Step::End);
    assert!(events.next().await.is_none());
}

/// A call is over with the head of its answer: what ends it does not end what came of it, which its owner can
/// drop.
#[tokio::test]
async fn a_stream_outlives_its_call() {
    let (server, client) = Trickle::start().await;
    let token = CancellationToken::new();
    let mut events = client.events().cancel_on(&token).await.unwrap();
    token.cancel();
    drop(client);
    server.send(Step::Piece("data: {\"n\":1}\n\n"));
    assert_eq!(events.next().await.unwrap().unwrap(), Event { n: 1 });
    drop(events);
    server.closes().await;
}

#[tokio::test]
async fn what_is_dropped_early_closes_its_connection() {
    let (server, client) = Trickle::start().await;
    drop(client.bytes().await.unwrap());
    server.closes().await;

    let (server, client) = Trickle::start().await;
    let mut lines = client.lines().await.unwrap();
    server.send(Step::Piece("{\"n\":1}\n{\"n\":2}\n"));
    lines.next().await.unwrap().unwrap();
    drop(lines);
    server.closes().await;

    let (server, client) = Trickle::start().await;
    drop(client.events().await.unwrap().events());
    server.closes().await;

    let (server, client) = Trickle::start().await;
    drop(client.full().await.unwrap());
    server.closes().await;

    // A reader that waits for an item, and is aborted.
    let (server, client) = Trickle::start().await;
    let mut events = client.events().await.unwrap();
    let reader = tokio::spawn(async move { events.next().await });
    tokio::task::yield_now().await;
    reader.abort();
    server.closes().await;
}

#[tokio::test]
async fn an_answer_without_a_waiter_closes_its_connection() {
    let (mut server, client) = Trickle::start().await;
    let token = CancellationToken::new();
    let call = tokio::spawn(client.whole().cancel_on(&token).into_future());
    server.send(Step::Piece("the beginning"));
    (&mut server.asked).await.unwrap();
    token.cancel();
    assert!(matches!(call.await.unwrap(), Err(Error::Cancelled(_))));
    server.closes().await;

    let (mut server, client) = Trickle::start().await;
    let call = tokio::spawn(client.events().into_future());
    (&mut server.asked).await.unwrap();
    call.abort();
    server.closes().await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_the_last_item() {
    let is_broken = |item: Option<Error>| match item {
        Some(Error::Transport(error)) => error.kind() == TransportErrorKind::Body,
        _ => false,
    };
    let (server, client) = Trickle::start().await;
    let mut lines = client.lines().await.unwrap();
    server.send(Step::Piece("{\"n\":1}\nno json\n{\"n\":2}\n"));
    server.send(Step::Abort);
    assert_eq!(lines.next().await.unwrap().unwrap(), Event { n: 1 });
    assert!(matches!(lines.next().await, Some(Err(Error::Decode(_)))), "which ends nothing");
    assert_eq!(lines.next().await.unwrap().unwrap(), Event { n: 2 });
    assert!(is_broken(lines.next().await.and_then(Result::err)));
    assert!(lines.next().await.is_none());

    let (server, client) = Trickle::start().await;
    let mut events = client.events().await.unwrap();
    server.send(Step::Piece("data: {\"n\":1}\n\ndata: {\"n\":2}\n"));
    server.send(Step::Abort);
    assert_eq!(events.next().await.unwrap().unwrap(), Event { n: 1 });
    assert!(is_broken(events.next().await.and_then(Result::err)), "and half an event is none");
    assert!(events.next().await.is_none());

    let (server, client) = Trickle::start().await;
    let mut bytes = client.bytes().await.unwrap();
    server.send(Step::Abort);
    let mut last = bytes.next().await;
    if matches!(last, Some(Ok(_))) {
        last = bytes.next().await;
    }
    assert!(is_broken(last.and_then(Result::err)));
    assert!(bytes.next().await.is_none());
}

/// What waits for an item can be given up and taken up again.
#[tokio::test]
async fn an_item_that_was_not_waited_for_is_not_lost() {
    let (server, client) = Trickle::start().await;
    let mut lines = client.lines().await.unwrap();
    server.send(Step::Piece("{\"n\""));
    for _ in 0..3 {
        tokio::select! {
            biased;
            item = lines.next() => panic!("{item:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    server.send(Step::Piece(":1}\n"));
    assert_eq!(lines.next().await.unwrap().unwrap(), Event { n: 1 });
}

#[tokio::test]
async fn an_answer_that_is_no_stream_is_what_it_is() {
    for (reply, expected) in [
        (Reply::text("no").status(404), [Some(404), Some(404), None]),
        (Reply::text("no").status(500), [Some(500); 3]),
        (Reply::empty(), [None; 3]),
    ] {
        let backend = Backend::new().fallback(move |_| std::future::ready(reply.clone()));
        let client = ArrivingClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
        let status = |error: Error| error.status().map(|status| status.as_u16());
        assert_eq!(client.bytes().await.err().and_then(status), expected[0]);
        assert_eq!(client.lines().await.err().and_then(status), expected[1]);
        assert_eq!(client.full().await.err().and_then(status), expected[2]);
        if expected[2].is_none() {
            assert!(client.full().await.unwrap().value().is_none(), "404 and 204 are nothing");
        }
    }
}

#[tokio::test]
async fn a_stream_has_the_errors_of_its_endpoint() {
    for (reply, expected) in [
        (Reply::text("moved").status(404), "gone: moved"),
        (Reply::text("no").status(500), "other: 500"),
        // Not a stream without events, as the page of a proxy would be.
        (Reply::html("<h1>Sign in</h1>"), "other: no stream"),
        (Reply::text("data: {\"n\":1}\n\n").header("content-type", "Text/Event-Stream;charset=utf-8"), "1"),
    ] {
        let backend = Backend::new().fallback(move |_| std::future::ready(reply.clone()));
        let client = ArrivingClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
        let told = match client.typed().await {
            Ok(mut events) => events.next().await.unwrap().unwrap().n.to_string(),
            Err(EventsError::Gone(text)) => format!("gone: {text}"),
            Err(EventsError::Other(Error::Status(answer))) => format!("other: {}", answer.status().as_u16()),
            Err(EventsError::Other(Error::Decode(_))) => "other: no stream".to_owned(),
            Err(EventsError::Other(error)) => panic!("{error:?}"),
        };
        assert_eq!(told, expected);
    }
}

/// Answers that are an error, cannot be decoded or are read to their end leave their connection to the next
/// call.
#[tokio::test]
async fn a_connection_is_used_again() {
    const CALLS: usize = 20;
    let page = "x".repeat(32 << 10);
    for reply in [
        Reply::text(page.clone()).status(404),
        Reply::text(page.clone()).status(500),
        Reply::html(page.clone()),
        Reply::empty(),
    ] {
        let backend = Backend::new().fallback(move |_| std::future::ready(reply.clone()));
        let server = backend.serve().await.unwrap();
        let client = ArrivingClient::new(server.url()).unwrap();
        for _ in 0..CALLS {
            let _ = client.whole().await;
            let _ = client.number().await;
            if let Ok(mut bytes) = client.bytes().await {
                while bytes.next().await.is_some() {}
            }
        }
        assert_eq!(backend.requests().len(), 3 * CALLS);
        // One that has just become free may be overlooked.
        assert!(server.connections() < CALLS, "{server:?}");
    }
}
