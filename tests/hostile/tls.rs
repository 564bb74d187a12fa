//! The same behind TLS: answers that are cut with and without the end that TLS has for it, and handshakes
//! that are none. Wrong names, authorities that are not known and certificates of clients are in
//! `tests/encrypted`.

use crate::answers::{self, DOCUMENT, Framing};
use crate::api::Asks;
use crate::case::{Case, VALUE, fine};
use crate::plan::{Plan, Step};
use crate::run::{Form, run};
use crate::socket::Secure;
use crate::table::Group;

pub(crate) const CUTS: Group = Group { name: "Answers that are cut behind TLS", cases: cuts };
pub(crate) const HANDSHAKES: Group = Group { name: "Handshakes that are none", cases: handshakes };

/// How many bytes are between two cuts of the short form.
pub(crate) const STRIDE: usize = 9;

fn cuts(form: Form) -> Vec<Case> {
    let mut cases = Vec::new();
    for framing in Framing::ALL {
        let answer = answers::json(framing);
        let whole = answer.bytes.len();
        for (how, end) in [("", Step::Fin), (" without its end", Step::Truncate), (" by RST", Step::Rst)] {
            for at in 0..=whole {
                let (in_order, to_close) = (matches!(end, Step::Fin), framing == Framing::ToClose);
                let (place, came, sent) = match at {
                    _ if at < answer.body_at => ("in its head", "Transport(Request)", 2),
                    _ if to_close && in_order && at == whole => ("whole, to the close", VALUE, 1),
                    _ if to_close && in_order => ("in its body, to the close", "Decode", 1),
                    // It is whole, but nothing says so.
                    _ if to_close => ("in its body or behind it, to the close", "Transport(Body)", 2),
                    _ if at == whole => ("whole", VALUE, 1),
                    _ => ("in its body", "Transport(Body)", 2),
                };
                if form == Form::Short && at % STRIDE != 0 && at != whole && at != answer.body_at {
                    continue;
                }
                let steps = vec![Step::Send(answer.bytes.slice(..at)), end.clone()];
                let plan = fine(Plan::on("/json", [steps]).secure(Secure::Http1));
                let case = Case::new(format!("{place}{how}"), Asks::Json, plan, came, sent);
                cases.push(case.at(format!("{framing:?}, at {at}")));
            }
        }
    }
    cases
}

fn handshakes(_: Form) -> Vec<Case> {
    let http = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{DOCUMENT}", DOCUMENT.len());
    let alert: &[u8] = b"\x15\x03\x03\x00\x02\x02\x28";
    let record: &[u8] = b"\x16\x03\x03\x40\x00";
    let said: [(&str, Vec<u8>, Step, &str, usize); 9] = [
        ("nothing, and FIN", Vec::new(), Step::Fin, "Transport(Connect)", 0),
        ("nothing, and RST", Vec::new(), Step::Rst, "Transport(Connect)", 0),
        ("an answer in the clear", http.into_bytes(), Step::Fin, "Transport(Tls)", 0),
        ("an SSH banner", b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(), Step::Fin, "Transport(Tls)", 0),
        ("zeros", vec![0; 600], Step::Fin, "Transport(Tls)", 0),
        ("an alert", alert.to_vec(), Step::Fin, "Transport(Tls)", 0),
        ("a record that is cut", record.to_vec(), Step::Fin, "Transport(Connect)", 0),
        ("a record that does not come", record.to_vec(), Step::Silence, "Timeout(Connect)", 0),
        ("nothing", Vec::new(), Step::Silence, "Timeout(Connect)", 0),
    ];
    let cases = said.into_iter().map(|(row, bytes, end, came, sent)| {
        let greeting = vec![Step::Send(bytes.into()), end];
        // Another try finds the same; the next call a server that is well.
        let times = if came == "Transport(Connect)" { 2 } else { 1 };
        let plan = Plan::greets(vec![greeting; times]).secure(Secure::Http1);
        let case = Case::new(row, Asks::Json, fine(plan), came, sent);
        if came.starts_with("Timeout") { case.timeout(3000) } else { case }
    });
    cases.collect()
}

#[test]
fn an_answer_that_is_cut_behind_tls_is_no_answer() {
    run(&CUTS);
}

#[test]
fn a_handshake_that_is_none_is_told() {
    run(&HANDSHAKES);
}
