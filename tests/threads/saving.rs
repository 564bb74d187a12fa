//! `session/persistence.rs`: one task at a time writes what the store does not have, and those who wait for
//! it are told.

use loom::sync::{Arc, Condvar, Mutex};

use crate::sync::Turn;
use crate::{in_every_order, together};

struct Session {
    inner: Mutex<Inner>,
    turn: Turn,
    /// What the store has.
    store: Mutex<u32>,
    store_works: bool,
    /// Whether the next write fails, and is repeated.
    is_busy: Mutex<bool>,
    progress: Progress,
}

/// Of the core: what there is to save, and whether it has been.
#[derive(Default)]
struct Inner {
    serial: u32,
    is_unsaved: bool,
}

/// A `tokio::sync::watch`.
#[derive(Default)]
struct Progress {
    seen: Mutex<Failures>,
    changed: Condvar,
}

#[derive(Default, Clone, Copy)]
struct Failures {
    version: u32,
    /// How many attempts were begun, and the last that failed.
    begun: u32,
    last: u32,
}

/// The write is repeated after a pause.
struct Later;

impl Progress {
    fn now(&self) -> Failures {
        *self.seen.lock().unwrap()
    }

    fn send_modify(&self, modify: impl FnOnce(&mut Failures)) {
        let mut failures = self.seen.lock().unwrap();
        modify(&mut failures);
        failures.version += 1;
        self.changed.notify_all();
    }

    /// The number of an attempt that begins, of which no caller is told.
    fn begin(&self) -> u32 {
        let mut failures = self.seen.lock().unwrap();
        failures.begun += 1;
        failures.begun
    }

    fn changed(&self, since: Failures) -> Failures {
        let mut failures = self.seen.lock().unwrap();
        while failures.version == since.version {
            failures = self.changed.wait(failures).unwrap();
        }
        *failures
    }
}

impl Session {
    fn new(store_works: bool) -> Arc<Self> {
        let (inner, turn, store, is_busy, progress) = Default::default();
        Arc::new(Self { inner, turn, store, store_works, is_busy, progress })
    }

    fn step<T>(&self, step: impl FnOnce(&mut Inner) -> T) -> T {
        let mut inner = self.inner.lock().unwrap();
        let result = step(&mut inner);
        let is_unsaved = inner.is_unsaved;
        drop(inner);
        if is_unsaved {
            self.save();
        }
        result
    }

    fn must_save(&self) {
        self.step(|inner| {
            inner.serial += 1;
            inner.is_unsaved = true;
        });
    }

    /// The queue, whose task is run here at once.
    fn save(&self) {
        if self.turn.queue() {
            self.save_now();
        }
    }

    /// The writer, begun by the task of the queue or by a caller that waits.
    fn save_now(&self) {
        if !self.turn.begin() {
            return;
        }
        match self.write() {
            Ok(failed) => self.end(failed),
            Err(Later) => {
                self.turn.queue_again();
                self.save_now();
            }
        }
    }

    /// A session that is closed writes once more at most. Gives the attempt that failed.
    fn write(&self) -> Result<Option<u32>, Later> {
        while let Some(serial) = self.step(|inner| inner.is_unsaved.then_some(inner.serial)) {
            let attempt = self.progress.begin();
            // Another writer at the same time would hold it.
            *self.store.try_lock().expect("one at a time") = serial;
            if !self.store_works {
                return Ok(Some(attempt));
            }
            if std::mem::take(&mut *self.is_busy.lock().unwrap()) {
                return Err(Later);
            }
            self.step(|inner| inner.is_unsaved &= inner.serial != serial);
            self.progress.send_modify(|_| {});
        }
        Ok(None)
    }

    /// The writer is dropped.
    fn end(&self, failed: Option<u32>) {
        self.turn.end();
        match failed {
            None => {
                self.step(|_| ());
                self.progress.send_modify(|_| {});
            }
            Some(attempt) => self.progress.send_modify(|failures| failures.last = attempt),
        }
    }

    /// Whether the store has everything.
    fn saved(&self) -> bool {
        let mut seen = self.progress.now();
        let before = seen.begun;
        while self.step(|inner| inner.is_unsaved) {
            self.save_now();
            seen = self.progress.changed(seen);
            // An attempt that was begun before says nothing of the store as it is now.
            if seen.last > before {
                return false;
            }
        }
        true
    }
}

/// Fails when to queue or to begin is two steps, to look and to say so.
#[test]
fn i9_one_of_two_queues_a_writer_and_one_begins_it() {
    in_every_order(|| {
        let turn = Arc::new(Turn::default());
        let (queued, begun) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
        together([(); 2].map(|()| -> Box<dyn FnOnce() + Send> {
            let (turn, queued, begun) = (turn.clone(), queued.clone(), begun.clone());
            Box::new(move || {
                *queued.lock().unwrap() += u32::from(turn.queue());
                *begun.lock().unwrap() += u32::from(turn.begin());
            })
        }));
        assert_eq!((*queued.lock().unwrap(), *begun.lock().unwrap()), (1, 1));
    });
}

/// Fails when a writer that has ended does not look again, and when it looks again before it lets others
/// begin.
#[test]
fn i9_what_comes_while_a_writer_ends_is_written() {
    in_every_order(|| {
        let session = Session::new(true);
        together([(); 2].map(|()| -> Box<dyn FnOnce() + Send> {
            let session = session.clone();
            Box::new(move || session.must_save())
        }));
        assert!(!session.inner.lock().unwrap().is_unsaved);
        assert_eq!(*session.store.lock().unwrap(), 2);
    });
}

/// Fails when they are told before the writer has let others begin: a caller in between waits for a writer
/// that is none any more. That is how it was.
#[test]
fn i9_a_waiter_is_told_when_the_last_writer_fails() {
    in_every_order(|| {
        let session = Session::new(false);
        let waiting = session.clone();
        together([
            Box::new(move || session.must_save()),
            Box::new(move || {
                waiting.must_save();
                assert!(!waiting.saved());
            }),
        ]);
    });
}

/// Fails when a writer that finds nothing left says nothing of it. That is how it was.
#[test]
fn i9_a_waiter_is_told_when_nothing_is_left_to_write() {
    in_every_order(|| {
        let session = Session::new(true);
        let (adopting, waiting) = (session.clone(), session.clone());
        together([
            Box::new(move || session.must_save()),
            // Another process has put newer tokens there.
            Box::new(move || adopting.step(|inner| inner.is_unsaved = false)),
            Box::new(move || assert!(waiting.saved())),
        ]);
    });
}

/// Fails when the turn of the writer ends with the attempt that failed.
#[test]
fn i9_a_write_that_has_failed_is_repeated_by_one() {
    in_every_order(|| {
        let session = Session::new(true);
        *session.is_busy.lock().unwrap() = true;
        let (waiting, other) = (session.clone(), session.clone());
        together([Box::new(move || session.must_save()), Box::new(move || waiting.save_now())]);
        assert!(!other.inner.lock().unwrap().is_unsaved);
        assert_eq!(*other.store.lock().unwrap(), 1);
    });
}
