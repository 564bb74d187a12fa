//! Answers and closes before the server has read the request.

use crate::answers::{self, Answer, DOCUMENT, Framing};
use crate::api::Asks;
use crate::case::{Case, Refreshes, VALUE, fine};
use crate::plan::{Plan, Reads, Step};
use crate::run::{Form, run};
use crate::socket::Secure;
use crate::table::Group;

pub(crate) const GROUP: Group = Group { name: "Requests that are not read", cases };

/// More than a system holds back for a server that reads nothing.
const LARGE: usize = 32 << 20;

const TOO_LARGE: &str =
    "HTTP/1.1 413 Content Too Large\r\nx-secret: planted\r\ncontent-length: 7\r\n\r\nplanted";
const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 7\r\n\r\nplanted";
const SEE_OTHER: &str = "HTTP/1.1 303 See Other\r\nlocation: /fine\r\ncontent-length: 0\r\n\r\n";
const TO_CLOSE: &str = "HTTP/1.1 413 Content Too Large\r\nconnection: close\r\n\r\nplanted";

fn cases(_: Form) -> Vec<Case> {
    let (mut cases, value) = (Vec::new(), answers::json(Framing::Length).bytes);
    for asks in [Asks::Upload(LARGE), Asks::EndlessUpload] {
        let kind = if asks == Asks::EndlessUpload { "without end" } else { "of 32 MiB" };
        let case = |row: &str, steps: Vec<Step>, came: &str, sent: usize| {
            let is_silent = steps.iter().any(|step| matches!(step, Step::Silence));
            let plan = Plan::on("/upload", [steps]).reads("/upload", Reads::Head);
            let case = Case::new(format!("{row}, an upload {kind}"), asks, fine(plan), came, sent);
            if is_silent { case.unread() } else { case }
        };
        let send = |bytes: &'static str| Step::Send(bytes.into());
        cases.extend([
            case("closed by FIN", vec![Step::Fin], "Transport(Request)", 2),
            case("closed by RST", vec![Step::Rst], "Transport(Request)", 2),
            case("a 413, and no more", vec![send(TOO_LARGE), Step::Silence], "Status(413)", 1),
            case("a 503, and no more", vec![send(BUSY), Step::Silence], "Status(503)", 2),
            case("a 303, and no more", vec![send(SEE_OTHER), Step::Silence], VALUE, 1),
            case("a value, and no more", vec![Step::Send(value.clone()), Step::Silence], VALUE, 1),
            case("a 413, FIN", vec![send(TOO_LARGE), Step::Fin], "Status(413)", 1),
            case("a 413 to the close, FIN", vec![send(TO_CLOSE), Step::Fin], "Status(413)", 1),
            case("a 413, RST", vec![send(TOO_LARGE), Step::Rst], "Status(413) or Transport(Request)", 1)
                .sent_by_chance(),
            case("nothing", vec![Step::Silence], "Timeout(Response)", 1).timeout(3000),
        ]);
        let tls =
            case("a 413 behind TLS, and no more", vec![send(TOO_LARGE), Step::Silence], "Status(413)", 1);
        cases.push(Case { plan: tls.plan.clone().secure(Secure::Http1), ..tls });
        if asks == Asks::EndlessUpload {
            cases.extend([
                case("a 413, and all is read", vec![send(TOO_LARGE), Step::Reads], "Status(413)", 1),
                case("a value, and all is read", vec![Step::Send(value.clone()), Step::Reads], VALUE, 1),
                case("nothing, and all is read", vec![Step::Reads], "Timeout(Response)", 1).timeout(3000),
            ]);
        }
        let refusal = answers::refusal(Framing::Length).bytes;
        let answers = [refusal, value.clone()].map(|bytes| vec![Step::Send(bytes), Step::Silence]);
        let plan = Plan::on("/upload", answers)
            .reads("/upload", Reads::Head)
            .and("/refresh", [answers::tokens(Framing::Length).steps()]);
        let row = format!("a 401, and no more, an upload {kind}");
        cases.push(Case::new(row, asks, plan, VALUE, 2).refreshes(Refreshes::Patiently, 1).unread());
    }
    // On the first connection.
    let closing =
        Answer::new("200 OK", "connection: close\r\n", Framing::Length, &[DOCUMENT.as_bytes()]).bytes;
    for (row, then) in [("no more", Step::Silence), ("FIN", Step::Fin)] {
        let steps = vec![Step::Send(closing.clone()), then];
        let plan = Plan::greets([steps]).and("/json", [answers::json(Framing::Length).steps()]);
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
