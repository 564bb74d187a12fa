//! A program: opens the login in the parent's file, does one thing with it, tells the result, and ends.

use std::future::IntoFuture;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime};

use sdk_runtime::{Error, FileStore, Result, api_client};
use serde_json::{Value, json};
use test_support::{LoginResponse, RefreshRequest};
use tokio::runtime::{Builder, Runtime};

/// What a parent gives a program: where the server is, where the login is kept, how many seconds the time of
/// day is ahead, what runs its calls, and what it does.
pub(crate) const GIVEN: [&str; 5] = [
    "SDK_PROGRAM_SERVER",
    "SDK_PROGRAM_LOGIN",
    "SDK_PROGRAM_AHEAD",
    "SDK_PROGRAM_FLAVOUR",
    "SDK_PROGRAM_DOES",
];

/// What the line begins with that is meant for the parent.
pub(crate) const ANSWER: &str = "= ";

/// What the line begins with that says how many milliseconds it took.
pub(crate) const TOOK: &str = "~ ";

/// How long a call waits for the refresh that it has started, after its own answer.
pub(crate) const WAITS: Duration = Duration::from_secs(2);

/// What runs the calls of a program.
pub(crate) const FLAVOURS: [&str; 4] =
    ["current_thread", "multi_thread", "current_thread per call", "multi_thread per call"];

#[api_client]
trait Api {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Value) -> Result<LoginResponse>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[get("/me")]
    async fn me(&self) -> Result<String>;

    #[get("/broken")]
    async fn broken(&self) -> Result<String>;
}

/// Runs what a program awaits.
struct Runner {
    flavour: String,
    shared: Option<Runtime>,
}

impl Runner {
    fn new(flavour: &str) -> Self {
        let shared = (!flavour.ends_with("per call")).then(|| runtime(flavour));
        Self { flavour: flavour.to_owned(), shared }
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        match &self.shared {
            Some(runtime) => runtime.block_on(future),
            None => runtime(&self.flavour).block_on(future),
        }
    }
}

fn runtime(flavour: &str) -> Runtime {
    let mut builder = match flavour.starts_with("multi_thread") {
        true => Builder::new_multi_thread(),
        false => Builder::new_current_thread(),
    };
    builder.worker_threads(2).enable_all().build().unwrap()
}

#[test]
#[ignore = "needs a parent that has the server"]
fn runs() {
    let [Ok(server), Ok(login), Ok(ahead), Ok(flavour), Ok(does)] = GIVEN.map(std::env::var) else { return };
    let ahead = Duration::from_secs(ahead.parse().unwrap());
    let wall = move || SystemTime::now() + ahead;
    let api = ApiClient::builder(server).store(FileStore::new(login)).wall_clock(wall).build().unwrap();
    let runner = Runner::new(&flavour);
    let begin = Instant::now();
    let came_to = match &*does {
        "sign in" => {
            let credentials = json!({ "username": "ann", "password": "correct horse" });
            runner.run(api.login(&credentials).into_future()).unwrap();
            "signed in".to_owned()
        }
        "call" => served(runner.run(api.me().into_future())),
        "fail" => served(runner.run(api.broken().into_future())),
        "ask for the token" => match runner.run(api.session().access_token()) {
            Ok(_) => "ann".to_owned(),
            Err(error) => served(Err(error)),
        },
        "call for a moment" => runner.run(async {
            let call = tokio::time::timeout(Duration::from_millis(300), api.me().into_future());
            call.await.map_or_else(|_| "dropped".to_owned(), served)
        }),
        "call with a timeout" => {
            // Shorter than the call waits, and long enough for its answer.
            served(runner.run(api.me().timeout(WAITS * 3 / 4).into_future()))
        }
        "call next to another" => runner.run(async {
            let first = tokio::spawn(api.me().into_future());
            tokio::time::sleep(Duration::from_millis(200)).await;
            let second = served(api.me().await);
            let is_early = first.is_finished() && begin.elapsed() < WAITS;
            assert!(!is_early, "it waits for the refresh that it has started");
            second
        }),
        other => panic!("no program does this: {other}"),
    };
    // In one piece, past the test runner.
    let took = begin.elapsed().as_millis();
    std::io::stderr().write_all(format!("{TOOK}{took}\n{ANSWER}{came_to}\n").as_bytes()).unwrap();
    // At once, while tasks still run; or as `main` returns: the runtime is dropped, and what it runs with it.
    if (ahead.as_secs() / 100).is_multiple_of(4) {
        std::process::exit(0);
    }
}

/// Who was served, or why not.
fn served(answer: Result<String>) -> String {
    match answer {
        Ok(user) => user,
        Err(Error::SessionExpired(expired)) => format!("{:?}", expired.reason()),
        Err(Error::Status(answer)) => format!("status {}", answer.status().as_u16()),
        Err(error) => error.to_string(),
    }
}
