//! Bodies that are read while they arrive: how they are cut, and what they do to a call.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use sdk_runtime::__private::{Call, ClientBuilder, Decoder, Endpoint};
use sdk_runtime::{
    ByteStream, Error, EventStream, JsonLines, Response,
    error::{TransportError, TransportErrorKind},
    stream::{FromStream, ServerEvents},
    transport::{ResponseBody, Transport, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, Reply};
use tokio::sync::mpsc;

use crate::support::{Api, client, headers, script, tokens_of};

static EVENTS: Endpoint = Endpoint::new("Api::events", "GET", "/events");

fn call<T: FromStream + 'static>(api: &Api) -> Call<T> {
    api.0.request(&EVENTS).finish(Decoder::STREAM)
}

/// `text` in two pieces, cut at every place, and byte by byte.
fn cuts(text: &[u8]) -> Vec<ByteStream> {
    let in_two = (0..=text.len()).map(|at| {
        let (one, two) = text.split_at(at);
        [one.to_vec(), two.to_vec()].into_iter().collect()
    });
    in_two.chain([text.iter().map(|byte| vec![*byte]).collect()]).collect()
}

#[tokio::test]
async fn json_lines_are_cut_where_a_line_ends() {
    for (text, expected) in [
        ("", &[][..]),
        ("1\n2\n", &["1", "2"]),
        ("1\r\n2\r\n", &["1", "2"]),
        ("1\n2", &["1", "2"]),
        ("\n\r\n 1 \n\n  \n2\n\n", &["1", "2"]),
        ("1\nx\n2\n", &["1", "decode", "2"]),
        ("1\n[\n", &["1", "decode"]),
        ("\u{feff}1\n2", &["1", "2"]),
        ("\u{feff}", &[]),
        ("1\r2\n", &["decode"]),
    ] {
        for bytes in cuts(text.as_bytes()) {
            let mut lines: JsonLines<u32> = bytes.into();
            let mut read = Vec::new();
            while let Some(item) = lines.next().await {
                read.push(match item {
                    Ok(number) => number.to_string(),
                    Err(Error::Decode(_)) => "decode".to_owned(),
                    Err(other) => panic!("{other:?}"),
                });
            }
            assert_eq!(read, expected, "{text:?}");
        }
    }
}

#[tokio::test]
async fn a_line_without_an_end_is_given_up() {
    const LONGEST: usize = 1 << 20;
    for (length, fits) in [(LONGEST, true), (LONGEST + 1, false)] {
        for end in ["\n1\n", "\r\n1\n", ""] {
            let json = format!("\"{}\"", "x".repeat(length - 2));
            let mut lines: JsonLines<serde_json::Value> =
                ByteStream::from_iter([json, end.to_owned()]).into();
            match lines.next().await.unwrap() {
                Ok(_) => assert!(fits, "{length}"),
                Err(Error::BodyTooLarge(error)) => {
                    assert!(!fits && error.limit() == LONGEST, "{length}");
                    assert!(lines.next().await.is_none(), "and it has ended");
                }
                Err(other) => panic!("{other:?}"),
            }
        }
    }
    // Each line of data is one byte, and one for its end.
    for (lines, fits) in [(LONGEST / 2, true), (LONGEST / 2 + 1, false)] {
        let text = format!("{}\n", "data: x\n".repeat(lines));
        let mut events: ServerEvents = ByteStream::from_iter([text]).into();
        match events.next().await.unwrap() {
            Ok(event) => assert!(fits && event.data().len() == LONGEST - 1, "{lines}"),
            Err(Error::BodyTooLarge(error)) => assert!(!fits && error.limit() == LONGEST, "{lines}"),
            Err(other) => panic!("{other:?}"),
        }
        assert!(events.next().await.is_none(), "{lines}");
    }
    let endless = std::iter::repeat_n("data: x\n".repeat(1 << 10), 1 << 10);
    let mut events: ServerEvents = endless.collect::<ByteStream>().into();
    assert!(matches!(events.next().await, Some(Err(Error::BodyTooLarge(_)))), "one event of many lines");
}

#[tokio::test]
async fn events_are_read_as_the_html_standard_says() {
    for (text, expected) in [
        ("data: a\n\n", &["message||a"][..]),
        ("data:a\r\n\r\ndata:  b\r\rdata\n\n", &["message||a", "message|| b", "message||"]),
        ("data: YHOO\ndata: +2\ndata: 10\n\n", &["message||YHOO\n+2\n10"]),
        ("data: a\r\ndata: b\r\n\r\n", &["message||a\nb"]),
        (": a comment\n\ndata: a\n: another\nid: 1\n\n", &["message|1|a"]),
        ("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", &["message|1|a", "message|1|b", "message||c"]),
        ("id: a\0b\ndata: a\n\n", &["message||a"]),
        ("event: add\ndata: a\n\ndata: b\n\n", &["add||a", "message||b"]),
        ("event: add\n\ndata: a\n\n", &["message||a"]),
        ("data: a\n\ndata: not ended\n", &["message||a"]),
        ("data: a\n\nid: 7\ndata: not ended", &["message||a"]),
        ("\u{feff}data: a\n\n", &["message||a"]),
        ("Data: a\nunknown: b\n\n", &[]),
        ("data: ü\n\n", &["message||ü"]),
        ("data\n\ndata\ndata\n\n", &["message||", "message||\n"]),
    ] {
        for bytes in cuts(text.as_bytes()) {
            let mut events: ServerEvents = bytes.into();
            let mut read = Vec::new();
            while let Some(event) = events.next().await {
                let event = event.unwrap();
                read.push(format!("{}|{}|{}", event.event(), event.id(), event.data()));
                assert_eq!(events.last_event_id(), event.id());
            }
            assert_eq!(read, expected, "{text:?}");
            assert_ne!(events.last_event_id(), "7", "an event that did not come is to come again");
        }
    }
    for (text, retry, last) in [
        // A line without an end is no field: the connection may have been cut in the middle of it.
        ("data: a\n\nretry: 3", None, ""),
        ("retry: 15\ndata: a\n\nretry: 3", Some(15), ""),
        ("data: a\n\nretry: 3\n", Some(3), ""),
        ("data: a\n\nretry: 3\r", Some(3), ""),
        ("data: a\n\nid: 7", None, ""),
        ("data: a\n\nid: 7\n", None, ""),
        ("id: 1\ndata: a\n\nid: 7\n\n", None, "7"),
        ("data: a\n\nretry: +3\n", None, ""),
        ("data: a\n\nretry: 3 \n", None, ""),
        ("data: a\n\nretry:\n", None, ""),
        ("data: a\n\nretry: \u{663}\n", None, ""),
        ("\u{feff}\u{feff}retry: 3\ndata: x\n\ndata: a\n\n", None, ""),
    ] {
        for bytes in cuts(text.as_bytes()) {
            let mut events: ServerEvents = bytes.into();
            while let Some(event) = events.next().await {
                assert!(["a", "x"].contains(&event.unwrap().data()));
            }
            let retry = retry.map(Duration::from_millis);
            assert_eq!((events.retry(), events.last_event_id()), (retry, last), "{text:?}");
        }
    }
    let mut events: ServerEvents =
        ByteStream::from_iter(["retry: 1500\nretry: soon\nretry\ndata: a\n\n"]).into();
    let event = events.next().await.unwrap().unwrap();
    assert_eq!(events.retry(), Some(Duration::from_millis(1500)));
    assert_eq!(format!("{event:?} {events:?}").matches("data").count(), 0);
}

/// A server that names a long identifier once would fill the memory with each event that follows.
#[tokio::test]
async fn events_share_their_identifier() {
    let text = format!("id: {}\n{}", "x".repeat((1 << 20) - 4), "data: a\n\n".repeat(2_000));
    let mut events: ServerEvents = ByteStream::from_iter([text]).into();
    let mut kept = Vec::new();
    while let Some(event) = events.next().await {
        kept.push(event.unwrap());
    }
    assert_eq!(kept.len(), 2_000);
    assert!(kept.iter().all(|event| std::ptr::eq(event.id(), events.last_event_id())));
}

#[tokio::test]
async fn events_that_are_no_value_do_not_end_the_stream() {
    let mut events: EventStream<u32> = ByteStream::from_iter(["data: 1\n\ndata: x\n\ndata: 3\n\n"]).into();
    assert_eq!(events.next().await.unwrap().unwrap(), 1);
    assert!(matches!(events.next().await, Some(Err(Error::Decode(_)))));
    assert_eq!(events.events().next().await.unwrap().unwrap().data(), "3");
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_signed_and_refreshed_for_as_any_call() {
    let backend = Backend::new().reply("POST", "/refresh", Reply::text("new"));
    let stream = Reply::text("data: 7\n\n").header("content-type", "text/event-stream; charset=utf-8");
    script(&backend, "GET", "/events", vec![Reply::empty().status(401), stream.clone(), stream]);
    let api = client(&backend, |builder| builder.body_limit(3));
    let mut events: EventStream<u32> = call(&api).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap(), 7, "for every limit of bodies");
    assert!(events.next().await.is_none());
    let signed = headers(&backend, "/events", "authorization");
    assert_eq!(signed, ["Bearer ann", "Bearer new"].map(|it| Some(it.to_owned())));

    let response: Response<ByteStream> = call(&api).await.unwrap();
    assert_eq!(response.into_inner().head().status(), 200);
    drop(call::<JsonLines<u32>>(&api).await.unwrap());
    let accepted = headers(&backend, "/events", "accept");
    let accepted: Vec<_> = accepted.iter().map(Option::as_deref).collect();
    let of_events = Some("text/event-stream");
    assert_eq!(accepted, [of_events, of_events, None, Some("application/x-ndjson, application/jsonl")]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_no_stream_is_an_error_as_ever() {
    let backend = Backend::new();
    let missing = Reply::text("gone").status(404);
    script(&backend, "GET", "/events", vec![missing.clone(), missing.clone(), Reply::html("<p>sign in")]);
    let api = client(&backend, |builder| builder);
    match call::<ByteStream>(&api).await {
        Err(Error::Status(answer)) => assert_eq!(answer.text(), "gone"),
        other => panic!("{other:?}"),
    }
    assert!(call::<Option<ByteStream>>(&api).await.unwrap().is_none());
    assert!(matches!(call::<EventStream<u32>>(&api).await, Err(Error::Decode(_))));
}

/// A body of what is sent on a channel.
struct Fed(mpsc::Receiver<Result<&'static str, ()>>);

impl Body for Fed {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.0.poll_recv(cx).map(|piece| {
            let piece = piece?.map_err(|()| TransportError::new(TransportErrorKind::Body, "cut"));
            Some(piece.map(|piece| Frame::data(Bytes::from_static(piece.as_bytes()))))
        })
    }
}

struct Feeding(std::sync::Mutex<Option<Fed>>);

impl Transport for Feeding {
    fn send(&self, _: TransportRequest) -> TransportFuture {
        let fed = self.0.lock().unwrap().take().unwrap();
        Box::pin(async move { Ok(http::Response::new(ResponseBody::new(fed))) })
    }
}

fn fed() -> (mpsc::Sender<Result<&'static str, ()>>, Api) {
    let (feed, fed) = mpsc::channel(4);
    let transport = Feeding(std::sync::Mutex::new(Some(Fed(fed))));
    let api: Api = ClientBuilder::new("http://localhost").transport(transport).build().unwrap();
    api.session().sign_in(tokens_of("ann")).unwrap();
    (feed, api)
}

#[tokio::test(start_paused = true)]
async fn the_timeout_is_over_with_the_head() {
    let (feed, api) = fed();
    let mut lines: JsonLines<u32> = call(&api).timeout(Duration::from_secs(1)).await.unwrap();
    feed.send(Ok("1\n2")).await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap(), 1, "as soon as it is there");
    tokio::time::sleep(Duration::from_secs(3600)).await;
    feed.send(Ok("3\n")).await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap(), 23);
    drop(feed);
    assert!(lines.next().await.is_none());
}

/// Waits until no reader is left; the clock is paused, so that a reader who stays fails the test at once.
async fn closed(feed: &mpsc::Sender<Result<&'static str, ()>>) {
    tokio::time::timeout(Duration::from_secs(1), feed.closed()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn dropping_a_stream_closes_its_connection_and_so_does_an_error() {
    let (feed, api) = fed();
    let events: JsonLines<u32> = call(&api).await.unwrap();
    drop(events);
    closed(&feed).await;

    let (feed, api) = fed();
    let mut bytes: ByteStream = call(&api).await.unwrap();
    feed.send(Err(())).await.unwrap();
    assert!(matches!(bytes.next().await, Some(Err(Error::Transport(_)))));
    closed(&feed).await;
    assert!(bytes.next().await.is_none());
}

#[test]
fn streams_can_be_sent_to_another_thread() {
    fn is_send_stream<T: futures_core::Stream + Send + Unpin + 'static>() {}
    is_send_stream::<ByteStream>();
    is_send_stream::<JsonLines<std::cell::Cell<u32>>>();
    is_send_stream::<EventStream<std::cell::Cell<u32>>>();
    is_send_stream::<ServerEvents>();
}
