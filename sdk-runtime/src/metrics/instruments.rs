//! The instruments of one client, of the meter provider that is set globally when the client is built.

use std::sync::Arc;

use http::{Method, StatusCode};
use opentelemetry::metrics::{Counter, Histogram, UpDownCounter};
use opentelemetry::{KeyValue, global};
use url::Url;

use crate::endpoint::Endpoint;
use crate::error::{Error, StoreError, TransportError};
use crate::runtime::{self, Instant};

/// The bounds of the histograms in seconds, by the conventions of OpenTelemetry for HTTP.
const BOUNDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// The `error.type` of a request whose caller stopped waiting: by its timeout, by its token, or by dropping
/// the call.
const ABANDONED: &str = "abandoned";

/// The instruments of a client and its session. A clone is another handle.
#[derive(Clone, Default)]
pub(crate) struct Metrics(Option<Arc<Instruments>>);

struct Instruments {
    duration: Histogram<f64>,
    active: UpDownCounter<i64>,
    refreshes: Histogram<f64>,
    waiters: UpDownCounter<i64>,
    cool_downs: Counter<u64>,
    store_failures: Counter<u64>,
    /// The server of the client, for what has no request.
    server: [KeyValue; 2],
}

impl Metrics {
    /// Makes the instruments of a client of `base`.
    pub(crate) fn of(base: &Url) -> Self {
        let meter = global::meter("sdk_runtime");
        Self(Some(Arc::new(Instruments {
            duration: meter
                .f64_histogram("http.client.request.duration")
                .with_unit("s")
                .with_description("Duration of HTTP client requests.")
                .with_boundaries(BOUNDS.into())
                .build(),
            active: meter
                .i64_up_down_counter("http.client.active_requests")
                .with_unit("{request}")
                .with_description("Number of active HTTP requests.")
                .build(),
            refreshes: meter
                .f64_histogram("api_client.refresh.duration")
                .with_unit("s")
                .with_description("Duration of refreshes of a login, by outcome.")
                .with_boundaries(BOUNDS.into())
                .build(),
            waiters: meter
                .i64_up_down_counter("api_client.refresh.waiters")
                .with_unit("{call}")
                .with_description("Number of calls that wait for a refresh.")
                .build(),
            cool_downs: meter
                .u64_counter("api_client.refresh.cool_downs")
                .with_unit("{cool_down}")
                .with_description("Number of cool-downs after failed refreshes.")
                .build(),
            store_failures: meter
                .u64_counter("api_client.store.failures")
                .with_unit("{operation}")
                .with_description("Number of failed operations of the store.")
                .build(),
            server: server(base),
        })))
    }

    /// Measures one request, until the head of its answer has arrived.
    pub(crate) fn request(&self, endpoint: &'static Endpoint, method: &Method, url: &Url) -> RunningRequest {
        RunningRequest(self.0.as_ref().map(|instruments| {
            let mut attributes = server(url).to_vec();
            attributes.push(KeyValue::new("http.request.method", method.as_str().to_owned()));
            if !endpoint.template().is_empty() {
                attributes.push(KeyValue::new("url.template", endpoint.template()));
            }
            instruments.active.add(1, &attributes);
            Measured { instruments: instruments.clone(), attributes, since: runtime::now() }
        }))
    }

    /// Measures one refresh, from its start to its end.
    pub(crate) fn refresh(&self) -> RunningRefresh {
        RunningRefresh(self.0.clone(), runtime::now())
    }

    /// Counts a call while it waits for `refresh`.
    pub(crate) async fn waiting<F: Future>(&self, refresh: F) -> F::Output {
        if let Some(instruments) = &self.0 {
            instruments.waiters.add(1, &instruments.server);
        }
        let _waiter = Waiter(self.0.as_deref());
        refresh.await
    }

    /// Counts the cool-down after a refresh that failed with `code`.
    pub(crate) fn cools_down(&self, code: &'static str) {
        if let Some(instruments) = &self.0 {
            instruments.cool_downs.add(1, &instruments.of_code(code));
        }
    }

    /// Counts an operation of the store that failed.
    pub(crate) fn store_failed(&self, error: &StoreError) {
        if let Some(instruments) = &self.0 {
            let code = Error::from(error.clone()).code();
            instruments.store_failures.add(1, &instruments.of_code(code));
        }
    }
}

impl Instruments {
    fn of_code(&self, code: &'static str) -> Vec<KeyValue> {
        let mut attributes = self.server.to_vec();
        attributes.push(KeyValue::new("error.type", code));
        attributes
    }
}

fn server(url: &Url) -> [KeyValue; 2] {
    [
        KeyValue::new("server.address", url.host_str().unwrap_or_default().to_owned()),
        KeyValue::new("server.port", i64::from(url.port_or_known_default().unwrap_or_default())),
    ]
}

/// A request that is under way.
pub(crate) struct RunningRequest(Option<Measured>);

struct Measured {
    instruments: Arc<Instruments>,
    attributes: Vec<KeyValue>,
    since: Instant,
}

impl RunningRequest {
    /// Records the answer to the request, or its failure.
    pub(crate) fn answered(mut self, answer: Result<StatusCode, &TransportError>) {
        if let Some(measured) = self.0.take() {
            measured.record(|attributes| match answer {
                Ok(status) => {
                    attributes.push(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
                    if status.is_client_error() || status.is_server_error() {
                        attributes.push(KeyValue::new("error.type", status.as_str().to_owned()));
                    }
                }
                Err(error) => {
                    attributes.push(KeyValue::new("error.type", Error::from(error.clone()).code()));
                }
            });
        }
    }
}

/// The caller has stopped waiting.
impl Drop for RunningRequest {
    fn drop(&mut self) {
        if let Some(measured) = self.0.take() {
            measured.record(|attributes| attributes.push(KeyValue::new("error.type", ABANDONED)));
        }
    }
}

impl Measured {
    fn record(mut self, outcome: impl FnOnce(&mut Vec<KeyValue>)) {
        self.instruments.active.add(-1, &self.attributes);
        outcome(&mut self.attributes);
        self.instruments.duration.record(self.since.elapsed().as_secs_f64(), &self.attributes);
    }
}

/// A refresh that is under way.
pub(crate) struct RunningRefresh(Option<Arc<Instruments>>, Instant);

impl RunningRefresh {
    /// Records the end of the refresh.
    pub(crate) fn ended(self, outcome: &'static str, error: Option<&Error>) {
        if let Some(instruments) = self.0 {
            let mut attributes = instruments.server.to_vec();
            attributes.push(KeyValue::new("refresh.outcome", outcome));
            attributes.extend(error.map(|error| KeyValue::new("error.type", error.code())));
            instruments.refreshes.record(self.1.elapsed().as_secs_f64(), &attributes);
        }
    }
}

/// A call that waits for a refresh.
struct Waiter<'a>(Option<&'a Instruments>);

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if let Some(instruments) = self.0 {
            instruments.waiters.add(-1, &instruments.server);
        }
    }
}
