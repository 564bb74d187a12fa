//! One client under load, in a process of its own: so many calls in flight, on one thread.

use std::fs;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use tokio::task::JoinSet;

use crate::peers::{hyper_util, ours, reqwest};
use crate::subject::{BY_HAND, DEFAULT, HYPER_UTIL, LEAN, OVER_HYPER_UTIL, on_one_thread};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Http1,
    Http2,
}

impl Protocol {
    pub fn named(name: &str) -> Self {
        if name == "h2" { Self::Http2 } else { Self::Http1 }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Http1 => "h1",
            Self::Http2 => "h2",
        }
    }
}

/// What calls ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Issue,
    /// An answer of 1 MiB, as it is.
    Blob,
}

impl Wanted {
    const MEBIBYTE: u64 = 1 << 20;

    pub fn name(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Blob => "blob",
        }
    }
}

/// A client whose calls can be in flight together.
pub trait Load: Send + Sync + 'static {
    /// Returns the id in the answer.
    fn issue(&self, number: u32) -> impl Future<Output = u64> + Send;

    /// Reads an answer of so many bytes as a whole. Returns its length.
    fn blob(&self, bytes: u64) -> impl Future<Output = u64> + Send;
}

/// Prints the time that the calls took and the time of the processor, in ns.
pub fn run(words: &[&str]) -> ExitCode {
    let [name, protocol, wanted, base, in_flight, calls] = *words else { return ExitCode::FAILURE };
    let wanted = if wanted == Wanted::Blob.name() { Wanted::Blob } else { Wanted::Issue };
    let (Ok(in_flight), Ok(calls)) = (in_flight.parse(), calls.parse()) else { return ExitCode::FAILURE };
    let protocol = Protocol::named(protocol);
    let size = Size { wanted, in_flight, calls };
    let (elapsed, cpu) = on_one_thread(async {
        match name {
            HYPER_UTIL => size.of(hyper_util::ByHand::new(base, protocol)).await,
            BY_HAND => size.of(reqwest::ByHand::new(base, protocol)).await,
            OVER_HYPER_UTIL => size.of(ours::Declared::over_hyper_util(base, protocol)).await,
            LEAN => size.of(ours::Declared::over_lean(base)).await,
            DEFAULT => size.of(ours::Declared::over_reqwest(base, protocol)).await,
            _ => panic!("there is no {name}"),
        }
    });
    println!("{elapsed} {cpu}");
    ExitCode::SUCCESS
}

struct Size {
    wanted: Wanted,
    in_flight: u32,
    calls: u32,
}

impl Size {
    async fn of<C: Load>(&self, client: C) -> (u64, u64) {
        let client = Arc::new(client);
        // Opens the connections, and asks each for a second call.
        self.make(&client, 2 * self.in_flight).await;
        let (begin, cpu) = (Instant::now(), cpu());
        self.make(&client, self.calls).await;
        (begin.elapsed().as_nanos() as u64, self::cpu() - cpu)
    }

    async fn make<C: Load>(&self, client: &Arc<C>, calls: u32) {
        let left = Arc::new(AtomicU32::new(calls));
        let mut tasks = JoinSet::new();
        for _ in 0..self.in_flight {
            let (client, left, wanted) = (client.clone(), left.clone(), self.wanted);
            tasks.spawn(async move {
                let next = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1));
                while let Ok(number) = next() {
                    match wanted {
                        Wanted::Issue => assert_ne!(client.issue(number).await, 0),
                        Wanted::Blob => assert_eq!(client.blob(Wanted::MEBIBYTE).await, Wanted::MEBIBYTE),
                    }
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    }
}

/// Returns for how many ns this thread has run, or 0 where the system does not tell.
fn cpu() -> u64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or_default()
}
