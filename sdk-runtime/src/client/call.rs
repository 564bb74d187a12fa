//! `Call`: one call of an endpoint. Its request is prepared at once, and sent when the call is awaited.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::decode::{CallDecoder, Failure, KeepHead};
use super::execute::attempt::CallResponse;
use super::execute::retry;
use super::idempotency;
use super::inner::Client;
use super::plan::{Plan, already_polled};
use super::retry_policy::OwnRetry;
use super::role::{Executed, Role};
use super::sign_in;
use crate::error::{ApiError, Error};
use crate::request::{HeaderArg, Request, RequestPreview};
use crate::response::Decoder;
use crate::trace::{self, Instrument};

/// A call of an endpoint, which is a future. Await it to send it. It borrows nothing, so it can be stored,
/// moved to another thread and spawned: `tokio::spawn(call)`. Once it is polled, its options have no effect.
///
/// # Cancel safety
///
/// Dropping the future, or cancelling it, stops this call and no other. A refresh that it waits for goes on.
/// Whether the server has received the request is then unknown.
///
/// # The end of a program
///
/// Shortly before a token expires, one call starts its refresh and is sent at the same time. That call
/// returns when its response has arrived and the refresh has ended, with the new tokens in the store. It
/// waits for the refresh for 2 s after its response at most, and within its own limits. So a program may end
/// with the response of its call. Dropping the future stops no refresh, but a program that ends then may lose
/// its login.
///
/// # Panics
///
/// Awaiting a call panics on a Tokio runtime without its time driver. Without a runtime it fails, unless
/// [`spawn_on`](crate::client::ClientBuilder::spawn_on) names one. With the feature `blocking`, `call.wait()`
/// needs none.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T, E = Error> {
    /// `None` once the call was polled.
    plan: Option<Box<Plan>>,
    pub(super) decoder: CallDecoder<T, E>,
    /// Starts the login, if the call is a sign-in.
    complete: Option<sign_in::Complete<T>>,
    /// The call on its way. Never locked: the mutex makes a future that is only `Send` also `Sync`.
    sent: Mutex<Option<CallFuture<T, E>>>,
}

impl<T, E> Call<T, E> {
    pub(super) fn new(
        client: Client,
        request: Request,
        decoder: Decoder<T>,
        role: Role,
        complete: Option<sign_in::Complete<T>>,
    ) -> Self
    where
        E: ApiError,
    {
        let endpoint = request.endpoint();
        let plan = Some(Plan::new(client, request, decoder.accept, decoder.whole, role));
        Self { plan, decoder: CallDecoder::new(decoder, endpoint), complete, sent: Mutex::new(None) }
    }

    /// Sets what the declaration says about retries in place of the client.
    pub(super) fn declared(self, retry: Option<Box<OwnRetry>>) -> Self {
        match retry {
            Some(_) => self.planned(|plan| plan.retry = retry),
            None => self,
        }
    }

    /// Changes the plan of a call that is not sent yet.
    fn planned(mut self, change: impl FnOnce(&mut Plan)) -> Self {
        if let Some(plan) = self.plan.as_deref_mut() {
            change(plan);
        }
        self
    }

    /// Sets how long this call may take as a whole, including the wait for a refresh and the replay. `None`
    /// sets no limit.
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.planned(|plan| plan.limits.timeout = timeout.into())
    }

    /// Fails with [`Error::Cancelled`] when `token` is cancelled, and sends nothing when it already is. A
    /// call that returns a stream ends with the head of its response. Drop the stream to stop it. A stream
    /// that connects again (`reconnect`) ends with the token too, at any time, with that error.
    pub fn cancel_on(self, token: &CancellationToken) -> Self {
        self.planned(|plan| plan.limits.cancel = Some(token.clone()))
    }

    /// Sets a header, and replaces the one that the declaration sets. A `cookie` is added instead. The call
    /// fails with [`Error::InvalidRequest`] if the name or the value is invalid, or if the header is set by
    /// the transport or the session.
    pub fn header(self, name: &str, value: impl HeaderArg) -> Self {
        self.planned(|plan| plan.change(|request| request.set_header(name, &value)))
    }

    /// Adds a value for layers and transports, which find it in the extensions of the `http::Request` at each
    /// send of this call. The server does not get it. It replaces a value of the same type.
    pub fn extension(self, value: impl Clone + Send + Sync + 'static) -> Self {
        self.planned(|plan| {
            if let Ok(request) = &mut plan.request {
                request.extensions().insert(value);
            }
        })
    }

    /// Sets the key by which the server recognizes this call, in place of a random one. Use it for a call
    /// that must not be repeated even after a restart of the program. The call fails with
    /// [`Error::InvalidRequest`] if the key is empty or the endpoint is not declared `idempotent`.
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        let (endpoint, key) = (self.decoder.endpoint, key.into());
        self.planned(|plan| {
            plan.change(|request| request.set_header(idempotency::header(endpoint, &key)?, &key));
        })
    }

    /// Sets how often this call is retried after a transient failure, and replaces what the declaration and
    /// the client say. Transient failures are connections that fail or break, timeouts of attempts, and the
    /// statuses 408, 429, 500, 502, 503 and 504, unless a `retry_if` says otherwise. All retries
    /// are within the call's timeout. The call returns the last failure.
    ///
    /// The pause before the first retry is at most 0.5 s, and doubles up to 8 s. Half of it is random, so
    /// that callers do not retry in step. A longer `Retry-After` is obeyed up to 60 s. The call fails at once
    /// if the server asks for a longer pause, or if the pause would outlast the call's timeout, and
    /// [`ErrorResponse::not_retried`](crate::ErrorResponse::not_retried) says so.
    ///
    /// Only idempotent requests are retried: by their method, or by the key of an endpoint declared
    /// `idempotent`. With any other request, with a [`BodyStream`](crate::body::BodyStream) as the body, or
    /// on a session endpoint, the call fails with [`Error::InvalidRequest`]. After a redirect to another
    /// origin, where no key is sent, only the method counts.
    pub fn retry(self, times: u32) -> Self {
        self.planned(|plan| {
            plan.retry.get_or_insert_default().times = Some(times);
            let role = plan.role;
            plan.change(|_| match role {
                Role::Plain | Role::Events(_) => Ok(()),
                Role::SignIn(_) | Role::SignOut(_) => retry::check_session(times),
            });
        })
    }

    /// Sets how long one attempt may take, up to the end of the answer, or to its head for a stream. Replaces
    /// what the declaration and the client say. An attempt that takes longer is an [`Error::Timeout`] of the
    /// scope [`Attempt`](crate::error::TimeoutScope::Attempt), and a transient failure. It has no effect on
    /// sign-ins and sign-outs.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.planned(|plan| plan.retry.get_or_insert_default().attempt_timeout = Some(timeout))
    }

    /// Returns the request as it would be sent, without what the session adds.
    ///
    /// # Errors
    ///
    /// Returns [`Error::InvalidRequest`], as the call itself would.
    pub fn request(&self) -> Result<RequestPreview, Error> {
        let preview = match &self.plan {
            Some(plan) => plan.preview(self.decoder.endpoint),
            None => Err(already_polled(self.decoder.endpoint)),
        };
        preview.map_err(|error| Error::from(error).with_endpoint(self.decoder.endpoint))
    }
}

impl<T, E> Call<T, E> {
    /// Executes the call and decodes its response. `finish` makes the output of the head and the value.
    pub(super) fn send<H: KeepHead + Send + 'static, O: 'static>(
        &mut self,
        finish: fn(H, T) -> O,
    ) -> CallFuture<O, E>
    where
        T: 'static,
        E: 'static,
    {
        let (plan, decoder, complete) = (self.plan.take(), self.decoder, self.complete);
        // Boxed where it is made, because the future is large and each move copies it.
        Box::pin(async move {
            let span = trace::call(decoder.endpoint);
            let executed = match plan {
                Some(plan) => plan.execute(&span).await,
                None => Err(already_polled(decoder.endpoint).into()),
            };
            let outcome = match executed {
                Ok(Executed::Plain(response)) => {
                    // Without a closure, whose value would be moved out of it.
                    let _entered = span.enter();
                    decoder.decode(response, false)
                }
                Ok(Executed::SignOut(response)) => span.in_scope(|| decoder.decode(response, true)),
                Ok(Executed::SignIn(sent)) => match (*sent, complete) {
                    ((CallResponse::Success(success), sign_in), Some(complete)) => {
                        let head = Box::new(H::keep(success.head()));
                        let completed = complete(&decoder.decoder, success, sign_in);
                        match completed.instrument(span.clone()).await {
                            Ok(value) => Ok((*head, value)),
                            Err(failure) => span.in_scope(|| decoder.fail(failure)),
                        }
                    }
                    ((response, _), _) => span.in_scope(|| decoder.decode(response, true)),
                },
                Err(error) => span.in_scope(|| decoder.fail(Failure::Error(error))),
            };
            outcome.map(|(head, value)| finish(head, value))
        })
    }
}

/// A boxed future of a [`Call`].
pub type CallFuture<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl<T: 'static, E: 'static> Future for Call<T, E> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, E>> {
        let this = self.get_mut();
        let begun = this.plan.is_some().then(|| this.send(|(), value| value));
        let sent = this.sent.get_mut().unwrap_or_else(PoisonError::into_inner);
        if begun.is_some() {
            *sent = begun;
        }
        let Some(future) = sent else {
            return Poll::Ready(Err(this.decoder.error(already_polled(this.decoder.endpoint).into())));
        };
        let polled = future.as_mut().poll(cx);
        if polled.is_ready() {
            *sent = None;
        }
        polled
    }
}

impl<T, E> fmt::Debug for Call<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("endpoint", &format_args!("{}", self.decoder.endpoint.qualified_name()))
            .finish_non_exhaustive()
    }
}
