//! A child: a client of the parent's server that keeps its login in the parent's file. Does what it is told
//! on stdin, and tells on stderr, which the test runner leaves alone, its results and how far its store is.
//!
//! At a step that it was told to hold it waits until it is told to go on, or is killed there.

use std::io::{BufRead, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use sdk_runtime::{
    Error, FileStore, Result, api_client,
    store::{StoreFuture, StoreLock, StoredLogin, TokenStore},
};
use serde_json::{Value, json};
use test_support::{LoginResponse, RefreshRequest};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, mpsc};

use crate::kept::Kept;

/// What the parent gives a child: where the server is, where the login is kept, and whether by a store that
/// has locks.
pub(crate) const GIVEN: [&str; 3] = ["SDK_CRASH_SERVER", "SDK_CRASH_LOGIN", "SDK_CRASH_LOCKS"];

/// What a line begins with that is meant for the parent, and what an answer to a command begins with.
pub(crate) const STEP: &str = "# ";
pub(crate) const ANSWER: &str = "= ";

#[api_client]
trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Value) -> Result<LoginResponse>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[post("/auth/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[json]
        #[from_session]
        request: RefreshRequest,
    ) -> Result<()>;

    #[get("/me")]
    async fn me(&self) -> Result<String>;
}

/// How many seconds the time of day is ahead of the system's.
static AHEAD: AtomicU64 = AtomicU64::new(0);
/// The step that is held.
static HELD: Mutex<String> = Mutex::new(String::new());
static GO_ON: Notify = Notify::const_new();

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a parent that tells it what to do"]
async fn obeys() {
    let [Ok(server), Ok(login), Ok(locks)] = GIVEN.map(std::env::var) else { return };
    let store = Announcing { file: FileStore::new(login), locks: locks == "true" };
    let wall = || SystemTime::now() + Duration::from_secs(AHEAD.load(Ordering::Relaxed));
    let tracker = TrackerClient::builder(server).store(store).wall_clock(wall).build().unwrap();
    let (commands, mut told) = mpsc::unbounded_channel();
    std::thread::spawn(move || listen(&commands));
    while let Some(command) = told.recv().await {
        match &*command {
            "be served" => tell(format_args!("{ANSWER}{}", served(tracker.me().await))),
            "sign in" => {
                tracker.login(&json!({ "username": "ann", "password": "correct horse" })).await.unwrap();
                tell(format_args!("{ANSWER}signed in"));
            }
            "sign out here" => {
                tracker.session().sign_out();
                tracker.session().flush().await.unwrap();
                tell(format_args!("{ANSWER}signed out"));
            }
            "sign out" => {
                tracker.logout().await.unwrap();
                tell(format_args!("{ANSWER}signed out"));
            }
            other => panic!("there is no deed {other}"),
        }
    }
}

/// The user that was served, or why none was.
fn served(answer: Result<String>) -> String {
    match answer {
        Ok(user) => user,
        Err(Error::NotSignedIn(_)) => "no user".to_owned(),
        Err(Error::SessionExpired(expired)) => format!("{:?}", expired.reason()),
        Err(Error::IdentityChanged(_)) => "IdentityChanged".to_owned(),
        Err(error) => chain(&error),
    }
}

/// What failed, and why.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Takes what the parent says, until it is gone.
fn listen(commands: &UnboundedSender<String>) {
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        if let Some(step) = line.strip_prefix("hold ") {
            step.clone_into(&mut HELD.lock().unwrap());
        } else if line == "go on" {
            HELD.lock().unwrap().clear();
            GO_ON.notify_one();
        } else if let Some(seconds) = line.strip_prefix("be ahead ") {
            AHEAD.store(seconds.parse().unwrap(), Ordering::Relaxed);
        } else {
            commands.send(line).unwrap();
        }
    }
    std::process::exit(0);
}

fn tell(what: impl std::fmt::Display) {
    // In one piece: other threads tell too.
    std::io::stderr().write_all(format!("{STEP}{what}\n").as_bytes()).unwrap();
}

/// A file that tells what is done with it, before and after.
struct Announcing {
    file: FileStore,
    locks: bool,
}

async fn step(what: &str) {
    // Looked at first: it may be changed as soon as the step was told.
    let is_held = *HELD.lock().unwrap() == what;
    tell(what);
    if is_held {
        GO_ON.notified().await;
    }
}

impl TokenStore for Announcing {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        Box::pin(async {
            step("load").await;
            let loaded = self.file.load().await;
            step("loaded").await;
            loaded
        })
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let what = match Kept::of(Some(&next)) {
                Kept::Login { intent: true, .. } => "intent",
                Kept::Login { intent: false, .. } => "tokens",
                Kept::End | Kept::Nothing => "end",
            };
            step(&format!("write {what}")).await;
            let is_replaced = self.file.replace(expected, next).await;
            match &is_replaced {
                Ok(true) => step(&format!("wrote {what}")).await,
                other => tell(format_args!("{what} not written: {other:?}")),
            }
            is_replaced
        })
    }

    fn try_lock(&self) -> StoreFuture<'_, StoreLock> {
        Box::pin(async {
            step("lock").await;
            let lock = if self.locks { self.file.try_lock().await } else { Ok(StoreLock::Unsupported) };
            step(match &lock {
                Ok(StoreLock::Held(_)) => "locked",
                Ok(StoreLock::Busy) => "busy",
                _ => "no lock",
            })
            .await;
            lock
        })
    }
}
