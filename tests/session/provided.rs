//! What a client is given at run time, in the requests of its session: the identifier and the secret of the
//! program, by Basic authentication or in the form, and a header of the refresh alone.

use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use sdk_runtime::http::header::HeaderValue;
use sdk_runtime::session::{Grant, Needs};
use sdk_runtime::store::{MemoryStore, TokenStore as _};
use sdk_runtime::transport::{Transport, TransportFuture, TransportRequest};
use sdk_runtime::{Error, Result, ServiceTransport, TokenRequest, Tokens, api_client, oauth};
use sdk_testkit::{Backend, Reply};
use serde::Serialize;
use serde_json::json;

const SECRET: &str = "hunter2:50%+";

#[derive(Serialize)]
struct Code<'a> {
    grant_type: &'static str,
    code: &'a str,
}

#[derive(Serialize, TokenRequest)]
struct Revocation {
    #[token(refresh)]
    token: String,
    #[serde(flatten)]
    #[token(nested)]
    client: oauth::ClientCredentials,
}

/// A header that only the refresh has.
#[derive(Serialize, TokenRequest)]
struct RefreshHeaders {
    #[serde(rename = "x-device")]
    #[token(provided)]
    device: Device,
}

#[derive(Clone, Serialize)]
struct Device(String);

#[api_client]
trait Tracker {
    #[post("/token")]
    #[session(start)]
    async fn login(
        &self,
        #[from_session]
        #[header("authorization")]
        client: oauth::BasicAuth,
        #[form] code: &Code<'_>,
    ) -> Result<oauth::TokenAnswer>;

    #[post("/token")]
    #[session(refresh)]
    async fn refresh(
        &self,
        #[header("authorization")] client: oauth::BasicAuth,
        #[headers] headers: RefreshHeaders,
        #[form] request: oauth::RefreshRequest,
    ) -> Result<oauth::TokenAnswer>;

    #[post("/revoke", auth = none)]
    #[session(end)]
    async fn logout(
        &self,
        #[from_session]
        #[form]
        request: Revocation,
    ) -> Result<()>;

    #[get("/jobs")]
    async fn jobs(&self) -> Result<String>;
}

#[derive(Serialize, TokenRequest)]
#[serde(rename_all = "camelCase")]
struct InForm {
    refresh_token: String,
    client_id: String,
    client_secret: Option<String>,
}

#[api_client]
trait Forms {
    #[post("/token")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: InForm) -> Result<oauth::TokenAnswer>;
}

#[api_client]
trait Oauth {
    #[post("/token")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::ClientRefreshRequest) -> Result<oauth::TokenAnswer>;
}

fn client() -> oauth::ClientCredentials {
    oauth::ClientCredentials::new("tracker", SECRET)
}

fn backend() -> Backend {
    let issued = json!({ "access_token": "a1", "refresh_token": "r1" });
    Backend::new()
        .reply("POST", "/token", Reply::json(&issued))
        .reply("POST", "/revoke", Reply::empty())
        .reply("GET", "/jobs", Reply::text("none"))
}

fn basic() -> String {
    format!("Basic {}", STANDARD.encode("tracker:hunter2%3A50%25%2B"))
}

#[tokio::test]
async fn each_request_of_the_session_has_what_the_client_was_given() -> Result<(), Box<dyn StdError>> {
    let backend = backend();
    let tracker = TrackerClient::builder("http://localhost")
        .provide(client())
        .provide(Device("a phone".to_owned()))
        .provide(Device("d7".to_owned()))
        .transport(ServiceTransport::new(backend.clone()))
        .build()?;
    tracker.login(&Code { grant_type: "authorization_code", code: "c1" }).await?;
    let login = backend.last().unwrap();
    assert_eq!(login.header("authorization"), Some(basic().as_str()));
    assert_eq!(login.text(), "grant_type=authorization_code&code=c1");
    assert_eq!(login.header("x-device"), None);

    tracker.session().refresh().await?;
    let refresh = backend.last().unwrap();
    assert_eq!(refresh.header("authorization"), Some(basic().as_str()));
    assert_eq!(refresh.header("x-device"), Some("d7"), "the last value of a type counts");
    assert_eq!(refresh.text(), "grant_type=refresh_token&refresh_token=r1");

    tracker.jobs().await?;
    let call = backend.last().unwrap();
    assert_eq!((call.bearer(), call.header("x-device")), (Some("a1"), None), "a call has its token alone");

    tracker.logout().await?;
    let sign_out = backend.last().unwrap();
    assert_eq!(sign_out.text(), "token=r1&client_id=tracker&client_secret=hunter2%3A50%25%2B");
    Ok(())
}

#[tokio::test]
async fn a_form_has_the_secret_if_there_is_one() -> Result<(), Box<dyn StdError>> {
    for (client, own, ready) in [
        (
            client(),
            "refreshToken=r0&clientId=tracker&clientSecret=hunter2%3A50%25%2B",
            "grant_type=refresh_token&refresh_token=r0&client_id=tracker&client_secret=hunter2%3A50%25%2B",
        ),
        (
            oauth::ClientCredentials::public("tracker"),
            "refreshToken=r0&clientId=tracker",
            "grant_type=refresh_token&refresh_token=r0&client_id=tracker",
        ),
    ] {
        let backend = backend();
        let transport = || ServiceTransport::new(backend.clone());
        let forms = FormsClient::builder("http://localhost").provide(client.clone()).transport(transport());
        let oauth = OauthClient::builder("http://localhost").provide(client).transport(transport());
        for (session, expected) in
            [(forms.build()?.session().clone(), own), (oauth.build()?.session().clone(), ready)]
        {
            session.sign_in(Tokens::new("a0").refresh_token("r0"))?;
            session.refresh().await?;
            assert_eq!(backend.last().unwrap().text(), expected);
        }
    }
    Ok(())
}

#[test]
fn a_client_that_was_not_given_what_its_session_needs_cannot_be_built() {
    let base = "https://tracker.example";
    let public = oauth::ClientCredentials::public("tracker");
    for (error, what) in [
        (TrackerClient::new(base).err(), "sdk_runtime::oauth::ClientCredentials`"),
        (
            TrackerClient::builder(base).provide(public.clone()).build().err(),
            "ClientCredentials::new(id, secret)",
        ),
        (TrackerClient::builder(base).provide(client()).build().err(), "Device"),
        (FormsClient::new(base).err(), "ClientCredentials"),
        (OauthClient::new(base).err(), "ClientCredentials"),
        (
            TrackerClient::builder(base).provide(client()).build_pool(|_: &u8| MemoryStore::new()).err(),
            "Device",
        ),
    ] {
        let error = error.unwrap_or_else(|| panic!("`{what}` is missing"));
        assert_eq!(error.code(), "build.missing");
        let text = error.to_string();
        assert!(text.contains(what) && text.contains("`.provide(…)`"), "{text}");
        assert!(!format!("{text} {error:?}").contains("hunter2"), "I27");
    }
    assert!(FormsClient::builder(base).provide(public.clone()).build().is_ok(), "its secret is optional");
    assert!(OauthClient::builder(base).provide(public).build().is_ok());
}

/// A request that names its need by hand, and one that forgets to.
struct Tenant(String);

impl TokenRequest for Tenant {
    fn from_grant(grant: &Grant) -> Option<Self> {
        grant.provided::<u64>().map(|id| Self(id.to_string()))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.value::<u64>();
    }
}

impl std::fmt::Display for Tenant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Serialize)]
struct Forgetful;

impl TokenRequest for Forgetful {
    fn from_grant(grant: &Grant) -> Option<Self> {
        grant.provided::<u8>().map(|_| Self)
    }
}

#[api_client]
trait Own {
    #[post("/token")]
    #[session(start)]
    async fn login(
        &self,
        #[from_session]
        #[json]
        forgetful: Forgetful,
    ) -> Result<oauth::TokenAnswer>;

    #[post("/token")]
    #[session(refresh)]
    async fn refresh(&self, #[header("x-tenant")] tenant: Tenant) -> Result<oauth::TokenAnswer>;
}

#[tokio::test]
async fn a_type_of_the_programs_own_is_made_of_what_was_provided() -> Result<(), Box<dyn StdError>> {
    assert!(OwnClient::new("https://own.example").is_err_and(|error| error.to_string().contains("`u64`")));
    let backend = backend();
    let builder = OwnClient::builder("http://localhost").provide(7_u64);
    let own = builder.transport(ServiceTransport::new(backend.clone())).build()?;
    let Err(Error::InvalidRequest(error)) = own.login().await else { panic!("it has nothing to send") };
    assert!(error.to_string().contains("takes an argument from the session"), "{error}");
    assert!(backend.last().is_none());
    own.session().sign_in(Tokens::new("a0").refresh_token("r0"))?;
    own.session().refresh().await?;
    assert_eq!(backend.last().unwrap().header("x-tenant"), Some("7"));
    Ok(())
}

/// Notes a header with a secret that is not marked as one.
struct Marked(ServiceTransport<Backend>, Arc<AtomicBool>);

impl Transport for Marked {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let names = ["authorization", "x-device"];
        let mut secrets = names.iter().filter_map(|name| request.headers.get(*name));
        if !secrets.all(HeaderValue::is_sensitive) {
            self.1.store(true, Ordering::SeqCst);
        }
        self.0.send(request)
    }
}

#[tokio::test(start_paused = true)]
async fn i27_the_secret_of_a_program_is_in_no_text_and_in_no_store() -> Result<(), Box<dyn StdError>> {
    let answers: [fn() -> Reply; 5] = [
        || Reply::json(&json!({ "access_token": "a1", "refresh_token": "r1" })),
        || Reply::json(&json!({ "error": "invalid_client" })).status(401),
        || Reply::json(&json!({ "error": "invalid_grant" })).status(400),
        || Reply::redirect("https://other.example/"),
        Reply::reset,
    ];
    for answer in answers {
        let backend = backend();
        backend.route("POST", "/token", move |_| std::future::ready(answer()));
        let (store, is_bare) = (MemoryStore::new(), Arc::new(AtomicBool::new(false)));
        let builder = TrackerClient::builder("http://localhost")
            .provide(client())
            .provide(Device("hunter2".to_owned()))
            .store(store.clone())
            .transport(Marked(ServiceTransport::new(backend.clone()), is_bare.clone()));
        let mut shown = format!("{builder:?}");
        let tracker = builder.build()?;
        tracker.session().sign_in(Tokens::new("a0").refresh_token("r0"))?;
        let refreshed = tracker.session().refresh().await;
        let login = tracker.login(&Code { grant_type: "authorization_code", code: "c" });
        shown += &format!(
            "{refreshed:?} {tracker:?} {:?} {login:?} {:?}",
            tracker.session(),
            login.request().err()
        );
        let outcome = login.await;
        shown += &format!("{outcome:?} {:?}", outcome.as_ref().err().map(|error| error.report()));
        shown += &format!("{:?}", refreshed.as_ref().err().map(|error| error.report()));
        let _ = tracker.session().flush().await;
        shown += &format!("{:?}", store.load().await?.map(|stored| stored.text().to_owned()));
        assert!(!shown.contains("hunter2"), "I27: {shown}");
        assert!(!is_bare.load(Ordering::SeqCst), "I27: a header is not marked");
        assert!(backend.requests().iter().all(|it| it.path() == "/token"), "I22: no redirect is followed");
    }
    Ok(())
}

#[test]
fn i22_the_secret_of_a_program_does_not_travel_in_plaintext() {
    let builder = TrackerClient::builder("http://tracker.example").provide(client());
    let error = builder.provide(Device("d7".to_owned())).build().unwrap_err();
    assert_eq!(error.code(), "build.insecure");
}
