//! How a store that blocks is used without holding up tasks. Knows no store.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::interface::StoreFuture;
use crate::error::StoreError;
use crate::runtime::{self, Stopwatch};

/// Does `work` on `place` where it may block. It goes on to its end, whoever goes away.
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

/// A session that has waited longer than this has given the operation up, or is about to.
const LIMIT: Duration = Duration::from_millis(4_500);

/// When an operation was asked for, in real time. A write that no task waits for any more is not done: the session may have gone on
/// without it, and refreshed a login that would be there all at once.
#[derive(Clone, Copy)]
pub(super) struct WriteDeadline(Stopwatch);

impl WriteDeadline {
    pub(super) fn start() -> Self {
        Self(Stopwatch::start())
    }

    /// One that no session waits for any more.
    #[cfg(test)]
    pub(super) fn passed() -> Self {
        Self(Stopwatch::started(LIMIT))
    }

    /// An error where it is too late to write.
    pub(super) fn check(self) -> io::Result<()> {
        in_time(self.0.elapsed())
    }

    /// Whether a write would be done that was asked for so long ago.
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
