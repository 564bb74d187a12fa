//! How long one call waits for refreshes: while its token can sign, and for the one that it has started itself.
//!
//! - **I36** While its token can sign, a call waits 2 s in all, however often it is sent.
//! - **I37** The call that started a refresh in advance waits for it, when its own answer is there.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::runtime::{self, Instant};
use crate::session::refresh::flight::RefreshFlight;

/// How long a call waits at most for refreshes that it could do without.
const LONGEST: Duration = Duration::from_secs(2);

/// What one call has waited, and for what it waits in the end.
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
    /// The call ends at `deadline`.
    pub(crate) fn end_at(&self, deadline: Instant) {
        self.lock().deadline = Some(deadline);
    }

    /// `most`, or half of the time that the call has left: what it may spend on something after which it goes on.
    pub(crate) fn part(&self, most: Duration) -> Duration {
        self.lock().part(most, runtime::now())
    }

    /// What `refresh` comes to, or `None` when the call has waited long enough: for `most`, for 2 s in all, or for half of the time
    /// that it has left.
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

    /// Notes that the call has started `run`. An earlier one of the same call has ended by then.
    pub(super) fn note(&self, flight: Arc<RefreshFlight>) {
        // What it came to may hold values of the user's: dropped without the lock.
        let _before = self.lock().started.replace(flight);
    }

    /// Waits until the refresh has succeeded and is written down, or has failed; for 2 s less what the call has waited already, and not
    /// at all where none was started.
    ///
    /// Cancel safe: the refresh goes on when the future is dropped.
    pub(crate) async fn linger(&self) {
        let (flight, limit) = {
            let inner = self.lock();
            (inner.started.clone(), LONGEST.saturating_sub(inner.waited))
        };
        // Without a timer where there is nothing to wait for: there may be no runtime that has one.
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
