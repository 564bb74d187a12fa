//! One call: everything about it is known, nothing is sent until it is awaited.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Client;
use super::ending::{Ending, Supply};
use super::idempotency;
use super::limits::{Limits, Progress};
use super::pipeline::{SignIn, Way};
use super::reading::{Begin, Beginning, Fetched, Reading};
use super::retry::{self, Retry};
use crate::endpoint::Endpoint;
use crate::error::{ApiError, Error, InvalidRequest};
use crate::request::{HeaderArg, Prepared, Request, RequestPreview};
use crate::response::{Decoder, Response};
use crate::runtime;
use crate::session::StoreTime;

/// A call of an endpoint. Await it to send it. It borrows nothing, so it can be kept, sent to another thread, and spawned:
/// `tokio::spawn(call.into_future())`.
///
/// # Cancel safety
///
/// Dropping the future, or cancelling it, stops this call and no other: a refresh it waits for goes on. Whether the server
/// has seen the request is then not known.
///
/// # The end of a program
///
/// Shortly before a token lapses one call starts its refresh, and is sent at the same time. It returns when its own answer is there
/// and the new tokens are in the store, or the refresh has failed; 2 s after its answer at most, and within its own limits. So a
/// program may end with the answer of its call. Dropping the future stops nothing; a program that ends then may lose its login.
///
/// # Panics
///
/// Awaiting a call outside a Tokio runtime with its time driver panics, as everything does there that waits, unless
/// [`spawn_on`](crate::ClientBuilder::spawn_on) names one.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T, E = Error> {
    plan: Box<Plan>,
    reading: Reading<T, E>,
}

/// What a call is about, whatever its types.
struct Plan {
    client: Client,
    endpoint: &'static Endpoint,
    request: Result<Stage, InvalidRequest>,
    accept: Option<&'static str>,
    whole: bool,
    role: Role,
    limits: Limits,
    retry: Option<u32>,
}

enum Stage {
    Ready(Prepared),
    /// Some arguments are the session's, which is asked when the call is awaited.
    Open(Request, Supply),
}

/// What a call means to the session.
#[derive(Clone, Copy)]
pub(super) enum Role {
    Plain,
    Start,
    End(Supply),
}

impl<T, E> Call<T, E> {
    pub(super) fn new(
        client: Client,
        request: Request,
        decoder: Decoder<T>,
        role: Role,
        begin: Option<Begin<T>>,
    ) -> Self
    where
        E: ApiError,
    {
        let plan = Plan::new(client, request, decoder.accept, decoder.whole, role);
        Self { plan, reading: Reading::new(decoder, begin) }
    }

    /// How long this call may take as a whole, waiting for a refresh and the replay included; `None` for as long as it takes.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.plan.limits.timeout = timeout.into();
        self
    }

    /// Gives up with [`Error::Cancelled`] when `token` is cancelled, and without sending anything when it already is. A call that
    /// gives a stream is over with the head of its answer; what stops the stream is dropping it.
    pub fn cancel_on(mut self, token: &CancellationToken) -> Self {
        self.plan.limits.cancel = Some(token.clone());
        self
    }

    /// Sets a header in place of what the declaration sets; a `cookie` is added to those there are. A name or a value that is none, or a header that is the
    /// transport's or, where the session signs, the session's, makes the call fail with [`Error::InvalidRequest`].
    pub fn header(mut self, name: &str, value: impl HeaderArg) -> Self {
        self.plan.change(|stage| stage.set_header(name, &value));
        self
    }

    /// The key by which the server knows this call again, in place of a random one: for a call that must not be repeated even
    /// when this program is started again. With a key that is empty, or on an endpoint that is not declared `idempotent`, the call
    /// fails with [`Error::InvalidRequest`].
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        let (endpoint, key) = (self.plan.endpoint, key.into());
        self.plan.change(|stage| stage.set_header(idempotency::header(endpoint, &key)?, &key));
        self
    }

    /// How often this call may be sent once more after a failure that may pass, in place of what the declaration and the
    /// client say: a connection that could not be made or broke, and the statuses 408, 429, 500, 502, 503 and 504. All of it is
    /// inside the call's timeout, and what is left in the end is the last failure.
    ///
    /// The pause in front of a try is half a second at most, and doubles with each up to 8 s; the half of it is left to chance, so
    /// that callers do not come back in step. A longer `Retry-After` is waited for up to 60 s. A wait that the server wants longer
    /// than that, or that would outlast the call's timeout, is not begun: the failure comes at once.
    ///
    /// A request that is not idempotent (by its method, or by the key of an endpoint declared `idempotent`), one whose body is a
    /// [`BodyStream`](crate::BodyStream), and those of session endpoints are not repeated: the call fails with
    /// [`Error::InvalidRequest`]. An attempt that a redirect led to another origin, where no key goes along, is repeated only
    /// if the method alone makes that safe.
    pub fn retry(mut self, times: u32) -> Self {
        self.plan.retry = Some(times);
        let role = self.plan.role;
        self.plan.change(|_| match role {
            Role::Plain => Ok(()),
            Role::Start | Role::End(_) => retry::check_session(times),
        });
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
            Ok(Stage::Ready(prepared)) => {
                retry::check(prepared, self.plan.retry)?;
                Ok(RequestPreview::new(prepared.clone()))
            }
            Ok(Stage::Open(..)) => Err(InvalidRequest::new(
                self.plan.endpoint.name(),
                "is put together by the session when it is awaited",
            )
            .into()),
            Err(error) => Err(error.clone().into()),
        }
    }
}

impl Stage {
    fn set_header(&mut self, name: &str, value: &dyn HeaderArg) -> Result<(), InvalidRequest> {
        match self {
            Self::Ready(prepared) => prepared.set_header(name, value),
            Self::Open(request, _) => request.set_header(name, value),
        }
    }
}

pub(super) fn prepare(request: Request, accept: Option<&'static str>) -> Result<Prepared, InvalidRequest> {
    let mut prepared = request.prepare(accept)?;
    idempotency::give_key(&mut prepared)?;
    Ok(prepared)
}

impl Plan {
    fn new(
        client: Client,
        request: Request,
        accept: Option<&'static str>,
        whole: bool,
        role: Role,
    ) -> Box<Self> {
        let endpoint = request.endpoint();
        let limits = Limits::new(endpoint, client.0.timeout);
        let request = match role {
            Role::End(supply) => Ok(Stage::Open(request, supply)),
            Role::Plain | Role::Start => prepare(request, accept).map(Stage::Ready),
        };
        Box::new(Self { client, endpoint, request, accept, whole, role, limits, retry: None })
    }

    /// Changes the request, or remembers why that cannot be; the first mistake is told.
    fn change(&mut self, change: impl FnOnce(&mut Stage) -> Result<(), InvalidRequest>) {
        if let Ok(stage) = &mut self.request
            && let Err(error) = change(stage)
        {
            self.request = Err(error);
        }
    }

    /// Everything up to the answer. The same code whatever the types of the call, so that it is in a program once.
    async fn carry_out(self: Box<Self>) -> Result<Fetched, Error> {
        let client = self.client.clone();
        let spawner = client.spawner();
        if spawner.is_named() {
            return spawner.run(self.carry_out_here()).await;
        }
        self.carry_out_here().await
    }

    async fn carry_out_here(mut self: Box<Self>) -> Result<Fetched, Error> {
        let progress = Progress::default();
        let limits = std::mem::take(&mut self.limits);
        let timeout = limits.timeout;
        let since = matches!(self.role, Role::Start).then(runtime::now);
        // Large as it is, it is not moved about.
        let fetch = pin!(self.fetch(timeout, &progress));
        let mut fetched = limits.hold(&progress, fetch).await?;
        if let (Some(beginning), Some(since)) = (&mut fetched.beginning, since) {
            beginning.limits = limits.left(since);
        }
        Ok(fetched)
    }

    async fn fetch(
        self: Box<Self>,
        timeout: Option<Duration>,
        progress: &Progress,
    ) -> Result<Fetched, Error> {
        let Self { client, endpoint, request, accept, whole, role, retry, .. } = *self;
        let inner = &*client.0;
        match (request?, role) {
            (Stage::Ready(prepared), Role::Start) => {
                // A store that fails, or is slow, prevents no sign-in.
                let shell = inner.session.shell();
                let (epoch, mut time) = (shell.view().epoch, StoreTime::default());
                shell.load_in_passing(&mut time).await;
                let SignIn { reply, cookies } = inner.start(&prepared, progress).await?;
                let beginning = Beginning {
                    endpoint,
                    session: inner.session.clone(),
                    cookies,
                    epoch,
                    limits: Limits::default(),
                    time,
                };
                Ok(Fetched { came: reply.came, beginning: Some(beginning), is_secret: true })
            }
            (Stage::Ready(prepared), _) => {
                let retry = Retry::new(&prepared, retry, inner, timeout)?;
                let caller = inner.caller(&prepared).await?;
                let mut way = Way { progress, retry, whole };
                let reply = inner.send(&caller, &prepared, &mut way).await?;
                Ok(Fetched { came: reply.came, beginning: None, is_secret: false })
            }
            (Stage::Open(request, supply), _) => {
                let reply =
                    Ending { client: client.clone(), request, supply, accept }.carry_out(progress).await?;
                Ok(Fetched { came: reply.came, beginning: None, is_secret: true })
            }
        }
    }
}

/// What awaiting a [`Call`] comes to.
pub type CallFuture<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl<T: 'static, E: 'static> IntoFuture for Call<T, E> {
    type Output = Result<T, E>;
    type IntoFuture = CallFuture<T, E>;

    fn into_future(self) -> CallFuture<T, E> {
        let Self { plan, reading } = self;
        Box::pin(async move { reading.read_call(plan.carry_out().await).await.map(|((), value)| value) })
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

    /// As [`Call::idempotency_key`].
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        Self(self.0.idempotency_key(key))
    }

    /// As [`Call::retry`].
    pub fn retry(self, times: u32) -> Self {
        Self(self.0.retry(times))
    }
}

impl<T: 'static, E: 'static> IntoFuture for ResponseCall<T, E> {
    type Output = Result<Response<T>, E>;
    type IntoFuture = CallFuture<Response<T>, E>;

    fn into_future(self) -> CallFuture<Response<T>, E> {
        let Call { plan, reading } = self.0;
        Box::pin(async move {
            let (head, value) = reading.read_call(plan.carry_out().await).await?;
            Ok(Response::new(head, value))
        })
    }
}
