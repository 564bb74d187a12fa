//! Ten thousand random path arguments over a real socket.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::path::{SHAPES, Shape, echo};

const STRINGS: usize = 10_000;
/// As many requests are under way at once.
const WORKERS: usize = 16;

/// What matters to a parser of addresses, in pieces that make something of each other.
const PIECES: &[&str] = &[
    ".",
    ".",
    ".",
    "..",
    "%2e",
    "%2E",
    "%252e",
    "%",
    "2e",
    "/",
    "/",
    "//",
    "\\",
    "%2f",
    "%5c",
    "?",
    "#",
    ";",
    ":",
    "@",
    "&",
    "=",
    "+",
    " ",
    "\r",
    "\n",
    "\t",
    "\0",
    "\x7f",
    "a",
    "évil.test",
    "\u{ff0e}",
    "\u{2024}",
    "\u{feff}",
    "\u{ffff}",
];

fn strings() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(PIECES);
    prop_oneof![
        // Short ones of few characters, of which many are refused.
        2 => "[./]{0,4}",
        3 => proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()),
        3 => proptest::collection::vec(any::<char>(), 0..24).prop_map(String::from_iter),
        2 => proptest::collection::vec(0u8..=0x7f, 0..24)
            .prop_map(|bytes| bytes.into_iter().map(char::from).collect()),
    ]
}

/// Always the same ten thousand.
fn ten_thousand() -> Vec<String> {
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let strings = strings();
    (0..STRINGS).map(|_| strings.new_tree(&mut runner).unwrap().current()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_arguments_stay_in_their_segment_or_are_refused() {
    let (server, client) = echo().await;
    let (server, strings) = (Arc::new(server), Arc::new(ten_thousand()));
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let (server, client, strings) = (server.clone(), client.clone(), strings.clone());
        workers.spawn(async move {
            let (mut sent, mut wrong) = (0, Vec::new());
            for (index, value) in strings.iter().enumerate().skip(worker).step_by(WORKERS) {
                // Every string as a whole segment, and as one of the other shapes in turn.
                let other = SHAPES[1 + index / WORKERS % (SHAPES.len() - 1)];
                for shape in [Shape::One, other] {
                    match shape.check(&server, &client, value).await {
                        Ok(requests) => sent += requests,
                        Err(error) => wrong.push((value.clone(), shape, error)),
                    }
                }
            }
            (sent, wrong)
        });
    }
    let (mut sent, mut wrong) = (0, Vec::new());
    for (of_worker, wrong_of_worker) in workers.join_all().await {
        sent += of_worker;
        wrong.extend(wrong_of_worker);
    }
    // The shortest says most.
    if let Some((value, shape, error)) = wrong.iter().min_by_key(|(value, ..)| value.len()) {
        panic!("{} are wrong, such as {value:?} as {shape:?}: {error}", wrong.len());
    }
    assert_eq!(server.backend().requests().len(), sent, "what is refused is not sent");
    // Both happen often, or this test would say little.
    assert!(sent > STRINGS && 2 * STRINGS - sent > STRINGS / 10, "{sent} of {} were sent", 2 * STRINGS);
    assert!(server.connections() < sent / 10, "connections are used again");
}
