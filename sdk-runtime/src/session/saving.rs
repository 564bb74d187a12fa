//! Reading a session's store, and writing to it what it does not have yet, until it does.
//!
//! - **I9** Tokens received are written down, sooner or later, or it is told that they are not.
//! - **I33** Without a live handle nothing goes on but one last attempt.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{SetOnce, watch};

use super::keeper::Written;
use super::renewal;
use super::shared::Shared;
use crate::clock;
use crate::delay::back_off;
use crate::error::{Error, StoreError};
use crate::sync::Busy;

/// How long after a failure the store is written again.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
/// How long a session that shuts down waits for what was sent.
const DRAIN: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(crate) struct Saving {
    /// The look into the store that is under way.
    loading: Mutex<Option<Arc<Loading>>>,
    /// Whether a task is writing.
    writing: Busy,
    /// Changes with every attempt.
    progress: watch::Sender<Failures>,
}

type Loading = SetOnce<Result<(), Error>>;

#[derive(Default)]
struct Failures {
    count: u64,
    last: Option<StoreError>,
}

impl Shared {
    /// Looks into the store, if nobody has. All who want to know wait for one look.
    ///
    /// # Cancel safety
    ///
    /// A look that was begun goes on, for everybody else.
    pub(crate) async fn load(self: &Arc<Self>) -> Result<(), Error> {
        if !self.is_unloaded() {
            return Ok(());
        }
        let looking = self.look();
        looking.wait().await.clone()
    }

    fn look(self: &Arc<Self>) -> Arc<Loading> {
        let mut loading = self.saving.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(looking) = loading.as_ref().filter(|looking| looking.get().is_none()) {
            return looking.clone();
        }
        let looking = Arc::new(Loading::new());
        *loading = Some(looking.clone());
        drop(loading);
        let guard = Looking { shared: self.clone(), looking: looking.clone() };
        clock::spawn(async move {
            let result = guard.shared.look_now().await;
            let _ = guard.looking.set(result);
        });
        looking
    }

    async fn look_now(self: &Arc<Self>) -> Result<(), Error> {
        let Some(keeper) = &self.keeper else { return Ok(()) };
        let found = keeper.load().await?;
        let login = found.record.map(|record| renewal::load(record, self)).transpose()?;
        let now = self.clock.now();
        self.step(|core| core.loaded(login, now));
        Ok(())
    }

    /// Sees to it that the store gets what it does not have, beside whatever else goes on.
    pub(crate) fn save(self: &Arc<Self>) {
        if self.keeper.is_none() || !self.saving.writing.begin() {
            return;
        }
        let gone = StoreError::unavailable("it was not written to the end", "the task that wrote it is gone");
        let writer = Writer { shared: self.clone(), result: Err(gone) };
        clock::spawn(writer.write());
    }

    /// Waits until the store has what it is to have, or could not take it.
    pub(crate) async fn saved(self: &Arc<Self>) -> Result<(), StoreError> {
        if self.keeper.is_none() {
            return Ok(());
        }
        let mut progress = self.saving.progress.subscribe();
        let before = progress.borrow_and_update().count;
        loop {
            // Somebody may have signed in where there was no runtime to write on.
            if !self.step(|core| core.is_unsaved()) {
                return Ok(());
            }
            if progress.changed().await.is_err() {
                return Ok(());
            }
            let now = progress.borrow_and_update();
            if let Some(error) = now.last.clone().filter(|_| now.count > before) {
                return Err(error);
            }
        }
    }

    /// Closes the session, and waits for what was sent to be answered and written down.
    pub(crate) async fn shut_down(self: &Arc<Self>) -> Result<(), StoreError> {
        self.close();
        let drained = async {
            if let Some(run) = self.last_run() {
                run.ended().await;
            }
            self.saved().await
        };
        clock::within(DRAIN, drained).await.unwrap_or_else(|| Err(StoreError::timeout()))
    }

    /// The store could not be written.
    pub(super) fn store_failed(self: &Arc<Self>, error: StoreError) {
        self.step(|core| core.store_failed(error));
    }

    /// Writes until there is nothing left to write, or it could not be and the session is over.
    async fn write(self: &Arc<Self>) -> Result<(), StoreError> {
        let Some(keeper) = &self.keeper else { return Ok(()) };
        let mut failures = 0;
        let unsaved = || self.lock().core.unsaved();
        while unsaved().is_some() {
            // Asked first, so that what fails after the end is not tried again.
            let is_last = self.shutdown.is_cancelled();
            let ends = |serial, login| self.step(|core| core.ends(serial, login));
            match keeper.put(unsaved, ends).await {
                Ok(Written::Overtaken(serial)) => {
                    let error = StoreError::unavailable(
                        "another process has signed in or out since the login was to be kept",
                        "it is not there any more, or never was",
                    );
                    self.step(|core| core.given_up(serial, error.clone()));
                    self.saving.failed(error);
                }
                Ok(written) => {
                    failures = 0;
                    if let Written::Kept(serial) = written {
                        self.step(|core| core.saved(serial));
                    }
                    self.saving.progress.send_modify(|_| {});
                }
                Err(error) => {
                    self.store_failed(error.clone());
                    if is_last {
                        return Err(error);
                    }
                    self.saving.failed(error);
                    let pause = back_off(FIRST, LONGEST, failures, fastrand::f64());
                    failures += 1;
                    tokio::select! {
                        () = clock::sleep_until(clock::deadline(pause)) => {}
                        () = self.shutdown.cancelled() => {}
                    }
                }
            }
        }
        Ok(())
    }
}

impl Saving {
    /// Tells those who wait that the store could not be written this time.
    fn failed(&self, error: StoreError) {
        self.progress.send_modify(|failures| {
            failures.count += 1;
            failures.last = Some(error);
        });
    }
}

/// Answers those who wait for a look that nobody finishes.
struct Looking {
    shared: Arc<Shared>,
    looking: Arc<Loading>,
}

impl Drop for Looking {
    fn drop(&mut self) {
        let gone = StoreError::unavailable("it was not read to the end", "the task that read it is gone");
        let _ = self.looking.set(Err(gone.into()));
    }
}

/// Lets somebody else write when this one is at its end, whatever ended it.
struct Writer {
    shared: Arc<Shared>,
    result: Result<(), StoreError>,
}

impl Writer {
    async fn write(mut self) {
        self.result = self.shared.write().await;
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.saving.writing.end();
        match std::mem::replace(&mut self.result, Ok(())) {
            Ok(()) => {
                // What came when the last of it was thought to be written.
                self.shared.step(|_| ());
                // Nothing may have been left to write, and somebody may wait for it all the same.
                self.shared.saving.progress.send_modify(|_| {});
            }
            // Not sooner: whoever begins to wait while others cannot write yet relies on it.
            Err(error) => self.shared.saving.failed(error),
        }
    }
}
