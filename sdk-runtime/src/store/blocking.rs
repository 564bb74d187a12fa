//! Blocking stores: runs their operations on threads where they hold up no task.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::interface::StoreFuture;
use crate::error::StoreError;
use crate::runtime::{self, Stopwatch};

/// Runs `work` on `place`, on a thread that may block. It runs to its end, even if the future is dropped.
pub(super) fn run<P, T>(
    place: &Arc<P>,
    work: impl FnOnce(&P) -> Result<T, StoreError> + Send + 'static,
) -> StoreFuture<'static, T>
where
    P: Send + Sync + 'static,
    T: Send + 'static,
{
    let place = place.clone();
    Box::pin(async move {
        let caught = move || catch_unwind(AssertUnwindSafe(|| work(&place)));
        let done = runtime::blocking(caught).await.map(|done| {
            done.unwrap_or_else(|_| Err(StoreError::uncertain("it was broken off", "a panic of the store")))
        });
        done.unwrap_or_else(|| {
            Err(StoreError::unavailable("it was not looked at", "the runtime is shutting down"))
        })
    })
}

/// After this time the session has given the operation up, or is about to.
const LIMIT: Duration = Duration::from_millis(4_500);

/// When an operation was requested, in real time. A write that no task waits for any more is not done. The
/// session may have gone on without the store, and refreshed a login that would suddenly be stored.
#[derive(Clone, Copy)]
pub(super) struct WriteDeadline(Stopwatch);

impl WriteDeadline {
    pub(super) fn start() -> Self {
        Self(Stopwatch::start())
    }

    /// Returns a deadline that has passed.
    #[cfg(test)]
    pub(super) fn passed() -> Self {
        Self(Stopwatch::started(LIMIT))
    }

    /// Fails if it is too late to write.
    pub(super) fn check(self) -> io::Result<()> {
        in_time(self.0.elapsed())
    }

    /// Whether a write is done that was requested so long ago.
    #[cfg(test)]
    pub(super) fn allows(passed: Duration) -> bool {
        in_time(passed).is_ok()
    }
}

fn in_time(passed: Duration) -> io::Result<()> {
    match passed < LIMIT {
        true => Ok(()),
        false => Err(io::ErrorKind::TimedOut.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_after_its_deadline_is_not_made() {
        assert!(WriteDeadline::start().check().is_ok());
        assert_eq!(WriteDeadline::passed().check().unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(in_time(Duration::from_secs(4)).is_ok());
        assert_eq!(in_time(LIMIT).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
