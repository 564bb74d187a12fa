//! Faults between two mechanisms that were tested alone: endpoints that forbid, windows, timeouts, endings.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sdk_runtime::{
    Error, Head, Refusal, Result, ServiceTransport, TokenResponse, Tokens, api_client,
    error::UnavailableCause,
};
use sdk_testkit::{Reply, TokenServer};
use serde::Deserialize;
use test_support::{RefreshRequest, user};
use tokio::time::{Instant, advance};

use crate::shelf::Shelf;
use crate::tracker::{builder, with_issues};

/// Says of a number that is none what it found, as a type's own message may.
fn seconds<'de, D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Option<u64>, D::Error> {
    let Some(value) = Option::<serde_json::Value>::deserialize(from)? else { return Ok(None) };
    let found = value.as_str().unwrap_or("?").to_owned();
    let none = || serde::de::Error::custom(format!("expected a number of seconds, found {found}"));
    value.as_u64().map(Some).ok_or_else(none)
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    refresh_token: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    subject: Option<String>,
}

impl TokenResponse for Issued {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        let mut tokens = Tokens::new(self.access_token.as_str());
        if let Some(token) = &self.refresh_token {
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
trait Shop {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<Issued>;
    #[get("/a")]
    async fn a(&self) -> Result<()>;
    #[get("/c")]
    async fn c(&self) -> Result<()>;
}

#[api_client(timeout = none)]
trait Desk {
    #[get("/a")]
    async fn a(&self) -> Result<()>;
    #[get("/c", retry = 3)]
    async fn again(&self) -> Result<()>;
}

/// `/a` forbids, `/c` accepts each live token.
fn server() -> TokenServer {
    let server = TokenServer::builder().access_lifetime(Duration::from_secs(36_000)).build();
    server.backend().reply("GET", "/a", Reply::empty().status(401));
    server.guard("GET", "/c", |_, _| async { Reply::empty() });
    server
}

fn shop(server: &TokenServer, lifetime: Option<u64>) -> ShopClient {
    let transport = ServiceTransport::new(server.backend().clone());
    let client = ShopClient::builder("http://localhost").transport(transport).build().unwrap();
    let issued = server.issue("ann");
    let tokens = Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap());
    let tokens = match lifetime {
        Some(lifetime) => tokens.expires_in(Duration::from_secs(lifetime)),
        None => tokens,
    };
    client.session().sign_in(tokens).unwrap();
    client
}

#[tokio::test(start_paused = true)]
async fn i35_two_clients_of_one_trait_have_endpoints_of_their_own() {
    let server = server();
    server.guard("GET", "/v2/a", |_, _| async { Reply::empty() });
    let main = shop(&server, None);
    let on = |base: &str| {
        DeskClient::builder(base)
            .transport(ServiceTransport::new(server.backend().clone()))
            .session(main.session())
            .build()
            .unwrap()
    };
    let (one, two) = (on("http://localhost"), on("http://localhost/v2"));
    two.a().await.unwrap();
    server.backend().reply("POST", "/auth/refresh", Reply::empty().status(503));
    one.a().await.unwrap_err();
    two.a().await.expect("I35: /v2/a accepts the token");
}

#[tokio::test(start_paused = true)]
async fn i37_the_call_that_starts_a_refresh_in_the_mandatory_window_waits_for_it() {
    let server = with_issues(
        TokenServer::builder().access_lifetime(Duration::from_secs(100)).tells_lifetime(true).build(),
    );
    let shelf = Shelf::new();
    let client = builder(&server).store(shelf.clone()).build().unwrap();
    client.login(&user("ann")).await.unwrap();
    advance(Duration::from_secs(98)).await;
    // 2 s are left: patience is 1 s; the refresh takes 1.5 s.
    server.refresh_latency(Duration::from_millis(1_500));
    client.issue(1).await.unwrap();
    let counts = server.counts();
    let kept = shelf.text().await;
    assert_eq!((counts.refreshes, counts.rotations), (1, 1), "I37: {kept}");
    assert!(kept.contains("access-00000002"), "I37: {kept}");
}

#[tokio::test(start_paused = true)]
async fn i14_an_undecodable_answer_is_not_asked_for_again_while_another_endpoint_accepts() {
    let server = server();
    let client = shop(&server, Some(36_000));
    client.c().await.unwrap();
    server.next_refresh_rotates_then(
        Reply::bytes(b"{\"access_token\":1}".to_vec()).header("content-type", "application/json"),
    );
    client.a().await.unwrap_err();
    for _ in 0..12 {
        advance(Duration::from_secs(61)).await;
        let a = client.a().await.unwrap_err();
        let c = client.c().await;
        assert!(c.is_ok(), "I34: {a:?} then {c:?}, {:?}", server.counts().refreshes);
    }
    assert_eq!(server.counts().refreshes, 1, "not sent while the access token is valid");
}

#[tokio::test(start_paused = true)]
async fn i14_an_application_that_asks_does_not_send_it_again_either_while_another_endpoint_accepts() {
    for lifetime in [None, Some(36_000)] {
        let server = server();
        let client = shop(&server, lifetime);
        client.c().await.unwrap();
        server.next_refresh_rotates_then(
            Reply::bytes(b"{\"access_token\":1}".to_vec()).header("content-type", "application/json"),
        );
        client.a().await.unwrap_err();
        advance(Duration::from_secs(400)).await;
        let error = client.session().refresh().await.unwrap_err();
        client.c().await.expect("I34: /c accepts the token");
        assert_eq!(server.counts().refreshes, 1, "I14: {error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn i18_a_call_that_gets_no_refresh_for_an_undecodable_answer_is_told_until_when() {
    for lifetime in [None, Some(36_000)] {
        let server = server();
        let client = shop(&server, lifetime);
        client.c().await.unwrap();
        server.next_refresh_rotates_then(
            Reply::bytes(b"{\"access_token\":1}".to_vec()).header("content-type", "application/json"),
        );
        client.a().await.unwrap_err();
        advance(Duration::from_secs(400)).await;
        let Err(Error::RefreshUnavailable(error)) = client.a().await else { panic!("{lifetime:?}") };
        assert!(!error.retry_after().is_zero(), "I18: it would not ask at once: {error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn i34_a_refresh_that_is_rejected_gives_up_no_token_that_some_server_accepts() {
    let server = server();
    let client = shop(&server, Some(36_000));
    client.c().await.unwrap();
    server.next_refresh(Reply::json(&serde_json::json!({"error":"invalid_grant"})).status(400));
    client.a().await.unwrap_err();
    client.c().await.expect("I34/I17");
}

#[tokio::test(start_paused = true)]
async fn i34_a_login_without_a_refresh_token_is_not_ended_by_an_endpoint_that_forbids() {
    let server = server();
    let client = shop(&server, Some(36_000));
    client.session().sign_in(Tokens::new(server.issue("ann").access_token)).unwrap();
    client.c().await.unwrap();
    client.a().await.unwrap_err();
    client.c().await.expect("I34/I17");
}

#[tokio::test(start_paused = true)]
async fn i35_a_refresh_that_names_another_subject_forgets_no_cost() {
    let server = server();
    let client = shop(&server, None);
    let issued = server.issue("ann");
    client
        .session()
        .sign_in(Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap()).subject("ann"))
        .unwrap();
    let (count, authority) = (Arc::new(AtomicUsize::new(0)), server.authority());
    let n = count.clone();
    server.backend().route("POST", "/auth/refresh", move |_| {
        let n = n.fetch_add(1, Ordering::SeqCst);
        let issued = authority.issue("ann");
        async move {
            Reply::json(&serde_json::json!({
                "access_token": issued.access_token,
                "refresh_token": issued.refresh_token,
                "subject": format!("s{n}"),
            }))
        }
    });
    for _ in 0..50 {
        let _ = client.a().await;
        advance(Duration::from_millis(100)).await;
    }
    let refreshes = count.load(Ordering::SeqCst);
    assert!(refreshes <= 6, "I35: {refreshes} refreshes in 5 s");
}

#[tokio::test(start_paused = true)]
async fn a_lifetime_beyond_all_times_breaks_nothing() {
    for lifetime in [u64::MAX, i64::MAX as u64, 1 << 40] {
        let server = server();
        let client = shop(&server, Some(lifetime));
        client.c().await.unwrap();
        let bad = Reply::bytes(b"{\"access_token\":1}".to_vec()).header("content-type", "application/json");
        server.next_refresh_rotates_then(bad.clone());
        client.session().refresh().await.unwrap_err();
        advance(Duration::from_secs(301)).await;
        let own = client.clone();
        let told = tokio::spawn(async move { own.session().refresh().await }).await;
        assert!(told.is_ok(), "{lifetime}: it panicked");
        client.c().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn i34_a_login_that_cannot_be_refreshed_goes_on_for_those_who_accept_its_token() {
    let server = server();
    let client = shop(&server, Some(36_000));
    client.c().await.unwrap();
    server.next_refresh(Reply::json(&serde_json::json!({"error":"invalid_grant"})).status(400));
    client.session().refresh().await.unwrap_err();
    client.c().await.unwrap();
    client.a().await.unwrap_err();
    client.c().await.expect("I34");
}

#[tokio::test(start_paused = true)]
async fn i35_a_hold_is_of_one_client() {
    let server = server();
    let v2 = Arc::new(AtomicBool::new(true));
    let is_good = v2.clone();
    server.guard("GET", "/v2/a", move |_, _| {
        let status = if is_good.load(Ordering::SeqCst) { 204 } else { 401 };
        async move { Reply::empty().status(status) }
    });
    let main = shop(&server, None);
    let on = |base: &str| {
        DeskClient::builder(base)
            .transport(ServiceTransport::new(server.backend().clone()))
            .session(main.session())
            .build()
            .unwrap()
    };
    let (one, two) = (on("http://localhost"), on("http://localhost/v2"));
    one.a().await.unwrap_err();
    // The token dies; the one that only /v2/a uses would be refreshed.
    server.expire_access_tokens();
    two.a().await.expect("I35");
}

#[tokio::test(start_paused = true)]
async fn i36_a_call_waits_2_s_in_all_however_often_it_is_sent() {
    let server = TokenServer::builder().access_lifetime(Duration::from_secs(36_000)).build();
    server.guard("GET", "/c", |_, _| async { Reply::empty().status(503) });
    let main = shop(&server, Some(1000));
    let desk = DeskClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .session(main.session())
        .build()
        .unwrap();
    advance(Duration::from_secs(975)).await;
    let _hold = server.hold_refreshes();
    let begin = Instant::now();
    desk.again().await.unwrap_err();
    assert!(begin.elapsed() < Duration::from_secs(6), "I36: {:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_all_numbers_is_one() {
    let server = server();
    let client = shop(&server, None);
    server.expire_access_tokens();
    server.backend().reply(
        "POST",
        "/auth/refresh",
        Reply::empty().status(503).header("retry-after", "99999999999999999999999"),
    );
    client.c().await.unwrap_err();
    assert_eq!(server.backend().count("POST", "/auth/refresh"), 1, "it says that it has not done it");
}

#[tokio::test(start_paused = true)]
async fn i36_a_call_with_little_time_does_not_spend_it_on_waiting() {
    let server = server();
    let client = shop(&server, Some(1000));
    advance(Duration::from_secs(971)).await;
    let _hold = server.hold_refreshes();
    for _ in 0..3 {
        client.c().timeout(Duration::from_secs(1)).await.expect("I36: the token is good for 29 s");
    }
}

#[tokio::test(start_paused = true)]
async fn i35_a_call_with_little_time_is_not_lost_to_what_another_endpoint_has_caused() {
    let server = server();
    let client = shop(&server, None);
    client.c().await.unwrap();
    let _hold = server.hold_refreshes();
    let own = client.clone();
    let forbidden = tokio::spawn(async move { own.a().await });
    server.wait_for(|counts| counts.refreshes == 1).await;
    for _ in 0..3 {
        client.c().timeout(Duration::from_secs(1)).await.expect("I35: it accepts the token");
    }
    forbidden.abort();
}

#[tokio::test(start_paused = true)]
async fn i37_a_refresh_that_is_answered_in_time_is_kept_wherever_the_call_was_made() {
    let mut lost = Vec::new();
    for lifetime in [20_u64, 100, 1000] {
        for left in [1_u64, 2, 3, 4, 10, 25] {
            if left >= lifetime / 6 {
                continue;
            }
            for latency in [100_u64, 600, 1_500] {
                let server = with_issues(
                    TokenServer::builder()
                        .access_lifetime(Duration::from_secs(lifetime))
                        .tells_lifetime(true)
                        .build(),
                );
                let shelf = Shelf::new();
                let client = builder(&server).store(shelf.clone()).build().unwrap();
                client.login(&user("ann")).await.unwrap();
                advance(Duration::from_secs(lifetime - left)).await;
                server.refresh_latency(Duration::from_millis(latency));
                client.issue(1).await.unwrap();
                if server.counts().refreshes == 1 && !shelf.text().await.contains("access-00000002") {
                    lost.push((lifetime, left, latency));
                }
            }
        }
    }
    assert!(lost.is_empty(), "I37: lifetime, left, latency in ms: {lost:?}");
}

#[tokio::test(start_paused = true)]
async fn i27_what_a_type_or_a_redirect_says_shows_no_secret() {
    for reply in [
        Reply::bytes(br#"{"access_token":"n","expires_in":"S3cretToken"}"#.to_vec()),
        Reply::empty().status(302).header("location", "//user:S3cret@portal.example/x"),
        Reply::empty().status(302).header("location", "/login;jsessionid=S3cret"),
        Reply::empty().status(302).header("location", "http:S3cret?x"),
    ] {
        let server = server();
        let client = shop(&server, None);
        server.expire_access_tokens();
        server.next_refresh_rotates_then(reply);
        let Error::RefreshUnavailable(told) = client.c().await.unwrap_err() else { panic!("not told") };
        let detail = match told.cause() {
            UnavailableCause::Decode(error) => error.detail().to_owned(),
            _ => String::new(),
        };
        assert!(!format!("{told} {told:?} {detail}").contains("S3cret"), "I27: {told}");
    }
}
