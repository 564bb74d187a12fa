//! What a jar takes, keeps and sends, as browsers do (RFC 6265bis): each rule crossed with a declared client
//! and with a second origin that is trusted as its own.

use http::HeaderMap;
use sdk_runtime::{
    Attach, Error, Head, Refusal, Result, ServiceTransport, TokenResponse, Tokens, Url, api_client,
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

use crate::wire::{Origins, accepting};

#[derive(Deserialize)]
struct Cookied {}

impl TokenResponse for Cookied {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::cookies())
    }
}

#[api_client(timeout = none)]
trait Site {
    #[post("/login/in")]
    #[session(start)]
    async fn login(&self) -> Result<Cookied>;
    #[get]
    async fn at(&self, #[url] url: &Url) -> Result<()>;
    #[get("/own")]
    async fn own(&self, #[header("cookie")] cookies: &[&str]) -> Result<()>;
    #[get("/own", auth = none)]
    async fn own_alone(&self, #[header("cookie")] cookies: &[&str]) -> Result<()>;
    #[get("/own", headers("cookie" = "fixed=1"))]
    async fn fixed(&self) -> Result<()>;
    #[get("/own", headers("cookie" = "fixed=1", "cookie" = "fixed=2"), auth = none)]
    async fn from_everywhere(
        &self,
        #[header] cookie: &str,
        #[header("cookie")] more: Option<&str>,
        #[headers] pairs: &[(&str, &str)],
        #[headers] map: &HeaderMap,
    ) -> Result<()>;
}

/// What a server sets in the answer to a sign-in, byte by byte.
fn setting(cookies: &[&[u8]]) -> Reply {
    cookies
        .iter()
        .fold(Reply::json(&serde_json::json!({})), |reply, cookie| reply.append_header("set-cookie", cookie))
}

/// A client of `own` that trusts `other` too, both answered by one backend.
fn client(own: &str, other: &str, cookies: &[&[u8]]) -> (Backend, SiteClient) {
    let backend = accepting();
    backend.reply("POST", "/login/in", setting(cookies));
    let origins = Origins::default().with(own, &backend).with(other, &backend);
    let builder = SiteClient::builder(own).trusted_origin(other).attach(Attach::cookies());
    (backend, builder.transport(origins).build().unwrap())
}

/// The one `cookie` line of the newest request.
fn cookies(backend: &Backend) -> Vec<u8> {
    let request = backend.last().unwrap();
    let mut lines = request.headers().get_all("cookie").iter();
    let line = lines.next().map(|line| line.as_bytes().to_vec()).unwrap_or_default();
    assert!(lines.next().is_none(), "one line (RFC 6265, 5.4)");
    line
}

/// What goes to `url` after a sign-in at `own` that sets `set` and the cookie `own=1`.
async fn sent(own: &str, set: &[u8], url: &str) -> String {
    let url = Url::parse(url).unwrap();
    let other = url.origin().ascii_serialization();
    let (backend, client) = client(own, &other, &[b"own=1; Path=/", set]);
    client.login().await.unwrap();
    client.at(&url).await.unwrap();
    String::from_utf8_lossy(&cookies(&backend)).into_owned()
}

#[tokio::test]
async fn the_bytes_of_a_cookie_go_back_as_they_came() {
    for (set, back) in [
        (&b"name=M\xc3\xbcller"[..], &b"name=M\xc3\xbcller"[..]),
        (b"name=M\xfcller; Comment=S\xfc; Path=/", b"name=M\xfcller"),
        (b"n\xfc\xff=\x80; HttpOnly", b"n\xfc\xff=\x80"),
        (b"a=1; Comment=S\xc3\xbc", b"a=1"),
        (b"a=\"q u\"; Path=/", b"a=\"q u\""),
    ] {
        let (backend, client) = client("https://own.test", "https://other.test", &[set]);
        client.login().await.unwrap();
        client.at(&Url::parse("https://own.test/login/x").unwrap()).await.unwrap();
        assert_eq!(cookies(&backend), back, "{}", String::from_utf8_lossy(set));
    }
}

#[tokio::test]
async fn i22_a_domain_that_is_a_public_suffix_is_refused_unless_it_is_the_host_itself() {
    for (own, domain, to, goes) in [
        ("https://a.com", "com", "https://b.com/", false),
        ("https://a.com", ".COM", "https://b.com/", false),
        ("https://a.com", "com", "https://a.com/", false),
        ("https://a.co.uk", "co.uk", "https://b.co.uk/", false),
        ("https://a.github.io", "github.io", "https://b.github.io/", false),
        ("https://github.io", "github.io", "https://github.io/", true),
        ("https://github.io", "github.io", "https://b.github.io/", false),
        ("https://a.test", "test", "https://b.test/", false),
        ("https://b.localhost", "localhost", "https://localhost/", false),
        ("https://localhost", "localhost", "https://localhost/", true),
        ("https://localhost", "localhost", "https://b.localhost/", false),
        ("https://a.example.com", "example.com", "https://b.example.com/", true),
        ("https://a.example.com", ".Example.COM", "https://b.example.com/", true),
        ("https://a.example.com", "example.com.", "https://b.example.com/", false),
        ("https://a.example.com", "", "https://b.example.com/", false),
        ("https://a.example.com", "", "https://a.example.com/", true),
        ("https://a.example.com", "b.example.com", "https://b.example.com/", false),
        ("https://a.example.com", "xample.com", "https://a.example.com/", false),
        ("https://a.com.", "com.", "https://b.com./", false),
        ("https://127.0.0.1", "127.0.0.1", "https://127.0.0.1:81/", true),
        ("https://127.0.0.1", "0.0.1", "https://127.0.0.1/", false),
        ("https://127.0.0.1", "1", "https://127.0.0.1/", false),
        ("https://[::1]", "[::1]", "https://[::1]:81/", true),
    ] {
        let set = format!("x=1; Path=/; Domain={domain}");
        let sent = sent(own, set.as_bytes(), to).await;
        assert_eq!(sent.contains("x=1"), goes, "{own} sets {domain:?}, to {to}: {sent}");
    }
}

#[tokio::test]
async fn a_name_with_a_prefix_keeps_what_the_prefix_promises() {
    let (here, below) = ("https://example.com/", "https://www.example.com/");
    for (set, to, goes) in [
        ("__Host-x=1; Secure; Path=/", here, true),
        ("__Host-x=1; Path=/", here, false),
        ("__Host-x=1; Secure", here, false),
        ("__Host-x=1; Secure; Path=/login", here, false),
        ("__Host-x=1; Secure; Path=/; Domain=example.com", here, false),
        ("__hOsT-x=1; Path=/", here, false),
        ("__Secure-x=1; Path=/", here, false),
        ("__sECURE-x=1; Path=/", here, false),
        ("__Secure-x=1; Secure; Path=/; Domain=example.com", below, true),
        ("=__Host-x=1; Path=/; Secure", here, false),
        ("__Secure-x=1", here, false),
        ("=__secure-x; Secure; Path=/", here, false),
    ] {
        let sent = sent("https://example.com", set.as_bytes(), to).await;
        assert_eq!(sent.contains("x=1") || sent.contains("-x"), goes, "{set}: {sent}");
    }
}

#[tokio::test]
async fn no_jar_grows_without_end() {
    let flood: Vec<String> = (0..4_000).map(|at| format!("c{at}={}; Path=/", "v".repeat(40))).collect();
    let flood: Vec<&[u8]> = flood.iter().map(|cookie| cookie.as_bytes()).collect();
    let (backend, client) = client("https://own.test", "https://other.test", &flood);
    client.login().await.unwrap();
    client.at(&Url::parse("https://own.test/").unwrap()).await.unwrap();
    let sent = cookies(&backend);
    let names: Vec<_> = sent.split(|byte| *byte == b';').collect();
    assert_eq!(names.len(), 50);
    assert!(names[49].starts_with(b" c3999="), "the newest stay");
}

#[tokio::test]
async fn a_login_without_a_cookie_is_none() {
    for cookies in [&[][..], &[&b"c=1; Domain=com"[..]], &[b"c=1; Max-Age=0"]] {
        let (_, client) = client("https://own.com", "https://other.com", cookies);
        let error = client.login().await.map(drop).unwrap_err();
        assert!(matches!(error, Error::InvalidRequest(_)), "{error}");
        assert!(!client.session().state().is_signed_in());
    }
}

#[tokio::test]
async fn all_cookies_of_a_request_are_in_one_line() {
    let backend = accepting();
    backend.reply("POST", "/login/in", setting(&[b"jar=1; Path=/"]));
    for (of_client, own, fixed) in [
        (None, "a=1; b=2; c=3; jar=1", "fixed=1; jar=1"),
        (Some("z=1"), "a=1; b=2; c=3; z=1; jar=1", "fixed=1; z=1; jar=1"),
    ] {
        let builder = SiteClient::builder("https://own.test").attach(Attach::cookies());
        let builder = match of_client {
            Some(cookie) => builder.header("cookie", cookie),
            None => builder,
        };
        let client = builder.transport(ServiceTransport::new(backend.clone())).build().unwrap();
        client.login().await.unwrap();
        let expected = |text: &str| text.as_bytes().to_vec();
        client.own(&["a=1", "b=2", "c=3"]).await.unwrap();
        assert_eq!(cookies(&backend), expected(own));
        client.own_alone(&["a=1", "b=2", "c=3"]).await.unwrap();
        assert_eq!(cookies(&backend), expected(own.strip_suffix("; jar=1").unwrap()));
        client.fixed().await.unwrap();
        assert_eq!(cookies(&backend), expected(fixed));
        client.own(&["a=1"]).header("cookie", ["b=2", "c=3"].as_slice()).await.unwrap();
        assert_eq!(cookies(&backend), expected(own));
        client.own(&["a=1"]).header("cookie", "b=2").header("Cookie", "c=3").await.unwrap();
        assert_eq!(cookies(&backend), expected(own));
    }
}

#[api_client(headers("cookie" = "trait=1"), auth = none)]
trait Baked {
    #[get("/own", headers("cookie" = "own=1"))]
    async fn own(&self, #[header] cookie: Option<&str>) -> Result<()>;
}

#[tokio::test]
async fn no_declared_cookie_takes_the_place_of_another() {
    let backend = accepting();
    let builder = BakedClient::builder("https://own.test").header("cookie", "a=1").header("cookie", "b=1");
    let client = builder.transport(ServiceTransport::new(backend.clone())).build().unwrap();
    client.own(None).await.unwrap();
    assert_eq!(cookies(&backend), b"trait=1; own=1; a=1; b=1");
    let call = client.own(Some("c=1")).header("cookie", "d=1");
    assert_eq!(call.request().unwrap().headers()["cookie"], "trait=1; own=1; c=1; d=1");
    call.await.unwrap();
    assert_eq!(cookies(&backend), b"trait=1; own=1; c=1; d=1; a=1; b=1");

    let (backend, client) = self::client("https://own.test", "https://other.test", &[]);
    let map = [("cookie", "f=1"), ("cookie", "g=1")]
        .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)));
    let pairs = [("cookie", "d=1"), ("x-other", "1"), ("Cookie", "e=1")];
    client.from_everywhere("b=1", Some("c=1"), &pairs, &map.into_iter().collect()).await.unwrap();
    assert_eq!(cookies(&backend), b"fixed=1; fixed=2; b=1; c=1; d=1; e=1; f=1; g=1");
}
