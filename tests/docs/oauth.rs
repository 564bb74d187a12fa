//! `docs/cookbook/oauth.md`.

use sdk_runtime::{Result, api_client, oauth};
use serde::Serialize;

/// The code that the browser brought back, and the verifier that was made for it (RFC 7636).
#[derive(Serialize)]
pub struct Code<'a> {
    pub grant_type: &'static str, // "authorization_code"
    pub client_id: &'static str,
    pub redirect_uri: &'a str,
    pub code: &'a str,
    pub code_verifier: &'a str,
}

#[api_client]
pub trait Tracker {
    #[post("/oauth/token")]
    #[session(start)]
    async fn login(&self, #[form] code: &Code<'_>) -> Result<oauth::TokenAnswer>;

    #[post("/oauth/token")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[get("/issues/{id}", auth = scopes("issues:read"))]
    async fn issue(&self, id: u64) -> Result<String>;
}

use std::error::Error as StdError;

use sdk_runtime::{Error, ServiceTransport};
use sdk_testkit::{Reply, StubRouter};
use serde_json::json;

use sdk_runtime::TokenRequest;

#[derive(Serialize, TokenRequest)]
pub struct Refresh {
    grant_type: &'static str, // "refresh_token"
    refresh_token: String,
    #[token(value = "tracker-cli")]
    client_id: &'static str,
}

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use std::fmt;

/// `Basic <id and secret>`, as a header.
#[derive(Clone)]
pub struct Basic(String);

impl Basic {
    pub fn new(id: &str, secret: &str) -> Self {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        Self(format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret)))))
    }
}

impl fmt::Display for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn secret() -> String {
    "s3cret:50%+".to_owned()
}

use sdk_runtime::session::Grant;
use std::sync::LazyLock;

static CLIENT: LazyLock<Basic> = LazyLock::new(|| Basic::new("tracker-server", &secret()));

impl TokenRequest for Basic {
    fn from_grant(_: &Grant) -> Option<Self> {
        Some(CLIENT.clone())
    }
}

#[api_client]
pub trait Confidential {
    #[post("/oauth/token")]
    #[session(start)]
    async fn login(
        &self,
        #[header("authorization")] client: &Basic,
        #[form] code: &Code<'_>,
    ) -> Result<oauth::TokenAnswer>;

    #[post("/oauth/token")]
    #[session(refresh)]
    async fn refresh(
        &self,
        #[header("authorization")] client: Basic,
        #[form] request: oauth::RefreshRequest,
    ) -> Result<oauth::TokenAnswer>;
}

#[derive(Serialize)]
pub struct Secret(String);

impl TokenRequest for Secret {
    fn from_grant(_: &Grant) -> Option<Self> {
        Some(Self(secret()))
    }
}

#[derive(Serialize, TokenRequest)]
pub struct WithSecret {
    grant_type: &'static str, // "refresh_token"
    refresh_token: String,
    #[token(value = "tracker-server")]
    client_id: &'static str,
    #[token(nested)]
    client_secret: Secret,
}

#[derive(Serialize, TokenRequest)]
pub struct ClientCredentials {
    #[token(value = "client_credentials")]
    pub grant_type: &'static str,
}

#[api_client]
pub trait Service {
    #[post("/oauth/token")]
    #[session(start)]
    async fn connect(
        &self,
        #[header("authorization")] client: &Basic,
        #[form] grant: &ClientCredentials,
    ) -> Result<oauth::TokenAnswer>;

    #[post("/oauth/token")]
    #[session(refresh)]
    async fn refresh(
        &self,
        #[header("authorization")] client: Basic,
        #[form] grant: ClientCredentials,
    ) -> Result<oauth::TokenAnswer>;

    #[get("/jobs")]
    async fn jobs(&self) -> Result<Vec<String>>;
}

use sdk_runtime::error::BuildError;

#[api_client]
pub trait Jobs {
    #[get("/jobs")]
    async fn jobs(&self) -> Result<Vec<String>>;
}

fn jobs(service: &ServiceClient, base: &str) -> Result<JobsClient, BuildError> {
    JobsClient::builder(base).session(service.session()).build()
}

#[api_client]
trait WithAnIdentifier {
    #[post("/oauth/token")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: Refresh) -> Result<oauth::TokenAnswer>;
}

#[test]
fn a_secret_can_be_in_the_form() {
    let grant = Grant::new(&sdk_runtime::Tokens::new("a1").refresh_token("r1"));
    let sent = serde_json::to_value(WithSecret::from_grant(&grant)).unwrap();
    let expected = json!({
        "grant_type": "refresh_token", "refresh_token": "r1", "client_id": "tracker-server",
        "client_secret": secret(),
    });
    assert_eq!(sent, expected);
}

fn code() -> Code<'static> {
    let (redirect_uri, code_verifier) = ("http://127.0.0.1:7000/", "v");
    Code {
        grant_type: "authorization_code",
        client_id: "tracker-cli",
        redirect_uri,
        code: "c",
        code_verifier,
    }
}

fn tokens(number: u32) -> Reply {
    Reply::json(&json!({
        "access_token": format!("a{number}"), "token_type": "Bearer", "expires_in": 3600,
        "refresh_token": format!("r{number}"), "scope": "issues:read",
    }))
}

#[tokio::test(start_paused = true)]
async fn a_token_endpoint_is_declared() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(TrackerClient::ENDPOINTS);
    // Both are `POST /oauth/token`, and so one endpoint of the stub.
    stub.endpoint("login")
        .once(tokens(1))
        .once(tokens(2))
        .reply(Reply::json(&json!({ "error": "invalid_grant", "error_description": "used" })).status(400));
    stub.endpoint("issue").reply(Reply::text("Leak"));
    let builder = TrackerClient::builder("http://localhost");
    let tracker = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    tracker.login(&code()).await?;
    assert_eq!(tracker.issue(7).await?, "Leak");
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    tracker.issue(7).await?;
    let requests = stub.endpoint("login").calls();
    assert!(requests[0].text().starts_with("grant_type=authorization_code&client_id=tracker-cli&"));
    assert_eq!(requests[1].text(), "grant_type=refresh_token&refresh_token=r1");
    assert_eq!(stub.endpoint("issue").calls()[1].bearer(), Some("a2"));

    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    let Err(Error::SessionExpired(expired)) = tracker.issue(7).await else { panic!("the login goes on") };
    assert_eq!(expired.message(), Some("used"));
    Ok(())
}

#[tokio::test]
async fn a_client_names_itself() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(WithAnIdentifierClient::ENDPOINTS);
    stub.endpoint("refresh").reply(tokens(2));
    let builder = WithAnIdentifierClient::builder("http://localhost");
    let client = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    client.session().sign_in(sdk_runtime::Tokens::new("a1").refresh_token("r1"))?;
    client.session().refresh().await?;
    let text = "grant_type=refresh_token&refresh_token=r1&client_id=tracker-cli";
    assert_eq!(stub.endpoint("refresh").calls()[0].text(), text);
    Ok(())
}

#[tokio::test]
async fn a_secret_is_form_encoded_first() -> Result<(), Box<dyn StdError>> {
    let basic = Basic::new("tracker-server", &secret()).to_string();
    let decoded = STANDARD.decode(basic.strip_prefix("Basic ").unwrap())?;
    assert_eq!(decoded, b"tracker-server:s3cret%3A50%25%2B");

    let stub = StubRouter::new(ConfidentialClient::ENDPOINTS);
    stub.endpoint("login").once(tokens(1)).once(tokens(2));
    let builder = ConfidentialClient::builder("http://localhost");
    let client = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    client.login(&CLIENT, &code()).await?;
    client.session().refresh().await?;
    for request in stub.endpoint("login").calls() {
        assert_eq!(request.header("authorization"), Some(basic.as_str()));
    }
    Ok(())
}

#[tokio::test]
async fn a_program_without_a_user_gets_new_tokens_and_shares_them() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(ServiceClient::ENDPOINTS);
    let issued = |token: &str| Reply::json(&json!({ "access_token": token, "token_type": "bearer" }));
    stub.endpoint("connect").once(issued("a1")).once(issued("a2"));
    stub.endpoint("jobs").reply_with(|request| async move {
        match request.bearer() {
            Some("a2") => Reply::json(&["clean"]),
            _ => Reply::empty().status(401),
        }
    });
    let server = stub.serve().await?;
    let service = ServiceClient::new(server.url())?;
    service.connect(&CLIENT, &ClientCredentials { grant_type: "client_credentials" }).await?;
    let other = stub.serve().await?;
    assert_eq!(jobs(&service, &other.url())?.jobs().await?, ["clean"]);
    assert_eq!(service.jobs().await?, ["clean"]);
    let requests = stub.endpoint("connect").calls();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].text(), "grant_type=client_credentials");
    Ok(())
}
