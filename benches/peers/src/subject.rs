//! What is measured: a client, by its name, and the call that each of them makes.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::peers::{feignhttp, hyper, hyper_util, middleware, ours, progenitor, reqwest, ureq};

pub const OWNER: &str = "rust-lang";
pub const FIELDS: &str = "id,title";

/// What a segment of a path and a value of a query need not encode.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A token of 700 bytes.
pub fn token() -> String {
    "eyJhbGciOiJIUzI1NiJ9.".chars().chain(std::iter::repeat_n('x', 679)).collect()
}

/// Encodes a segment of a path, or a value of a query.
pub fn encoded(text: &str) -> impl fmt::Display {
    utf8_percent_encode(text, ENCODED)
}

/// Returns the address of the call, as it is made by hand.
pub fn target(base: &str, number: u32) -> String {
    format!("{base}/repos/{}/issues/{number}?fields={}", encoded(OWNER), encoded(FIELDS))
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
    /// What it is, in the report.
    pub label: &'static str,
    /// The crate whose version the report tells, if it is none of this project.
    pub package: Option<&'static str>,
    /// Makes that many calls, and returns the sum of what was decoded.
    run: fn(&str, u32) -> u64,
}

/// The one that the others are compared with.
pub const BY_HAND: &str = "reqwest";
/// By hand, with what a declared call does too.
pub const EQUAL: &str = "reqwest-query-timeout";
/// The one that a transport over hyper is compared with.
pub const HYPER_UTIL: &str = "hyper-util";
pub const DEFAULT: &str = "ours";
pub const LEAN: &str = "ours-lean";
pub const OVER_HYPER_UTIL: &str = "ours-hyper-util";

const fn other(
    name: &'static str,
    package: &'static str,
    label: &'static str,
    run: fn(&str, u32) -> u64,
) -> Subject {
    Subject { name, label, package: Some(package), run }
}

const fn own(name: &'static str, label: &'static str, run: fn(&str, u32) -> u64) -> Subject {
    Subject { name, label, package: None, run }
}

pub const ALL: &[Subject] = &[
    other("hyper", "hyper", "hyper by hand, on one connection", hyper::run),
    other(HYPER_UTIL, "hyper-util", "hyper-util's client by hand", hyper_util::run),
    other("ureq", "ureq", "ureq, blocking", ureq::run),
    own(OVER_HYPER_UTIL, "this client, over hyper-util by `ServiceTransport`", ours::run_over_hyper_util),
    own(LEAN, "this client, over `LeanTransport`", ours::run_over_lean),
    other("reqwest-least", "reqwest", "reqwest by hand, with the least work", reqwest::run_least),
    other(BY_HAND, "reqwest", "reqwest by hand", reqwest::run_plain),
    other(
        EQUAL,
        "reqwest",
        "reqwest by hand, with `.query()` and a timeout",
        reqwest::run_with_query_and_timeout,
    ),
    own(DEFAULT, "this client, over the default transport", ours::run_by_default),
    other("progenitor", "progenitor", "progenitor, generated from OpenAPI", progenitor::run),
    other("middleware", "reqwest-middleware", "reqwest-middleware, a refresh by hand", middleware::run),
    other("feignhttp", "feignhttp", "feignhttp, a declared trait", feignhttp::run),
];

impl Subject {
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|it| it.name == name).copied()
    }

    pub fn is_ours(self) -> bool {
        self.package.is_none()
    }

    pub fn run(self, base: &str, calls: u32) -> u64 {
        (self.run)(base, calls)
    }
}

/// Makes `calls` calls one after the other.
pub async fn sum<F: Future<Output = u64>>(calls: u32, call: impl Fn(u32) -> F) -> u64 {
    let mut sum = 0;
    for number in 0..calls {
        sum += call(number).await;
    }
    sum
}

/// Runs `work` on one thread.
pub fn on_one_thread<F: Future>(work: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
