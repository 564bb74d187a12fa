//! The same over a real socket and the real clock: reqwest and a server on the loopback interface.

use std::sync::Arc;
use std::time::Duration;

use sdk_testkit::{Reply, TokenServer};
use test_support::user;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::tracker::{Issue, TrackerClient, most_sends_of_one_call};

const CALLERS: usize = 500;

/// Both ends of every connection are files of this process, and the usual limit of 1024 is just too low for
/// that.
#[cfg(unix)]
fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = Some(maximum.map_or(4096, |maximum| maximum.min(4096)));
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
}

#[cfg(not(unix))]
fn allow_open_files() {}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_callers_share_one_refresh() {
    allow_open_files();
    let tokens = TokenServer::builder().access_lifetime(Duration::from_secs(3600)).build();
    let authority = tokens.authority();
    // No call is answered before every call is there, and then all are refused at once.
    let all_there = Arc::new(Barrier::new(CALLERS));
    tokens.backend().route("GET", "/issues/{id}", move |request| {
        let judged = authority.authorize(&request);
        let all_there = all_there.clone();
        async move {
            match judged {
                Ok(user) => Reply::json(&serde_json::json!({
                    "id": request.param("id").parse::<u64>().ok(),
                    "owner": user.name(),
                })),
                Err(refusal) => {
                    all_there.wait().await;
                    refusal
                }
            }
        }
    });
    let server = tokens.serve().await.unwrap();
    let client = TrackerClient::new(server.url()).unwrap();
    client.login(&user("ann")).await.unwrap();
    tokens.expire_access_tokens();
    tokens.refresh_latency(Duration::from_millis(50));
    let hold = tokens.hold_refreshes();

    let mut calls = JoinSet::new();
    for id in 0..CALLERS as u64 {
        let call = client.issue(id);
        calls.spawn(async move { (id, call.await) });
    }
    tokens.wait_for(|counts| counts.rejected_calls == CALLERS && counts.refreshes == 1).await;
    hold.release();
    while let Some(done) = calls.join_next().await {
        let (id, issue) = done.unwrap();
        assert_eq!(issue.unwrap(), Issue { id, owner: "ann".to_owned() });
    }
    let counts = tokens.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (1, 1, 0), "I1");
    assert_eq!(counts.served_calls, CALLERS);
    assert_eq!(most_sends_of_one_call(&tokens), 2, "I19");
}
