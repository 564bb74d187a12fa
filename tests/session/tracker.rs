//! The API under test, and a server that speaks it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sdk_runtime::{Result, ServiceTransport, api_client, client::ClientBuilder};
use sdk_testkit::{Reply, TokenServer};
use serde::Deserialize;
use test_support::{Credentials, LoginResponse, RefreshRequest, user};
use tokio::sync::Notify;

#[derive(Deserialize, Debug, PartialEq, Eq)]
pub struct Issue {
    pub id: u64,
    pub owner: String,
}

#[api_client(timeout = none)]
pub trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginResponse>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[post("/auth/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[json]
        #[from_session]
        request: RefreshRequest,
    ) -> Result<()>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Issue>;

    #[put("/issues/{id}")]
    async fn rename(&self, id: u64, #[json] name: &str) -> Result<()>;

    #[get("/slow")]
    async fn slow(&self) -> Result<()>;

    #[get("/fussy")]
    async fn fussy(&self) -> Result<()>;

    #[get("/public", auth = none)]
    async fn public(&self) -> Result<String>;
}

#[api_client]
pub trait Admin {
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Issue>;
}

/// How long the server takes for a call: long enough for every call of a storm to arrive before the first is
/// answered.
pub const LATENCY: Duration = Duration::from_millis(10);

/// A token server whose issues belong to the user who asks, each answer [`LATENCY`] after its request.
pub fn server() -> TokenServer {
    with_issues(TokenServer::builder().access_lifetime(Duration::from_secs(3600)).build())
}

pub fn with_issues(server: TokenServer) -> TokenServer {
    for method in ["GET", "PUT"] {
        let authority = server.authority();
        server.backend().route(method, "/issues/{id}", move |request| {
            let reply = match authority.authorize(&request) {
                Ok(user) => Reply::json(&serde_json::json!({
                    "id": request.param("id").parse::<u64>().ok(),
                    "owner": user.name(),
                })),
                Err(refusal) => refusal,
            };
            async move { reply.delay(LATENCY) }
        });
    }
    server.backend().reply("GET", "/public", Reply::text("all users"));
    server
}

/// A client of `server` in the making, in memory.
pub fn builder(server: &TokenServer) -> ClientBuilder<TrackerClient> {
    TrackerClient::builder("http://localhost").transport(ServiceTransport::new(server.backend().clone()))
}

/// A client of `server`, in memory and signed out.
pub fn client(server: &TokenServer) -> TrackerClient {
    builder(server).build().unwrap()
}

/// A client of `server`, in memory, signed in as ann, whose access token the server has just forgotten.
pub async fn expired_client(server: &TokenServer) -> TrackerClient {
    let client = client(server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    client
}

/// Adds the route `/fussy`, which rejects the first token it receives and accepts the next.
pub fn add_fussy(server: &TokenServer) {
    let refused = AtomicBool::new(false);
    server.backend().route("GET", "/fussy", move |_| {
        let status = if refused.swap(true, Ordering::SeqCst) { 204 } else { 401 };
        async move { Reply::empty().status(status) }
    });
}

/// Adds the route `/slow`, which rejects the first token it receives when it is told to, and accepts the
/// next.
pub fn add_slow(server: &TokenServer) -> Arc<Notify> {
    let (refused, refuse) = (AtomicBool::new(false), Arc::new(Notify::new()));
    let told = refuse.clone();
    server.backend().route("GET", "/slow", move |_| {
        let (again, told) = (refused.swap(true, Ordering::SeqCst), told.clone());
        async move {
            if again {
                return Reply::empty();
            }
            told.notified().await;
            Reply::empty().status(401)
        }
    });
    refuse
}

/// The most often any one issue was asked for.
pub fn most_sends_of_one_call(server: &TokenServer) -> usize {
    let mut sends = std::collections::HashMap::<String, usize>::new();
    for request in server.backend().requests() {
        if request.path().starts_with("/issues/") {
            *sends.entry(request.path().to_owned()).or_default() += 1;
        }
    }
    sends.into_values().max().unwrap_or_default()
}
