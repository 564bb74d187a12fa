//! The way of a call: authorize, send, judge, and once more if the token was refused.
//!
//! - **I2** Credential and stamp of a request come from one snapshot, and the request keeps it.
//! - **I12** Every send asks whether the call's identity is still the session's.
//! - **I19** At most one replay.
//! - **I20** A replay differs from the original in its credentials only.
//! - **I23** Only a "token bad" answer reaches the session.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Inner;
use crate::cookies::Jar;
use crate::endpoint::Auth;
use crate::error::{
    Error, ErrorResponse, ExpiredReason, InvalidRequest, SessionExpired, Timeout, TimeoutPhase,
};
use crate::request::Prepared;
use crate::response::{Answer, Head, read_all, read_some};
use crate::session::{Identity, Phase, Snapshot, token_bad};
use crate::upstream::{Contents, Credentials, Exchange};

/// As much of an unsuccessful answer's body as is kept.
const ERROR_BODY_LIMIT: usize = 64 << 10;

/// What a server answered in the end.
pub(super) enum Reply {
    Success(Answer),
    Failure(ErrorResponse),
}

/// The answer to a sign-in, and what it would begin.
pub(super) struct SignIn {
    pub(super) reply: Reply,
    pub(super) jar: Arc<Jar>,
    pub(super) epoch: u64,
}

/// What a call is waiting for, for the error that says so.
#[derive(Default)]
pub(super) struct Progress {
    renewing: AtomicBool,
}

impl Progress {
    fn renewing(&self, renewing: bool) {
        self.renewing.store(renewing, Ordering::Relaxed);
    }

    pub(super) fn timed_out(&self, limit: Duration) -> Timeout {
        let phase = if self.renewing.load(Ordering::Relaxed) {
            TimeoutPhase::Renewal
        } else {
            TimeoutPhase::Response
        };
        Timeout::new(phase, limit)
    }
}

impl Inner {
    /// An ordinary call.
    pub(super) async fn send(&self, request: &Prepared, progress: &Progress) -> Result<Reply, Error> {
        let auth = request.endpoint.auth;
        let shared = self.session.shared();
        let view = shared.view();
        if matches!(view.phase, Phase::Closed) {
            return Err(Error::Closed);
        }
        if auth == Auth::None {
            return self.anonymous(request, None).await;
        }
        if let Some(header) = shared.attachment.header()
            && request.headers.contains_key(header)
        {
            return Err(InvalidRequest::new(
                header.to_string(),
                "is the session's to set: declare the endpoint with `auth = none` to set it yourself",
            )
            .into());
        }
        let identity = match &view.phase {
            Phase::SignedOut if auth == Auth::Optional => {
                return self.anonymous(request, Some(&view.jar)).await;
            }
            Phase::SignedOut => return Err(Error::NotSignedIn),
            Phase::Expired(expired) => return Err(expired.clone().into()),
            Phase::Closed => return Err(Error::Closed),
            Phase::Active(snapshot) => Identity { epoch: view.epoch, subject: snapshot.subject.clone() },
        };
        drop(view);

        progress.renewing(true);
        let snapshot = shared.credential(&identity).await?;
        progress.renewing(false);
        let refusal = match self.signed(request, &snapshot, &identity, false).await? {
            Judged::Surface(reply) => return Ok(reply),
            Judged::TokenBad(refusal) => refusal,
        };
        progress.renewing(true);
        let snapshot = shared.replacement(&identity, &snapshot, &refusal).await?;
        progress.renewing(false);
        match self.signed(request, &snapshot, &identity, true).await? {
            Judged::Surface(reply) => Ok(reply),
            Judged::TokenBad(refusal) => {
                Err(SessionExpired::new(ExpiredReason::ReplayRejected).seen_with(refusal).into())
            }
        }
    }

    /// The call that signs somebody in: never signed, with a jar of its own.
    pub(super) async fn start(&self, request: &Prepared) -> Result<SignIn, Error> {
        let view = self.session.shared().view();
        let jar = match &view.phase {
            Phase::Closed => return Err(Error::Closed),
            // Cookies that were set on the way to the login belong to it; those of a former user do not.
            Phase::SignedOut => Arc::new(view.jar.fork()),
            Phase::Active(_) | Phase::Expired(_) => Arc::default(),
        };
        let credentials = Credentials { header: None, jar: Some(&jar) };
        let exchange = self.upstream.exchange(request, credentials, Contents::Secret, || Ok(())).await?;
        let reply = self.read(request, exchange).await?;
        Ok(SignIn { reply, jar, epoch: view.epoch })
    }

    /// The call that tells the server of a sign-out which has already happened here.
    pub(super) async fn end(&self, request: &Prepared, login: &Snapshot) -> Result<Reply, Error> {
        let credentials = match request.endpoint.auth {
            Auth::None => Credentials { header: None, jar: Some(&login.jar) },
            Auth::Required | Auth::Optional => self.credentials(login),
        };
        let exchange = self.upstream.exchange(request, credentials, Contents::Secret, || Ok(())).await?;
        self.read(request, exchange).await
    }

    async fn anonymous(&self, request: &Prepared, jar: Option<&Jar>) -> Result<Reply, Error> {
        let credentials = Credentials { header: None, jar };
        let exchange = self.upstream.exchange(request, credentials, Contents::Ordinary, || Ok(())).await?;
        self.read(request, exchange).await
    }

    async fn signed(
        &self,
        request: &Prepared,
        snapshot: &Snapshot,
        identity: &Identity,
        replay: bool,
    ) -> Result<Judged, Error> {
        let shared = self.session.shared();
        let exchange = self
            .upstream
            .exchange(request, self.credentials(snapshot), Contents::Ordinary, || {
                shared.permit(identity, replay)
            })
            .await?;
        let own_origin = exchange.own_origin;
        let reply = self.read(request, exchange).await?;
        Ok(match reply {
            Reply::Failure(answer) if own_origin && self.is_token_bad(&answer) => Judged::TokenBad(answer),
            reply => Judged::Surface(reply),
        })
    }

    fn credentials<'a>(&'a self, snapshot: &'a Snapshot) -> Credentials<'a> {
        let name = self.session.shared().attachment.header();
        Credentials { header: name.zip(snapshot.header.as_ref()), jar: Some(&snapshot.jar) }
    }

    fn is_token_bad(&self, answer: &ErrorResponse) -> bool {
        match &self.token_bad {
            Some(token_bad) => token_bad(answer),
            None => token_bad(answer, self.session.shared().attachment.scheme()),
        }
    }

    async fn read(&self, request: &Prepared, exchange: Exchange) -> Result<Reply, Error> {
        let (parts, body) = exchange.answer.into_parts();
        if parts.status.is_success() {
            let body = read_all(body, self.body_limit).await?;
            let head = Head::new(parts.status, parts.headers);
            return Ok(Reply::Success(Answer::new(head, body)));
        }
        let (body, truncated) = read_some(body, ERROR_BODY_LIMIT).await?;
        let endpoint = request.endpoint;
        Ok(Reply::Failure(ErrorResponse::new(endpoint, parts.status, parts.headers, body, truncated)))
    }
}

/// What an answer to a signed request means.
enum Judged {
    Surface(Reply),
    TokenBad(ErrorResponse),
}
