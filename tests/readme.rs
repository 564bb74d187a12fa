//! The README's code, compiled and run: every Rust block of the README stands in this file, line by line.

use std::error::Error as StdError;
use std::time::Duration;

use sdk_runtime::store::MemoryStore;
use sdk_runtime::{Attach, Error, FileStore, Part, ServiceTransport, SessionState};
use sdk_testkit::{Reply, StubRouter, TokenServer};
use test_support::blocks;
use tokio_util::sync::CancellationToken;

use sdk_runtime::{Result, TokenRequest, TokenResponse, api_client};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
pub struct Credentials {
    username: String,
    password: String,
}

#[derive(Deserialize, TokenResponse)]
pub struct LoginAnswer {
    access_token: String,
    refresh_token: String,
    expires_in: u64, // in seconds; other names and envelopes: `#[token(…)]`
}

#[derive(Serialize, TokenRequest)]
pub struct RefreshRequest {
    refresh_token: String,
}

#[derive(Debug, Deserialize)]
pub struct Issue {
    title: String,
}

#[api_client] // makes `TrackerClient`
pub trait Tracker {
    #[post("/auth/login")]
    #[session(start)] // the session starts with the tokens in the answer
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginAnswer>;

    #[post("/auth/refresh")]
    #[session(refresh)] // sent by the session, and not a method of the client
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginAnswer>;

    #[post("/auth/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    #[get("/issues/{id}")] // `None` if there is no such issue
    async fn issue(&self, id: u64) -> Result<Option<Issue>>;

    #[get("/issues")]
    async fn search(&self, #[query] q: &str, #[query("label")] labels: &[&str]) -> Result<Vec<Issue>>;
}

#[tokio::main]
async fn main() -> Result<()> {
    let tracker = TrackerClient::new("https://tracker.example/api/v1")?;
    let ann = Credentials { username: "ann".to_owned(), password: "right".to_owned() };
    tracker.login(&ann).await?;
    // Signed; refreshed and replayed if the server rejects the token.
    if let Some(issue) = tracker.issue(7).await? {
        println!("{}", issue.title);
    }
    Ok(())
}

mod files {
    use super::Issue;
    use sdk_runtime::{ApiError, Error, EventStream, Pages, Part, Result, api_client};

    #[api_client]
    pub trait Files {
        #[post("/issues/{id}/files")]
        async fn upload(&self, id: u64, #[part] caption: Option<&str>, #[part] file: Part) -> Result<()>;

        /// Sent again if the server is busy. All sends of a call have one key: the server creates one issue.
        #[post("/issues", retry = 3, idempotent)]
        async fn create(&self, #[json] title: &str) -> Result<Issue, CreateError>;

        #[get("/events")] // a timeout ends with the head of the answer
        async fn events(&self) -> Result<EventStream<Issue>>;

        /// No future: `all("open").items().next().await` fetches each page when it is asked for.
        #[get("/issues", paginate = link)]
        fn all(&self, #[query] state: &str) -> Pages<Vec<Issue>>;
    }

    #[derive(Debug, ApiError)]
    pub enum CreateError {
        #[status(409)]
        Duplicate(Issue), // the body, decoded
        #[other]
        Other(Error), // everything else, a 409 of another endpoint under `?` included
    }
}

#[tokio::test]
async fn files_pages_and_errors_are_as_the_readme_says() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(files::FilesClient::ENDPOINTS);
    stub.endpoint("upload").reply(Reply::empty());
    let page = |title: &str| Reply::json(&serde_json::json!([{ "title": title }]));
    stub.endpoint("all").once(page("one").header("link", "</issues?page=2>; rel=next")).reply(page("two"));
    stub.endpoint("create").reply(Reply::json(&serde_json::json!({ "title": "one" })).status(409));
    let event = Reply::text("data: {\"title\": \"one\"}\n\n").header("content-type", "text/event-stream");
    stub.endpoint("events").reply(event);
    let files = files::FilesClient::builder("http://localhost").bearer("token");
    let files = files.transport(ServiceTransport::new(stub.clone())).build()?;

    let directory = std::env::temp_dir().join(format!("readme-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    // No other test here names a file.
    let elsewhere = std::env::current_dir()?;
    std::env::set_current_dir(&directory)?;
    std::fs::write("crash.log", "boom")?;
    files.upload(7, None, Part::file("crash.log")).await?;
    let mut issues = files.all("open").items();
    while let Some(issue) = issues.next().await {
        println!("{}", issue?.title);
    }
    std::env::set_current_dir(elsewhere)?;
    std::fs::remove_dir_all(&directory)?;
    stub.endpoint("all").assert_called(2);
    assert!(stub.endpoint("upload").calls()[0].text().contains("boom"));
    let duplicate = files.create("one").await;
    assert!(matches!(duplicate, Err(files::CreateError::Duplicate(issue)) if issue.title == "one"));
    assert_eq!(
        files.events().await?.next().await.transpose()?.map(|issue| issue.title).as_deref(),
        Some("one")
    );
    Ok(())
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

#[test]
fn the_builder_takes_what_the_readme_shows() -> Result<(), Box<dyn StdError>> {
    let tracker = TrackerClient::builder("https://tracker.example/api/v1")
        .attach(Attach::header("x-auth", "Token"))
        .token_bad(|answer| {
            answer.status() == 403 && answer.json().is_ok_and(|it: Refused| it.error == "token_expired")
        })
        .build()?;
    assert!(matches!(tracker.session().state(), SessionState::SignedOut));
    Ok(())
}

fn show_login(reason: Option<&str>) {
    assert_eq!(reason, Some("invalid_grant"));
}

fn show_welcome() {}

fn show_user(name: Option<&str>) {
    assert_eq!(name, None, "the tokens did not say");
}

async fn handle(tracker: &TrackerClient) -> Result<(), Error> {
    match tracker.issue(7).await {
        Ok(Some(issue)) => println!("{}", issue.title),
        Ok(None) => println!("there is no issue 7"),
        // The login is over. What the application shows is up to it.
        Err(Error::SessionExpired(expired)) if expired.requires_sign_in() => show_login(expired.message()),
        Err(Error::NotSignedIn(_)) => show_welcome(),
        // The token must be refreshed, and the refresh failed for now. The login is not lost.
        Err(Error::RefreshUnavailable(wait)) => println!("back in {:?}", wait.retry_after()),
        // Another user has signed in; nothing was sent in their name.
        Err(Error::IdentityChanged(_)) => {}
        Err(Error::Status(answer)) => println!("{}: {}", answer.status(), answer.text()),
        Err(other) => return Err(other),
    }
    Ok(())
}

async fn watch(tracker: TrackerClient) {
    let mut states = tracker.session().watch();
    while let Some(state) = states.next().await {
        match state {
            SessionState::SignedIn(login) => show_user(login.subject()),
            SessionState::Expired(expired) => show_login(expired.message()),
            _ => {}
        }
    }
}

#[test]
fn a_login_is_kept_in_a_file() -> Result<(), Box<dyn StdError>> {
    let state = std::env::temp_dir();
    let tracker = TrackerClient::builder("https://tracker.example/api/v1")
        .store(FileStore::new(state.join("tracker/login")))
        .build()?;
    assert!(matches!(tracker.session().state(), SessionState::Unloaded));
    Ok(())
}

type UserId = u64;

fn row_of(_: &UserId) -> MemoryStore {
    MemoryStore::new()
}

/// The block that names an address without a server.
#[expect(dead_code, reason = "compiled, since there is no such server to run it against")]
async fn many_logins(user: UserId) -> Result<Option<Issue>, Box<dyn StdError>> {
    let trackers =
        TrackerClient::builder("https://tracker.example/api/v1").build_pool(|user: &UserId| row_of(user))?;
    let issue = trackers.get(&user).issue(7).await?;
    Ok(issue)
}

#[tokio::test]
async fn the_testkit_serves_in_memory() -> Result<(), Box<dyn StdError>> {
    let credentials = Credentials { username: "ann".to_owned(), password: "right".to_owned() };
    let server = TokenServer::builder().tells_lifetime(true).build().guard(
        "GET",
        "/issues/{id}",
        |request, user| async move {
            Reply::json(
                &serde_json::json!({ "title": format!("{} of {}", request.param("id"), user.name()) }),
            )
        },
    );
    let transport = ServiceTransport::new(server.backend().clone());
    let tracker = TrackerClient::builder("http://localhost").transport(transport).build()?;
    tracker.login(&credentials).await?;
    server.expire_access_tokens();
    assert_eq!(tracker.issue(7).await?.map(|issue| issue.title).as_deref(), Some("7 of ann"));
    assert_eq!(server.counts().refreshes, 1);
    Ok(())
}

#[tokio::test]
async fn a_stub_knows_the_endpoints_by_their_names() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(TrackerClient::ENDPOINTS);
    stub.endpoint("issue").reply(Reply::json(&serde_json::json!({ "title": "It works" })));
    let tracker = TrackerClient::builder("http://localhost").transport(ServiceTransport::new(stub.clone()));
    let tracker = tracker.bearer("token").build()?;
    assert_eq!(tracker.issue(7).await?.map(|issue| issue.title).as_deref(), Some("It works"));
    stub.assert_all_called();
    Ok(())
}

#[tokio::test]
async fn the_calls_do_what_the_readme_says() -> Result<(), Box<dyn StdError>> {
    let tokens = TokenServer::builder().tells_lifetime(true).build().guard(
        "GET",
        "/issues/{id}",
        |request, _| async move {
            match request.param("id") {
                "7" => Reply::json(&serde_json::json!({ "title": "It works" })),
                _ => Reply::empty().status(404),
            }
        },
    );
    tokens.guard("GET", "/issues", |request, _| async move {
        assert_eq!(request.query(), Some("q=a%20b&label=x&label=y"));
        Reply::json(&serde_json::json!([{ "title": "It works" }]))
    });
    let server = tokens.serve().await?;
    let tracker = TrackerClient::new(server.url())?;
    handle(&tracker).await?;
    let watcher = tokio::spawn(watch(tracker.clone()));

    let credentials = Credentials { username: "ann".to_owned(), password: "right".to_owned() };
    tracker.login(&credentials).await?;
    tokens.expire_access_tokens();
    let token = CancellationToken::new();
    let issue = tracker.issue(7).timeout(Duration::from_secs(2)).cancel_on(&token).await?;
    assert_eq!(issue.map(|issue| issue.title).as_deref(), Some("It works"));
    assert!(tracker.issue(8).await?.is_none());
    assert_eq!(tracker.search("a b", &["x", "y"]).await?.len(), 1);
    assert_eq!(tokens.counts().refreshes, 1);

    tokens.revoke_all();
    handle(&tracker).await?;
    tracker.login(&credentials).await?;
    tracker.logout().await?;
    assert!(matches!(tracker.session().state(), SessionState::SignedOut));
    tracker.session().close();
    watcher.abort();
    Ok(())
}

#[test]
fn every_rust_block_of_the_readme_is_compiled_here() {
    let readme = include_str!("../README.md");
    assert!(blocks::blocks(readme, "rust").count() >= 5, "the README shows its code");
    let missing = blocks::missing(readme, "rust", &[include_str!("readme.rs")]);
    assert!(missing.is_empty(), "of README.md, this is not in tests/readme.rs:\n{}", missing.join("\n"));
}
