//! One cell that all processes of a world share, with a lock or without: slow, failing, hanging, panicking,
//! and late with operations that no process waits for any more.

use std::sync::Arc;

use sdk_runtime::{
    error::StoreError,
    store::{StoreFuture, StoreLock, StoredLogin, TokenStore},
};
use tokio::sync::oneshot;

use crate::api::{by_chance, pause, perhaps_panic};
use crate::history::{Kept, Process, What, token_in};
use crate::process::Alive;
use crate::world::{Agreed, Broken};

#[derive(Default)]
pub struct Cell {
    kept: Option<StoredLogin>,
    locked: Option<(Process, u32)>,
}

impl Cell {
    fn replace(&mut self, expected: u64, next: StoredLogin) -> bool {
        let is_expected = self.kept.as_ref().map_or(0, StoredLogin::version) == expected;
        if is_expected {
            self.kept = Some(next);
        }
        is_expected
    }

    /// What becomes of the lock of a process that dies.
    pub fn release(&mut self, process: Process) {
        self.locked.take_if(|(holder, _)| *holder == process);
    }
}

/// The store, as one process has it.
pub struct Handle(Arc<Alive>);

impl Handle {
    pub fn new(process: Arc<Alive>) -> Self {
        Self(process)
    }
}

/// Does `work` in a while, perhaps; whether it is waited for or not.
async fn in_a_while<T: Send + 'static>(
    process: &Arc<Alive>,
    is_write: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    perhaps_panic();
    let stage = &process.stage;
    if let Some(broken) = fails_by(stage.broken(), is_write) {
        pause(1..10).await;
        return broken_by(process, broken).await;
    }
    let fault = if stage.store_fails() { fastrand::u32(1..=5) } else { 0 };
    // Of what was done, only that the answer is lost can be told.
    let failed = || match fault {
        5 => StoreError::uncertain("the model's store failed", "its answer was lost"),
        _ => StoreError::unavailable("the model's store failed", "it was to fail"),
    };
    let (there, back) = match fault {
        1 => (fastrand::u64(1_000..12_000), 1),
        2 => (1, fastrand::u64(1_000..12_000)),
        _ => (fastrand::u64(..8), fastrand::u64(..8)),
    };
    let (told, done) = oneshot::channel();
    let from = process.clone();
    tokio::spawn(async move {
        let was_dead = from.is_dead();
        pause(there..there + 1).await;
        if was_dead || fault == 3 || from.is_dead() && by_chance(500) {
            return std::future::pending::<()>().await;
        }
        if fault == 4 {
            let _ = told.send(None);
            return;
        }
        let value = work();
        pause(back..back + 1).await;
        let _ = told.send(Some(value).filter(|_| fault != 5));
    });
    let value = done.await.unwrap();
    process.lives().await;
    perhaps_panic();
    value.ok_or_else(failed)
}

fn fails_by(broken: Option<Broken>, is_write: bool) -> Option<Broken> {
    broken.filter(|broken| is_write || *broken == Broken::All)
}

/// The result of an operation that a broken store fails.
async fn broken_by<T>(process: &Alive, broken: Broken) -> Result<T, StoreError> {
    process.lives().await;
    if broken == Broken::Hangs {
        std::future::pending::<()>().await;
    }
    Err(StoreError::unavailable("the model's store is broken", "nothing was done"))
}

impl TokenStore for Handle {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        let (stage, process) = (self.0.stage.clone(), &self.0);
        let since = stage.now();
        Box::pin(async move {
            let found = in_a_while(process, false, move || stage.cell().kept.clone()).await?;
            let kept = found.as_ref().and_then(|found| kept(found.text()));
            process.note(What::Read { process: process.id, since, kept });
            Ok(found)
        })
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        let (stage, process) = (self.0.stage.clone(), self.0.id);
        let since = stage.now();
        Box::pin(in_a_while(&self.0, true, move || {
            let wrote = What::Wrote { process, since, version: next.version(), kept: kept(next.text()) };
            let is_done = stage.cell().replace(expected, next);
            if is_done {
                stage.note(wrote);
            }
            is_done
        }))
    }

    fn try_lock(&self) -> StoreFuture<'_, StoreLock> {
        if self.0.stage.world.store == Some(Agreed::Lease) {
            return Box::pin(async { Ok(StoreLock::Unsupported) });
        }
        let process = self.0.clone();
        Box::pin(in_a_while(&self.0, false, move || {
            let stage = process.stage.clone();
            let mut cell = stage.cell();
            if cell.locked.is_some() || process.is_dead() {
                process.note(What::Busy { process: process.id });
                return StoreLock::Busy;
            }
            let locked = (process.id, stage.next());
            cell.locked = Some(locked);
            StoreLock::Held(Box::new(Held { process, locked }))
        }))
    }
}

struct Held {
    process: Arc<Alive>,
    locked: (Process, u32),
}

impl Drop for Held {
    fn drop(&mut self) {
        self.process.stage.cell().locked.take_if(|locked| *locked == self.locked);
    }
}

/// What a text says; the model reads it as a reader of the file would.
fn kept(text: &str) -> Option<Kept> {
    let text: serde_json::Value = serde_json::from_str(text).unwrap();
    let login = text.get("login").filter(|login| !login.is_null())?;
    let token = |name| login.get(name).and_then(|token| token_in(token.as_str()?));
    Some(Kept {
        login: login["id"].as_str().unwrap()[..8].to_owned(),
        number: login["number"].as_u64().unwrap(),
        access: token("access"),
        refresh: token("refresh"),
        intent: login.get("intent").is_some(),
        lease: login.get("lease").is_some(),
    })
}
