//! Streams of events that connect again: when, how often, and with which request.

use std::time::Duration;

use sdk_runtime::error::{NotRetried, TimeoutScope};
use sdk_runtime::stream::ServerEvents;
use sdk_runtime::{CancellationToken, Error, EventStream, Response, Result, api_client};
use tokio::time::Instant;

use crate::scripted::{Server, Step, ends, status};

#[api_client(auth = none)]
pub trait Feed {
    #[get("/events", reconnect = 3)]
    async fn events(&self, #[header("last-event-id")] id: Option<&str>) -> Result<ServerEvents>;
    #[get("/events", reconnect = 2, timeout = 5s)]
    async fn numbers(&self) -> Result<EventStream<u32>>;
    #[get("/events", reconnect = 1)]
    async fn full(&self) -> Result<Response<Option<EventStream<u32>>>>;
    #[get("/events", reconnect = 2, retry = 5)]
    async fn retried(&self) -> Result<ServerEvents>;
    #[get("/events", reconnect = 2, retry_if = teapot)]
    async fn decided(&self) -> Result<ServerEvents>;
    #[post("/events", reconnect = 2, idempotent)]
    async fn posted(&self, #[json] what: &str) -> Result<ServerEvents>;
    #[get("/events", reconnect = 2, idle_timeout = 30s)]
    async fn watched(&self) -> Result<ServerEvents>;
    #[get("/events")]
    async fn once(&self) -> Result<ServerEvents>;
}

fn teapot(failed: &sdk_runtime::client::FailedAttempt<'_>) -> bool {
    failed.status().is_some_and(|status| status == 418)
}

impl Server {
    fn client(&self) -> FeedClient {
        FeedClient::builder("http://localhost").transport(self.clone()).build().unwrap()
    }
}

/// The data of all events up to the end, and the code of the error there.
async fn read(events: &mut ServerEvents) -> (Vec<String>, Option<&'static str>) {
    let mut data = Vec::new();
    loop {
        match events.next().await {
            Some(Ok(event)) => data.push(event.data().to_owned()),
            Some(Err(error)) => {
                assert_eq!(error.endpoint().map(|it| it.api()), Some("Feed"), "{error:?}");
                assert!(events.next().await.is_none(), "an error is the last item");
                return (data, Some(error.code()));
            }
            None => {
                assert!(events.next().await.is_none(), "it stays at its end");
                return (data, None);
            }
        }
    }
}

fn ids(ids: &[&str]) -> Vec<Option<String>> {
    ids.iter().map(|id| (!id.is_empty()).then(|| (*id).to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_after_the_last_event_that_was_complete() {
    let server = Server::new([
        ends("data: a\n\n"),
        Step::Breaks("id: 1\ndata: b\n\nid: 2\nevent: cut\ndata: cut"),
        ends("data: c\n\nid: ü\n\nid: 9\ndata: half\n"),
        ends("data: d\n\nid\ndata: e\n\n"),
        Step::Ends(204, &[], ""),
    ]);
    let mut events = server.client().events(None).await.unwrap();
    let (data, error) = read(&mut events).await;
    assert_eq!((data, error), (["a", "b", "c", "d", "e"].map(str::to_owned).to_vec(), None));
    assert_eq!(server.header("last-event-id"), ids(&["", "", "1", "?", ""]), "`ü` is sent as UTF-8");
    assert_eq!(events.last_event_id(), "");
    assert_eq!(server.header("accept"), vec![Some("text/event-stream".to_owned()); 5]);
}

/// The identifier of the caller counts until the server names one, and not after the server has removed it.
#[tokio::test(start_paused = true)]
async fn a_stream_begins_with_the_identifier_of_the_caller() {
    let server = Server::new([
        ends("data: a\n\n"),
        ends("id: 8\ndata: b\n\n"),
        ends("id\ndata: c\n\n"),
        ends("data: d\n\n"),
        status(404),
    ]);
    let mut events = server.client().events(Some("7")).await.unwrap();
    assert_eq!(events.last_event_id(), "7");
    let event = events.next().await.unwrap().unwrap();
    assert_eq!((event.data(), event.id()), ("a", "7"));
    assert_eq!(read(&mut events).await, (["b", "c", "d"].map(str::to_owned).to_vec(), Some("status.4xx")));
    assert_eq!(server.header("last-event-id"), ids(&["7", "7", "8", "", ""]));
}

#[tokio::test(start_paused = true)]
async fn the_pause_is_the_servers_and_doubles_while_connections_fail() {
    // No event: three connections in a row, and the last error.
    let server = Server::new([ends("")]);
    let mut events = server.client().events(None).await.unwrap();
    assert_eq!(read(&mut events).await, (vec![], Some("transport.connect")));
    let pauses = server.pauses();
    // A quarter is random. The first connection had not failed, and the others have.
    for (pause, least) in pauses.iter().zip([3.0, 6.0, 12.0]) {
        assert!((least..least * 1.25 + 0.01).contains(pause), "{pauses:?}");
    }
    assert_eq!(pauses.len(), 3);

    // The server's own pause, and that of a `Retry-After`, if it is longer.
    let after = Step::Ends(503, &[("retry-after", "40")], "");
    let server = Server::new([ends("retry: 20000\n\n"), after, ends("retry: 1\n\n"), status(500)]);
    let mut events = server.client().events(None).await.unwrap();
    assert_eq!(read(&mut events).await, (vec![], Some("status.5xx")));
    assert_eq!(events.retry(), Some(Duration::from_millis(1)));
    let pauses = server.pauses();
    for (pause, least) in pauses.iter().zip([20.0, 40.0, 0.1]) {
        assert!((least..least * 1.25 + 0.01).contains(pause), "{pauses:?}");
    }
}

/// An event lets the count begin again. Its end is the end, if no connection fails.
#[tokio::test(start_paused = true)]
async fn the_number_is_of_connections_in_a_row_without_an_event() {
    let server = Server::new([
        ends("data: 1\n\n"),
        ends(""),
        Step::Breaks(": alive\n\n"),
        Step::Breaks("data: 2\n\n"),
        ends(""),
        Step::Breaks(": alive\n\n"),
        ends("data\n"),
        ends("data: never\n\n"),
    ]);
    let mut events = server.client().events(None).await.unwrap();
    assert_eq!(read(&mut events).await, (vec!["1".to_owned(), "2".to_owned()], None));
    assert_eq!(server.count(), 4 + 3);

    let server = Server::new([ends("data: 1\n\n"), ends(""), ends(""), Step::Breaks("")]);
    let mut events = server.client().events(None).await.unwrap();
    assert_eq!(read(&mut events).await, (vec!["1".to_owned()], Some("transport.body")), "the last one broke");
    assert_eq!(server.count(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_no_stream_of_events_ends_the_stream() {
    for (step, code, count) in [
        (status(204), None, 2),
        (status(404), Some("status.4xx"), 2),
        (status(501), Some("status.5xx"), 2),
        (Step::Ends(200, &[("content-type", "text/html")], "data: 2\n\n"), Some("decode"), 2),
        (Step::Ends(200, &[], "data: 2\n\n"), Some("decode"), 2),
        (Step::Ends(429, &[("retry-after", "3600")], ""), Some("status.4xx"), 2),
        (ends("id: \u{1}\ndata: 2\n\n"), Some("invalid_request"), 2),
        // Transient: three connections.
        (status(503), Some("transport.connect"), 4),
        (Step::Refuses, Some("transport.connect"), 4),
    ] {
        let server = Server::new([ends("data: 1\n\n"), step]);
        let mut events = server.client().events(None).await.unwrap();
        let (data, error) = read(&mut events).await;
        assert_eq!((data[0].as_str(), error, server.count()), ("1", code, count));
    }
    let server = Server::new([ends(""), Step::Ends(503, &[("retry-after", "61")], "")]);
    match server.client().events(None).await.unwrap().next().await {
        Some(Err(Error::Status(answer))) => {
            assert_eq!(answer.not_retried(), Some(NotRetried::RetryAfterTooLong));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_policy_of_retries_says_which_answers_are_transient() {
    let server = Server::new([ends(""), status(418), status(503), ends("data: never\n\n")]);
    let mut events = server.client().decided().await.unwrap();
    assert_eq!(read(&mut events).await, (vec![], Some("status.5xx")));
    assert_eq!(server.count(), 3);

    // The first request has its retries. Each connection after it is one request.
    let server = Server::new([status(503), status(503), ends("data: 1\n\n"), status(503), status(503)]);
    let mut events = server.client().retried().await.unwrap();
    assert_eq!(read(&mut events).await, (vec!["1".to_owned()], Some("status.5xx")));
    assert_eq!(server.count(), 5);
}

/// The timeout of the call is that of each connection, up to its head.
#[tokio::test(start_paused = true)]
async fn a_connection_that_is_not_answered_in_time_has_failed() {
    let server =
        Server::new([ends("data: 1\n\n"), Step::Hangs, ends("data: 2\n\n"), Step::Hangs, Step::Hangs]);
    let mut numbers = server.client().numbers().await.unwrap();
    assert_eq!(numbers.next().await.unwrap().unwrap(), 1);
    assert_eq!(numbers.next().await.unwrap().unwrap(), 2);
    match numbers.next().await {
        Some(Err(Error::Timeout(timeout))) => {
            assert_eq!((timeout.limit(), timeout.scope()), (Duration::from_secs(5), TimeoutScope::Call));
        }
        other => panic!("{other:?}"),
    }
    assert!(numbers.next().await.is_none());
    assert_eq!(server.count(), 5);
}

/// Data that is no value is an error in its place, and a line that is too long is the end.
#[tokio::test(start_paused = true)]
async fn errors_that_are_not_of_the_connection_do_not_connect_again() {
    let server = Server::new([ends("data: x\n\n"), ends("data: 2\n\n"), status(204)]);
    let mut numbers = server.client().numbers().await.unwrap();
    assert!(matches!(numbers.next().await, Some(Err(Error::Decode(_)))));
    assert_eq!(numbers.next().await.unwrap().unwrap(), 2);
    assert!(numbers.next().await.is_none());

    let long: &'static str = Box::leak("x".repeat((1 << 20) + 1).into_boxed_str());
    let server = Server::new([ends(long), ends("data: never\n\n")]);
    let mut events = server.client().events(None).await.unwrap();
    assert_eq!(read(&mut events).await, (vec![], Some("body_too_large")));
    assert_eq!(server.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_the_token_of_its_call_at_any_time() {
    // While it reads, while it waits, and while it connects.
    for (second, at) in [(Step::Stays("data: 1\n\n"), 0), (ends("data: 1\n\n"), 0), (ends("data: 1\n\n"), 10)]
    {
        let server = Server::new([second, Step::Hangs, ends("data: never\n\n")]);
        let token = CancellationToken::new();
        let mut events = server.client().events(None).timeout(None).cancel_on(&token).await.unwrap();
        assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
        let waiting = tokio::time::timeout(Duration::from_secs(at), events.next()).await;
        assert!(waiting.is_err(), "{waiting:?}");
        let before = Instant::now();
        let cancel = async { token.cancel() };
        let next = tokio::time::timeout(Duration::from_secs(1), events.next());
        let (next, ()) = tokio::join!(next, cancel);
        let next = next.expect("the token ends it");
        assert!(matches!(next, Some(Err(Error::Cancelled(_)))), "{next:?}");
        assert!(events.next().await.is_none());
        assert_eq!(before, Instant::now(), "at once");
        let count = server.count();
        tokio::time::sleep(Duration::from_secs(100)).await;
        assert_eq!(server.count(), count, "nothing is sent any more");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_dropped_or_not_read_sends_nothing() {
    let server = Server::new([ends("data: 1\n\n"), Step::Hangs]);
    let mut events = server.client().events(None).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(server.count(), 1, "nothing is spawned");
    assert!(tokio::time::timeout(Duration::from_secs(1), events.next()).await.is_err());
    drop(events);
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(server.count(), 1);
}

/// A future that is dropped loses nothing: the wait goes on.
#[tokio::test(start_paused = true)]
async fn a_pause_goes_on_where_it_was() {
    let server = Server::new([ends("retry: 10000\ndata: 1\n\n"), ends("data: 2\n\n")]);
    let mut events = server.client().events(None).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data(), "1");
    let mut waits = 0;
    while tokio::time::timeout(Duration::from_secs(1), events.next()).await.is_err() {
        waits += 1;
    }
    assert!((9..=12).contains(&waits), "{waits}");
    assert_eq!(server.count(), 2);
}

/// A connection that may be dead is left for another one.
#[tokio::test(start_paused = true)]
async fn a_silent_stream_connects_again() {
    let server = Server::new([Step::Stays("data: 1\n\n"), Step::Stays("data: 2\n\n"), status(204)]);
    let mut events = server.client().watched().await.unwrap();
    assert_eq!(read(&mut events).await, (vec!["1".to_owned(), "2".to_owned()], None));
    assert!(server.pauses().iter().all(|pause| (33.0..34.0).contains(pause)), "{:?}", server.pauses());
}

#[tokio::test(start_paused = true)]
async fn a_post_keeps_its_key_and_its_body() {
    let server = Server::new([ends("id: 1\ndata: 1\n\n"), ends("data: 2\n\n"), status(204)]);
    let mut events = server.client().posted("all").await.unwrap();
    assert_eq!(read(&mut events).await, (vec!["1".to_owned(), "2".to_owned()], None));
    let keys = server.header("idempotency-key");
    assert!(keys[0].is_some() && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(server.header("content-type"), vec![Some("application/json".to_owned()); 3]);
    // Without a key, each connection would be a new request.
    let server = Server::new([ends("data: 1\n\n")]);
    let call = server.client().posted("all").header("idempotency-key", " ");
    assert!(matches!(call.request(), Err(Error::InvalidRequest(_))));
    assert!(matches!(call.await, Err(Error::InvalidRequest(_))));
    assert_eq!(server.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stream_in_a_response_or_an_option_connects_again_too() {
    let server = Server::new([
        ends("data: 1\n\n"),
        Step::Ends(200, &[("content-type", "text/event-stream"), ("x-at", "b")], "data: 2\n\n"),
        status(204),
        status(404),
    ]);
    let mut numbers = server.client().full().await.unwrap().into_inner().unwrap();
    assert_eq!(numbers.next().await.unwrap().unwrap(), 1);
    assert_eq!(numbers.next().await.unwrap().unwrap(), 2);
    assert_eq!(numbers.head().headers()["x-at"], "b", "the head of the present connection");
    assert!(numbers.next().await.is_none());
    assert!(server.client().full().await.unwrap().into_inner().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_reconnect_ends_as_ever() {
    for (step, code) in [(ends("data: 1\n\n"), None), (Step::Breaks("data: 1\n\n"), Some("transport.body"))] {
        let server = Server::new([step, ends("data: never\n\n")]);
        let mut events = server.client().once().await.unwrap();
        assert_eq!(read(&mut events).await, (vec!["1".to_owned()], code));
        assert_eq!(server.count(), 1);
    }
}
