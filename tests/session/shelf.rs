//! A store that a test can inspect, delay and break.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sdk_runtime::{
    error::StoreError,
    store::{MemoryStore, StoreFuture, StoreLock, StoredLogin, TokenStore},
};
use sdk_testkit::TokenServer;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::tracker::{self, TrackerClient};

/// A clone is the same shelf.
#[derive(Clone)]
pub struct Shelf(Arc<Inner>);

struct Inner {
    kept: MemoryStore,
    loads: AtomicUsize,
    works: Works,
    reads: AtomicBool,
    lock: Option<Arc<AtomicBool>>,
}

/// How writing goes.
struct Works {
    state: watch::Sender<Writes>,
    tried: AtomicUsize,
    /// As many fail before they go as they do.
    fail: AtomicUsize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    Well,
    Badly,
    /// They panic, as code of others does.
    Panicking,
    /// They wait until this changes.
    Never,
}

impl Shelf {
    /// One without a lock, so that a refresh needs a lease.
    pub fn new() -> Self {
        Self::with(None)
    }

    /// One with a lock like that of a system.
    pub fn lockable() -> Self {
        Self::with(Some(Arc::default()))
    }

    fn with(lock: Option<Arc<AtomicBool>>) -> Self {
        let works = Works {
            state: watch::Sender::new(Writes::Well),
            tried: AtomicUsize::new(0),
            fail: AtomicUsize::new(0),
        };
        let (kept, loads, reads) = (MemoryStore::new(), AtomicUsize::new(0), AtomicBool::new(true));
        Self(Arc::new(Inner { kept, loads, works, reads, lock }))
    }

    pub fn writes(&self, how: Writes) {
        self.0.works.state.send_replace(how);
    }

    /// The next `count` writes go badly.
    pub fn fail(&self, count: usize) {
        self.0.works.fail.store(count, Ordering::SeqCst);
    }

    pub fn can_be_read(&self, can: bool) {
        self.0.reads.store(can, Ordering::SeqCst);
    }

    pub fn loads(&self) -> usize {
        self.0.loads.load(Ordering::SeqCst)
    }

    /// How many writes were tried, the failed ones included.
    pub fn tried(&self) -> usize {
        self.0.works.tried.load(Ordering::SeqCst)
    }

    /// Waits until so many writes were tried.
    pub async fn wait_for_writes(&self, count: usize) {
        let tried = async {
            while self.tried() < count {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(60), tried).await.expect("it is written");
    }

    pub async fn text(&self) -> String {
        self.0.kept.load().await.unwrap().map_or_else(String::new, |kept| kept.text().to_owned())
    }

    /// Puts something there that no session has written.
    pub async fn put(&self, text: &str) {
        let version = self.0.kept.load().await.unwrap().map_or(0, |kept| kept.version());
        assert!(self.0.kept.replace(version, StoredLogin::new(version + 1, text)).await.unwrap());
    }

    /// A client of `server` that keeps its login here, as another process would make one.
    pub fn client(&self, server: &TokenServer) -> TrackerClient {
        tracker::builder(server).store(self.clone()).build().unwrap()
    }
}

impl TokenStore for Shelf {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        Box::pin(async move {
            self.0.loads.fetch_add(1, Ordering::SeqCst);
            match self.0.reads.load(Ordering::SeqCst) {
                true => self.0.kept.load().await,
                false => Err(StoreError::unavailable("the shelf cannot be reached", "too high")),
            }
        })
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            self.0.works.tried.fetch_add(1, Ordering::SeqCst);
            let fail = &self.0.works.fail;
            if fail.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                return Err(StoreError::unavailable("the shelf cannot be written", "jammed"));
            }
            let mut state = self.0.works.state.subscribe();
            let how = *state.wait_for(|how| *how != Writes::Never).await.unwrap();
            match how {
                Writes::Badly => Err(StoreError::unavailable("the shelf cannot be written", "full")),
                Writes::Panicking => panic!("the shelf fell down"),
                _ => self.0.kept.replace(expected, next).await,
            }
        })
    }

    fn try_lock(&self) -> StoreFuture<'_, StoreLock> {
        Box::pin(async move {
            Ok(match &self.0.lock {
                None => StoreLock::Unsupported,
                Some(lock) if lock.swap(true, Ordering::SeqCst) => StoreLock::Busy,
                Some(lock) => StoreLock::Held(Box::new(Unlock(lock.clone()))),
            })
        })
    }
}

struct Unlock(Arc<AtomicBool>);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}
