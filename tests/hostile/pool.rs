//! Connections that are closed between two calls, as a call is sent on them, and with something unasked in
//! them.

use bytes::Bytes;

use crate::answers::{self, DOCUMENT, Framing};
use crate::api::Asks;
use crate::case::{Case, VALUE, fine};
use crate::plan::{Plan, Step};
use crate::run::{Form, run};
use crate::table::Group;

pub(crate) const GROUP: Group = Group { name: "Connections that are used again", cases };

const TIMED_OUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const FORGED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 26\r\n\r\n{\"id\":666,\"text\":\"forged\"}";

/// A right answer, and then these.
fn good(then: impl Into<Vec<Step>>) -> Vec<Step> {
    let mut steps = vec![Step::Send(answers::json(Framing::Length).bytes)];
    steps.extend(then.into());
    steps
}

fn cases(_: Form) -> Vec<Case> {
    let mut cases = Vec::new();
    let send = |bytes: &'static [u8]| Step::Send(Bytes::from_static(bytes));
    for asks in [Asks::Json, Asks::Create, Asks::Upload(DOCUMENT.len())] {
        let case = |row: &str, answers: Vec<Vec<Step>>, came: &str, sent: usize| {
            let row = format!("{row}, {}", asks.path());
            Case::new(row, asks, fine(Plan::on(asks.path(), answers)), came, sent).before(1)
        };
        let is_repeated = asks != Asks::Create;
        cases.push(case("closed before the next call", vec![good([Step::Fin])], VALUE, 2).settled());
        cases.push(case("closed before each of five", vec![good([Step::Fin])], VALUE, 6).settled().before(5));
        let unasked = vec![good([send(TIMED_OUT), Step::Fin])];
        cases.push(case("a 408 before the next call", unasked, VALUE, 2).settled());
        if is_repeated {
            let unasked = vec![good([send(TIMED_OUT), Step::Fin])];
            cases.push(case("a 408 while the next call is sent", unasked, VALUE, 2).sent_by_chance());
        }
        // In one piece with what was asked for: of what comes later, no client can tell which call it
        // answers.
        let both = [&answers::json(Framing::Length).bytes[..], FORGED].concat();
        let unasked = vec![vec![Step::Send(both.into()), Step::Silence]];
        cases.push(case("an answer before the next call", unasked, VALUE, 2).settled());
        for (how, close) in [("FIN", Step::Fin), ("RST", Step::Rst)] {
            // The server has read it, and may have done it.
            let (came, sent) = if is_repeated { (VALUE, 3) } else { ("Transport(Request)", 2) };
            let answers = vec![good([]), vec![close.clone()], good([])];
            cases.push(case(&format!("closed as the next call is sent, {how}"), answers, came, sent));
            // Whether the client has seen it by then is left to chance; what is repeated is served.
            let came = if is_repeated { VALUE } else { "the value or Transport(Request)" };
            let race =
                case(&format!("closed while the next call is sent, {how}"), vec![good([close])], came, 2);
            cases.push(if is_repeated { race } else { race.sent_by_chance() });
        }
    }
    cases
}

#[test]
fn a_connection_that_is_closed_costs_no_call_and_sends_none_twice() {
    run(&GROUP);
}
