//! Answers without end, as fast as a client reads, and answers just within the limits.

use crate::api::Asks;
use crate::case::{Case, VALUE, fine};
use crate::plan::{Plan, Step};
use crate::role::{self, Fault, Hostile, LIMIT};
use crate::run::{Form, run};
use crate::table::Group;

pub(crate) const GROUP: Group = Group { name: "Large answers", cases };

const CHUNKED: &str = "transfer-encoding: chunked\r\n";
const CLOSE: &str = "connection: close\r\n";

/// A head that begins with `before`, and more of it without end.
fn heads(row: &'static str, fault: Fault, before: &'static str, more: &'static [u8]) -> Hostile {
    Hostile::new(row, fault, move |_| vec![Step::Send(before.into()), endless(fault, more)])
}

/// A body that is framed by `fields` and begins with `before`, and more of it without end.
fn bodies(
    row: &'static str,
    fault: Fault,
    fields: &'static str,
    before: &'static str,
    more: &'static [u8],
) -> Hostile {
    Hostile::new(row, fault, move |content| {
        vec![Step::Send(content.with(fields, before).into()), endless(fault, more)]
    })
}

/// As fast as a client reads that is not optimized. What is read until its time is over comes slower, so that
/// others have theirs.
fn endless(fault: Fault, more: &[u8]) -> Step {
    let pause = if matches!(fault, Fault::SlowHead | Fault::SlowBody) { 25 } else { 5 };
    Step::Endless(more.repeat((8 << 10) / more.len()).into(), pause)
}

fn headers(row: &'static str, fault: Fault, fields: impl Fn() -> String + 'static) -> Hostile {
    Hostile::new(row, fault, move |content| {
        let length = format!("content-length: {}\r\n", content.body.len());
        vec![Step::Send(content.with(&(fields() + &length), content.body).into())]
    })
}

fn cases(_: Form) -> Vec<Case> {
    let fields = |count: usize| move || (0..count).map(|number| format!("x-{number}: planted\r\n")).collect();
    let long = |length: usize| move || format!("x-long: {}\r\n", "p".repeat(length));
    let padded = |row, fault, padding: usize| {
        Hostile::new(row, fault, move |content| {
            let body = content.body.to_owned() + &" ".repeat(padding - content.body.len());
            vec![Step::Send(content.with(&format!("content-length: {padding}\r\n"), body).into())]
        })
    };
    let mut cases = role::cases(vec![
        heads("a status line without end", Fault::LargeHead, "HTTP/1.1 200 O", b"K"),
        heads("a header without end", Fault::LargeHead, "HTTP/1.1 200 OK\r\nx-long: ", b"p"),
        heads("a name of a header without end", Fault::LargeHead, "HTTP/1.1 200 OK\r\nx", b"p"),
        heads("headers without end", Fault::LargeHead, "HTTP/1.1 200 OK\r\n", b"x-more: planted\r\n"),
        heads("100 without end", Fault::SlowHead, "", b"HTTP/1.1 100 Continue\r\n\r\n"),
        heads("103 without end", Fault::SlowHead, "", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
        headers("50 headers", Fault::Not, fields(50)),
        headers("10,000 headers", Fault::LargeHead, fields(10_000)),
        headers("a header of 100 KiB", Fault::Not, long(100 << 10)),
        headers("a header of 1 MiB", Fault::LargeHead, long(1 << 20)),
        padded("a body that is just not too large", Fault::Not, LIMIT),
        padded("a body that is larger than the limit", Fault::TooLarge, (1 << 20) + 1),
        bodies("a body to the close without end", Fault::TooLarge, CLOSE, "", b" "),
        bodies("a length of 2^63 - 1", Fault::TooLarge, "content-length: 9223372036854775807\r\n", "", b" "),
        bodies("chunks without end", Fault::TooLarge, CHUNKED, "", b"10\r\n                \r\n"),
        bodies("a chunk without end", Fault::TooLarge, CHUNKED, "7fffffffffffffff\r\n", b" "),
        bodies("the size of a chunk without end", Fault::Body, CHUNKED, "1", b"0"),
        bodies("zeros in front of the size of a chunk without end", Fault::SlowBody, CHUNKED, "0", b"0"),
        bodies("an extension of a chunk without end", Fault::Body, CHUNKED, "1;a", b"a"),
        bodies("trailers without end", Fault::Body, CHUNKED, "0\r\n", b"a: b\r\n"),
        bodies("a trailer without end", Fault::Body, CHUNKED, "0\r\na: ", b"b"),
    ]);
    cases.extend(streams());
    cases
}

/// Streams have no limit but that of a line or an event, and of their readers.
fn streams() -> Vec<Case> {
    let stream = |row: &str, asks: Asks, before: &'static str, more: &'static [u8], came: &str| {
        let media = if asks == Asks::Events { "text/event-stream" } else { "application/json" };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {media}\r\nconnection: close\r\n\r\n{before}");
        let steps = vec![Step::Send(head.into()), endless(Fault::Not, more)];
        Case::new(row, asks, fine(Plan::on(asks.path(), [steps])), came, 1)
    };
    let (line, drops) = ("BodyTooLarge", VALUE);
    vec![
        stream("a line without end", Asks::Lines, "{\"id\":", b"7", line),
        stream("a line of an event without end", Asks::Events, "data: ", b"7", line),
        stream("an event without end", Asks::Events, "", b"data: 7\n", line),
        stream("a comment without end", Asks::Events, ":", b"7", line),
        stream("an id without end", Asks::Events, "id: ", b"7", line),
        stream("bytes without end, of which some are read", Asks::SomeBytes, "", b"7", drops),
    ]
}

#[test]
fn no_more_is_read_than_the_limit() {
    run(&GROUP);
}
