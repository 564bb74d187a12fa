//! `session/state/snapshot.rs`, as `session/acquire.rs` reads it without the lock and the core changes it
//! under it.

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Mutex};

use crate::sync::{DueClaim, Flag};
use crate::{in_every_order, together};

/// The first token is stale, and what a refresh gives is the second.
#[derive(Default)]
struct Snapshot {
    rejected: Flag,
    refresh: DueClaim,
}

struct Session {
    /// The lock, and how many refreshes were begun.
    inner: Mutex<usize>,
    snapshots: [Snapshot; 2],
    /// Which of them all threads see; in the product an `ArcSwap`.
    published: AtomicUsize,
    /// The outcome of the refresh.
    settled: Flag,
}

const NOW: u64 = 10;
const LATER: u64 = 20;

impl Session {
    fn new() -> Arc<Self> {
        let published = AtomicUsize::new(0);
        let (snapshots, settled) = <([Snapshot; 2], Flag)>::default();
        Arc::new(Self { inner: Mutex::new(0), snapshots, published, settled })
    }

    fn begun(&self) -> usize {
        *self.inner.lock().unwrap()
    }

    fn published(&self) -> usize {
        self.published.load(Ordering::Acquire)
    }

    /// The token to sign with right now.
    fn fresh(&self) -> Option<usize> {
        let it = self.published();
        let snapshot = &self.snapshots[it];
        let is_stale = it == 0;
        let is_to_be_refreshed = is_stale && snapshot.refresh.is_free(NOW);
        (!snapshot.rejected.is_raised() && !is_to_be_refreshed).then_some(it)
    }

    /// A call at a time when the token is stale. Whether it is to refresh.
    fn call(&self) -> bool {
        if self.fresh().is_some() {
            return false;
        }
        let mut begun = self.inner.lock().unwrap();
        if self.fresh().is_some() {
            return false;
        }
        self.snapshots[self.published()].refresh.take();
        *begun += 1;
        true
    }

    /// The refresh failed, and none is to be tried before `LATER`.
    fn failed(&self) {
        let inner = self.inner.lock().unwrap();
        self.snapshots[0].refresh.give_back(LATER);
        drop(inner);
        self.settled.raise();
    }

    /// The refresh gave the second token.
    fn refreshed(&self) {
        let inner = self.inner.lock().unwrap();
        self.published.store(1, Ordering::Release);
        drop(inner);
        self.settled.raise();
    }
}

/// Fails without a second look under the lock: two have seen without it that no refresh runs. Fails when the
/// claim is not taken.
#[test]
fn i1_of_all_who_see_a_stale_token_one_refreshes_it() {
    in_every_order(|| {
        let session = Session::new();
        together([(); 3].map(|()| -> Box<dyn FnOnce() + Send> {
            let session = session.clone();
            Box::new(move || {
                session.call();
            })
        }));
        assert_eq!(session.begun(), 1);
    });
}

/// Fails when the claim is given back from `NOW` on, and without a second look under the lock.
#[test]
fn i7_no_caller_repeats_a_failed_refresh_before_its_cool_down_ends() {
    in_every_order(|| {
        let session = Session::new();
        together([(); 2].map(|()| -> Box<dyn FnOnce() + Send> {
            let session = session.clone();
            Box::new(move || {
                if session.call() {
                    session.failed();
                }
            })
        }));
        assert_eq!(session.begun(), 1);
        assert!(session.snapshots[0].refresh.is_free(LATER));
    });
}

/// Fails when the run is settled in front of the publication, and when a flag is raised or read relaxed: who
/// is told that the token was refreshed finds the one that was refused.
#[test]
fn i5_who_waited_for_a_refresh_finds_what_it_gave() {
    in_every_order(|| {
        let session = Session::new();
        let (refused, reader) = (session.clone(), session.clone());
        together([
            Box::new(move || {
                let inner = refused.inner.lock().unwrap();
                refused.snapshots[0].rejected.raise();
                drop(inner);
                refused.refreshed();
            }),
            Box::new(move || {
                let (first, second) = (reader.published(), reader.published());
                assert!(first <= second, "I3");
            }),
            Box::new(move || {
                while !session.settled.is_raised() {
                    loom::thread::yield_now();
                }
                assert_eq!(session.fresh(), Some(1));
            }),
        ]);
    });
}
