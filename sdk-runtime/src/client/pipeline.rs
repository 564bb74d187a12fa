//! The way of a call: authorize, send, judge, and once more if the token was refused.
//!
//! - **I2** Credential and stamp of a request come from one snapshot, and the request keeps it.
//! - **I12** Every send asks whether the call's identity is still the session's.
//! - **I19** At most one replay.
//! - **I20** A replay differs from the original in its credentials only.
//! - **I23** Only a "token bad" answer reaches the session.

use std::sync::Arc;

use super::Inner;
use super::caller::{Caller, covers};
use super::limits::Progress;
use super::retry::Retry;
use crate::cookies::{Jar, SetCookies};
use crate::endpoint::{Auth, Endpoint};
use crate::error::{Error, ErrorResponse, ExpiredReason, InsufficientScope, NotReplayable, SessionExpired};
use crate::exchange::{Contents, Credentials, ExchangeResponse};
use crate::request::Prepared;
use crate::response::{Answer, Arrived, ByteStream, ERROR_BODY_TIME, End, Head, Received, read_all, receive};
use crate::runtime;
use crate::session::{EndpointId, Identity, Phase, Rejection, Snapshot, Verdict, WaitBudget, verdict};

/// As much of an unsuccessful answer's body as is kept.
const ERROR_BODY_LIMIT: usize = 64 << 10;

/// As much of it as is kept by a call that waits for a refresh.
const WAITING_BODY_LIMIT: usize = 4 << 10;

/// What a server answered in the end.
pub(super) struct Reply {
    pub(super) came: Came,
    /// Whether it came from the client's own origin, without a detour.
    pub(super) own_origin: bool,
    /// Whether the request that it answers had the credential on it.
    signed: bool,
    /// Whether a redirect to another origin chose what it answers.
    pub(super) strayed: bool,
    /// The request it answers, where that is not the one that was made but one it was redirected to.
    pub(super) redirected: Option<Prepared>,
}

pub(super) enum Came {
    Success(Arrived),
    /// No success; the second, where the login lacks the scopes for one.
    Failure(ErrorResponse, Option<InsufficientScope>),
}

impl Reply {
    /// Whether it says that the server has accepted what the request was signed with: it was signed, this is the client's own server,
    /// and it has looked at the credential. One that fails, or asks for time, or for another credential, may not have.
    fn accepts_the_credential(&self) -> bool {
        let has_looked = match &self.came {
            Came::Success(_) => true,
            Came::Failure(answer, _) => {
                let status = answer.status();
                !status.is_server_error() && !matches!(status.as_u16(), 401 | 407 | 408 | 421 | 425 | 429)
            }
        };
        has_looked && self.signed && self.own_origin
    }

    /// The answer that may become another one.
    fn failure(&self) -> Option<&ErrorResponse> {
        match &self.came {
            Came::Failure(answer, None) => Some(answer),
            Came::Success(_) | Came::Failure(_, Some(_)) => None,
        }
    }
}

/// A call on its way, whatever it sends.
pub(super) struct Way<'a> {
    pub(super) progress: &'a Progress,
    pub(super) retry: Retry,
    /// Whether a success is read whole before the call goes on.
    pub(super) whole: bool,
}

/// The answer to a sign-in, and what it would begin.
pub(super) struct SignIn {
    pub(super) reply: Reply,
    /// Its jar, and what came of the cookies in the answer.
    pub(super) cookies: (Arc<Jar>, SetCookies),
}

impl Inner {
    /// An ordinary call.
    pub(super) async fn send(
        &self,
        caller: &Caller,
        request: &Prepared,
        way: &mut Way<'_>,
    ) -> Result<Reply, Error> {
        let identity = match caller {
            Caller::Nobody(jar) => return self.unsigned(request, jar.as_deref(), None, way).await,
            Caller::Cookies(who, jar) => return self.unsigned(request, Some(jar), Some(who), way).await,
            Caller::Login(identity) => identity,
        };
        let shell = self.session.shell();
        let endpoint = self.id_of(request.endpoint);
        let mut snapshot = match shell.fresh(identity, false)? {
            Some(snapshot) => snapshot,
            None => {
                way.progress
                    .refreshing(shell.credential(identity, Some(endpoint), &way.progress.waits))
                    .await?
            }
        };
        let refused = match self.signed(request, &mut snapshot, identity, false, way).await? {
            Judged::Surface(reply) => return Ok(reply),
            Judged::Refused(refused) => refused,
        };
        // What a redirect led away from was taken by the server: only what it refused is sent again.
        let request = refused.redirected.as_ref().unwrap_or(request);
        let waits = &way.progress.waits;
        let refusal = refused.of(&snapshot);
        let replacement = shell.replacement(identity, endpoint, refusal, &refused.answer, waits);
        let mut snapshot = way.progress.refreshing(replacement).await?;
        if request.is_spent() {
            return Err(NotReplayable::from(refused.answer).into());
        }
        match self.signed(request, &mut snapshot, identity, true, way).await? {
            // What was replayed is itself not the request that was made.
            Judged::Surface(reply) => {
                Ok(Reply { redirected: reply.redirected.or(refused.redirected), ..reply })
            }
            Judged::Refused(again) => {
                let over = again.login_over();
                let over = over.and_then(|expired| shell.login_over(snapshot.stamp, expired));
                let expired = over.unwrap_or_else(|| {
                    shell.hold(endpoint, snapshot.stamp);
                    SessionExpired::new(ExpiredReason::ReplayRejected)
                });
                Err(expired.seen_with(again.answer).into())
            }
        }
    }

    /// The call that signs somebody in: never signed, with a jar of its own.
    pub(super) async fn start(&self, request: &Prepared, progress: &Progress) -> Result<SignIn, Error> {
        let view = self.session.shell().view();
        if matches!(view.phase, Phase::Closed) {
            return Err(Error::Closed);
        }
        let jar = view.jar_for_sign_in();
        let login = Credentials { header: None, jar: Some(&jar) };
        let sent = self.upstream.exchange(request, login, Contents::Secret, &progress.stage, |_| Ok(()));
        let exchange = sent.await?;
        let received = exchange.cookies.clone();
        let reply = self.read(request, exchange, true, &progress.waits).await?;
        Ok(SignIn { reply, cookies: (jar, received) })
    }

    /// The call that tells the server of a sign-out which has already happened here.
    pub(super) async fn end(
        &self,
        request: &Prepared,
        login: Credentials<'_>,
        progress: &Progress,
    ) -> Result<Reply, Error> {
        self.leaves_credentials_to_the_session(request)?;
        let login = match request.endpoint.auth {
            Auth::None => Credentials::default(),
            Auth::Cookies => Credentials { header: None, ..login },
            Auth::Required | Auth::Optional => login,
        };
        let sent = self.upstream.exchange(request, login, Contents::Secret, &progress.stage, |_| Ok(()));
        self.read(request, sent.await?, true, &progress.waits).await
    }

    /// One send without the credential, and its retries. `identity` is whose cookies are in `jar`, where they are of a login.
    async fn unsigned(
        &self,
        request: &Prepared,
        jar: Option<&Jar>,
        identity: Option<&Identity>,
        way: &mut Way<'_>,
    ) -> Result<Reply, Error> {
        let mut sent = false;
        loop {
            // After a pause, or on a later page, as much as at first.
            if matches!(self.session.shell().view().phase, Phase::Closed) {
                return Err(Error::Closed);
            }
            let credentials = Credentials { header: None, jar };
            let permit = || identity.map_or(Ok(()), |identity| self.session.shell().permit(identity, sent));
            let reply = self.attempt(request, credentials, way, permit).await;
            let Some(pause) = way.retry.pause(reply.as_ref().map(Reply::failure)) else {
                return reply;
            };
            runtime::sleep_until(runtime::deadline(pause)).await;
            sent = true;
        }
    }

    /// One send with the credential of `snapshot`, and its retries with what has taken its place by then.
    async fn signed(
        &self,
        request: &Prepared,
        snapshot: &mut Arc<Snapshot>,
        identity: &Identity,
        mut sent: bool,
        way: &mut Way<'_>,
    ) -> Result<Judged, Error> {
        let shell = self.session.shell();
        loop {
            covers(snapshot, request.endpoint)?;
            let judged = self
                .attempt(request, self.credentials(snapshot), way, || shell.permit(identity, sent))
                .await
                .map(|reply| self.judge(reply, snapshot));
            if matches!(&judged, Ok(Judged::Surface(reply)) if reply.accepts_the_credential()) {
                shell.accepted(snapshot, self.id_of(request.endpoint));
            }
            let Some(pause) = way.retry.pause(judged.as_ref().map(Judged::failure)) else {
                return judged;
            };
            runtime::sleep_until(runtime::deadline(pause)).await;
            sent = true;
            shell.permit(identity, sent)?;
            // The one it went out with may have been refused to somebody else meanwhile.
            let endpoint = self.id_of(request.endpoint);
            let credential = shell.credential(identity, Some(endpoint), &way.progress.waits);
            *snapshot = way.progress.refreshing(credential).await?;
        }
    }

    async fn attempt(
        &self,
        request: &Prepared,
        login: Credentials<'_>,
        way: &Way<'_>,
        permit: impl Fn() -> Result<(), Error> + Send + Sync,
    ) -> Result<Reply, Error> {
        let permit = |hop: &Prepared| {
            permit()?;
            way.retry.goes_out(hop);
            Ok(())
        };
        let sent = self.upstream.exchange(request, login, Contents::Ordinary, &way.progress.stage, permit);
        let exchange = sent.await;
        if let Some(jar) = login.jar {
            self.session.shell().tell_dropped(jar);
        }
        self.read(request, exchange?, way.whole, &way.progress.waits).await
    }

    /// What `reply` to a request signed with `snapshot` means for the session.
    fn judge(&self, reply: Reply, snapshot: &Snapshot) -> Judged {
        let Reply { came: Came::Failure(answer, None), own_origin: true, signed, strayed, redirected } =
            reply
        else {
            return Judged::Surface(reply);
        };
        let scheme = self.session.shell().attachment.scheme();
        let verdict = match &self.token_bad {
            Some(token_bad) => token_bad(&answer),
            None => verdict(&answer, scheme),
        };
        let lacking = match verdict {
            Verdict::TokenBad | Verdict::LoginOver => {
                let login_over = verdict == Verdict::LoginOver;
                // The call may wait for a refresh, and thousands with it.
                let answer = answer.shortened(WAITING_BODY_LIMIT);
                return Judged::Refused(Refused { answer, redirected, login_over });
            }
            Verdict::InsufficientScope => {
                Some(InsufficientScope::told(&answer, scheme, snapshot.scopes.clone()))
            }
            Verdict::Surface => None,
        };
        let came = Came::Failure(answer, lacking);
        Judged::Surface(Reply { came, own_origin: true, signed, strayed, redirected })
    }

    /// An endpoint of this client, as far as rejections go.
    fn id_of(&self, endpoint: &Endpoint) -> EndpointId {
        EndpointId { base: self.upstream.base.id(), name: endpoint.qualified_name() }
    }

    pub(super) fn credentials<'a>(&'a self, snapshot: &'a Snapshot) -> Credentials<'a> {
        let name = self.session.shell().attachment.header();
        Credentials { header: name.zip(snapshot.header.as_ref()), jar: Some(&snapshot.jar) }
    }

    async fn read(
        &self,
        request: &Prepared,
        exchange: ExchangeResponse,
        whole: bool,
        waits: &WaitBudget,
    ) -> Result<Reply, Error> {
        let ExchangeResponse {
            response,
            own_origin,
            signed,
            left_trusted_origin: strayed,
            redirected,
            is_body_spent: is_spent,
            ..
        } = exchange;
        let (parts, body) = response.into_parts();
        let came = if parts.status.is_success() {
            let head = Head::new(parts.status, parts.headers);
            Came::Success(match whole {
                true => Arrived::Whole(Answer::new(head, read_all(body, self.body_limit).await?)),
                false => Arrived::Stream(ByteStream::new(head, body.entered(&self.session.shell().spawner))),
            })
        } else {
            // The status counts without its body.
            let deadline = runtime::deadline(waits.part(ERROR_BODY_TIME));
            let Received { bytes, end } = receive(body, ERROR_BODY_LIMIT, Some(deadline)).await;
            let (endpoint, truncated) = (request.endpoint, !matches!(end, End::Whole));
            let answer = ErrorResponse::new(endpoint, parts.status, parts.headers, bytes, truncated)
                .unread(end.error());
            if is_spent {
                return Err(NotReplayable::from(answer).into());
            }
            Came::Failure(answer, None)
        };
        Ok(Reply { came, own_origin, signed, strayed, redirected })
    }
}

/// What an answer to a signed request means.
enum Judged {
    Surface(Reply),
    Refused(Refused),
}

impl Judged {
    fn failure(&self) -> Option<&ErrorResponse> {
        match self {
            Self::Surface(reply) => reply.failure(),
            Self::Refused(_) => None,
        }
    }
}

/// A request whose credential was refused.
struct Refused {
    answer: ErrorResponse,
    /// The request, where it is not the one that was made but one it was redirected to.
    redirected: Option<Prepared>,
    login_over: bool,
}

impl Refused {
    fn of(&self, snapshot: &Snapshot) -> Rejection {
        Rejection { stamp: snapshot.stamp, login_over: self.login_over() }
    }

    fn login_over(&self) -> Option<SessionExpired> {
        self.login_over.then(|| SessionExpired::login_over(self.answer.clone()))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    /// I35.
    #[test]
    fn i35_a_server_accepts_by_an_answer_to_a_signed_request_alone_that_has_looked_at_the_credential() {
        static IT: Endpoint = Endpoint::new("Api::it", "GET", "/it");
        let has_not_looked = |status| matches!(status, 401 | 407 | 408 | 421 | 425 | 429 | 500..=599);
        for status in 200..=999 {
            let code = StatusCode::from_u16(status).unwrap();
            for (signed, own_origin) in [(true, true), (true, false), (false, true), (false, false)] {
                let came = match code.is_success() {
                    true => {
                        let head = Head::new(code, HeaderMap::new());
                        Came::Success(Arrived::Whole(Answer::new(head, Bytes::new())))
                    }
                    false => {
                        let body = Bytes::new();
                        Came::Failure(ErrorResponse::new(&IT, code, HeaderMap::new(), body, false), None)
                    }
                };
                let reply = Reply { came, own_origin, signed, strayed: false, redirected: None };
                let accepts = signed && own_origin && !has_not_looked(status);
                assert_eq!(reply.accepts_the_credential(), accepts, "I35: {status}, {signed}, {own_origin}");
            }
        }
    }
}
