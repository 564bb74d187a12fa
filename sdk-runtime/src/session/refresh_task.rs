//! The task that owns a refresh: starts it, carries what it tells to the state, and settles its waiters when it ends.
//!
//! - **I1** The in-flight marker is cleared by the owning task, or by a fence, never by a caller.
//! - **I6** Every waiter resolves: a guard settles the run, however the task ends.

use std::sync::{Arc, MutexGuard};

use super::shell::{Inner, Shared};
use crate::error::StoreError;
use crate::session::refresh::endpoint::Refresher;
use crate::session::refresh::execute::{self, Job, RefreshHost};
use crate::session::refresh::flight::Run;
use crate::session::state::message::{Outcome, RunId, Start};
use crate::session::stored::schema::Record;

impl Shared {
    /// Starts the run that the core has decided on, with the lock it has decided under.
    pub(super) fn start(
        self: &Arc<Self>,
        mut inner: MutexGuard<'_, Inner>,
        start: Box<Start>,
    ) -> Option<Arc<Run>> {
        let Some(refresher) = self.refresher.get().cloned() else {
            drop(inner);
            return None;
        };
        let run = Run::new(start.run, self.shutdown.child_token());
        let _before = inner.run.replace(run.clone());
        // The lock is released first: where there is no runtime to spawn on, the run settles at once, under it.
        drop(inner);
        spawn(self.clone(), run.clone(), refresher, start);
        Some(run)
    }

    /// `run` is over. Only the first word about a run counts; what came of one that was overtaken is given back.
    pub(crate) fn finish(self: &Arc<Self>, run: &Run, outcome: Outcome) -> Option<Outcome> {
        let now = self.clock.now();
        let mut inner = self.lock();
        if !inner.core.is_under_way(run.id) {
            inner.core.is_claimed_again(run.id);
            self.conclude(inner);
            run.settle(None);
            return Some(outcome);
        }
        let settled = inner.core.finish(run.id, outcome, now);
        let _run = inner.run.take();
        let _replaced = self.publish(&mut inner.core);
        drop(inner);
        run.settle(settled);
        self.step(|_| ());
        None
    }
}

impl RefreshHost for Arc<Shared> {
    fn may_persist(&self, run: RunId) -> bool {
        self.lock().core.may_persist(run)
    }

    fn is_kept(&self, run: RunId) {
        self.step(|core| {
            if core.may_persist(run) {
                core.nothing_to_save();
            }
        });
    }

    fn left_over(&self, run: RunId, record: Record, error: StoreError) {
        self.step(|core| {
            core.store_failed(error);
            core.left_over(run, record);
        });
    }

    fn go_unclaimed(&self, run: RunId) -> bool {
        self.step(|core| core.go_unclaimed(run))
    }

    fn is_claimed_again(&self, run: RunId) {
        self.step(|core| core.is_claimed_again(run));
    }

    fn claim_failed(&self, error: StoreError, may_have: &dyn Fn(&Arc<str>) -> bool) {
        self.step(|core| {
            core.is_not_stored(may_have);
            core.store_failed(error);
        });
    }
}

/// Starts the task that owns `run`.
fn spawn(shared: Arc<Shared>, run: Arc<Run>, refresher: Refresher, start: Box<Start>) {
    let guard = Guard { shared, run };
    let spawner = guard.shared.spawner.clone();
    spawner.spawn(async move {
        let login = start.held.as_ref().map(|held| held.record.id.login.clone());
        let (grant, jar) = (start.grant.clone(), start.jar.clone());
        let outcome = execute::refresh(guard.job(), &refresher, *start).await;
        let Some(outcome) = guard.shared.finish(&guard.run, outcome) else { return };
        if let Some(revoke) = guard.run.take_revoke()
            && let Some(discarded) = outcome.discarded(login, grant, jar)
        {
            revoke(discarded).await;
        }
    });
}

/// Settles the run when the task ends without having done so: a panic in code of the user's, a runtime that shuts down, no
/// runtime at all.
struct Guard {
    shared: Arc<Shared>,
    run: Arc<Run>,
}

impl Guard {
    fn job(&self) -> Job<'_> {
        let Shared { keeper, attachment, clock, .. } = &*self.shared;
        Job { run: &self.run, host: &self.shared, keeper: keeper.as_ref(), attachment, clock }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shared.finish(&self.run, execute::broken_off(&self.run));
        // It holds a client, and with it this session.
        self.run.take_revoke();
        let _ = self.run.ended.set(());
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::session::token::placement::Attach;

    #[tokio::test]
    async fn i6_a_run_whose_task_is_gone_is_settled_and_has_ended() {
        let attachment = Arc::new(Attach::bearer().check().unwrap());
        let token = CancellationToken::new;
        let shared = Arc::new(Shared::new(attachment, None, None, Default::default(), token()));
        let run = Run::new(RunId(1), token());
        let guard = Guard { shared, run: run.clone() };
        assert!(!run.has_ended() && !run.outcome.initialized());
        drop(guard);
        assert!(run.has_ended() && run.outcome.initialized(), "I6");
        run.ended().await;
        assert!(run.settled().await.is_none(), "I10: it was of no login that is there");
    }
}
