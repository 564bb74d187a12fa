//! The same over HTTP/2: streams of frames that are cut, and frames that are wrong. GOAWAY and RST_STREAM in
//! front of an answer, silence and large heads are in `tests/encrypted`.

use crate::answers::DOCUMENT;
use crate::api::Asks;
use crate::case::{Case, VALUE};
use crate::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, OK, PADDED, PING, PUSH_PROMISE, RST_STREAM,
    SETTINGS, STREAM, WINDOW_UPDATE, block, frame,
};
use crate::plan::{Plan, Step};
use crate::role::LIMIT;
use crate::run::{Form, run};
use crate::server::FRAMED;
use crate::socket::Secure;
use crate::table::Group;
use crate::tls::STRIDE;

pub(crate) const CUTS: Group = Group { name: "Answers that are cut over HTTP/2", cases: cuts };
pub(crate) const FRAMES: Group = Group { name: "Frames that are wrong", cases: frames };

const HEAD: [(&str, &str); 2] = [("content-type", "application/json"), ("x-secret", "planted")];

fn head(flags: u8, more: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, flags | END_HEADERS, STREAM, block(OK, &[&HEAD[..], more].concat()))
}

fn data(flags: u8, text: &str) -> Vec<u8> {
    frame(DATA, flags, STREAM, text)
}

fn whole() -> Vec<u8> {
    let (first, second) = DOCUMENT.split_at(9);
    [head(0, &[]), data(0, first), data(END_STREAM, second)].concat()
}

/// The first `sent` requests are answered by `steps`, and those behind them well.
fn case(row: &str, asks: Asks, steps: &[Step], came: &str, sent: usize) -> Case {
    let mut answers = vec![steps.to_vec(); sent];
    answers.push(vec![Step::Send(whole().into())]);
    Case::new(row, asks, Plan::on(FRAMED, answers).secure(Secure::Http2), came, sent)
}

/// A head of this status alone (RFC 7541, 6.2.2).
fn status(status: &str) -> Vec<u8> {
    [&[8, 3], status.as_bytes()].concat()
}

fn cuts(form: Form) -> Vec<Case> {
    let (answer, body_at) = (whole(), head(0, &[]).len());
    let mut cases = Vec::new();
    for end in [Step::Fin, Step::Truncate, Step::Rst] {
        for at in 0..=answer.len() {
            let is_broken = !matches!(end, Step::Fin);
            // The end of a connection may be seen before what came on it, and so may that nothing can be
            // written to it.
            let (row, came, sent) = match at {
                _ if at < body_at => ("in its head", "Transport(Request)", 2),
                _ if is_broken && at == answer.len() => (
                    "whole, by RST or without the end of TLS",
                    "the value or Transport(Body) or Transport(Request)",
                    2,
                ),
                _ if at == answer.len() => ("whole", VALUE, 1),
                _ => ("in its body", "Transport(Body) or Transport(Request)", 2),
            };
            if form == Form::Short && at % STRIDE != 0 && at != answer.len() && at != body_at {
                continue;
            }
            let steps = [Step::Send(answer[..at].to_vec().into()), end.clone()];
            let case = case(row, Asks::Json, &steps, came, sent).at(format!("{end:?}, at {at}"));
            cases.push(if is_broken && at == answer.len() { case.sent_by_chance() } else { case });
        }
    }
    cases
}

fn frames(_: Form) -> Vec<Case> {
    let json = |row: &str, pieces: &[Vec<u8>], came: &str| {
        let sent = if came.starts_with("Transport(Request)") || came == "Transport(Body)" { 2 } else { 1 };
        case(row, Asks::Json, &[Step::Send(pieces.concat().into())], came, sent)
    };
    let code = |code: u32| code.to_be_bytes();
    let reset = |of: u32| frame(RST_STREAM, 0, STREAM, code(of));
    let leave = |last: u32| frame(GOAWAY, 0, 0, [code(last), code(0)].concat());
    let rest = data(END_STREAM, DOCUMENT);
    let large = frame(0xEE, 0, STREAM, vec![0; 20_000]);
    let window = |stream: u32, by: u32| frame(WINDOW_UPDATE, 0, stream, code(by));
    let (not_http, cut) = ("Transport(NotHttp)", "Transport(Body)");
    let request = "Transport(Request)";
    let mut cases = vec![
        json("a stream that is reset before its head", &[reset(2)], request),
        json("a stream that is reset behind its head", &[head(0, &[]), reset(2)], cut),
        json("a stream that is reset in its body", &[head(0, &[]), data(0, "{\"id\""), reset(8)], cut),
        json("a stream that is reset behind its end", &[whole(), reset(0)], VALUE),
        json("GOAWAY behind a head, and the rest", &[head(0, &[]), leave(STREAM), rest.clone()], VALUE),
        json("a frame of a kind that is not known", &[frame(0xEE, 0, STREAM, "planted"), whole()], VALUE),
        json("PINGs", &[frame(PING, 0, 0, [7; 8]).repeat(100), whole()], VALUE),
        json("settings", &[frame(SETTINGS, 0, 0, []).repeat(100), whole()], VALUE),
        json(
            "a body that is longer than its length",
            &[head(0, &[("content-length", "3")]), rest.clone()],
            cut,
        ),
        json(
            "a body that is shorter than its length",
            &[head(0, &[("content-length", "99")]), rest.clone()],
            cut,
        ),
        json("an end without a body", &[head(END_STREAM, &[])], "Decode"),
        json("a body without a head", std::slice::from_ref(&rest), request),
        json("a name in capitals", &[head(0, &[("X-A", "b")]), rest.clone()], request),
        json("a header of a connection", &[head(0, &[("connection", "close")]), rest.clone()], not_http),
        json("a promise", &[frame(PUSH_PROMISE, END_HEADERS, STREAM, [0, 0, 0, 2, 0x82])], request),
        json("a continuation of nothing", &[frame(CONTINUATION, END_HEADERS, STREAM, [OK])], request),
        json("a frame larger than was agreed on", &[large], request),
        json("a window that grows by nothing", &[window(STREAM, 0)], request),
        json("a window that overflows", &[window(0, 0x7FFF_FFFF)], request),
        json("padding longer than its frame", &[head(0, &[]), frame(DATA, PADDED, STREAM, [9, 0])], cut),
        json("an index that is none", &[frame(HEADERS, END_HEADERS, STREAM, [0xFF, 0x80, 0x7F])], request),
        json("HTTP/1.1", &[b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()], request),
    ];
    let flood = |row: &str, before: Vec<u8>, more: Vec<u8>, came: &str| {
        let more = more.repeat(8192 / more.len());
        let steps = [Step::Send(before.into()), Step::Endless(more.into(), 5)];
        case(row, Asks::Json, &steps, came, 1).body_limit(LIMIT)
    };
    cases.push(flood("a body without end", head(0, &[]), data(0, &" ".repeat(4096)), "BodyTooLarge"));
    let open = frame(HEADERS, 0, STREAM, block(OK, &HEAD));
    let pieces = frame(CONTINUATION, 0, STREAM, block(OK, &[("x-more", "planted")])[1..].repeat(50));
    cases.push(flood("a head without end", open, pieces, "Transport(HeadTooLarge)"));
    // They are held for a flood.
    let nothing = [Step::Send(head(0, &[]).into()), Step::Endless(data(0, "").repeat(900).into(), 5)];
    cases.push(case("pieces of nothing without end", Asks::Json, &nothing, cut, 2));
    for (row, before, more) in [
        ("PINGs without end", Vec::new(), frame(PING, 0, 0, [7; 8])),
        ("settings without end", Vec::new(), frame(SETTINGS, 0, 0, [])),
        ("windows without end", Vec::new(), window(0, 1)),
        ("103 without end", Vec::new(), frame(HEADERS, END_HEADERS, STREAM, status("103"))),
        ("frames of a kind that is not known without end", Vec::new(), frame(0xEE, 0, 0, "planted")),
    ] {
        cases.push(flood(row, before, more, "Timeout(Response)").timeout(3000).reads_on(true));
    }
    for (asks, kind) in [(Asks::Upload(32 << 20), "of 32 MiB"), (Asks::EndlessUpload, "without end")] {
        let answer = [frame(HEADERS, END_HEADERS | END_STREAM, STREAM, status("413")), reset(0)].concat();
        let row = format!("a 413, and a reset without an error, of an upload {kind}");
        cases.push(case(&row, asks, &[Step::Send(answer.into())], "Status(413)", 1).unread());
    }
    let silent = |row: &str, asks: Asks, before: Vec<u8>| {
        let steps = [Step::Send(before.into()), Step::Silence];
        case(row, asks, &steps, "Timeout(Response)", 1).timeout(3000)
    };
    cases.push(silent("nothing", Asks::Json, Vec::new()));
    cases.push(silent("nothing behind the head", Asks::Json, head(0, &[])));
    cases.push(silent("an upload that gets no window", Asks::Upload(32 << 20), Vec::new()).unread());
    cases
}

#[test]
fn an_answer_that_is_cut_over_http2_is_no_answer() {
    run(&CUTS);
}

#[test]
fn a_frame_that_is_wrong_is_told() {
    run(&FRAMES);
}
