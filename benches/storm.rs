//! The cost of a storm: many callers who wait for one refresh, or whose calls are refused together, compared
//! with calls that are signed at once. A service in memory answers.
//!
//! ```console
//! $ just bench-storm              # instructions and bytes by valgrind
//! ```
//!
//! A waiter waits for the refresh of a token that has lapsed, and sends then. A refused call is sent, is
//! answered by 401 when all have been sent, waits for the refresh, and is sent again.

mod measure;

use std::convert::Infallible;
use std::future::{Future, IntoFuture};
use std::hint::black_box;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use measure::{BYTES, Figures, INSTRUCTIONS, each};
use sdk_runtime::{Result, ServiceTransport, Tokens, api_client};
use serde::Deserialize;
use test_support::{LoginResponse, RefreshRequest};
use tokio::sync::SetOnce;
use tokio::task::JoinSet;
use tower_service::Service;

/// Counts the bytes on the heap.
const HEAP: &str = "dhat";
const LIFETIME: Duration = Duration::from_secs(3_600);

#[derive(Deserialize)]
struct Issue {
    id: u64,
}

#[api_client]
trait Tracker {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64, #[query] fields: &str) -> Result<Issue>;
}

/// What the callers and the server of a storm do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Storm {
    /// Each call is signed, sent and answered at once.
    Sent,
    /// Each call is signed and sent at once, and answered when all are in flight.
    InFlight,
    /// The token has lapsed: each call waits for the refresh, is sent, and answered at once.
    Waiting,
    /// Each call is sent at once and refused when all are in flight. It waits for the refresh, is sent again,
    /// and answered at once.
    Refused,
}

impl Storm {
    const ALL: [(&str, Self); 4] = [
        ("sent", Self::Sent),
        ("in-flight", Self::InFlight),
        ("waiting", Self::Waiting),
        ("refused", Self::Refused),
    ];

    /// Makes `calls` calls, each in a task. Returns when all are answered, or with `ends_early` when each
    /// has come to its wait.
    async fn run(self, calls: u64, ends_early: bool) -> u64 {
        let server = Server::default();
        let client = TrackerClient::builder("https://tracker.example/api/v1")
            .transport(ServiceTransport::new(server.clone()))
            .build()
            .unwrap();
        let tokens = Tokens::new("the first token").refresh_token("a refresh token").expires_in(LIFETIME);
        client.session().sign_in(tokens).unwrap();
        server.0.refuses.store(self == Self::Refused, Ordering::Relaxed);
        match self {
            Self::Sent => server.release_calls(),
            Self::Waiting => {
                server.release_calls();
                tokio::time::advance(LIFETIME).await;
            }
            Self::InFlight | Self::Refused => {}
        }
        let mut tasks = JoinSet::new();
        for id in 0..calls {
            tasks.spawn(client.issue(id, "id,title").into_future());
        }
        // Each task, and that of the refresh, comes to its wait.
        all_run(calls).await;
        if ends_early {
            std::process::exit(0);
        }
        if self != Self::Waiting {
            assert_eq!(server.0.sent.load(Ordering::Relaxed) as u64, calls);
        }
        server.release_calls();
        all_run(calls).await;
        assert_eq!(server.0.refreshes.load(Ordering::Relaxed), usize::from(self.refreshes()));
        let _ = server.0.refresh.set(());
        let mut sum = 0;
        while let Some(answered) = tasks.join_next().await {
            sum += answered.unwrap().unwrap().id;
        }
        let sends = if self == Self::Refused { 2 * calls } else { calls };
        assert_eq!(server.0.sent.load(Ordering::Relaxed) as u64, sends);
        sum
    }

    fn refreshes(self) -> bool {
        matches!(self, Self::Waiting | Self::Refused)
    }
}

/// Returns when each of `tasks` has run. The runtime runs dozens of them before it comes back to this one.
async fn all_run(tasks: u64) {
    for _ in 0..tasks / 32 + 8 {
        tokio::task::yield_now().await;
    }
}

/// A server in memory, which answers when it is told to.
#[derive(Clone, Default)]
struct Server(Arc<State>);

#[derive(Default)]
struct State {
    /// Whether the first token is refused.
    refuses: AtomicBool,
    sent: AtomicUsize,
    refreshes: AtomicUsize,
    /// Set when calls are answered.
    calls: SetOnce<()>,
    /// Set when the refresh is answered.
    refresh: SetOnce<()>,
}

impl Server {
    fn release_calls(&self) {
        let _ = self.0.calls.set(());
    }
}

impl<B> Service<Request<B>> for Server {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future =
        Pin<Box<dyn Future<Output = std::result::Result<Self::Response, Infallible>> + Send + 'static>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let state = self.0.clone();
        let is_refresh = request.uri().path().ends_with("/refresh");
        let is_first =
            request.headers().get("authorization").is_some_and(|it| it == "Bearer the first token");
        black_box(request);
        Box::pin(async move {
            let answer = match is_refresh {
                true => {
                    state.refreshes.fetch_add(1, Ordering::Relaxed);
                    state.refresh.wait().await;
                    &b"{\"access_token\":\"a second token\",\"expires_in\":3600}"[..]
                }
                false => {
                    state.sent.fetch_add(1, Ordering::Relaxed);
                    state.calls.wait().await;
                    &b"{\"id\":7,\"title\":\"It works\"}"[..]
                }
            };
            let mut answer = Response::new(Full::new(Bytes::from_static(answer)));
            if is_first && state.refuses.load(Ordering::Relaxed) {
                *answer.status_mut() = StatusCode::UNAUTHORIZED;
            }
            Ok(answer)
        })
    }
}

/// Returns the figures of the guard, and prints what they are made of.
fn measured() -> Option<Figures> {
    let [sent, in_flight, waiting, refused] = Storm::ALL.map(|(name, _)| each(INSTRUCTIONS, name));
    let (sent, in_flight, waiting, refused) = (sent?, in_flight?, waiting?, refused?);
    let waits = waiting as f64 / sent as f64;
    let replays = refused as f64 / (sent + in_flight) as f64;
    println!("a call that is sent at once: {sent} instructions");
    println!("a call that is sent with all others: {in_flight} instructions");
    println!("a call that waits for a refresh: {waiting} instructions, ratio {waits:.3}");
    println!("a call that is refused with all others: {refused} instructions, ratio to both {replays:.3}");
    let (flying, waiter) = (each(HEAP, "in-flight-heap")?, each(HEAP, "waiting-heap")?);
    println!("a call in flight: {flying} bytes; a call that waits: {waiter} bytes");
    Some(Figures::from([
        ("storm waiting".to_owned(), waits),
        ("storm refused".to_owned(), replays),
        (format!("{BYTES}a call in flight"), flying as f64),
        (format!("{BYTES}a call that waits"), waiter as f64),
    ]))
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    if let [scenario, calls] = words[..]
        && let Ok(calls) = calls.parse()
    {
        let (name, ends_early) = match scenario.strip_suffix("-heap") {
            Some(name) => (name, true),
            None => (scenario, false),
        };
        let Some((_, storm)) = Storm::ALL.into_iter().find(|(known, _)| *known == name) else {
            return ExitCode::FAILURE;
        };
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().start_paused(true).build().unwrap();
        black_box(runtime.block_on(storm.run(calls, ends_early)));
        return ExitCode::SUCCESS;
    }
    measure::report(&words, measured())
}
