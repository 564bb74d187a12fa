//! The declared call.

use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sdk_runtime::transport::LeanTransport;
use sdk_runtime::{Result, ServiceTransport, Tokens, api_client};

use crate::subject::{Issue, OWNER, on_one_thread, token};

#[api_client]
trait Tracker {
    #[get("/repos/{owner}/issues/{number}")]
    async fn issue(&self, owner: &str, number: u32, #[query] fields: &str) -> Result<Issue>;
}

pub fn by_default(base: &str, calls: u32) -> u64 {
    on_one_thread(run(TrackerClient::builder(base).build().unwrap(), calls))
}

pub fn over_hyper_util(base: &str, calls: u32) -> u64 {
    let client = Client::builder(TokioExecutor::new()).build_http();
    on_one_thread(async {
        let tracker = TrackerClient::builder(base).transport(ServiceTransport::new(client)).build().unwrap();
        run(tracker, calls).await
    })
}

pub fn over_lean(base: &str, calls: u32) -> u64 {
    let tracker = TrackerClient::builder(base).transport(LeanTransport::default()).build().unwrap();
    on_one_thread(run(tracker, calls))
}

async fn run(tracker: TrackerClient, calls: u32) -> u64 {
    tracker.session().sign_in(Tokens::new(token()).refresh_token("a refresh token")).unwrap();
    let mut sum = 0;
    for number in 0..calls {
        sum += tracker.issue(OWNER, number, "id,title").await.unwrap().id;
    }
    sum
}

/// Prints the sizes in bytes of a call and of its future.
pub fn sizes() {
    let tracker = TrackerClient::new("http://localhost").unwrap();
    let call = tracker.issue(OWNER, 7, "id");
    let size = size_of_val(&call);
    println!("a call {size}, its future {}", size_of_val(&*call.response().into_future()));
}
