//! The cost of a call compared with the same call written by hand, over a server that answers at once:
//! `cargo bench --bench call`.
//!
//! Both sides do the same work: build and parse the address, make and sign the headers, send, read the answer
//! and decode its JSON. What differs is what the session and the pipeline add. The two take turns in one run
//! and are told as a ratio; with `-- --instructions` each is counted by valgrind's callgrind instead, since a
//! clock is noisy.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::process::Command;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use sdk_runtime::{Result, ServiceTransport, Tokens, api_client};
use serde::Deserialize;
use tower_service::Service;
use url::Url;

const CALLS: u32 = 2_000;
const ROUNDS: usize = 50;

#[derive(Deserialize)]
struct Issue {
    id: u64,
}

#[api_client]
trait Tracker {
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64, #[query] fields: &str) -> Result<Issue>;
}

/// A server that answers each request at once.
#[derive(Clone)]
struct AtOnce;

impl<B> Service<Request<B>> for AtOnce {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<std::result::Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        black_box(request);
        ready(Ok(Response::new(Full::new(Bytes::from_static(b"{\"id\":7,\"title\":\"It works\"}")))))
    }
}

async fn declared(calls: u32) -> u64 {
    let transport = ServiceTransport::new(AtOnce);
    let tracker =
        TrackerClient::builder("https://tracker.example/api/v1").transport(transport).build().unwrap();
    tracker.session().sign_in(Tokens::new("an access token").refresh_token("a refresh token")).unwrap();
    let mut sum = 0;
    for id in 0..calls {
        sum += tracker.issue(id.into(), "id,title").await.unwrap().id;
    }
    sum
}

async fn by_hand(calls: u32) -> u64 {
    let (base, token) = ("https://tracker.example/api/v1", "an access token");
    let mut sum = 0;
    for id in 0..calls {
        let url = Url::parse_with_params(&format!("{base}/issues/{id}"), [("fields", "id,title")]).unwrap();
        let request = Request::get(url.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Full::<Bytes>::default())
            .unwrap();
        let answer = AtOnce.call(request).await.unwrap();
        assert!(answer.status().is_success());
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        sum += serde_json::from_slice::<Issue>(&body).unwrap().id;
    }
    sum
}

fn timed(runtime: &tokio::runtime::Runtime, side: impl Future<Output = u64>) -> Duration {
    let begin = Instant::now();
    black_box(runtime.block_on(side));
    begin.elapsed() / CALLS
}

/// Instructions per call: those of many calls less those of few, so that what happens once does not count.
fn instructions(side: &str) -> Option<u64> {
    let counted = |calls: u32| {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(std::env::current_exe().ok()?)
            .args([side, &calls.to_string()])
            .output()
            .ok()?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        told.lines().find_map(|line| line.split("Collected :").nth(1)?.trim().parse::<u64>().ok())
    };
    Some((counted(2_100)? - counted(100)?) / 2_000)
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    match words[..] {
        ["declared", calls] => drop(black_box(runtime.block_on(declared(calls.parse().unwrap())))),
        ["by-hand", calls] => drop(black_box(runtime.block_on(by_hand(calls.parse().unwrap())))),
        ["--instructions"] => match (instructions("declared"), instructions("by-hand")) {
            (Some(declared), Some(hand)) => {
                let ratio = declared as f64 / hand as f64;
                println!("instructions per call: declared {declared}, by hand {hand}, ratio {ratio:.2}");
            }
            _ => println!("valgrind is needed to count instructions"),
        },
        _ => {
            // The best of many short rounds is the least disturbed one.
            let rounds = (0..ROUNDS)
                .map(|_| (timed(&runtime, declared(CALLS)), timed(&runtime, by_hand(CALLS))))
                .reduce(|least, round| (least.0.min(round.0), least.1.min(round.1)));
            let (ours, hand) = rounds.unwrap_or_default();
            let ratio = ours.as_secs_f64() / hand.as_secs_f64();
            println!("time per call: declared {ours:?}, by hand {hand:?}, ratio {ratio:.2}");
        }
    }
}
