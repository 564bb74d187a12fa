//! The shell around the core: its lock, what it publishes, the run under way. Carries out what the core decides.
//!
//! - **I28** No code of the user's runs under the lock.
//! - **I30** No lock is held across an await, and signing with a fresh token takes none.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::attach::Attachment;
use super::core::{Core, permit};
use super::event::{Demand, Identity, Outcome, Rejection, RunId, Spare};
use super::judge::TokenBad;
use super::refresh::Renewer;
use super::run::{self, Run};
use super::snapshot::{Phase, Snapshot, Stamp, Validity, View};
use super::state::{SessionState, StateWatch};
use super::tokens::{Grant, Tokens};
use crate::clock;
use crate::cookies::Jar;
use crate::error::{Error, ErrorResponse, SessionExpired};
use crate::response::Head;

pub(crate) struct Shared {
    pub(crate) attachment: Arc<Attachment>,
    pub(crate) token_bad: Option<TokenBad>,
    renewer: OnceLock<Renewer>,
    published: ArcSwap<View>,
    states: watch::Sender<SessionState>,
    /// Whether any endpoint is on hold, so that a call that succeeds need not ask under the lock.
    holds: AtomicBool,
    shutdown: CancellationToken,
    inner: Mutex<Inner>,
}

struct Inner {
    core: Core,
    run: Option<Arc<Run>>,
}

impl Inner {
    /// The run that whatever just happened has overtaken.
    fn overtaken(&mut self) -> Option<Arc<Run>> {
        self.run.take_if(|run| !self.core.is_under_way(run.id))
    }
}

/// Lets go of everybody who waits for a run that was overtaken. Not under the lock: they are woken.
fn fence(overtaken: Option<Arc<Run>>) {
    if let Some(run) = overtaken {
        run.fence();
    }
}

impl Shared {
    pub(crate) fn new(
        attachment: Attachment,
        token_bad: Option<TokenBad>,
        shutdown: CancellationToken,
    ) -> Self {
        let core = Core::new(fastrand::u64(..));
        let view = core.view().clone();
        Self {
            attachment: Arc::new(attachment),
            token_bad,
            renewer: OnceLock::new(),
            states: watch::Sender::new(SessionState::of(&view)),
            published: ArcSwap::from_pointee(view),
            holds: AtomicBool::new(false),
            shutdown,
            inner: Mutex::new(Inner { core, run: None }),
        }
    }

    /// Gives the session something to renew itself with. `false` when it has something already.
    pub(crate) fn renew_with(&self, renewer: Renewer) -> bool {
        let news = self.renewer.set(renewer).is_ok();
        if news {
            self.lock().core.make_renewable();
        }
        news
    }

    pub(crate) fn view(&self) -> Arc<View> {
        self.published.load_full()
    }

    pub(crate) fn states(&self) -> StateWatch {
        StateWatch::new(self.states.subscribe())
    }

    /// Whether something of `identity` may still be sent. Lock-free.
    pub(crate) fn permit(&self, identity: &Identity, sent: bool) -> Result<(), Error> {
        permit(&self.published.load(), identity, sent)
    }

    /// What to sign a call of `identity` with: at once while the token is fresh, after a run otherwise.
    ///
    /// # Cancel safety
    ///
    /// A run that was started goes on, for everybody else.
    pub(crate) async fn credential(self: &Arc<Self>, identity: &Identity) -> Result<Arc<Snapshot>, Error> {
        match self.fresh(identity, false)? {
            Some(snapshot) => Ok(snapshot),
            None => self.demand(identity, None).await,
        }
    }

    /// What to replay a call of `identity` with, after `answer` refused what `rejection` says.
    ///
    /// # Cancel safety
    ///
    /// As [`credential`](Self::credential).
    pub(crate) async fn replacement(
        self: &Arc<Self>,
        identity: &Identity,
        rejection: Rejection,
        answer: &ErrorResponse,
    ) -> Result<Arc<Snapshot>, Error> {
        self.demand(identity, Some(rejection)).await.map_err(|error| match error {
            Error::SessionExpired(expired) => expired.seen_with(answer.clone()).into(),
            other => other,
        })
    }

    /// The server said, of the credential with `stamp`, that the whole login is over. That of an older one says nothing.
    pub(crate) fn login_over(&self, stamp: Stamp) -> Option<SessionExpired> {
        self.step(|core| core.login_over(stamp))
    }

    /// `endpoint` refused the token with `stamp`, which had just been renewed for it: for a while, it is not believed about it.
    pub(crate) fn hold(&self, endpoint: &'static str, stamp: Stamp) {
        self.step(|core| core.hold(endpoint, stamp, clock::now()));
        self.holds.store(true, Ordering::Release);
    }

    /// `endpoint` has taken the credential of `snapshot`.
    pub(crate) fn accepted(&self, snapshot: &Snapshot, endpoint: &'static str) {
        snapshot.accept();
        if self.holds.load(Ordering::Acquire) {
            let left = self.step(|core| {
                core.release(endpoint);
                core.holds_any()
            });
            self.holds.store(left, Ordering::Release);
        }
    }

    /// What to sign with for whoever is signed in now.
    pub(crate) async fn credential_of_all(self: &Arc<Self>) -> Result<Arc<Snapshot>, Error> {
        let view = self.view();
        let subject = match &view.phase {
            Phase::Active(snapshot) => snapshot.subject.clone(),
            Phase::SignedOut => return Err(Error::NotSignedIn),
            Phase::Expired(_) | Phase::Closed => None,
        };
        self.credential(&Identity { epoch: view.epoch, subject }).await
    }

    /// Renews the token now, and waits for it.
    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<(), Error> {
        let decided = {
            let mut inner = self.lock();
            let demand = inner.core.demand_renewal(clock::now());
            self.carry_out(inner, demand)
        };
        match decided {
            Ok(_) => Ok(()),
            Err(Wait::Not(error)) => Err(error),
            Err(Wait::For(run, _)) => match run.settled().await {
                Some(settled) => settled,
                // The login it was for is over.
                None => self.credential_of_all().await.map(drop),
            },
        }
    }

    /// The published token, if calls of `identity` may be signed with it right now. Lock-free.
    pub(crate) fn fresh(&self, identity: &Identity, sent: bool) -> Result<Option<Arc<Snapshot>>, Error> {
        let view = self.published.load();
        permit(&view, identity, sent)?;
        Ok(match &view.phase {
            Phase::Active(snapshot) => match snapshot.validity(clock::now) {
                Validity::Fresh => Some(snapshot.clone()),
                // One of all who see it renews it, and that one takes the lock.
                Validity::Stale if !snapshot.may_be_renewed(clock::now()) => Some(snapshot.clone()),
                _ => None,
            },
            _ => None,
        })
    }

    async fn demand(
        self: &Arc<Self>,
        identity: &Identity,
        rejected: Option<Rejection>,
    ) -> Result<Arc<Snapshot>, Error> {
        let sent = rejected.is_some();
        loop {
            let (run, spare) = match self.decide(identity, rejected) {
                Ok(snapshot) => return Ok(snapshot),
                Err(Wait::For(run, spare)) => (run, spare),
                Err(Wait::Not(error)) => return Err(error),
            };
            match run.settled().await {
                // Fenced: what became of this call's login is for the core to say.
                None => {}
                Some(Err(error)) => {
                    return match spare.filter(|spare| spare.still_signs(clock::now())) {
                        Some(spare) => permit(&self.published.load(), identity, sent).map(|()| spare),
                        None => Err(error),
                    };
                }
                Some(Ok(())) => {
                    // What is published now, not what the run obtained: more may have happened since.
                    if let Some(snapshot) = self.fresh(identity, sent)? {
                        return Ok(snapshot);
                    }
                }
            }
        }
    }

    fn decide(
        self: &Arc<Self>,
        identity: &Identity,
        rejected: Option<Rejection>,
    ) -> Result<Arc<Snapshot>, Wait> {
        let mut inner = self.lock();
        let demand = inner.core.demand(identity, rejected, clock::now());
        self.carry_out(inner, demand)
    }

    /// Does what the core has decided, with the lock it has decided under.
    fn carry_out(
        self: &Arc<Self>,
        mut inner: MutexGuard<'_, Inner>,
        demand: Demand,
    ) -> Result<Arc<Snapshot>, Wait> {
        match demand {
            Demand::Sign(snapshot) => Ok(snapshot),
            Demand::Join(spare) => Err(match &inner.run {
                Some(run) => Wait::For(run.clone(), spare),
                None => Wait::Not(Error::Closed),
            }),
            Demand::Fail(error) => {
                self.publish(&mut inner.core);
                let fenced = inner.overtaken();
                drop(inner);
                fence(fenced);
                Err(Wait::Not(error))
            }
            Demand::SignAndStart(snapshot, id, grant) => {
                self.start(inner, id, grant);
                Ok(snapshot)
            }
            Demand::Start(id, grant, spare) => match self.start(inner, id, grant) {
                Some(run) => Err(Wait::For(run, spare)),
                None => Err(Wait::Not(Error::Closed)),
            },
        }
    }

    /// Starts the run that the core has decided on, with the lock it has decided under.
    fn start(
        self: &Arc<Self>,
        mut inner: MutexGuard<'_, Inner>,
        id: RunId,
        grant: Grant,
    ) -> Option<Arc<Run>> {
        let renewer = self.renewer.get().cloned()?;
        let run = Run::new(id, self.shutdown.child_token());
        inner.run = Some(run.clone());
        let jar = inner.core.view().jar.clone();
        // The lock is released first: where there is no runtime to spawn on, the run settles at once, under it.
        drop(inner);
        run::start(self.clone(), run.clone(), renewer, grant, jar);
        Some(run)
    }

    /// `run` is over. Only the first word about a run counts.
    pub(crate) fn finish(&self, run: &Run, outcome: Outcome) {
        let settled = {
            let mut inner = self.lock();
            let settled = inner.core.finish(run.id, outcome, clock::now());
            if settled.is_some() {
                inner.run = None;
                self.publish(&mut inner.core);
            }
            settled
        };
        run.settle(settled);
    }

    /// Signs in. With `since`, only if nobody has signed in or out since that epoch.
    pub(crate) fn sign_in(
        &self,
        tokens: Tokens,
        head: Option<&Head>,
        jar: Option<Arc<Jar>>,
        since: Option<u64>,
    ) -> Result<(), Error> {
        let credential = self.attachment.credential(tokens, head)?;
        self.step(|core| core.sign_in(credential, jar, since, clock::now()))
    }

    pub(crate) fn sign_out(&self) -> Result<Option<(Arc<Snapshot>, Grant)>, Error> {
        self.step(Core::sign_out)
    }

    pub(crate) fn close(&self) {
        self.step(Core::close);
        self.shutdown.cancel();
    }

    /// Carries out what may begin a new epoch, and lets go of everybody who waits for a run of the old one.
    fn step<T>(&self, step: impl FnOnce(&mut Core) -> T) -> T {
        let (result, fenced) = {
            let mut inner = self.lock();
            let result = step(&mut inner.core);
            self.publish(&mut inner.core);
            (result, inner.overtaken())
        };
        fence(fenced);
        result
    }

    /// Shows everybody what the core has come to. Called under the lock, so that publications cannot overtake each other; the
    /// watchers are woken there, and run elsewhere.
    fn publish(&self, core: &mut Core) {
        if !core.take_changed() {
            return;
        }
        let view = core.view().clone();
        let state = SessionState::of(&view);
        self.published.store(Arc::new(view));
        self.states.send_replace(state);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Wait {
    For(Arc<Run>, Option<Spare>),
    Not(Error),
}

#[cfg(test)]
mod tests {
    use super::super::attach::Attach;
    use super::*;

    #[test]
    fn i30_a_fresh_token_signs_without_the_lock() {
        let attachment = Attach::bearer().check().unwrap();
        let shared = Shared::new(attachment, None, CancellationToken::new());
        shared.sign_in(Tokens::new("fresh"), None, None, None).unwrap();
        let identity = Identity { epoch: shared.view().epoch, subject: None };
        let _held = shared.lock();
        assert!(shared.fresh(&identity, false).unwrap().is_some());
        assert!(shared.permit(&identity, true).is_ok());
    }
}
