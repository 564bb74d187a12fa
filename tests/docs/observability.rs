//! `docs/cookbook/observability.md`.

use std::error::Error as StdError;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};

use sdk_runtime::{Result, ServiceTransport, api_client};
use sdk_testkit::{Backend, Reply};
use tracing_subscriber::fmt::format::FmtSpan;

#[api_client(auth = none)]
pub trait Tracker {
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

/// What the subscriber prints.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps a second subscriber, which gets nothing. While there is only one, `tracing` asks the thread that
/// first reaches a place whether it reports anything, and the thread of another test answers no for all.
fn hear_all_threads() {
    static SECOND: OnceLock<tracing::Dispatch> = OnceLock::new();
    SECOND.get_or_init(|| tracing::Dispatch::new(tracing_subscriber::registry()));
}

#[tokio::test]
async fn a_log_shows_each_request() -> Result<(), Box<dyn StdError>> {
    let text = Log::default();
    let writer = text.clone();
    let log = move || writer.clone();
    hear_all_threads();
    // `.json()` in addition, for a log that programs read.
    let subscriber = tracing_subscriber::fmt().with_writer(log).with_span_events(FmtSpan::CLOSE).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let server = Backend::new().fallback(|_| async { Reply::text("ok") });
    let tracker =
        TrackerClient::builder("http://localhost").transport(ServiceTransport::new(server)).build()?;
    tracker.issue(7).await?;
    let text = String::from_utf8(text.0.lock().unwrap().clone())?;
    let ended = |line: &&str| line.contains("close") && line.contains("time.busy");
    let lines: Vec<&str> = text.lines().filter(ended).collect();
    assert_eq!(lines.len(), 2, "the request and its call: {text}");
    assert!(lines[0].contains("sdk_runtime::http") && lines[0].contains("/issues/{id}"), "{text}");
    Ok(())
}

#[cfg(feature = "metrics")]
mod trace_context {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use opentelemetry::propagation::Injector;
    use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
    use opentelemetry::{Context, global};
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use sdk_runtime::Tokens;
    use sdk_testkit::{Request, TokenServer};
    use tracing::{Instrument, Level};
    use tracing_opentelemetry::OpenTelemetrySpanExt;
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::layer::{Layer as _, SubscriberExt};

    use super::*;

    /// The headers of a request, as OpenTelemetry fills them.
    struct Headers<'a>(&'a mut HeaderMap);

    impl Injector for Headers<'_> {
        fn set(&mut self, name: &str, value: String) {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                self.0.insert(name, value);
            }
        }
    }

    /// For `.on_request(…)`.
    fn add_trace_context(headers: &mut HeaderMap) {
        let context = Context::current();
        global::get_text_map_propagator(|format| format.inject_context(&context, &mut Headers(headers)));
    }

    #[tokio::test]
    async fn a_request_carries_the_trace() -> Result<(), Box<dyn StdError>> {
        hear_all_threads();
        global::set_text_map_propagator(TraceContextPropagator::new());
        let tracer = SdkTracerProvider::builder().build().tracer("my-app"); // with an exporter of your own
        let subscriber =
            tracing_subscriber::registry().with(tracing_opentelemetry::layer().with_tracer(tracer));
        let _guard = tracing::subscriber::set_default(subscriber);

        let server = Backend::new().fallback(|_| async { Reply::text("ok") });
        let tracker = TrackerClient::builder("http://localhost")
            .transport(ServiceTransport::new(server.clone()))
            .on_request(|_endpoint, headers| add_trace_context(headers))
            .build()?;
        let page = tracing::info_span!("page");
        tracker.issue(7).into_future().instrument(page.clone()).await?;
        let sent = server.last().unwrap();
        let parts: Vec<&str> = sent.header("traceparent").unwrap_or_default().split('-').collect();
        let own = page.context().span().span_context().clone();
        assert_eq!(parts[1], own.trace_id().to_string(), "one trace");
        assert_ne!(parts[2], own.span_id().to_string(), "the span is that of the request");
        Ok(())
    }

    #[tokio::test]
    async fn without_spans_of_the_client_a_call_has_that_of_the_program() -> Result<(), Box<dyn StdError>> {
        global::set_text_map_propagator(TraceContextPropagator::new());
        let tracer = SdkTracerProvider::builder().build().tracer("my-app");
        let filter = Targets::new().with_default(Level::INFO).with_target("sdk_runtime", Level::WARN);
        let traces = tracing_opentelemetry::layer().with_tracer(tracer).with_filter(filter);
        // Another layer takes the spans that this one does not.
        let everything = tracing_subscriber::fmt::layer().with_writer(io::sink);
        hear_all_threads();
        let subscriber = tracing_subscriber::registry().with(everything).with(traces);
        let _guard = tracing::subscriber::set_default(subscriber);

        let server = TokenServer::new().guard("GET", "/issues/{id}", |_, _| async { Reply::text("ok") });
        let tracker = crate::layers::SignedClient::builder("http://localhost")
            .transport(ServiceTransport::new(server.backend().clone()))
            .on_request(|_endpoint, headers| add_trace_context(headers))
            .build()?;
        let issued = server.issue("ann");
        let refresh = issued.refresh_token.ok_or("a server that rotates")?;
        tracker.session().sign_in(Tokens::new(issued.access_token).refresh_token(refresh))?;
        server.expire_access_tokens();
        let page = tracing::info_span!("page");
        tracker.issue(7).into_future().instrument(page.clone()).await?;
        let span = page.context().span().span_context().span_id().to_string();
        let sent = server.backend().requests();
        let has = |request: &Request| request.header("traceparent").map(|it| it.contains(&span));
        assert_eq!(sent.iter().map(has).collect::<Vec<_>>(), [Some(true), None, Some(true)]);
        Ok(())
    }
}

#[cfg(feature = "metrics")]
#[tokio::test]
async fn requests_are_measured() -> Result<(), Box<dyn StdError>> {
    use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};

    // With an exporter of your own in the place of this one.
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    opentelemetry::global::set_meter_provider(provider.clone());

    let server = Backend::new().fallback(|_| async { Reply::text("ok") });
    let tracker =
        TrackerClient::builder("http://localhost").transport(ServiceTransport::new(server)).build()?;
    tracker.issue(7).await?;

    provider.force_flush()?;
    let measured = format!("{:?}", exporter.get_finished_metrics()?);
    assert!(measured.contains("http.client.request.duration"));
    assert!(measured.contains("/issues/{id}"));
    Ok(())
}
