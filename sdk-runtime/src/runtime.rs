//! Clocks, timers, tasks and threads: the only file that names `tokio::time` and `tokio::spawn`.
//!
//! Time is Tokio's, so that a test with a paused clock runs an hour of a session's life in a millisecond.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

pub(crate) use tokio::runtime::Handle;
use tokio::runtime::Id;
#[cfg(feature = "oauth2")]
pub(crate) use tokio::task::JoinSet;
pub(crate) use tokio::time::Instant;

use crate::caught::caught;
use crate::turns::{Turns, Work};

/// One moment by both clocks. Either can be wrong about how much time has passed: the monotonic clock may
/// stand still while a machine is suspended, and users and servers set the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) mono: Instant,
    pub(crate) wall: SystemTime,
}

impl Now {
    /// Returns the time since `then`: the larger one by the two clocks.
    pub(crate) fn since(&self, then: &Self) -> Duration {
        let wall = self.wall.duration_since(then.wall).unwrap_or_default();
        self.mono.saturating_duration_since(then.mono).max(wall)
    }
}

/// The source of the time of day.
#[derive(Clone, Default)]
pub(crate) struct Clock(Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>);

impl Clock {
    /// Creates a clock with the time of day from `wall`. The monotonic time is always the system's.
    pub(crate) fn with_wall(wall: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(wall)))
    }

    /// Returns this clock, or `other` if this one is the system's.
    pub(crate) fn or(self, other: &Self) -> Self {
        Self(self.0.or_else(|| other.0.clone()))
    }

    pub(crate) fn now(&self) -> Now {
        Now { mono: now(), wall: self.wall() }
    }

    /// Returns the time of day. If the user's function panics, or asks for the time itself, returns that of
    /// the system.
    pub(crate) fn wall(&self) -> SystemTime {
        let Some(told) = &self.0 else { return wall() };
        let Some(_asking) = WallClockCall::begin() else { return wall() };
        // A `Drop` may get here, where a second panic would abort the process.
        catch_unwind(AssertUnwindSafe(|| told())).unwrap_or_else(|_| wall())
    }
}

thread_local! {
    static IS_CALLING: Cell<bool> = const { Cell::new(false) };
}

/// A call of the user's clock by this thread.
struct WallClockCall;

impl WallClockCall {
    /// Returns `None` if the user's clock is running: it may use the session whose clock it is.
    fn begin() -> Option<Self> {
        (!IS_CALLING.replace(true)).then(|| Self)
    }
}

impl Drop for WallClockCall {
    fn drop(&mut self) {
        IS_CALLING.set(false);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock(..)")
    }
}

/// Returns the monotonic time.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Returns the system's time of day.
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}

/// Returns the milliseconds since 1970, as times are stored.
pub(crate) fn since_1970(time: SystemTime) -> u64 {
    millis(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}

/// Returns whole milliseconds, or `u64::MAX` if they do not fit.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the time `after` from now, or in a year if that cannot be represented.
pub(crate) fn deadline(after: Duration) -> Instant {
    let now = now();
    now.checked_add(after).unwrap_or_else(|| now + Duration::from_secs(86_400 * 365))
}

/// Waits until `deadline`, on the runtime of this thread. Make it where it is waited for.
pub(crate) fn sleep_until(deadline: Instant) -> tokio::time::Sleep {
    tokio::time::sleep_until(deadline)
}

/// Returns the output of `future`, or `None` if it takes longer than `limit`.
pub(crate) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(limit, future).await.ok()
}

/// Returns the output of `future`, or `None` at `deadline`.
pub(crate) async fn until<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    tokio::time::timeout_at(deadline, future).await.ok()
}

/// A limit of how long something may be waited for. Its time runs from the first poll after [`stop`].
///
/// [`stop`]: Self::stop
pub(crate) struct Countdown {
    limit: Duration,
    sleep: Pin<Box<tokio::time::Sleep>>,
    is_running: bool,
}

impl Countdown {
    /// Creates a countdown on the runtime of this thread. It may be polled on any thread.
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, sleep: Box::pin(tokio::time::sleep_until(deadline(limit))), is_running: false }
    }

    /// Stops the time.
    pub(crate) fn stop(&mut self) {
        self.is_running = false;
    }

    /// Returns the limit when it is over.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Duration> {
        if !self.is_running {
            self.is_running = true;
            self.sleep.as_mut().reset(deadline(self.limit));
        }
        self.sleep.as_mut().poll(cx).map(|()| self.limit)
    }
}

/// Whether this thread has a runtime at this moment.
pub(crate) fn is_here() -> bool {
    Handle::try_current().is_ok()
}

/// The runtime of tasks: one that was named, or that of the caller. Clones share the turns of work.
#[derive(Clone, Default)]
pub(crate) struct Spawner {
    named: Option<Handle>,
    turns: Arc<Turns<Id>>,
}

impl Spawner {
    /// Spawns all tasks on the runtime of `handle`.
    pub(crate) fn on(handle: Handle) -> Self {
        Self { named: Some(handle), turns: Arc::default() }
    }

    /// Whether a runtime was named.
    pub(crate) fn is_named(&self) -> bool {
        self.named.is_some()
    }

    /// Runs `task` to its end, even if its caller ends first. Without a named runtime, and on a thread
    /// without one, drops the task at once. The `Drop` of the task then releases what it guards.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.here().map(|here| here.spawn(task)));
    }

    /// Runs `work` when it is its turn. A bounded number of tasks does the work of all clones on a runtime.
    /// Without a runtime, gives it up.
    pub(crate) fn spawn_in_turn(&self, work: Arc<dyn Work>) {
        let Some(here) = self.here() else { return work.give_up() };
        if let Some(work) = self.turns.add(here.id(), work) {
            let worker = Worker { turns: self.turns.clone(), place: here.id(), work: Some(work) };
            here.spawn(worker.run());
        }
    }

    /// Returns the runtime of the tasks that this thread spawns.
    fn here(&self) -> Option<Handle> {
        self.named.clone().or_else(|| Handle::try_current().ok())
    }

    /// Binds `value` to the named runtime: it is used and dropped there. Returns `Err(value)` if none was
    /// named.
    pub(crate) fn enter<T>(&self, value: T) -> Result<RuntimeBound<T>, T> {
        match &self.named {
            Some(handle) => Ok(RuntimeBound { handle: handle.clone(), value: Some(value) }),
            None => Err(value),
        }
    }

    /// Runs `future`. Its timers and connections belong to the named runtime, if there is one.
    pub(crate) async fn run<F: Future>(&self, future: F) -> F::Output {
        match self.enter(Box::pin(future)) {
            Ok(entered) => entered.await,
            Err(future) => future.await,
        }
    }
}

impl fmt::Debug for Spawner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spawner").field("is_named", &self.is_named()).finish()
    }
}

/// A task that does the work of one owner after the other.
struct Worker {
    turns: Arc<Turns<Id>>,
    place: Id,
    /// `None` when no work is left.
    work: Option<Arc<dyn Work>>,
}

impl Worker {
    async fn run(mut self) {
        while let Some(work) = self.work.clone() {
            // A panic of one owner's code ends nothing of another's.
            let _ = caught(|| work.run()).await;
            self.work = self.turns.next(self.place);
        }
    }
}

impl Drop for Worker {
    /// The runtime ends, if there is work left: it does none of it.
    fn drop(&mut self) {
        while let Some(work) = self.work.take() {
            work.give_up();
            self.work = self.turns.next(self.place);
        }
    }
}

/// A value that belongs to a runtime, on each thread where it is used or dropped.
pub(crate) struct RuntimeBound<T> {
    handle: Handle,
    /// `None` only while it is dropped.
    value: Option<T>,
}

impl<T> RuntimeBound<T> {
    /// Calls `work` with the value. Returns `None` while the value is dropped.
    pub(crate) fn with<R>(&mut self, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let _entered = self.handle.enter();
        self.value.as_mut().map(work)
    }

    /// Returns the value, for uses that need no runtime.
    pub(crate) fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

impl<F: Future + ?Sized> Future for RuntimeBound<Pin<Box<F>>> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.with(|future| future.as_mut().poll(cx)).unwrap_or(Poll::Pending)
    }
}

impl<T> Drop for RuntimeBound<T> {
    fn drop(&mut self) {
        // A connection that returns to its pool may start a task.
        let _entered = self.handle.enter();
        self.value = None;
    }
}

/// The runtime of calls that a thread waits for without one of its own. It lives as long as the process.
#[cfg(feature = "blocking")]
static BACKGROUND: std::sync::OnceLock<std::io::Result<tokio::runtime::Runtime>> = std::sync::OnceLock::new();

/// Waits for `future` on this thread. Its timers, connections and tasks are those of the background runtime,
/// which the first wait starts, with one thread.
///
/// # Errors
///
/// Fails if the thread of the runtime cannot be started.
#[cfg(feature = "blocking")]
pub(crate) fn wait<F: Future>(future: F) -> Result<F::Output, &'static std::io::Error> {
    struct Unpark(std::thread::Thread);

    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let start = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).thread_name("sdk-runtime").enable_all().build()
    };
    let runtime = BACKGROUND.get_or_init(start).as_ref()?;
    let _entered = runtime.enter();
    let mut future = std::pin::pin!(future);
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return Ok(output),
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Runs `work`, which may block, on a thread where it holds up no task. `work` runs to its end even if this
/// future is dropped. Returns `None` if a runtime that shuts down never started it.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.ok(),
        Err(_) => Some(work()),
    }
}

/// Repeats `attempt` until it returns `Some`, or `limit` has passed, and once more after that, because this
/// thread may have been suspended. Blocks. The time is real, because other processes do not know a clock that
/// a test has paused.
pub(crate) fn insist<T>(limit: Duration, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let begin = std::time::Instant::now();
    loop {
        let is_last = begin.elapsed() >= limit;
        let given = attempt();
        if given.is_some() || is_last {
            return given;
        }
        // Random, so that none of two waiters is always the later one.
        std::thread::sleep(Duration::from_micros(fastrand::u64(500..5_000)));
    }
}

/// Real time, for work that blocks a thread. A paused clock does not affect it.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(std::time::Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    #[cfg(test)]
    pub(crate) fn started(ago: Duration) -> Self {
        Self(std::time::Instant::now().checked_sub(ago).unwrap())
    }
}

#[cfg(test)]
impl std::ops::AddAssign<Duration> for Now {
    fn add_assign(&mut self, passed: Duration) {
        self.mono += passed;
        self.wall += passed;
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::pin::pin;
    use std::sync::Mutex;
    use std::task::Waker;

    use tokio::runtime::{Builder, Runtime};
    use tokio::sync::oneshot;

    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn runtime() -> Runtime {
        Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn a_clock_that_was_given_comes_before_that_of_another() {
        let clock = |at| Clock::with_wall(move || SystemTime::UNIX_EPOCH + seconds(at));
        let told = |clock: Clock| since_1970(clock.now().wall);
        assert_eq!(told(clock(1).or(&clock(2))), 1_000);
        assert_eq!(told(clock(1).or(&Clock::default())), 1_000);
        assert_eq!(told(Clock::default().or(&clock(2))), 2_000);
        assert!(told(Clock::default().or(&Clock::default())) > 1_700_000_000_000, "that of the system");
        assert_eq!(format!("{:?}", clock(1)), "Clock(..)");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_waited_for_ends_at_its_deadline() {
        let begin = now();
        for (after, away) in [
            (Duration::ZERO, Duration::ZERO),
            (seconds(5), seconds(5)),
            (seconds(1 << 40), seconds(1 << 40)),
            (Duration::MAX, seconds(365 * 24 * 3600)),
        ] {
            assert_eq!(deadline(after) - begin, away, "{after:?}");
        }
        sleep_until(deadline(seconds(5))).await;
        assert_eq!(begin.elapsed(), seconds(5));
        assert_eq!(within(seconds(5), pending::<()>()).await, None);
        assert_eq!(until(deadline(seconds(5)), pending::<()>()).await, None);
        assert_eq!(begin.elapsed(), seconds(15));
        for after in [0, 4] {
            let work = || async move {
                sleep_until(deadline(seconds(after))).await;
                7
            };
            assert_eq!(within(seconds(5), work()).await, Some(7));
            assert_eq!(until(deadline(seconds(5)), work()).await, Some(7));
        }
    }

    #[test]
    fn a_task_runs_on_the_runtime_that_was_named_or_on_that_of_the_caller() {
        let (named, own) = (runtime(), runtime());
        let on_named = Spawner::on(named.handle().clone());
        assert!(on_named.is_named() && !Spawner::default().is_named());
        assert_eq!(format!("{on_named:?}"), "Spawner { is_named: true }");
        for (spawner, runs_on) in [(on_named, &named), (Spawner::default(), &own)] {
            let (tell, told) = oneshot::channel();
            own.block_on(async { spawner.spawn(async { tell.send(7).unwrap() }) });
            // No other thread runs what the runtime has.
            let ran = runs_on.block_on(async { within(seconds(20), told).await });
            assert_eq!(ran, Some(Ok(7)), "{spawner:?}");
        }
        let (tell, mut told) = oneshot::channel::<()>();
        Spawner::default().spawn(async { tell.send(()).unwrap() });
        assert_eq!(told.try_recv(), Err(oneshot::error::TryRecvError::Closed), "dropped where there is none");
    }

    /// Work that is done when it is told to, if it does not panic.
    #[derive(Default)]
    struct Told {
        panics: bool,
        tell: tokio::sync::SetOnce<()>,
        done: Mutex<u32>,
        given_up: Mutex<u32>,
    }

    impl Work for Told {
        fn run(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(async move {
                self.tell.wait().await;
                assert!(!self.panics);
                *self.done.lock().unwrap() += 1;
            })
        }

        fn give_up(self: Arc<Self>) {
            *self.given_up.lock().unwrap() += 1;
        }
    }

    #[test]
    fn work_is_done_in_turn_or_given_up_with_its_runtime() {
        let (runtime, spawner) = (runtime(), Spawner::default());
        let (told, panics) = (Arc::new(Told::default()), Arc::new(Told { panics: true, ..Told::default() }));
        runtime.block_on(async {
            for _ in 0..500 {
                spawner.spawn_in_turn(panics.clone());
                spawner.spawn_in_turn(told.clone());
            }
            tokio::task::yield_now().await;
            assert!(Handle::current().metrics().num_alive_tasks() < 100, "a bounded number of tasks");
            panics.tell.set(()).unwrap();
            told.tell.set(()).unwrap();
            while Handle::current().metrics().num_alive_tasks() > 0 {
                tokio::task::yield_now().await;
            }
        });
        assert_eq!((*told.done.lock().unwrap(), *told.given_up.lock().unwrap()), (500, 0));
        let waits = Arc::new(Told::default());
        runtime.block_on(async { (0..500).for_each(|_| spawner.spawn_in_turn(waits.clone())) });
        drop(runtime);
        assert_eq!(*waits.given_up.lock().unwrap(), 500);
        spawner.spawn_in_turn(waits.clone());
        assert_eq!((*waits.done.lock().unwrap(), *waits.given_up.lock().unwrap()), (0, 501), "there is none");
    }

    /// Notes on what it is dropped: whether that is a runtime.
    struct Noting(Arc<Mutex<Vec<bool>>>);

    impl Drop for Noting {
        fn drop(&mut self) {
            self.0.lock().unwrap().push(Handle::try_current().is_ok());
        }
    }

    #[test]
    fn what_belongs_to_a_runtime_is_used_and_dropped_on_it() {
        let runtime = runtime();
        let spawner = Spawner::on(runtime.handle().clone());
        let noted = Arc::default();
        let Ok(mut entered) = spawner.enter(Noting(Arc::clone(&noted))) else { panic!("none was named") };
        assert!(entered.get().is_some());
        assert_eq!(entered.with(|_| Handle::try_current().is_ok()), Some(true));
        assert!(Handle::try_current().is_err(), "this thread is on none");
        drop(entered);
        assert_eq!(*noted.lock().unwrap(), [true]);
        assert_eq!(Spawner::default().enter(7).err(), Some(7));

        for (spawner, is_on_it) in [(spawner, true), (Spawner::default(), false)] {
            let run = pin!(spawner.run(async { Handle::try_current().is_ok() }));
            assert_eq!(run.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(is_on_it));
        }
    }

    #[test]
    fn what_blocks_is_done_with_a_runtime_and_without_one() {
        assert_eq!(runtime().block_on(blocking(|| 7)), Some(7));
        let done = pin!(blocking(|| 7));
        assert_eq!(done.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Some(7)));
    }

    #[test]
    fn what_is_insisted_on_is_tried_once_and_until_it_is_given_or_the_time_is_over() {
        // How long, at which try it is given, and how often it is tried.
        for (limit, given_at, tries) in [
            (Duration::ZERO, 1, Ok(1)),
            (Duration::ZERO, 2, Err(1)),
            (seconds(60), 1, Ok(1)),
            (seconds(60), 3, Ok(3)),
        ] {
            let mut tried = 0;
            let given = insist(limit, || {
                tried += 1;
                assert!(tried < 10, "it is tried without end");
                (tried == given_at).then_some(tried)
            });
            assert_eq!(given.ok_or(tried), tries, "{limit:?} {given_at}");
        }
        let watch = Stopwatch::start();
        std::thread::sleep(Duration::from_millis(2));
        assert!(watch.elapsed() >= Duration::from_millis(2));
    }
}
