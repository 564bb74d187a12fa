//! The task that owns a refresh: it claims, sends and stores, and settles the waiters at its end.
//!
//! - **I1** Only the owning task or a later epoch clears the marker of the flight, never a caller.
//! - **I6** Every waiter gets a result: a guard settles the flight, however the task ends.
//! - **I38** A login that no store has is refreshed without a claim.

use std::sync::{Arc, MutexGuard};

use super::shell::{Inner, Shell};
use crate::error::StoreError;
use crate::metrics::RunningRefresh;
use crate::session::refresh::{
    ClaimedRefresh, RefreshFlight, Refresher, Sender, aborted, adopted, broken_off, store_failed,
};
use crate::session::state::{FlightId, RefreshOutcome, Start};
use crate::session::store_client::StoreClient;
use crate::session::stored::{Claim, LeaseTerm, OutcomeUnknown, RefreshInput};
use crate::trace::{self, Instrument};

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
        let flight = RefreshFlight::new(start.flight, self.shutdown.token().child_token());
        let _before = inner.flight.replace(flight.clone());
        // The lock is released first: without a runtime to spawn on, the flight is settled at once, under
        // it.
        drop(inner);
        let span = flight.span.get_or_init(trace::refresh).clone();
        let running = Some(self.metrics.refresh());
        let mut guard = Guard { shell: self.clone(), flight: flight.clone(), running };
        let task = async move {
            let (shell, flight) = (&guard.shell, &guard.flight);
            let login = start.input.as_ref().map(|input| input.record.id.login.clone());
            let (grant, jar) = (start.grant.clone(), start.jar.clone());
            let outcome = shell.execute_refresh(flight, &refresher, *start).await;
            let superseded = shell.finish(flight, outcome);
            guard.report();
            let flight = &guard.flight;
            let Some(outcome) = superseded else { return };
            if let Some(revoke) = flight.take_revoke()
                && let Some(discarded) = outcome.discarded(login, grant, jar)
            {
                revoke(discarded).await;
            }
        };
        self.spawner.spawn(task.instrument(span));
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

    /// Refreshes, step by step: claim, send, persist, release.
    async fn execute_refresh(
        self: &Arc<Self>,
        flight: &RefreshFlight,
        refresher: &Refresher,
        start: Start,
    ) -> RefreshOutcome {
        let (store_client, host) = (&self.store_client, &***self);
        let Start { grant, jar, input, outcome_unknown, resend_after, .. } = start;
        let sender = Sender { flight, refresher, resend_after };
        let (Some(store_client), Some(input)) = (store_client, input) else {
            return sender.attempt(&grant, &jar, None).await.after(&outcome_unknown);
        };
        let mut term = LeaseTerm::of(refresher.timeout());
        let lease = loop {
            let claim = tokio::select! {
                biased;
                () = flight.cancel.cancelled() => return aborted(),
                claim = self.claim(flight.id, store_client, &input, term) => claim,
            };
            let lease = match claim {
                Ok(Claim::Granted(lease)) => lease,
                Ok(Claim::Adopt(record)) => return adopted(*record, host),
                Ok(Claim::Gone) => return RefreshOutcome::Gone,
                Ok(Claim::Unwanted) => return aborted(),
                Err(error) => return store_failed(error),
            };
            if lease.is_spent(&host.clock) {
                term = lease.next_term(&host.clock);
                continue;
            }
            break lease;
        };
        if lease.is_claimed() && !lease.found_newer {
            self.step(|core| core.record_claimed(flight.id));
        }
        let denied = input.denied.as_ref().filter(|denied| denied.id == lease.record.id);
        let denied = denied.map(|denied| denied.expired.clone());
        let answer = lease.undecodable_elsewhere(&input, &outcome_unknown, &host.clock);
        let id = input.record.id;
        let mut claimed = ClaimedRefresh { store_client, host, lease, input: id };
        if let Some(expired) = denied {
            return claimed.denied(expired).await;
        }
        if let Some(answer) = answer {
            return claimed.release(RefreshOutcome::Undecodable(answer), true).await;
        }
        let lease = &mut *claimed.lease;
        // Another process has refreshed since. What it does not know of its own refresh is in the store.
        let mut outcome_unknown = if lease.found_newer { OutcomeUnknown::No } else { outcome_unknown };
        if let Some(answer) = &lease.record.undecodable {
            outcome_unknown.add_undecodable(answer.clone());
        } else if lease.earlier_unknown {
            outcome_unknown.add_lost();
        }
        let jar = if lease.found_newer { lease.record.jar.clone() } else { jar };
        let grant = lease.grant();
        let outcome = sender.attempt(&grant, &jar, Some((store_client, lease))).await;
        // A sign-out here was not one of another login.
        let is_wanted = claimed.is_other_login() || self.lock().core.may_persist(flight.id);
        claimed.store_outcome(outcome.after(&outcome_unknown), &jar, is_wanted).await
    }

    /// Claims the refresh of `input`. Goes on without the store if that fails and no store has the login.
    async fn claim(
        self: &Arc<Self>,
        flight: FlightId,
        store_client: &StoreClient,
        input: &RefreshInput,
        term: LeaseTerm,
    ) -> Result<Claim, StoreError> {
        let is_wanted = || self.lock().core.may_persist(flight);
        let end_unclaimed = || self.step(|core| core.end_unclaimed(flight));
        let mut is_first = true;
        loop {
            let why = match store_client.claim(input, term, is_wanted).await {
                Ok(claim) => return Ok(claim),
                Err(why) => why,
            };
            // From here on the pending write is held back, because its refresh token is being spent.
            if !input.is_new || !self.step(|core| core.refresh_unclaimed(flight)) {
                return Err(why.error);
            }
            let _turn = store_client.write_turn().await;
            // The write in progress has ended: the login can be claimed now. Or it timed out, and may still
            // be done later, unless a claim is written first.
            let may_come = !why.may_be_stored && store_client.may_be_stored(&input.record.id.login);
            if std::mem::take(&mut is_first) && may_come {
                end_unclaimed();
                continue;
            }
            if let Some(lease) = store_client.unclaimed(input, &why, term).await {
                self.step(|core| {
                    core.note_failed_write(|login| store_client.may_be_stored(login));
                    core.store_failed(why.error);
                });
                return Ok(Claim::Granted(Box::new(lease)));
            }
            end_unclaimed();
            return Err(why.error);
        }
    }
}

/// Settles the flight if the task ends early: by a panic of a user's code, the end of a runtime, or without
/// a runtime.
struct Guard {
    shell: Arc<Shell>,
    flight: Arc<RefreshFlight>,
    running: Option<RunningRefresh>,
}

impl Guard {
    /// Reports the outcome to operators, once.
    fn report(&mut self) {
        if let Some(running) = self.running.take() {
            let settled = self.flight.outcome.get().and_then(Option::as_ref);
            let error = settled.and_then(|it| it.as_ref().err());
            let outcome = trace::refresh_outcome(settled);
            if let Some(span) = self.flight.span.get() {
                trace::refreshed(span, outcome, error);
            }
            running.ended(outcome, error);
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shell.finish(&self.flight, broken_off(&self.flight));
        self.report();
        // It holds a client, and through it this session.
        self.flight.take_revoke();
        let _ = self.flight.ended.set(());
    }
}
