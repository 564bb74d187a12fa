//! Answers of servers that speak no HTTP, and heads that are almost HTTP.

use crate::answers::{self, Framing};
use crate::api::Asks;
use crate::case::{Case, fine};
use crate::plan::{Plan, Step};
use crate::role::{self, Fault, Hostile};
use crate::run::{Form, run};
use crate::table::Group;

pub(crate) const GROUP: Group = Group { name: "Other protocols", cases };

/// What they say.
const OTHERS: [(&str, &[u8]); 12] = [
    ("an SSH banner", b"SSH-2.0-OpenSSH_9.6\r\n"),
    ("a mail server", b"220 mail.example ESMTP\r\n500 5.5.1 command unrecognized\r\n"),
    ("an FTP server", b"220-welcome\r\n220 ready\r\n"),
    ("an IMAP server", b"* OK IMAP4rev1 ready\r\n"),
    ("a TLS alert", b"\x15\x03\x01\x00\x02\x02\x46"),
    ("a TLS handshake", b"\x16\x03\x03\x00\x04\x0e\x00\x00\x00"),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("settings of HTTP/2", b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"),
    ("HTTP/0.9", b"<html>planted</html>"),
    ("JSON alone", br#"{"id":7,"text":"planted"}"#),
    ("SOCKS", b"\x05\xff"),
    ("zeros", &[0; 600]),
];

/// Heads that are not quite HTTP/1.1.
const HEADS: [(&str, Fault, &[u8]); 18] = [
    ("HTTP/2 in the status line", Fault::NotHttp, b"HTTP/2 200 OK\r\n{}"),
    ("HTTP/1.2 in the status line", Fault::NotHttp, b"HTTP/1.2 200 OK\r\n{}"),
    ("HTTP/1.10 in the status line", Fault::NotHttp, b"HTTP/1.10 200 OK\r\n{}"),
    ("no version", Fault::NotHttp, b"HTTP 200 OK\r\n{}"),
    ("http/1.1 in small letters", Fault::NotHttp, b"http/1.1 200 OK\r\n{}"),
    ("ICY", Fault::NotHttp, b"ICY 200 OK\r\n{}"),
    ("no space behind the version", Fault::NotHttp, b"HTTP/1.1200 OK\r\n{}"),
    ("a space in front", Fault::NotHttp, b" HTTP/1.1 200 OK\r\n{}"),
    ("empty lines in front", Fault::Not, b"\r\n\r\nHTTP/1.1 200 OK\r\n{}"),
    ("no reason", Fault::Not, b"HTTP/1.1 200\r\n{}"),
    ("a reason in Latin-1", Fault::Not, b"HTTP/1.1 200 Gr\xfc\xdfe\r\n{}"),
    ("a header in Latin-1", Fault::Not, b"HTTP/1.1 200 OK\r\nx-name: M\xfcller\r\n{}"),
    ("a header without a name", Fault::NotHttp, b"HTTP/1.1 200 OK\r\n: planted\r\n{}"),
    ("a header without a colon", Fault::NotHttp, b"HTTP/1.1 200 OK\r\nplanted\r\n{}"),
    ("a space in the name of a header", Fault::NotHttp, b"HTTP/1.1 200 OK\r\nx y: planted\r\n{}"),
    ("a NUL in a header", Fault::NotHttp, b"HTTP/1.1 200 OK\r\nx: plan\0ted\r\n{}"),
    ("a CR in a header", Fault::NotHttp, b"HTTP/1.1 200 OK\r\nx: plan\rted\r\n{}"),
    ("a NUL in the reason", Fault::NotHttp, b"HTTP/1.1 200 O\0K\r\n{}"),
];

fn cases(_: Form) -> Vec<Case> {
    let others = OTHERS.map(|(row, bytes)| Hostile::bytes(row, Fault::NotHttp, bytes));
    let heads = HEADS.map(|(row, fault, head)| {
        Hostile::new(row, fault, move |content| {
            let head = head.strip_suffix(b"{}").unwrap_or(head);
            let body = format!("content-length: {}\r\n\r\n{}", content.body.len(), content.body);
            vec![Step::Send([head, body.as_bytes()].concat().into()), Step::Fin]
        })
    });
    // The status of a refusal is in what it is made of.
    let mut cases = role::cases(others.into());
    cases.extend(role::cases(heads.into()).into_iter().filter(|case| !case.row.ends_with(", 401")));
    cases.extend(OTHERS.map(|(row, bytes)| greeting(row, bytes)));
    cases
}

/// The same, of a server that speaks first, on its first connection.
fn greeting(row: &str, bytes: &'static [u8]) -> Case {
    let steps = vec![Step::Send(bytes.into()), Step::Silence];
    let plan = Plan::greets([steps]).and("/json", [answers::json(Framing::Length).steps()]);
    Case::new(format!("{row}, before it is asked"), Asks::Json, fine(plan), "Transport(NotHttp)", 0)
}

#[test]
fn what_is_no_http_is_no_answer() {
    run(&GROUP);
}
