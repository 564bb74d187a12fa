//! A limit of three attempts at a time. The requests of the session do not pass it, so that a refresh never
//! waits for the calls that wait for it.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sdk_runtime::ServiceTransport;
use sdk_testkit::{Reply, TokenServer};
use tower::limit::GlobalConcurrencyLimitLayer;

use crate::TrackerClient;

pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let at_once = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let server = TokenServer::new();
    let (now, high) = (at_once.clone(), most.clone());
    server.guard("GET", "/issues/{id}", move |_, _| {
        let (now, high) = (now.clone(), high.clone());
        async move {
            high.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            now.fetch_sub(1, Ordering::SeqCst);
            Reply::text("an issue")
        }
    });
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .layer(GlobalConcurrencyLimitLayer::new(3))
        .build()?;
    tracker.login(&crate::ann()).await?;

    server.expire_access_tokens();
    let calls: Vec<_> = (0..12).map(|id| tokio::spawn(tracker.issue(id))).collect();
    for call in calls {
        call.await??;
    }
    assert_eq!(most.load(Ordering::SeqCst), 3, "at most three attempts at a time");
    assert_eq!(server.counts().refreshes, 1, "one refresh, which no limit kept waiting");
    println!("limit: 12 calls, at most 3 at a time, and one refresh");
    Ok(())
}
