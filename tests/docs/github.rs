//! `docs/cookbook/github.md`.

use sdk_runtime::{ApiError, Error, Pages, Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Deserialize)]
pub struct Issue {
    pub number: u64,
    pub title: String,
}

#[derive(Serialize)]
pub struct NewIssue<'a> {
    pub title: &'a str,
}

#[derive(Debug, ApiError)]
pub enum CreateError {
    #[status(422)]
    Invalid(Invalid),
    #[other]
    Other(Error),
}

#[derive(Debug, Deserialize)]
pub struct Invalid {
    pub message: String,
}

#[api_client(
    base = "/repos",
    headers("accept" = "application/vnd.github+json", "x-github-api-version" = "2022-11-28")
)]
pub trait Issues {
    /// One issue, or `None` for a 404. GitHub answers so for what the token may not see, too.
    #[get("/{owner}/{repo}/issues/{number}")]
    async fn issue(&self, owner: &str, repo: &str, number: u64) -> Result<Option<Issue>>;

    /// All issues. The address of the next page is in the `Link` header of each answer.
    #[get("/{owner}/{repo}/issues?per_page=100", paginate = link)]
    fn issues(&self, owner: &str, repo: &str, #[query] labels: Option<&str>) -> Pages<Vec<Issue>>;

    #[post("/{owner}/{repo}/issues")]
    async fn create(&self, owner: &str, repo: &str, #[json] new: &NewIssue<'_>)
    -> Result<Issue, CreateError>;
}

use std::error::Error as StdError;
use std::time::Duration;

use sdk_runtime::ServiceTransport;
use sdk_testkit::{Reply, StubRouter};
use serde_json::json;

use sdk_runtime::error::BuildError;

fn issues(base: &str, token: &str) -> Result<IssuesClient, BuildError> {
    IssuesClient::builder(base) // "https://api.github.com"
        .bearer(token)
        .header("user-agent", "my-app/1.0") // GitHub demands one
        .retry(2) // the 429s and 503s of reading endpoints, after `Retry-After`
        .build()
}

use sdk_runtime::Tokens;
use std::time::SystemTime;

fn use_installation_token(issues: &IssuesClient, token: &str, expires_at: SystemTime) -> Result<()> {
    issues.session().sign_in(Tokens::new(token).expires_at(expires_at))
}

#[tokio::test]
async fn a_token_signs_until_it_is_revoked() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(IssuesClient::ENDPOINTS);
    let page = |number: u64| Reply::json(&json!([{ "number": number, "title": "ICE" }]));
    stub.endpoint("issues")
        .once(page(1).header("link", "</repos/rust-lang/rust/issues?page=2>; rel=\"next\""))
        .once(page(2));
    stub.endpoint("issue").once(Reply::empty().status(404)).once(Reply::empty().status(401));
    stub.endpoint("create").reply(Reply::json(&json!({ "message": "Validation Failed" })).status(422));
    let server = stub.serve().await?;
    let issues = issues(&server.url(), "ghp")?;
    let mut all = issues.issues("rust-lang", "rust", Some("I-ICE")).items();
    while let Some(issue) = all.next().await {
        println!("{}", issue?.title);
    }
    let requests = stub.endpoint("issues").calls();
    assert_eq!(requests[0].target(), "/repos/rust-lang/rust/issues?per_page=100&labels=I-ICE");
    for request in &requests {
        assert_eq!((request.bearer(), request.header("user-agent")), (Some("ghp"), Some("my-app/1.0")));
        assert_eq!(request.header("accept"), Some("application/vnd.github+json"));
    }
    assert_eq!(requests.len(), 2);
    assert_eq!(issues.issue("a", "b", 7).await?, None);
    let revoked = issues.issue("a", "b", 7).await;
    assert!(matches!(revoked, Err(Error::Status(answer)) if answer.status() == 401));
    let created = issues.create("a", "b", &NewIssue { title: "" }).await;
    assert!(matches!(created, Err(CreateError::Invalid(it)) if it.message == "Validation Failed"));
    Ok(())
}

#[tokio::test]
async fn a_login_without_a_refresh_ends_when_its_token_does() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(IssuesClient::ENDPOINTS);
    stub.endpoint("issue").once(Reply::empty().status(404)).reply(Reply::empty().status(401));
    let builder = IssuesClient::builder("http://localhost");
    let issues = builder.transport(ServiceTransport::new(stub)).build()?;
    use_installation_token(&issues, "ghs", SystemTime::now() + Duration::from_secs(3600))?;
    assert_eq!(issues.issue("a", "b", 7).await?, None);
    assert!(matches!(issues.issue("a", "b", 7).await, Err(Error::SessionExpired(_))));
    Ok(())
}
