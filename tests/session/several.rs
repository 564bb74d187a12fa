//! Tokens of several processes: cookies, subjects, unknown outcomes. Each over a hand-written backend.
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::{
    Attach, Error, Grant, Head, Refusal, Result, ServiceTransport, TokenRequest, TokenResponse, Tokens,
    api_client,
    error::{ExpiredReason, StoreError},
    store::{MemoryStore, StoreFuture, StoredLogin, TokenStore},
};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::{advance, timeout};

/// Also of a login without a refresh token.
#[derive(Serialize)]
struct Refresh {
    refresh_token: String,
}
impl TokenRequest for Refresh {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self { refresh_token: grant.refresh_token().map(|t| t.expose().to_owned()).unwrap_or_default() })
    }
}
#[derive(Deserialize, Default)]
#[serde(default)]
struct Refreshed {
    access: String,
    refresh: Option<String>,
    expires_in: Option<u64>,
    subject: Option<String>,
}
impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        if self.access == "panic" {
            panic!("code of the user's");
        }
        let mut tokens =
            if self.access.is_empty() { Tokens::cookies() } else { Tokens::new(self.access.as_str()) };
        if let Some(token) = &self.refresh {
            tokens = tokens.refresh_token(token.as_str());
        }
        if let Some(seconds) = self.expires_in {
            tokens = tokens.expires_in(Duration::from_secs(seconds));
        }
        if let Some(subject) = &self.subject {
            tokens = tokens.subject(subject.as_str());
        }
        Ok(tokens)
    }
}
#[api_client(timeout = none)]
trait Probe {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Refreshed>;
    #[post("/refresh", timeout = 2s)]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> Result<Refreshed>;
    #[get("/x")]
    async fn x(&self) -> Result<String>;
    #[put("/x")]
    async fn put(&self) -> Result<String>;
}
fn client(backend: &Backend) -> ProbeClient {
    ProbeClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend.clone()))
        .build()
        .unwrap()
}
fn kept(backend: &Backend, store: &MemoryStore) -> ProbeClient {
    ProbeClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend.clone()))
        .store(store.clone())
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_cookies_of_a_refresh_over_anothers_tokens_sign() {
    let store = MemoryStore::new();
    let number = Arc::new(AtomicUsize::new(0));
    let backend = Backend::new();
    let _n = number.clone();
    let set = move |n: usize| {
        Reply::json(&json!({"expires_in": 100})).append_header("set-cookie", format!("c={n}; Path=/"))
    };
    backend.reply("POST", "/login", set(0));
    let n = number.clone();
    backend.route("POST", "/refresh", move |request| {
        let now = n.load(Ordering::SeqCst);
        let reply = if request.cookie("c") == Some(now.to_string().as_str()) {
            n.store(now + 1, Ordering::SeqCst);
            set(now + 1)
        } else {
            Reply::empty().status(401)
        };
        async move { reply }
    });
    let n = number.clone();
    backend.route("GET", "/x", move |request| {
        let reply = if request.cookie("c") == Some(n.load(Ordering::SeqCst).to_string().as_str()) {
            Reply::text("welcome")
        } else {
            Reply::empty().status(401)
        };
        async move { reply }
    });
    let make = || {
        ProbeClient::builder("http://localhost")
            .attach(Attach::cookies())
            .transport(ServiceTransport::new(backend.clone()))
            .store(store.clone())
            .build()
            .unwrap()
    };
    let (one, two) = (make(), make());
    one.login().await.unwrap();
    two.x().await.unwrap();
    one.session().refresh().await.unwrap();
    one.x().await.unwrap();
    two.session().refresh().await.unwrap();
    let got = two.x().await;
    assert!(
        got.is_ok(),
        "{got:?} after {:?}",
        backend
            .requests()
            .iter()
            .map(|r| (r.path().to_owned(), r.cookie("c").map(str::to_owned)))
            .collect::<Vec<_>>()
    );
    assert_eq!(backend.count("POST", "/refresh"), 2);
}

#[tokio::test(start_paused = true)]
async fn i12_a_refresh_by_another_process_as_another_user_is_another_login() {
    let store = MemoryStore::new();
    let valid = Arc::new(Mutex::new("a0".to_owned()));
    let backend = Backend::new()
        .reply("POST", "/login", Reply::json(&json!({"access": "a0", "refresh": "r0", "subject": "ann"})))
        .reply("POST", "/refresh", Reply::json(&json!({"access": "b1", "refresh": "r1", "subject": "bob"})));
    for m in ["GET", "PUT"] {
        let v = valid.clone();
        backend.route(m, "/x", move |request| {
            let reply = if request.bearer() == Some(v.lock().unwrap().as_str()) {
                Reply::text("welcome")
            } else {
                Reply::empty().status(401)
            };
            async move { reply }
        });
    }
    let (one, two) = (kept(&backend, &store), kept(&backend, &store));
    one.login().await.unwrap();
    two.x().await.unwrap();
    *valid.lock().unwrap() = "b1".to_owned();
    one.session().refresh().await.unwrap();
    let got = two.put().await;
    assert!(matches!(got, Err(Error::IdentityChanged(_))), "I12: {got:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_for_a_panic_is_in_doubt() {
    let backend = Backend::new().reply("GET", "/x", Reply::empty().status(401));
    let calls = Arc::new(AtomicUsize::new(0));
    let c = calls.clone();
    backend.route("POST", "/refresh", move |_| {
        let reply = match c.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::json(&json!({"access": "panic", "refresh": "r1"})),
            _ => Reply::json(&json!({"error": "invalid_grant"})).status(400),
        };
        async move { reply }
    });
    let client = client(&backend);
    client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    let first = client.x().await;
    let Err(Error::RefreshUnavailable(told)) = &first else { panic!("{first:?}") };
    advance(told.retry_after()).await;
    let Err(Error::SessionExpired(expired)) = client.x().await else { panic!() };
    assert_eq!(expired.reason(), ExpiredReason::LostRotation);
}

#[tokio::test(start_paused = true)]
async fn i7_what_the_second_send_is_told_is_waited_for() {
    for (second, most) in [
        (Reply::empty().status(429).header("retry-after", "600"), 600),
        (Reply::html("<p>firewall</p>").status(403), 1),
    ] {
        let backend = Backend::new().reply("GET", "/x", Reply::empty().status(401));
        let calls = Arc::new(AtomicUsize::new(0));
        let (c, s) = (calls.clone(), second.clone());
        backend.route("POST", "/refresh", move |_| {
            let reply = match c.fetch_add(1, Ordering::SeqCst) {
                0 => Reply::reset(),
                1 => s.clone(),
                _ => Reply::json(&json!({"error": "invalid_grant"})).status(400),
            };
            async move { reply }
        });
        let client = client(&backend);
        client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
        let Err(Error::RefreshUnavailable(told)) = client.x().await else { panic!() };
        let waits = told.retry_after();
        advance(waits).await;
        let Err(Error::SessionExpired(expired)) = client.x().await else { panic!() };
        assert_eq!(expired.reason(), ExpiredReason::LostRotation);
        let most = Duration::from_secs(most);
        assert!(most / 2 <= waits && waits <= most, "I7: {waits:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn i18_a_server_that_fails_has_not_taken_the_token() {
    let backend = Backend::new();
    let flip = Arc::new(AtomicUsize::new(0));
    let f = flip.clone();
    backend.route("GET", "/x", move |_| {
        let status = if f.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) { 401 } else { 500 };
        async move { Reply::empty().status(status) }
    });
    let n = Arc::new(AtomicUsize::new(0));
    backend.route("POST", "/refresh", move |_| {
        let n = n.fetch_add(1, Ordering::SeqCst);
        async move { Reply::json(&json!({"access": format!("a{n}"), "refresh": format!("r{n}")})) }
    });
    let client = client(&backend);
    client.session().sign_in(Tokens::new("a").refresh_token("r")).unwrap();
    for _ in 0..30 {
        let _ = client.x().await;
    }
    assert!(backend.count("POST", "/refresh") <= 5, "{}", backend.count("POST", "/refresh"));
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_is_not_known_to_be_written_replaces_nothing_newer() {
    // The first write of the sign-in is done, and is not known to be: it is told as failed.
    struct Half(MemoryStore, AtomicBool);
    impl TokenStore for Half {
        fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
            self.0.load()
        }
        fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
            Box::pin(async move {
                let done = self.0.replace(expected, next).await;
                if self.1.swap(false, Ordering::SeqCst) {
                    return Err(StoreError::unavailable("the answer is lost", "reset"));
                }
                done
            })
        }
    }
    let store = MemoryStore::new();
    let valid = Arc::new(AtomicUsize::new(0));
    let spent = Arc::new(Mutex::new(Vec::<String>::new()));
    let backend =
        Backend::new().reply("POST", "/login", Reply::json(&json!({"access": "a0", "refresh": "r0"})));
    let (v, s) = (valid.clone(), spent.clone());
    backend.route("POST", "/refresh", move |request| {
        let token =
            request.json::<serde_json::Value>().unwrap()["refresh_token"].as_str().unwrap().to_owned();
        s.lock().unwrap().push(token.clone());
        let now = v.load(Ordering::SeqCst);
        let reply = if token == format!("r{now}") {
            v.store(now + 1, Ordering::SeqCst);
            Reply::json(&json!({"access": format!("a{}", now + 1), "refresh": format!("r{}", now + 1)}))
        } else {
            Reply::json(&json!({"error":"invalid_grant"})).status(400)
        };
        async move { reply }
    });
    let v = valid.clone();
    backend.route("GET", "/x", move |request| {
        let ok = request.bearer() == Some(format!("a{}", v.load(Ordering::SeqCst)).as_str());
        async move { if ok { Reply::text("welcome") } else { Reply::empty().status(401) } }
    });
    let one = ProbeClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend.clone()))
        .store(Half(store.clone(), AtomicBool::new(true)))
        .build()
        .unwrap();
    let two = kept(&backend, &store);
    one.login().await.unwrap();
    // Within the second until it is written again, another process has refreshed.
    two.session().refresh().await.unwrap();
    let got = one.x().await;
    assert_eq!(*spent.lock().unwrap(), ["r0"], "I14: {got:?}");
    got.unwrap();
}

#[tokio::test(start_paused = true)]
async fn i9_tokens_are_not_said_to_be_kept_where_they_are_not() {
    let store = Arc::new(Mutex::new(None::<StoredLogin>));
    let broken = Arc::new(AtomicBool::new(false));
    struct Hand(Arc<Mutex<Option<StoredLogin>>>, Arc<AtomicBool>);
    impl TokenStore for Hand {
        fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
            let k = self.0.lock().unwrap().clone();
            Box::pin(async { Ok(k) })
        }
        fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
            Box::pin(async move {
                if self.1.load(Ordering::SeqCst) && !next.text().contains("intent") {
                    return Err(StoreError::unavailable("full", "full"));
                }
                let mut k = self.0.lock().unwrap();
                let ok = k.as_ref().map_or(0, StoredLogin::version) == expected;
                if ok {
                    *k = Some(next);
                }
                Ok(ok)
            })
        }
    }
    let backend = Backend::new()
        .reply("POST", "/login", Reply::json(&json!({"access": "a0", "refresh": "r0"})))
        .reply("POST", "/refresh", Reply::json(&json!({"access": "a1", "refresh": "r1"})))
        .reply("GET", "/x", Reply::text("welcome"));
    let client = ProbeClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend.clone()))
        .store(Hand(store.clone(), broken.clone()))
        .build()
        .unwrap();
    client.login().await.unwrap();
    let mut events = client.session().events();
    broken.store(true, Ordering::SeqCst);
    client.session().refresh().await.unwrap();
    // Another program removes the file.
    *store.lock().unwrap() = None;
    broken.store(false, Ordering::SeqCst);
    let flushed = client.session().flush().await;
    let mut seen = vec![];
    while let Ok(Some(event)) = timeout(Duration::from_millis(1), events.next()).await {
        seen.push(format!("{event:?}"));
    }
    assert!(flushed.is_err(), "I9: who ends a login by removing it is not overruled");
    assert!(!seen.iter().any(|event| event.contains("Recovered")), "I9: {seen:?}");
}
