//! Logins of cookies, and answers that say nothing about tokens.

use std::time::Duration;

use sdk_runtime::{
    Attach, Error, Head, Refusal, Result, ServiceTransport, TokenResponse, Tokens, api_client,
    error::UnavailableCause,
    session::{CookiesDropped, SessionEvent, SessionEvents},
    store::{MemoryStore, StoredLogin, TokenStore},
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use tokio::time::timeout;

/// Its fields may all be missing, so that it reads every object.
#[derive(Deserialize)]
struct Cookied {
    #[expect(dead_code, reason = "a server that sets cookies says little more")]
    user: Option<String>,
}

impl TokenResponse for Cookied {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::cookies())
    }
}

#[api_client(timeout = none)]
trait Cookie {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Cookied>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Cookied>;
    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_a_success_ends_a_login_of_cookies() {
    let backend = Backend::new();
    let login = Reply::json(&serde_json::json!({"user": "ann"})).append_header("set-cookie", "c=1; Path=/");
    backend.reply("POST", "/login", login);
    backend.reply("POST", "/refresh", Reply::json(&serde_json::json!({"error": "bad_refresh_token"})));
    backend.reply("GET", "/x", Reply::empty().status(401));
    let builder = CookieClient::builder("http://localhost").attach(Attach::cookies());
    let client = builder.transport(ServiceTransport::new(backend.clone())).build().unwrap();
    client.login().await.unwrap();
    assert!(client.x().await.unwrap_err().requires_sign_in());
    assert!(!client.session().state().is_signed_in());
    assert_eq!(backend.count("POST", "/refresh"), 1, "I14");
}

/// A server whose sign-in sets `cookies`, and a client of it.
fn signing_in_with(cookies: &[&[u8]], store: &MemoryStore) -> (Backend, CookieClient) {
    let backend = Backend::new();
    backend.reply("POST", "/login", setting(cookies));
    backend.reply("GET", "/x", Reply::text("welcome"));
    let builder = CookieClient::builder("https://own.com").attach(Attach::cookies()).store(store.clone());
    let client = builder.transport(ServiceTransport::new(backend.clone())).build().unwrap();
    (backend, client)
}

fn setting(cookies: &[&[u8]]) -> Reply {
    let reply = Reply::json(&serde_json::json!({"user": "ann"}));
    cookies.iter().fold(reply, |reply, cookie| reply.append_header("set-cookie", cookie))
}

fn sent(backend: &Backend) -> Vec<u8> {
    let request = backend.last().unwrap();
    request.headers().get("cookie").map(|cookie| cookie.as_bytes().to_vec()).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_without_a_cookie_is_an_error_that_says_why() {
    let large = format!("c={}", "v".repeat(4096));
    for (cookies, why) in [
        (&[][..], "the answer set none"),
        (&[&b"c=1; Domain=com"[..]], "a public suffix"),
        (&[b"c=1; Domain=other.com"], "a `Domain` that the server is not in"),
        (&[b"__Host-c=1"], "`__Host-`"),
        (&[b"c=1; Max-Age=0", b"d=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], "2 that has expired"),
        (&[large.as_bytes()], "more than 4096 bytes"),
    ] {
        let store = MemoryStore::new();
        let (_, client) = signing_in_with(cookies, &store);
        let Err(Error::InvalidRequest(error)) = client.login().await else { panic!("signed in: {why}") };
        assert_eq!(error.argument(), "Tokens::cookies()");
        assert!(error.reason().contains(why), "{error}");
        assert!(!client.session().state().is_signed_in(), "{why}");
        assert_eq!(store.load().await.unwrap(), None, "{why}");
        assert!(matches!(client.x().await, Err(Error::NotSignedIn(_))));
        let by_hand = client.session().sign_in(Tokens::cookies()).unwrap_err();
        assert!(matches!(by_hand, Error::InvalidRequest(_)), "{by_hand}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_needs_no_new_cookie_but_some() {
    let (backend, client) = signing_in_with(&[b"c=1; Path=/"], &MemoryStore::new());
    client.login().await.unwrap();
    backend.reply("POST", "/refresh", setting(&[]));
    client.session().refresh().await.unwrap();
    client.x().await.unwrap();
    assert_eq!(sent(&backend), b"c=1", "those there are stay");

    backend.reply("POST", "/refresh", setting(&[b"c=; Path=/; Max-Age=0", b"d=1; Domain=com"]));
    let Err(Error::RefreshUnavailable(unavailable)) = client.session().refresh().await else {
        panic!("done")
    };
    let UnavailableCause::Unusable(why) = unavailable.cause() else { panic!("{unavailable}") };
    assert!(
        why.reason().contains("1 that names a public suffix as its `Domain`, 1 that has expired"),
        "{why}"
    );
    assert!(client.session().state().is_signed_in(), "what cannot sign ends no login");
}

#[tokio::test(start_paused = true)]
async fn the_bytes_of_a_cookie_outlive_the_program() {
    let store = MemoryStore::new();
    let (_, client) = signing_in_with(&[b"n\xfc=M\xc3\xbcller\xff; Path=/; Comment=S\xfc"], &store);
    client.login().await.unwrap();
    let (backend, client) = signing_in_with(&[], &store);
    assert_eq!(client.x().await.unwrap(), "welcome");
    assert_eq!(sent(&backend), b"n\xfc=M\xc3\xbcller\xff");
}

/// The one event of dropped cookies among those that are there.
async fn dropped(events: &mut SessionEvents) -> Option<CookiesDropped> {
    let mut dropped = None;
    while let Ok(Some(event)) = timeout(Duration::from_nanos(1), events.next()).await {
        if let SessionEvent::CookiesDropped(counts) = event {
            assert_eq!(dropped.replace(counts), None, "told once");
        }
    }
    dropped
}

#[tokio::test(start_paused = true)]
async fn what_a_jar_has_no_room_for_is_told() {
    let many: Vec<_> = (0..60).map(|at| format!("c{at}=1; Path=/")).collect();
    let large: Vec<_> = (0..6).map(|at| format!("c{at}={}; Path=/", "v".repeat(4000))).collect();
    let huge = vec!["a=1; Path=/".to_owned(), format!("b={}", "v".repeat(4096))];
    for (cookies, expected) in [
        (&many, [0, 10, 0, 0]),
        (&huge, [1, 0, 0, 0]),
        // Each is within its own limit: what is too much for one request shows when that is made.
        (&large, [0, 0, 0, 2]),
    ] {
        let lines: Vec<_> = cookies.iter().map(String::as_bytes).collect();
        let counts = |dropped: Option<CookiesDropped>| {
            dropped.map(|it| [it.too_large, it.of_one_domain, it.in_all, it.of_one_request])
        };
        // In the answer to the sign-in, to a call, and to a refresh.
        let (_, client) = signing_in_with(&lines, &MemoryStore::new());
        let mut events = client.session().events();
        client.login().await.unwrap();
        client.x().await.unwrap();
        assert_eq!(counts(dropped(&mut events).await), Some(expected));
        client.x().await.unwrap();
        assert_eq!(dropped(&mut events).await, None, "they are gone");

        let (backend, client) = signing_in_with(&[b"first=1; Path=/x"], &MemoryStore::new());
        let mut events = client.session().events();
        client.login().await.unwrap();
        backend.reply("GET", "/x", setting(&lines));
        client.x().await.unwrap();
        backend.reply("GET", "/x", Reply::text("welcome"));
        client.x().await.unwrap();
        // The first cookie is the one that is used least recently.
        let of_a_call = expected.map(|count| count + u32::from(count > 1));
        assert_eq!(counts(dropped(&mut events).await), Some(of_a_call));

        backend.reply("POST", "/refresh", setting(&lines));
        client.session().refresh().await.unwrap();
        client.x().await.unwrap();
        assert!(dropped(&mut events).await.is_some());
        assert!(sent(&backend).len() <= 16 << 10);
    }
}

#[tokio::test(start_paused = true)]
async fn the_limits_hold_for_a_login_from_a_store() {
    let store = MemoryStore::new();
    let (_, client) = signing_in_with(&[b"c=1; Path=/"], &store);
    client.login().await.unwrap();
    let stored = store.load().await.unwrap().unwrap();
    let mut text: serde_json::Value = serde_json::from_str(stored.text()).unwrap();
    let cookies = text["login"]["cookies"].as_array_mut().unwrap();
    for (host, of_host) in [("own.com", 60)].into_iter().chain((0..60).map(|_| ("", 50))) {
        for at in 0..of_host {
            let mut cookie = cookies[0].clone();
            let host = if host.is_empty() { format!("h{}.com", cookies.len() / 50) } else { host.to_owned() };
            cookie["raw_cookie"] = format!("c{at}=1").into();
            cookie["domain"] = serde_json::json!({ "HostOnly": host });
            cookies.push(cookie);
        }
    }
    let version = stored.version() + 1;
    assert!(store.replace(stored.version(), StoredLogin::new(version, text.to_string())).await.unwrap());

    let (backend, client) = signing_in_with(&[], &store);
    let mut events = client.session().events();
    client.x().await.unwrap();
    let told = dropped(&mut events).await.unwrap();
    assert_eq!(told.of_one_domain, 11);
    assert!(told.in_all > 0, "{told:?}");
    assert!(sent(&backend).split(|byte| *byte == b';').count() <= 50);
}
