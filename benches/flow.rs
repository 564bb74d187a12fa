//! The source files that a call passes, read from the running program: `just flow` (a debug build under
//! valgrind's callgrind).
//!
//! Prints for each scenario how many distinct files of `sdk-runtime/src` run, and how many distinct edges
//! lead from one of them to another. `just flow --files` lists the files, and `just flow --edges` the edges
//! too. What a scenario needs before, such as the sign-in, is not counted.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::process::Command;
use std::time::Duration;

use sdk_runtime::{FileStore, Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, TokenServer};
use serde::Deserialize;
use test_support::{Credentials, LoginResponse, RefreshRequest, user};

type Failure = Box<dyn Error>;

#[derive(Deserialize)]
struct Issue {
    id: u64,
}

#[api_client]
trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginResponse>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Issue>;
}

const SCENARIOS: [(&str, &str); 3] = [
    ("fresh", "a call with a fresh token"),
    ("replay", "a 401, the refresh and the replay over a file store"),
    ("sign-out", "a sign-out during a refresh over a file store"),
];

/// Callgrind forgets what it has counted when this function is entered.
#[inline(never)]
fn flow_begins() {
    std::hint::black_box(());
}

/// Callgrind writes what it has counted when this function is entered.
#[inline(never)]
fn flow_ends() {
    std::hint::black_box(());
}

async fn run(scenario: &str) -> std::result::Result<(), Failure> {
    let directory = std::env::temp_dir().join(format!("flow-{}", std::process::id()));
    let server = TokenServer::builder().access_lifetime(Duration::from_secs(3600)).tells_lifetime(true);
    let server = server.build().guard("GET", "/issues/{id}", |request, _| async move {
        Reply::json(&serde_json::json!({ "id": request.param("id").parse::<u64>().ok() }))
    });
    let builder = TrackerClient::builder("https://tracker.example/");
    let builder = builder.transport(ServiceTransport::new(server.backend().clone()));
    let tracker = match scenario {
        "fresh" => builder.build()?,
        _ => builder.store(FileStore::new(directory.join("login"))).build()?,
    };
    tracker.login(&user("ann")).await?;
    tracker.session().flush().await?;
    match scenario {
        "sign-out" => {
            server.expire_access_tokens();
            let hold = server.hold_refreshes();
            let refresh = tokio::spawn({
                let session = tracker.session().clone();
                async move { session.refresh().await }
            });
            server.wait_for(|counts| counts.refreshes == 1).await;
            flow_begins();
            tracker.session().sign_out();
            hold.release();
            tracker.session().flush().await?;
            flow_ends();
            let _ = refresh.await?;
        }
        _ => {
            if scenario == "replay" {
                server.expire_access_tokens();
            }
            flow_begins();
            assert_eq!(tracker.issue(7).await?.id, 7);
            flow_ends();
            assert_eq!(server.counts().refreshes, usize::from(scenario == "replay"));
        }
    }
    let _ = std::fs::remove_dir_all(directory);
    Ok(())
}

/// What callgrind has written of one scenario: the files that ran, and which of them called which.
#[derive(Default)]
struct Flow {
    files: BTreeSet<String>,
    edges: BTreeSet<(String, String)>,
}

impl Flow {
    /// Reads the format of callgrind, in which a name is written once and named by its number from then on.
    fn read(text: &str) -> Self {
        let (mut names, mut flow) = (BTreeMap::new(), Self::default());
        let mut named = |text: &str| -> String {
            let Some((number, name)) = text.split_once(')') else { return text.to_owned() };
            match name.trim() {
                "" => names.get(number).cloned().unwrap_or_default(),
                name => {
                    names.insert(number.to_owned(), name.to_owned());
                    name.to_owned()
                }
            }
        };
        let (mut file, mut called) = (String::new(), None);
        for line in text.lines() {
            match line.split_once('=') {
                Some(("fl" | "fi" | "fe", text)) => file = named(text),
                Some(("cfi" | "cfl", text)) => called = Some(named(text)),
                Some(("calls", _)) => {
                    let (from, to) = (ours(&file), ours(called.as_deref().unwrap_or(&file)));
                    flow.files.extend(to.map(str::to_owned));
                    if let (Some(from), Some(to)) = (from, to)
                        && from != to
                    {
                        flow.edges.insert((from.to_owned(), to.to_owned()));
                    }
                    called = None;
                }
                Some(_) => {}
                // A line of costs.
                None if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) => {
                    flow.files.extend(ours(&file).map(str::to_owned));
                }
                None => {}
            }
        }
        flow
    }
}

/// The file below `sdk-runtime/src`, where it is one.
fn ours(file: &str) -> Option<&str> {
    Some(file.split_once("sdk-runtime/src/")?.1)
}

fn counted(scenario: &str) -> std::result::Result<Flow, Failure> {
    let out = std::env::temp_dir().join(format!("flow-{}-{scenario}", std::process::id()));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--zero-before=flow::flow_begins", "--dump-before=flow::flow_ends"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe()?)
        .arg(scenario)
        .output()
        .map_err(|error| format!("valgrind is needed to read the running program: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    // The second part is what was counted after the scenario.
    let part = std::path::PathBuf::from(format!("{}.1", out.display()));
    let flow = Flow::read(&std::fs::read_to_string(&part)?);
    for file in [out, part] {
        let _ = std::fs::remove_file(file);
    }
    Ok(flow)
}

fn main() -> std::result::Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    if let [scenario] = words[..]
        && !scenario.starts_with("--")
    {
        return tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run(scenario));
    }
    for (scenario, what) in SCENARIOS {
        let flow = counted(scenario)?;
        println!("{what}: {} files, {} edges", flow.files.len(), flow.edges.len());
        if words.iter().any(|word| matches!(*word, "--files" | "--edges")) {
            flow.files.iter().for_each(|file| println!("    {file}"));
        }
        if words.contains(&"--edges") {
            flow.edges.iter().for_each(|(from, to)| println!("    {from} -> {to}"));
        }
    }
    Ok(())
}
