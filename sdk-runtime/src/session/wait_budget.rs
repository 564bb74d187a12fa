//! The wait budget of one call: how long it waits for refreshes while its token signs.
//!
//! - **I36** While its token can sign, a call waits 2 s in all, however often it is sent.
//! - **I37** A call that started a refresh in advance waits for it after its own response has arrived.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::runtime::{self, Instant};
use crate::session::refresh::RefreshFlight;

/// How long a call waits in all for refreshes that it can do without.
const LONGEST: Duration = Duration::from_secs(2);

/// How long one call has waited, and the refresh that it waits for at its end.
#[derive(Default)]
pub(crate) struct WaitBudget(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// When the call itself ends.
    deadline: Option<Instant>,
    waited: Duration,
    /// The refresh in advance that the call has started.
    started: Option<Arc<RefreshFlight>>,
}

impl Inner {
    fn part(&self, most: Duration, now: Instant) -> Duration {
        self.deadline.map_or(most, |deadline| most.min(deadline.saturating_duration_since(now) / 2))
    }
}

impl WaitBudget {
    /// Sets the deadline of the call.
    pub(crate) fn end_at(&self, deadline: Instant) {
        self.lock().deadline = Some(deadline);
    }

    /// Returns `most`, or half of the time that the call has left: what one step of the call may spend.
    pub(crate) fn part(&self, most: Duration) -> Duration {
        self.lock().part(most, runtime::now())
    }

    /// Waits for `refresh`. `None` when the call has waited for `most`, for 2 s in all, or for half of the
    /// time that it has left.
    pub(super) async fn wait<T>(&self, most: Duration, refresh: impl Future<Output = T>) -> Option<T> {
        let begin = runtime::now();
        let limit = {
            let inner = self.lock();
            inner.part(most.min(LONGEST.saturating_sub(inner.waited)), begin)
        };
        let outcome = runtime::within(limit, refresh).await;
        self.lock().waited += begin.elapsed();
        outcome
    }

    /// Notes that the call has started `flight`. An earlier one of the same call has ended by then.
    pub(super) fn note(&self, flight: Arc<RefreshFlight>) {
        // Its result may hold a user's values: it is dropped without the lock.
        let _before = self.lock().started.replace(flight);
    }

    /// Whether the call has started a refresh that is not over.
    pub(crate) fn lingers(&self) -> bool {
        self.lock().started.as_ref().is_some_and(|flight| !flight.outcome.initialized())
    }

    /// Waits until the refresh that the call has started is stored or has failed, at most for the rest of 2
    /// s. Returns at once if the call has started none.
    ///
    /// Cancel safe: the refresh continues when the future is dropped.
    pub(crate) async fn linger(&self) {
        let (flight, limit) = {
            let inner = self.lock();
            (inner.started.clone(), LONGEST.saturating_sub(inner.waited))
        };
        // Without a timer if there is nothing to wait for, because there may be no runtime that has one.
        if let Some(flight) = flight.filter(|flight| !flight.outcome.initialized()) {
            runtime::within(limit, flight.outcome.wait()).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn i36_a_call_spends_half_of_what_it_has_left_at_most_and_2_s_in_all() {
        let never = std::future::pending::<()>;
        for (deadline, part, waits) in [
            (None, 60, [2_000, 0, 0]),
            (Some(1_000), 60, [2_000, 0, 0]),
            (Some(20), 10, [2_000, 0, 0]),
            (Some(4), 2, [2_000, 0, 0]),
            (Some(2), 1, [1_000, 500, 250]),
            (Some(0), 0, [0, 0, 0]),
        ] {
            let call = WaitBudget::default();
            if let Some(deadline) = deadline {
                call.end_at(runtime::deadline(seconds(deadline)));
            }
            assert_eq!(call.part(seconds(60)), seconds(part), "{deadline:?}");
            assert_eq!(call.part(Duration::ZERO), Duration::ZERO, "{deadline:?}");
            for expected in waits {
                let begin = runtime::now();
                assert!(call.wait(seconds(60), never()).await.is_none(), "I36: {deadline:?}");
                let waited = begin.elapsed().as_millis();
                // The timer counts in whole milliseconds.
                assert!((expected..=expected + 1).contains(&waited), "I36: {deadline:?}: {waited} ms");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn i36_what_a_call_has_waited_for_in_vain_counts_like_what_has_come() {
        let call = WaitBudget::default();
        let after = |time| runtime::sleep_until(runtime::deadline(time));
        for (most, takes, comes) in
            [(60, 1_500, true), (60, 400, true), (60, 200, false), (60, 10, false), (0, 0, true)]
        {
            let came = call.wait(seconds(most), after(Duration::from_millis(takes))).await;
            assert_eq!(came.is_some(), comes, "I36: {takes}");
        }
        let call = WaitBudget::default();
        assert!(call.wait(seconds(1), after(seconds(2))).await.is_none(), "I36: its patience");
        assert!(call.wait(seconds(60), after(Duration::from_millis(900))).await.is_some());
        assert!(call.wait(seconds(60), after(Duration::from_millis(200))).await.is_none());
    }
}
