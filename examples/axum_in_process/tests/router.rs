//! The client in front of the router itself, without a socket: `docs/cookbook/testing.md`.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum_in_process::{Issue, Tracker, TrackerClient, app};
use sdk_runtime::{ServiceTransport, body::RequestBody, http::Request};
use tower::ServiceBuilder;

#[tokio::test]
async fn the_client_calls_the_router() -> Result<(), Box<dyn Error>> {
    let transport = ServiceTransport::new(app()); // the `Router` itself
    let tracker = TrackerClient::builder("http://localhost").transport(transport).build()?;
    let leak = Issue { id: 7, title: "Leak".to_owned() };
    assert_eq!(tracker.issue(7).await?, Some(leak.clone()));
    assert_eq!(tracker.issue(8).await?, None);
    assert_eq!(tracker.create(&leak).await?, leak);
    Ok(())
}

#[tokio::test]
async fn layers_stand_between_the_client_and_the_router() -> Result<(), Box<dyn Error>> {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    let layers = ServiceBuilder::new().concurrency_limit(2).map_request(move |it: Request<RequestBody>| {
        count.fetch_add(1, Ordering::Relaxed);
        it
    });
    let transport = ServiceTransport::new(layers.service(app()));
    let tracker = TrackerClient::builder("http://localhost").transport(transport).build()?;
    assert!(tracker.issue(7).await?.is_some());
    assert_eq!(sent.load(Ordering::Relaxed), 1);
    Ok(())
}

/// Code that takes the trait takes the client of the router, too.
#[tokio::test]
async fn any_implementation_fits() -> Result<(), Box<dyn Error>> {
    async fn title(tracker: &impl Tracker) -> sdk_runtime::Result<Option<String>> {
        Ok(tracker.issue(7).await?.map(|issue| issue.title))
    }

    let transport = ServiceTransport::new(app());
    let tracker = TrackerClient::builder("http://localhost").transport(transport).build()?;
    assert_eq!(title(&tracker).await?.as_deref(), Some("Leak"));
    Ok(())
}
