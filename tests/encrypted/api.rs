//! The API that these tests call: a client that trusts the test's certificate authority, and a correct
//! server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use sdk_runtime::{
    Body, ByteStream, Grant, Head, Refusal, Result, TokenRequest, TokenResponse, Tokens, api_client,
    client::ClientBuilder,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::network::Network;
use crate::support::authority::Authority;
use crate::support::h2::Exchange;

#[api_client]
pub(crate) trait Api {
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] password: &str) -> Result<Pair>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> Result<Pair>;

    #[post("/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<u64>;

    #[post("/issues")]
    async fn create(&self, #[json] title: &str) -> Result<u64>;

    #[put("/files/{id}")]
    async fn upload(&self, id: u64, #[body("application/octet-stream")] file: Body) -> Result<()>;

    #[get("/files/{id}", auth = none)]
    async fn file(&self, id: u64) -> Result<ByteStream>;

    #[get]
    async fn at(&self, #[url] address: &str) -> Result<serde_json::Value>;

    #[get("/open", auth = none)]
    async fn open(&self) -> Result<u64>;
}

#[derive(Serialize)]
pub(crate) struct Refresh {
    refresh: String,
}

impl TokenRequest for Refresh {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self { refresh: grant.refresh_token()?.expose().to_owned() })
    }
}

#[derive(Deserialize)]
pub(crate) struct Pair {
    access: String,
    refresh: String,
}

impl TokenResponse for Pair {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access.as_str()).refresh_token(self.refresh.as_str()))
    }
}

/// A client of `url` that trusts `authority` and nothing else.
pub(crate) fn watchful_client(url: &str, authority: &Authority) -> ClientBuilder<ApiClient> {
    ApiClient::builder(url)
        .transport(Network { only_roots: Some(authority.pem()), ..Network::default() }.transport())
}

/// The network of a client that trusts `authority` and nothing else. It closes no connection whose server is
/// slow to answer a PING. A busy machine makes it slow.
pub(crate) fn trusting(authority: &Authority) -> Network {
    let pong_timeout = Some(Duration::from_secs(600));
    Network { only_roots: Some(authority.pem()), pong_timeout, ..Network::default() }
}

/// A client of `url` over the network of [`trusting`].
pub(crate) fn client(url: &str, authority: &Authority) -> ClientBuilder<ApiClient> {
    ApiClient::builder(url).transport(trusting(authority).transport())
}

/// A body as large as no window is.
pub(crate) const LARGE: usize = 8 << 20;

/// The server of the API. Each refresh rotates.
#[derive(Clone, Default)]
pub(crate) struct Application(Arc<Counts>);

#[derive(Default)]
struct Counts {
    refreshes: AtomicUsize,
}

impl Application {
    pub(crate) fn refreshes(&self) -> usize {
        self.0.refreshes.load(Ordering::SeqCst)
    }

    pub(crate) async fn answer(self, exchange: Exchange) {
        self.answer_with(exchange, HeaderMap::new()).await;
    }

    /// The same with further headers on the answer to a sign-in or a refresh.
    pub(crate) async fn answer_with(self, mut exchange: Exchange, headers: HeaderMap) {
        let number = self.refreshes();
        match exchange.path.as_str() {
            "/login" => exchange.answer_with(200, headers, pair(number)).await,
            "/refresh" => {
                let spent = exchange.body().await;
                if spent != json!({ "refresh": format!("r{number}") }).to_string() {
                    return exchange.answer(400, r#"{"error":"invalid_grant"}"#).await;
                }
                self.0.refreshes.fetch_add(1, Ordering::SeqCst);
                exchange.answer_with(200, headers, pair(number + 1)).await;
            }
            "/open" => exchange.answer(200, "1").await,
            path if path.starts_with("/files/") && exchange.method == "GET" => {
                exchange.answer(200, Bytes::from_static(&[b'x'; LARGE])).await;
            }
            path => {
                let id = path.rsplit('/').next().filter(|id| id.parse::<u64>().is_ok()).unwrap_or("1");
                let id = id.to_owned();
                exchange.body().await;
                exchange.answer(200, id).await;
            }
        }
    }
}

pub(crate) fn pair(number: usize) -> String {
    json!({ "access": format!("a{number}"), "refresh": format!("r{number}") }).to_string()
}

/// Returns the output of `work`, and fails the test if it takes too long, because a test that hangs tells
/// nothing.
pub(crate) async fn in_time<T>(work: impl IntoFuture<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(25), work).await.expect("it does not hang")
}
