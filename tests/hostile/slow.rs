//! Answers that stop in each of their parts, and answers that never do, a byte at a time.

use bytes::Bytes;

use crate::case::Case;
use crate::plan::Step;
use crate::role::{self, Content, Fault, Hostile};
use crate::run::{Form, run};
use crate::table::Group;

pub(crate) const GROUP: Group = Group { name: "Slow answers", cases };

/// A part of an answer: what comes before, and what it is drawn out with.
struct Part {
    stops: &'static str,
    drips: &'static str,
    fault: Fault,
    before: fn(&Content) -> Vec<u8>,
    more: &'static [u8],
}

const PARTS: [Part; 9] = [
    Part {
        stops: "stops before its first byte",
        drips: "empty lines in front of it, one by one",
        fault: Fault::SlowHead,
        before: |_| Vec::new(),
        more: b"\r\n",
    },
    Part {
        stops: "stops in its status line",
        drips: "a status line without end, a byte at a time",
        fault: Fault::SlowHead,
        before: |_| b"HTTP/1.1 200 O".to_vec(),
        more: b"K",
    },
    Part {
        stops: "stops in a header",
        drips: "a header without end, a byte at a time",
        fault: Fault::SlowHead,
        before: |_| b"HTTP/1.1 200 OK\r\nx-long: a".to_vec(),
        more: b"a",
    },
    Part {
        stops: "stops between two headers",
        drips: "headers without end, a byte at a time",
        fault: Fault::SlowHead,
        before: |_| b"HTTP/1.1 200 OK\r\nx: y\r\n".to_vec(),
        more: b"a: b\r\n",
    },
    Part {
        stops: "stops behind its head",
        drips: "a body, a byte at a time",
        fault: Fault::SlowBody,
        before: |content| content.with("content-length: 100000\r\n", ""),
        more: b" ",
    },
    Part {
        stops: "stops between two chunks",
        drips: "chunks without end, a byte at a time",
        fault: Fault::SlowBody,
        before: |content| content.with("transfer-encoding: chunked\r\n", "1\r\n \r\n"),
        more: b"1\r\n \r\n",
    },
    Part {
        stops: "stops in the size of a chunk",
        drips: "the size of a chunk without end, a byte at a time",
        fault: Fault::SlowBody,
        before: |content| content.with("transfer-encoding: chunked\r\n", "1\r\n \r\n0"),
        more: b"0",
    },
    Part {
        stops: "stops in a chunk",
        drips: "a chunk, a byte at a time",
        fault: Fault::SlowBody,
        before: |content| content.with("transfer-encoding: chunked\r\n", "1000000\r\n "),
        more: b" ",
    },
    Part {
        stops: "stops in its trailers",
        drips: "trailers without end, a byte at a time",
        fault: Fault::SlowBody,
        before: |content| {
            let chunk = format!("{:x}\r\n{}\r\n0\r\nx: y\r\n", content.body.len(), content.body);
            content.with("transfer-encoding: chunked\r\n", chunk)
        },
        more: b"a: b\r\n",
    },
];

fn cases(_: Form) -> Vec<Case> {
    let parts = PARTS.iter().flat_map(|part| {
        let Part { stops, drips, fault, before, more } = part;
        let stopped = Hostile::new(stops, *fault, move |content| {
            vec![Step::Send(before(content).into()), Step::Silence]
        });
        let dripping = Hostile::new(drips, *fault, move |content| {
            vec![Step::Send(before(content).into()), Step::EndlessDrip(Bytes::from_static(more))]
        });
        [stopped, dripping]
    });
    role::cases(parts.collect())
}

#[test]
fn an_answer_that_does_not_come_is_given_up() {
    run(&GROUP);
}
