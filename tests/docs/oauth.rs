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

use sdk_runtime::{TokenResponse, Tokens, Url};
use serde::Deserialize;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use sdk_runtime::{Error, ServiceTransport};
use sdk_testkit::{Reply, StubRouter};
use serde_json::json;

#[api_client]
pub trait Confidential {
    #[post("/oauth/token")]
    #[session(start)]
    async fn login(
        &self,
        #[from_session]
        #[header("authorization")]
        client: oauth::BasicAuth,
        #[form] code: &Code<'_>,
    ) -> Result<oauth::TokenAnswer>;

    #[post("/oauth/token")]
    #[session(refresh)]
    async fn refresh(
        &self,
        #[header("authorization")] client: oauth::BasicAuth,
        #[form] request: oauth::RefreshRequest,
    ) -> Result<oauth::TokenAnswer>;
}

use sdk_runtime::error::BuildError;

fn confidential(base: &str, secret: &str) -> Result<ConfidentialClient, BuildError> {
    let client = oauth::ClientCredentials::new("tracker-server", secret);
    ConfidentialClient::builder(base).provide(client).build()
}

use sdk_runtime::TokenRequest;

#[derive(Serialize, TokenRequest)]
pub struct Refresh {
    grant_type: &'static str, // "refresh_token"
    refresh_token: String,
    client_id: String,
    client_secret: Option<String>, // `None` of `ClientCredentials::public("tracker-cli")`
}

#[derive(Clone, Serialize)]
pub struct ClientKey(pub String);

#[derive(Serialize, TokenRequest)]
pub struct RefreshHeaders {
    #[serde(rename = "x-client-key")]
    #[token(provided)]
    key: ClientKey,
}

#[api_client]
pub trait Keyed {
    #[post("/oauth/token")]
    #[session(refresh)]
    async fn refresh(
        &self,
        #[headers] headers: RefreshHeaders,
        #[form] request: oauth::RefreshRequest,
    ) -> Result<oauth::TokenAnswer>;
}

fn keyed(base: &str, key: &str) -> Result<KeyedClient, BuildError> {
    KeyedClient::builder(base).provide(ClientKey(key.to_owned())).build()
}

#[derive(Serialize, TokenRequest)]
pub struct ClientCredentials {
    #[token(value = "client_credentials")]
    pub grant_type: &'static str,
}

#[api_client]
pub trait Service {
    #[post("/oauth/token")]
    #[session(refresh)]
    async fn refresh(
        &self,
        #[header("authorization")] client: oauth::BasicAuth,
        #[form] grant: ClientCredentials,
    ) -> Result<oauth::TokenAnswer>;

    #[get("/jobs")]
    async fn jobs(&self) -> Result<Vec<String>>;
}

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
    for client in [
        oauth::ClientCredentials::public("tracker-cli"),
        oauth::ClientCredentials::new("tracker-cli", "s3cret"),
    ] {
        let builder = WithAnIdentifierClient::builder("http://localhost").provide(client);
        let client = builder.transport(ServiceTransport::new(stub.clone())).build()?;
        client.session().sign_in(sdk_runtime::Tokens::new("a1").refresh_token("r1"))?;
        client.session().refresh().await?;
    }
    let text = "grant_type=refresh_token&refresh_token=r1&client_id=tracker-cli";
    let requests = stub.endpoint("refresh").calls();
    assert_eq!(requests[0].text(), text);
    assert_eq!(requests[1].text(), format!("{text}&client_secret=s3cret"));
    Ok(())
}

#[tokio::test]
async fn a_secret_is_sent_by_basic_authentication() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(ConfidentialClient::ENDPOINTS);
    stub.endpoint("login").once(tokens(1)).once(tokens(2));
    let server = stub.serve().await?;
    let client = confidential(&server.url(), "s3cret:50%+")?;
    client.login(&code()).await?;
    client.session().refresh().await?;
    let requests = stub.endpoint("login").calls();
    assert_eq!(requests.len(), 2);
    for request in requests {
        let basic = request.header("authorization").and_then(|it| it.strip_prefix("Basic "));
        assert_eq!(STANDARD.decode(basic.unwrap())?, b"tracker-server:s3cret%3A50%25%2B");
    }
    Ok(())
}

#[tokio::test]
async fn a_refresh_has_a_header_of_its_own() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(KeyedClient::ENDPOINTS);
    stub.endpoint("refresh").reply(tokens(2));
    let server = stub.serve().await?;
    let client = keyed(&server.url(), "k3y")?;
    client.session().sign_in(sdk_runtime::Tokens::new("a1").refresh_token("r1"))?;
    client.session().refresh().await?;
    assert_eq!(stub.endpoint("refresh").calls()[0].header("x-client-key"), Some("k3y"));
    assert!(KeyedClient::new(server.url()).is_err_and(|error| error.code() == "build.missing"));
    Ok(())
}

#[tokio::test]
async fn a_program_without_a_user_gets_new_tokens_and_shares_them() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(ServiceClient::ENDPOINTS);
    let issued = |token: &str| Reply::json(&json!({ "access_token": token, "token_type": "bearer" }));
    stub.endpoint("refresh").once(issued("a1")).once(issued("a2"));
    stub.endpoint("jobs").reply_with(|request| async move {
        match request.bearer() {
            Some("a2") => Reply::json(&["clean"]),
            _ => Reply::empty().status(401),
        }
    });
    let server = stub.serve().await?;
    let client = oauth::ClientCredentials::new("tracker-server", "s3cret");
    let service = ServiceClient::builder(server.url()).provide(client).build()?;
    service.session().resume().await?;
    assert_eq!(service.jobs().await?, ["clean"]);
    let other = stub.serve().await?;
    assert_eq!(jobs(&service, &other.url())?.jobs().await?, ["clean"]);
    let requests = stub.endpoint("refresh").calls();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].text(), "grant_type=client_credentials");
    Ok(())
}

#[derive(Deserialize, TokenResponse)]
pub struct Granted {
    access_token: String,
    refresh_token: Option<String>,
    #[token(api_origin)]
    instance_url: String,
}

#[api_client]
pub trait Crm {
    #[post("/oauth2/token")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<Granted>;

    #[get("/accounts/{id}")]
    async fn account(&self, id: u64) -> Result<String>;
}

fn crm(base: &str) -> Result<CrmClient, BuildError> {
    CrmClient::builder(base).allow_origin_if(is_of_crm).build()
}

/// The credential goes to each origin that this accepts.
fn is_of_crm(origin: &Url) -> bool {
    origin.scheme() == "https" && origin.host_str().is_some_and(|host| host.ends_with(".crm.example"))
}

#[tokio::test]
async fn a_login_names_where_its_api_is() -> Result<(), Box<dyn StdError>> {
    let crm = crm("https://login.crm.example")?;
    let tokens = Tokens::new("access").refresh_token("refresh");
    crm.session().sign_in(tokens.clone().api_origin("https://eu7.crm.example"))?;
    for origin in ["https://evil.example", "http://eu7.crm.example", "https://evilcrm.example"] {
        assert!(crm.session().sign_in(tokens.clone().api_origin(origin)).is_err(), "{origin}");
    }
    Ok(())
}
