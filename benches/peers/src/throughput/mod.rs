//! Calls per second, with few and many calls in flight, over HTTP/1.1 and HTTP/2.

pub mod load;

use crate::child;
use crate::report::Options;
use crate::server::Server;
use crate::subject::{BY_HAND, DEFAULT, HYPER_UTIL, LEAN, OVER_HYPER_UTIL};
use load::{Protocol, Wanted};

/// What the clients are asked to do together.
#[derive(Clone, Copy)]
pub struct Case {
    pub protocol: Protocol,
    pub wanted: Wanted,
    pub in_flight: u32,
    calls: u32,
}

/// What one client did in a case.
pub struct Rate {
    pub name: &'static str,
    /// Of the best round.
    pub calls_per_second: f64,
    /// The median of the rounds, each by that of reqwest by hand in the same round.
    pub of_by_hand: f64,
    /// The time of the processor for each call, in µs; of the best round.
    pub cpu: f64,
}

/// How often a client may fail in its turn.
const TRIES: u32 = 3;

/// `LeanTransport` speaks HTTP/2 over TLS alone.
const HTTP1: [&str; 4] = [HYPER_UTIL, LEAN, BY_HAND, DEFAULT];
const HTTP2: [&str; 4] = [HYPER_UTIL, OVER_HYPER_UTIL, BY_HAND, DEFAULT];

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let issue = |in_flight, calls| Case { protocol, wanted: Wanted::Issue, in_flight, calls };
        let blob = |in_flight, calls| Case { protocol, wanted: Wanted::Blob, in_flight, calls };
        cases.extend([issue(1, 4_000), issue(64, 12_000), issue(1_000, 12_000), blob(1, 200), blob(16, 400)]);
    }
    cases
}

/// How often each client has its turn.
pub fn rounds(options: &Options) -> u32 {
    options.pick(15, 2)
}

/// Returns what each client did in each case. The clients take turns, so that what else the machine does
/// meets all of them.
pub fn all(options: &Options) -> Vec<(Case, Vec<Rate>)> {
    let mut server = Server::start();
    let rounds = rounds(options);
    let cases = cases();
    let mut measured: Vec<Vec<Vec<(f64, f64)>>> = vec![Vec::new(); cases.len()];
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for (case, rounds) in cases.iter().zip(&mut measured) {
            rounds.push(names(case).map(|name| once(case, name, &mut server)).to_vec());
        }
    }
    let rates = |(case, rounds): (Case, Vec<Vec<(f64, f64)>>)| (case, rates(&case, &rounds));
    cases.into_iter().zip(measured).map(rates).collect()
}

fn names(case: &Case) -> [&'static str; 4] {
    match case.protocol {
        Protocol::Http1 => HTTP1,
        Protocol::Http2 => HTTP2,
    }
}

/// Returns the calls per second, and the time of the processor for each call in µs.
/// Starts another server and tries again if the client fails, as when the system refuses a connection.
fn once(case: &Case, name: &str, server: &mut Server) -> (f64, f64) {
    for _ in 0..TRIES {
        if let Some(rate) = try_once(case, name, server) {
            return rate;
        }
        *server = Server::start();
    }
    panic!("{name} has failed {TRIES} times");
}

fn try_once(case: &Case, name: &str, server: &Server) -> Option<(f64, f64)> {
    let base = match case.protocol {
        Protocol::Http1 => &server.base,
        Protocol::Http2 => &server.base_http2,
    };
    let (in_flight, calls) = (case.in_flight.to_string(), case.calls.to_string());
    let words = ["load", name, case.protocol.name(), case.wanted.name(), base.as_str(), &in_flight, &calls];
    let told = child::numbers_or_failure(&words)?;
    let calls = f64::from(case.calls);
    Some((calls * 1e9 / told[0] as f64, told[1] as f64 / 1e3 / calls))
}

/// `rounds` has, for each round, what each client did.
fn rates(case: &Case, rounds: &[Vec<(f64, f64)>]) -> Vec<Rate> {
    let names = names(case);
    let by_hand = names.iter().position(|it| *it == BY_HAND).unwrap();
    let rate = |(place, name): (usize, &&'static str)| Rate {
        name,
        calls_per_second: rounds.iter().map(|it| it[place].0).fold(0.0, f64::max),
        of_by_hand: median(rounds.iter().map(|it| it[place].0 / it[by_hand].0).collect()),
        cpu: rounds.iter().map(|it| it[place].1).fold(f64::MAX, f64::min),
    };
    names.iter().enumerate().map(rate).collect()
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
