//! Answers that are cut at each byte, by a close in order and by a reset.

use crate::answers::{self, Answer, Framing};
use crate::api::Asks;
use crate::case::{Case, PART, Refreshes, VALUE, fine};
use crate::plan::{Plan, Step};
use crate::run::{Form, run};
use crate::table::Group;

pub(crate) const ANSWERS: Group = Group { name: "Answers that are cut", cases: answers };
pub(crate) const REFRESHES: Group = Group { name: "Refreshes that are cut", cases: refreshes };
pub(crate) const REFUSALS: Group = Group { name: "A 401 that is cut", cases: refusals };
pub(crate) const SIGN_INS: Group = Group { name: "Sign-ins that are cut", cases: sign_ins };

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Close {
    Fin,
    Rst,
}

/// Where an answer is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    Head,
    Body,
    /// Behind its last byte.
    End,
}

struct Cut {
    place: Where,
    close: Close,
    at: usize,
    steps: Vec<Step>,
}

/// Each way to cut `answer`.
fn cuts(answer: &Answer) -> Vec<Cut> {
    let whole = answer.bytes.len();
    let mut cuts = Vec::new();
    for close in [Close::Fin, Close::Rst] {
        for at in 0..=whole {
            let place = match at {
                _ if at < answer.body_at => Where::Head,
                _ if at == whole => Where::End,
                _ => Where::Body,
            };
            let end = if close == Close::Fin { Step::Fin } else { Step::Rst };
            cuts.push(Cut { place, close, at, steps: vec![Step::Send(answer.bytes.slice(..at)), end] });
        }
    }
    cuts
}

impl Cut {
    /// Its row of the table: the framing and the close are named where they make a difference.
    fn row(&self, what: &str, framing: Framing) -> String {
        let close = if self.close == Close::Fin { "FIN" } else { "RST" };
        match (self.place, framing) {
            (Where::Head, _) => format!("{what}, cut in its head"),
            (Where::Body, Framing::ToClose) => format!("{what} to the close, cut in its body by {close}"),
            (Where::Body, _) => format!("{what}, cut in its body"),
            (Where::End, Framing::ToClose) => format!("{what} to the close, whole, {close}"),
            (Where::End, _) => format!("{what}, whole"),
        }
    }

    fn at(&self, framing: Framing) -> String {
        format!("{framing:?}, {:?}, at {}", self.close, self.at)
    }
}

fn answers(form: Form) -> Vec<Case> {
    let mut cases = Vec::new();
    for framing in Framing::ALL {
        let (json, events, lines) =
            (answers::json(framing), answers::events(framing), answers::lines(framing));
        cases.extend(of("JSON", Asks::Json, framing, &json, "Decode"));
        cases.extend(of("events", Asks::Events, framing, &events, PART));
        cases.extend(of("JSON that may be absent", Asks::Optional, framing, &json, "Decode"));
        if form == Form::Long {
            cases.extend(of("what a POST created", Asks::Create, framing, &json, "Decode"));
            cases.extend(of("text", Asks::Text, framing, &json, PART));
            cases.extend(of("bytes", Asks::Bytes, framing, &json, PART));
            cases.extend(of("lines", Asks::Lines, framing, &lines, PART));
        }
    }
    cases
}

/// `to_close`: what comes where only the close says where the body ends, and it is closed in order.
pub(crate) fn of(what: &str, asks: Asks, framing: Framing, answer: &Answer, to_close: &str) -> Vec<Case> {
    let cases = cuts(answer).into_iter().map(|cut| {
        let mut row = cut.row(what, framing);
        let (came, sent) = match (cut.place, cut.close) {
            (Where::Head, _) => ("Transport(Request)", 2),
            (Where::Body, Close::Fin) if framing == Framing::ToClose => (to_close, 1),
            (Where::End, Close::Rst) if framing == Framing::ToClose => ("Transport(Body)", 2),
            (Where::Body, _) => ("Transport(Body)", 2),
            (Where::End, _) => (VALUE, 1),
        };
        let sent = match asks {
            // Is not idempotent.
            Asks::Create => 1,
            // A stream is the caller's once its head is there.
            Asks::Events | Asks::Lines | Asks::Bytes if cut.place != Where::Head => 1,
            _ => sent,
        };
        let mut came = came;
        // The last line needs no end, and so may be cut.
        if asks == Asks::Lines && came == to_close {
            let body = &answer.bytes[answer.body_at..cut.at];
            match body.last() {
                None | Some(b'\n' | b'\r' | b'}') if cut.at + 1 < answer.bytes.len() => {
                    row.push_str(" behind a line")
                }
                None | Some(b'\n' | b'\r' | b'}') => (row, came) = (row + " before the last byte", VALUE),
                Some(_) => (row, came) = (row + " in a line", "Decode"),
            }
        }
        let at = cut.at(framing);
        Case::new(row, asks, fine(Plan::on(asks.path(), [cut.steps])), came, sent).at(at)
    });
    cases.collect()
}

/// The answer to a refresh: a head that did not come leaves open what was done, a body that did not come
/// means that the refresh token is spent.
fn refreshes(_: Form) -> Vec<Case> {
    let mut cases = Vec::new();
    for framing in [Framing::Length, Framing::Chunked] {
        for cut in cuts(&answers::tokens(framing)) {
            let (came, sent, refreshes) = match cut.place {
                Where::Head => ("RefreshUnavailable(Transport(Request))", 1, 2),
                Where::Body => ("RefreshUnavailable(Decode)", 1, 1),
                Where::End => (VALUE, 2, 1),
            };
            let plan = Plan::on(
                "/json",
                [answers::refusal(Framing::Length), answers::json(Framing::Length)].map(|it| it.steps()),
            )
            .and("/refresh", [cut.steps.clone()]);
            let (row, at) = (cut.row("a refresh", framing), cut.at(framing));
            let case = Case::new(row, Asks::Json, plan, came, sent).at(at);
            cases.push(case.refreshes(Refreshes::Patiently, refreshes));
        }
    }
    cases
}

/// The status counts without its body.
fn refusals(_: Form) -> Vec<Case> {
    let mut cases = Vec::new();
    for framing in Framing::ALL {
        for cut in cuts(&answers::refusal(framing)) {
            // What is sent once more is served.
            let refreshes = usize::from(cut.place != Where::Head);
            let (row, at) = (cut.row("a 401", framing), cut.at(framing));
            let plan = Plan::on("/json", [cut.steps, answers::json(Framing::Length).steps()])
                .and("/refresh", [answers::tokens(Framing::Length).steps()]);
            let case = Case::new(row, Asks::Json, plan, VALUE, 2).at(at);
            cases.push(case.refreshes(Refreshes::Patiently, refreshes));
        }
    }
    cases
}

/// The answer to a sign-in, which nothing repeats.
fn sign_ins(_: Form) -> Vec<Case> {
    let mut cases = Vec::new();
    for framing in [Framing::Length, Framing::Chunked] {
        for cut in cuts(&answers::tokens(framing)) {
            let came = match cut.place {
                Where::Head => "Transport(Request)",
                Where::Body => "Transport(Body)",
                Where::End => VALUE,
            };
            let (row, at) = (cut.row("a sign-in", framing), cut.at(framing));
            let case = Case::new(row, Asks::SignIn, fine(Plan::on("/login", [cut.steps])), came, 1);
            cases.push(case.signed_in(came == VALUE).at(at));
        }
    }
    cases
}

#[test]
fn an_answer_that_is_cut_is_no_answer() {
    run(&ANSWERS);
}

#[test]
fn a_refresh_that_is_cut_keeps_the_login() {
    run(&REFRESHES);
}

#[test]
fn a_401_that_is_cut_is_refreshed() {
    run(&REFUSALS);
}

#[test]
fn a_sign_in_that_is_cut_off_signs_no_user_in() {
    run(&SIGN_INS);
}
