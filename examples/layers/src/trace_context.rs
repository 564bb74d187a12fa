//! The trace context of W3C as a layer of one's own: the server sees which request of which trace it answers.

use std::collections::BTreeSet;
use std::error::Error;
use std::task::{Context, Poll};

use http::{HeaderValue, Request};
use sdk_runtime::ServiceTransport;
use tower::{Layer, Service};
use tracing::{Instrument, Span, dispatcher, info_span};
use tracing_subscriber::Registry;
use tracing_subscriber::registry::LookupSpan;

use crate::TrackerClient;

/// Adds `traceparent` to each request.
#[derive(Clone)]
struct TraceContext;

/// What `TraceContext` puts around the transport.
#[derive(Clone)]
struct Traced<S>(S);

impl<S> Layer<S> for TraceContext {
    type Service = Traced<S>;

    fn layer(&self, inner: S) -> Traced<S> {
        Traced(inner)
    }
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for Traced<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        if let Some(context) = trace_context() {
            request.headers_mut().insert("traceparent", context);
        }
        self.0.call(request)
    }
}

/// Returns the trace, which is that of the outermost span, and the span of the request, which is the present
/// one. With `tracing_opentelemetry` both are in `opentelemetry::Context::current()`.
fn trace_context() -> Option<HeaderValue> {
    let span = Span::current().id()?;
    let trace = dispatcher::get_default(|subscriber| {
        let registry = subscriber.downcast_ref::<Registry>()?;
        registry.span(&span)?.scope().last().map(|outermost| outermost.id())
    })?;
    format!("00-{:032x}-{:016x}-01", trace.into_u64(), span.into_u64()).parse().ok()
}

pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry());
    let server = crate::server();
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .transport_layer(TraceContext)
        .build()?;
    tracker.login(&crate::ann()).await?;
    server.expire_access_tokens();
    tracker.issue(7).into_future().instrument(info_span!("page")).await?;

    // The sign-in; and in the trace of the page an attempt, the refresh and the replay.
    let sent = server.backend().requests();
    let contexts: Vec<&str> = sent.iter().filter_map(|request| request.header("traceparent")).collect();
    let part = |at: usize| contexts.iter().filter_map(move |it| it.split('-').nth(at));
    let traces: Vec<&str> = part(1).collect();
    assert_eq!(traces.len(), 4, "each request has a context");
    assert!(traces[1] == traces[2] && traces[2] == traces[3], "one trace: {contexts:?}");
    assert_ne!(traces[0], traces[1], "the sign-in is another");
    let spans: BTreeSet<&str> = part(2).collect();
    assert_eq!(spans.len(), 4, "each attempt is a span of its own: {contexts:?}");
    println!("trace context: {}", contexts.join(", "));
    Ok(())
}
