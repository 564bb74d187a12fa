//! What stands in for a client: the trait implemented by hand, erased, mocked, and the real client before a
//! stub. What code that takes `&impl Tracker` sees must be the same for every implementation.

mod by_hand;
mod erased;
mod mocked;
mod pooled;
mod shared;
mod streams;
mod stubbed;

use std::sync::atomic::{AtomicUsize, Ordering};

use sdk_runtime::{ApiError, Error, ErrorResponse, Result, ServiceTransport, api_client};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize};

/// Whether a fake lacks `endpoint`, and its error says so.
pub fn is_unimplemented(error: &Error, endpoint: &str) -> bool {
    matches!(error, Error::Unimplemented(_))
        && error.endpoint().is_some_and(|it| it.qualified_name() == endpoint)
        && error.to_string().starts_with(&format!("`{endpoint}`: "))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    pub title: String,
}

/// An issue of this title.
pub fn issue(title: &str) -> Issue {
    Issue { title: title.to_owned() }
}

#[derive(Debug)]
pub enum CreateError {
    Duplicate,
    Other(Error),
}

impl From<Error> for CreateError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl ApiError for CreateError {
    fn from_status(answer: ErrorResponse) -> std::result::Result<Self, ErrorResponse> {
        if answer.status() == 409 { Ok(Self::Duplicate) } else { Err(answer) }
    }
}

#[api_client(dyn, auth = none)]
pub trait Tracker {
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Option<Issue>>;

    #[get("/issues")]
    async fn search(&self, #[query] q: &str, #[query("label")] labels: &[&str]) -> Result<Vec<Issue>>;

    #[post("/issues")]
    async fn create(&self, #[json] issue: &Issue) -> Result<Issue, CreateError>;

    /// What it is about, or something else.
    async fn title_or(&self, id: u64, other: &str) -> Result<String> {
        Ok(self.issue(id).await?.map_or_else(|| other.to_owned(), |issue| issue.title))
    }

    /// How many there are at most.
    fn limit(&self) -> usize {
        100
    }
}

/// Has issue 7, counts who asks for it, and has its own idea of a title.
#[derive(Default)]
pub struct Fake {
    pub asked: AtomicUsize,
}

impl Tracker for Fake {
    async fn issue(&self, id: u64) -> Result<Option<Issue>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok((id == 7).then(|| issue("from the fake")))
    }

    async fn title_or(&self, id: u64, other: &str) -> Result<String> {
        Ok(format!("{id} or {other}"))
    }
}

/// A client of a server that has issue 7.
pub fn client() -> TrackerClient {
    builder().build().unwrap()
}

fn builder() -> sdk_runtime::client::ClientBuilder<TrackerClient> {
    let server = Backend::new().reply("GET", "/issues/7", Reply::json(&issue("from the server"))).reply(
        "POST",
        "/issues",
        Reply::empty().status(409),
    );
    TrackerClient::builder("http://localhost").transport(ServiceTransport::new(server))
}

/// Code that does not know what is behind the trait.
pub async fn shout(tracker: &impl Tracker) -> Result<String> {
    let issue = tracker.issue(7).await?;
    Ok(issue.map_or_else(String::new, |issue| issue.title.to_uppercase()))
}
