//! What an operator sees: the spans and events of `tracing`, and the instruments of OpenTelemetry.

mod recorder;

mod events;
#[cfg(feature = "metrics")]
mod metrics;
mod secrets;
mod spans;

use sdk_runtime::{Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, TokenServer};
use test_support::{Credentials, LoginResponse, RefreshRequest};

#[api_client]
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
        #[from_session]
        #[json]
        request: RefreshRequest,
    ) -> Result<()>;

    #[get("/issues/{id}", retry = 2)]
    async fn issue(
        &self,
        id: &str,
        #[query] q: Option<&str>,
        #[header] x_api_key: Option<&str>,
    ) -> Result<String>;

    #[put("/issues/{id}")]
    async fn update(&self, id: &str, #[json] title: &str) -> Result<String>;
}

/// A token server, and a client of it.
pub fn served() -> (TokenServer, TrackerClient) {
    served_at("https://tracker.test:8443")
}

/// As [`served`], under another name.
pub fn served_at(base: &str) -> (TokenServer, TrackerClient) {
    let server = TokenServer::new().guard("GET", "/issues/{id}", |_, _| async { Reply::text("ok") });
    let transport = ServiceTransport::new(server.backend().clone());
    let client = TrackerClient::builder(base).transport(transport).build().unwrap();
    (server, client)
}
