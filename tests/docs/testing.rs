//! `docs/cookbook/testing.md`, without what needs axum.

use sdk_runtime::{Result, api_client, oauth};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    pub title: String,
}

#[api_client(dyn)]
pub trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] user: &Credentials) -> Result<oauth::TokenAnswer>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Option<Issue>>;

    #[post("/issues", retry = 3, idempotent)]
    async fn create(&self, #[json] issue: &Issue) -> Result<Issue>;
}

/// The title of an issue in capitals.
pub async fn shout(tracker: &impl Tracker, id: u64) -> Result<String> {
    Ok(tracker.issue(id).await?.map_or_else(String::new, |issue| issue.title.to_uppercase()))
}

use sdk_runtime::{Error, TokenRequest, TokenResponse};
use sdk_testkit::{Reply, StubRouter, TokenServer};
use serde_json::json;
use test_support::{Credentials, user};

struct Fake;

impl Tracker for Fake {
    async fn issue(&self, id: u64) -> Result<Option<Issue>> {
        Ok((id == 7).then(|| Issue { title: "leak".to_owned() }))
    }
}

#[tokio::test]
async fn a_fake_answers_what_a_test_needs() -> Result<(), Box<dyn StdError>> {
    assert_eq!(shout(&Fake, 7).await?, "LEAK");
    let created = Fake.create(&Issue { title: String::new() }).await;
    assert!(matches!(created, Err(Error::Unimplemented(_))));
    assert_eq!(shout(&DynTracker::new(Fake), 7).await?, "LEAK");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stub_answers_by_name() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(TrackerClient::ENDPOINTS);
    stub.endpoint("issue").once(Reply::json(&json!({ "title": "leak" }))).reply(Reply::empty().status(404));
    stub.endpoint("create")
        .once(Reply::empty().status(503))
        .reply_with(|request| async move { Reply::json(&request.json::<Issue>().unwrap()) });

    let transport = ServiceTransport::new(stub.clone());
    let tracker = TrackerClient::builder("http://localhost").bearer("token").transport(transport).build()?;
    assert_eq!(shout(&tracker, 7).await?, "LEAK");
    assert_eq!(shout(&tracker, 8).await?, "");
    tracker.create(&Issue { title: "new".to_owned() }).await?;

    let sent = stub.endpoint("create").calls();
    assert_eq!(sent.len(), 2);
    assert_eq!((sent[1].bearer(), &*sent[1].text()), (Some("token"), r#"{"title":"new"}"#));
    stub.assert_all_called();
    Ok(())
}

#[tokio::test]
async fn a_token_server_counts() -> Result<(), Box<dyn StdError>> {
    let server = TokenServer::new().guard("GET", "/issues/{id}", |request, user| async move {
        Reply::json(&json!({ "title": format!("{} of {}", request.param("id"), user.name()) }))
    });
    let transport = ServiceTransport::new(server.backend().clone());
    let tracker = TrackerClient::builder("http://localhost").transport(transport).build()?;

    tracker.login(&user("ann")).await?;
    server.expire_access_tokens();
    assert_eq!(shout(&tracker, 7).await?, "7 OF ANN");
    assert_eq!(server.counts().refreshes, 1);

    server.revoke("ann"); // the refresh is rejected as well
    assert!(matches!(shout(&tracker, 7).await, Err(Error::SessionExpired(_))));
    Ok(())
}

use sdk_runtime::{
    FileStore,
    client::{ClientBuilder, SessionPool},
    error::BuildError,
};
use std::collections::HashMap;

/// Returns how many of the users have an issue of this number.
pub async fn how_many(trackers: &SessionPool<u64, impl Tracker>, users: &[u64], id: u64) -> Result<usize> {
    let mut found = 0;
    for user in users {
        found += usize::from(trackers.get(user).issue(id).await?.is_some());
    }
    Ok(found)
}

/// The tracker as one user sees it.
#[derive(Clone)]
struct FakeOf(u64);

impl Tracker for FakeOf {
    async fn issue(&self, id: u64) -> Result<Option<Issue>> {
        Ok((self.0 == id).then(|| Issue { title: "leak".to_owned() }))
    }
}

#[derive(Clone)]
struct App {
    trackers: SessionPool<u64, DynTracker>,
}

impl App {
    fn new(builder: ClientBuilder<TrackerClient>) -> Result<Self, BuildError> {
        let trackers = builder.build_pool(|user: &u64| FileStore::new(format!("/var/lib/app/{user}")))?;
        Ok(Self { trackers: trackers.map(DynTracker::from) })
    }
}

#[tokio::test]
async fn a_pool_of_fakes_is_a_pool() -> Result<(), Box<dyn StdError>> {
    let fakes = SessionPool::from_fn(|user: &u64| FakeOf(*user));
    assert_eq!(how_many(&fakes, &[7, 8], 8).await?, 1);

    let app = App { trackers: SessionPool::from_fn(|user: &u64| DynTracker::new(FakeOf(*user))) };
    assert_eq!(how_many(&app.trackers, &[7, 8], 8).await?, 1);

    let app = App::new(TrackerClient::builder("https://tracker.example"))?;
    assert!(app.trackers.is_empty());
    Ok(())
}

#[tokio::test]
async fn each_client_of_a_pool_has_a_stub() -> Result<(), Box<dyn StdError>> {
    let stubs: HashMap<u64, StubRouter> =
        [7, 8].map(|user| (user, StubRouter::new(TrackerClient::ENDPOINTS))).into();
    stubs[&7].endpoint("issue").reply(Reply::empty().status(404));
    stubs[&8].endpoint("issue").reply(Reply::json(&json!({ "title": "leak" })));

    let own = stubs.clone();
    let trackers: SessionPool<u64, TrackerClient> = SessionPool::from_fn(move |user: &u64| {
        let stub = ServiceTransport::new(own[user].clone());
        TrackerClient::builder("http://localhost").bearer("token").transport(stub).build().unwrap()
    });
    assert_eq!(how_many(&trackers, &[7, 8], 8).await?, 1);
    assert_eq!(stubs[&7].endpoint("issue").calls().len(), 1);
    Ok(())
}

#[derive(Deserialize, TokenResponse)]
#[token(at = "data")]
#[serde(rename_all = "camelCase")]
struct Tokens {
    access_token: String,
    refresh_token: String,
}

#[derive(Serialize)]
struct User {
    email: &'static str,
    password: &'static str,
}

#[derive(Serialize, TokenRequest)]
#[serde(rename_all = "camelCase")]
struct Spent {
    refresh_token: String,
}

#[api_client]
trait Enveloped {
    #[post("/sessions")]
    #[session(start)]
    async fn login(&self, #[json] user: &User) -> Result<Tokens>;
    #[post("/sessions/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] spent: Spent) -> Result<Tokens>;
    #[get("/me")]
    async fn me(&self) -> Result<String>;
}

#[tokio::test]
async fn a_token_server_has_the_form_of_the_api() -> Result<(), Box<dyn StdError>> {
    let server = TokenServer::builder()
        .base("/api/v1") // in front of each route, those of `guard` included
        .login("/sessions", |request| request.field("email"))
        .refresh("/sessions/refresh", |request| request.field("refreshToken"))
        .answer(|issued| {
            let tokens = json!({ "accessToken": issued.access_token, "refreshToken": issued.refresh_token });
            Reply::json(&json!({ "data": tokens }))
        })
        .build();
    server.guard("GET", "/me", |_, user| async move { Reply::text(user.name()) });
    let transport = ServiceTransport::new(server.backend().clone());
    let client = EnvelopedClient::builder("http://localhost/api/v1").transport(transport).build()?;
    client.login(&User { email: "ann", password: "right" }).await?;
    server.expire_access_tokens();
    assert_eq!(client.me().await?, "ann");
    assert_eq!(server.counts().rotations, 1);
    Ok(())
}

use sdk_runtime::ServiceTransport;
use std::error::Error as StdError;
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn a_token_is_refreshed_after_an_hour() -> Result<(), Box<dyn StdError>> {
    let server = TokenServer::builder().access_lifetime(Duration::from_secs(3600)).build();
    server.guard("GET", "/issues/{id}", |_, _| async { Reply::json(&json!({ "title": "leak" })) });
    let transport = ServiceTransport::new(server.backend().clone());
    let tracker = TrackerClient::builder("http://localhost").transport(transport).build()?;
    tracker.login(&user("ann")).await?;

    tokio::time::sleep(Duration::from_secs(2 * 3600)).await;
    assert_eq!(shout(&tracker, 7).await?, "LEAK");
    assert_eq!(server.counts().refreshes, 1);
    Ok(())
}

#[tokio::test]
async fn a_server_listens() -> Result<(), Box<dyn StdError>> {
    let server = TokenServer::new().serve().await?;
    let tracker = TrackerClient::new(server.url())?;
    tracker.login(&user("ann")).await?;
    Ok(())
}

#[test]
fn a_call_is_looked_at() -> Result<(), Box<dyn StdError>> {
    let tracker = TrackerClient::new("https://tracker.example/api")?;
    let request = tracker.create(&Issue { title: "new".to_owned() }).request()?;
    assert_eq!(request.url().as_str(), "https://tracker.example/api/issues");
    assert_eq!(request.body().map(|body| &body[..]), Some(&br#"{"title":"new"}"#[..]));
    Ok(())
}
