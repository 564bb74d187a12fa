//! The end of a refresh: what its outcome changes.

use std::sync::Arc;

use url::Url;

use super::Core;
use super::cool_down;
use super::event::{Login, SessionEvent};
use super::message::{FlightId, RefreshOutcome, Refreshed, Settled};
use super::snapshot::Phase;
use crate::error::{ExpiredReason, NotSignedIn, SessionExpired, UnavailableCause};
use crate::runtime::Now;
use crate::session::stored::{Logins, Replaces, StoredCredential, TokenId};
use crate::session::token::{Credential, Tokens, non_empty};

impl Core {
    /// Records the outcome of `flight`. `None` if it was superseded: no login wants what it received.
    pub(crate) fn finish(
        &mut self,
        flight: FlightId,
        mut outcome: RefreshOutcome,
        now: Now,
    ) -> Option<Settled> {
        if !self.is_in_progress(flight) {
            return None;
        }
        let is_unclaimed = self.flight.take().is_some_and(|flight| flight.is_unclaimed);
        let is_lost = match (outcome.take_not_stored(), &outcome) {
            (Some(not_stored), _) => {
                self.store_failed(not_stored.error);
                true
            }
            (None, RefreshOutcome::Success(Refreshed { id: Some(_), .. })) => {
                self.nothing_to_write();
                false
            }
            (None, _) => false,
        };
        Some(match outcome {
            RefreshOutcome::Success(refreshed) => {
                self.refresh(refreshed, is_unclaimed, is_lost, now);
                Ok(())
            }
            RefreshOutcome::Adopted(loaded) => {
                self.adopt(*loaded, now);
                Ok(())
            }
            RefreshOutcome::Gone => {
                self.nothing_to_write();
                self.next_epoch(Arc::default(), Phase::SignedOut);
                self.tell(SessionEvent::SignedOut);
                Err(NotSignedIn::default().into())
            }
            RefreshOutcome::Unusable { refresh, id, cause, .. } => {
                // The refresh token of the response has replaced the spent one, even if the access token
                // cannot be used.
                if let Some(refresh) = non_empty(refresh) {
                    self.refresh = Some(refresh);
                    self.forget_outcome_unknown();
                }
                if let Some(id) = id {
                    // The store failed at the last write. The next one finds out whether it works again.
                    if self.is_degraded {
                        self.must_write(match is_unclaimed {
                            true => Replaces::Anything,
                            false => Replaces::UpTo(id.clone(), Logins::default()),
                        });
                    }
                    self.id = Some(id);
                }
                let longest = match cause {
                    UnavailableCause::DeadOnArrival => cool_down::LONGEST,
                    _ => cool_down::LONGEST_MISCONFIGURED,
                };
                let wait = self.back_off(None, longest);
                Err(self.cool_down(cause, wait, now).into())
            }
            RefreshOutcome::Denied(expired) => self.end(expired, now),
            RefreshOutcome::DeniedUnconfirmed(denied, cause) => {
                let before = self.denied.replace(Box::new(denied));
                self.retire(before.map(|denied| denied.expired));
                let wait = self.back_off(None, cool_down::LONGEST);
                Err(self.cool_down(cause, wait, now).into())
            }
            RefreshOutcome::NothingToRefreshWith => {
                self.end(SessionExpired::new(ExpiredReason::NoRefreshToken), now)
            }
            RefreshOutcome::NotSpent { cause, retry_after } => {
                let wait = self.back_off(retry_after, cool_down::LONGEST);
                Err(self.cool_down(cause, wait, now).into())
            }
            RefreshOutcome::Unknown { cause, retry_after } => {
                self.outcome_unknown.add_lost();
                let wait = self.back_off(retry_after, cool_down::LONGEST);
                Err(self.cool_down(cause, wait, now).into())
            }
            RefreshOutcome::Undecodable(undecodable) => {
                Err(self.answer_was_undecodable(undecodable, now).into())
            }
            RefreshOutcome::Misconfigured(cause) => {
                let wait = self.back_off(None, cool_down::LONGEST_MISCONFIGURED);
                Err(self.cool_down(cause, wait, now).into())
            }
        })
    }

    /// Records the outcome of `flight`, which no login wants. After a close its tokens are still to be
    /// stored.
    pub(crate) fn finish_superseded(&mut self, flight: FlightId, outcome: &mut RefreshOutcome) {
        let last = self.flight.take_if(|present| present.id == flight);
        match (outcome.take_not_stored(), &*outcome) {
            (Some(not_stored), _) => {
                self.store_failed(not_stored.error);
                if let Some(flight) = last {
                    self.write_lost(flight.is_unclaimed, not_stored.record);
                }
            }
            (None, RefreshOutcome::Success(Refreshed { id: Some(_), .. })) if last.is_some() => {
                self.nothing_to_write();
            }
            (None, _) => {}
        }
    }

    fn refresh(&mut self, refreshed: Refreshed, is_unclaimed: bool, is_lost: bool, now: Now) {
        let Refreshed { credential, id, adopted, .. } = refreshed;
        match adopted {
            Some(loaded) if self.is_of_this_login(&loaded) => {
                self.refresh = non_empty(loaded.credential.tokens.refresh);
                self.view.jar = loaded.jar;
            }
            Some(loaded) => self.adopt(*loaded, now),
            None => {}
        }
        self.recover();
        let (is_new, mut before) = match &self.view.phase {
            Phase::Active(snapshot) => (false, snapshot.tokens.clone()),
            _ => (true, Tokens::none()),
        };
        before.refresh = self.refresh.take();
        let is_other_login = is_another_login(&before, &credential.tokens);
        let nonce = self.random.u32(..);
        let next = id.or_else(|| Some(self.id.as_ref()?.next(nonce)));
        if is_new || is_other_login {
            // No user was signed in; or the server named another user, as whom no waiting call may go on.
            // I35: the costs of endpoints are kept, because a server may name any subject.
            let throttle = std::mem::take(&mut self.throttle);
            self.next_epoch(Arc::new(self.view.jar.fork()), Phase::SignedOut);
            self.throttle = throttle;
            (before.scopes, before.api_origin) = (None, None);
        }
        let origin = credential.origin.or_else(|| self.present_origin());
        let credential = Credential { tokens: credential.tokens.after(&before), origin, ..credential };
        self.id = next.or_else(|| Some(TokenId::first(self.random.u64(..))));
        let login = self.publish(credential, now);
        self.tell(if is_new || is_other_login {
            SessionEvent::SignedIn(login)
        } else {
            SessionEvent::Refreshed(login)
        });
        match self.id.clone() {
            _ if is_new || is_unclaimed => self.must_write(Replaces::Anything),
            Some(id) if is_lost => self.must_write(Replaces::UpTo(id, Logins::default())),
            _ => {}
        }
    }

    /// Where the calls of the present login go, if not to the base.
    pub(super) fn present_origin(&self) -> Option<Arc<Url>> {
        match &self.view.phase {
            Phase::Active(snapshot) => snapshot.origin.clone(),
            _ => None,
        }
    }

    /// Adopts tokens that another process has stored.
    pub(super) fn adopt(&mut self, loaded: StoredCredential, now: Now) {
        self.adopt_in(self.view.epoch + 1, SessionEvent::SignedIn, loaded, now);
    }

    /// The same, in `epoch` and with the event `begins` if it is another login.
    pub(super) fn adopt_in(
        &mut self,
        epoch: u64,
        begins: fn(Login) -> SessionEvent,
        loaded: StoredCredential,
        now: Now,
    ) {
        let goes_on = self.is_of_this_login(&loaded) && matches!(self.view.phase, Phase::Active(_));
        let StoredCredential { id, credential, jar, undecodable } = loaded;
        let (denied, others) = match self.denied.take() {
            Some(denied) if denied.id == id => (Some(denied), None),
            others => (None, others),
        };
        self.retire(others.map(|denied| denied.expired));
        if goes_on {
            self.recover();
            self.view.jar = jar;
        } else {
            self.next_epoch(jar, Phase::SignedOut);
            self.view.epoch = epoch;
        }
        self.nothing_to_write();
        self.id = Some(id);
        self.denied = denied;
        let login = self.publish(credential, now);
        self.tell(if goes_on { SessionEvent::Refreshed(login) } else { begins(login) });
        if let Some(undecodable) = undecodable {
            self.another_was_undecodable(undecodable, now);
        }
    }

    /// Whether `loaded` continues the present login. A server may have refreshed it as another user's.
    fn is_of_this_login(&self, loaded: &StoredCredential) -> bool {
        let is_another = match &self.view.phase {
            Phase::Active(snapshot) => is_another_login(&snapshot.tokens, &loaded.credential.tokens),
            _ => false,
        };
        self.id.as_ref().is_some_and(|id| id.login == loaded.id.login) && !is_another
    }

    /// Ends what cannot be refreshed any more. A token that still works is used until it lapses (I17).
    fn end(&mut self, expired: SessionExpired, now: Now) -> Settled {
        match &self.view.phase {
            // The refresh was to sign in.
            Phase::SignedOut if !self.signs_in_by_itself() => {
                self.retire(Some(expired));
                Err(NotSignedIn::default().into())
            }
            Phase::Active(snapshot) if snapshot.still_signs(now) || self.works_elsewhere(snapshot, now) => {
                self.refresh = None;
                let before = self.refresh_denied.replace(expired.clone());
                self.retire(before);
                // If the refresh was claimed, the store is cleared by now.
                if self.has_pending_write() && self.is_denied_by_server() {
                    self.must_clear();
                }
                Err(expired.into())
            }
            _ => Err(self.expire(expired).into()),
        }
    }
}

/// Whether both name a user, and not the same one, or the later ones another server of the API.
pub(super) fn is_another_login(before: &Tokens, after: &Tokens) -> bool {
    let is_another = before.subject.is_some() && after.subject.is_some() && before.subject != after.subject;
    is_another || after.api_origin.is_some() && before.api_origin != after.api_origin
}
