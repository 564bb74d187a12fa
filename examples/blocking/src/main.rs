//! A program without a runtime: each call is waited for on the thread that makes it. One runtime in the
//! background of the process has the connections and the refreshes.
//!
//! ```console
//! $ cargo run -p blocking_example
//! ```

use std::thread;

use sdk_runtime::client::wait;
use sdk_runtime::{Result, ServiceTransport, api_client, oauth};
use sdk_testkit::{Reply, TokenServer};
use serde::Serialize;

#[derive(Serialize)]
struct Credentials {
    username: String,
    password: String,
}

#[api_client]
trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<oauth::TokenAnswer>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let server = TokenServer::new();
    server.guard("GET", "/issues/{id}", |request, _| async move { Reply::text(request.param("id")) });
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .build()?;
    tracker.login(&Credentials { username: "ann".to_owned(), password: "right".to_owned() }).wait()?;
    assert_eq!(tracker.issue(7).wait()?, "7");
    assert_eq!(tracker.issue(7).response().wait()?.status(), 200);

    // The token expires, and four threads find out at the same time.
    server.expire_access_tokens();
    let threads: Vec<_> = (1..=4)
        .map(|id| {
            let tracker = tracker.clone();
            thread::spawn(move || tracker.issue(id).wait())
        })
        .collect();
    for (id, thread) in (1..).zip(threads) {
        let issue = thread.join().map_err(|_| "a thread panicked")??;
        assert_eq!(issue, format!("{id}"));
    }
    assert_eq!(server.counts().refreshes, 1, "one refresh for all threads");
    wait(tracker.session().shutdown())??;
    println!("ok: five threads, one refresh, and no runtime of the program's own");
    Ok(())
}
