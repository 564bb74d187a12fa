//! The session's state machine: pure, without I/O, tasks, clock or lock; what it decides, the shell carries out.
//!
//! - **I1** At most one renewal is in flight per epoch.
//! - **I3** Published stamps strictly increase.
//! - **I4** A rejection of an older stamp starts no run and marks nothing.
//! - **I7** Callers within a cool-down get the failure that caused it.
//! - **I10** A run of an older epoch publishes and reports nothing.
//! - **I12** A call goes out under the identity it began with, or not at all.
//! - **I16** Only a definitive rejection of the renewal ends a login.
//! - **I17** A failed run never removes a snapshot that is still valid.
//! - **I29** After the end nothing is signed and nothing renewed until the next sign-in.
//! - **I31** An omitted refresh token keeps the old one.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use super::snapshot::{Phase, Snapshot, Stamp, Validity, View};
use super::tokens::{Grant, Tokens};
use crate::clock::Instant;
use crate::cookies::Jar;
use crate::error::{
    Error, ExpiredReason, IdentityChanged, RefreshUnavailable, SessionExpired, UnavailableCause,
};
use crate::secret::RefreshToken;

const COOL_DOWN_FIRST: Duration = Duration::from_secs(1);
const COOL_DOWN_LONGEST: Duration = Duration::from_secs(60);
const COOL_DOWN_MISCONFIGURED: Duration = Duration::from_secs(300);
/// A renewed token that lives shorter than this would be renewed again at once, for ever.
const SHORTEST: Duration = Duration::from_secs(1);
/// A server's own wish is honoured up to this.
const RETRY_AFTER_LONGEST: Duration = Duration::from_secs(3600);

/// Whom a call is made for, fixed when it is first polled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) epoch: u64,
    pub(crate) subject: Option<Arc<str>>,
}

/// Names one run of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RunId(u64);

/// What a call that wants a credential has to do.
#[derive(Debug)]
pub(crate) enum Demand {
    /// Sign with this.
    Sign(Arc<Snapshot>),
    /// Wait for the run that is under way.
    Join,
    /// Start this run, and wait for it.
    Start(RunId, Grant),
    /// Give up.
    Fail(Error),
}

/// Tokens, and what the shell made of the access token.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) tokens: Tokens,
    pub(crate) header: Option<HeaderValue>,
    pub(crate) lifetime: Option<Duration>,
}

/// What came of a renewal.
#[derive(Debug)]
pub(crate) enum Outcome {
    Success(Credential),
    /// The server refused for good.
    Rejected(SessionExpired),
    /// There is nothing to renew with.
    NothingToRenewWith,
    /// It did not happen, or nobody knows whether it did; nothing is lost that we know of.
    Unavailable {
        cause: UnavailableCause,
        retry_after: Option<Duration>,
    },
    /// The server does not want a request like this at all; asking again soon is of no use.
    Misconfigured(UnavailableCause),
}

/// What the waiters of a run are told.
pub(crate) type Settled = Result<Arc<Snapshot>, Error>;

#[derive(Debug)]
pub(crate) struct Core {
    epoch: u64,
    generation: u64,
    state: State,
    jar: Arc<Jar>,
    renewable: bool,
    run: Option<RunId>,
    runs: u64,
    cool_down: Option<CoolDown>,
    failures: u32,
    random: fastrand::Rng,
}

#[derive(Debug)]
enum State {
    SignedOut,
    Active { snapshot: Arc<Snapshot>, refresh: Option<RefreshToken> },
    Expired(SessionExpired),
    Closed,
}

#[derive(Debug)]
struct CoolDown {
    until: Instant,
    failure: RefreshUnavailable,
}

impl Core {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            epoch: 0,
            generation: 0,
            state: State::SignedOut,
            jar: Arc::default(),
            renewable: false,
            run: None,
            runs: 0,
            cool_down: None,
            failures: 0,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// From now on there is something that can renew.
    pub(crate) fn make_renewable(&mut self) {
        self.renewable = true;
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// What everybody may see.
    pub(crate) fn view(&self) -> View {
        let phase = match &self.state {
            State::SignedOut => Phase::SignedOut,
            State::Active { snapshot, .. } => Phase::Active(snapshot.clone()),
            State::Expired(expired) => Phase::Expired(expired.clone()),
            State::Closed => Phase::Closed,
        };
        View { epoch: self.epoch, phase, jar: self.jar.clone() }
    }

    /// A call of `identity` wants a credential; `rejected` is the one a server just refused, where there is one.
    pub(crate) fn demand(&mut self, identity: &Identity, rejected: Option<Stamp>, now: Instant) -> Demand {
        if let Err(error) = self.permit(identity, rejected.is_some()) {
            return Demand::Fail(error);
        }
        let State::Active { snapshot, refresh } = &self.state else {
            return Demand::Fail(Error::NotSignedIn);
        };
        if rejected == Some(snapshot.stamp) {
            snapshot.reject();
        }
        if snapshot.validity(|| now) == Validity::Fresh {
            return Demand::Sign(snapshot.clone());
        }
        if self.run.is_some() {
            return Demand::Join;
        }
        if !self.renewable {
            return Demand::Fail(self.expire(SessionExpired::new(ExpiredReason::NoRefreshToken)).into());
        }
        if let Some(cool_down) = self.cool_down.as_ref().filter(|cool_down| now < cool_down.until) {
            return Demand::Fail(cool_down.failure.clone().into());
        }
        let grant = Grant { access: snapshot.access.clone(), refresh: refresh.clone() };
        self.runs += 1;
        let run = RunId(self.runs);
        self.run = Some(run);
        Demand::Start(run, grant)
    }

    /// Whether something of `identity` may be sent now.
    pub(crate) fn permit(&self, identity: &Identity, sent: bool) -> Result<(), Error> {
        permit(&self.view(), identity, sent)
    }

    /// `run` has come to an end. `None`: it is of another epoch, or it was given up, and whatever it obtained is nobody's.
    pub(crate) fn finish(&mut self, run: RunId, outcome: Outcome, now: Instant) -> Option<Settled> {
        if self.run != Some(run) {
            return None;
        }
        self.run = None;
        Some(match outcome {
            Outcome::Success(credential)
                if credential.lifetime.is_some_and(|lifetime| lifetime < SHORTEST) =>
            {
                // Rotated all the same: what it obtained is what the next renewal needs.
                self.keep_refresh_token(credential.tokens.refresh);
                let wait = self.back_off(None);
                Err(self.cool_down(UnavailableCause::DeadOnArrival, wait, now).into())
            }
            Outcome::Success(credential) => Ok(self.renew(credential, now)),
            Outcome::Rejected(expired) => Err(self.expire(expired).into()),
            Outcome::NothingToRenewWith => {
                Err(self.expire(SessionExpired::new(ExpiredReason::NoRefreshToken)).into())
            }
            Outcome::Unavailable { cause, retry_after } => {
                let wait = self.back_off(retry_after);
                Err(self.cool_down(cause, wait, now).into())
            }
            Outcome::Misconfigured(cause) => Err(self.cool_down(cause, COOL_DOWN_MISCONFIGURED, now).into()),
        })
    }

    /// Somebody signed in. With `since`, only if nobody else has signed in or out since that epoch.
    pub(crate) fn sign_in(
        &mut self,
        credential: Credential,
        jar: Arc<Jar>,
        since: Option<u64>,
        now: Instant,
    ) -> Result<(), Error> {
        if matches!(self.state, State::Closed) {
            return Err(Error::Closed);
        }
        if since.is_some_and(|since| since != self.epoch) {
            return Err(IdentityChanged::new(true).into());
        }
        self.next_epoch(jar);
        self.publish(credential, None, None, now);
        Ok(())
    }

    /// Nobody is signed in any more. Returns what the login was, for telling the server.
    pub(crate) fn sign_out(&mut self) -> Option<(Arc<Snapshot>, Grant)> {
        if matches!(self.state, State::Closed) {
            return None;
        }
        self.next_epoch(Arc::default());
        match std::mem::replace(&mut self.state, State::SignedOut) {
            State::Active { snapshot, refresh } => {
                let access = snapshot.access.clone();
                Some((snapshot, Grant { access, refresh }))
            }
            _ => None,
        }
    }

    /// The session is over for good.
    pub(crate) fn close(&mut self) {
        self.next_epoch(Arc::default());
        self.state = State::Closed;
    }

    fn next_epoch(&mut self, jar: Arc<Jar>) {
        self.epoch += 1;
        self.jar = jar;
        self.run = None;
        self.recover();
    }

    fn recover(&mut self) {
        self.cool_down = None;
        self.failures = 0;
    }

    fn renew(&mut self, credential: Credential, now: Instant) -> Arc<Snapshot> {
        self.recover();
        let (subject, old) = match &self.state {
            State::Active { snapshot, refresh } => (snapshot.subject.clone(), refresh.clone()),
            _ => (None, None),
        };
        self.publish(credential, subject, old, now)
    }

    /// Makes `credential` the one that signs, with `subject` and `refresh` for what it does not say.
    fn publish(
        &mut self,
        credential: Credential,
        subject: Option<Arc<str>>,
        refresh: Option<RefreshToken>,
        now: Instant,
    ) -> Arc<Snapshot> {
        self.generation += 1;
        let stamp = Stamp { epoch: self.epoch, generation: self.generation };
        let Credential { tokens, header, lifetime } = credential;
        let refresh = tokens.refresh.or(refresh);
        let snapshot = Arc::new(Snapshot::new(
            stamp,
            tokens.subject.or(subject),
            (tokens.access, refresh.clone()),
            header,
            self.jar.clone(),
            lifetime.and_then(|lifetime| now.checked_add(lifetime)),
        ));
        self.state = State::Active { snapshot: snapshot.clone(), refresh };
        snapshot
    }

    fn keep_refresh_token(&mut self, token: Option<RefreshToken>) {
        if let (State::Active { refresh, .. }, Some(token)) = (&mut self.state, token) {
            *refresh = Some(token);
        }
    }

    fn expire(&mut self, expired: SessionExpired) -> SessionExpired {
        self.recover();
        self.state = State::Expired(expired.clone());
        expired
    }

    fn cool_down(&mut self, cause: UnavailableCause, wait: Duration, now: Instant) -> RefreshUnavailable {
        let until = now + wait;
        let failure = RefreshUnavailable::until(until, cause);
        self.cool_down = Some(CoolDown { until, failure: failure.clone() });
        failure
    }

    /// Exponential with equal jitter, never shorter than the server asks.
    fn back_off(&mut self, retry_after: Option<Duration>) -> Duration {
        let ceiling = COOL_DOWN_FIRST.saturating_mul(1 << self.failures.min(10)).min(COOL_DOWN_LONGEST);
        self.failures += 1;
        let jittered = ceiling.mul_f64(0.5 + self.random.f64() / 2.0);
        jittered.max(retry_after.unwrap_or_default().min(RETRY_AFTER_LONGEST))
    }
}

/// Whether something of `identity` may be sent in the state that `view` shows; `sent` tells whether anything was already.
pub(crate) fn permit(view: &View, identity: &Identity, sent: bool) -> Result<(), Error> {
    match &view.phase {
        Phase::Closed => Err(Error::Closed),
        _ if view.epoch == identity.epoch => match &view.phase {
            Phase::Expired(expired) => Err(expired.clone().into()),
            _ => Ok(()),
        },
        Phase::SignedOut => Err(Error::NotSignedIn),
        Phase::Active(snapshot) if snapshot.subject.is_some() && snapshot.subject == identity.subject => {
            Ok(())
        }
        Phase::Active(_) | Phase::Expired(_) => Err(IdentityChanged::new(sent).into()),
    }
}

#[cfg(test)]
#[path = "core_tests.rs"]
mod tests;
