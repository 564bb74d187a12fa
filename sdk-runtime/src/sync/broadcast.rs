//! A broadcast to subscriptions, each with a queue of its own.
//!
//! No item is dropped and no waker is woken under a lock, because both may run the user's code.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Weak};
use std::task::{Poll, Waker};

use super::primitives::{Mutex, MutexGuard, PoisonError};

/// Sends each item to every subscription. A slow subscription misses the oldest items, and delays no other.
pub(crate) struct Broadcast<T> {
    /// `None` after the end.
    subscriptions: Mutex<Option<Vec<Weak<Queue<T>>>>>,
    /// The capacity of a queue.
    backlog: usize,
}

/// Receives the items that are sent after it was made.
pub(crate) struct Subscription<T>(Arc<Queue<T>>);

/// What a subscription receives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received<T> {
    Item(T),
    /// This many items were dropped before they were read.
    Missed(u64),
}

struct Queue<T>(Mutex<Waiting<T>>);

struct Waiting<T> {
    items: VecDeque<T>,
    missed: u64,
    is_over: bool,
    waker: Option<Waker>,
}

impl<T: Clone> Broadcast<T> {
    pub(crate) fn new(backlog: usize) -> Self {
        Self { subscriptions: Mutex::new(Some(Vec::new())), backlog }
    }

    pub(crate) fn subscribe(&self) -> Subscription<T> {
        let mut subscriptions = self.subscriptions();
        let is_over = subscriptions.is_none();
        let waiting = Waiting { items: VecDeque::new(), missed: 0, is_over, waker: None };
        let queue = Arc::new(Queue(Mutex::new(waiting)));
        if let Some(subscriptions) = &mut *subscriptions {
            subscriptions.retain(|subscription| subscription.strong_count() > 0);
            subscriptions.push(Arc::downgrade(&queue));
        }
        Subscription(queue)
    }

    /// Sends `item` to all subscriptions.
    pub(crate) fn send(&self, item: &T) {
        for queue in self.present() {
            let item = item.clone();
            let mut waiting = queue.lock();
            let is_full = waiting.items.len() >= self.backlog;
            let missed = is_full.then(|| waiting.items.pop_front());
            waiting.missed += u64::from(is_full);
            waiting.items.push_back(item);
            let waker = waiting.waker.take();
            drop(waiting);
            drop(missed);
            wake(waker);
        }
    }
}

impl<T> Broadcast<T> {
    /// Ends all subscriptions, those to come too. Each still returns the items that it has.
    pub(crate) fn end(&self) {
        let last = self.subscriptions().take().filter(|last| !last.is_empty());
        for queue in last.into_iter().flatten().filter_map(|queue| queue.upgrade()) {
            let mut waiting = queue.lock();
            waiting.is_over = true;
            let waker = waiting.waker.take();
            drop(waiting);
            wake(waker);
        }
    }

    fn subscriptions(&self) -> MutexGuard<'_, Option<Vec<Weak<Queue<T>>>>> {
        self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn present(&self) -> Vec<Arc<Queue<T>>> {
        self.subscriptions().iter().flatten().filter_map(Weak::upgrade).collect()
    }
}

impl<T> Drop for Broadcast<T> {
    fn drop(&mut self) {
        self.end();
    }
}

impl<T> Subscription<T> {
    /// Returns the next item, or `None` if no more will come.
    ///
    /// Cancel safe: no item is lost.
    pub(crate) async fn next(&mut self) -> Option<Received<T>> {
        poll_fn(|cx| {
            let waker = cx.waker().clone();
            let mut waiting = self.0.lock();
            if waiting.missed > 0 {
                return Poll::Ready(Some(Received::Missed(std::mem::take(&mut waiting.missed))));
            }
            if let Some(item) = waiting.items.pop_front() {
                return Poll::Ready(Some(Received::Item(item)));
            }
            if waiting.is_over {
                return Poll::Ready(None);
            }
            let before = waiting.waker.replace(waker);
            drop(waiting);
            drop(before);
            Poll::Pending
        })
        .await
    }
}

impl<T> Queue<T> {
    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_listener_gets_all_from_when_it_began_and_knows_what_it_missed() {
        let broadcast = Broadcast::new(3);
        broadcast.send(&0);
        let mut first = broadcast.subscribe();
        broadcast.send(&1);
        let mut second = broadcast.subscribe();
        for item in 2..=4 {
            broadcast.send(&item);
        }
        assert_eq!(first.next().await, Some(Received::Missed(1)));
        for item in 2..=4 {
            assert_eq!(first.next().await, Some(Received::Item(item)));
            assert_eq!(second.next().await, Some(Received::Item(item)));
        }
        drop(second);
        broadcast.send(&5);
        drop(broadcast);
        assert_eq!(first.next().await, Some(Received::Item(5)), "what was told before the end");
        assert_eq!(first.next().await, None);
    }

    #[tokio::test]
    async fn nothing_comes_after_the_end() {
        let broadcast = Broadcast::new(3);
        let mut early = broadcast.subscribe();
        broadcast.send(&1);
        broadcast.end();
        broadcast.send(&2);
        assert_eq!(early.next().await, Some(Received::Item(1)), "what was told before the end");
        assert_eq!(early.next().await, None);
        assert_eq!(broadcast.subscribe().next().await, None);
    }
}
