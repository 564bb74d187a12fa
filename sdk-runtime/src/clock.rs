//! Time, tasks and threads, the only file that names `tokio::time` and `tokio::spawn`; knows nothing of what it is used for.
//!
//! Time is tokio's, so that a test with a paused clock runs an hour of a session's life in a millisecond.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub(crate) use tokio::time::Instant;

/// One moment, as both clocks show it. Either can be wrong about how much time has passed: the monotonic one stands still
/// while a machine is suspended, the time of day is set by people and by servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) mono: Instant,
    pub(crate) wall: SystemTime,
}

impl Now {
    /// How long ago `then` was, by the clock that says it was longer.
    pub(crate) fn since(&self, then: &Self) -> Duration {
        let wall = self.wall.duration_since(then.wall).unwrap_or_default();
        self.mono.saturating_duration_since(then.mono).max(wall)
    }
}

/// Where the time of day comes from.
#[derive(Clone, Default)]
pub(crate) struct Clock(Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>);

impl Clock {
    /// The system's monotonic clock, and a time of day from elsewhere.
    pub(crate) fn with_wall(wall: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(wall)))
    }

    pub(crate) fn now(&self) -> Now {
        Now { mono: now(), wall: self.wall() }
    }

    pub(crate) fn wall(&self) -> SystemTime {
        match &self.0 {
            Some(wall) => wall(),
            None => wall(),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock(..)")
    }
}

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

/// The output of `future`, or `None` when it is not there at `deadline`.
pub(crate) async fn until<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    tokio::time::timeout_at(deadline, future).await.ok()
}

/// Runs `task` to its end, whoever goes away meanwhile. Drops it at once where there is no runtime to run it on.
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(task);
    }
}

/// The output of `work`, which may block, on a thread where it holds up no task. It goes on to its end when this future is dropped.
/// `None` where a runtime that shuts down never began it.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.ok(),
        Err(_) => Some(work()),
    }
}

/// What `attempt` gives, which is asked again and again for as long as `limit`. For threads that may block, and in real time: what
/// is waited for are other processes, and they know nothing of a clock that a test has paused.
pub(crate) fn insist<T>(limit: Duration, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let begin = std::time::Instant::now();
    loop {
        let given = attempt();
        if given.is_some() || begin.elapsed() >= limit {
            return given;
        }
        // By chance, so that of two who wait neither is always the later one.
        std::thread::sleep(Duration::from_micros(fastrand::u64(500..5_000)));
    }
}

/// Real time, for what blocks a thread: a clock that a test has paused says nothing of it.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(std::time::Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
impl std::ops::AddAssign<Duration> for Now {
    fn add_assign(&mut self, passed: Duration) {
        self.mono += passed;
        self.wall += passed;
    }
}
