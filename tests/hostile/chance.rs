//! Valid answers that are broken by chance. What comes of one nothing says; that it ends, shows no secret, is
//! not asked for too often and leaves nothing, all say. `HOSTILE_ROUNDS` says how many, `HOSTILE_SEED` where
//! chance begins.

use std::io::Write;

use bytes::Bytes;
use fastrand::Rng;

use crate::answers::{self, Answer, Framing};
use crate::api::Asks;
use crate::case::{ANY, Case, Refreshes, fine};
use crate::plan::{Plan, Step};
use crate::run::{Form, form, run_cases};

const ROUNDS: u64 = 300;

/// What is put into an answer.
const WORDS: [&[u8]; 16] = [
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b"\0",
    b"0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"content-length: 5\r\n",
    b"content-length: 99999999999999999999\r\n",
    b"transfer-encoding: chunked\r\n",
    b"transfer-encoding: gzip\r\n",
    b"content-encoding: gzip\r\n",
    b"connection: close\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
    b"location: /json\r\n",
    b"\xef\xbb\xbf",
];

/// Breaks `answer` in one to four places.
fn broken(rng: &mut Rng, answer: &Answer) -> Bytes {
    let mut bytes = answer.bytes.to_vec();
    for _ in 0..rng.usize(1..=4) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.usize(..bytes.len());
        let end = (at + rng.usize(1..=12)).min(bytes.len());
        match rng.u8(..7) {
            0 => bytes[at] = rng.u8(..),
            1 => bytes[at] ^= 1 << rng.u8(..8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again).for_each(drop);
            }
            4 => bytes.splice(at..at, WORDS[rng.usize(..WORDS.len())].iter().copied()).for_each(drop),
            5 => bytes.truncate(at),
            _ => {
                let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
                if let Some(at) = rng.choice(digits) {
                    bytes[at] = b'0' + rng.u8(..10);
                }
            }
        }
    }
    bytes.into()
}

/// The case of a seed, which has the whole of it.
fn case(seed: u64) -> Case {
    let mut rng = Rng::with_seed(seed);
    let framing = Framing::ALL[rng.usize(..Framing::ALL.len())];
    let whole = |answer: Answer| answer.steps();
    let json = answers::json(Framing::Length);
    let mut steps = |answer: Answer| {
        let bytes = broken(&mut rng, &answer);
        let at = rng.usize(..=bytes.len());
        // A stream that is silent is its reader's to give up.
        let ends = if matches!(seed % 8, 4 | 5) { 2 } else { 3 };
        let end = [Step::Fin, Step::Rst, Step::Silence][rng.usize(..ends)].clone();
        vec![Step::Send(bytes.slice(..at)), Step::Send(bytes.slice(at..)), end]
    };
    let (asks, plan) = match seed % 8 {
        0 => (Asks::Json, Plan::on("/json", [steps(answers::json(framing))])),
        1 => (Asks::Optional, Plan::on("/optional", [steps(answers::json(framing))])),
        2 => (Asks::Create, Plan::on("/create", [steps(answers::json(framing))])),
        3 => (Asks::SignIn, Plan::on("/login", [steps(answers::tokens(framing))])),
        4 => (Asks::Events, Plan::on("/events", [steps(answers::events(framing))])),
        5 => (Asks::Lines, Plan::on("/lines", [steps(answers::lines(framing))])),
        6 => {
            let refused = whole(answers::refusal(Framing::Length));
            let plan = Plan::on("/json", [refused, whole(json)]);
            (Asks::Json, plan.and("/refresh", [steps(answers::tokens(framing))]))
        }
        _ => {
            let plan = Plan::on("/json", [steps(answers::refusal(framing)), whole(json)]);
            (Asks::Json, plan.and("/refresh", [whole(answers::tokens(Framing::Length))]))
        }
    };
    let refreshes = if seed % 8 >= 6 { Refreshes::Hastily } else { Refreshes::Never };
    let case = Case::new("an answer of chance", asks, fine(plan), ANY, 0).sent_by_chance();
    // What does not come is given up; what does comes long before.
    case.at(format!("HOSTILE_SEED={seed}")).refreshes(refreshes, 0).timeout(3000)
}

#[test]
fn each_broken_answer_ends_and_leaves_nothing() {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let (seed, rounds) = (number("HOSTILE_SEED").unwrap_or(0), number("HOSTILE_ROUNDS").unwrap_or(ROUNDS));
    let came = run_cases("Answers of chance", (seed..seed + rounds).map(case).collect());
    if form() == Form::Long {
        // Past the test runner, which keeps to itself what a test that passes prints.
        let mut out = std::io::stdout();
        writeln!(out, "{rounds} answers of chance: {came:?}").unwrap();
    }
}
