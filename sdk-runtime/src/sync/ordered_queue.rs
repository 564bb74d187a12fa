//! A queue that many fill and one at a time empties, whoever comes by. What is in it is for its users to know.

use std::collections::VecDeque;

use super::primitives::{Mutex, MutexGuard, PoisonError};

/// Each item is handed out once, in the order in which it was put here, with no lock held and never two at a time.
pub(crate) struct OrderedQueue<T>(Mutex<Queue<T>>);

struct Queue<T> {
    waiting: VecDeque<T>,
    is_handed_out: bool,
}

impl<T> OrderedQueue<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Queue { waiting: VecDeque::new(), is_handed_out: false }))
    }

    /// Puts `items` behind what is there.
    pub(crate) fn put(&self, items: impl IntoIterator<Item = T>) {
        self.queue().waiting.extend(items);
    }

    /// Hands what is there to `take`, unless somebody else is at it, who then hands this out too.
    pub(crate) fn hand_out(&self, mut take: impl FnMut(T)) {
        loop {
            let item = {
                let mut queue = self.queue();
                if queue.is_handed_out {
                    return;
                }
                let Some(item) = queue.waiting.pop_front() else { return };
                queue.is_handed_out = true;
                item
            };
            // Whatever `take` does, a panic included.
            let _turn = Turn(self);
            take(item);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Turn<'a, T>(&'a OrderedQueue<T>);

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        self.0.queue().is_handed_out = false;
    }
}
