//! Requests on the wire during a refresh: their connection, origin and credential.

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use sdk_runtime::{
    Attach, ServiceTransport, Tokens,
    error::TransportError,
    transport::{ResponseBody, Transport, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, Reply, Request};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use crate::api::{ApiClient, backend_of, refresh, spent};

/// A transport with one connection, which is taken until the body of the answer has been read or dropped.
struct OneConnection {
    inner: ServiceTransport<Backend>,
    connection: Arc<Semaphore>,
}

impl Transport for OneConnection {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let (answer, connection) = (self.inner.send(request), self.connection.clone());
        // What is sent is made at once, and goes when there is a connection.
        Box::pin(async move {
            let permit = connection.acquire_owned().await.unwrap();
            Ok(answer.await?.map(|body| ResponseBody::new(Held { body, _permit: permit })))
        })
    }
}

struct Held {
    body: ResponseBody,
    _permit: OwnedSemaphorePermit,
}

impl Body for Held {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }
}

/// Rows 21 and 26: the refresh waited for a connection that was held by those who waited for the refresh.
#[tokio::test(start_paused = true)]
async fn a_refresh_needs_no_connection_that_its_waiters_hold() {
    let backend = backend_of("a1", refresh().delay(Duration::from_millis(50)));
    let inner = ServiceTransport::new(backend.clone());
    let transport = OneConnection { inner, connection: Arc::new(Semaphore::new(1)) };
    let client = ApiClient::builder("http://localhost").transport(transport).build().unwrap();
    client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..50 {
        calls.spawn(client.x().timeout(Duration::from_secs(60)).into_future());
    }
    while let Some(done) = calls.join_next().await {
        assert_eq!(done.unwrap().unwrap(), "welcome", "I21");
    }
    assert_eq!(spent(&backend), ["r0"], "I1");
}

/// Two servers, told apart by the host.
struct Two {
    own: ServiceTransport<Backend>,
    other: ServiceTransport<Backend>,
}

impl Transport for Two {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        match request.url.host_str() {
            Some("own.test") => self.own.send(request),
            _ => self.other.send(request),
        }
    }
}

/// All that a request shows to the server it reaches: what is marked sensitive included.
fn shown(request: &Request) -> String {
    let headers = request.headers().iter().map(|(name, value)| (name, value.as_bytes().escape_ascii()));
    let headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{} {headers:?} {}", request.target(), request.text())
}

/// Row 67: a redirect to another origin took the token along, in front of a refresh or behind it.
#[tokio::test(start_paused = true)]
async fn a_redirect_to_another_origin_gets_neither_the_old_token_nor_the_new() {
    let away = Reply::redirect("https://other.test/to").status(307);
    for (attach, redirects) in [
        (Attach::bearer(), "a0"),
        (Attach::bearer(), "a1"),
        (Attach::header("x-key", "Key"), "a0"),
        (Attach::header("x-key", "Key"), "a1"),
        (Attach::raw("token"), "a1"),
    ] {
        let what = format!("{attach:?}, redirected with {redirects}");
        let own = Backend::new().reply("POST", "/refresh", refresh().header("set-cookie", "sid=a1; Path=/"));
        let to = away.clone();
        own.route("GET", "/x", move |request| {
            let is_redirected =
                request.headers().values().any(|it| it.as_bytes().ends_with(redirects.as_bytes()));
            let reply = if is_redirected { to.clone() } else { Reply::empty().status(401) };
            std::future::ready(reply)
        });
        let other = Backend::new().fallback(|_| async { Reply::text("other").header("set-cookie", "sid=x") });
        let [one, two] = [&own, &other].map(|backend| ServiceTransport::new(backend.clone()));
        let client = ApiClient::builder("https://own.test")
            .attach(attach)
            .transport(Two { own: one, other: two })
            .build()
            .unwrap();
        client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
        assert_eq!(client.x().await.unwrap(), "other", "{what}");
        assert_eq!(own.count("POST", "/refresh"), usize::from(redirects == "a1"), "{what}");
        let [request] = &other.requests()[..] else { panic!("{what}: not one request") };
        let shown = shown(request);
        for secret in ["a0", "a1", "r0", "r1"] {
            assert!(!shown.contains(secret), "I22: {what}: {shown}");
        }
    }
}
