//! `session/refresh_task.rs` with `Shell::finish` and `Shell::sign_out`: a refresh ends while its login does.

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Mutex, MutexGuard};

use crate::sync::Flag;
use crate::{in_every_order, together};

struct Session {
    inner: Mutex<Inner>,
    /// How often the server was told to revoke what the refresh gave.
    revoked: AtomicUsize,
}

struct Inner {
    /// Of the core: whether the run is under way.
    is_under_way: bool,
    run: Option<Arc<Run>>,
    /// What is published.
    has_new_tokens: bool,
}

#[derive(Default)]
struct Run {
    /// A `SetOnce`, of which the first word stands.
    outcome: Mutex<Option<Settled>>,
    revoke: Mutex<Option<Revoke>>,
    ended: Flag,
}

type Settled = Option<Result<(), ()>>;
struct Revoke;

impl Run {
    fn settle(&self, settled: Settled) {
        self.outcome.lock().unwrap().get_or_insert(settled);
    }

    fn take_revoke(&self) -> Option<Revoke> {
        self.revoke.lock().unwrap().take()
    }
}

impl Session {
    fn refreshing() -> (Arc<Self>, Arc<Run>) {
        let run = Arc::<Run>::default();
        let inner = Inner { is_under_way: true, run: Some(run.clone()), has_new_tokens: false };
        (Arc::new(Self { inner: Mutex::new(inner), revoked: AtomicUsize::new(0) }), run)
    }

    /// What the task does when it has the answer. `outcome` is given back if no caller wants it.
    fn finish(&self, run: &Run, outcome: Result<(), ()>) -> Option<Result<(), ()>> {
        let mut inner = self.inner.lock().unwrap();
        if !inner.is_under_way {
            drop(inner);
            run.settle(None);
            return Some(outcome);
        }
        inner.is_under_way = false;
        inner.run = None;
        inner.has_new_tokens = outcome.is_ok();
        drop(inner);
        run.settle(Some(outcome));
        None
    }

    /// The task, from when it has the answer to when its guard is dropped.
    fn task(&self, run: &Run) {
        if let Some(outcome) = self.finish(run, Ok(()))
            && run.take_revoke().is_some()
            && outcome.is_ok()
        {
            self.revoke();
        }
        self.drop_guard(run);
    }

    fn drop_guard(&self, run: &Run) {
        self.finish(run, Err(()));
        run.take_revoke();
        run.ended.raise();
    }

    fn sign_out(&self) {
        let mut inner = self.inner.lock().unwrap();
        let had_new_tokens = std::mem::take(&mut inner.has_new_tokens);
        inner.is_under_way = false;
        if let Some(run) = &inner.run {
            *run.revoke.lock().unwrap() = Some(Revoke);
        }
        self.conclude(inner);
        if had_new_tokens {
            self.revoke();
        }
    }

    fn conclude(&self, mut inner: MutexGuard<'_, Inner>) {
        let is_under_way = inner.is_under_way;
        let overtaken = inner.run.take_if(|_| !is_under_way);
        drop(inner);
        if let Some(run) = overtaken {
            run.settle(None);
        }
    }

    fn revoke(&self) {
        self.revoked.fetch_add(1, Ordering::Relaxed);
    }
}

/// Fails when the way to revoke is handed to the run after the lock was released, when the run may end and
/// find none; and when the run is asked whether it is under way without the lock.
#[test]
fn what_a_refresh_gives_for_a_login_that_ends_is_revoked_once() {
    in_every_order(|| {
        let (session, run) = Session::refreshing();
        let (ending, task) = (session.clone(), session.clone());
        together([Box::new(move || task.task(&run)), Box::new(move || ending.sign_out())]);
        assert_eq!(session.revoked.load(Ordering::Relaxed), 1);
        assert!(!session.inner.lock().unwrap().has_new_tokens, "I10");
    });
}

/// The way to revoke holds a client. Fails when the guard leaves it in the run.
#[test]
fn i33_a_run_that_is_cut_off_keeps_no_way_to_revoke() {
    in_every_order(|| {
        let (session, run) = Session::refreshing();
        let (ending, ended) = (session.clone(), run.clone());
        together([Box::new(move || session.drop_guard(&run)), Box::new(move || ending.sign_out())]);
        assert!(ended.take_revoke().is_none());
    });
}

/// Fails when the last word stands instead of the first, when a fence settles a run that was not overtaken,
/// and when an end that was overtaken settles nothing.
#[test]
fn i6_a_waiter_gets_what_was_published_or_looks_again() {
    in_every_order(|| {
        let (session, run) = Session::refreshing();
        let published = Arc::new(AtomicUsize::new(0));
        let (task, refreshed, seen) = (session.clone(), run.clone(), published.clone());
        together([
            Box::new(move || {
                task.task(&refreshed);
                assert!(refreshed.outcome.lock().unwrap().is_some(), "I6");
            }),
            Box::new(move || {
                let has_new_tokens = session.inner.lock().unwrap().has_new_tokens;
                seen.store(usize::from(has_new_tokens), Ordering::Relaxed);
                session.sign_out();
            }),
        ]);
        let settled = *run.outcome.lock().unwrap();
        if published.load(Ordering::Relaxed) == 1 {
            assert_eq!(settled, Some(Some(Ok(()))), "I5");
        }
        assert!(matches!(settled, Some(Some(Ok(())) | None)), "I5: {settled:?}");
        assert!(run.ended.is_raised());
    });
}
