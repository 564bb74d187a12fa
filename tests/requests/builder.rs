//! What the builder makes of contradictions, and which of several timeouts counts.

use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use sdk_runtime::{
    Attach, BuildError, Call, CancellationToken, Error, ResponseBody, Result, TimeoutPhase, Tokens,
    Transport, TransportError, TransportFuture, TransportRequest, api_client,
};
use sdk_testkit::{Backend, Reply};
use tokio::time::Instant;

use crate::wire::{accepting, memory, raw, sent};

#[api_client]
trait Plain {
    #[get("/x")]
    async fn x(&self) -> Result<()>;
}

#[api_client(auth = none)]
trait Slow {
    #[get("/hang")]
    async fn of_the_client(&self) -> Result<()>;
    #[get("/hang", timeout = 1500ms)]
    async fn own(&self) -> Result<()>;
    #[get("/hang", timeout = none)]
    async fn never(&self) -> Result<()>;
}

#[api_client(auth = none, timeout = 2m)]
trait Slower {
    #[get("/hang")]
    async fn of_the_trait(&self) -> Result<()>;
    #[get("/hang", timeout = 1h)]
    async fn own(&self) -> Result<()>;
}

fn failed<T>(built: std::result::Result<T, BuildError>) -> String {
    built.err().map(|error| error.to_string()).unwrap()
}

#[test]
fn contradictions_are_errors() {
    let backend = accepting();
    let builder = || PlainClient::builder("https://api.test");
    let session = builder().bearer("a").transport(memory(&backend)).build().unwrap().session().clone();
    for (built, says) in [
        (builder().http(|http| http).transport(memory(&backend)).build(), ".transport("),
        (builder().bearer("a").session(&session).build(), "two credentials"),
        (builder().attach(Attach::raw("x-key")).session(&session).build(), ".attach("),
        (builder().attach(Attach::cookies()).bearer("a").build(), "cookies"),
    ] {
        let text = failed(built);
        assert!(text.starts_with("the client cannot be built: ") && text.contains(says), "{text}");
    }
}

#[test]
fn a_credential_that_no_header_can_hold_is_an_error() {
    let builder = || PlainClient::builder("https://api.test");
    for (built, names) in [
        (builder().bearer("hunter2\r\nx-evil: 1").build(), "authorization"),
        (builder().bearer("hunter2\0").build(), "authorization"),
        (builder().bearer("").build(), "authorization"),
        (builder().bearer(" \t").build(), "authorization"),
        (builder().attach(Attach::raw("a b")).build(), "a b"),
        (builder().attach(Attach::raw("")).build(), ""),
        (builder().attach(Attach::raw("Host")).build(), "Host"),
        (builder().attach(Attach::raw("proxy-authorization")).build(), "proxy-authorization"),
        (builder().attach(Attach::raw("Cookie")).build(), "Attach::cookies()"),
        (builder().attach(Attach::header("x-key", "a\nb")).build(), "x-key"),
    ] {
        let error = built.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains(names) && !text.contains("hunter2"), "{names}: {text}");
    }
}

#[tokio::test]
async fn a_session_brings_its_credential_and_the_way_to_attach_it() {
    let backend = accepting();
    let first = PlainClient::builder("http://localhost").attach(Attach::header("x-key", "Key"));
    let first = first.transport(memory(&backend)).build().unwrap();
    let second = PlainClient::builder("http://localhost").session(first.session());
    let second = second.transport(memory(&backend)).build().unwrap();
    first.session().sign_in(Tokens::new("one")).unwrap();
    assert_eq!(raw(&sent(&backend, second.x()).await), "GET /x\nx-key: Key one\n\n");
    second.session().sign_in(Tokens::new("two")).unwrap();
    assert_eq!(raw(&sent(&backend, first.clone().x()).await), "GET /x\nx-key: Key two\n\n");
}

#[tokio::test(start_paused = true)]
async fn the_nearest_timeout_counts() {
    let backend = Backend::new().reply("GET", "/hang", Reply::hang());
    let slow = SlowClient::builder("http://localhost").transport(memory(&backend));
    let slow = slow.timeout(Duration::from_secs(7)).build().unwrap();
    let default = SlowClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    let without =
        SlowClient::builder("http://localhost").transport(memory(&backend)).timeout(None).build().unwrap();
    let slower = SlowerClient::builder("http://localhost").transport(memory(&backend));
    let slower = slower.timeout(Duration::from_secs(7)).build().unwrap();
    let day = Duration::from_secs(24 * 3600);
    for (call, millis) in [
        (default.of_the_client(), Some(30_000)),
        (slow.of_the_client(), Some(7_000)),
        (slow.own(), Some(1_500)),
        (slow.own().timeout(Duration::from_millis(20)), Some(20)),
        (slow.own().timeout(None), None),
        (slow.never(), None),
        (slow.never().timeout(Duration::from_secs(1)), Some(1_000)),
        (without.of_the_client(), None),
        (without.own(), Some(1_500)),
        (slower.of_the_trait(), Some(120_000)),
        (slower.own(), Some(3_600_000)),
    ] {
        ends_after(call, millis.map(Duration::from_millis), day).await;
    }
}

async fn ends_after(call: Call<()>, limit: Option<Duration>, patience: Duration) {
    let began = Instant::now();
    match (tokio::time::timeout(patience, call.into_future()).await, limit) {
        (Err(_), None) => {}
        (Ok(Err(Error::Timeout(timeout))), Some(limit)) => {
            assert_eq!((timeout.phase(), timeout.limit()), (TimeoutPhase::Response, limit));
            assert_eq!(began.elapsed(), limit);
        }
        (other, _) => panic!("{limit:?}: {other:?}"),
    }
}

/// A server that answers at once, and says nothing more.
struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<http_body::Frame<Bytes>, TransportError>>> {
        Poll::Pending
    }
}

impl Transport for Endless {
    fn send(&self, _: TransportRequest) -> TransportFuture {
        Box::pin(async { Ok(http::Response::new(ResponseBody::new(Endless))) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_waited_for_no_longer_than_its_head() {
    let client = SlowClient::builder("http://localhost").transport(Endless).build().unwrap();
    let day = Duration::from_secs(24 * 3600);
    ends_after(client.own(), Some(Duration::from_millis(1_500)), day).await;
    ends_after(client.never(), None, day).await;
    let token = CancellationToken::new();
    let call = tokio::spawn(client.never().cancel_on(&token).into_future());
    tokio::task::yield_now().await;
    token.cancel();
    assert!(matches!(call.await.unwrap(), Err(Error::Cancelled)));
}

/// Nothing that a server or a user has put together becomes a header of its own.
#[tokio::test]
async fn a_token_that_no_header_can_hold_signs_nobody_in() {
    let backend = accepting();
    let client = PlainClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    for token in ["", " ", "\t", "hunter2\r\nx-evil: 1", "hunter2\n", "hunter2\0", "hunter2\x7f"] {
        let error = client.session().sign_in(Tokens::new(token)).unwrap_err();
        assert!(
            matches!(&error, Error::InvalidRequest(error) if error.argument() == "authorization"),
            "{token:?}"
        );
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        assert!(matches!(client.x().await, Err(Error::NotSignedIn)), "{token:?}");
    }
    assert!(backend.requests().is_empty());
}

#[tokio::test]
async fn http_configures_the_transport_and_its_redirects_stay_ours() {
    let backend = accepting().reply("GET", "/x", Reply::redirect("/y").header("set-cookie", "a=1"));
    let server = backend.serve().await.unwrap();
    let client = PlainClient::builder(server.url())
        .bearer("t")
        .http(|http| http.user_agent("mine/1").referer(true))
        .http(|http| {
            http.default_headers(http::HeaderMap::from_iter([(
                http::header::FROM,
                "a@b.test".parse().unwrap(),
            )]))
        })
        .build()
        .unwrap();
    client.x().await.unwrap();
    let requests = backend.requests();
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert_eq!(
            (request.header("user-agent"), request.header("from")),
            (Some("mine/1"), Some("a@b.test"))
        );
        assert_eq!(request.bearer(), Some("t"));
        assert_eq!(request.header("referer"), None);
    }
}
