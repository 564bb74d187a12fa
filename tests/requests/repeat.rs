//! Retries: which calls, how often, and that each attempt is the same request.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::Full;
use sdk_runtime::{
    Body, Call, CancellationToken, Error, Part, Result, Tokens, api_client,
    body::{BodyStream, IntoBody},
    error::{TransportError, TransportErrorKind},
    transport::{Transport, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, Reply, Request};

use crate::wire::{Refreshed, accepting, memory, raw, refused, script};

#[api_client]
trait Repeats {
    #[get("/it")]
    async fn get(&self) -> Result<()>;
    #[get("/it", retry = 2)]
    async fn get_twice_more(&self) -> Result<()>;
    #[get("/it", retry = never)]
    async fn get_once(&self) -> Result<()>;
    #[head("/it")]
    async fn head(&self) -> Result<()>;
    #[options("/it")]
    async fn options(&self) -> Result<()>;
    #[put("/it")]
    async fn put<B: IntoBody>(&self, #[body] body: B) -> Result<()>;
    #[delete("/it", retry = 1)]
    async fn delete(&self) -> Result<()>;
    #[post("/it")]
    async fn post(&self, #[json] list: &[u8]) -> Result<()>;
    #[patch("/it")]
    async fn patch(&self) -> Result<()>;
    #[endpoint("REPORT", "/it")]
    async fn report(&self) -> Result<()>;
    #[post("/it", idempotent)]
    async fn post_with_key(&self, #[json] list: &[u8]) -> Result<()>;
    #[patch("/it", idempotent = "x-request-id", retry = 1)]
    async fn patch_with_key(&self, #[query] q: &str) -> Result<()>;
    #[endpoint("REPORT", "/it", idempotent, retry = 3)]
    async fn report_with_key(&self) -> Result<()>;
    #[post("/it", idempotent)]
    async fn post_with_headers(&self, #[headers] headers: &[(&str, &str)]) -> Result<()>;
    #[post("/it", idempotent)]
    async fn parts(&self, #[part] n: u8, #[part] file: Part) -> Result<()>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Refreshed>;
}

#[api_client]
trait Again {
    #[get("/it")]
    async fn get(&self) -> Result<()>;
}

/// By their methods alone these could be sent again.
#[api_client]
trait Logins {
    #[put("/it")]
    #[session(start)]
    async fn start(&self) -> Result<Refreshed>;
    #[delete("/it")]
    #[session(end)]
    async fn end(&self) -> Result<()>;
}

fn status(status: u16) -> Reply {
    Reply::empty().status(status)
}

/// A client that tries again up to `times`, and its server, which answers every method alike.
fn client(times: u32, replies: &[Reply]) -> (Backend, RepeatsClient) {
    let backend = Backend::new().reply("POST", "/refresh", Reply::json(&serde_json::json!({})));
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH", "REPORT"] {
        script(&backend, method, "/it", replies.to_vec());
    }
    let builder = RepeatsClient::builder("http://localhost").transport(memory(&backend)).retry(times);
    let client = builder.timeout(Duration::from_secs(3600)).build().unwrap();
    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    (backend, client)
}

/// What arrived at the endpoint, without the refreshes.
fn sends(backend: &Backend) -> Vec<Request> {
    backend.requests().into_iter().filter(|request| request.path() == "/it").collect()
}

#[tokio::test(start_paused = true)]
async fn only_what_a_server_cannot_mind_is_sent_again() {
    type Sent = fn(&RepeatsClient) -> Call<()>;
    // By default never; what the client says where a declaration says nothing; what is declared; what a call
    // says.
    for (name, sent, by_itself, client_says_1) in [
        ("GET", (|c| c.get()) as Sent, 1, 2),
        ("HEAD", |c| c.head(), 1, 2),
        ("OPTIONS", |c| c.options(), 1, 2),
        ("PUT", |c| c.put("x"), 1, 2),
        ("DELETE, declared", |c| c.delete(), 2, 2),
        ("GET, declared", |c| c.get_twice_more(), 3, 3),
        ("GET, never", |c| c.get_once(), 1, 1),
        ("GET, said for the call", |c| c.get().retry(4), 5, 5),
        ("GET, said for the call that is declared", |c| c.get_twice_more().retry(1), 2, 2),
        ("GET, said for the call that is never", |c| c.get_once().retry(1), 2, 2),
        ("GET, not this time", |c| c.get_twice_more().retry(0), 1, 1),
        ("POST", |c| c.post(&[]), 1, 1),
        ("PATCH", |c| c.patch(), 1, 1),
        ("REPORT", |c| c.report(), 1, 1),
        ("POST with a key", |c| c.post_with_key(&[]), 1, 2),
        ("POST with a key, said for the call", |c| c.post_with_key(&[]).retry(2), 3, 3),
        ("PATCH with a key, declared", |c| c.patch_with_key(""), 2, 2),
        ("REPORT with a key, declared", |c| c.report_with_key(), 4, 4),
    ] {
        for (default, expected) in [(0, by_itself), (1, client_says_1)] {
            for reply in [status(503), Reply::reset()] {
                let (backend, client) = client(default, std::slice::from_ref(&reply));
                let error = sent(&client).await.unwrap_err();
                assert!(matches!(error, Error::Status(_) | Error::Transport(_)), "{name}: {error:?}");
                assert_eq!(sends(&backend).len(), expected, "{name}, {default} by default, {reply:?}");
            }
        }
    }
}

/// The first send finds no server; the next would find it.
struct Unreachable {
    backend: Backend,
    sends: Arc<AtomicUsize>,
}

impl Transport for Unreachable {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        match self.sends.fetch_add(1, Ordering::SeqCst) {
            0 => Box::pin(async {
                Err(TransportError::new(TransportErrorKind::Connect, "no server is there"))
            }),
            _ => memory(&self.backend).send(request),
        }
    }
}

/// Even where a server can have seen nothing, what the client says is for what is idempotent.
#[tokio::test(start_paused = true)]
async fn a_client_that_tries_again_leaves_alone_what_is_not_idempotent() {
    type Sent = fn(&RepeatsClient) -> Call<()>;
    for (name, sent, times) in [
        ("GET", (|c| c.get()) as Sent, 2),
        ("PUT", |c| c.put("x"), 2),
        ("POST", |c| c.post(&[]), 1),
        ("PATCH", |c| c.patch(), 1),
        ("POST with a key", |c| c.post_with_key(&[]), 2),
    ] {
        let sends = Arc::new(AtomicUsize::new(0));
        let transport = Unreachable { backend: accepting(), sends: sends.clone() };
        let client =
            RepeatsClient::builder("http://localhost").transport(transport).retry(1).build().unwrap();
        client.session().sign_in(Tokens::new("t")).unwrap();
        assert_eq!(sent(&client).await.is_ok(), times == 2, "{name}");
        assert_eq!(sends.load(Ordering::SeqCst), times, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_declared_safe_is_not_repeated_on_request() {
    let (backend, client) = client(3, &[status(503)]);
    for (call, argument) in [
        (client.post(&[]).retry(1), "retry"),
        (client.patch().retry(1), "retry"),
        (client.report().retry(1), "retry"),
        (client.post(&[]).idempotency_key("k"), "idempotency_key"),
        (client.get().idempotency_key("k"), "idempotency_key"),
        (client.post_with_key(&[]).idempotency_key("a\r\nb"), "idempotency-key"),
        (client.patch_with_key("").idempotency_key("\0"), "x-request-id"),
    ] {
        assert_eq!(refused(&backend, call).await, argument);
    }
    client.post(&[]).retry(0).await.unwrap_err();
    assert_eq!(backend.requests().len(), 1, "never is what it would be anyway");
}

/// What it sends may be taken once, and whether it was is not known. The default of the client is not for it
/// either.
#[tokio::test(start_paused = true)]
async fn the_request_of_a_session_endpoint_is_never_sent_again() {
    let backend = Backend::new();
    for method in ["PUT", "DELETE"] {
        script(&backend, method, "/it", vec![status(503)]);
    }
    let client =
        LoginsClient::builder("http://localhost").transport(memory(&backend)).retry(3).build().unwrap();
    client.session().sign_in(Tokens::new("t")).unwrap();
    for times in [1, u32::MAX] {
        assert_eq!(refused(&backend, client.start().retry(times)).await, "retry");
        assert_eq!(refused(&backend, client.end().retry(times)).await, "retry");
    }
    client.start().await.unwrap_err();
    client.start().retry(0).await.unwrap_err();
    assert_eq!(sends(&backend).len(), 2, "one of each sign-in");
    client.end().await.unwrap_err();
    client.session().sign_in(Tokens::new("t")).unwrap();
    client.end().retry(0).await.unwrap_err();
    assert_eq!(sends(&backend).len(), 4, "one of each sign-out");
}

#[tokio::test(start_paused = true)]
async fn a_failure_passes_or_it_does_not() {
    for passes in [408, 429, 500, 502, 503, 504] {
        let (backend, client) = client(3, &[status(passes), status(204)]);
        client.get().await.unwrap();
        assert_eq!(backend.requests().len(), 2, "{passes}");
    }
    for stays in [304, 400, 403, 404, 409, 410, 412, 413, 422, 425, 428, 501, 505, 507, 508, 511, 599] {
        let (backend, client) = client(3, &[status(stays), status(204)]);
        assert_eq!(client.get().await.unwrap_err().status().unwrap(), stays);
        assert_eq!(backend.requests().len(), 1, "{stays}");
    }
    // What arrived is not asked for again because it cannot be read.
    let (backend, client) = client(3, &[Reply::redirect("/it")]);
    assert!(matches!(client.get().await.unwrap_err(), Error::Transport(_)));
    assert_eq!(backend.requests().len(), 11, "a circle is one attempt");
}

/// The retry, the replay and the retry of the replay differ in the credential alone.
#[tokio::test(start_paused = true)]
async fn every_attempt_sends_the_same() {
    type Sent = fn(&RepeatsClient) -> Call<()>;
    let bytes = || Bytes::from((0..=255).cycle().take(100_000).collect::<Vec<u8>>());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let streams = Body::factory(|| BodyStream::new(Full::new(Bytes::from_static(b"again"))));
    for (name, sent) in [
        ("nothing", (|c| c.get().header("x-a", "1")) as Sent),
        ("json", |c| c.post_with_key(&[1, 2])),
        ("an own key", |c| c.post_with_key(&[]).idempotency_key("mine")),
        ("an own header", |c| c.patch_with_key("a b&c")),
        ("parts", |c| c.parts(1, Part::new(Body::new("\0\r\n")).file_name("f"))),
    ] {
        check_same(name, sent).await;
    }
    for body in [Body::new(bytes()), Body::file(file), streams] {
        let (backend, client) =
            client(3, &[status(503), status(401), Reply::reset(), status(429), status(204)]);
        client.put(body.clone()).await.unwrap();
        assert_same(&format!("{body:?}"), &backend);
    }
    async fn check_same(name: &str, sent: fn(&RepeatsClient) -> Call<()>) {
        let (backend, client) =
            client(3, &[status(503), status(401), Reply::reset(), status(429), status(204)]);
        let call = sent(&client);
        // The budget is one for both sends; a declaration of less is told otherwise here.
        call.retry(3).await.unwrap();
        assert_same(name, &backend);
    }
    fn assert_same(name: &str, backend: &Backend) {
        let sends = sends(backend);
        assert_eq!(sends.len(), 5, "{name}");
        let bearers: Vec<_> = sends.iter().map(|request| request.bearer().unwrap()).collect();
        assert_eq!(bearers, ["old", "old", "new", "new", "new"], "{name}");
        let unsigned = |request| raw(request).replace("Bearer old", "Bearer new");
        assert!(sends.iter().all(|request| unsigned(request) == unsigned(&sends[0])), "{name}: {sends:?}");
        assert!(sends.iter().all(|request| request.body() == sends[0].body()), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_has_a_key_and_another_call_another() {
    let (backend, client) = client(0, &[status(204)]);
    for (name, call, key) in [
        ("idempotency-key", client.post_with_key(&[]), None),
        ("x-request-id", client.patch_with_key(""), None),
        ("idempotency-key", client.report_with_key(), None),
        ("idempotency-key", client.post_with_headers(&[("Idempotency-Key", "of a map")]), Some("of a map")),
        ("idempotency-key", client.post_with_key(&[]).idempotency_key("order 7"), Some("order 7")),
        ("x-request-id", client.patch_with_key("").idempotency_key("7"), Some("7")),
        ("x-request-id", client.patch_with_key("").header("X-Request-Id", "8"), Some("8")),
    ] {
        let shown = call.request().unwrap().headers()[name].clone();
        call.await.unwrap();
        let request = backend.last().unwrap();
        let sent = request.header(name).unwrap();
        assert_eq!(sent, shown, "what is shown is what is sent");
        match key {
            Some(key) => assert_eq!(sent, key),
            None => assert_eq!(sent.len(), 36, "{sent}"),
        }
    }
    let requests = backend.requests();
    let random = requests.iter().take(3).map(|request| {
        request.header("idempotency-key").or(request.header("x-request-id")).unwrap().to_owned()
    });
    assert_eq!(random.collect::<std::collections::BTreeSet<_>>().len(), 3);
    client.get().await.unwrap();
    client.post(&[]).await.unwrap();
    for request in backend.requests().iter().skip(7) {
        assert_eq!(request.header("idempotency-key"), None, "no key where none is declared");
    }
}

/// A body that was not kept cannot be sent again.
#[tokio::test(start_paused = true)]
async fn a_stream_is_sent_once_however_often_it_may_be() {
    let (backend, client) = client(3, &[status(503), status(204)]);
    let stream = || BodyStream::new(Full::new(Bytes::from_static(b"once")));
    script(&backend, "PUT", "/it", vec![status(503), status(204)]);
    let error = client.put(stream()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503, "as it is, for every default of the client");
    assert_eq!(backend.requests().len(), 1);
    assert_eq!(refused(&backend, client.put(stream()).retry(3)).await, "retry", "where it is asked for");
}

#[tokio::test(start_paused = true)]
async fn the_last_failure_is_what_is_told_and_all_of_it_is_within_the_timeout() {
    let (backend, c) = client(2, &[status(503), Reply::reset(), status(500).header("x-id", "9")]);
    let Error::Status(answer) = c.get().await.unwrap_err() else { panic!("not the last") };
    assert_eq!((answer.status().as_u16(), answer.headers()["x-id"].as_bytes()), (500, &b"9"[..]));
    assert_eq!(backend.requests().len(), 3);

    let (backend, c) = client(1, &[status(503), Reply::hang()]);
    let error = c.get().timeout(Duration::from_secs(5)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout(timeout) if timeout.limit() == Duration::from_secs(5)));
    assert_eq!(backend.requests().len(), 2);

    let (backend, c) = client(1, &[status(503).header("retry-after", "30")]);
    let token = CancellationToken::new();
    let call = tokio::spawn(c.get().cancel_on(&token).into_future());
    backend.received(1).await;
    token.cancel();
    assert!(matches!(call.await.unwrap(), Err(Error::Cancelled(_))));
    assert_eq!(backend.requests().len(), 1);
}

/// A date counts from the clock that the client goes by, where the answer does not say what its own shows.
#[tokio::test(start_paused = true)]
async fn a_date_to_come_back_at_is_by_the_clock_of_the_client() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(3_360_028_800); // Mon, 22 Jun 2076 05:20:00 GMT
    for (retry_after, seconds) in [
        ("Mon, 22 Jun 2076 05:20:07 GMT", 7),
        ("Monday, 22-Jun-76 05:20:07 GMT", 7),
        ("Mon Jun 22 05:20:07 2076", 7),
        ("+7", 0),
        ("Sunday, 29-Nov-26 00:00:00 GMT", 0),
    ] {
        let busy = status(503).header("retry-after", retry_after);
        let backend = Backend::new();
        let builder = RepeatsClient::builder("http://localhost").transport(memory(&backend)).retry(1);
        let owner = builder.wall_clock(move || now).build().unwrap();
        owner.session().sign_in(Tokens::new("t")).unwrap();
        // Another client of the same login goes by the clock of the login.
        let builder = AgainClient::builder("http://localhost").transport(memory(&backend)).retry(1);
        let other = builder.session(owner.session()).build().unwrap();
        for get in [owner.get(), other.get()] {
            script(&backend, "GET", "/it", vec![busy.clone(), status(200)]);
            let begun = tokio::time::Instant::now();
            get.await.unwrap();
            assert_eq!(begun.elapsed().as_secs(), seconds, "{retry_after}");
        }
    }
}
