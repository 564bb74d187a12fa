//! `docs/cookbook/login.md`.

use std::error::Error as StdError;
use std::time::Duration;

use sdk_runtime::{
    Error, FileStore, Result, ServiceTransport, SessionState, Tokens, api_client, oauth, store::MemoryStore,
};
use sdk_testkit::{Reply, TokenServer};
use test_support::{Credentials, user};

#[api_client]
pub trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] user: &Credentials) -> Result<oauth::TokenAnswer>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

/// Whether the user has to sign in first.
pub async fn needs_login(tracker: &TrackerClient) -> Result<bool> {
    match tracker.session().resume().await {
        Ok(()) => Ok(false),
        Err(Error::NotSignedIn(_) | Error::SessionExpired(_)) => Ok(true),
        // Signed in, and the server cannot be reached.
        Err(error) if error.is_transient() => Ok(false),
        Err(error) => Err(error),
    }
}

fn show_user(name: Option<&str>) {
    assert_eq!(name, None, "the tokens did not say");
}

fn show_login(reason: Option<&str>) {
    assert_eq!(reason, Some("invalid_grant"));
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

#[tokio::test]
async fn a_login_is_found_watched_and_put_down() -> Result<(), Box<dyn StdError>> {
    let server = TokenServer::new().guard("GET", "/issues/{id}", |_, user| async move {
        Reply::text(format!("an issue of {}", user.name()))
    });
    let folder = std::env::temp_dir().join(format!("cookbook-login-{}", std::process::id()));
    let start = || {
        let transport = ServiceTransport::new(server.backend().clone());
        let store = FileStore::new(folder.join("login"));
        TrackerClient::builder("http://localhost").store(store).transport(transport).build()
    };
    let tracker = start()?;
    assert!(needs_login(&tracker).await?);
    let watcher = tokio::spawn(watch(tracker.clone()));
    tracker.login(&user("ann")).await?;
    if let Err(error) = tracker.session().flush().await {
        println!("you are signed in until the program ends: {error}");
    }
    tracker.session().shutdown().await?; // up to 10 s, if a refresh is in progress
    watcher.abort();

    let tracker = start()?;
    assert!(matches!(tracker.session().state(), SessionState::Unloaded));
    assert!(!needs_login(&tracker).await?);
    tracker.session().refresh().await?;
    assert_eq!(tracker.issue(7).await?, "an issue of ann");
    let watcher = tokio::spawn(watch(tracker.clone()));
    server.revoke("ann");
    assert!(matches!(tracker.issue(7).await, Err(Error::SessionExpired(_))));
    assert!(needs_login(&tracker).await?);
    tracker.session().close();
    watcher.abort();
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

#[tokio::test]
async fn a_login_comes_from_elsewhere() -> Result<(), Box<dyn StdError>> {
    let tracker = TrackerClient::new("http://localhost")?;
    let tokens = Tokens::new("access-1").refresh_token("refresh-1").expires_in(Duration::from_secs(300));
    tracker.session().sign_in(tokens)?;
    let token = tracker.session().access_token().await?;
    assert_eq!(token.expose(), "access-1");
    Ok(())
}

type UserId = u64;

fn row_of(_: &UserId) -> MemoryStore {
    MemoryStore::new()
}

/// The block that names an address without a server.
#[expect(dead_code, reason = "compiled, since there is no such server to run it against")]
async fn many_logins(user: UserId) -> Result<String, Box<dyn StdError>> {
    let trackers =
        TrackerClient::builder("https://tracker.example/api/v1").build_pool(|user: &UserId| row_of(user))?;
    let issue = trackers.get(&user).issue(7).await?;
    Ok(issue)
}
