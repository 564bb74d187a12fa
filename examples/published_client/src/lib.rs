//! A client of an issue tracker, published as a crate of its own. `docs/cookbook/publishing.md` explains it.

pub use sdk_runtime;

use sdk_runtime::oauth::{RefreshRequest, TokenAnswer};
use sdk_runtime::{ApiError, Error, Result, api_client, client::ClientBuilder};
use serde::{Deserialize, Serialize};

/// The address of the public server.
pub const PUBLIC: &str = "https://tracker.example/api/v1";

/// The endpoints of the tracker.
#[api_client(dyn)]
pub trait Tracker {
    /// Signs in with a name and a password.
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<TokenAnswer>;

    /// Refreshes the access token.
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<TokenAnswer>;

    /// One issue, or `None` if there is no such issue.
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Option<Issue>>;

    /// Creates an issue.
    #[post("/issues")]
    async fn create(&self, #[json] issue: &NewIssue) -> Result<Issue, CreateError>;
}

/// Returns a builder whose requests name this crate. Set a `user-agent` of your own to name your program.
pub fn client(base: &str) -> ClientBuilder<TrackerClient> {
    let name = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
    TrackerClient::builder(base).header("user-agent", name)
}

/// A name and a password.
#[derive(Clone, Serialize)]
pub struct Credentials {
    username: String,
    password: String,
}

impl Credentials {
    /// Creates credentials.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self { username: username.into(), password: password.into() }
    }
}

/// One issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Issue {
    /// The number of the issue.
    pub id: u64,
    /// The first line of the issue.
    pub title: String,
}

/// An issue that does not exist yet.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct NewIssue {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl NewIssue {
    /// Creates an issue with this title.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), text: None }
    }

    /// Sets the text below the title.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }
}

/// Why an issue was not created.
#[derive(Debug, ApiError)]
#[non_exhaustive]
pub enum CreateError {
    /// There is such an issue already.
    #[status(409)]
    Duplicate(Issue),
    /// Everything else.
    #[other]
    Other(Error),
}
