//! How long one call waits for refreshes: while its token can sign, and for the one that it has started itself.
//!
//! - **I36** While its token can sign, a call waits 2 s in all, however often it is sent.
//! - **I37** The call that started a refresh in advance waits for it, when its own answer is there.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::run::Run;
use crate::clock::{self, Instant};

/// How long a call waits at most for refreshes that it could do without.
const LONGEST: Duration = Duration::from_secs(2);

/// What one call has waited, and for what it waits in the end.
#[derive(Default)]
pub(crate) struct Waits(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// When the call itself ends.
    deadline: Option<Instant>,
    waited: Duration,
    /// The refresh in advance that the call has started.
    started: Option<Arc<Run>>,
}

impl Inner {
    fn part(&self, most: Duration, now: Instant) -> Duration {
        self.deadline.map_or(most, |deadline| most.min(deadline.saturating_duration_since(now) / 2))
    }
}

impl Waits {
    /// The call ends at `deadline`.
    pub(crate) fn end_at(&self, deadline: Instant) {
        self.lock().deadline = Some(deadline);
    }

    /// `most`, or half of the time that the call has left: what it may spend on something after which it goes on.
    pub(crate) fn part(&self, most: Duration) -> Duration {
        self.lock().part(most, clock::now())
    }

    /// What `refresh` comes to, or `None` when the call has waited long enough: for `most`, for 2 s in all, or for half of the time
    /// that it has left.
    pub(super) async fn wait<T>(&self, most: Duration, refresh: impl Future<Output = T>) -> Option<T> {
        let begin = clock::now();
        let limit = {
            let inner = self.lock();
            inner.part(most.min(LONGEST.saturating_sub(inner.waited)), begin)
        };
        let outcome = clock::within(limit, refresh).await;
        self.lock().waited += begin.elapsed();
        outcome
    }

    /// Notes that the call has started `run`. An earlier one of the same call has ended by then.
    pub(super) fn note(&self, run: Arc<Run>) {
        // What it came to may hold values of the user's: dropped without the lock.
        let _before = self.lock().started.replace(run);
    }

    /// Waits until the refresh has succeeded and is written down, or has failed; for 2 s less what the call has waited already, and not
    /// at all where none was started.
    ///
    /// Cancel safe: the refresh goes on when the future is dropped.
    pub(crate) async fn linger(&self) {
        let (run, limit) = {
            let inner = self.lock();
            (inner.started.clone(), LONGEST.saturating_sub(inner.waited))
        };
        // Without a timer where there is nothing to wait for: there may be no runtime that has one.
        if let Some(run) = run.filter(|run| !run.outcome.initialized()) {
            clock::within(limit, run.outcome.wait()).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
