//! `session/observe.rs`: what happened is put in order under the lock, and told without it.

use loom::sync::{Arc, Mutex};

use crate::sync::OrderedQueue;
use crate::{in_every_order, together};

struct Session {
    /// The lock, and how much has happened.
    inner: Mutex<u32>,
    notices: OrderedQueue<u32>,
    told: Mutex<Vec<u32>>,
}

impl Session {
    fn step(&self) {
        let mut inner = self.inner.lock().unwrap();
        *inner += 1;
        self.notices.push([*inner]);
        drop(inner);
        self.notices.drain(|notice| {
            // Another thread that told at the same time would hold it.
            self.told.try_lock().expect("one at a time").push(notice);
        });
    }
}

/// Fails when items are put there after the lock was released, and when the turn ends before its item is
/// taken (out of order); when the one whose turn it is does not look again (stuck); and when an item is taken
/// out in front of the check (lost).
#[test]
fn i28_each_notice_is_told_once_in_order_and_none_is_stuck() {
    in_every_order(|| {
        let session =
            Arc::new(Session { inner: Mutex::new(0), notices: OrderedQueue::new(), told: Mutex::default() });
        together([(); 3].map(|()| -> Box<dyn FnOnce() + Send> {
            let session = session.clone();
            Box::new(move || session.step())
        }));
        assert_eq!(*session.told.lock().unwrap(), [1, 2, 3]);
    });
}
