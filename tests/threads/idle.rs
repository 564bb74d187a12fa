//! `Entry::idle` and `Session::may_be_evicted`, by which a pool evicts a session: never one that a caller
//! holds. And the end of a session, with its last handle.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};

use crate::sync::Handles;
use crate::{in_every_order, together};

/// The count of an `Arc`, with the orderings that the standard library has; loom's own `Arc` always shows the
/// latest count.
struct Count(AtomicUsize);

impl Count {
    fn new(owners: usize) -> Self {
        Self(AtomicUsize::new(owners))
    }

    /// `Arc::clone`
    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// `drop`
    fn remove(&self) {
        self.0.fetch_sub(1, Ordering::Release);
    }

    /// `Arc::get_mut` gives something. `Arc::strong_count` would load it relaxed.
    fn is_one(&self) -> bool {
        self.0.load(Ordering::Acquire) == 1
    }
}

/// A login in a pool, and how many hold what of it.
struct Login {
    client: Count,
    handles: Handles,
    shell: Count,
}

impl Login {
    /// What the pool sees, under its lock: no caller gets a client from it meanwhile.
    fn may_go(&self) -> bool {
        self.client.is_one() && self.handles.are_one() && self.shell.is_one()
    }
}

/// Fails when the count of the clients is loaded relaxed, as `Arc::strong_count` does: the pool sees that the
/// client is gone, and not yet the session that was taken from it before. That is how it was. Fails, too,
/// when the handles are looked at in front of the client.
#[test]
fn no_session_is_evicted_whose_handle_a_caller_keeps() {
    in_every_order(|| {
        let login = Arc::new(Login { client: Count::new(2), handles: Handles::one(), shell: Count::new(1) });
        let caller = {
            let login = login.clone();
            Box::new(move || {
                // `client.session().clone()`, which has both.
                login.handles.add();
                login.shell.add();
                login.client.remove();
            })
        };
        together([caller, Box::new(move || assert!(!login.may_go()))]);
    });
}

/// Fails when a handle that is dropped is counted by a load and a store, or when the one that leaves one is
/// taken for the last.
#[test]
fn one_of_all_handles_is_the_last() {
    in_every_order(|| {
        let handles = Arc::new(Handles::one());
        let ends = Arc::new(AtomicUsize::new(0));
        // A handle is made from one that lives.
        handles.add();
        let user = || {
            let (handles, ends) = (handles.clone(), ends.clone());
            Box::new(move || {
                handles.add();
                for _ in 0..2 {
                    if handles.remove() {
                        ends.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }) as Box<dyn FnOnce() + Send>
        };
        together([user(), user()]);
        assert_eq!(ends.load(Ordering::Relaxed), 1);
    });
}
