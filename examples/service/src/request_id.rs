//! The id of an incoming request, on the requests that the service sends for it.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

tokio::task_local! {
    static REQUEST_ID: HeaderValue;
}

/// The number of the next request that comes without an id.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Middleware of the router.
pub async fn scope(request: Request, next: Next) -> Response {
    let made = || NEXT.fetch_add(1, Ordering::Relaxed).into();
    let id = request.headers().get("x-request-id").cloned().unwrap_or_else(made);
    let mut response = REQUEST_ID.scope(id.clone(), next.run(request)).await;
    response.headers_mut().insert("x-request-id", id);
    response
}

/// For `.on_request(…)`. A refresh serves many requests and has the id of none of them.
pub fn add_to(headers: &mut HeaderMap) {
    if let Ok(id) = REQUEST_ID.try_with(HeaderValue::clone) {
        headers.insert("x-request-id", id);
    }
}
