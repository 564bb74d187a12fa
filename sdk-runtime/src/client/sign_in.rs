//! Sign-in: the call of a `#[session(start)]` endpoint. It is never signed, and its response starts a login.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use super::deadline::{CallLimits, Progress};
use super::decode::Failure;
use super::execute::attempt::CallResponse;
use super::idempotency;
use super::inner::{FillFromLogin, Inner};
use crate::cookies::{Jar, SetCookies};
use crate::endpoint::Endpoint;
use crate::error::{Closed, DecodeError, Error, ErrorBody, ErrorResponse, InvalidRequest};
use crate::exchange::SendOptions;
use crate::request::{Prepared, Request};
use crate::response::{BufferedResponse, Decoder, Head, SuccessResponse};
use crate::session::{Grant, Phase, Refusal, Session, StoreTime, TokenResponse, Tokens};

/// [`complete`], for the success type of an endpoint.
pub(super) type Complete<T> = fn(&Decoder<T>, SuccessResponse, SignIn) -> SignInFuture<T>;

/// Resolves to the value of a sign-in when its login is in the store, or the limits of the call are over.
pub(super) type SignInFuture<T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send>>;

/// A sign-in whose response has arrived.
pub(super) struct SignIn {
    endpoint: &'static Endpoint,
    session: Session,
    /// The epoch in which it was sent. A sign-in, sign-out or close since then supersedes it.
    epoch: u64,
    /// The jar of the new login, and the outcome of the cookies in the response.
    cookies: (Arc<Jar>, SetCookies),
    /// The limits within which the call waits for the store, and the part of them that the store has used.
    pub(super) limits: CallLimits,
    time: StoreTime,
}

/// Prepares the request of a sign-in, some of whose arguments are made of what the client was given.
pub(super) fn prepare(
    client: &Inner,
    mut request: Request,
    fill: FillFromLogin,
    accept: Option<&'static str>,
) -> Result<Box<Prepared>, InvalidRequest> {
    let grant = Grant::default().with(&client.provided);
    let endpoint = request.endpoint();
    request.supplied(|request| fill(&grant, request)).ok_or_else(|| {
        let reason = "takes an argument from the session, which has no tokens before a sign-in";
        InvalidRequest::new(endpoint.name(), reason)
    })?;
    idempotency::prepare(request, accept)
}

/// Sends the request of a sign-in, with a jar of its own.
pub(super) async fn send(
    client: &Inner,
    request: &Prepared,
    progress: &Progress,
) -> Result<(CallResponse, SignIn), Error> {
    let shell = client.session.shell();
    let (epoch, mut time) = (shell.view().epoch, StoreTime::default());
    // A store that fails, or is slow, prevents no sign-in.
    shell.load_in_passing(&mut time).await;
    let view = shell.view();
    if matches!(view.phase, Phase::Closed) {
        return Err(Closed::default().into());
    }
    client.check_no_own_csrf(request)?;
    let jar = view.jar_for_sign_in();
    let credentials = shell.attachment.cookies(Some(&jar));
    let sending = SendOptions::secret(credentials, &progress.stage);
    let exchange = client.route.exchange(request, &sending).await?;
    let received = exchange.cookies.clone();
    let attempt = client.read_response(request, exchange, true, &progress.waits).await?;
    let sign_in = SignIn {
        endpoint: request.endpoint,
        session: client.session.clone(),
        epoch,
        cookies: (jar, received),
        limits: CallLimits::default(),
        time,
    };
    Ok((attempt.response, sign_in))
}

/// Decodes the response of a sign-in, starts the login with the tokens in it, and waits until the login is in
/// the store.
pub(super) fn complete<T: TokenResponse + 'static>(
    decoder: &Decoder<T>,
    response: SuccessResponse,
    sign_in: SignIn,
) -> SignInFuture<T> {
    let started = start(decoder, response, sign_in);
    Box::pin(async move {
        let (value, pending_save) = started?;
        pending_save.wait().await;
        Ok(value)
    })
}

fn start<T: TokenResponse>(
    decoder: &Decoder<T>,
    response: SuccessResponse,
    sign_in: SignIn,
) -> Result<(T, PendingSave), Failure> {
    let answer = response.whole().map_err(Failure::Error)?;
    if let Some(refusal) = T::refusal(&answer) {
        return Err(sign_in.denied::<T>(answer, refusal));
    }
    match decoder.decode(SuccessResponse::Whole(Box::new(answer.clone()))) {
        Ok(value) => {
            let pending_save = match value.tokens(answer.head()) {
                Ok(tokens) => sign_in.start_with(tokens, answer.head()).map_err(Failure::Error)?,
                Err(refusal) => return Err(sign_in.denied::<T>(answer, refusal)),
            };
            Ok((value, pending_save))
        }
        Err(error) => Err(sign_in.without_tokens(answer, error)),
    }
}

impl SignIn {
    /// Returns the failure of a success whose value says that the server refuses.
    fn denied<T>(self, answer: BufferedResponse, refusal: Refusal) -> Failure {
        match refusal {
            Refusal::Dead(message) | Refusal::TryLater { message, .. } => {
                Failure::Response(self.refused(answer, message), None)
            }
            Refusal::Unreadable(why) => {
                let head = (answer.head().status(), answer.head().headers());
                let expected = std::any::type_name::<T>();
                let error = DecodeError::new(expected, head, None, String::new(), &Bytes::new());
                Failure::Error(error.because(why).into())
            }
        }
    }

    fn start_with(self, tokens: Tokens, head: &Head) -> Result<PendingSave, Error> {
        let Self { session, cookies, epoch, limits, time, .. } = self;
        session.shell().sign_in(tokens, Some(head), Some(cookies), Some(epoch))?;
        Ok(PendingSave { session, limits, time })
    }

    /// Returns the failure of a success that cannot be decoded. A server that refuses by an `error` in the
    /// body is quoted. The error of any other body shows no value, because it may be a token.
    fn without_tokens(self, answer: BufferedResponse, error: Error) -> Failure {
        let words = ErrorBody::parse(answer.body());
        if words.is_object && words.code().is_some() {
            let message = words.message().unwrap_or_default();
            return Failure::Response(self.refused(answer, message), None);
        }
        Failure::Error(error.without_values())
    }

    /// Returns a success that refuses as an error response.
    fn refused(self, answer: BufferedResponse, message: String) -> ErrorResponse {
        let (status, headers) = answer.head.into_parts();
        ErrorResponse::new(self.endpoint, status, headers, answer.body, false).refused_for(message)
    }
}

/// The write of a login that has started.
struct PendingSave {
    session: Session,
    limits: CallLimits,
    time: StoreTime,
}

impl PendingSave {
    /// Waits until the login is in the store, within the limits of the call. A store that fails is reported
    /// by an event and retried.
    async fn wait(self) {
        let shell = self.session.shell();
        let mut saved = Box::pin(async {
            shell.flushed_within(self.time).await;
            Ok(())
        });
        let progress = Progress::default();
        if shell.spawner.run(self.limits.enforce(&progress, saved.as_mut())).await.is_err() {
            shell.store_timed_out();
        }
    }
}
