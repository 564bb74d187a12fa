//! Requests whose whole address is an argument: their target, and the credentials they carry.

use sdk_runtime::{Head, Refusal, Result, TokenResponse, Tokens, Url, api_client};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

use crate::wire::{Origins, accepting, raw, refused, sent};

#[derive(Deserialize)]
struct Refreshed {}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new("refreshed"))
    }
}

/// The login, with something that can set a cookie.
#[api_client]
trait Login {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Refreshed>;
    #[get("/crumb")]
    async fn crumb(&self) -> Result<()>;
}

#[derive(Deserialize)]
struct Found {
    url: Url,
}

#[api_client]
trait Anywhere {
    #[get(headers("x-own" = "1"))]
    async fn follow(&self, #[url] next: &str) -> Result<()>;
    #[get(headers("x-own" = "1"))]
    async fn parsed(&self, #[url] next: &Url) -> Result<()>;
    #[get(headers("x-own" = "1"))]
    async fn page(&self, #[url] next: String, #[query] page: u8) -> Result<()>;
    #[get("/found")]
    async fn found(&self) -> Result<Found>;
    #[get(auth = none)]
    async fn unsigned(&self, #[url] next: &str) -> Result<()>;
}

const BASE: &str = "https://own.test/api/v1";

/// The own server, another server, and a client that is signed in and has a cookie.
async fn servers(trusted: &[&str]) -> (Backend, Backend, AnywhereClient) {
    let crumb = Reply::empty().header("set-cookie", "crumb=1; Path=/; Domain=own.test");
    let own = accepting().reply("GET", "/api/v1/crumb", crumb);
    own.reply("POST", "/api/v1/refresh", Reply::json(&serde_json::json!({})));
    let other = accepting();
    let origins = || {
        Origins::default()
            .with("https://own.test", &own)
            .with("https://other.test", &other)
            .with("https://third.test", &other)
            .with("https://sub.own.test", &other)
            .with("https://own.test:8443", &other)
            .with("http://own.test", &other)
    };
    let login = LoginClient::builder(BASE).transport(origins()).build().unwrap();
    login.session().sign_in(Tokens::new("s3cret").refresh_token("r")).unwrap();
    login.crumb().await.unwrap();
    let builder = AnywhereClient::builder(BASE).session(login.session()).transport(origins());
    let client = trusted.iter().fold(builder, |builder, origin| builder.trusted_origin(origin));
    (own, other, client.build().unwrap())
}

#[tokio::test]
async fn an_address_of_the_own_origin_is_signed() {
    let (own, _, client) = servers(&[]).await;
    let url = Url::parse("https://own.test/x?y#z").unwrap();
    let signed = "authorization: Bearer s3cret\ncookie: crumb=1\nx-own: 1\n\n";
    for (call, target) in [
        (client.parsed(&url), "/x?y"),
        (client.follow("/api/v1/issues?page=2"), "/api/v1/issues?page=2"),
        (client.follow("issues"), "/api/v1/issues"),
        (client.page("issues?state=open#top".to_owned(), 2), "/api/v1/issues?state=open&page=2"),
        (client.follow("?page=2"), "/api/v1/?page=2"),
        (client.follow("../v2/x"), "/api/v2/x"),
        (client.follow("../../../../x"), "/x"),
        (client.follow("./"), "/api/v1/"),
        (client.follow("#top"), "/api/v1/"),
        (client.follow("//own.test/x"), "/x"),
        (client.follow("a b/é?q=ü&r=%20+"), "/api/v1/a%20b/%C3%A9?q=%C3%BC&r=%20+"),
        // What stands around an address is none of it.
        (client.follow(" /x "), "/x"),
        (client.follow("https://OWN.test:443/"), "/"),
    ] {
        assert_eq!(raw(&sent(&own, call).await), format!("GET {target}\n{signed}"));
    }
}

#[tokio::test]
async fn a_foreign_address_gets_nothing_of_the_session() {
    for address in [
        "https://other.test/x",
        "//other.test/x",
        "https://sub.own.test/x",
        "https://own.test:8443/x",
        "http://own.test/x",
    ] {
        let (own, other, client) = servers(&[]).await;
        let before = own.requests().len();
        other.reply("GET", "/x", Reply::empty().header("set-cookie", "planted=1; Path=/; Domain=own.test"));
        assert_eq!(raw(&sent(&other, client.follow(address)).await), "GET /x\nx-own: 1\n\n", "{address}");

        let refusal = Reply::empty().status(401).header("www-authenticate", "Bearer error=\"invalid_token\"");
        other.reply("GET", "/x", refusal);
        let error = client.follow(address).await.unwrap_err();
        assert!(matches!(&error, sdk_runtime::Error::Status(answer) if answer.status() == 401), "{error:?}");
        assert_eq!(
            error.to_string(),
            "`Anywhere::follow` (GET #[url]) was answered with status 401 Unauthorized"
        );
        assert_eq!(own.requests().len(), before, "no refresh, since it is not for them to judge");
        assert_eq!(
            sent(&own, client.follow("/")).await.header("cookie"),
            Some("crumb=1"),
            "nor to set cookies"
        );
    }
}

#[tokio::test]
async fn headers_are_for_the_address_they_were_declared_for() {
    let (own, other, client) = servers(&[]).await;
    for elsewhere in ["https://third.test/to", "https://own.test/to"] {
        other.reply("GET", "/x", Reply::redirect(elsewhere));
        client.follow("https://other.test/x").await.unwrap();
        let last = if elsewhere.contains("own") { own.last() } else { other.last() };
        assert_eq!(raw(&last.unwrap()), "GET /to\n\n", "{elsewhere}");
    }
    other.reply("GET", "/x", Reply::redirect("/to"));
    client.follow("https://other.test/x").await.unwrap();
    assert_eq!(raw(&other.last().unwrap()), "GET /to\nx-own: 1\n\n", "within its origin they are");
}

#[tokio::test]
async fn a_trusted_origin_is_treated_as_the_own_origin() {
    let (own, other, client) = servers(&["https://other.test", "https://sub.own.test/"]).await;
    let signed = "authorization: Bearer s3cret\nx-own: 1\n\n";
    assert_eq!(raw(&sent(&other, client.follow("https://other.test/x")).await), format!("GET /x\n{signed}"));
    let below = sent(&other, client.follow("https://sub.own.test/x")).await;
    assert_eq!(below.header("cookie"), Some("crumb=1"), "where the cookie's own rules let it go");

    own.reply("GET", "/from", Reply::redirect("https://other.test/to"));
    client.follow("/from").await.unwrap();
    assert_eq!(raw(&other.last().unwrap()), format!("GET /to\n{signed}"));

    other.route("GET", "/x", |request| async move {
        Reply::empty().status(if request.bearer() == Some("refreshed") { 204 } else { 401 })
    });
    client.follow("https://other.test/x").await.unwrap();
    assert_eq!(own.count("POST", "/api/v1/refresh"), 1, "its refusal is one of the token");
    assert_eq!(raw(&sent(&other, client.follow("https://third.test/y")).await), "GET /y\nx-own: 1\n\n");
}

#[tokio::test]
async fn an_address_in_an_answer_is_followed() {
    let (own, other, client) = servers(&[]).await;
    for (address, server) in [("https://own.test/x?y=%2F", &own), ("https://other.test/x?y=%2F", &other)] {
        own.reply("GET", "/api/v1/found", Reply::json(&serde_json::json!({ "url": address })));
        let found = client.found().await.unwrap();
        assert_eq!(sent(server, client.parsed(&found.url)).await.target(), "/x?y=%2F", "{address}");
    }
    own.reply("GET", "/api/v1/found", Reply::json(&serde_json::json!({ "url": "no address" })));
    assert!(matches!(client.found().await, Err(sdk_runtime::Error::Decode(_))));
}

#[test]
fn what_is_no_origin_cannot_be_trusted() {
    for (origin, says) in [
        ("uploads.example", "scheme and host alone"),
        ("https://uploads.example/v1", "scheme and host alone"),
        ("http://uploads.example", "in the clear"),
    ] {
        let error = AnywhereClient::builder(BASE).trusted_origin(origin).build().err().unwrap();
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_address_is_refused_by_the_name_of_its_parameter() {
    let (own, other, client) = servers(&[]).await;
    for address in [
        "",
        "ftp://own.test/",
        "https://user:password@own.test/",
        "https://",
        "/x\r\ny",
        "data:,x",
        " ",
        "/a\\b",
        "\\\\evil.test",
        "https:x",
        "http:/x",
        "javascript:alert(1)",
        "https://own.test/gists{/id}",
        "/issues{?page}",
    ] {
        assert_eq!(refused(&own, client.follow(address)).await, "next", "{address}");
        assert_eq!(refused(&other, client.unsigned(address)).await, "next", "{address}");
    }
    let long = format!("/{}", "x".repeat(70_000));
    assert_eq!(refused(&own, client.follow(&long)).await, "next");
}
