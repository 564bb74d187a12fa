//! Tokens that a server sends with its answers: `tokens_in`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::store::{MemoryStore, TokenStore};
use sdk_runtime::{
    Error, Result, ServiceTransport, SessionState, Tokens, Url, api_client, http::HeaderMap, oauth,
};
use sdk_testkit::{Backend, Reply, Request};

#[api_client]
trait Rotating {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;

    #[get("/x", auth = none)]
    async fn unsigned(&self) -> Result<String>;

    #[get("/never")]
    async fn never(&self) -> Result<String>;

    #[get("/away")]
    async fn away(&self) -> Result<String>;

    #[get]
    async fn anywhere(&self, #[url] url: &Url) -> Result<String>;
}

/// A server whose answers bring the next token in a header. It accepts the last `accepted` tokens.
struct Server {
    backend: Backend,
    issued: Arc<AtomicU64>,
}

fn server(accepted: u64) -> Server {
    let issued = Arc::new(AtomicU64::new(0));
    let counts = issued.clone();
    let answer = move |request: Request| {
        let counts = counts.clone();
        async move {
            // Calls that are sent together arrive together.
            tokio::task::yield_now().await;
            let last = counts.load(Ordering::SeqCst);
            let number = request.bearer().and_then(|token| token.strip_prefix('t')?.parse::<u64>().ok());
            match number {
                Some(number) if number <= last && number + accepted > last => {
                    let next = counts.fetch_add(1, Ordering::SeqCst) + 1;
                    Reply::text(format!("by t{number}")).header("x-next", format!("t{next}"))
                }
                _ => Reply::empty().status(401).header("x-next", "t666"),
            }
        }
    };
    let backend = Backend::new()
        .route("GET", "/x", answer)
        .reply("GET", "/never", Reply::empty().status(401).header("x-next", "t666"))
        .reply("GET", "/away", Reply::redirect("/x").header("x-next", "t666"))
        .reply("POST", "/refresh", Reply::text("{\"error\":\"invalid_grant\"}").status(400));
    Server { backend, issued }
}

fn next(headers: &HeaderMap) -> Option<Tokens> {
    Some(Tokens::new(headers.get("x-next")?.to_str().ok()?))
}

fn client(server: &Server) -> RotatingClient {
    let client = RotatingClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend.clone()))
        .tokens_in(next)
        .build()
        .unwrap();
    client.session().sign_in(Tokens::new("t0").refresh_token("r").subject("ann")).unwrap();
    client
}

fn token(client: &RotatingClient) -> String {
    let SessionState::SignedIn(login) = client.session().state() else { panic!("signed out") };
    login.access_token().unwrap().expose().to_owned()
}

#[tokio::test]
async fn each_call_is_signed_with_the_token_of_the_answer_before() {
    let server = server(1);
    let client = client(&server);
    let mut watch = client.session().watch();
    for number in 0..50 {
        assert_eq!(client.x().await.unwrap(), format!("by t{number}"));
    }
    assert_eq!((token(&client).as_str(), server.backend.requests().len()), ("t50", 50), "no 401, no refresh");
    let SessionState::SignedIn(login) = watch.current() else { panic!() };
    assert_eq!((login.subject(), login.generation()), (Some("ann"), 51), "I3: one login");
}

#[tokio::test]
async fn only_the_answer_to_the_present_token_counts_and_the_other_call_is_replayed() {
    // Both are sent with t0. The server accepts one token at a time.
    let server = server(1);
    let client = client(&server);
    let (one, two) = tokio::join!(client.x(), client.x());
    let mut texts = [one.unwrap(), two.unwrap()];
    texts.sort();
    assert_eq!(texts, ["by t0", "by t1"]);
    assert_eq!((token(&client).as_str(), server.backend.requests().len()), ("t2", 3), "one replay");

    // It accepts two: the second answer belongs to a token that is replaced by then.
    let server = self::server(2);
    let client = self::client(&server);
    let (one, two) = tokio::join!(client.x(), client.x());
    assert_eq!((one.unwrap().as_str(), two.unwrap().as_str()), ("by t0", "by t0"));
    assert_eq!(token(&client), "t1");
    assert_eq!(client.x().await.unwrap(), "by t1");
}

#[tokio::test]
async fn no_other_answer_brings_a_token() {
    let server = server(1);
    let other = Backend::new().fallback(|_| async { Reply::text("other").header("x-next", "t666") });
    let other = other.serve().await.unwrap();
    let own = server.backend.serve().await.unwrap();
    let client = RotatingClient::builder(own.url()).tokens_in(next).build().unwrap();
    client.session().sign_in(Tokens::new("t0")).unwrap();
    client.anywhere(&other.url().parse().unwrap()).await.unwrap();
    assert_eq!(token(&client), "t0", "another origin");
    client.unsigned().await.unwrap_err();
    assert_eq!(token(&client), "t0", "an unsigned call");

    let server = self::server(1);
    let client = self::client(&server);
    client.away().await.unwrap();
    assert_eq!(token(&client), "t0", "the end of a redirect");
}

#[tokio::test]
async fn i12_an_answer_to_a_login_before_brings_no_token_to_the_next() {
    let (arrived, go) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let (told, waits) = (arrived.clone(), go.clone());
    let backend = Backend::new().route("GET", "/x", move |_| {
        let (told, waits) = (told.clone(), waits.clone());
        async move {
            told.notify_one();
            waits.notified().await;
            Reply::text("ok").header("x-next", "t1")
        }
    });
    let client = client(&Server { backend, issued: Arc::default() });
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.x().await }
    });
    arrived.notified().await;
    client.session().sign_in(Tokens::new("of bob").subject("bob")).unwrap();
    go.notify_one();
    let _ = call.await.unwrap();
    assert_eq!(token(&client), "of bob", "I12");
}

#[tokio::test(start_paused = true)]
async fn i35_a_token_of_an_answer_lifts_no_hold_and_starts_no_refresh() {
    let server = server(1);
    let refreshed = Arc::new(AtomicU64::new(0));
    let (counts, issued) = (refreshed.clone(), server.issued.clone());
    server.backend.route("POST", "/refresh", move |_| {
        counts.fetch_add(1, Ordering::SeqCst);
        let next = issued.fetch_add(1, Ordering::SeqCst) + 1;
        let tokens = serde_json::json!({ "access_token": format!("t{next}"), "token_type": "Bearer" });
        async move { Reply::json(&tokens) }
    });
    let client = client(&server);
    for _ in 0..50 {
        client.x().await.unwrap();
        let Err(Error::SessionExpired(expired)) = client.never().await else { panic!() };
        assert!(!expired.requires_sign_in());
    }
    assert_eq!(refreshed.load(Ordering::SeqCst), 1, "I35");
}

#[tokio::test(start_paused = true)]
async fn i9_the_store_gets_the_last_token_in_the_end_and_not_each_of_them() {
    let server = server(1);
    let store = Arc::new(MemoryStore::new());
    let client = RotatingClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend.clone()))
        .store(store.clone())
        .tokens_in(next)
        .build()
        .unwrap();
    client.session().sign_in(Tokens::new("t0").refresh_token("r")).unwrap();
    client.session().flush().await.unwrap();
    let version = store.load().await.unwrap().unwrap().version();
    for _ in 0..100 {
        client.x().await.unwrap();
    }
    client.session().flush().await.unwrap();
    let stored = store.load().await.unwrap().unwrap();
    assert!(stored.text().contains("\"t100\"") && stored.text().contains("\"r\""), "I9: {}", stored.text());
    let writes = stored.version() - version;
    assert!((1..=100).contains(&writes), "{writes}");

    // Another process goes on with it.
    let other = RotatingClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend.clone()))
        .store(store)
        .build()
        .unwrap();
    assert_eq!(other.x().await.unwrap(), "by t100");
}

#[tokio::test]
async fn a_token_that_no_header_can_hold_is_left_out() {
    let seen = Arc::new(Mutex::new(0));
    let server = server(100);
    let saw = seen.clone();
    let client = RotatingClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend.clone()))
        .tokens_in(move |_| {
            *saw.lock().unwrap() += 1;
            Some(Tokens::new("a\nb"))
        })
        .build()
        .unwrap();
    client.session().sign_in(Tokens::new("t0")).unwrap();
    tokio::time::timeout(Duration::from_secs(60), client.x()).await.unwrap().unwrap();
    client.x().await.unwrap();
    assert_eq!((token(&client).as_str(), *seen.lock().unwrap()), ("t0", 2));
}
