//! Contradictions in a builder, and the timeout that applies of several.

use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use sdk_runtime::{
    Attach, Call, CancellationToken, Error, Head, Refusal, Result, TokenResponse, Tokens, api_client,
    error::{BuildError, TimeoutPhase, TransportError},
    response::{BufferedResponse, FromResponse},
    store::MemoryStore,
    transport::{ResponseBody, Transport, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, Reply};
use tokio::time::Instant;

use crate::wire::{accepting, memory, raw, sent};

#[api_client]
trait Plain {
    #[get("/x")]
    async fn x(&self) -> Result<()>;
}

struct Refreshed(String);

impl FromResponse for Refreshed {
    fn from_response(answer: BufferedResponse) -> Result<Self> {
        String::from_response(answer).map(Self)
    }
}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new(self.0.as_str()))
    }
}

#[api_client]
trait Refreshing {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Refreshed>;
}

#[api_client(auth = none)]
trait Slow {
    #[get("/bytes")]
    async fn bytes(&self) -> Result<Bytes>;
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

#[tokio::test]
async fn contradictions_are_errors() {
    let backend = accepting();
    let builder = || PlainClient::builder("https://api.test").transport(memory(&backend));
    #[cfg(feature = "reqwest")]
    let bare = || PlainClient::builder("https://api.test");
    let session = builder().bearer("a").build().unwrap().session().clone();
    let keyed = builder().attach(Attach::raw("x-key")).build().unwrap().session().clone();
    let (store, key) = (MemoryStore::new, || Attach::raw("x-key"));
    let here = tokio::runtime::Handle::current;
    // An option more, and it is still the same that is told.
    for (built, says) in [
        #[cfg(feature = "reqwest")]
        (builder().http(|http| http).build(), "`.http(…)` configures reqwest"),
        (builder().bearer("a").session(&session).build(), "two credentials"),
        (builder().bearer("a").session(&session).store(store()).build(), "two credentials"),
        (builder().attach(key()).bearer("a").session(&session).build(), "two credentials"),
        (builder().attach(key()).session(&session).build(), "leave `.attach(…)` out"),
        (builder().attach(key()).session(&session).store(store()).build(), "leave `.attach(…)` out"),
        (builder().attach(Attach::bearer()).session(&session).build(), "leave `.attach(…)` out"),
        (builder().spawn_on(here()).session(&session).build(), "leave `.spawn_on(…)` out"),
        (builder().session(&session).store(store()).build(), "leave `.store(…)` out"),
        (builder().spawn_on(here()).session(&session).store(store()).build(), "leave `.store(…)` out"),
        (builder().bearer("a").store(store()).build(), "the program's to keep"),
        (builder().attach(Attach::cookies()).bearer("a").store(store()).build(), "the program's to keep"),
        (builder().attach(Attach::cookies()).bearer("a").build(), "`Attach::cookies()` has none"),
        (builder().header("authorization", "b").build(), "carries the session's token"),
        (builder().header("Authorization", "b").bearer("a").build(), "carries the session's token"),
        (builder().header("X-Key", "b").attach(key()).build(), "carries the session's token"),
        (builder().header("x-key", "b").session(&keyed).build(), "carries the session's token"),
        #[cfg(feature = "reqwest")]
        (bare().transport(memory(&backend)).http(|http| http).http(|http| http).build(), "keep one"),
    ] {
        let text = failed(built);
        assert!(text.starts_with("the client cannot be built: ") && text.contains(says), "{says}: {text}");
    }
    for (name, builder) in [
        ("a token in a header of its own", builder().bearer("a").attach(key()).spawn_on(here())),
        ("a store", builder().store(store()).attach(key()).spawn_on(here())),
        ("cookies alone", builder().attach(Attach::cookies()).store(store())),
        ("the header of another way", builder().attach(key()).header("authorization", "b")),
        ("the header where there is none", builder().attach(Attach::cookies()).header("authorization", "b")),
        ("the header of another session", builder().session(&keyed).header("authorization", "b")),
        #[cfg(feature = "reqwest")]
        ("http alone", bare().http(|http| http)),
    ] {
        assert!(builder.build().is_ok(), "{name}");
    }
    for (pool, name) in [
        (builder().bearer("a").build_pool(move |_: &u8| store()), "a token"),
        (builder().session(&session).build_pool(move |_: &u8| store()), "a session"),
        (builder().store(store()).build_pool(move |_: &u8| store()), "a store"),
    ] {
        assert!(failed(pool).contains("`.build_pool(…)`"), "{name}");
    }
}

#[test]
fn a_session_is_refreshed_in_one_way() {
    let backend = accepting();
    let refreshing = || RefreshingClient::builder("https://api.test").transport(memory(&backend));
    let plain = || PlainClient::builder("https://api.test").transport(memory(&backend));
    let first = refreshing().build().unwrap();
    assert!(failed(refreshing().session(first.session()).build()).contains("to one trait"));
    assert!(plain().session(first.session()).build().is_ok());
    // One that has none takes the first.
    let bare = plain().build().unwrap();
    assert!(refreshing().session(bare.session()).build().is_ok());
    assert!(failed(refreshing().session(bare.session()).build()).contains("to one trait"));
}

/// The first mistake is told.
#[test]
fn a_header_or_an_origin_that_is_none_is_an_error() {
    let builder = || PlainClient::builder("https://api.test");
    for (built, names) in [
        (builder().header("a b", "c").header("d e", "f").build(), "a b"),
        (builder().header("x-a", "b").header("d e", "f").header("x-b", "c").build(), "d e"),
        (builder().header("x-a", "hunter2\n").build(), "x-a"),
        (builder().header("host", "b").build(), "host"),
        (builder().trusted_origin("https://a.test/path").build(), ".trusted_origin("),
        (
            builder().trusted_origin("https://a.test").trusted_origin("ftp://b.test").build(),
            ".trusted_origin(",
        ),
        (PlainClient::builder("api.test").build(), "base URL"),
    ] {
        let error = built.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains(names) && !text.contains("hunter2"), "{names}: {text}");
    }
}

/// An answer of 64 MiB is taken, and no byte more.
#[tokio::test(start_paused = true)]
async fn the_nearest_limit_of_a_body_counts() {
    const DEFAULT: usize = 64 << 20;
    for (own, limit) in [(None, DEFAULT), (Some(10), 10), (Some(0), 0)] {
        for length in [limit, limit + 1] {
            let backend = Backend::new().reply("GET", "/bytes", Reply::bytes(vec![b'x'; length]));
            let builder = SlowClient::builder("http://localhost").transport(memory(&backend));
            let builder = match own {
                Some(bytes) => builder.body_limit(bytes),
                None => builder,
            };
            match builder.build().unwrap().bytes().await {
                Ok(bytes) => assert_eq!((bytes.len(), length), (length, limit)),
                Err(Error::BodyTooLarge(error)) => assert_eq!((error.limit(), length), (limit, limit + 1)),
                Err(other) => panic!("{other:?}"),
            }
        }
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
    assert!(matches!(call.await.unwrap(), Err(Error::Cancelled(_))));
}

/// Nothing that a server or a user has put together becomes a header of its own.
#[tokio::test]
async fn a_token_that_no_header_can_hold_signs_no_user_in() {
    let backend = accepting();
    let client = PlainClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    for token in ["", " ", "\t", "hunter2\r\nx-evil: 1", "hunter2\n", "hunter2\0", "hunter2\x7f"] {
        let error = client.session().sign_in(Tokens::new(token)).unwrap_err();
        assert!(
            matches!(&error, Error::InvalidRequest(error) if error.argument() == "authorization"),
            "{token:?}"
        );
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        assert!(matches!(client.x().await, Err(Error::NotSignedIn(_))), "{token:?}");
    }
    assert!(backend.requests().is_empty());
}

#[cfg(feature = "reqwest")]
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
