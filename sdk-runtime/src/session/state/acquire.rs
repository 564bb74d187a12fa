//! Decisions for a caller that wants a credential: sign, wait, start a refresh, or fail.

use std::sync::Arc;
use std::time::Duration;

use super::message::{Demand, Fallback, FlightId, Identity, Rejection, Start};
use super::snapshot::{EndpointId, Phase, Snapshot, Validity, Version};
use super::throttle::{Admission, Rejected, Throttle};
use super::{Core, Flight, permit};
use crate::error::{
    Closed, Error, ExpiredReason, InvalidRequest, NotSignedIn, RefreshUnavailable, SessionExpired,
    UnavailableCause,
};
use crate::runtime::{Instant, Now};
use crate::session::stored::RefreshInput;
use crate::session::token::Grant;

/// The pause before a refresh with an unknown outcome is sent again, in milliseconds.
const RESEND_AFTER: std::ops::RangeInclusive<u64> = 250..=750;

impl Core {
    /// Decides for a call of `identity` to `endpoint`. `rejected` is the credential that its server has
    /// just rejected.
    pub(crate) fn demand(
        &mut self,
        identity: &Identity,
        endpoint: Option<EndpointId>,
        rejected: Option<&Rejection>,
        now: Now,
    ) -> Demand {
        if let Err(error) = permit(&self.view, identity, rejected.is_some()) {
            return Demand::Fail(error);
        }
        let Phase::Active(snapshot) = self.view.phase.clone() else {
            return Demand::Fail(NotSignedIn::default().into());
        };
        let rejected = rejected.filter(|rejection| rejection.version == snapshot.version);
        if let Some(rejection) = rejected
            && let Err(error) = self.rejected(&snapshot, endpoint, rejection, now)
        {
            return Demand::Fail(error);
        }
        // Other servers may accept it. The server of this call does not.
        let validity = if rejected.is_some() { Validity::Rejected } else { snapshot.validity(|| now) };
        let fallback = match validity {
            Validity::Fresh => return Demand::Sign(snapshot),
            Validity::Stale if !snapshot.may_be_refreshed(now) => return Demand::Sign(snapshot),
            Validity::Stale | Validity::Due => Some(fallback(&snapshot, now)),
            Validity::Rejected if self.may_be_accepted_by(endpoint, &snapshot, now) => {
                Some(fallback(&snapshot, now))
            }
            Validity::Lapsed | Validity::Rejected => None,
        };
        let sign_or = |error: Error| match &fallback {
            Some(fallback) => Demand::Sign(fallback.snapshot.clone()),
            None => Demand::Fail(error),
        };
        if self.flight.is_some() {
            return match validity {
                Validity::Stale => Demand::Sign(snapshot),
                _ => Demand::Join(fallback),
            };
        }
        let nothing_refreshes = || SessionExpired::new(ExpiredReason::NoRefreshToken);
        let expired = self.refresh_denied.clone().or_else(|| (!self.refreshable).then(nothing_refreshes));
        if let Some(expired) = expired {
            return match fallback.is_some() || self.works_elsewhere(&snapshot, now) {
                true => sign_or(expired.into()),
                false => Demand::Fail(self.expire(expired).into()),
            };
        }
        if let Some((until, failure)) = self.cooling_down(now) {
            snapshot.give_refresh_back(until);
            return sign_or(failure.into());
        }
        let is_valid =
            matches!(validity, Validity::Stale | Validity::Due) || self.works_elsewhere(&snapshot, now);
        if is_valid && let Some(failure) = self.withheld(&snapshot, now) {
            return sign_or(failure.into());
        }
        let is_over = matches!(validity, Validity::Lapsed | Validity::Rejected);
        let start = self.begin(&snapshot, false, is_over);
        match validity {
            Validity::Stale => Demand::SignAndStart(snapshot, start),
            _ => Demand::Start(start, fallback),
        }
    }

    pub(crate) fn hold(&mut self, endpoint: EndpointId, version: Version, now: Instant) {
        if version.epoch == self.view.epoch {
            self.throttle.make().hold(endpoint, version, now);
        }
    }

    pub(crate) fn accepted(&mut self, endpoint: EndpointId) {
        if let Some(throttle) = self.throttle.get_mut() {
            throttle.accepted(endpoint);
        }
    }

    pub(crate) fn watched(&self) -> Vec<EndpointId> {
        self.throttle.get().map(Throttle::watched).unwrap_or_default()
    }

    /// Records that the server of `endpoint` has rejected the token of `snapshot`. The error is for that
    /// call alone, unless the login is over.
    ///
    /// I34: the token is given up for all callers only if a refresh follows or is in progress.
    fn rejected(
        &mut self,
        snapshot: &Snapshot,
        endpoint: Option<EndpointId>,
        rejection: &Rejection,
        now: Now,
    ) -> Result<(), Error> {
        if let Some(expired) = &rejection.login_over
            && let Some(expired) = self.login_over(rejection.version, expired.clone())
        {
            return Err(expired.into());
        }
        let Some(endpoint) = endpoint else { return Ok(()) };
        let token = Rejected {
            version: snapshot.version,
            was_accepted: snapshot.was_accepted(),
            is_free: self.flight.is_some(),
        };
        let mut admission = self.throttle.make().admit(endpoint, token, now.mono);
        if self.refresh_denied.is_some() && self.throttle.make().is_on_hold(endpoint, now.mono) {
            // No refresh would replace the token.
            admission = Admission::Blocked;
        }
        match admission {
            Admission::Blocked => return Err(SessionExpired::new(ExpiredReason::EndpointRejects).into()),
            Admission::Doubted => {}
            Admission::Believed => snapshot.reject(),
        }
        let rejected_by = self.rejected_by.make();
        if !rejected_by.contains(&endpoint) {
            rejected_by.push(endpoint);
        }
        Ok(())
    }

    pub(super) fn rejected_by(&self) -> &[EndpointId] {
        self.rejected_by.get().map_or(&[], Vec::as_slice)
    }

    /// I34: whether a rejected token may still work. Some server has accepted it, and no server that
    /// rejected it ever did: only a server that has accepted a token can say that it is over.
    pub(super) fn works_elsewhere(&self, snapshot: &Snapshot, now: Now) -> bool {
        let knew_it = |endpoint: &EndpointId| snapshot.was_accepted_by(*endpoint);
        snapshot.was_accepted() && !snapshot.has_lapsed(now) && !self.rejected_by().iter().any(knew_it)
    }

    /// Whether a call to `endpoint` that has waited may be signed with `fallback`. Its own server may have
    /// rejected it meanwhile.
    pub(crate) fn signs(&self, fallback: &Fallback, endpoint: Option<EndpointId>, now: Now) -> bool {
        let is_of_login = fallback.snapshot.version.epoch == self.view.epoch;
        is_of_login
            && match fallback.snapshot.is_rejected() {
                true => self.may_be_accepted_by(endpoint, &fallback.snapshot, now),
                false => !fallback.snapshot.has_lapsed(now),
            }
    }

    /// I34: whether the server of `endpoint` may accept the token of `snapshot`, which another server has
    /// rejected. Only a request can tell.
    fn may_be_accepted_by(&self, endpoint: Option<EndpointId>, snapshot: &Snapshot, now: Now) -> bool {
        let is_at_hand =
            matches!(&self.view.phase, Phase::Active(current) if current.version == snapshot.version);
        let has_not_rejected = endpoint.is_some_and(|endpoint| !self.rejected_by().contains(&endpoint));
        is_at_hand && has_not_rejected && !snapshot.has_lapsed(now)
    }

    /// Decides for a caller that wants a refresh in any state. It ignores a cool-down, and not the budget.
    pub(crate) fn demand_refresh(&mut self, now: Now) -> Demand {
        let snapshot = match &self.view.phase {
            Phase::Active(snapshot) => snapshot.clone(),
            Phase::Unloaded | Phase::SignedOut => return Demand::Fail(NotSignedIn::default().into()),
            Phase::Expired(expired) => return Demand::Fail(expired.clone().into()),
            Phase::Closed => return Demand::Fail(Closed::default().into()),
        };
        if let Some(refresh_denied) = &self.refresh_denied {
            return Demand::Fail(refresh_denied.clone().into());
        }
        if let Some(demand) = self.nothing_to_start() {
            return demand;
        }
        if let Some(failure) = self.withheld(&snapshot, now) {
            return Demand::Fail(failure.into());
        }
        if snapshot.is_rejected()
            && !snapshot.was_accepted()
            && let Err(until) = self.throttle.make().spend(snapshot.version, now.mono)
        {
            return Demand::Fail(RefreshUnavailable::until(until, UnavailableCause::Storm).into());
        }
        let is_over = !snapshot.still_signs(now);
        Demand::Start(self.begin(&snapshot, true, is_over), None)
    }

    /// Decides for a caller that wants to sign in with a refresh alone: with a cookie, or with the
    /// credentials of a program.
    pub(crate) fn demand_resume(&mut self, now: Now) -> Demand {
        match &self.view.phase {
            Phase::Active(snapshot) => return Demand::Sign(snapshot.clone()),
            Phase::Unloaded | Phase::SignedOut => {}
            Phase::Expired(expired) => return Demand::Fail(expired.clone().into()),
            Phase::Closed => return Demand::Fail(Closed::default().into()),
        }
        if let Some(demand) = self.nothing_to_start() {
            return demand;
        }
        if let Some((_, failure)) = self.cooling_down(now) {
            return Demand::Fail(failure.into());
        }
        Demand::Start(self.start(Grant::default(), None), None)
    }

    /// The decision for a caller that asks for a refresh, if none is to be started.
    fn nothing_to_start(&self) -> Option<Demand> {
        if self.flight.is_some() {
            return Some(Demand::Join(None));
        }
        let reason = "has nothing to refresh itself with: declare an endpoint with `#[session(refresh)]`, or \
                      write `.refresh_with(…)`";
        (!self.refreshable).then(|| Demand::Fail(InvalidRequest::new("session", reason).into()))
    }

    fn begin(&mut self, snapshot: &Snapshot, must_send: bool, is_over: bool) -> Box<Start> {
        snapshot.claim_refresh();
        let (access, refresh) = (snapshot.tokens.access.clone(), self.refresh.clone());
        let proof_key = snapshot.tokens.binding.key().cloned();
        let grant = Grant { access, refresh, proof_key, ..Grant::default() };
        self.start(grant, self.refresh_input(snapshot, must_send, is_over))
    }

    fn start(&mut self, grant: Grant, input: Option<RefreshInput>) -> Box<Start> {
        self.flights += 1;
        let flight = FlightId(self.flights);
        self.flight = Some(Flight { id: flight, is_unclaimed: false });
        // The claim stores it.
        self.may_be_stored |= input.is_some();
        let resend_after = Duration::from_millis(self.random.u64(RESEND_AFTER));
        let (jar, outcome_unknown) = (self.view.jar.clone(), self.outcome_unknown.clone());
        Box::new(Start { flight, grant, jar, input, outcome_unknown, resend_after })
    }
}

/// I36: a call waits for at most half of the time that the token has left.
fn fallback(snapshot: &Arc<Snapshot>, now: Now) -> Fallback {
    let patience = snapshot.remaining(now).map_or(Duration::MAX, |remaining| remaining / 2);
    Fallback { snapshot: snapshot.clone(), patience }
}
