//! Endpoints that forbid by a 401: they cost a bounded number of refreshes, and do not disturb other
//! endpoints.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sdk_runtime::{
    Bytes, Error, Result, ServiceTransport, Tokens, api_client, error::ExpiredReason, store::MemoryStore,
};
use sdk_testkit::{Reply, TokenServer};
use test_support::{LoginResponse, RefreshRequest};
use tokio::time::{Instant, advance};

#[api_client]
pub trait Office {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[get("/a")]
    async fn a(&self) -> Result<()>;
    #[get("/b")]
    async fn b(&self) -> Result<()>;
    #[get("/c")]
    async fn c(&self) -> Result<()>;
    #[get("/moody")]
    async fn moody(&self) -> Result<()>;
    #[get("/d")]
    async fn d(&self) -> Result<()>;
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<()>;
    #[get]
    async fn file(&self, #[url] address: &str) -> Result<Bytes>;
}

/// A server on which `/a` and `/b` forbid by a 401, `/c` and `/d` accept each live token, and `/issues/{id}`
/// forbids odd ones.
fn server() -> TokenServer {
    let server = TokenServer::builder().access_lifetime(Duration::from_secs(36_000)).build();
    for path in ["/a", "/b"] {
        server.backend().reply("GET", path, Reply::empty().status(401));
    }
    for path in ["/c", "/d"] {
        server.guard("GET", path, |_, _| async { Reply::empty() });
    }
    server.guard("GET", "/issues/{id}", |request, _| async move {
        let id: u64 = request.param("id").parse().unwrap();
        Reply::empty().status(if id.is_multiple_of(2) { 204 } else { 401 })
    });
    server
}

fn client(server: &TokenServer, with_store: bool) -> OfficeClient {
    let builder =
        OfficeClient::builder("http://localhost").transport(ServiceTransport::new(server.backend().clone()));
    let client = if with_store { builder.store(MemoryStore::new()) } else { builder }.build().unwrap();
    let issued = server.issue("ann");
    let tokens = Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap());
    client.session().sign_in(tokens).unwrap();
    client
}

fn reason(result: Result<()>) -> Option<ExpiredReason> {
    match result {
        Ok(()) => None,
        Err(Error::SessionExpired(expired)) => {
            assert!(!expired.requires_sign_in(), "I16: {expired:?}");
            Some(expired.reason())
        }
        Err(error) => panic!("I35: {error:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn i35_endpoints_that_forbid_take_no_call_of_one_that_accepts() {
    for with_store in [false, true] {
        let server = server();
        let client = client(&server, with_store);
        let mut lost = 0;
        for _ in 0..1200 {
            assert!(reason(client.a().await).is_some());
            assert!(reason(client.b().await).is_some());
            lost += u32::from(client.c().await.is_err());
            advance(Duration::from_secs(1)).await;
        }
        assert_eq!(lost, 0, "I35: calls of an endpoint that accepts the token, store: {with_store}");
        let refreshes = server.counts().refreshes;
        assert!(refreshes <= 26, "I35: 12 in ten minutes, and one for each endpoint: {refreshes}");
    }
}

#[tokio::test(start_paused = true)]
async fn i35_an_endpoint_that_forbids_some_arguments_costs_a_bounded_number_of_refreshes() {
    for pause in [0, 1, 20, 61] {
        let server = server();
        let client = client(&server, false);
        let mut minutes = 0;
        for _ in 0..50 {
            client.issue(2).await.expect("I35");
            assert!(reason(client.issue(1).await).is_some());
            advance(Duration::from_secs(pause)).await;
            minutes = 1 + 50 * pause as usize / 60;
        }
        let refreshes = server.counts().refreshes;
        let bound = 1 + if pause == 61 { 50 } else { (5 * minutes).min(12 * (1 + minutes / 10)) };
        assert!(refreshes <= bound, "I35: {refreshes} refreshes with a pause of {pause} s, {bound} allowed");
    }
}

#[tokio::test(start_paused = true)]
async fn i35_an_answer_to_an_unsigned_request_is_no_acceptance() {
    let server = server();
    // It rejects each token, and fails each replay: nothing puts it on hold, and nothing accepts a token.
    let asked = Arc::new(AtomicUsize::new(0));
    server.backend().route("GET", "/a", move |_| {
        let status = if asked.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) { 401 } else { 500 };
        async move { Reply::empty().status(status) }
    });
    server.backend().reply("GET", "/files/{name}", Reply::text("public"));
    let client = client(&server, false);
    for _ in 0..25 {
        for _ in 0..4 {
            client.file("http://elsewhere.example/files/x").await.unwrap();
        }
        client.a().await.unwrap_err();
        advance(Duration::from_millis(20)).await;
    }
    assert_eq!(server.counts().refreshes, 5, "I18: 5 in a minute");
}

#[tokio::test(start_paused = true)]
async fn i35_an_endpoint_that_is_not_on_hold_gets_its_refresh_after_others_have_spent_theirs() {
    let server = server();
    let client = client(&server, false);
    // The two that forbid have spent the budget.
    for _ in 0..30 {
        reason(client.a().await);
        reason(client.b().await);
    }
    let before = server.counts().refreshes;
    server.expire_access_tokens();
    client.c().await.expect("I35: a token that has died is replaced");
    assert_eq!(server.counts().refreshes, before + 1);
    // It was not on hold, and is none the worse for it.
    server.expire_access_tokens();
    client.c().await.expect("I35");
}

#[tokio::test(start_paused = true)]
async fn i34_a_token_that_some_server_accepts_is_not_given_up_without_a_replacement() {
    for reply in [
        Reply::empty().status(503),
        Reply::empty().status(429),
        Reply::empty().status(404),
        Reply::reset(),
        Reply::hang(),
        Reply::html("<p>portal</p>"),
        Reply::redirect("http://portal.example/"),
    ] {
        let server = server();
        let client = client(&server, false);
        client.c().await.unwrap();
        let down = Arc::new(AtomicBool::new(true));
        let (is_down, answer) = (down.clone(), reply.clone());
        server.backend().route("POST", "/auth/refresh", move |_| {
            assert!(is_down.load(Ordering::SeqCst));
            let answer = answer.clone();
            async move { answer }
        });
        // One endpoint forbids, and the refresh that it causes fails.
        let forbidden = client.a().await.unwrap_err();
        let is_told = matches!(forbidden, Error::RefreshUnavailable(_) | Error::Timeout(_));
        assert!(is_told, "{reply:?}: {forbidden:?}");
        for _ in 0..10 {
            client.c().await.unwrap_or_else(|error| panic!("I34: {reply:?}: {error:?}"));
            client.d().await.unwrap_or_else(|error| panic!("I34: {reply:?}: {error:?}"));
            advance(Duration::from_secs(7)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i34_an_endpoint_that_accepts_waits_two_seconds_at_most_for_what_another_has_caused() {
    let server = server();
    let client = client(&server, false);
    client.c().await.unwrap();
    let hold = server.hold_refreshes();
    let other = client.clone();
    let forbidden = tokio::spawn(async move { other.a().await });
    server.wait_for(|counts| counts.refreshes == 1).await;
    let called = Instant::now();
    client.c().await.expect("I34");
    assert!(called.elapsed() <= Duration::from_secs(2), "I34: {:?}", called.elapsed());
    hold.release();
    assert!(forbidden.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn i5_a_token_that_an_endpoint_rejects_while_its_calls_wait_signs_none_of_them() {
    let server = server();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    server.backend().route("GET", "/moody", move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        async { Reply::empty().status(401).delay(Duration::from_secs(1)) }
    });
    let client = client(&server, false);
    client.c().await.unwrap();
    let _hold = server.hold_refreshes();
    let call = |wait: u64| {
        let client = client.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            client.moody().await
        })
    };
    // The first is sent, the second waits for the refresh that `/a` causes, and then the first is rejected.
    let _calls = (call(0), call(100));
    tokio::task::yield_now().await;
    let other = client.clone();
    let _forbidden = tokio::spawn(async move { other.a().await });
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1, "I5: it is not sent to where it was rejected");
}
