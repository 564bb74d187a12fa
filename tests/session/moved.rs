//! A login whose server names the origin of its API: `Tokens::api_origin`.

use std::sync::Arc;

use sdk_runtime::store::{MemoryStore, TokenStore};
use sdk_runtime::{Error, Pages, Result, ServiceTransport, TokenResponse, Tokens, Url, api_client, oauth};
use sdk_testkit::{Backend, Reply, Request};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Serialize)]
struct Credentials {
    user: &'static str,
}

#[derive(Deserialize, TokenResponse)]
struct SignedIn {
    access_token: String,
    refresh_token: Option<String>,
    #[token(api_origin)]
    instance_url: Option<String>,
    #[token(subject)]
    id: Option<String>,
}

#[api_client]
trait Crm {
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<SignedIn>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<SignedIn>;

    #[post("/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[from_session]
        #[form]
        request: oauth::RefreshRequest,
    ) -> Result<()>;

    #[get("/things/{id}")]
    async fn thing(&self, id: u64, #[query] q: Option<&str>) -> Result<String>;

    #[get("/list", paginate = link)]
    fn list(&self) -> Pages<Vec<u64>>;

    #[get("/open", auth = none)]
    async fn open(&self) -> Result<String>;

    #[get]
    async fn anywhere(&self, #[url] url: &Url) -> Result<String>;
}

/// A server that tells with each login that its API is at `told`, if anything. It answers with the host that
/// a request was sent to, and whether it was signed.
fn server(told: Option<&'static str>) -> Backend {
    let tokens = move |access: &'static str| {
        Reply::json(
            &json!({ "access_token": access, "refresh_token": "r", "instance_url": told, "id": "ann" }),
        )
    };
    Backend::new()
        .route("POST", "/v1/login", move |_| async move { tokens("a1") })
        .route("POST", "/v1/refresh", move |_| async move { tokens("a2") })
        .reply("POST", "/v1/logout", Reply::empty())
        .route("GET", "/v1/list", |request| async move {
            match request.query() {
                None | Some("") => Reply::json(&json!([1])).header("link", "</v1/list?page=2>; rel=\"next\""),
                Some("page=2") => {
                    let next = format!("<https://{}/v1/list?page=3>; rel=\"next\"", request.host().unwrap());
                    Reply::json(&json!([2])).header("link", next)
                }
                _ => Reply::json(&json!([3])),
            }
        })
        .fallback(|request| async move { Reply::text(seen(&request)) })
}

fn seen(request: &Request) -> String {
    let host = request.host().unwrap_or_default();
    format!("{host}{} {}", request.path(), request.bearer().unwrap_or("unsigned"))
}

/// All requests that the server has got, as host, path and token.
fn all(server: &Backend) -> Vec<String> {
    server.requests().iter().map(seen).collect()
}

fn builder(server: &Backend) -> sdk_runtime::client::ClientBuilder<CrmClient> {
    CrmClient::builder("https://login.test/v1").transport(ServiceTransport::new(server.clone()))
}

const USER: Credentials = Credentials { user: "ann" };

#[tokio::test]
async fn the_calls_of_a_login_go_where_its_server_says_and_those_of_the_session_to_the_base() {
    let server = server(Some("https://eu7.test/ignored?x#y"));
    let client = builder(&server).allowed_origins(["https://eu7.test", "https://us1.test"]).build().unwrap();
    client.login(&USER).await.unwrap();
    assert_eq!(client.thing(7, Some("x")).await.unwrap(), "eu7.test/v1/things/7 a1", "the prefix stays");
    client.session().refresh().await.unwrap();
    assert_eq!(client.thing(7, None).await.unwrap(), "eu7.test/v1/things/7 a2");
    assert_eq!(client.open().await.unwrap(), "login.test/v1/open unsigned", "it is of no login");
    client.logout().await.unwrap();
    assert_eq!(
        all(&server),
        [
            "login.test/v1/login unsigned",
            "eu7.test/v1/things/7 a1",
            "login.test/v1/refresh unsigned",
            "eu7.test/v1/things/7 a2",
            "login.test/v1/open unsigned",
            "login.test/v1/logout a2",
        ]
    );
}

#[tokio::test]
async fn an_address_of_the_callers_stays_and_the_origin_of_the_login_is_its_own() {
    let server = server(Some("https://eu7.test"));
    let client = builder(&server).allowed_origins(["https://eu7.test"]).build().unwrap();
    client.login(&USER).await.unwrap();
    for (url, expected) in [
        ("https://login.test/x", "login.test/x a1"),
        ("https://eu7.test/x", "eu7.test/x a1"),
        ("https://us1.test/x", "us1.test/x unsigned"),
        ("http://eu7.test/x", "eu7.test/x unsigned"),
        ("https://eu7.test:444/x", "eu7.test:444/x unsigned"),
    ] {
        assert_eq!(client.anywhere(&url.parse().unwrap()).await.unwrap(), expected, "I22: {url}");
    }
}

#[tokio::test]
async fn pages_follow_links_at_the_origin_of_the_login() {
    let server = server(Some("https://eu7.test"));
    let client = builder(&server).allowed_origins(["https://eu7.test"]).build().unwrap();
    client.login(&USER).await.unwrap();
    let mut pages = client.list();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        found.extend(page.unwrap());
    }
    assert_eq!(found, [1, 2, 3], "by a path, and by a whole address");
    assert_eq!(all(&server)[1..], ["eu7.test/v1/list a1"; 3]);
}

#[tokio::test]
async fn i22_an_origin_that_the_program_has_not_allowed_is_refused_before_a_request_is_signed() {
    for (told, says) in [
        ("https://evil.test", "none of `.allowed_origins(…)`"),
        ("https://eu7.test.evil.test", "none of `.allowed_origins(…)`"),
        ("https://eu7.test:444", "none of `.allowed_origins(…)`"),
        ("http://eu7.test", "in the clear"),
        ("https://user:secret@eu7.test", "no address"),
        ("ftp://eu7.test", "no address"),
        ("eu7.test", "no address"),
    ] {
        let server = server(Some(told));
        let client = builder(&server).allowed_origins(["https://eu7.test"]).build().unwrap();
        let Err(error) = client.login(&USER).await.map(drop) else { panic!("I22: {told}") };
        let text = format!("{:#}", error.report());
        assert!(text.contains(says) && !text.contains("secret"), "I22: {told}: {text}");
        assert!(matches!(client.thing(7, None).await, Err(Error::NotSignedIn(_))), "I22: {told}");
        assert_eq!(all(&server).len(), 1);
    }
    // Without the option, the error names it.
    let server = server(Some("https://eu7.test"));
    let Err(error) = builder(&server).build().unwrap().login(&USER).await.map(drop) else { panic!("I22") };
    let text = format!("{:#}", error.report());
    assert!(text.contains("`.allowed_origins([\"https://eu7.test\"])`"), "{text}");
}

#[tokio::test]
async fn a_function_accepts_origins_and_a_refresh_is_held_to_the_same_rule() {
    let server = server(Some("https://eu7.crm.test"));
    let accepts = |url: &Url| url.host_str().is_some_and(|host| host.ends_with(".crm.test"));
    let client = builder(&server).allow_origin_if(accepts).build().unwrap();
    client.login(&USER).await.unwrap();
    assert_eq!(client.thing(7, None).await.unwrap(), "eu7.crm.test/v1/things/7 a1");
    server.reply(
        "POST",
        "/v1/refresh",
        Reply::json(&json!({ "access_token": "a2", "instance_url": "https://evil.test" })),
    );
    let error = client.session().refresh().await.unwrap_err();
    assert!(matches!(error, Error::RefreshUnavailable(_)), "I22: {error:?}");
    assert!(all(&server).iter().all(|request| !request.starts_with("evil.test")), "I22");
}

#[tokio::test]
async fn another_origin_is_another_login_and_none_keeps_the_present_one() {
    let server = server(Some("https://eu7.test"));
    let client = builder(&server).allowed_origins(["https://eu7.test", "https://us1.test"]).build().unwrap();
    client.login(&USER).await.unwrap();
    let mut events = client.session().events();
    let tokens = |access: &str, url: Option<&str>| {
        Reply::json(&json!({ "access_token": access, "refresh_token": "r", "instance_url": url }))
    };
    server.reply("POST", "/v1/refresh", tokens("a2", None));
    client.session().refresh().await.unwrap();
    assert_eq!(client.thing(7, None).await.unwrap(), "eu7.test/v1/things/7 a2");
    assert!(format!("{:?}", events.next().await.unwrap()).starts_with("Refreshed"));
    server.reply("POST", "/v1/refresh", tokens("a3", Some("https://eu7.test/")));
    client.session().refresh().await.unwrap();
    assert!(format!("{:?}", events.next().await.unwrap()).starts_with("Refreshed"), "the same origin");
    server.reply("POST", "/v1/refresh", tokens("a4", Some("https://us1.test")));
    client.session().refresh().await.unwrap();
    assert!(format!("{:?}", events.next().await.unwrap()).starts_with("SignedIn"), "a new epoch");
    assert_eq!(client.thing(7, None).await.unwrap(), "us1.test/v1/things/7 a4");
}

#[tokio::test]
async fn i2_the_origin_is_stored_with_the_login_and_checked_when_it_is_read() {
    let server = server(Some("https://eu7.test"));
    let store = Arc::new(MemoryStore::new());
    let client = builder(&server).store(store.clone()).allowed_origins(["https://eu7.test"]).build().unwrap();
    client.login(&USER).await.unwrap();
    client.session().flush().await.unwrap();
    let again = builder(&server).store(store.clone()).allowed_origins(["https://eu7.test"]).build().unwrap();
    assert_eq!(again.thing(7, None).await.unwrap(), "eu7.test/v1/things/7 a1", "I2");
    again.session().refresh().await.unwrap();
    assert_eq!(again.thing(7, None).await.unwrap(), "eu7.test/v1/things/7 a2");
    assert!(store.load().await.unwrap().unwrap().text().contains("https://eu7.test"), "after a refresh too");

    let narrow = builder(&server).store(store).allowed_origins(["https://us1.test"]).build().unwrap();
    let error = narrow.thing(7, None).await.unwrap_err();
    assert!(matches!(error, Error::Store(_)), "I22: what is kept is checked too: {error:?}");
}

#[test]
fn an_origin_that_cannot_be_allowed_is_an_error_of_the_builder() {
    let server = server(None);
    for origin in ["http://eu7.test", "https://eu7.test/v1", "eu7.test", ""] {
        let error = builder(&server).allowed_origins([origin]).build().unwrap_err();
        assert_eq!(error.code(), "build.origin", "{origin}");
    }
    let first = builder(&server).build().unwrap();
    let shared = builder(&server).session(first.session()).allowed_origins(["https://eu7.test"]).build();
    assert_eq!(shared.unwrap_err().code(), "build.options");
}

#[tokio::test]
async fn an_answer_to_a_call_moves_no_login() {
    let server = server(Some("https://eu7.test"));
    let client = builder(&server)
        .allowed_origins(["https://eu7.test", "https://us1.test"])
        .tokens_in(|_| Some(Tokens::new("a9").api_origin("https://us1.test")))
        .build()
        .unwrap();
    client.login(&USER).await.unwrap();
    client.thing(7, None).await.unwrap();
    assert_eq!(client.thing(7, None).await.unwrap(), "eu7.test/v1/things/7 a9");
}
