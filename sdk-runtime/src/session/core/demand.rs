//! What whoever wants a credential has to do: sign, wait, begin a renewal, or give up.

use std::time::Duration;

use super::super::event::{Demand, Held, Identity, Rejection, RunId, Start};
use super::super::snapshot::{Phase, Snapshot, Validity};
use super::super::tokens::Grant;
use super::{Core, permit};
use crate::clock::{Instant, Now};
use crate::error::{
    Error, ExpiredReason, InvalidRequest, RefreshUnavailable, SessionExpired, UnavailableCause,
};

/// How long before a renewal is sent again of which nobody knows what came of it, in milliseconds.
const RESEND_AFTER: std::ops::RangeInclusive<u64> = 250..=750;

impl Core {
    /// A call of `identity` wants a credential; `rejected` is the one a server just refused, where there is one.
    pub(crate) fn demand(&mut self, identity: &Identity, rejected: Option<Rejection>, now: Now) -> Demand {
        if let Err(error) = permit(&self.view, identity, rejected.is_some()) {
            return Demand::Fail(error);
        }
        let Phase::Active(snapshot) = self.view.phase.clone() else {
            return Demand::Fail(Error::NotSignedIn);
        };
        if let Some(rejection) = rejected.filter(|rejection| rejection.stamp == snapshot.stamp) {
            if !rejection.login_over && self.holds.has(rejection.endpoint, rejection.stamp, now.mono) {
                return Demand::Fail(SessionExpired::new(ExpiredReason::EndpointRejects).into());
            }
            snapshot.reject();
            if rejection.login_over
                && let Some(expired) = self.login_over(rejection.stamp)
            {
                return Demand::Fail(expired.into());
            }
        }
        let validity = snapshot.validity(|| now);
        let spare = match validity {
            Validity::Fresh => return Demand::Sign(snapshot),
            Validity::Stale if !snapshot.may_be_renewed(now.mono) => return Demand::Sign(snapshot),
            Validity::Stale | Validity::Due => Some(snapshot.clone()),
            Validity::Lapsed | Validity::Rejected => None,
        };
        if let Some(expired) = self.doomed.clone() {
            return match spare {
                Some(snapshot) => Demand::Sign(snapshot),
                None => Demand::Fail(self.expire(expired).into()),
            };
        }
        if self.run.is_some() {
            return match validity {
                Validity::Stale => Demand::Sign(snapshot),
                _ => Demand::Join(spare),
            };
        }
        if !self.renewable {
            return Demand::Fail(self.expire(SessionExpired::new(ExpiredReason::NoRefreshToken)).into());
        }
        if let Some((until, failure)) = self.cooling_down(now) {
            snapshot.give_renewal_back(until);
            return match spare {
                Some(snapshot) => Demand::Sign(snapshot),
                None => Demand::Fail(failure.into()),
            };
        }
        if let Err(until) = self.within_budget(&snapshot, validity, now.mono) {
            let failure = RefreshUnavailable::until(until, UnavailableCause::Storm);
            return Demand::Fail(failure.into());
        }
        let start = self.begin(&snapshot, false);
        match validity {
            Validity::Stale => Demand::SignAndStart(snapshot, start),
            _ => Demand::Start(start, spare),
        }
    }

    /// Somebody wants the token renewed, whatever state it is in. A cool-down is passed over, the budget is not.
    pub(crate) fn demand_renewal(&mut self, now: Now) -> Demand {
        let snapshot = match &self.view.phase {
            Phase::Active(snapshot) => snapshot.clone(),
            Phase::Unloaded | Phase::SignedOut => return Demand::Fail(Error::NotSignedIn),
            Phase::Expired(expired) => return Demand::Fail(expired.clone().into()),
            Phase::Closed => return Demand::Fail(Error::Closed),
        };
        if let Some(doomed) = &self.doomed {
            return Demand::Fail(doomed.clone().into());
        }
        if self.run.is_some() {
            return Demand::Join(None);
        }
        if let Some(error) = self.nothing_renews() {
            return Demand::Fail(error);
        }
        if let Err(until) = self.within_budget(&snapshot, snapshot.validity(|| now), now.mono) {
            return Demand::Fail(RefreshUnavailable::until(until, UnavailableCause::Storm).into());
        }
        Demand::Start(self.begin(&snapshot, true), None)
    }

    /// Somebody wants to be signed in by what the renewal alone can do: with a cookie, or with the credentials of a program.
    pub(crate) fn demand_resume(&mut self, now: Now) -> Demand {
        match &self.view.phase {
            Phase::Active(snapshot) => return Demand::Sign(snapshot.clone()),
            Phase::Unloaded | Phase::SignedOut => {}
            Phase::Expired(expired) => return Demand::Fail(expired.clone().into()),
            Phase::Closed => return Demand::Fail(Error::Closed),
        }
        if self.run.is_some() {
            return Demand::Join(None);
        }
        if let Some(error) = self.nothing_renews() {
            return Demand::Fail(error);
        }
        if let Some((_, failure)) = self.cooling_down(now) {
            return Demand::Fail(failure.into());
        }
        let nothing = Grant { access: None, refresh: None };
        Demand::Start(self.start(nothing, None), None)
    }

    fn nothing_renews(&self) -> Option<Error> {
        let reason = "has nothing to renew itself with: declare an endpoint with `#[session(refresh)]`";
        (!self.renewable).then(|| InvalidRequest::new("session", reason).into())
    }

    fn cooling_down(&self, now: Now) -> Option<(Instant, RefreshUnavailable)> {
        let cool_down = self.cool_down.as_ref().filter(|cool_down| now.mono < cool_down.until)?;
        Some((cool_down.until, cool_down.failure.clone()))
    }

    fn begin(&mut self, snapshot: &Snapshot, must_send: bool) -> Box<Start> {
        snapshot.claim_renewal();
        let grant = Grant { access: snapshot.access.clone(), refresh: self.refresh.clone() };
        self.start(grant, self.held(snapshot, must_send))
    }

    fn start(&mut self, grant: Grant, held: Option<Held>) -> Box<Start> {
        self.runs += 1;
        let run = RunId(self.runs);
        self.run = Some(run);
        let resend_after = Duration::from_millis(self.random.u64(RESEND_AFTER));
        let (jar, in_doubt) = (self.view.jar.clone(), self.in_doubt);
        Box::new(Start { run, grant, jar, held, in_doubt, resend_after })
    }

    /// A token that was refused before any server had taken it costs: whoever issues it and whoever refuses it may never agree.
    fn within_budget(
        &mut self,
        snapshot: &Snapshot,
        validity: Validity,
        now: Instant,
    ) -> Result<(), Instant> {
        if validity == Validity::Rejected && !snapshot.was_accepted() {
            self.budget.spend(snapshot.stamp, now)
        } else {
            Ok(())
        }
    }
}
