//! What is measured: a client, by its name.

use serde::Deserialize;

use crate::{by_hand, ours};

pub const OWNER: &str = "rust-lang";

/// A token of 700 bytes.
pub fn token() -> String {
    "eyJhbGciOiJIUzI1NiJ9.".chars().chain(std::iter::repeat_n('x', 679)).collect()
}

/// The answer.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is decoded, and of most fields nothing is read")]
pub struct Issue {
    pub id: u64,
    pub number: u64,
    pub title: String,
    pub state: String,
    pub locked: bool,
    pub author: String,
    pub comments: u64,
    pub labels: Vec<String>,
    pub created_at: String,
    pub body: String,
}

#[derive(Clone, Copy)]
pub struct Subject {
    pub name: &'static str,
    /// Makes that many calls, and returns the sum of what was decoded.
    run: fn(&str, u32) -> u64,
}

pub const ALL: &[Subject] = &[
    Subject { name: "hyper", run: by_hand::hyper_connection },
    Subject { name: "hyper-util", run: by_hand::hyper_util },
    Subject { name: "ours-hyper-util", run: ours::over_hyper_util },
    Subject { name: "reqwest", run: by_hand::reqwest_plain },
    Subject { name: "reqwest-query-timeout", run: by_hand::reqwest_with_query_and_timeout },
    Subject { name: "ours-lean", run: ours::over_lean },
    Subject { name: "ours", run: ours::by_default },
];

impl Subject {
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|it| it.name == name).copied()
    }

    pub fn run(self, base: &str, calls: u32) -> u64 {
        (self.run)(base, calls)
    }
}

/// Runs `work` on one thread.
pub fn on_one_thread<F: Future>(work: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
