//! The cost of many sessions: the bytes of one at rest in a pool, the instructions to drop it, and the tasks
//! that save logins.
//!
//! ```console
//! $ just bench-sessions           # by valgrind
//! $ just bench-sessions 100000    # the memory of a process with so many sessions, not under valgrind
//! ```
//!
//! Each session is signed in with an access token of its own, of 700 bytes. The store keeps nothing, so that
//! it takes no memory.

mod measure;

use std::hint::black_box;
use std::process::ExitCode;

use measure::{BYTES, Figures, INSTRUCTIONS, each};
use sdk_runtime::client::SessionPool;
use sdk_runtime::store::{StoreFuture, StoredLogin, TokenStore};
use sdk_runtime::{Result, Tokens, api_client};
use test_support::{LoginResponse, RefreshRequest};
use tokio::runtime::{Builder, Handle};

/// Counts the bytes on the heap.
const HEAP: &str = "dhat";
/// The length of an access token.
const TOKEN: usize = 700;

#[api_client]
trait Tracker {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;
}

/// A store that keeps nothing.
struct Nothing;

impl TokenStore for Nothing {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        Box::pin(async { Ok(None) })
    }

    fn replace(&self, _: u64, _: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(async { Ok(true) })
    }
}

type Pool = SessionPool<u64, TrackerClient>;

/// Returns a pool whose limit is `sessions`.
fn pool(sessions: u64) -> Pool {
    let pool = TrackerClient::builder("https://tracker.example/api/v1").build_pool(|_: &u64| Nothing);
    pool.unwrap().limit(sessions as usize + 1)
}

fn sign_in(pool: &Pool, user: u64) -> TrackerClient {
    let client = pool.get(&user);
    // Of the exact size, as a token that is decoded from an answer.
    let exact = |token: String| token.into_boxed_str().into_string();
    let access = exact(format!("{user:0TOKEN$}"));
    let tokens = Tokens::new(access).refresh_token(exact(format!("{user:040}")));
    client.session().sign_in(tokens).unwrap();
    client
}

/// Signs users in one after the other. Each is saved before the next one comes.
async fn at_rest(sessions: u64) -> Pool {
    let pool = pool(sessions);
    for user in 0..sessions {
        sign_in(&pool, user).session().flush().await.unwrap();
    }
    tokio::task::yield_now().await;
    assert_eq!(pool.len() as u64, sessions);
    pool
}

/// Returns the tasks that save the logins of `sessions` users who sign in together.
async fn tasks(sessions: u64) -> usize {
    let pool = pool(sessions);
    for user in 0..sessions {
        sign_in(&pool, user);
    }
    let tasks = Handle::current().metrics().num_alive_tasks();
    pool.shutdown().await.unwrap();
    tasks
}

/// Prints the memory of a process with `sessions` sessions, and the tasks that save them.
async fn large(sessions: u64) {
    let before = resident();
    let pool = pool(sessions);
    for user in 0..sessions {
        sign_in(&pool, user);
    }
    println!("{} tasks save {sessions} logins", Handle::current().metrics().num_alive_tasks());
    // The writers have ended when nothing is alive but the present task.
    while Handle::current().metrics().num_alive_tasks() > 0 {
        tokio::task::yield_now().await;
    }
    let (rest, peak) = resident();
    let each = |kibibytes: u64| (kibibytes - before.0) * 1_024 / sessions;
    println!("{sessions} sessions: {rest} KiB at rest, {} bytes each", each(rest));
    println!("{sessions} sessions: {peak} KiB at the peak, {} bytes each", each(peak));
    drop(pool);
}

/// Returns the resident memory of this process in KiB: the present one, and the peak.
fn resident() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    };
    (of("VmRSS:"), of("VmHWM:"))
}

fn run(scenario: &str, sessions: u64) {
    // As an application has it, whose thread signs users in.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    if !["kept", "dropped"].contains(&scenario) {
        return runtime.block_on(large(sessions));
    }
    let pool = black_box(runtime.block_on(at_rest(sessions)));
    if scenario == "dropped" {
        drop(pool);
    }
    // What is kept is never dropped.
    std::process::exit(0);
}

/// Returns the figures of the guard, and prints what they are made of.
fn measured() -> Option<Figures> {
    let (kept, dropped) = (each(INSTRUCTIONS, "kept")?, each(INSTRUCTIONS, "dropped")?);
    let drops = dropped - kept;
    let bytes = each(HEAP, "kept")?;
    let runtime = Builder::new_current_thread().enable_all().build().ok()?;
    let tasks = runtime.block_on(tasks(10_000));
    println!("a sign-in that is saved: {kept} instructions");
    println!("the drop of a session: {drops} instructions");
    println!("a session at rest: {bytes} bytes, {TOKEN} of them in one copy of its token");
    println!("10000 sign-ins: {tasks} tasks save them");
    Some(Figures::from([
        ("instructions of the drop of a session".to_owned(), drops as f64),
        ("tasks that save 10000 logins".to_owned(), tasks as f64),
        (format!("{BYTES}a session at rest"), bytes as f64),
    ]))
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    let (scenario, sessions) = match words[..] {
        [scenario, sessions] => (scenario, sessions),
        [sessions] => ("large", sessions),
        _ => ("", ""),
    };
    match sessions.parse() {
        Ok(sessions) => run(scenario, sessions),
        Err(_) => return measure::report(&words, measured()),
    }
    ExitCode::SUCCESS
}
