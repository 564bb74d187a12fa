//! What stands between a client and its transport: a request id, a limit for calls, and a count of all
//! requests.
//!
//! ```console
//! $ cargo run -p layers_example
//! ```

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http::Request;
use sdk_runtime::{Result, ServiceTransport, api_client, body::RequestBody, endpoint::Endpoint, oauth};
use sdk_testkit::{Reply, TokenServer};
use serde::Serialize;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::util::MapRequestLayer;

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

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let at_once = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let server = TokenServer::new();
    server.guard("GET", "/issues/{id}", {
        let (at_once, most) = (at_once.clone(), most.clone());
        move |request, _| {
            let (at_once, most) = (at_once.clone(), most.clone());
            async move {
                most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                at_once.fetch_sub(1, Ordering::SeqCst);
                Reply::text(request.header("x-request-id").unwrap_or_default())
            }
        }
    });

    let sent = Arc::new(Mutex::new(Vec::new()));
    let log = sent.clone();
    let number = AtomicUsize::new(1);
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        // Before each attempt is signed.
        .on_request(move |endpoint, headers| {
            let id = format!("{}-{}", endpoint.name(), number.fetch_add(1, Ordering::Relaxed));
            headers.insert("x-request-id", id.parse().expect("a name and a number"));
        })
        // Attempts of calls alone: a refresh never waits for the calls that wait for it.
        .layer(GlobalConcurrencyLimitLayer::new(3))
        // Every request, those of the session included.
        .transport_layer(MapRequestLayer::new(move |request: Request<RequestBody>| {
            let endpoint = request.extensions().get::<&'static Endpoint>().expect("each request has one");
            log.lock().expect("no thread panics").push(endpoint.name());
            request
        }))
        .build()?;

    tracker.login(&Credentials { username: "ann".to_owned(), password: "right".to_owned() }).await?;
    server.expire_access_tokens();
    let calls: Vec<_> = (0..12).map(|id| tokio::spawn(tracker.issue(id))).collect();
    let mut ids = BTreeSet::new();
    for call in calls {
        ids.insert(call.await??);
    }

    let count = |name| sent.lock().expect("no thread panics").iter().filter(|it| **it == name).count();
    assert_eq!(ids.len(), 12, "each call has an id of its own");
    assert_eq!(most.load(Ordering::SeqCst), 3, "at most three attempts at a time");
    assert_eq!((count("login"), count("refresh")), (1, 1), "the session passes the outer layer");
    println!(
        "ok: 12 calls in {} attempts, at most {} at a time, and one refresh that no limit kept waiting",
        count("issue"),
        most.load(Ordering::SeqCst)
    );
    Ok(())
}
