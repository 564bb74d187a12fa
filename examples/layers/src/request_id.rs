//! Request ids by the layers of tower-http: each send has its own, and the answer has the one of its request.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Request;
use sdk_runtime::ServiceTransport;
use sdk_runtime::endpoint::Endpoint;
use sdk_testkit::Reply;
use tower::ServiceBuilder;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};

use crate::TrackerClient;

/// The name of the endpoint, and a number. A layer is cloned for each send, so the number is shared.
#[derive(Clone, Default)]
struct Numbered(Arc<AtomicU64>);

impl MakeRequestId for Numbered {
    fn make_request_id<B>(&mut self, request: &Request<B>) -> Option<RequestId> {
        let endpoint = request.extensions().get::<&'static Endpoint>()?;
        let id = format!("{}-{}", endpoint.name(), self.0.fetch_add(1, Ordering::Relaxed));
        Some(RequestId::new(id.parse().ok()?))
    }
}

pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let server = crate::server();
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .transport_layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::x_request_id(Numbered::default()))
                .layer(PropagateRequestIdLayer::x_request_id()),
        )
        .build()?;
    tracker.login(&crate::ann()).await?;
    server.expire_access_tokens();
    let issue = tracker.issue(7).response().await?;
    assert_eq!(issue.headers()["x-request-id"], "issue-3", "the answer to the replay");

    server.backend().reply("GET", "/issues/{id}", Reply::empty().status(404));
    let error = tracker.issue(8).await.err();
    let missing = error.as_ref().and_then(|error| error.response()).ok_or("a status is an error")?;
    assert_eq!(missing.headers()["x-request-id"], "issue-4", "an error has the id too");

    let sent = server.backend().requests();
    let ids: Vec<_> = sent.iter().filter_map(|request| request.header("x-request-id")).collect();
    assert_eq!(ids, ["login-0", "issue-1", "refresh-2", "issue-3", "issue-4"]);
    println!("request id: {}", ids.join(", "));
    Ok(())
}
