//! A client of hyper, and a declared client, under one login: the layer signs the requests of the first,
//! refreshes the token for both, and replays.
//!
//! ```console
//! $ cargo run -p session_layer_example
//! ```

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sdk_runtime::{Result, api_client, oauth};
use sdk_testkit::{Reply, TokenServer};
use serde::Serialize;
use tower::{Layer, ServiceExt};

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
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let server = TokenServer::new();
    server.guard("GET", "/issues/{id}", |_, _| async { Reply::text("declared") });
    server.guard("POST", "/raw", |request, _| async move { Reply::text(request.text().into_owned()) });
    let served = server.serve().await?;

    let tracker = TrackerClient::new(served.url())?;
    tracker.login(&Credentials { username: "ann".to_owned(), password: "right".to_owned() }).await?;

    // A client of hyper follows no redirects, as the layer requires.
    let hyper: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let signing = tracker.session().layer([served.url().as_ref()])?.layer(hyper);

    // The token expires, and both find out at the same time.
    server.expire_access_tokens();
    let request = Request::post(format!("{}/raw", served.url())).body(Full::from("raw"))?;
    let (issue, raw) = tokio::join!(tracker.issue(7), signing.oneshot(request));
    assert_eq!(issue?, "declared");
    let body = raw?.into_body().collect().await?.to_bytes();
    assert_eq!(body, "raw");
    assert_eq!(server.counts().refreshes, 1, "one refresh for both clients");
    println!("ok: two HTTP clients, one login, one refresh");
    Ok(())
}
