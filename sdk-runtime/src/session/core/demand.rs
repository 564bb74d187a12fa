//! What whoever wants a credential has to do: sign, wait, begin a renewal, or give up.

use super::super::event::{Demand, Identity, Rejection, RunId};
use super::super::snapshot::{Phase, Snapshot, Validity};
use super::super::tokens::Grant;
use super::{Core, permit};
use crate::clock::Instant;
use crate::error::{
    Error, ExpiredReason, InvalidRequest, RefreshUnavailable, SessionExpired, UnavailableCause,
};

impl Core {
    /// A call of `identity` wants a credential; `rejected` is the one a server just refused, where there is one.
    pub(crate) fn demand(
        &mut self,
        identity: &Identity,
        rejected: Option<Rejection>,
        now: Instant,
    ) -> Demand {
        if let Err(error) = permit(&self.view, identity, rejected.is_some()) {
            return Demand::Fail(error);
        }
        let Phase::Active(snapshot) = self.view.phase.clone() else {
            return Demand::Fail(Error::NotSignedIn);
        };
        if let Some(rejection) = rejected.filter(|rejection| rejection.stamp == snapshot.stamp) {
            if !rejection.login_over && self.holds.has(rejection.endpoint, rejection.stamp, now) {
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
            Validity::Stale if !snapshot.may_be_renewed(now) => return Demand::Sign(snapshot),
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
        if let Some(cool_down) = self.cool_down.as_ref().filter(|cool_down| now < cool_down.until) {
            snapshot.give_renewal_back(cool_down.until);
            return match spare {
                Some(snapshot) => Demand::Sign(snapshot),
                None => Demand::Fail(cool_down.failure.clone().into()),
            };
        }
        if let Err(until) = self.within_budget(&snapshot, validity, now) {
            let failure = RefreshUnavailable::until(until, UnavailableCause::Storm);
            return Demand::Fail(failure.into());
        }
        let (run, grant) = self.begin(&snapshot);
        match validity {
            Validity::Stale => Demand::SignAndStart(snapshot, run, grant),
            _ => Demand::Start(run, grant, spare),
        }
    }

    /// Somebody wants the token renewed, whatever state it is in. A cool-down is passed over, the budget is not.
    pub(crate) fn demand_renewal(&mut self, now: Instant) -> Demand {
        let snapshot = match &self.view.phase {
            Phase::Active(snapshot) => snapshot.clone(),
            Phase::SignedOut => return Demand::Fail(Error::NotSignedIn),
            Phase::Expired(expired) => return Demand::Fail(expired.clone().into()),
            Phase::Closed => return Demand::Fail(Error::Closed),
        };
        if let Some(doomed) = &self.doomed {
            return Demand::Fail(doomed.clone().into());
        }
        if self.run.is_some() {
            return Demand::Join(None);
        }
        if !self.renewable {
            let reason = "has nothing to renew itself with: declare an endpoint with `#[session(refresh)]`";
            return Demand::Fail(InvalidRequest::new("session", reason).into());
        }
        if let Err(until) = self.within_budget(&snapshot, snapshot.validity(|| now), now) {
            return Demand::Fail(RefreshUnavailable::until(until, UnavailableCause::Storm).into());
        }
        let (run, grant) = self.begin(&snapshot);
        Demand::Start(run, grant, None)
    }

    fn begin(&mut self, snapshot: &Snapshot) -> (RunId, Grant) {
        snapshot.claim_renewal();
        let grant = Grant { access: snapshot.access.clone(), refresh: self.refresh.clone() };
        self.runs += 1;
        let run = RunId(self.runs);
        self.run = Some(run);
        (run, grant)
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
