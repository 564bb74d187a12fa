//! A server of axum and its client. `tests/router.rs` lets the client call the server in the same process.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

/// One issue of the tracker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// The number in the address of the issue.
    pub id: u64,
    /// The first line of the issue.
    pub title: String,
}

/// The client of the server.
#[api_client(auth = none)]
pub trait Tracker {
    /// One issue, or `None` if there is no such issue.
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Option<Issue>>;

    /// Creates an issue.
    #[post("/issues")]
    async fn create(&self, #[json] issue: &Issue) -> Result<Issue>;
}

/// The server. `axum::serve(listener, app())` puts it behind a socket.
pub fn app() -> Router {
    Router::new().route("/issues/{id}", get(issue)).route("/issues", post(create))
}

async fn issue(Path(id): Path<u64>) -> std::result::Result<Json<Issue>, StatusCode> {
    match id {
        7 => Ok(Json(Issue { id, title: "Leak".to_owned() })),
        _ => Err(StatusCode::NOT_FOUND),
    }
}

async fn create(Json(issue): Json<Issue>) -> (StatusCode, Json<Issue>) {
    (StatusCode::CREATED, Json(issue))
}
