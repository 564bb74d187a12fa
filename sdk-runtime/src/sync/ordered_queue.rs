//! A queue that many threads fill, and one at a time empties.

use std::collections::VecDeque;

use super::primitives::{Mutex, MutexGuard, PoisonError};

/// Hands out each item once, in order, without a lock, and never two at a time.
pub(crate) struct OrderedQueue<T>(Mutex<Queue<T>>);

struct Queue<T> {
    /// `None` while nothing waits, as in most queues most of the time.
    #[expect(clippy::box_collection, reason = "an empty queue of each session takes 24 bytes less")]
    waiting: Option<Box<VecDeque<T>>>,
    is_handed_out: bool,
}

impl<T> OrderedQueue<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Queue { waiting: None, is_handed_out: false }))
    }

    /// Appends `items`.
    pub(crate) fn push(&self, items: impl IntoIterator<Item = T>) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_some() {
            self.queue().waiting.get_or_insert_default().extend(items);
        }
    }

    /// Hands the items to `take`, unless another thread is doing so. That thread then hands these out too.
    pub(crate) fn drain(&self, mut take: impl FnMut(T)) {
        loop {
            let item = {
                let mut queue = self.queue();
                if queue.is_handed_out {
                    return;
                }
                let Some(item) = queue.waiting.as_mut().and_then(|waiting| waiting.pop_front()) else {
                    return;
                };
                queue.waiting.take_if(|waiting| waiting.is_empty());
                queue.is_handed_out = true;
                item
            };
            // Ends the turn even if `take` panics.
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
