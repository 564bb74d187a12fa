//! A rate limit. It cannot be cloned, so a buffer stands around it: one task has the limit, and the clones of
//! the client send to it.

use std::error::Error;
use std::time::{Duration, Instant};

use sdk_runtime::ServiceTransport;
use tower::ServiceBuilder;

use crate::TrackerClient;

pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let server = crate::server();
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .layer(ServiceBuilder::new().buffer(64).rate_limit(2, Duration::from_millis(50)))
        .build()?; // on a runtime, because the buffer starts its task
    tracker.login(&crate::ann()).await?;

    server.expire_access_tokens();
    let begin = Instant::now();
    for id in 1..=4 {
        tracker.issue(id).await?;
    }
    assert_eq!(server.backend().count("GET", "/issues/{id}"), 5, "four calls, and one replay");
    assert!(begin.elapsed() >= Duration::from_millis(100), "two attempts in 50 ms, two more, and the last");
    assert_eq!(server.counts().refreshes, 1, "the refresh is not limited");
    println!("rate: 5 attempts in {} ms", begin.elapsed().as_millis());
    Ok(())
}
