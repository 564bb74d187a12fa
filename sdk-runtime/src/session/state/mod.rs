//! The session's state machine: pure, without I/O, tasks, clocks or locks. The shell carries out what it
//! decides.
//!
//! - **I1** At most one refresh is in progress per epoch.
//! - **I3** Published versions strictly increase.
//! - **I4** A rejection of an older version starts no refresh and marks nothing.
//! - **I7** Callers within a cool-down get the failure that caused it.
//! - **I10** A refresh of an older epoch publishes and reports nothing.
//! - **I12** A call is sent under the identity that it began with, or not at all.
//! - **I16** Only a definitive refusal of the refresh ends a login.
//! - **I17** A failed refresh never removes a token that still works.
//! - **I28** A dropped value may hold a user's, whose `Drop` may use the session: the shell drops it without
//!   its lock.
//! - **I29** After the end no request is signed and nothing is refreshed until the next sign-in.
//! - **I31** An omitted refresh token keeps the old one.

mod acquire;
mod complete;
mod cool_down;
mod event;
mod evict;
mod message;
mod persist;
mod snapshot;
#[cfg(test)]
mod tests;
mod throttle;

use std::sync::Arc;

pub use event::{Login, SessionEvent, SessionState};
pub use snapshot::RefreshInAdvance;

pub(crate) use evict::EvictedSession;
pub(crate) use message::{
    Demand, Discarded, Fallback, FlightId, Identity, NotStored, RefreshOutcome, Refreshed, Rejection,
    Settled, Start,
};
pub(crate) use snapshot::{EndpointId, Phase, Snapshot, Validity, Version, View};

use crate::cookies::Jar;
use crate::error::{Closed, Error, IdentityChanged, NotSignedIn, SessionExpired};
use crate::rare::Rare;
use crate::runtime::Now;
use crate::secret::RefreshToken;
use crate::session::stored::{DeniedRefresh, Logins, OutcomeUnknown, PendingWrite, Replaces, TokenId};
use crate::session::token::{Credential, Grant, Tokens, non_empty};
use complete::is_another_login;
use cool_down::CoolDown;
use snapshot::RefreshSchedule;
use throttle::Throttle;

#[derive(Debug, Default)]
pub(crate) struct Core {
    view: View,
    /// The refresh token of the login. `None` before a sign-in and after the end.
    refresh: Option<RefreshToken>,
    /// The id of the present tokens in a store.
    id: Option<TokenId>,
    generation: u64,
    refreshable: bool,
    in_advance: RefreshInAdvance,
    /// Whether the first tokens are got by a refresh.
    signs_in: bool,
    is_stored: bool,
    /// Why the login cannot be refreshed any more, while its access token still works.
    refresh_denied: Option<SessionExpired>,
    /// The present tokens, if their refresh was denied and the store could not tell whether it has newer
    /// ones.
    denied: Option<Box<DeniedRefresh>>,
    /// Whether a server may have spent the refresh token.
    outcome_unknown: OutcomeUnknown,
    /// The refresh in progress. After a close its tokens are stored, and not published.
    flight: Option<Flight>,
    flights: u64,
    cool_down: Option<Box<CoolDown>>,
    failures: u32,
    throttle: Rare<Throttle>,
    /// The endpoints that have rejected the present token.
    rejected_by: Rare<Vec<EndpointId>>,
    random: fastrand::Rng,
    /// What the pending write may replace, if there is one.
    pending: Option<Box<Replaces>>,
    /// The logins that this session has replaced or ended, while the store may still have one of them.
    superseded_logins: Logins,
    /// Whether the store may have the present login, or older tokens of it.
    may_be_stored: bool,
    /// Whether the store is lost with this session.
    is_only_copy: bool,
    /// Whether the store has been read.
    is_seen: bool,
    /// The pending write, as it was when the session was closed.
    write_at_close: Option<Box<PendingWrite>>,
    /// Grows with each pending write.
    serial: u64,
    /// Whether there is a pending write that the writer has not been told of.
    has_new_write: bool,
    is_degraded: bool,
    changed: bool,
    effects: Rare<Effects>,
    /// What the predecessor knew of the stored login, until the store is read.
    evicted: Rare<EvictedSession>,
}

/// What the shell is to carry out when the lock is free.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) events: Vec<SessionEvent>,
    /// What is to be dropped.
    pub(crate) retired: Vec<Error>,
}

/// A refresh in progress.
#[derive(Debug, Clone, Copy)]
struct Flight {
    id: FlightId,
    /// Whether it refreshes without a claim, because no store has the login. The store must not get it
    /// meanwhile.
    is_unclaimed: bool,
}

impl Core {
    /// With `is_stored`, the login is in a store that has not been read yet.
    pub(crate) fn new(seed: u64, is_stored: bool) -> Self {
        let phase = if is_stored { Phase::Unloaded } else { Phase::SignedOut };
        let view = View { phase, ..View::default() };
        Self { view, is_stored, random: fastrand::Rng::with_seed(seed), ..Self::default() }
    }

    pub(crate) fn make_refreshable(&mut self, in_advance: RefreshInAdvance) {
        (self.refreshable, self.in_advance) = (true, in_advance);
    }

    /// The first call gets the first tokens by a refresh.
    pub(crate) fn make_self_starting(&mut self) {
        self.signs_in = true;
    }

    /// Whether a call signs in by a refresh: no user was ever signed in or out, and nothing was stored.
    pub(crate) fn signs_in_by_itself(&self) -> bool {
        self.signs_in && self.view.epoch == 0 && matches!(self.view.phase, Phase::SignedOut)
    }

    pub(crate) fn view(&self) -> &View {
        &self.view
    }

    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Takes what the shell is to carry out.
    pub(crate) fn take_effects(&mut self) -> Effects {
        self.effects.take().unwrap_or_default()
    }

    /// Reports `event`.
    fn tell(&mut self, event: SessionEvent) {
        self.effects.make().events.push(event);
    }

    /// Ends the login, because a server said of the credential with `version` that no refresh can help.
    pub(crate) fn login_over(&mut self, version: Version, expired: SessionExpired) -> Option<SessionExpired> {
        let is_current = matches!(&self.view.phase, Phase::Active(snapshot) if snapshot.version == version);
        if !is_current {
            self.retire(Some(expired));
            return None;
        }
        self.flight = None;
        Some(self.expire(expired))
    }

    /// Whether `flight` is the one in progress, and neither a later epoch nor a close has superseded it.
    pub(crate) fn is_in_progress(&self, flight: FlightId) -> bool {
        self.may_persist(flight) && !self.is_closed()
    }

    /// Whether the tokens of `flight` are to be stored: not after a sign-in or a sign-out (I10), but after
    /// a close.
    pub(crate) fn may_persist(&self, flight: FlightId) -> bool {
        self.flight.is_some_and(|present| present.id == flight)
    }

    /// Signs in with the cookies of `jar`, or with those of the signed-out state. With `since`, only if no
    /// sign-in or sign-out has happened after that epoch.
    pub(crate) fn sign_in(
        &mut self,
        credential: Credential,
        jar: Option<Arc<Jar>>,
        since: Option<u64>,
        now: Now,
    ) -> Result<(), Error> {
        if matches!(self.view.phase, Phase::Closed) {
            return Err(Closed::default().into());
        }
        if since.is_some_and(|since| since != self.view.epoch) {
            return Err(IdentityChanged::new(true).into());
        }
        let jar = jar.unwrap_or_else(|| self.view.jar_for_sign_in());
        self.leave();
        self.next_epoch(jar, Phase::SignedOut);
        self.id = Some(TokenId::first(self.random.u64(..)));
        self.may_be_stored = false;
        let login = self.publish(credential, now);
        self.tell(SessionEvent::SignedIn(login));
        self.must_write(Replaces::Anything);
        Ok(())
    }

    /// Replaces the credential with `version`, because an answer to it brought the next one. It ends no
    /// cool-down, lifts no hold, and starts no refresh. If one is in progress, its tokens are newer.
    pub(crate) fn rotated(&mut self, version: Version, credential: Credential, now: Now) {
        let Phase::Active(snapshot) = &self.view.phase else { return };
        if snapshot.version != version || snapshot.is_rejected() || self.flight.is_some() {
            return;
        }
        let before = Tokens { refresh: self.refresh.clone(), ..snapshot.tokens.clone() };
        if is_another_login(&before, &credential.tokens) {
            return;
        }
        let (tokens, origin) = (credential.tokens.after(&before), snapshot.origin.clone());
        let credential = Credential { tokens, origin, ..credential };
        let nonce = self.random.u32(..);
        self.id = self.id.as_ref().map(|id| id.next(nonce));
        self.publish(credential, now);
        if let Some(throttle) = self.throttle.get_mut() {
            throttle.rotated(version, Version { generation: self.generation, ..version });
        }
        if let Some(id) = self.id.clone() {
            self.must_write(match self.pending.as_deref() {
                Some(Replaces::Anything) => Replaces::Anything,
                _ => Replaces::UpTo(id, self.superseded_logins.clone()),
            });
        }
    }

    /// Signs out. Returns the former login, for telling the server.
    pub(crate) fn sign_out(&mut self) -> Result<Option<(Arc<Snapshot>, Grant)>, Error> {
        let login = match &self.view.phase {
            Phase::Closed => return Err(Closed::default().into()),
            Phase::Active(snapshot) => {
                let (access, refresh) = (snapshot.tokens.access.clone(), self.refresh.take());
                let proof_key = snapshot.tokens.binding.key().cloned();
                let grant = Grant { access, refresh, proof_key, ..Grant::default() };
                Some((snapshot.clone(), grant))
            }
            Phase::Unloaded | Phase::SignedOut | Phase::Expired(_) => None,
        };
        let replaces = match (&self.view.phase, &self.id) {
            (Phase::Unloaded, _) => Some(Replaces::Anything),
            (Phase::Active(_), Some(_)) => {
                self.leave();
                Some(match self.is_seen {
                    true => Replaces::Logins(self.superseded_logins.clone()),
                    // Every login of the store was to be replaced.
                    false => Replaces::Anything,
                })
            }
            // A login that is over is not in the store any more. Newer tokens of it are another process's.
            _ => None,
        };
        if !matches!(self.view.phase, Phase::SignedOut) {
            self.tell(SessionEvent::SignedOut);
        }
        self.next_epoch(Arc::default(), Phase::SignedOut);
        if let Some(replaces) = replaces {
            self.must_write(replaces);
        }
        Ok(login)
    }

    /// Closes the session. A pending write is still to be written.
    pub(crate) fn close(&mut self) {
        if matches!(self.view.phase, Phase::Closed) {
            return;
        }
        self.write_at_close = self.any_pending_write().map(Box::new);
        if self.are_writes_held_back()
            && let Some(record) = self.write_at_close.as_mut().and_then(|pending| pending.record.as_mut())
        {
            // Its refresh token may be being spent. It is written when the flight has ended.
            record.outcome_unknown = true;
        }
        self.next_epoch(Arc::default(), Phase::Closed);
        self.tell(SessionEvent::Closed);
    }

    /// Notes that the present login is to be ended in the store, if it may be there.
    fn leave(&mut self) {
        if let (true, Phase::Active(_), Some(id)) =
            (self.is_stored && self.may_be_stored, &self.view.phase, &self.id)
        {
            self.superseded_logins.insert(&id.login);
        }
    }

    fn next_epoch(&mut self, jar: Arc<Jar>, phase: Phase) {
        self.enter(phase);
        self.view.epoch += 1;
        self.view.jar = jar;
        self.refresh = None;
        self.id = None;
        // What is received after a close is stored.
        self.flight.take_if(|_| !matches!(self.view.phase, Phase::Closed));
        self.throttle = Rare::default();
        self.recover();
        self.changed = true;
    }

    fn publish(&mut self, credential: Credential, now: Now) -> Login {
        self.generation += 1;
        self.rejected_by = Rare::default();
        let version = Version { epoch: self.view.epoch, generation: self.generation };
        let Credential { tokens, header, origin, lifetime, age } = credential;
        let random = self.random.f64();
        // Without a refresh endpoint the token is used until the server rejects it: our clock may be wrong.
        let lifetime = lifetime.filter(|_| self.refreshable);
        let schedule = lifetime.map(|lifetime| RefreshSchedule::new(lifetime, random).by(self.in_advance));
        self.refresh = non_empty(tokens.refresh);
        let tokens = Tokens { refresh: self.refresh.clone(), ..tokens };
        let jar = self.view.jar.clone();
        let snapshot = Arc::new(Snapshot::new(version, tokens, (header, origin), jar, (schedule, age, now)));
        self.enter(Phase::Active(snapshot.clone()));
        self.changed = true;
        Login::new(snapshot)
    }

    /// The login is to be ended in the store too.
    fn must_clear(&mut self) {
        if let Some(id) = self.id.clone() {
            self.must_write(match self.is_seen || self.may_be_stored {
                true => Replaces::UpTo(id, self.superseded_logins.clone()),
                false => Replaces::Anything,
            });
        }
    }

    /// Keeps `value` until the lock is free.
    pub(super) fn retire(&mut self, value: Option<impl Into<Error>>) {
        if let Some(value) = value {
            self.effects.make().retired.push(value.into());
        }
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        if let Phase::Expired(expired) = std::mem::replace(&mut self.view.phase, phase) {
            self.retire(Some(expired));
        }
    }

    /// Records that no server has spent the refresh token.
    pub(super) fn forget_outcome_unknown(&mut self) {
        if let OutcomeUnknown::ResponseUndecodable(answer) = std::mem::take(&mut self.outcome_unknown) {
            self.retire(Some(answer.error));
        }
    }

    pub(super) fn recover(&mut self) {
        let (refresh_denied, denied, cool_down) =
            (self.refresh_denied.take(), self.denied.take(), self.cool_down.take());
        self.retire(refresh_denied);
        self.retire(denied.map(|denied| denied.expired));
        self.retire(cool_down.map(|cool_down| cool_down.failure));
        self.forget_outcome_unknown();
        self.failures = 0;
    }

    fn expire(&mut self, expired: SessionExpired) -> SessionExpired {
        self.recover();
        self.refresh = None;
        self.must_clear();
        self.enter(Phase::Expired(expired.clone()));
        self.tell(SessionEvent::Expired(expired.clone()));
        self.changed = true;
        expired
    }
}

/// Whether a request of `identity` may be sent in the state of `view`. `sent` tells whether one was sent
/// already.
pub(crate) fn permit(view: &View, identity: &Identity, sent: bool) -> Result<(), Error> {
    match &view.phase {
        Phase::Closed => Err(Closed::default().into()),
        _ if view.epoch == identity.epoch => match &view.phase {
            Phase::Expired(expired) => Err(expired.clone().into()),
            _ => Ok(()),
        },
        Phase::Unloaded | Phase::SignedOut => Err(NotSignedIn::default().into()),
        Phase::Active(snapshot)
            if identity.subject.is_some() && snapshot.tokens.subject == identity.subject =>
        {
            Ok(())
        }
        Phase::Active(_) | Phase::Expired(_) => Err(IdentityChanged::new(sent).into()),
    }
}
