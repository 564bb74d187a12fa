//! `docs/cookbook/observability.md`.

use std::error::Error as StdError;

use sdk_runtime::{Result, ServiceTransport, api_client};
use sdk_testkit::{Backend, Reply};

#[api_client(auth = none)]
pub trait Tracker {
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

const TRACE: u128 = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c;

#[tokio::test]
async fn a_request_carries_the_trace() -> Result<(), Box<dyn StdError>> {
    let server = Backend::new().fallback(|_| async { Reply::text("ok") });
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.clone()))
        .on_request(|_endpoint, headers| {
            // With `tracing_opentelemetry`, take both ids from `Span::current().context()`.
            let span = tracing::Span::current().id().map_or(1, |id| id.into_u64());
            let context = format!("00-{TRACE:032x}-{span:016x}-01");
            headers.insert("traceparent", context.parse().expect("digits"));
        })
        .build()?;
    tracker.issue(7).await?;
    assert!(server.last().unwrap().header("traceparent").is_some_and(|it| it.starts_with("00-")));
    Ok(())
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
