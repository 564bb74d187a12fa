//! Invalid statuses, and answers with a body that must have none.

use crate::answers::DOCUMENT;
use crate::api::Asks;
use crate::case::{Case, VALUE, fine};
use crate::plan::{Plan, Step};
use crate::role::{self, Fault, Hostile};
use crate::run::{Form, run};
use crate::table::Group;

pub(crate) const GROUP: Group = Group { name: "Odd statuses", cases };

const NONE: [&str; 10] = ["099", "000", "99", "20", "1000", "2000", "-200", "2.0", "abc", ""];

fn cases(_: Form) -> Vec<Case> {
    let none = NONE.map(|status| {
        let row: &'static str = format!("the status `{status}`").leak();
        Hostile::bytes(row, Fault::NotHttp, format!("HTTP/1.1 {status} OK\r\ncontent-length: 2\r\n\r\n{{}}"))
    });
    let mut cases = role::cases(none.into());
    for (head, asks, came, sent) in [
        ("HTTP/1.1 204 No Content", Asks::Json, "Decode", 1),
        ("HTTP/1.1 204 No Content", Asks::Nothing, VALUE, 1),
        ("HTTP/1.1 204 No Content", Asks::Text, "what came of the value", 1),
        ("HTTP/1.1 205 Reset Content", Asks::Json, VALUE, 1),
        ("HTTP/1.1 206 Partial Content", Asks::Json, VALUE, 1),
        ("HTTP/1.1 304 Not Modified", Asks::Json, "Status(304)", 1),
        ("HTTP/1.1 300 Multiple Choices", Asks::Json, "Status(300)", 1),
        ("HTTP/1.1 302 Found", Asks::Json, "Status(302)", 1),
        ("HTTP/1.1 402 Payment Required", Asks::Json, "Status(402)", 1),
        ("HTTP/1.1 407 Proxy Authentication Required", Asks::Json, "Status(407)", 1),
        ("HTTP/1.1 426 Upgrade Required", Asks::Json, "Status(426)", 1),
        ("HTTP/1.1 503 Service Unavailable", Asks::Json, "Status(503)", 2),
        ("HTTP/1.1 503 Service Unavailable", Asks::Create, "Status(503)", 1),
        ("HTTP/1.1 599 Network Connect Timeout", Asks::Json, "Status(599)", 1),
        ("HTTP/1.1 600 Beyond", Asks::Json, "Status(600)", 1),
        ("HTTP/1.1 999 Denied", Asks::Json, "Status(999)", 1),
        (
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade",
            Asks::Json,
            "Status(101)",
            1,
        ),
    ] {
        // What may have no body has one here, and it is not taken for the next answer.
        let answer =
            format!("{head}\r\nx-secret: planted\r\ncontent-length: {}\r\n\r\n{DOCUMENT}", DOCUMENT.len());
        let status = head.split(' ').nth(1).unwrap_or_default();
        let row = format!("{status} with a body, {}", asks.path());
        let plan = Plan::on(asks.path(), [vec![Step::Send(answer.into())]]);
        cases.push(Case::new(row, asks, fine(plan), came, sent));
    }
    // A server that dies before the body says nothing about whether there is a value.
    for status in ["200 OK", "201 Created"] {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        let plan = fine(Plan::on("/optional", [vec![Step::Send(answer.into())]]));
        cases
            .push(Case::new("no body where one may be absent", Asks::Optional, plan, "Decode", 1).at(status));
    }
    cases
}

#[test]
fn a_status_that_is_none_is_no_answer() {
    run(&GROUP);
}
