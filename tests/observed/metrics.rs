//! The instruments of OpenTelemetry. All tests share one provider, so each has a server name of its own.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, Metric, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
use sdk_runtime::store::{StoreFuture, StoredLogin, TokenStore};
use sdk_runtime::{ServiceTransport, error::StoreError};
use sdk_testkit::{Reply, TokenServer};
use test_support::user;

use crate::{TrackerClient, served_at};

static PROVIDER: OnceLock<(SdkMeterProvider, InMemoryMetricExporter)> = OnceLock::new();

/// Held while the exporter is read, because a test empties it before.
static READING: Mutex<()> = Mutex::new(());

/// Sets the provider of the process. Called before a client is built.
fn measure() {
    PROVIDER.get_or_init(|| {
        let exporter = InMemoryMetricExporter::default();
        let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
        global::set_meter_provider(provider.clone());
        (provider, exporter)
    });
}

fn served(host: &str) -> (TokenServer, TrackerClient) {
    measure();
    served_at(&format!("https://{host}:8443"))
}

/// Exports all that was measured so far.
fn exported() -> (InMemoryMetricExporter, MutexGuard<'static, ()>) {
    let reading = READING.lock().unwrap_or_else(PoisonError::into_inner);
    let (provider, exporter) = PROVIDER.get().unwrap();
    exporter.reset();
    provider.force_flush().unwrap();
    (exporter.clone(), reading)
}

/// What was measured so far under `name` for `host`: the other attributes, sorted, and the sum or the count.
fn measured(name: &str, host: &str) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    let (exporter, _reading) = exported();
    for resource in exporter.get_finished_metrics().unwrap() {
        for metric in resource.scope_metrics().flat_map(|scope| scope.metrics()) {
            if metric.name() == name {
                points(metric, host, &mut found);
            }
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

fn points(metric: &Metric, host: &str, found: &mut Vec<(String, f64)>) {
    let mut add = |attributes: Vec<KeyValue>, value: f64| {
        if attributes.contains(&KeyValue::new("server.address", host.to_owned())) {
            let mut others: Vec<_> = attributes
                .iter()
                .filter(|it| !it.key.as_str().starts_with("server."))
                .map(|it| format!("{}={}", it.key, it.value))
                .collect();
            others.sort();
            found.push((others.join(" "), value));
        }
    };
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => histogram
            .data_points()
            .for_each(|point| add(point.attributes().cloned().collect(), point.count() as f64)),
        AggregatedMetrics::I64(MetricData::Sum(sum)) => sum
            .data_points()
            .for_each(|point| add(point.attributes().cloned().collect(), point.value() as f64)),
        AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
            .data_points()
            .for_each(|point| add(point.attributes().cloned().collect(), point.value() as f64)),
        other => panic!("{other:?}"),
    }
}

fn owned(points: &[(&str, f64)]) -> Vec<(String, f64)> {
    points.iter().map(|(attributes, value)| ((*attributes).to_owned(), *value)).collect()
}

#[tokio::test(start_paused = true)]
async fn requests_and_refreshes_are_measured_by_the_conventions_of_opentelemetry() {
    let (server, client) = served("requests.test");
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let calls = (client.issue("1", None, None), client.issue("2", None, None));
    let (one, two) = tokio::join!(calls.0, calls.1);
    one.and(two).unwrap();
    assert_eq!(
        measured("http.client.request.duration", "requests.test"),
        owned(&[
            (
                "error.type=401 http.request.method=GET http.response.status_code=401 \
                 url.template=/issues/{id}",
                1.0
            ),
            ("http.request.method=GET http.response.status_code=200 url.template=/issues/{id}", 2.0),
            ("http.request.method=POST http.response.status_code=200 url.template=/auth/login", 1.0),
            ("http.request.method=POST http.response.status_code=200 url.template=/auth/refresh", 1.0),
        ])
    );
    let active = measured("http.client.active_requests", "requests.test");
    assert!(active.len() == 3 && active.iter().all(|(_, count)| *count == 0.0), "{active:?}");
    assert_eq!(
        measured("api_client.refresh.duration", "requests.test"),
        owned(&[("refresh.outcome=refreshed", 1.0)])
    );
    assert_eq!(measured("api_client.refresh.waiters", "requests.test"), owned(&[("", 0.0)]));
}

#[tokio::test(start_paused = true)]
async fn waiters_and_active_requests_are_counted_while_they_wait_and_an_abandoned_request_is_measured() {
    let (server, client) = served("waiting.test");
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let held = server.hold_refreshes();
    let call = |id| client.issue(id, None, None).timeout(Duration::from_secs(1));
    let three = async { tokio::join!(call("1"), call("2"), call("3")) };
    let looks = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let waiters = measured("api_client.refresh.waiters", "waiting.test");
        let active = measured("http.client.active_requests", "waiting.test");
        (waiters, active)
    };
    let (results, (waiters, active)) = tokio::join!(three, looks);
    assert!(results.0.is_err() && results.1.is_err() && results.2.is_err());
    assert_eq!(waiters, owned(&[("", 3.0)]));
    let refreshing: Vec<_> = active.iter().filter(|(_, count)| *count != 0.0).collect();
    let [(attributes, 1.0)] = refreshing[..] else { panic!("{active:?}") };
    assert!(attributes.contains("/auth/refresh"), "{attributes}");
    assert_eq!(measured("api_client.refresh.waiters", "waiting.test"), owned(&[("", 0.0)]));
    drop(held);

    let backend = sdk_testkit::Backend::new().fallback(|_| std::future::pending());
    let client = TrackerClient::builder("https://silent.test")
        .transport(ServiceTransport::new(backend))
        .bearer("token")
        .build()
        .unwrap();
    client.update("7", "Leak").timeout(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(
        measured("http.client.request.duration", "silent.test"),
        owned(&[("error.type=abandoned http.request.method=PUT url.template=/issues/{id}", 1.0)])
    );
}

#[tokio::test(start_paused = true)]
async fn a_failing_refresh_a_cool_down_an_end_and_an_abort_are_told_apart() {
    let (server, client) = served("failing.test");
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    server.next_refresh(Reply::empty().status(503).header("retry-after", "7"));
    client.issue("7", None, None).await.unwrap_err();
    tokio::time::sleep(Duration::from_secs(10)).await;
    server.revoke("ann");
    client.issue("7", None, None).await.unwrap_err();
    assert_eq!(
        measured("api_client.refresh.duration", "failing.test"),
        owned(&[
            ("error.type=refresh_unavailable.status refresh.outcome=failed", 1.0),
            ("error.type=session_expired.refresh_rejected refresh.outcome=expired", 1.0),
        ])
    );
    assert_eq!(
        measured("api_client.refresh.cool_downs", "failing.test"),
        owned(&[("error.type=refresh_unavailable.status", 1.0)])
    );

    // The runtime of the refresh ends while the server has not answered.
    let (server, client) = served("aborted.test");
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let _held = server.hold_refreshes();
    let other = client.clone();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { other.issue("7", None, None).timeout(Duration::from_millis(200)).await })
    });
    thread.join().unwrap().unwrap_err();
    let [(outcome, 1.0)] = &measured("api_client.refresh.duration", "aborted.test")[..] else { panic!() };
    assert_eq!(outcome, "error.type=refresh_unavailable.aborted refresh.outcome=failed");
}

/// Has no place for a login.
struct Full;

impl TokenStore for Full {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        Box::pin(async { Ok(None) })
    }

    fn replace(&self, _: u64, _: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(async { Err(StoreError::unavailable("writing", "the disk is full")) })
    }
}

#[tokio::test(start_paused = true)]
async fn failed_operations_of_a_store_are_counted() {
    measure();
    let server = TokenServer::new();
    let client = TrackerClient::builder("https://store.test")
        .transport(ServiceTransport::new(server.backend().clone()))
        .store(Full)
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    let [(code, failures)] = &measured("api_client.store.failures", "store.test")[..] else { panic!() };
    assert_eq!(code, "error.type=store.unavailable");
    assert!(*failures >= 1.0, "{failures}");
}

#[tokio::test(start_paused = true)]
async fn i27_no_instrument_has_a_secret() {
    const SECRET: &str = "s3cr3t";
    let (_server, client) = served("secret.test");
    let tokens = sdk_runtime::Tokens::new(SECRET).refresh_token(SECRET).subject(SECRET).scopes([SECRET]);
    client.session().sign_in(tokens).unwrap();
    let _ = client.issue(SECRET, Some(SECRET), Some(SECRET)).header("x-call", SECRET).await;
    let _ = client.update(SECRET, SECRET).await;
    let _ = client.session().refresh().await;
    let _ = client.login(&test_support::Credentials { username: SECRET, password: SECRET }).await;
    assert!(!measured("http.client.request.duration", "secret.test").is_empty());
    let (exporter, _reading) = exported();
    let text = format!("{:?}", exporter.get_finished_metrics().unwrap());
    assert!(!text.contains(SECRET), "I27: {text}");
}
