//! Rounds of a property: each has a seed, which is the whole of its input.

use std::cell::RefCell;
use std::fmt::Debug;
use std::io::Write;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use tokio::runtime::{Builder, Runtime};

const ROUNDS: u64 = 256;

/// Tries `property` on as many values of `strategy` as `PROPERTY_ROUNDS` says, from the seed `PROPERTY_SEED`
/// on. A value that fails is made as small as it can be, and reported with its seed.
pub(crate) fn check<S: Strategy>(name: &str, strategy: &S, property: impl Fn(S::Value) -> TestCaseResult)
where
    S::Value: Debug,
{
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let (first, asked) = (number("PROPERTY_SEED").unwrap_or(0), number("PROPERTY_ROUNDS"));
    let rounds = asked.unwrap_or(ROUNDS);
    for seed in first..first + rounds {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let config = Config { failure_persistence: None, max_shrink_iters: 4096, ..Config::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let value = strategy.new_tree(&mut runner).unwrap();
        if let Err(error) = runner.run_one(value, &property) {
            panic!("{name}: PROPERTY_SEED={seed} PROPERTY_ROUNDS=1: {error}");
        }
    }
    if asked.is_some() {
        // Past the test runner, which keeps to itself what a test that passes prints.
        let mut out = std::io::stdout();
        writeln!(out, "{name}: {rounds} rounds from the seed {first} on").unwrap();
    }
}

/// Runs `future` on the runtime of this thread, whose clock is paused.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: RefCell<Runtime> = {
            let mut builder = Builder::new_current_thread();
            RefCell::new(builder.enable_all().start_paused(true).build().unwrap())
        };
    }
    RUNTIME.with_borrow(|runtime| runtime.block_on(future))
}

/// Texts of pieces that make something of each other, and of any characters.
pub(crate) fn texts(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(pieces);
    prop_oneof![
        5 => proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
        2 => proptest::collection::vec(any::<char>(), 0..16).prop_map(String::from_iter),
        2 => proptest::collection::vec(0u8..=0x7f, 0..16)
            .prop_map(|bytes| bytes.into_iter().map(char::from).collect()),
    ]
}

/// `bytes` in pieces, cut at these places.
pub(crate) fn cut(bytes: &[u8], at: &[prop::sample::Index]) -> Vec<Bytes> {
    let mut at: Vec<usize> = at.iter().map(|at| at.index(bytes.len() + 1)).collect();
    at.extend([0, bytes.len()]);
    at.sort_unstable();
    at.windows(2).map(|ends| Bytes::copy_from_slice(&bytes[ends[0]..ends[1]])).collect()
}

/// Where something is cut.
pub(crate) fn cuts() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    proptest::collection::vec(any::<prop::sample::Index>(), 0..8)
}
