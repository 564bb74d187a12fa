//! `reconnect = n`: the connections of a stream of events, each of which is a call of its own.
//!
//! - **I12** No stream goes on under the login of another user.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::HeaderName;
use http::{HeaderValue, StatusCode};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::deadline::CallLimits;
use super::decode::undeclared;
use super::execute::attempt::CallResponse;
use super::execute::retry::{self, RETRY_AFTER_LONGEST};
use super::inner::Client;
use super::retry_policy::{FailedAttempt, OwnRetry};
use super::series::{InFlight, Series};
use crate::endpoint::Endpoint;
use crate::error::{Cancelled, Error, InvalidRequest, NotRetried};
use crate::request::Prepared;
use crate::response::SuccessResponse;
use crate::response::stream::{Connect, Connected, Unconnected};
use crate::runtime;
use crate::trace::{self, Instrument};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Makes the connections of one stream.
struct Connections {
    series: Series,
    request: Box<Prepared>,
    most: u32,
    cancelled: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

/// Makes the first connection, as any call does. Its stream connects again, up to `most` times in a row.
pub(super) fn connect(
    client: Client,
    request: Result<Box<Prepared>, InvalidRequest>,
    limits: CallLimits,
    own: Option<Box<OwnRetry>>,
    most: u32,
) -> InFlight<Result<CallResponse, Error>> {
    Box::pin(async move {
        let request = request?;
        retry::check_reconnect(&request)?;
        let mut series = Series::new(client, limits, own);
        let (attempt, authorization) = series.send(Ok(&request), false).await?;
        series.belongs_to(authorization);
        // A connection that fails is followed by another one, and not by retries of its own.
        series.retry.get_or_insert_default().times = Some(0);
        let mut response = attempt.response;
        if let CallResponse::Success(SuccessResponse::Stream(bytes)) = &mut response {
            let cancelled = series.limits.cancel.clone();
            let cancelled = cancelled.map(|token| Box::pin(CancellationToken::cancelled_owned(token)));
            bytes.connect_again_by(Box::new(Connections { series, request, most, cancelled }));
        }
        Ok(response)
    })
}

impl Connect for Connections {
    fn most(&self) -> u32 {
        self.most
    }

    fn last_event_id(&self) -> &[u8] {
        self.request.headers.get(LAST_EVENT_ID).map_or(&[], HeaderValue::as_bytes)
    }

    fn connect(&self, pause: Duration, attempt: u32, last_event_id: &str) -> InFlight<Connected> {
        let request = resumed(&self.request, last_event_id);
        let (series, endpoint) = (self.series.clone(), self.request.endpoint);
        self.series.entered(Box::pin(async move {
            trace::reconnects(endpoint, pause, attempt);
            // Without a runtime, sending is what fails.
            if runtime::is_here() {
                runtime::sleep_until(runtime::deadline(pause)).await;
            }
            let span = trace::call(endpoint);
            let connecting = async {
                let sent = series.send(request.as_ref().map_err(|error| error.clone().into()), false).await;
                let connected = connected(&series, endpoint, sent.map(|(attempt, _)| attempt.response));
                if let Err(unconnected) = &connected {
                    trace::failed(unconnected.error.code());
                }
                connected
            };
            connecting.instrument(span).await
        }))
    }

    fn poll_cancelled(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        match &mut self.cancelled {
            Some(cancelled) => cancelled
                .as_mut()
                .poll(cx)
                .map(|()| Error::from(Cancelled::default()).with_endpoint(self.request.endpoint)),
            None => Poll::Pending,
        }
    }
}

/// Returns `request` for the events after the one of `last_event_id`.
fn resumed(request: &Prepared, last_event_id: &str) -> Result<Prepared, InvalidRequest> {
    let mut request = request.clone();
    if last_event_id.is_empty() {
        request.headers.remove(LAST_EVENT_ID);
        return Ok(request);
    }
    // UTF-8, as the HTML standard has it (9.2.3).
    let id = HeaderValue::from_bytes(last_event_id.as_bytes());
    let id = id.map_err(|_| {
        InvalidRequest::new("last-event-id", "is an identifier of the server's that no header can have")
    })?;
    request.headers.insert(LAST_EVENT_ID, id);
    Ok(request)
}

/// Returns what the outcome of a connection means for its stream.
fn connected(series: &Series, endpoint: &'static Endpoint, sent: Result<CallResponse, Error>) -> Connected {
    let (client, own) = (&*series.client.0, series.retry.as_deref());
    let is_retried =
        |attempt| FailedAttempt::of(endpoint, attempt).map(|failed| retry::is_retried(own, client, &failed));
    let (error, is_transient) = match sent {
        // The server has no more events (HTML, 9.2.3).
        Ok(CallResponse::Success(success)) if success.head().status() == StatusCode::NO_CONTENT => {
            return Ok(None);
        }
        Ok(CallResponse::Success(success)) => return Ok(Some(success.stream())),
        Ok(CallResponse::Failure(mut answer, lacking)) => {
            let mut is_transient = lacking.is_none() && is_retried(Ok(Some(&answer))) == Some(true);
            if is_transient && answer.retry_after().is_some_and(|asked| asked > RETRY_AFTER_LONGEST) {
                answer.set_not_retried(NotRetried::RetryAfterTooLong);
                is_transient = false;
            }
            (undeclared(answer, lacking), is_transient)
        }
        // A refresh that failed for now says nothing against the stream.
        Err(error) => {
            let is_transient = is_retried(Err(&error)).unwrap_or_else(|| error.is_transient());
            (error, is_transient)
        }
    };
    let pause = error.retry_after().unwrap_or_default().min(RETRY_AFTER_LONGEST);
    Err(Unconnected { error: error.with_endpoint(endpoint), again_after: is_transient.then_some(pause) })
}
