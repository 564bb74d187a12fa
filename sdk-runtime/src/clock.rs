//! Time and tasks, the only file that names `tokio::time` and `tokio::spawn`; knows nothing of what it is used for.
//!
//! Time is tokio's, so that a test with a paused clock runs an hour of a session's life in a millisecond.

use std::future::Future;
use std::time::{Duration, SystemTime};

pub(crate) use tokio::time::Instant;

/// The monotonic time now.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The time of day, for what servers say in dates.
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}

/// The time `after` from now, or the far future where that cannot be represented.
pub(crate) fn deadline(after: Duration) -> Instant {
    let now = now();
    now.checked_add(after).unwrap_or_else(|| now + Duration::from_secs(86_400 * 365))
}

/// Waits until `deadline`.
pub(crate) async fn sleep_until(deadline: Instant) {
    tokio::time::sleep_until(deadline).await;
}

/// The output of `future`, or `None` when it takes longer than `limit`.
pub(crate) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(limit, future).await.ok()
}

/// Runs `task` to its end, whoever goes away meanwhile. Drops it at once where there is no runtime to run it on.
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(task);
    }
}
