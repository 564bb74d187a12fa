//! The session's state machine: pure, without I/O, tasks, clock or lock; what it decides, the shell carries out.
//!
//! - **I1** At most one renewal is in flight per epoch.
//! - **I3** Published stamps strictly increase.
//! - **I4** A rejection of an older stamp starts no run and marks nothing.
//! - **I7** Callers within a cool-down get the failure that caused it.
//! - **I10** A run of an older epoch publishes and reports nothing.
//! - **I12** A call goes out under the identity it began with, or not at all.
//! - **I17** A failed run never removes a token that still works.
//! - **I16** Only a definitive rejection of the renewal ends a login.
//! - **I29** After the end nothing is signed and nothing renewed until the next sign-in.
//! - **I31** An omitted refresh token keeps the old one.

mod demand;

use std::sync::Arc;
use std::time::Duration;

use super::attach::Credential;
use super::event::{Identity, Outcome, RunId, Settled};
use super::limits::{Budget, Holds};
use super::snapshot::{Phase, Snapshot, Stamp, Validity, View};
use super::tokens::Grant;
use super::windows::Windows;
use crate::clock::Instant;
use crate::cookies::Jar;
use crate::delay::back_off;
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

#[derive(Debug)]
pub(crate) struct Core {
    /// The state, as everybody sees it.
    view: View,
    /// What the login can be renewed with; nobody's before a sign-in and after the end.
    refresh: Option<RefreshToken>,
    generation: u64,
    renewable: bool,
    /// Why there is nothing to renew with any more, while the access token still works.
    doomed: Option<SessionExpired>,
    run: Option<RunId>,
    runs: u64,
    cool_down: Option<CoolDown>,
    failures: u32,
    holds: Holds,
    budget: Budget,
    random: fastrand::Rng,
    changed: bool,
}

/// What a renewal that does not say otherwise leaves as it was.
#[derive(Default)]
struct Kept {
    subject: Option<Arc<str>>,
    scopes: Option<Arc<[String]>>,
    refresh: Option<RefreshToken>,
}

#[derive(Debug)]
struct CoolDown {
    until: Instant,
    failure: RefreshUnavailable,
}

impl Core {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            view: View { epoch: 0, phase: Phase::SignedOut, jar: Arc::default() },
            refresh: None,
            generation: 0,
            renewable: false,
            doomed: None,
            run: None,
            runs: 0,
            cool_down: None,
            failures: 0,
            holds: Holds::default(),
            budget: Budget::default(),
            random: fastrand::Rng::with_seed(seed),
            changed: false,
        }
    }

    /// From now on there is something that can renew.
    pub(crate) fn make_renewable(&mut self) {
        self.renewable = true;
    }

    /// What everybody may see.
    pub(crate) fn view(&self) -> &View {
        &self.view
    }

    /// Whether there is something new for everybody to see since this was last asked.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// `endpoint` refused the token with `stamp`, which had just been renewed for it.
    pub(crate) fn hold(&mut self, endpoint: &'static str, stamp: Stamp, now: Instant) {
        if stamp.epoch == self.view.epoch {
            self.holds.add(endpoint, stamp, now);
        }
    }

    /// `endpoint` has taken a token.
    pub(crate) fn release(&mut self, endpoint: &'static str) {
        self.holds.release(endpoint);
    }

    /// Whether any endpoint is on hold.
    pub(crate) fn holds_any(&self) -> bool {
        !self.holds.is_empty()
    }

    /// The server said, of the credential with `stamp`, that no renewal can help.
    pub(crate) fn login_over(&mut self, stamp: Stamp) -> Option<SessionExpired> {
        let is_current = matches!(&self.view.phase, Phase::Active(snapshot) if snapshot.stamp == stamp);
        is_current.then(|| {
            self.run = None;
            self.expire(SessionExpired::new(ExpiredReason::LoginOver))
        })
    }

    /// Whether `run` is the one under way, and nothing has overtaken it.
    pub(crate) fn is_under_way(&self, run: RunId) -> bool {
        self.run == Some(run)
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
                self.keep_refresh_token(credential.tokens.refresh);
                let wait = self.back_off(None);
                Err(self.cool_down(UnavailableCause::DeadOnArrival, wait, now).into())
            }
            Outcome::Success(credential) => {
                self.renew(credential, now);
                Ok(())
            }
            Outcome::Unusable { refresh, cause } => {
                self.keep_refresh_token(refresh);
                Err(self.cool_down(cause, COOL_DOWN_MISCONFIGURED, now).into())
            }
            Outcome::Rejected(expired) => Err(self.end(expired, now).into()),
            Outcome::NothingToRenewWith => {
                Err(self.end(SessionExpired::new(ExpiredReason::NoRefreshToken), now).into())
            }
            Outcome::Unavailable { cause, retry_after } => {
                let wait = self.back_off(retry_after);
                Err(self.cool_down(cause, wait, now).into())
            }
            Outcome::Misconfigured(cause) => Err(self.cool_down(cause, COOL_DOWN_MISCONFIGURED, now).into()),
        })
    }

    /// Somebody signed in, with the cookies of `jar`, or of the signed-out state where there is none. With `since`, only if
    /// nobody else has signed in or out since that epoch.
    pub(crate) fn sign_in(
        &mut self,
        credential: Credential,
        jar: Option<Arc<Jar>>,
        since: Option<u64>,
        now: Instant,
    ) -> Result<(), Error> {
        if matches!(self.view.phase, Phase::Closed) {
            return Err(Error::Closed);
        }
        if since.is_some_and(|since| since != self.view.epoch) {
            return Err(IdentityChanged::new(true).into());
        }
        let jar = jar.unwrap_or_else(|| self.view.jar_for_sign_in());
        self.next_epoch(jar, Phase::SignedOut);
        self.publish(credential, Kept::default(), now);
        Ok(())
    }

    /// Nobody is signed in any more. Returns what the login was, for telling the server.
    pub(crate) fn sign_out(&mut self) -> Result<Option<(Arc<Snapshot>, Grant)>, Error> {
        let login = match &self.view.phase {
            Phase::Closed => return Err(Error::Closed),
            Phase::Active(snapshot) => {
                let grant = Grant { access: snapshot.access.clone(), refresh: self.refresh.take() };
                Some((snapshot.clone(), grant))
            }
            Phase::SignedOut | Phase::Expired(_) => None,
        };
        self.next_epoch(Arc::default(), Phase::SignedOut);
        Ok(login)
    }

    /// The session is over for good.
    pub(crate) fn close(&mut self) {
        self.next_epoch(Arc::default(), Phase::Closed);
    }

    fn next_epoch(&mut self, jar: Arc<Jar>, phase: Phase) {
        self.view = View { epoch: self.view.epoch + 1, phase, jar };
        self.refresh = None;
        self.run = None;
        self.holds = Holds::default();
        self.budget = Budget::default();
        self.recover();
        self.changed = true;
    }

    fn recover(&mut self) {
        self.doomed = None;
        self.cool_down = None;
        self.failures = 0;
    }

    fn renew(&mut self, credential: Credential, now: Instant) {
        self.recover();
        let before = match &self.view.phase {
            Phase::Active(snapshot) => Some(snapshot.clone()),
            _ => None,
        };
        let subject = before.as_ref().and_then(|before| before.subject.clone());
        let news = credential.tokens.subject.as_ref();
        let mut kept = Kept { subject, scopes: None, refresh: self.refresh.take() };
        if news.is_some() && kept.subject.is_some() && news != kept.subject.as_ref() {
            // The server renewed the login of somebody else, as whom nobody who waits here may go on.
            self.next_epoch(Arc::new(self.view.jar.fork()), Phase::SignedOut);
        } else {
            kept.scopes = before.and_then(|before| before.scopes.clone());
        }
        self.publish(credential, kept, now);
    }

    /// Makes `credential` the one that signs, with what is `kept` for what it does not say.
    fn publish(&mut self, credential: Credential, kept: Kept, now: Instant) {
        self.generation += 1;
        let stamp = Stamp { epoch: self.view.epoch, generation: self.generation };
        let Credential { tokens, header, lifetime } = credential;
        let random = self.random.f64();
        self.refresh = told(tokens.refresh).or(kept.refresh);
        self.view.phase = Phase::Active(Arc::new(Snapshot::new(
            stamp,
            tokens.subject.or(kept.subject),
            tokens.scopes.or(kept.scopes),
            (tokens.access, self.refresh.clone()),
            header,
            self.view.jar.clone(),
            // What nothing can renew is good until the server says otherwise, whatever our clock does.
            (
                now,
                lifetime.filter(|_| self.renewable).and_then(|lifetime| Windows::new(lifetime, now, random)),
            ),
        )));
        self.changed = true;
    }

    /// Whatever else is wrong with an answer: the refresh token in it has replaced the one that was spent.
    fn keep_refresh_token(&mut self, token: Option<RefreshToken>) {
        if let Some(token) = told(token) {
            self.refresh = Some(token);
        }
    }

    /// There is nothing to renew with any more. A token that still works goes on until it does not (I17).
    fn end(&mut self, expired: SessionExpired, now: Instant) -> SessionExpired {
        let Phase::Active(snapshot) = &self.view.phase else { return self.expire(expired) };
        match snapshot.validity(|| now) {
            Validity::Lapsed | Validity::Rejected => self.expire(expired),
            Validity::Fresh | Validity::Stale | Validity::Due => {
                self.refresh = None;
                self.doomed = Some(expired.clone());
                expired
            }
        }
    }

    fn expire(&mut self, expired: SessionExpired) -> SessionExpired {
        self.recover();
        self.refresh = None;
        self.view.phase = Phase::Expired(expired.clone());
        self.changed = true;
        expired
    }

    fn cool_down(&mut self, cause: UnavailableCause, wait: Duration, now: Instant) -> RefreshUnavailable {
        let until = now + wait;
        let failure = RefreshUnavailable::until(until, cause);
        self.cool_down = Some(CoolDown { until, failure: failure.clone() });
        if let Phase::Active(snapshot) = &self.view.phase {
            snapshot.give_renewal_back(until);
        }
        failure
    }

    /// Exponential with equal jitter, never shorter than the server asks.
    fn back_off(&mut self, retry_after: Option<Duration>) -> Duration {
        let jittered = back_off(COOL_DOWN_FIRST, COOL_DOWN_LONGEST, self.failures, self.random.f64());
        self.failures = self.failures.saturating_add(1);
        jittered.max(retry_after.unwrap_or_default().min(RETRY_AFTER_LONGEST))
    }
}

/// A refresh token that is empty was left out, whatever serialized it.
fn told(token: Option<RefreshToken>) -> Option<RefreshToken> {
    token.filter(|token| !token.expose().is_empty())
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
