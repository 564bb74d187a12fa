//! The cost of a call compared with the same call written by hand: a GET and a POST, over a service in memory
//! that answers at once, and over a socket of this machine.
//!
//! ```console
//! $ just bench                    # times, as a ratio
//! $ just bench --instructions     # instructions by valgrind's callgrind, since a clock is noisy
//! $ just guard                    # fails if a ratio is more than 3 % above that in benches/ratios.txt,
//!                                 # or if a call or its future is larger
//! ```
//!
//! Both sides do the same work: build and parse the address, make and sign the headers, send, read the answer
//! and decode its JSON. What differs is what the session and the pipeline add.

mod measure;

use std::convert::Infallible;
use std::future::{IntoFuture, Ready, ready};
use std::hint::black_box;
use std::process::ExitCode;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use measure::{BYTES, Figures, INSTRUCTIONS, each};
use sdk_runtime::{Result, ServiceTransport, Tokens, api_client};
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;
use tower_service::Service;
use url::Url;

const CALLS: u32 = 2_000;
const ROUNDS: usize = 50;
const BASE: &str = "https://tracker.example/api/v1";
const TOKEN: &str = "an access token";
const ANSWER: &[u8] = b"{\"id\":7,\"title\":\"It works\"}";

#[derive(Deserialize)]
struct Issue {
    id: u64,
}

#[derive(Serialize)]
struct NewIssue {
    title: &'static str,
    labels: [&'static str; 2],
}

const NEW: NewIssue = NewIssue { title: "It works", labels: ["a", "b"] };

#[api_client]
trait Tracker {
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64, #[query] fields: &str) -> Result<Issue>;

    #[post("/issues")]
    async fn create(&self, #[json] issue: &NewIssue) -> Result<Issue>;
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
        ready(Ok(Response::new(Full::new(Bytes::from_static(ANSWER)))))
    }
}

/// One way to make a call many times: over which transport, which verb, and who wrote it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Side {
    over_socket: bool,
    is_post: bool,
    is_declared: bool,
}

impl Side {
    fn all(is_declared: bool) -> impl Iterator<Item = Self> {
        let pairs = [(false, false), (false, true), (true, false), (true, true)];
        pairs.into_iter().map(move |(over_socket, is_post)| Self { over_socket, is_post, is_declared })
    }

    /// What both who wrote it share: `memory get`.
    fn scenario(self) -> String {
        let transport = if self.over_socket { "socket" } else { "memory" };
        format!("{transport} {}", if self.is_post { "post" } else { "get" })
    }

    fn name(self) -> String {
        format!("{}{}", self.scenario().replace(' ', "-"), if self.is_declared { "-declared" } else { "" })
    }

    async fn run(self, calls: u32) -> u64 {
        let served = match self.over_socket {
            true => Some(serve().await),
            false => None,
        };
        match self.is_declared {
            true => self.declared(calls, served.as_deref()).await,
            false => self.by_hand(calls, served.as_deref()).await,
        }
    }

    async fn declared(self, calls: u32, served: Option<&str>) -> u64 {
        let tracker = match served {
            Some(base) => TrackerClient::new(base),
            None => TrackerClient::builder(BASE).transport(ServiceTransport::new(AtOnce)).build(),
        };
        let tracker = tracker.unwrap();
        tracker.session().sign_in(Tokens::new(TOKEN).refresh_token("a refresh token")).unwrap();
        let mut sum = 0;
        for id in 0..calls {
            let call = if self.is_post { tracker.create(&NEW) } else { tracker.issue(id.into(), "id,title") };
            sum += call.await.unwrap().id;
        }
        sum
    }

    async fn by_hand(self, calls: u32, served: Option<&str>) -> u64 {
        let client = served.map(|_| reqwest::Client::builder().no_proxy().build().unwrap());
        let base = served.unwrap_or(BASE);
        let mut sum = 0;
        for id in 0..calls {
            let url = match self.is_post {
                true => Url::parse(&format!("{base}/issues")).unwrap(),
                false => {
                    let fields = [("fields", "id,title")];
                    Url::parse_with_params(&format!("{base}/issues/{id}"), fields).unwrap()
                }
            };
            let body = self.is_post.then(|| serde_json::to_vec(&NEW).unwrap());
            let method = if self.is_post { http::Method::POST } else { http::Method::GET };
            let body = match &client {
                Some(client) => {
                    let mut request = client.request(method, url).header(header::ACCEPT, "application/json");
                    request = request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
                    if let Some(body) = body {
                        request = request.header(header::CONTENT_TYPE, "application/json").body(body);
                    }
                    let answer = request.send().await.unwrap();
                    assert!(answer.status().is_success());
                    answer.bytes().await.unwrap()
                }
                None => {
                    let mut request = Request::builder()
                        .method(method)
                        .uri(url.as_str())
                        .header(header::ACCEPT, "application/json")
                        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
                    if body.is_some() {
                        request = request.header(header::CONTENT_TYPE, "application/json");
                    }
                    let body = Full::<Bytes>::from(body.unwrap_or_default());
                    let answer = AtOnce.call(request.body(body).unwrap()).await.unwrap();
                    assert!(answer.status().is_success());
                    answer.into_body().collect().await.unwrap().to_bytes()
                }
            };
            sum += serde_json::from_slice::<Issue>(&body).unwrap().id;
        }
        sum
    }
}

/// Starts a server on this machine that answers each request with the same bytes. Returns its address.
async fn serve() -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
                let answer = [format!("{head}{}\r\n\r\n", ANSWER.len()).as_bytes(), ANSWER].concat();
                let mut buffer = [0; 4_096];
                // Each request of the benchmark arrives in one piece.
                while socket.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                    if socket.write_all(&answer).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    format!("http://{address}/api/v1")
}

fn timed(runtime: &Runtime, side: Side) -> Duration {
    let begin = Instant::now();
    black_box(runtime.block_on(side.run(CALLS)));
    begin.elapsed() / CALLS
}

/// Returns the ratio of each scenario, and the sizes in bytes: of a call, and of the boxed future by which it
/// is executed, which is its largest allocation. Prints the counts.
fn measured() -> Option<Figures> {
    let mut all = Figures::new();
    for side in Side::all(true) {
        let hand = Side { is_declared: false, ..side };
        let (declared, hand) = (each(INSTRUCTIONS, &side.name())?, each(INSTRUCTIONS, &hand.name())?);
        let ratio = declared as f64 / hand as f64;
        println!("{}: declared {declared}, by hand {hand} instructions, ratio {ratio:.3}", side.scenario());
        all.insert(side.scenario(), ratio);
    }
    let tracker = TrackerClient::builder(BASE).transport(ServiceTransport::new(AtOnce)).build().ok()?;
    let call = tracker.issue(7, "id");
    let sizes =
        [("a call", size_of_val(&call)), ("its future", size_of_val(&*call.response().into_future()))];
    for (name, size) in sizes {
        println!("{name}: {size} bytes");
        all.insert(format!("{BYTES}{name}"), size as f64);
    }
    Some(all)
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    let named = |name: &str| Side::all(true).chain(Side::all(false)).find(|side| side.name() == name);
    match words[..] {
        [name, calls] if named(name).is_some() => {
            let side = named(name).unwrap();
            black_box(runtime.block_on(side.run(calls.parse().unwrap())));
        }
        ["--instructions" | "--guard"] | ["--guard", "--write"] => {
            return measure::report(&words, measured());
        }
        _ => {
            for side in Side::all(true) {
                let hand = Side { is_declared: false, ..side };
                // The best of many short rounds is the least disturbed one.
                let rounds = (0..ROUNDS)
                    .map(|_| (timed(&runtime, side), timed(&runtime, hand)))
                    .reduce(|least, round| (least.0.min(round.0), least.1.min(round.1)));
                let (ours, by_hand) = rounds.unwrap_or_default();
                let ratio = ours.as_secs_f64() / by_hand.as_secs_f64();
                println!("{}: declared {ours:?}, by hand {by_hand:?}, ratio {ratio:.2}", side.scenario());
            }
        }
    }
    ExitCode::SUCCESS
}
