//! Credentials for calls: the published one while it is fresh, the result of a refresh otherwise.
//!
//! - **I5** A waiter gets what is published when it wakes, or an error.
//! - **I30** Signing with a fresh token takes no lock, and no caller waits while it holds one.
//! - **I37** A call knows the refresh in advance that it has started, and waits for it before it returns.

use std::sync::Arc;

use super::persistence::StoreTime;
use super::shell::Shell;
use super::wait_budget::WaitBudget;
use crate::error::{Closed, Error, ErrorResponse, NotSignedIn};
use crate::runtime::Now;
use crate::session::refresh::RefreshFlight;
use crate::session::state::{
    Core, Demand, EndpointId, Fallback, Identity, Phase, Rejection, Snapshot, Validity, permit,
};

impl Shell {
    /// Whether a request of `identity` may still be sent. Takes no lock.
    pub(crate) fn permit(&self, identity: &Identity, sent: bool) -> Result<(), Error> {
        permit(&self.view_ref(), identity, sent)
    }

    /// Returns the credential for a call of `identity` to `endpoint`: at once while the token is fresh,
    /// after a refresh otherwise. Notes a refresh in advance that this call starts in `wait_budget`.
    ///
    /// # Cancel safety
    ///
    /// A refresh that was started continues, for all other callers.
    pub(crate) async fn credential(
        self: &Arc<Self>,
        identity: &Identity,
        endpoint: Option<EndpointId>,
        wait_budget: &WaitBudget,
    ) -> Result<Arc<Snapshot>, Error> {
        match self.fresh(identity, false)? {
            Some(snapshot) => Ok(snapshot),
            None => self.obtain_credential(identity, endpoint, wait_budget).await,
        }
    }

    /// Returns the credential where [`fresh`](Self::fresh) returned none.
    ///
    /// # Cancel safety
    ///
    /// As [`credential`](Self::credential).
    pub(crate) fn obtain_credential<'a>(
        self: &'a Arc<Self>,
        identity: &'a Identity,
        endpoint: Option<EndpointId>,
        wait_budget: &'a WaitBudget,
    ) -> impl Future<Output = Result<Arc<Snapshot>, Error>> + Send + 'a {
        self.demand(identity, endpoint, None, wait_budget)
    }

    /// Returns the credential for the replay of a call, after `answer` rejected the one in `rejection`.
    ///
    /// # Cancel safety
    ///
    /// As [`credential`](Self::credential).
    pub(crate) async fn replacement(
        self: &Arc<Self>,
        identity: &Identity,
        endpoint: EndpointId,
        rejection: Rejection,
        answer: &ErrorResponse,
        wait_budget: &WaitBudget,
    ) -> Result<Arc<Snapshot>, Error> {
        self.demand(identity, Some(endpoint), Some(rejection), wait_budget).await.map_err(|error| match error
        {
            Error::SessionExpired(expired) => expired.with_response(answer.clone()).into(),
            Error::RefreshUnavailable(unavailable) => unavailable.after(answer.clone()).into(),
            other => other,
        })
    }

    /// Records the rejection of a call that returns its answer all the same. If that starts a refresh, or one
    /// is in progress, the call waits for it as for one in advance.
    pub(crate) fn refresh_for_later(
        self: &Arc<Self>,
        identity: &Identity,
        endpoint: EndpointId,
        rejection: &Rejection,
        wait_budget: &WaitBudget,
    ) {
        let demand = |core: &mut Core, now| core.demand(identity, Some(endpoint), Some(rejection), now);
        if let Err(Wait::For(flight, _)) = self.decide(wait_budget, demand) {
            wait_budget.note(flight);
        }
    }

    /// Returns the credential of the present login. Waits for a refresh in advance that it starts, as a
    /// call does.
    pub(crate) async fn current_credential(self: &Arc<Self>) -> Result<Arc<Snapshot>, Error> {
        self.load().await?;
        self.first_login().await?;
        let view = self.view();
        let subject = match &view.phase {
            Phase::Active(snapshot) => snapshot.tokens.subject.clone(),
            Phase::Unloaded | Phase::SignedOut => return Err(NotSignedIn::default().into()),
            Phase::Expired(_) | Phase::Closed => None,
        };
        let wait_budget = WaitBudget::default();
        let credential = self.credential(&Identity { epoch: view.epoch, subject }, None, &wait_budget).await;
        wait_budget.linger().await;
        credential
    }

    /// Signs in by a refresh, if the session does so by itself. The store has been read.
    ///
    /// # Cancel safety
    ///
    /// As [`credential`](Self::credential).
    pub(crate) async fn first_login(self: &Arc<Self>) -> Result<(), Error> {
        let is_signed_out = matches!(self.view_ref().phase, Phase::SignedOut);
        match is_signed_out && self.lock().core.signs_in_by_itself() {
            // Boxed, because `resume` asks for the credential in its turn.
            true => Box::pin(self.resume()).await,
            false => Ok(()),
        }
    }

    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<(), Error> {
        self.load().await?;
        if self.lock().core.signs_in_by_itself() {
            return self.resume().await;
        }
        self.wait_for(Core::demand_refresh).await
    }

    pub(crate) async fn resume(self: &Arc<Self>) -> Result<(), Error> {
        let mut time = StoreTime::default();
        if let Err(error) = self.load_within(&mut time).await {
            if let Error::Store(error) = &error {
                self.store_failed(error.clone());
            }
            return Err(error);
        }
        self.wait_for(Core::demand_resume).await?;
        self.flushed_within(time).await;
        Ok(())
    }

    async fn wait_for(self: &Arc<Self>, demand: fn(&mut Core, Now) -> Demand) -> Result<(), Error> {
        // None of these starts a refresh in advance.
        match self.decide(&WaitBudget::default(), demand) {
            Ok(_) => Ok(()),
            Err(Wait::Not(error)) => Err(error),
            Err(Wait::For(flight, _)) => {
                match self.metrics.waiting(flight.settled()).await {
                    Some(settled) => settled,
                    // The login that it was for is over.
                    None => self.current_credential().await.map(drop),
                }
            }
        }
    }

    /// Returns the published credential, if calls of `identity` may be signed with it now. Takes no lock.
    pub(crate) fn fresh(&self, identity: &Identity, sent: bool) -> Result<Option<Arc<Snapshot>>, Error> {
        let view = self.view_ref();
        permit(&view, identity, sent)?;
        Ok(match &view.phase {
            Phase::Active(snapshot) => match snapshot.validity(|| self.clock.now()) {
                Validity::Fresh => Some(snapshot.clone()),
                // One of the callers that see it refreshes it. Only that one takes the lock.
                Validity::Stale if !snapshot.may_be_refreshed(self.clock.now()) => Some(snapshot.clone()),
                _ => None,
            },
            _ => None,
        })
    }

    async fn demand(
        self: &Arc<Self>,
        identity: &Identity,
        endpoint: Option<EndpointId>,
        rejected: Option<Rejection>,
        wait_budget: &WaitBudget,
    ) -> Result<Arc<Snapshot>, Error> {
        let sent = rejected.is_some();
        loop {
            let demand = |core: &mut Core, now| core.demand(identity, endpoint, rejected.as_ref(), now);
            let (flight, fallback) = match self.decide(wait_budget, demand) {
                Ok(snapshot) => return Ok(snapshot),
                Err(Wait::For(flight, fallback)) => (flight, fallback),
                Err(Wait::Not(error)) => return Err(error),
            };
            let settled = self.metrics.waiting(flight.settled());
            let settled = match &fallback {
                // Boxed, because it has a timer, and a call whose token has lapsed waits without one.
                Some(fallback) => Box::pin(wait_budget.wait(fallback.patience, settled)).await,
                None => Some(settled.await),
            };
            let failure = match settled {
                // The flight was superseded: the state knows what became of this call's login.
                Some(None) => continue,
                Some(Some(Ok(()))) => {
                    // The published credential, not the one that the refresh received: more may have
                    // happened since.
                    if let Some(snapshot) = self.fresh(identity, sent)? {
                        return Ok(snapshot);
                    }
                    continue;
                }
                Some(Some(Err(error))) => Some(error),
                // I36: the call has waited as long as it may while a token signs. The refresh continues.
                None => None,
            };
            let now = self.clock.now();
            let signs = |fallback: &Fallback| self.lock().core.signs(fallback, endpoint, now);
            if let Some(fallback) = fallback.filter(signs) {
                return permit(&self.view_ref(), identity, sent).map(|()| fallback.snapshot);
            }
            if let Some(error) = failure {
                return Err(error);
            }
        }
    }

    /// Carries out what the state decides, under the same lock.
    fn decide(
        self: &Arc<Self>,
        wait_budget: &WaitBudget,
        demand: impl FnOnce(&mut Core, Now) -> Demand,
    ) -> Result<Arc<Snapshot>, Wait> {
        // A user's clock is read before the lock is taken.
        let now = self.clock.now();
        let mut inner = self.lock();
        match demand(&mut inner.core, now) {
            Demand::Sign(snapshot) => Ok(snapshot),
            Demand::Join(fallback) => Err(match &inner.flight {
                Some(flight) => Wait::For(flight.clone(), fallback),
                None => Wait::Not(Closed::default().into()),
            }),
            Demand::Fail(error) => {
                self.conclude(inner);
                Err(Wait::Not(error))
            }
            Demand::SignAndStart(snapshot, start) => {
                if let Some(flight) = self.start(inner, start) {
                    wait_budget.note(flight);
                }
                Ok(snapshot)
            }
            Demand::Start(start, fallback) => match self.start(inner, start) {
                Some(flight) => {
                    // The refresh may still be in progress when this call returns with the token that it
                    // has.
                    if fallback.is_some() {
                        wait_budget.note(flight.clone());
                    }
                    Err(Wait::For(flight, fallback))
                }
                None => Err(Wait::Not(Closed::default().into())),
            },
        }
    }
}

enum Wait {
    For(Arc<RefreshFlight>, Option<Fallback>),
    Not(Error),
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::runtime::Clock;
    use crate::session::host::Host;
    use crate::session::token::Tokens;

    #[test]
    fn i30_a_stale_token_takes_the_lock_of_the_call_alone_that_is_to_refresh_it() {
        let hour = Duration::from_secs(3600);
        let passed = Arc::new(std::sync::Mutex::new(Duration::ZERO));
        let (begin, passes) = (std::time::SystemTime::now(), passed.clone());
        let clock = Clock::with_wall(move || begin + *passes.lock().unwrap());
        let host = Host { clock: clock.clone(), ..Host::default() };
        let shell = Arc::new(Shell::new(Arc::new(host), None));
        shell.lock().core.make_refreshable(Default::default());
        shell.sign_in(Tokens::new("a").expires_in(hour), None, None, None).unwrap();
        let identity = Identity { epoch: shell.view().epoch, subject: None };
        let signs = || shell.fresh(&identity, false).unwrap().is_some();
        assert!(signs(), "I30: fresh");
        *passed.lock().unwrap() = hour - Duration::from_secs(100);
        assert!(!signs(), "one call is to refresh it");
        let demand = shell.lock().core.demand(&identity, None, None, clock.now());
        assert!(matches!(demand, Demand::SignAndStart(..)), "{demand:?}");
        assert!(signs(), "I30: it is being refreshed");
        *passed.lock().unwrap() = hour - Duration::from_secs(1);
        assert!(!signs(), "it is due: a call waits");
    }

    #[test]
    fn i30_a_fresh_token_signs_without_the_lock() {
        let shell = Arc::new(Shell::new(Arc::default(), None));
        shell.sign_in(Tokens::new("fresh"), None, None, None).unwrap();
        let identity = Identity { epoch: shell.view().epoch, subject: None };
        let _held = shell.lock();
        // In another thread, so that code that takes the lock fails here and does not wait for ever.
        let (signed, signs) = (shell.clone(), std::sync::mpsc::channel());
        std::thread::spawn(move || {
            let fresh = signed.fresh(&identity, false).unwrap().is_some();
            let _ = signs.0.send(fresh && signed.permit(&identity, true).is_ok());
        });
        assert_eq!(signs.1.recv_timeout(Duration::from_secs(5)), Ok(true));
    }
}
