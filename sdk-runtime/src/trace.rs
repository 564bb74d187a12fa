//! Spans and events for `tracing`, by the conventions of OpenTelemetry for HTTP clients. Without a subscriber
//! each costs one comparison.
//!
//! - **I27** No span and no event holds a secret, a query, a body or the value of a header.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::StatusCode;
use tracing::field::{Empty, display};
use url::Url;

use crate::endpoint::Endpoint;
use crate::error::{Error, InvalidRequest, TransportError};

pub(crate) use tracing::{Instrument, Span};

/// Returns `future`, which runs in `span`. Smaller than with [`Instrument`], because it borrows the span.
pub(crate) fn within<'a, F: Future + Unpin>(span: &'a Span, future: F) -> InSpan<'a, F> {
    InSpan { span, future }
}

/// A future that runs in a span.
pub(crate) struct InSpan<'a, F> {
    span: &'a Span,
    future: F,
}

impl<F: Future + Unpin> Future for InSpan<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Self { span, future } = &mut *self;
        span.in_scope(|| Pin::new(future).poll(cx))
    }
}

/// Starts the span of a call.
pub(crate) fn call(endpoint: &'static Endpoint) -> Span {
    tracing::info_span!(
        target: "sdk_runtime::call",
        "call",
        otel.name = endpoint.qualified_name(),
        otel.kind = "internal",
        otel.status_code = Empty,
        error.r#type = Empty,
    )
}

/// Starts the span of one request to `url`, which is the `resends`th repetition in its call or refresh.
pub(crate) fn request(endpoint: &'static Endpoint, method: &http::Method, url: &Url, resends: u32) -> Span {
    let template = endpoint.template();
    let span = tracing::info_span!(
        target: "sdk_runtime::http",
        "request",
        otel.name = Empty,
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = method.as_str(),
        http.request.resend_count = Empty,
        http.response.status_code = Empty,
        url.template = template,
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        error.r#type = Empty,
    );
    if !span.is_disabled() {
        match template {
            "" => span.record("otel.name", method.as_str()),
            _ => span.record("otel.name", display(format_args!("{method} {template}"))),
        };
        if resends > 0 {
            span.record("http.request.resend_count", resends);
        }
    }
    span
}

/// Records the answer to the request of `span`.
pub(crate) fn answered(span: &Span, answer: Result<StatusCode, &TransportError>) {
    if span.is_disabled() {
        return;
    }
    match answer {
        Ok(status) => {
            span.record("http.response.status_code", status.as_u16());
            if status.is_client_error() || status.is_server_error() {
                span.record("otel.status_code", "ERROR").record("error.type", status.as_str());
            }
        }
        Err(error) => fail(span, Error::from(error.clone()).code()),
    }
}

/// Starts the span of a refresh. The call that starts it is its parent.
pub(crate) fn refresh() -> Span {
    tracing::info_span!(
        target: "sdk_runtime::session",
        "refresh",
        otel.name = "refresh",
        otel.kind = "internal",
        otel.status_code = Empty,
        refresh.outcome = Empty,
        error.r#type = Empty,
    )
}

/// Returns the name of the outcome of a refresh: refreshed, failed, expired, or superseded by a sign-in or a
/// sign-out.
pub(crate) fn refresh_outcome(outcome: Option<&Result<(), Error>>) -> &'static str {
    match outcome {
        Some(Ok(())) => "refreshed",
        Some(Err(error)) if error.requires_sign_in() => "expired",
        Some(Err(_)) => "failed",
        None => "superseded",
    }
}

/// Records the end of the refresh of `span`.
pub(crate) fn refreshed(span: &Span, outcome: &'static str, error: Option<&Error>) {
    if span.is_disabled() {
        return;
    }
    if let Some(error) = error {
        fail(span, error.code());
    }
    span.record("refresh.outcome", outcome);
}

/// Records the code of the error that the present call returns.
pub(crate) fn failed(code: &'static str) {
    let span = Span::current();
    if !span.is_disabled() {
        fail(&span, code);
    }
}

fn fail(span: &Span, code: &'static str) {
    span.record("otel.status_code", "ERROR").record("error.type", code);
}

/// Links the present call to the refresh that it waits for.
pub(crate) fn waited_for(refresh: &Span) {
    if !refresh.is_disabled() {
        Span::current().follows_from(refresh);
    }
}

/// Reports that a pool cannot evict logins, because their stores are lost with them.
pub(crate) fn kept_in_memory() {
    tracing::warn!(
        target: "sdk_runtime::session",
        "the pool evicts no login and the process ends them all, because each store is in memory alone"
    );
}

/// Reports that the token of an answer cannot be used.
pub(crate) fn unusable(error: &InvalidRequest) {
    let reason = error.reason();
    tracing::warn!(target: "sdk_runtime::session", reason, "the token of an answer cannot be used");
}

/// Reports that a stream connects again after `pause`.
pub(crate) fn reconnects(endpoint: &'static Endpoint, pause: std::time::Duration, attempt: u32) {
    let (endpoint, delay) = (endpoint.qualified_name(), tracing::field::debug(pause));
    tracing::info!(target: "sdk_runtime::call", endpoint, delay, attempt, "the stream connects again");
}

/// Reports that a call is sent again after `pause`, because of a transient failure.
pub(crate) fn retries(pause: std::time::Duration, attempt: u32) {
    let delay = tracing::field::debug(pause);
    tracing::info!(target: "sdk_runtime::call", delay, attempt, "the call is retried");
}
