//! `Plan`: a call without its types, and its execution up to the response.

use std::pin::pin;
use std::time::Duration;

use http::Extensions;

use super::deadline::{CallLimits, Progress};
use super::execute::attempt::{CallResponse, Execution};
use super::execute::retry::{self, CallRetries};
use super::idempotency::prepare;
use super::inner::{Client, FillFromLogin};
use super::reconnect;
use super::retry_policy::OwnRetry;
use super::role::{Executed, Role};
use super::series::InFlight;
use super::sign_in;
use super::sign_out::{self, SignOut};
use crate::endpoint::Endpoint;
use crate::error::{Error, InvalidRequest};
use crate::request::{HeaderArg, Prepared, Request, RequestPreview};
use crate::runtime;
use crate::trace::{self, Instrument, Span};

/// A call without its types, so that the code up to the response is compiled once.
pub(super) struct Plan {
    client: Client,
    pub(super) request: Result<PlannedRequest, InvalidRequest>,
    accept: Option<&'static str>,
    whole: bool,
    pub(super) role: Role,
    pub(super) limits: CallLimits,
    pub(super) retry: Option<Box<OwnRetry>>,
}

pub(super) enum PlannedRequest {
    Ready(Box<Prepared>),
    /// Arguments that come from the session are put in when the call is awaited.
    NeedsLogin(Box<Request>, FillFromLogin),
}

pub(super) fn already_polled(endpoint: &'static Endpoint) -> InvalidRequest {
    InvalidRequest::new(endpoint.name(), "was polled before, and is sent once")
}

impl PlannedRequest {
    pub(super) fn extensions(&mut self) -> &mut Extensions {
        match self {
            Self::Ready(prepared) => &mut prepared.extensions,
            Self::NeedsLogin(request, _) => &mut request.extensions,
        }
    }

    pub(super) fn set_header(&mut self, name: &str, value: &dyn HeaderArg) -> Result<(), InvalidRequest> {
        match self {
            Self::Ready(prepared) => prepared.set_header(name, value),
            Self::NeedsLogin(request, _) => request.set_header(name, value),
        }
    }
}

impl Plan {
    pub(super) fn new(
        client: Client,
        request: Request,
        accept: Option<&'static str>,
        whole: bool,
        role: Role,
    ) -> Box<Self> {
        let endpoint = request.endpoint();
        let limits = CallLimits::new(endpoint, client.0.timeout);
        let request = match role {
            Role::SignOut(fill) | Role::SignIn(Some(fill)) => {
                Ok(PlannedRequest::NeedsLogin(Box::new(request), fill))
            }
            _ => prepare(request, accept).map(PlannedRequest::Ready),
        };
        Box::new(Self { client, request, accept, whole, role, limits, retry: None })
    }

    pub(super) fn preview(&self, endpoint: &Endpoint) -> Result<RequestPreview, InvalidRequest> {
        match &self.request {
            Ok(PlannedRequest::Ready(prepared)) => {
                retry::check(prepared, self.retry.as_ref().and_then(|own| own.times))?;
                if matches!(self.role, Role::Events(_)) {
                    retry::check_reconnect(prepared)?;
                }
                Ok(RequestPreview::new(prepared.clone()))
            }
            Ok(PlannedRequest::NeedsLogin(..)) => {
                let reason = "is put together by the session when it is awaited";
                Err(InvalidRequest::new(endpoint.name(), reason))
            }
            Err(error) => Err(error.clone()),
        }
    }

    /// Changes the request. The first mistake stays, and is returned when the call is awaited.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut PlannedRequest) -> Result<(), InvalidRequest>) {
        if let Ok(request) = &mut self.request
            && let Err(error) = change(request)
        {
            self.request = Err(error);
        }
    }

    /// Executes the call up to its response.
    pub(super) async fn execute(self: Box<Self>, span: &Span) -> Result<Executed, Error> {
        match self.client.spawner().is_named() {
            true => {
                Box::pin(async { self.client.clone().spawner().run(self.execute_here(span)).await }).await
            }
            false => self.execute_here(span).await,
        }
    }

    async fn execute_here(mut self: Box<Self>, span: &Span) -> Result<Executed, Error> {
        match self.role {
            Role::Plain => {}
            Role::Events(most) => {
                return self.connect(most).instrument(span.clone()).await.map(Executed::Plain);
            }
            Role::SignIn(_) | Role::SignOut(_) => return Box::pin(self.execute_session_call(span)).await,
        }
        let progress = Progress::default();
        let limits = std::mem::take(&mut self.limits);
        // Boxed, because an allocator has a list for blocks below 1 KiB, and none for one of both sizes.
        let work = Box::pin(self.execute_plain(limits.timeout, &progress));
        limits.enforce(&progress, trace::within(span, work)).await.map(Executed::Plain)
    }

    /// Executes an ordinary call. The plan stays where it is, because the request in it is large.
    async fn execute_plain(
        &mut self,
        timeout: Option<Duration>,
        progress: &Progress,
    ) -> Result<CallResponse, Error> {
        let (client, retry) = (&*self.client.0, self.retry.take());
        let prepared = match &self.request {
            Ok(PlannedRequest::Ready(prepared)) => prepared,
            Ok(PlannedRequest::NeedsLogin(request, _)) => {
                return Err(already_polled(request.endpoint()).into());
            }
            Err(error) => return Err(error.clone().into()),
        };
        let retry = CallRetries::new(prepared, retry, client, timeout)?;
        let authorization = client.authorize(prepared).await?;
        let mut execution = Execution { client, progress, retry, whole: self.whole };
        Ok(execution.run(&authorization, prepared).await?.response)
    }

    /// Executes a sign-in or a sign-out.
    async fn execute_session_call(self: Box<Self>, span: &Span) -> Result<Executed, Error> {
        let Self { client, request, accept, role, limits, .. } = *self;
        let (progress, begin) = (Progress::default(), runtime::now());
        let work = async {
            match (request?, role) {
                (PlannedRequest::NeedsLogin(request, fill), Role::SignOut(_)) => {
                    let sign_out = SignOut { client: client.clone(), request: *request, fill, accept };
                    Ok(Executed::SignOut(sign_out::send(sign_out, &progress).await?))
                }
                (request, _) => {
                    let prepared = match request {
                        PlannedRequest::NeedsLogin(request, fill) => {
                            sign_in::prepare(&client.0, *request, fill, accept)?
                        }
                        PlannedRequest::Ready(prepared) => prepared,
                    };
                    let sent = sign_in::send(&client.0, &prepared, &progress).await?;
                    Ok(Executed::SignIn(Box::new(sent)))
                }
            }
        };
        let work = pin!(work);
        let mut executed = limits.enforce(&progress, trace::within(span, work)).await?;
        if let Executed::SignIn(sent) = &mut executed {
            sent.1.limits = limits.left_since(begin);
        }
        Ok(executed)
    }

    /// Executes a call whose stream connects again.
    fn connect(self, most: u32) -> InFlight<Result<CallResponse, Error>> {
        let Self { client, request, limits, retry, .. } = self;
        let request = request.and_then(|request| match request {
            PlannedRequest::Ready(prepared) => Ok(prepared),
            PlannedRequest::NeedsLogin(request, _) => request.prepare(None),
        });
        reconnect::connect(client, request, limits, retry, most)
    }
}
