//! The task that owns a refresh: it starts the flight, reports to the state, and settles the waiters at its
//! end.
//!
//! - **I1** Only the owning task or a later epoch clears the marker of the flight, never a caller.
//! - **I6** Every waiter gets a result: a guard settles the flight, however the task ends.

use std::sync::{Arc, MutexGuard};

use super::shell::{Inner, Shell};
use crate::error::StoreError;
use crate::session::refresh::endpoint::Refresher;
use crate::session::refresh::execute::{self, Job, RefreshHost};
use crate::session::refresh::flight::RefreshFlight;
use crate::session::refresh::send;
use crate::session::state::message::{FlightId, RefreshOutcome, Start};

impl Shell {
    /// Starts the flight that the state has decided on, under the same lock.
    pub(super) fn start(
        self: &Arc<Self>,
        mut inner: MutexGuard<'_, Inner>,
        start: Box<Start>,
    ) -> Option<Arc<RefreshFlight>> {
        let Some(refresher) = self.refresher.get().cloned() else {
            drop(inner);
            return None;
        };
        let flight = RefreshFlight::new(start.flight, self.shutdown.child_token());
        let _before = inner.flight.replace(flight.clone());
        // The lock is released first: without a runtime to spawn on, the flight is settled at once, under
        // it.
        drop(inner);
        spawn(self.clone(), flight.clone(), refresher, start);
        Some(flight)
    }

    /// Reports the end of `flight`. Only the first report counts. Returns the outcome of a flight that was
    /// superseded.
    pub(crate) fn finish(
        self: &Arc<Self>,
        flight: &RefreshFlight,
        mut outcome: RefreshOutcome,
    ) -> Option<RefreshOutcome> {
        let now = self.clock.now();
        let mut inner = self.lock();
        if !inner.core.is_in_progress(flight.id) {
            inner.core.finish_superseded(flight.id, &mut outcome);
            self.conclude(inner);
            flight.settle(None);
            return Some(outcome);
        }
        let settled = inner.core.finish(flight.id, outcome, now);
        let _flight = inner.flight.take();
        let _replaced = self.publish(&mut inner.core);
        drop(inner);
        flight.settle(settled);
        self.flush_effects();
        None
    }
}

impl RefreshHost for Arc<Shell> {
    fn may_persist(&self, flight: FlightId) -> bool {
        self.lock().core.may_persist(flight)
    }

    fn record_claimed(&self, flight: FlightId) {
        self.step(|core| {
            if core.may_persist(flight) {
                core.nothing_to_write();
            }
        });
    }

    fn refresh_unclaimed(&self, flight: FlightId) -> bool {
        self.step(|core| core.refresh_unclaimed(flight))
    }

    fn end_unclaimed(&self, flight: FlightId) {
        self.step(|core| core.end_unclaimed(flight));
    }

    fn claim_failed(&self, error: StoreError, may_be_stored: &dyn Fn(&Arc<str>) -> bool) {
        self.step(|core| {
            core.note_failed_write(may_be_stored);
            core.store_failed(error);
        });
    }
}

/// Spawns the task that owns `flight`.
fn spawn(shell: Arc<Shell>, flight: Arc<RefreshFlight>, refresher: Refresher, start: Box<Start>) {
    let guard = Guard { shell, flight };
    let spawner = guard.shell.spawner.clone();
    spawner.spawn(async move {
        let login = start.input.as_ref().map(|input| input.record.id.login.clone());
        let (grant, jar) = (start.grant.clone(), start.jar.clone());
        let outcome = execute::refresh(guard.job(), &refresher, *start).await;
        let Some(outcome) = guard.shell.finish(&guard.flight, outcome) else { return };
        if let Some(revoke) = guard.flight.take_revoke()
            && let Some(discarded) = outcome.discarded(login, grant, jar)
        {
            revoke(discarded).await;
        }
    });
}

/// Settles the flight if the task ends early: by a panic of a user's code, the end of a runtime, or without
/// a runtime.
struct Guard {
    shell: Arc<Shell>,
    flight: Arc<RefreshFlight>,
}

impl Guard {
    fn job(&self) -> Job<'_> {
        let Shell { store_client, attachment, clock, .. } = &*self.shell;
        Job {
            flight: &self.flight,
            host: &self.shell,
            store_client: store_client.as_ref(),
            attachment,
            clock,
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shell.finish(&self.flight, send::broken_off(&self.flight));
        // It holds a client, and through it this session.
        self.flight.take_revoke();
        let _ = self.flight.ended.set(());
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::session::token::placement::Attach;

    #[tokio::test]
    async fn i6_a_flight_whose_task_is_gone_is_settled_and_has_ended() {
        let attachment = Arc::new(Attach::bearer().check().unwrap());
        let token = CancellationToken::new;
        let shell = Arc::new(Shell::new(attachment, None, None, Default::default(), token()));
        let flight = RefreshFlight::new(FlightId(1), token());
        let guard = Guard { shell, flight: flight.clone() };
        assert!(!flight.has_ended() && !flight.outcome.initialized());
        drop(guard);
        assert!(flight.has_ended() && flight.outcome.initialized(), "I6");
        flight.ended().await;
        assert!(flight.settled().await.is_none(), "I10: it was of no login that is there");
    }
}
