//! Two calls find that their token has expired. One refresh serves both, and the spans show it as a tree:
//!
//! ```console
//! $ cargo run -p tracing_example
//! ```
//!
//! In a program of your own, any subscriber of `tracing` takes the place of `tree`: `tracing_subscriber::fmt`
//! for logs, or `tracing_opentelemetry` for a collector, which makes links of "waits for".

mod tree;

use sdk_runtime::{Result, ServiceTransport, api_client, oauth};
use sdk_testkit::{Reply, TokenServer};
use serde::Serialize;
use tracing_subscriber::layer::SubscriberExt;

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

    #[get("/users/{name}")]
    async fn user(&self, name: &str) -> Result<String>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let tree = tree::Tree::default();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(tree.clone()))?;

    let server = TokenServer::new();
    server.guard("GET", "/issues/{id}", |request, _| async move { Reply::text(request.param("id")) });
    server.guard("GET", "/users/{name}", |request, _| async move { Reply::text(request.param("name")) });
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .build()?;
    tracker.login(&Credentials { username: "ann".to_owned(), password: "right".to_owned() }).await?;

    tree.clear();
    server.expire_access_tokens();
    let (issue, user) = tokio::join!(tracker.issue(7), tracker.user("ann"));
    assert_eq!((issue?.as_str(), user?.as_str()), ("7", "ann"));

    let text = tree.to_string();
    print!("{text}");
    assert_eq!(text.matches("refresh refreshed").count(), 1, "one refresh");
    assert_eq!(text.matches("waits for").count(), 2, "both calls are linked to it");
    assert_eq!(text.matches("POST /auth/refresh 200").count(), 1);
    assert_eq!(text.matches(" 401").count(), 1, "the other call has seen that its token is rejected");
    assert!(!text.contains("ann"), "a path shows its template, and no argument");
    println!("ok: two calls, one refresh, and their spans");
    Ok(())
}
