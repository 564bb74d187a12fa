//! `Entry::may_be_evicted` and `Session::may_be_evicted`, by which a pool evicts a session: never one that a
//! caller holds.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};

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
    session: Count,
    shared: Count,
}

impl Login {
    /// What the pool sees, under its lock: no caller gets a client from it meanwhile.
    fn may_go(&self) -> bool {
        self.client.is_one() && self.session.is_one() && self.shared.is_one()
    }
}

/// Fails when a count is loaded relaxed, as `Arc::strong_count` does: the pool sees that the client is gone,
/// and not yet the session that was taken from it before. That is how it was. Fails, too, when the session is
/// looked at in front of the client.
#[test]
fn no_session_is_evicted_whose_handle_a_caller_keeps() {
    in_every_order(|| {
        let login = Arc::new(Login { client: Count::new(2), session: Count::new(1), shared: Count::new(1) });
        let caller = {
            let login = login.clone();
            Box::new(move || {
                // `client.session().clone()`, which has both.
                login.shared.add();
                login.session.add();
                login.client.remove();
            })
        };
        together([caller, Box::new(move || assert!(!login.may_go()))]);
    });
}
