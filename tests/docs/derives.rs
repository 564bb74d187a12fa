//! The code of the pages about the derives (`sdk-macros/docs`), compiled and run.

use std::error::Error as StdError;

use sdk_runtime::{
    ApiError, Bytes, Error, Grant, Page, Pages, Response, Result, ServiceTransport, TokenRequest,
    TokenResponse, Tokens, api_client,
};
use sdk_testkit::{Reply, StubRouter};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Deserialize)]
struct ExistingIssue {
    id: u64,
}

#[derive(Debug, ApiError)]
enum CreateIssueError {
    #[status(409)]
    Duplicate(ExistingIssue),
    #[status(404, 410)]
    Gone,
    #[status(4xx)]
    Client(Response<Bytes>),
    #[other]
    Other(Error),
}

type Issue = u64;

#[derive(Deserialize, Page)]
struct Issues {
    #[page(items)]
    issues: Vec<Issue>,
    #[page(next)]
    next_cursor: Option<String>,
    #[page(more)]
    has_more: bool,
}

#[derive(Serialize, TokenRequest)]
struct RefreshRequest {
    grant_type: &'static str, // "refresh_token"
    refresh_token: String,
    client_id: String,
    #[token(value = "phone")]
    device: &'static str,
}

#[derive(Deserialize, TokenResponse)]
struct LoginAnswer {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<u64>, // in seconds
}

#[derive(Deserialize, TokenResponse)]
#[token(at = "result", ok = "success", message = "errorMessage")]
#[serde(rename_all = "camelCase")]
struct Issued {
    access_token: String,
}

#[api_client]
trait Tracker {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<LoginAnswer>;

    #[post("/issues")]
    async fn create(&self, #[json] title: &str) -> Result<(), CreateIssueError>;

    #[get("/issues", paginate = cursor(after))]
    fn issues(&self, #[query] after: Option<&str>) -> Pages<Issues>;
}

#[api_client]
trait Enveloped {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Issued>;
}

async fn create(tracker: &TrackerClient) -> Result<(), CreateIssueError> {
    match tracker.create("Leak").await {
        Ok(()) => println!("created"),
        Err(CreateIssueError::Duplicate(existing)) => println!("is issue {} already", existing.id),
        Err(CreateIssueError::Other(Error::SessionExpired(expired))) => println!("sign in again: {expired}"),
        Err(other) => return Err(other),
    }
    Ok(())
}

/// Whether the server has created the issue.
async fn try_create(tracker: &TrackerClient) -> Result<bool> {
    use CreateIssueError::{Client, Duplicate, Gone, Other};
    match tracker.create("Leak").await {
        Ok(()) => Ok(true),
        Err(Duplicate(_) | Gone | Client(_)) => Ok(false), // what the server answered is a value here
        Err(Other(error)) => Err(error),
    }
}

#[tokio::test]
async fn what_an_endpoint_answers_is_a_value() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(TrackerClient::ENDPOINTS);
    let tracker = TrackerClient::builder("http://localhost").bearer("a");
    let tracker = tracker.transport(ServiceTransport::new(stub.clone())).build()?;
    stub.endpoint("create").once(Reply::empty()).once(Reply::empty().status(410)).reply(Reply::reset());
    assert!(try_create(&tracker).await?);
    assert!(!try_create(&tracker).await?);
    assert!(matches!(try_create(&tracker).await, Err(Error::Transport(_))));
    Ok(())
}

#[tokio::test]
async fn a_status_has_its_variant() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(TrackerClient::ENDPOINTS);
    stub.endpoint("create")
        .once(Reply::empty())
        .once(Reply::json(&json!({ "id": 7 })).status(409))
        .once(Reply::empty().status(410))
        .once(Reply::text("teapot").status(418))
        .once(Reply::empty().status(401));
    let builder = TrackerClient::builder("http://localhost");
    let tracker = builder.transport(ServiceTransport::new(stub)).build()?;
    tracker.session().sign_in(Tokens::new("a"))?;
    assert!(create(&tracker).await.is_ok());
    assert!(create(&tracker).await.is_ok());
    assert!(matches!(create(&tracker).await, Err(CreateIssueError::Gone)));
    assert!(matches!(create(&tracker).await, Err(CreateIssueError::Client(it)) if it.value() == "teapot"));
    assert!(create(&tracker).await.is_ok(), "the login has expired");
    assert!(tracker.create("").await.is_err_and(|error| error.to_string().contains("create")));
    Ok(())
}

#[tokio::test]
async fn a_page_leads_to_the_next() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(TrackerClient::ENDPOINTS);
    let page = |next: Option<&str>, more: bool| {
        Reply::json(&json!({ "issues": [7], "next_cursor": next, "has_more": more }))
    };
    stub.endpoint("issues").once(page(Some("b"), true)).once(page(Some("c"), false));
    let builder = TrackerClient::builder("http://localhost").bearer("a");
    let tracker = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    let mut issues = tracker.issues(None).items();
    let mut read = 0;
    while let Some(issue) = issues.next().await {
        read += issue?;
    }
    assert_eq!(read, 14);
    assert_eq!(stub.endpoint("issues").calls()[1].query(), Some("after=b"));
    Ok(())
}

#[test]
fn a_request_is_built_from_the_login() -> Result<(), Box<dyn StdError>> {
    let grant = Grant::new(&Tokens::new("a").refresh_token("r"));
    let grant = grant.provide(sdk_runtime::oauth::ClientCredentials::public("tracker"));
    let sent = serde_json::to_value(RefreshRequest::from_grant(&grant))?;
    let expected = json!({
        "grant_type": "refresh_token", "refresh_token": "r", "client_id": "tracker", "device": "phone",
    });
    assert_eq!(sent, expected);
    Ok(())
}

#[tokio::test]
async fn the_tokens_of_an_answer_are_found() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(TrackerClient::ENDPOINTS);
    let answer = json!({ "access_token": "a", "refresh_token": "r", "expires_in": 3600 });
    stub.endpoint("login").reply(Reply::json(&answer));
    let builder = TrackerClient::builder("http://localhost");
    let tracker = builder.transport(ServiceTransport::new(stub)).build()?;
    tracker.login().await?;
    assert_eq!(tracker.session().access_token().await?.expose(), "a");

    let stub = StubRouter::new(EnvelopedClient::ENDPOINTS);
    let refused = json!({ "success": false, "errorMessage": "locked" });
    let issued = json!({ "success": true, "result": { "accessToken": "b" } });
    stub.endpoint("login").once(Reply::json(&refused)).reply(Reply::json(&issued));
    let builder = EnvelopedClient::builder("http://localhost");
    let enveloped = builder.transport(ServiceTransport::new(stub)).build()?;
    assert!(enveloped.login().await.is_err());
    enveloped.login().await?;
    assert_eq!(enveloped.session().access_token().await?.expose(), "b");
    Ok(())
}
