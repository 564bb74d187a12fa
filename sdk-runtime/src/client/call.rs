//! One call: everything about it is known, nothing is sent until it is awaited.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Client;
use super::pipeline::{Progress, Reply};
use crate::clock;
use crate::endpoint::{CallTimeout, Endpoint};
use crate::error::{ApiError, Error, ErrorResponse, InvalidRequest};
use crate::request::{HeaderArg, Prepared, Request, RequestPreview};
use crate::response::{Decoder, Head, Response};
use crate::session::{Grant, Refusal, Tokens};

/// A call of an endpoint. Await it to send it. It borrows nothing, so it can be kept, sent to another thread, and spawned:
/// `tokio::spawn(call.into_future())`.
///
/// # Cancel safety
///
/// Dropping the future, or cancelling it, stops this call and no other: a renewal it waits for goes on. Whether the server
/// has seen the request is then not known.
///
/// # Panics
///
/// Awaiting a call outside a Tokio runtime with its time driver panics, as everything does there that waits.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T, E = Error> {
    plan: Box<Plan>,
    decoder: Decoder<T>,
    role: Role<T>,
    failing: Failing<E>,
}

/// What a call is about, whatever its types.
struct Plan {
    client: Client,
    endpoint: &'static Endpoint,
    request: Result<Stage, InvalidRequest>,
    timeout: Option<Duration>,
    cancel: Option<CancellationToken>,
}

enum Stage {
    Ready(Prepared),
    /// Some arguments are the session's, which is asked when the call is awaited.
    Open(Request),
}

/// How an `E` is made, as plain functions: a type that is no [`ApiError`] is reported where it is declared, and not once more
/// wherever a call is awaited.
struct Failing<E> {
    own: fn(ErrorResponse) -> Result<E, ErrorResponse>,
    other: fn(Error) -> E,
}

/// What a call comes to: a value, with its head if that is wanted, or the endpoint's own error.
type Outcome<T, E> = Result<(Option<Head>, T), E>;

/// What a call means to the session.
pub(super) enum Role<T> {
    Plain,
    Start(fn(&T, &Head) -> Result<Tokens, Refusal>),
    End(fn(&Grant, &mut Request) -> Option<()>),
}

impl<T, E> Call<T, E> {
    pub(super) fn new(client: Client, request: Request, decoder: Decoder<T>, role: Role<T>) -> Self
    where
        E: ApiError,
    {
        let endpoint = request.endpoint();
        let timeout = match endpoint.timeout {
            CallTimeout::Default => client.0.timeout,
            CallTimeout::After(limit) => Some(limit),
            CallTimeout::Never => None,
        };
        let request = match role {
            Role::End(_) => Ok(Stage::Open(request)),
            Role::Plain | Role::Start(_) => request.prepare(decoder.accept).map(Stage::Ready),
        };
        Self {
            plan: Box::new(Plan { client, endpoint, request, timeout, cancel: None }),
            decoder,
            role,
            failing: Failing { own: E::from_status, other: E::from },
        }
    }

    /// How long this call may take as a whole, waiting for a renewal and the replay included; `None` for as long as it takes.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.plan.timeout = timeout.into();
        self
    }

    /// Gives up with [`Error::Cancelled`] when `token` is cancelled, and without sending anything when it already is.
    pub fn cancel_on(mut self, token: &CancellationToken) -> Self {
        self.plan.cancel = Some(token.clone());
        self
    }

    /// Sets a header in place of what the declaration sets. A name or a value that is none, or a header that is the
    /// transport's or, where the session signs, the session's, makes the call fail with [`Error::InvalidRequest`].
    pub fn header(mut self, name: &str, value: impl HeaderArg) -> Self {
        let set = match &mut self.plan.request {
            Ok(Stage::Ready(prepared)) => prepared.set_header(name, &value),
            Ok(Stage::Open(request)) => request.set_header(name, &value),
            Err(_) => Ok(()),
        };
        if let Err(error) = set {
            self.plan.request = Err(error);
        }
        self
    }

    /// Gives the status and the headers beside the value.
    pub fn response(self) -> ResponseCall<T, E> {
        ResponseCall(self)
    }

    /// What would be sent, but for what the session adds.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`], as the call itself would.
    pub fn request(&self) -> Result<RequestPreview, Error> {
        match &self.plan.request {
            Ok(Stage::Ready(prepared)) => Ok(RequestPreview::new(prepared.clone())),
            Ok(Stage::Open(_)) => Err(InvalidRequest::new(
                self.plan.endpoint.name(),
                "is put together by the session when it is awaited",
            )
            .into()),
            Err(error) => Err(error.clone().into()),
        }
    }
}

impl<T, E> Call<T, E> {
    async fn run(self, with_head: bool) -> Outcome<T, E> {
        let Self { plan, decoder, role, failing } = self;
        let progress = Progress::default();
        let (timeout, cancel) = (plan.timeout, plan.cancel.clone());
        if cancel.as_ref().is_some_and(CancellationToken::is_cancelled) {
            return Err((failing.other)(Error::Cancelled));
        }
        // The outcome comes first: an answer that is there is not thrown away for a deadline that is over too.
        let outcome = tokio::select! {
            biased;
            outcome = plan.carry_out(decoder, role, failing.own, with_head, &progress) => outcome,
            () = cancelled(cancel.as_ref()) => Err(Error::Cancelled),
            error = timed_out(timeout, &progress) => Err(error),
        };
        outcome.unwrap_or_else(|error| Err((failing.other)(error)))
    }
}

impl Plan {
    async fn carry_out<T, E>(
        self: Box<Self>,
        decoder: Decoder<T>,
        role: Role<T>,
        own: fn(ErrorResponse) -> Result<E, ErrorResponse>,
        with_head: bool,
        progress: &Progress,
    ) -> Result<Outcome<T, E>, Error> {
        let client = &*self.client.0;
        match (self.request?, role) {
            (Stage::Ready(prepared), Role::Start(tokens)) => {
                let sign_in = client.start(&prepared).await?;
                let Reply::Success(answer) = &sign_in.reply else {
                    return decode(sign_in.reply, decoder, own, with_head);
                };
                let answer = answer.clone();
                let value = (decoder.decode)(answer.clone())?;
                let tokens = match tokens(&value, answer.head()) {
                    Ok(tokens) => tokens,
                    Err(Refusal::Dead(message) | Refusal::TryLater { message, .. }) => {
                        let (status, headers) = answer.head.into_parts();
                        let refused = ErrorResponse::new(self.endpoint, status, headers, answer.body, false);
                        return decode(Reply::Failure(refused.refused_for(message)), decoder, own, with_head);
                    }
                };
                let (head, jar, since) = (Some(answer.head()), Some(sign_in.jar), Some(sign_in.epoch));
                client.session.shared().sign_in(tokens, head, jar, since)?;
                Ok(Ok((with_head.then_some(answer.head), value)))
            }
            (Stage::Ready(prepared), _) => {
                let reply = client.send(&prepared, progress).await?;
                decode(reply, decoder, own, with_head)
            }
            (Stage::Open(mut request), role) => {
                let (snapshot, grant) = client.session.shared().sign_out()?.ok_or(Error::NotSignedIn)?;
                if let Role::End(supply) = role {
                    supply(&grant, &mut request).ok_or_else(|| {
                        InvalidRequest::new(
                            self.endpoint.name(),
                            "takes an argument from the session, which has nothing to build it from: only the login here has ended",
                        )
                    })?;
                }
                let prepared = request.prepare(decoder.accept)?;
                let reply = client.end(&prepared, &snapshot).await?;
                decode(reply, decoder, own, with_head)
            }
        }
    }
}

fn decode<T, E>(
    reply: Reply,
    decoder: Decoder<T>,
    own: fn(ErrorResponse) -> Result<E, ErrorResponse>,
    with_head: bool,
) -> Result<Outcome<T, E>, Error> {
    match reply {
        Reply::Success(answer) => {
            let head = with_head.then(|| answer.head().clone());
            Ok(Ok((head, (decoder.decode)(answer)?)))
        }
        // An endpoint's own errors come first: a declared 404 is an error where an undeclared one may be `None`.
        Reply::Failure(response) => match own(response) {
            Ok(error) => Ok(Err(error)),
            Err(response) => absent(response, decoder, with_head).map(Ok),
        },
    }
}

fn absent<T>(
    response: ErrorResponse,
    decoder: Decoder<T>,
    with_head: bool,
) -> Result<(Option<Head>, T), Error> {
    if response.status() == http::StatusCode::NOT_FOUND {
        let head = Head::new(response.status(), response.headers().clone());
        if let Some(value) = (decoder.absent)(&head) {
            return Ok((with_head.then_some(head), value));
        }
    }
    Err(Error::Status(response))
}

async fn cancelled(token: Option<&CancellationToken>) {
    match token {
        Some(token) => token.cancelled().await,
        None => std::future::pending().await,
    }
}

async fn timed_out(limit: Option<Duration>, progress: &Progress) -> Error {
    let Some(limit) = limit else {
        return std::future::pending().await;
    };
    clock::sleep_until(clock::deadline(limit)).await;
    progress.timed_out(limit).into()
}

/// What awaiting a [`Call`] comes to.
pub type CallFuture<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl<T: 'static, E: 'static> IntoFuture for Call<T, E> {
    type Output = Result<T, E>;
    type IntoFuture = CallFuture<T, E>;

    fn into_future(self) -> CallFuture<T, E> {
        Box::pin(async move { self.run(false).await.map(|(_, value)| value) })
    }
}

impl<T, E> fmt::Debug for Call<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("endpoint", &format_args!("{}", self.plan.endpoint.qualified_name()))
            .finish_non_exhaustive()
    }
}

/// A [`Call`] that gives the status and the headers beside the value.
#[must_use = "a call does nothing until it is awaited"]
#[derive(Debug)]
pub struct ResponseCall<T, E = Error>(Call<T, E>);

impl<T, E> ResponseCall<T, E> {
    /// As [`Call::timeout`].
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        Self(self.0.timeout(timeout))
    }

    /// As [`Call::cancel_on`].
    pub fn cancel_on(self, token: &CancellationToken) -> Self {
        Self(self.0.cancel_on(token))
    }

    /// As [`Call::header`].
    pub fn header(self, name: &str, value: impl HeaderArg) -> Self {
        Self(self.0.header(name, value))
    }
}

impl<T: 'static, E: 'static> IntoFuture for ResponseCall<T, E> {
    type Output = Result<Response<T>, E>;
    type IntoFuture = CallFuture<Response<T>, E>;

    fn into_future(self) -> CallFuture<Response<T>, E> {
        Box::pin(async move {
            let (head, value) = self.0.run(true).await?;
            // The head was asked for, so it is there; nothing here may panic to say so.
            let head = head.unwrap_or_else(|| Head::new(http::StatusCode::OK, http::HeaderMap::new()));
            Ok(Response::new(head, value))
        })
    }
}
