//! Every attribute, option and form at once, under the strictest lints.
#![deny(warnings, missing_docs, unused)]

use sdk_runtime::{
    ErrorResponse, Grant, Head, Refusal, Response, Result, TokenRequest, TokenResponse, Tokens, api_client,
};
use serde::{Deserialize, Serialize};

/// An issue.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Issue {
    /// What it is about.
    pub title: String,
}

/// What a sign-in needs.
#[derive(Debug, Serialize)]
pub struct Credentials {
    /// The secret.
    pub password: String,
}

/// What a refresh needs.
#[derive(Debug, Serialize)]
pub struct RefreshRequest;

impl TokenRequest for RefreshRequest {
    fn from_grant(_: &Grant) -> Option<Self> {
        Some(Self)
    }
}

/// What a sign-in and a refresh answer.
#[derive(Debug, Deserialize)]
pub struct LoginResponse {
    /// The token.
    pub access: String,
}

impl TokenResponse for LoginResponse {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access.as_str()))
    }
}

fn refusal(_: &ErrorResponse) -> Option<Refusal> {
    None
}

/// A tracker of issues.
#[api_client(
    base = "/v1/",
    auth = required,
    timeout = 30s,
    headers("X-Client" = "ui", "accept-language" = "en"),
)]
pub trait Tracker {
    /// Signs in.
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginResponse>;

    /// Refreshes.
    #[post("/refresh", timeout = 10s)]
    #[session(refresh, refused = refusal)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    /// Signs out.
    #[post("/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[json] #[from_session] request: &RefreshRequest,
        #[query] everywhere: bool,
    ) -> Result<()>;

    /// One issue.
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Option<Issue>>;

    /// The open ones.
    #[get("/issues?state=open", auth = optional, timeout = 500ms, headers("accept-language" = "de"))]
    async fn search(
        &self,
        #[query] q: &str,
        #[query("label")] labels: &[&str],
        #[query] page: Option<u32>,
        #[queries] filter: &[(&str, &str)],
    ) -> Result<Vec<Issue>>;

    /// A new one.
    #[post("/issues", timeout = none)]
    async fn create(&self, #[json] issue: &Issue, #[header] idempotency_key: &str) -> Result<Response<Issue>>;

    /// A changed one.
    #[patch("/issues/{issue-id}")]
    async fn update(
        &self,
        #[path("issue-id")] id: u64,
        #[header("If-Match")] version: Option<&str>,
        #[json("application/merge-patch+json")] patch: &Issue,
    ) -> Result<Issue>;

    /// None any more.
    #[delete("/issues/{id}")]
    async fn delete(&self, #[path] id: u64) -> Result<()>;

    /// A file.
    #[put("/files/{*path}")]
    async fn upload(&self, path: &str, #[body("application/octet-stream")] file: Vec<u8>) -> Result<()>;

    /// A form.
    #[post("/form", auth = none)]
    async fn form(&self, #[form] fields: &[(&str, &str)], #[headers] more: &[(&str, &str)]) -> Result<String>;

    /// Whether it is there.
    #[head("/issues/{id}")]
    async fn exists(&self, id: u64) -> Result<Option<()>>;

    /// What is allowed.
    #[options("/issues")]
    async fn allowed(&self) -> Result<Response<()>>;

    /// A report.
    #[endpoint("REPORT", "/issues")]
    async fn report(&self, #[body] query: String) -> Result<bytes::Bytes>;

    /// An issue or nothing of the kind.
    async fn issue_or_default(&self, id: u64) -> Result<Issue> {
        Ok(self.issue(id).await?.unwrap_or_default())
    }
}

fn main() {
    let client = TrackerClient::new("https://tracker.example/api").unwrap();
    let _ = client.session();
    let _ = TrackerClient::builder("https://tracker.example/api");
    assert_eq!(format!("{client:?}"), "TrackerClient { .. }");
}
