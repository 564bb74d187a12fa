//! Three lists: by an address in the answer, by a cursor in a JSON body, and by an offset. The last one stops
//! at a server that is down, and goes on from its position as a later program would.
//!
//! ```console
//! $ cargo run -p pages_example
//! ```

use sdk_runtime::{Page, Pages, ServiceTransport, api_client};
use sdk_testkit::{Backend, Reply, Request};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize, Page)]
struct Issues {
    #[page(items)]
    issues: Vec<u32>,
    /// The address of the next page, or its cursor.
    #[page(next)]
    next: Option<String>,
}

#[derive(Serialize)]
struct Search {
    text: &'static str,
}

#[api_client(auth = none)]
trait Tracker {
    #[get("/issues", paginate = url)]
    fn issues(&self) -> Pages<Issues>;

    #[post("/search", paginate = cursor(search = "page.after"))]
    fn search(&self, #[json] search: &Search) -> Pages<Issues>;

    #[get("/labels", paginate = offset(skip))]
    fn labels(&self, #[query] skip: Option<u32>) -> Pages<Vec<String>>;
}

/// A server of three pages for each list, which fails once.
fn server() -> Backend {
    let backend = Backend::new();
    let page = |number: u32, next: &str| {
        let next = (number < 3).then(|| format!("{next}{}", number + 1));
        Reply::json(&json!({ "issues": [number], "next": next }))
    };
    let number_of = |request: &Request, from: &str| -> u32 {
        let text = format!("{}{}", request.target(), request.text());
        text.split(from).nth(1).and_then(|rest| rest.get(..1)?.parse().ok()).unwrap_or(1)
    };
    backend.route(
        "GET",
        "/issues",
        move |request| async move { page(number_of(&request, "page="), "?page=") },
    );
    backend.route(
        "POST",
        "/search",
        move |request| async move { page(number_of(&request, "after\":\""), "") },
    );
    let fails = std::sync::atomic::AtomicBool::new(true);
    backend.route("GET", "/labels", move |request| {
        let reply = match number_of(&request, "skip=") {
            2 if fails.swap(false, std::sync::atomic::Ordering::Relaxed) => Reply::empty().status(503),
            0 => Reply::json(&["bug", "ui"]),
            2 => Reply::json(&["docs"]),
            _ => Reply::json(&json!([])),
        };
        std::future::ready(reply)
    });
    backend
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = server();
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.clone()))
        .build()?;
    for (name, list) in [("url", tracker.issues()), ("cursor", tracker.search(&Search { text: "leak" }))] {
        let (mut items, mut read) = (list.items(), Vec::new());
        while let Some(issue) = items.next().await {
            read.push(issue?);
        }
        println!("{name}: {read:?}");
        assert_eq!(read, [1, 2, 3]);
    }

    let (mut labels, mut read) = (tracker.labels(None), Vec::new());
    let error = loop {
        match labels.next().await {
            Some(Ok(page)) => read.extend(page),
            Some(Err(error)) => break error,
            None => return Err("the server was to fail".into()),
        }
    };
    let saved = labels.position().ok_or("no position")?;
    println!("offset: {read:?}, then {error}; saved {saved:?}");
    let mut later = tracker.labels(None).start_at(&saved);
    while let Some(page) = later.next().await {
        read.extend(page?);
    }
    assert_eq!(read, ["bug", "ui", "docs"]);
    println!("ok: three lists in {} requests, one of which failed", server.requests().len());
    Ok(())
}
