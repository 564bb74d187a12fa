//! Reads and writes of a session's store: one read at the start, and writes until the store holds the
//! present login.
//!
//! - **I9** Every token received is stored in the end, or an event says that it is not.
//! - **I33** Without a live handle nothing continues but one last attempt to write.

use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::shell::Shell;
use super::write_progress::Loading;
use crate::backoff;
use crate::error::{Error, StoreError};
use crate::runtime;
use crate::session::store_client::{TIMEOUT, WriteOutcome};
use crate::session::stored::restore;
use crate::turns::Work;

/// The first pause after a failed write.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// The time that a sign-in or a sign-out may still spend on the store, before and after its request
/// together.
#[derive(Clone, Copy)]
pub(crate) struct StoreTime(Duration);

impl Default for StoreTime {
    fn default() -> Self {
        Self(TIMEOUT)
    }
}

/// How long a sign-in waits to learn who is signed in. It goes on without that.
const LOOK: Duration = Duration::from_secs(2);

impl Shell {
    /// Reads the store, if that has not been done. All callers wait for the same read.
    ///
    /// # Cancel safety
    ///
    /// A read in progress continues, for the other callers.
    pub(crate) async fn load(self: &Arc<Self>) -> Result<(), Error> {
        if !self.is_unloaded() {
            return Ok(());
        }
        let (looking, is_new) = self.look();
        let looked = looking.wait().await.clone();
        let looked = match looked {
            // That read was started earlier, and tells nothing about the store as it is now.
            Err(_) if !is_new && self.is_unloaded() => self.look().0.wait().await.clone(),
            looked => looked,
        };
        // A sign-in has replaced what would have been read.
        looked.or_else(|error| if self.is_unloaded() { Err(error) } else { Ok(()) })
    }

    /// The same before a sign-in, which replaces every login: it goes on while the read continues.
    pub(crate) async fn load_in_passing(self: &Arc<Self>, time: &mut StoreTime) {
        let mut passing = StoreTime(LOOK.min(time.0));
        let before = passing.0;
        let _ = self.load_within(&mut passing).await;
        time.0 = time.0.saturating_sub(before - passing.0);
    }

    /// The same, for at most `time`.
    pub(crate) async fn load_within(self: &Arc<Self>, time: &mut StoreTime) -> Result<(), Error> {
        let begin = runtime::now();
        let loaded = runtime::within(time.0, self.load()).await;
        time.0 = time.0.saturating_sub(begin.elapsed());
        loaded.unwrap_or_else(|| Err(StoreError::timeout().into()))
    }

    /// Returns the read in progress, or starts one, and tells whether it did.
    fn look(self: &Arc<Self>) -> (Arc<Loading>, bool) {
        let mut loading = self.write_progress.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(looking) = loading.as_ref().filter(|looking| looking.get().is_none()) {
            return (looking.clone(), false);
        }
        let looking = Arc::new(Loading::new());
        // Its error may be a user's value, whose `Drop` may read the store too.
        let before = loading.replace(looking.clone());
        drop(loading);
        drop(before);
        let guard = Looking { shell: self.clone(), looking: looking.clone() };
        self.spawner.spawn(async move {
            let result = guard.shell.look_now().await;
            let _ = guard.looking.set(result);
        });
        (looking, true)
    }

    async fn look_now(self: &Arc<Self>) -> Result<(), Error> {
        let Some(store_client) = &self.store_client else { return Ok(()) };
        self.wait_for_those_before().await;
        let found = store_client.read().await?;
        let ready = |record| restore(record, &self.attachment, self.can_refresh(), self.clock.wall());
        let login = found.record.map(ready).transpose()?;
        let now = self.clock.now();
        self.step(|core| core.loaded(login, now));
        Ok(())
    }

    /// Queues the writer, if it is neither queued nor at work.
    pub(crate) fn save(self: &Arc<Self>) {
        if self.store_client.is_some() && self.write_progress.turn.queue() {
            self.spawner.spawn_in_turn(self.clone());
        }
    }

    /// Starts the writer if it is queued, because a caller waits for it.
    fn save_now(self: &Arc<Self>) {
        if let Some(writer) = Writer::begin(self.clone()) {
            self.spawner.spawn(writer.write());
        }
    }

    /// Waits until the store holds the login, or a write has failed. Ends the writer's pause.
    pub(crate) async fn flushed(self: &Arc<Self>) -> Result<(), StoreError> {
        if self.store_client.is_none() {
            return Ok(());
        }
        let progress = &self.write_progress;
        let (before, mut seen) = progress.read(|attempts| (attempts.begun, attempts.ended));
        let mut is_wanted = true;
        loop {
            // The sign-in may have happened where no runtime was there to write on.
            if !self.step(|core| core.has_pending_write()) {
                return Ok(());
            }
            if std::mem::take(&mut is_wanted) {
                progress.want();
                self.save_now();
            }
            let (ended, failure) =
                progress.until(|now| (now.ended != seen).then(|| (now.ended, now.failure.clone()))).await;
            seen = ended;
            // An attempt that was started earlier tells nothing about the store as it is now.
            if let Some((error, _)) = failure.filter(|(_, attempt)| *attempt > before) {
                return Err(error);
            }
        }
    }

    /// The same for at most `time`. A failure is reported by an event only.
    pub(crate) async fn flushed_within(self: &Arc<Self>, time: StoreTime) {
        if runtime::within(time.0, self.flushed()).await.is_none() {
            self.store_timed_out();
        }
    }

    pub(crate) fn store_timed_out(self: &Arc<Self>) {
        self.step(|core| {
            if core.has_pending_write() {
                core.store_failed(StoreError::timeout());
            }
        });
    }

    /// There is a newer write: the writer does not wait for the end of its pause.
    pub(super) fn wake_writer(&self) {
        self.write_progress.want();
    }

    pub(super) fn store_failed(self: &Arc<Self>, error: StoreError) {
        self.step(|core| core.store_failed(error));
    }

    /// Writes until nothing is pending, or until a write fails.
    async fn write(self: &Arc<Self>) -> Result<(), Unwritten> {
        let Some(store_client) = &self.store_client else { return Ok(()) };
        self.wait_for_those_before().await;
        let progress = &self.write_progress;
        let pending_write = || self.lock().core.pending_write();
        while pending_write().is_some() {
            // Read first, so that a write that fails after the end is not repeated.
            let is_last = self.shutdown.is_given();
            let wanted = progress.read(|attempts| attempts.wanted);
            let attempt = progress.begin();
            let finds_login = |serial, login| self.step(|core| core.finds_login(serial, &login));
            match store_client.write_pending(pending_write, finds_login).await {
                Ok(WriteOutcome::Superseded(serial)) => {
                    let error = StoreError::unavailable(
                        "another process has signed in or out since the login was to be kept",
                        "it is not there any more, or never was",
                    );
                    self.step(|core| core.write_superseded(serial, error.clone()));
                    progress.failed(error, attempt);
                }
                Ok(written) => {
                    if let WriteOutcome::Stored(serial) = written {
                        self.step(|core| core.write_done(serial));
                    }
                    progress.succeeded();
                }
                Err(error) => {
                    self.step(|core| core.note_failed_write(|login| store_client.may_be_stored(login)));
                    self.store_failed(error.clone());
                    if is_last {
                        return Err(Unwritten::Failed(error, Some(attempt)));
                    }
                    progress.failed(error, attempt);
                    return Err(Unwritten::Later { failures: progress.count_failure(), wanted });
                }
            }
        }
        Ok(())
    }

    /// Waits before a write is repeated: for `pause`, or until the session ends or a caller wants it. Returns
    /// whether a caller does.
    async fn pause(&self, pause: Duration, wanted: u64) -> bool {
        let shutdown = self.shutdown.token();
        tokio::select! {
            () = runtime::sleep_until(runtime::deadline(pause)) => false,
            () = shutdown.cancelled() => false,
            () = self.write_progress.until(|now| (now.wanted != wanted).then_some(())) => true,
        }
    }
}

impl Work for Shell {
    fn run(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            if let Some(writer) = Writer::begin(self) {
                writer.write().await;
            }
        })
    }

    fn give_up(self: Arc<Self>) {
        drop(Writer::begin(self));
    }
}

/// Why a login was not written.
enum Unwritten {
    /// The write has failed in this attempt, and is not repeated. `None` if it never ended.
    Failed(StoreError, Option<u64>),
    /// The write is repeated after a pause. `wanted` is what callers had wanted before the attempt.
    Later { failures: u32, wanted: u64 },
}

/// Answers the callers that wait for a read that no task finishes.
struct Looking {
    shell: Arc<Shell>,
    looking: Arc<Loading>,
}

impl Drop for Looking {
    fn drop(&mut self) {
        let gone = StoreError::unavailable("it was not read to the end", "the task that read it is gone");
        let _ = self.looking.set(Err(gone.into()));
    }
}

/// Lets another task write when this one ends, by a panic too.
struct Writer {
    shell: Arc<Shell>,
    /// `None` while it is queued again.
    result: Option<Result<(), Unwritten>>,
}

impl Writer {
    /// Begins to write. Returns `None` if the writer is not queued.
    fn begin(shell: Arc<Shell>) -> Option<Self> {
        let gone =
            || StoreError::unavailable("it was not written to the end", "the task that wrote it is gone");
        let is_queued = shell.write_progress.turn.begin();
        is_queued.then(|| Self { shell, result: Some(Err(Unwritten::Failed(gone(), None))) })
    }

    async fn write(mut self) {
        match self.shell.write().await {
            Err(Unwritten::Later { failures, wanted }) => {
                let pause = backoff::delay(FIRST, LONGEST, failures, fastrand::f64());
                let spawner = self.shell.spawner.clone();
                // In a small task of its own: others are written meanwhile.
                spawner.spawn(async move {
                    let is_wanted = self.shell.pause(pause, wanted).await;
                    self.queue_again(is_wanted);
                });
            }
            result => self.result = Some(result),
        }
    }

    fn queue_again(mut self, is_wanted: bool) {
        self.result = None;
        self.shell.write_progress.turn.queue_again();
        match is_wanted {
            true => self.shell.save_now(),
            false => self.shell.spawner.spawn_in_turn(self.shell.clone()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let Some(result) = self.result.take() else { return };
        let progress = &self.shell.write_progress;
        progress.turn.end();
        match result {
            Ok(()) => {
                // A write that became pending after the last one was done.
                self.shell.flush_effects();
                // Nothing may have been pending, and a caller may wait all the same.
                progress.ended();
            }
            // Not earlier: a caller that starts to wait while no other task can write relies on it.
            Err(Unwritten::Failed(error, attempt)) => {
                progress.has_failed.raise();
                // An attempt that never ends counts as the last one that was started.
                progress.failed(error, attempt.unwrap_or_else(|| progress.begin()));
            }
            Err(Unwritten::Later { .. }) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    /// There is no runtime for the read, so its task is dropped.
    #[test]
    fn i6_all_who_wait_for_a_look_that_no_task_finishes_are_answered() {
        let shell = Arc::new(Shell::new(Arc::default(), Some(Arc::new(MemoryStore::new()))));
        for _ in 0..2 {
            let (looking, is_new) = shell.look();
            assert!(is_new, "the one before has ended");
            assert!(matches!(looking.get(), Some(Err(Error::Store(_)))), "I6");
        }
        assert!(shell.is_unloaded());
    }
}
