//! Backends in memory, and requests as they were recorded.

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sdk_runtime::{
    Call, Error, Head, Refusal, ServiceTransport, TokenResponse, Tokens,
    error::{TransportError, TransportErrorKind},
    transport::{Transport, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, Reply, Request};
use serde::Deserialize;

/// A backend that answers everything with 204.
pub fn accepting() -> Backend {
    Backend::new().fallback(|_| async { Reply::empty() })
}

/// The answer to a refresh. Any JSON object stands for the access token `new`.
#[derive(Debug, Deserialize)]
pub struct Refreshed {}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        Ok(Tokens::new("new"))
    }
}

/// Answers each request to a route with the next of `replies`, and with the last of them from then on. A
/// caller that asks without end gets a broken connection after 1,000 of them.
pub fn script(backend: &Backend, method: &str, path: &str, replies: Vec<Reply>) {
    let next = Arc::new(AtomicUsize::new(0));
    backend.route(method, path, move |_| {
        std::future::ready(match next.fetch_add(1, Ordering::SeqCst) {
            1_000.. => Reply::reset(),
            at => replies[at.min(replies.len() - 1)].clone(),
        })
    });
}

/// The transport to one backend, for every host.
pub fn memory(backend: &Backend) -> ServiceTransport<Backend> {
    ServiceTransport::new(backend.clone())
}

/// Several servers, told apart by scheme, host and port.
#[derive(Default)]
pub struct Origins(BTreeMap<String, ServiceTransport<Backend>>);

impl Origins {
    /// Adds a server, such as `https://a.test` or `http://localhost:81`.
    pub fn with(mut self, origin: &str, backend: &Backend) -> Self {
        self.0.insert(origin.to_owned(), memory(backend));
        self
    }
}

impl Transport for Origins {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        match self.0.get(&request.url.origin().ascii_serialization()) {
            Some(server) => server.send(request),
            None => Box::pin(async { Err(TransportError::new(TransportErrorKind::Connect, "no such host")) }),
        }
    }
}

/// The newest request as text: method and target, the headers in alphabetical order, an empty line, the body.
pub fn raw(request: &Request) -> String {
    let mut lines: Vec<String> = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    // Only by name: the order of lines with one name is part of the message.
    lines.sort_by(|a, b| a.split(':').next().cmp(&b.split(':').next()));
    format!("{} {}\n{}\n{}", request.method(), request.target(), lines.concat(), request.text())
}

/// Awaits a call and gives the request the backend recorded for it, which must be exactly one.
pub async fn sent<T: 'static>(backend: &Backend, call: Call<T>) -> Request {
    let before = backend.requests().len();
    if let Err(error) = call.await {
        panic!("{error:?}");
    }
    assert_eq!(backend.requests().len(), before + 1);
    backend.last().unwrap()
}

/// The argument that keeps a call from being sent.
pub async fn refused<T: std::fmt::Debug + 'static>(backend: &Backend, call: Call<T>) -> String {
    let before = backend.requests().len();
    let outcome = call.into_future().await;
    assert_eq!(backend.requests().len(), before, "nothing is sent");
    match outcome {
        Err(Error::InvalidRequest(error)) => error.argument().to_owned(),
        other => panic!("not refused: {other:?}"),
    }
}
