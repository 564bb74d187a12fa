//! The execution of one call: authorize, attempt, classify; refresh and replay once if the server rejected
//! the token.
//!
//! - **I2** The credential of a request and its version come from one snapshot, and the request keeps it.
//! - **I12** Every send checks that the call's identity is still that of the session.
//! - **I19** At most one replay.
//! - **I20** A replay differs from the original in its credentials only.
//! - **I23** Only a response that rejects the token reaches the session.

pub(super) mod attempt;
pub(super) mod authorize;
pub(super) mod retry;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use self::attempt::{AttemptResponse, CallResponse, Execution};
use self::authorize::{Authorization, check_scopes};
use super::idempotency::is_idempotent;
use super::inner::Inner;
use crate::cookies::Jar;
use crate::endpoint::Endpoint;
use crate::error::{
    Closed, Error, ErrorResponse, ExpiredReason, InsufficientScope, NotReplayable, NotRetried, SessionExpired,
};
use crate::exchange::Credentials;
use crate::request::Prepared;
use crate::runtime;
use crate::session::{EndpointId, Identity, Phase, Rejection, Snapshot, Verdict};
use crate::trace;

/// The length up to which the body of a rejection is kept while its call waits for a refresh.
const WAITING_BODY_LIMIT: usize = 4 << 10;
/// The pauses before a request is sent again with a token that may not have reached each server yet.
const LAG: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(250), Duration::from_millis(500)];

/// A response to a signed request, classified.
enum ClassifiedResponse {
    /// The call returns it.
    Returned(AttemptResponse),
    /// The server rejected the token.
    Rejected(RejectedResponse),
}

/// A response that rejects the token, or says that the login is over.
struct RejectedResponse {
    response: ErrorResponse,
    /// The request that was rejected, if a redirect led there.
    redirected: Option<Box<Prepared>>,
    login_over: bool,
    /// The response, if the server may have executed the request. It is returned, and nothing is replayed.
    executed: Option<Box<AttemptResponse>>,
}

/// What follows an attempt.
enum Next {
    Final(Result<ClassifiedResponse, Error>),
    Again(Again),
}

/// The pause before the request is sent again.
struct Again {
    pause: Duration,
    /// Whether the token is that of the attempt, because its rejection is not believed.
    with_the_same_token: bool,
}

impl Execution<'_> {
    /// Executes the call up to the response that it returns.
    pub(super) async fn run(
        &mut self,
        authorization: &Authorization,
        request: &Prepared,
    ) -> Result<AttemptResponse, Error> {
        let identity = match authorization {
            Authorization::Unsigned(jar) => return self.unsigned(request, jar.as_deref(), None).await,
            Authorization::Cookies(identity, jar) => {
                return self.unsigned(request, Some(jar), Some(identity)).await;
            }
            Authorization::Login(identity) => identity,
        };
        let (shell, waits) = (self.client.session.shell(), &self.progress.waits);
        let mut snapshot = match shell.fresh(identity, false)? {
            Some(snapshot) => snapshot,
            None => {
                let endpoint = self.client.endpoint_id(request.endpoint);
                let _refreshing = self.progress.refreshing();
                Box::pin(shell.obtain_credential(identity, Some(endpoint), waits)).await?
            }
        };
        match self.signed(request, &mut snapshot, identity, false).await? {
            ClassifiedResponse::Returned(response) => Ok(response),
            // Boxed, because most calls are not rejected.
            ClassifiedResponse::Rejected(rejected) => {
                Box::pin(self.replayed(request, snapshot, identity, rejected)).await
            }
        }
    }

    /// Returns the response to the replay of `request`, which the server has rejected with the credential of
    /// `snapshot`.
    async fn replayed(
        &mut self,
        request: &Prepared,
        snapshot: Arc<Snapshot>,
        identity: &Identity,
        mut rejected: RejectedResponse,
    ) -> Result<AttemptResponse, Error> {
        let (shell, waits) = (self.client.session.shell(), &self.progress.waits);
        let endpoint = self.client.endpoint_id(request.endpoint);
        // The server has processed the hops in front of a redirect. Only the hop that it rejected is sent
        // again.
        let request = rejected.redirected.as_deref().unwrap_or(request);
        let rejection = rejected.rejection_of(&snapshot);
        if let Some(executed) = rejected.executed.take() {
            shell.refresh_for_later(identity, endpoint, &rejection, waits);
            return Ok(*executed);
        }
        let refreshing = self.progress.refreshing();
        let mut snapshot =
            shell.replacement(identity, endpoint, rejection, &rejected.response, waits).await?;
        drop(refreshing);
        if request.is_spent() {
            return Err(NotReplayable::from(rejected.response).into());
        }
        match self.signed(request, &mut snapshot, identity, true).await? {
            // The replayed request may itself be one that a redirect led to.
            ClassifiedResponse::Returned(response) => {
                let redirected = response.redirected.or(rejected.redirected);
                Ok(AttemptResponse { redirected, ..response })
            }
            ClassifiedResponse::Rejected(RejectedResponse { executed: Some(executed), .. }) => {
                shell.hold(endpoint, snapshot.version);
                Ok(*executed)
            }
            ClassifiedResponse::Rejected(again) => {
                let over = again.login_over();
                let over = over.and_then(|expired| shell.login_over(snapshot.version, expired));
                let expired = over.unwrap_or_else(|| {
                    shell.hold(endpoint, snapshot.version);
                    SessionExpired::new(ExpiredReason::ReplayRejected)
                });
                Err(expired.with_response(again.response).into())
            }
        }
    }

    /// Sends the request without the token, and retries it. `identity` is the login that `jar` belongs to, if
    /// it belongs to one.
    async fn unsigned(
        &mut self,
        request: &Prepared,
        jar: Option<&Jar>,
        identity: Option<&Identity>,
    ) -> Result<AttemptResponse, Error> {
        let session = &self.client.session;
        let mut sent = false;
        loop {
            // The session may have been closed during a pause, or since the page before.
            if matches!(session.shell().view().phase, Phase::Closed) {
                return Err(Closed::default().into());
            }
            let origin = identity.and_then(|_| session.shell().origin());
            let credentials =
                Credentials { origin: origin.as_deref(), ..session.shell().attachment.cookies(jar) };
            let moved = self.client.moved(request, credentials.origin);
            let sent_to = moved.as_deref().unwrap_or(request);
            let permit = || identity.map_or(Ok(()), |identity| session.shell().permit(identity, sent));
            let attempt = match self.retry.attempt_timeout(self.client, request.endpoint) {
                None => self.attempt(sent_to, credentials, permit).await,
                Some(limit) => {
                    let attempt = self.attempt(sent_to, credentials, permit);
                    self.progress.attempt_within(limit, attempt).await
                }
            };
            match self.settle_unsigned(request, attempt) {
                Ok(pause) => self.pause(pause).await,
                Err(outcome) => return *outcome,
            }
            sent = true;
        }
    }

    /// Returns the pause before the request is sent again, or the outcome of the call.
    fn settle_unsigned(
        &mut self,
        request: &Prepared,
        attempt: Result<AttemptResponse, Error>,
    ) -> Result<Duration, Box<Result<AttemptResponse, Error>>> {
        let failure = attempt.as_ref().map(AttemptResponse::failure);
        let pause = self.retry.pause(self.client, request.endpoint, failure);
        pause.map_err(|why| Box::new(attempt.map(|response| response.not_retried(why))))
    }

    /// Waits before the request is sent again. Boxed, because most requests are sent once.
    fn pause(&self, pause: Duration) -> Pin<Box<impl Future<Output = ()> + Send>> {
        self.progress.stage.begin_again();
        Box::pin(runtime::sleep_until(runtime::deadline(pause)))
    }

    /// Sends the request with the credential of `snapshot`, and retries it with the credential that is
    /// current by then.
    async fn signed(
        &mut self,
        request: &Prepared,
        snapshot: &mut Arc<Snapshot>,
        identity: &Identity,
        mut sent: bool,
    ) -> Result<ClassifiedResponse, Error> {
        let shell = self.client.session.shell();
        let mut disbelieved = 0;
        loop {
            check_scopes(snapshot, request.endpoint)?;
            let credentials = self.client.credentials(snapshot);
            let moved = self.client.moved(request, credentials.origin);
            let sent_to = moved.as_deref().unwrap_or(request);
            let permit = || shell.permit(identity, sent);
            let attempt = match self.retry.attempt_timeout(self.client, request.endpoint) {
                None => self.attempt(sent_to, credentials, permit).await,
                Some(limit) => {
                    let attempt = self.attempt(sent_to, credentials, permit);
                    self.progress.attempt_within(limit, attempt).await
                }
            };
            let again = match self.settle(request, attempt, snapshot, disbelieved) {
                Next::Final(outcome) => return outcome,
                Next::Again(again) => again,
            };
            self.pause(again.pause).await;
            sent = true;
            shell.permit(identity, sent)?;
            if again.with_the_same_token {
                disbelieved += 1;
                trace::retries(again.pause, disbelieved);
                continue;
            }
            // Another call may have learned during the pause that the server rejects this token.
            let endpoint = self.client.endpoint_id(request.endpoint);
            let _refreshing = self.progress.refreshing();
            *snapshot = Box::pin(shell.credential(identity, Some(endpoint), &self.progress.waits)).await?;
        }
    }

    /// Tells the session what the outcome of `attempt` says of the token, and decides whether the request is
    /// sent again. `disbelieved` is how often a rejection was not believed before.
    fn settle(
        &mut self,
        request: &Prepared,
        attempt: Result<AttemptResponse, Error>,
        snapshot: &Snapshot,
        disbelieved: u32,
    ) -> Next {
        let shell = self.client.session.shell();
        let classified = attempt.map(|response| self.client.classify(request, response, snapshot));
        if let Ok(ClassifiedResponse::Returned(it)) = &classified
            && it.accepts_the_credential()
        {
            shell.accepted(snapshot, self.client.endpoint_id(request.endpoint));
            if let Some(tokens_in) = &self.client.judge.tokens_in
                && it.redirected.is_none()
                && let Some(tokens) = tokens_in(it.headers())
            {
                shell.rotate(snapshot.version, tokens, it.headers());
            }
        }
        if let Some(pause) = self.disbelief(&classified, snapshot, request, disbelieved) {
            return Next::Again(Again { pause, with_the_same_token: true });
        }
        let failure = classified.as_ref().map(ClassifiedResponse::failure);
        match self.retry.pause(self.client, request.endpoint, failure) {
            Ok(pause) => Next::Again(Again { pause, with_the_same_token: false }),
            Err(None) => Next::Final(classified),
            Err(why) => Next::Final(classified.map(|classified| classified.not_retried(why))),
        }
    }

    /// Returns the pause before the request is sent again with the same token, if the rejection is not
    /// believed yet: the token is so new that not each server may know it.
    fn disbelief(
        &self,
        classified: &Result<ClassifiedResponse, Error>,
        snapshot: &Snapshot,
        request: &Prepared,
        before: u32,
    ) -> Option<Duration> {
        let grace = self.client.judge.grace;
        let pause = *LAG.get(before as usize).filter(|_| !grace.is_zero())?;
        let Ok(ClassifiedResponse::Rejected(rejected)) = classified else { return None };
        let is_in_time = self.progress.waits.part(pause) == pause;
        let is_new = snapshot.age(self.client.clock.now()) < grace && !snapshot.is_rejected();
        let is_repeatable = request.is_replayable() && rejected.redirected.is_none();
        (is_new && is_repeatable && is_in_time).then_some(pause)
    }
}

impl Inner {
    /// Classifies the response to `request`, which was signed with `snapshot`.
    fn classify(
        &self,
        request: &Prepared,
        response: AttemptResponse,
        snapshot: &Snapshot,
    ) -> ClassifiedResponse {
        let (answer, is_success) = match &response.response {
            _ if !response.own_origin => return ClassifiedResponse::Returned(response),
            CallResponse::Failure(answer, None) => (answer.clone(), false),
            CallResponse::Success(success)
                if response.signed && self.judge.also_looks_at(success.head().status()) =>
            {
                (success.shown(request.endpoint), true)
            }
            _ => return ClassifiedResponse::Returned(response),
        };
        match self.verdict(&answer) {
            verdict @ (Verdict::TokenBad | Verdict::NotExecuted | Verdict::LoginOver) => {
                let sent = response.redirected.as_deref().unwrap_or(request);
                let is_executed = is_success && verdict != Verdict::NotExecuted && !is_idempotent(sent);
                let (redirected, executed) = match is_executed {
                    true => (response.redirected.clone(), Some(Box::new(response))),
                    false => (response.redirected, None),
                };
                // Thousands of calls may wait for one refresh, each with such a response.
                let response = answer.shortened(WAITING_BODY_LIMIT);
                let login_over = verdict == Verdict::LoginOver;
                ClassifiedResponse::Rejected(RejectedResponse { response, redirected, login_over, executed })
            }
            Verdict::InsufficientScope => {
                let scheme = self.session.shell().attachment.scheme();
                let granted = snapshot.tokens.scopes.clone();
                let lacking = InsufficientScope::from_response(&answer, scheme, granted);
                let failure = CallResponse::Failure(answer, Some(lacking));
                ClassifiedResponse::Returned(AttemptResponse { response: failure, ..response })
            }
            Verdict::Surface => ClassifiedResponse::Returned(response),
        }
    }

    /// Returns `request` as it is sent under a login whose server has moved it to `origin`, if that differs.
    /// An argument that is an address stays as it is.
    pub(super) fn moved(&self, request: &Prepared, origin: Option<&Url>) -> Option<Box<Prepared>> {
        let origin = origin.filter(|_| !request.endpoint.template().is_empty())?;
        let url = self.session.shell().attachment.moved(&request.url, origin)?;
        Some(Box::new(Prepared { url, ..request.clone() }))
    }

    /// Returns the verdict about an answer of the client's own server to a signed request.
    fn verdict(&self, answer: &ErrorResponse) -> Verdict {
        match self.judge.verdict(answer, self.session.shell().attachment.scheme()) {
            // The endpoint's own answer, such as that of a second password, says nothing of the token.
            Verdict::TokenBad | Verdict::NotExecuted | Verdict::LoginOver if answer.endpoint().no_refresh => {
                Verdict::Surface
            }
            verdict => verdict,
        }
    }

    /// Returns the key under which the session counts the rejections of `endpoint`.
    fn endpoint_id(&self, endpoint: &Endpoint) -> EndpointId {
        EndpointId { base: self.route.base.id(), name: endpoint.qualified_name() }
    }

    pub(super) fn credentials<'a>(&'a self, snapshot: &'a Snapshot) -> Credentials<'a> {
        self.session.shell().credentials(snapshot)
    }
}

impl ClassifiedResponse {
    /// Returns the same response with the reason why it is not retried.
    fn not_retried(self, why: Option<NotRetried>) -> Self {
        match self {
            Self::Returned(response) => Self::Returned(response.not_retried(why)),
            Self::Rejected(_) => self,
        }
    }

    /// Returns the error response that a retry may replace.
    fn failure(&self) -> Option<&ErrorResponse> {
        match self {
            Self::Returned(response) => response.failure(),
            Self::Rejected(_) => None,
        }
    }
}

impl RejectedResponse {
    fn rejection_of(&self, snapshot: &Snapshot) -> Rejection {
        Rejection { version: snapshot.version, login_over: self.login_over() }
    }

    fn login_over(&self) -> Option<SessionExpired> {
        self.login_over.then(|| SessionExpired::login_over(self.response.clone()))
    }
}
