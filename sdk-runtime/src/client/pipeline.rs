//! The way of a call: authorize, send, judge, and once more if the token was refused.
//!
//! - **I2** Credential and stamp of a request come from one snapshot, and the request keeps it.
//! - **I12** Every send asks whether the call's identity is still the session's.
//! - **I19** At most one replay.
//! - **I20** A replay differs from the original in its credentials only.
//! - **I23** Only a "token bad" answer reaches the session.

use std::sync::Arc;

use super::Inner;
use super::limits::Progress;
use crate::cookies::Jar;
use crate::endpoint::Auth;
use crate::error::{Error, ErrorResponse, ExpiredReason, InvalidRequest, NotReplayable, SessionExpired};
use crate::request::Prepared;
use crate::response::{Answer, Head, read_all, read_some};
use crate::session::{Identity, Phase, Rejection, Snapshot, Verdict, token_bad};
use crate::upstream::{Contents, Credentials, Exchange};

/// As much of an unsuccessful answer's body as is kept.
const ERROR_BODY_LIMIT: usize = 64 << 10;

/// What a server answered in the end.
pub(super) struct Reply {
    pub(super) came: Came,
    /// Whether it came from the client's own origin, without a detour.
    own_origin: bool,
    /// The request it answers, where that is not the one that was made but one it was redirected to.
    redirected: Option<Prepared>,
}

pub(super) enum Came {
    Success(Answer),
    Failure(ErrorResponse),
}

/// The answer to a sign-in, and what it would begin.
pub(super) struct SignIn {
    pub(super) reply: Reply,
    pub(super) jar: Arc<Jar>,
    pub(super) epoch: u64,
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
        self.leaves_credentials_to_the_session(request)?;
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

        let snapshot = progress.renewing(shared.credential(&identity)).await?;
        let refused = match self.signed(request, &snapshot, &identity, false).await? {
            Judged::Surface(reply) => return Ok(reply),
            Judged::Refused(refused) => refused,
        };
        // What a redirect led away from was taken by the server: only what it refused is sent again.
        let request = refused.redirected.as_ref().unwrap_or(request);
        let replacement = shared.replacement(&identity, refused.of(&snapshot), &refused.answer);
        let snapshot = progress.renewing(replacement).await?;
        if request.is_spent() {
            return Err(NotReplayable::from(refused.answer).into());
        }
        match self.signed(request, &snapshot, &identity, true).await? {
            Judged::Surface(reply) => Ok(reply),
            Judged::Refused(refused) => {
                let over = refused.login_over.then(|| shared.login_over(snapshot.stamp)).flatten();
                let expired = over.unwrap_or_else(|| SessionExpired::new(ExpiredReason::ReplayRejected));
                Err(expired.seen_with(refused.answer).into())
            }
        }
    }

    /// The call that signs somebody in: never signed, with a jar of its own.
    pub(super) async fn start(&self, request: &Prepared) -> Result<SignIn, Error> {
        let view = self.session.shared().view();
        if matches!(view.phase, Phase::Closed) {
            return Err(Error::Closed);
        }
        let jar = view.jar_for_sign_in();
        let credentials = Credentials { header: None, jar: Some(&jar) };
        let exchange = self.upstream.exchange(request, credentials, Contents::Secret, || Ok(())).await?;
        let reply = self.read(request, exchange).await?;
        Ok(SignIn { reply, jar, epoch: view.epoch })
    }

    /// The call that tells the server of a sign-out which has already happened here.
    pub(super) async fn end(&self, request: &Prepared, login: &Snapshot) -> Result<Reply, Error> {
        self.leaves_credentials_to_the_session(request)?;
        let credentials = match request.endpoint.auth {
            Auth::None => Credentials::default(),
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
        let reply = self.read(request, exchange).await?;
        let Reply { came: Came::Failure(answer), own_origin: true, redirected } = reply else {
            return Ok(Judged::Surface(reply));
        };
        let login_over = match self.verdict(&answer) {
            Verdict::Surface => {
                let came = Came::Failure(answer);
                return Ok(Judged::Surface(Reply { came, own_origin: true, redirected }));
            }
            Verdict::TokenBad => false,
            Verdict::LoginOver => true,
        };
        Ok(Judged::Refused(Refused { answer, redirected, login_over }))
    }

    /// A header that the session sets must not be set by a call as well: one of them would be ignored.
    fn leaves_credentials_to_the_session(&self, request: &Prepared) -> Result<(), Error> {
        match self.session.shared().attachment.header() {
            Some(header) if request.endpoint.auth != Auth::None && request.headers.contains_key(header) => {
                Err(InvalidRequest::new(
                    header.to_string(),
                    "is the session's to set: declare the endpoint with `auth = none` to set it yourself",
                )
                .into())
            }
            _ => Ok(()),
        }
    }

    fn credentials<'a>(&'a self, snapshot: &'a Snapshot) -> Credentials<'a> {
        let name = self.session.shared().attachment.header();
        Credentials { header: name.zip(snapshot.header.as_ref()), jar: Some(&snapshot.jar) }
    }

    fn verdict(&self, answer: &ErrorResponse) -> Verdict {
        match &self.token_bad {
            Some(token_bad) => token_bad(answer),
            None => token_bad(answer, self.session.shared().attachment.scheme()).into(),
        }
    }

    async fn read(&self, request: &Prepared, exchange: Exchange) -> Result<Reply, Error> {
        let Exchange { answer, own_origin, redirected, is_spent } = exchange;
        let (parts, body) = answer.into_parts();
        let came = if parts.status.is_success() {
            let body = read_all(body, self.body_limit).await?;
            Came::Success(Answer::new(Head::new(parts.status, parts.headers), body))
        } else {
            let (body, truncated) = read_some(body, ERROR_BODY_LIMIT).await?;
            let endpoint = request.endpoint;
            let answer = ErrorResponse::new(endpoint, parts.status, parts.headers, body, truncated);
            if is_spent {
                return Err(NotReplayable::from(answer).into());
            }
            Came::Failure(answer)
        };
        Ok(Reply { came, own_origin, redirected })
    }
}

/// What an answer to a signed request means.
enum Judged {
    Surface(Reply),
    Refused(Refused),
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
        Rejection { stamp: snapshot.stamp, login_over: self.login_over }
    }
}
