//! Answers and closes that come before a request is read.

use crate::answers::{self, Answer, DOCUMENT, Framing};
use crate::api::Asks;
use crate::case::{Case, fine};
use crate::run::{Form, run};
use crate::server::{Plan, Reads, Step};
use crate::table::Group;

pub(crate) const GROUP: Group = Group { name: "Requests that are not read", cases };

/// More than a system holds back for a server that reads nothing.
const LARGE: usize = 32 << 20;

const TOO_LARGE: &str =
    "HTTP/1.1 413 Content Too Large\r\nx-secret: planted\r\ncontent-length: 7\r\n\r\nplanted";
const TO_CLOSE: &str = "HTTP/1.1 413 Content Too Large\r\nconnection: close\r\n\r\nplanted";

fn cases(_: Form) -> Vec<Case> {
    let mut cases = Vec::new();
    for asks in [Asks::Upload(LARGE), Asks::EndlessUpload] {
        let kind = if asks == Asks::EndlessUpload { "without end" } else { "of 32 MiB" };
        let case = |row: &str, steps: Vec<Step>, came: &str, sent: usize| {
            let plan = Plan::on("/upload", [steps]).reads("/upload", Reads::Head);
            Case::new(format!("{row}, an upload {kind}"), asks, fine(plan), came, sent)
        };
        let send = |bytes: &'static str| Step::Send(bytes.into());
        cases.extend([
            case("closed by FIN", vec![Step::Fin], "Transport(Request)", 2),
            case("closed by RST", vec![Step::Rst], "Transport(Request)", 2),
            case("a 413, FIN", vec![send(TOO_LARGE), Step::Fin], "Status(413)", 1),
            case("a 413 to the close, FIN", vec![send(TO_CLOSE), Step::Fin], "Status(413)", 1),
            case("a 413, RST", vec![send(TOO_LARGE), Step::Rst], "Status(413) or Transport(Request)", 1)
                .sent_by_chance(),
            case("nothing", vec![Step::Silence], "Timeout(Response)", 1).timeout(3000),
        ]);
    }
    // On the first two connections.
    let closing =
        Answer::new("200 OK", "connection: close\r\n", Framing::Length, &[DOCUMENT.as_bytes()]).bytes;
    for (row, then) in [("no more", Step::Silence), ("FIN", Step::Fin)] {
        let steps = || vec![Step::Send(closing.clone()), then.clone()];
        let plan = Plan::greets([steps(), steps()]).and("/json", [answers::json(Framing::Length).steps()]);
        let row = format!("an answer before the request, {row}");
        cases.push(
            Case::new(row, Asks::Json, fine(plan), "the value or Transport(NotHttp)", 1).sent_by_chance(),
        );
    }
    cases
}

#[test]
fn an_answer_that_comes_early_is_the_answer() {
    run(&GROUP);
}
