//! A store whose operations fail one by one, each in its own way, and whose row can be removed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::{
    error::StoreError,
    session::{SessionEvent, SessionEvents},
    store::{StoreFuture, StoreLock, StoredLogin, TokenStore},
};
use sdk_testkit::TokenServer;
use tokio::time::{sleep, timeout};

use crate::tracker::{self, TrackerClient};

/// What becomes of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    No,
    /// It fails at once, and nothing was done.
    Fails,
    /// It is never answered, and nothing was done.
    Hangs,
    /// It panics, and nothing was done.
    Panics,
    /// It is done, and answered after so many milliseconds.
    Slow(u64),
    /// It is done, and the answer is lost.
    Lost,
    /// It is done after so many milliseconds, even if its caller has given it up by then, and never answered.
    /// For writes.
    Late(u64),
}

/// A clone is the same store.
#[derive(Clone)]
pub struct Frail(Arc<Inner>);

struct Inner {
    kept: Mutex<Option<StoredLogin>>,
    load: Mutex<Fault>,
    replace: Mutex<Fault>,
    lock: Mutex<Fault>,
    held: Option<Arc<AtomicBool>>,
    tried: AtomicUsize,
}

impl Frail {
    /// One without a lock of its own: processes go by a lease.
    pub fn new() -> Self {
        Self::with(None)
    }

    /// One with a lock like that of a system.
    pub fn lockable() -> Self {
        Self::with(Some(Arc::default()))
    }

    /// One of each kind.
    pub fn both() -> [Self; 2] {
        [Self::new(), Self::lockable()]
    }

    fn with(held: Option<Arc<AtomicBool>>) -> Self {
        let (kept, tried) = Default::default();
        let [load, replace, lock] = [(); 3].map(|()| Mutex::new(Fault::No));
        Self(Arc::new(Inner { kept, load, replace, lock, held, tried }))
    }

    pub fn loads(&self, how: Fault) {
        *self.0.load.lock().unwrap() = how;
    }

    pub fn writes(&self, how: Fault) {
        *self.0.replace.lock().unwrap() = how;
    }

    pub fn locks(&self, how: Fault) {
        *self.0.lock.lock().unwrap() = how;
    }

    pub fn breaks(&self, [load, replace, lock]: [Fault; 3]) {
        self.loads(load);
        self.writes(replace);
        self.locks(lock);
    }

    pub fn mend(&self) {
        self.breaks([Fault::No; 3]);
    }

    /// An operator deletes the row.
    pub fn remove(&self) {
        *self.0.kept.lock().unwrap() = None;
    }

    pub fn kept(&self) -> Option<StoredLogin> {
        self.0.kept.lock().unwrap().clone()
    }

    pub fn put(&self, kept: Option<StoredLogin>) {
        *self.0.kept.lock().unwrap() = kept;
    }

    pub fn version(&self) -> u64 {
        self.kept().map_or(0, |kept| kept.version())
    }

    pub fn text(&self) -> String {
        self.kept().map_or_else(String::new, |kept| kept.text().to_owned())
    }

    pub fn has_a_login(&self) -> bool {
        self.text().contains("\"id\"")
    }

    /// How many writes were tried.
    pub fn tried(&self) -> usize {
        self.0.tried.load(Ordering::SeqCst)
    }

    /// A client of `server` that keeps its login here, as another process would make one.
    pub fn client(&self, server: &TokenServer) -> TrackerClient {
        tracker::builder(server).store(self.clone()).build().unwrap()
    }
}

fn failed() -> StoreError {
    StoreError::unavailable("the frail store cannot be used", "it is broken")
}

/// Does `work`, or what `fault` makes of it.
async fn suffer<T>(fault: Fault, work: impl FnOnce() -> T) -> Result<T, StoreError> {
    match fault {
        Fault::No => Ok(work()),
        Fault::Fails => Err(failed()),
        Fault::Hangs | Fault::Late(_) => std::future::pending().await,
        Fault::Panics => panic!("the frail store fell down"),
        Fault::Slow(millis) => {
            let done = work();
            sleep(Duration::from_millis(millis)).await;
            Ok(done)
        }
        Fault::Lost => {
            work();
            Err(StoreError::uncertain("the frail store was cut off", "the answer is lost"))
        }
    }
}

impl TokenStore for Frail {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        let fault = *self.0.load.lock().unwrap();
        Box::pin(suffer(fault, || self.kept()))
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        self.0.tried.fetch_add(1, Ordering::SeqCst);
        let fault = *self.0.replace.lock().unwrap();
        let store = self.clone();
        let work = move || {
            let mut kept = store.0.kept.lock().unwrap();
            let is_expected = kept.as_ref().map_or(0, StoredLogin::version) == expected;
            if is_expected {
                *kept = Some(next);
            }
            is_expected
        };
        if let Fault::Late(millis) = fault {
            tokio::spawn(async move {
                sleep(Duration::from_millis(millis)).await;
                work();
            });
            return Box::pin(std::future::pending());
        }
        Box::pin(suffer(fault, work))
    }

    fn try_lock(&self) -> StoreFuture<'_, StoreLock> {
        let Some(held) = self.0.held.clone() else {
            return Box::pin(async { Ok(StoreLock::Unsupported) });
        };
        let fault = *self.0.lock.lock().unwrap();
        Box::pin(suffer(fault, move || match held.swap(true, Ordering::SeqCst) {
            true => StoreLock::Busy,
            false => StoreLock::Held(Box::new(Unlock(held))),
        }))
    }
}

struct Unlock(Arc<AtomicBool>);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// The names of what was told so far, and no more is waited for.
pub async fn told(events: &mut SessionEvents) -> Vec<&'static str> {
    let mut told = Vec::new();
    while let Ok(Some(event)) = timeout(Duration::ZERO, events.next()).await {
        told.push(match event {
            SessionEvent::SignedIn(_) => "signed in",
            SessionEvent::Loaded(_) => "loaded",
            SessionEvent::Refreshed(_) => "refreshed",
            SessionEvent::RefreshFailing(_) => "failing",
            SessionEvent::Expired(_) => "expired",
            SessionEvent::SignedOut => "signed out",
            SessionEvent::StoreDegraded(_) => "degraded",
            SessionEvent::StoreRecovered => "recovered",
            _ => "other",
        });
    }
    told
}
