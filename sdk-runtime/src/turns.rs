//! Whose turn it is: work of many owners that a bounded number of tasks does.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many tasks do the work at the same place.
const AT_ONCE: usize = 64;

/// Work that waits for its turn.
pub(crate) trait Work: Send + Sync + 'static {
    /// Does the work, if it is still to be done.
    fn run(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Gives the work up, because its runtime ends before its turn.
    fn give_up(self: Arc<Self>);
}

/// The work at each place of `K`. Work waits only while as many tasks as may be are at work there, so that
/// there is always a task that takes it.
pub(crate) struct Turns<K>(Mutex<HashMap<K, Queue>>);

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Arc<dyn Work>>,
    tasks: usize,
}

impl<K: Copy + Eq + Hash> Turns<K> {
    /// Returns `work` if a new task is to begin with it. Otherwise it waits for one of the tasks at `place`.
    pub(crate) fn add(&self, place: K, work: Arc<dyn Work>) -> Option<Arc<dyn Work>> {
        let mut places = self.places();
        let queue = places.entry(place).or_default();
        if queue.tasks < AT_ONCE {
            queue.tasks += 1;
            return Some(work);
        }
        queue.waiting.push_back(work);
        None
    }

    /// Returns the next work for a task at `place` that has done its own, or `None` if the task is to end.
    pub(crate) fn next(&self, place: K) -> Option<Arc<dyn Work>> {
        let mut places = self.places();
        let queue = places.get_mut(&place)?;
        let next = queue.waiting.pop_front();
        if next.is_none() {
            queue.tasks -= 1;
            if queue.tasks == 0 {
                places.remove(&place);
            }
        }
        next
    }

    fn places(&self) -> MutexGuard<'_, HashMap<K, Queue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Idle;

    impl Work for Idle {
        fn run(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(async {})
        }

        fn give_up(self: Arc<Self>) {}
    }

    #[test]
    fn work_waits_only_while_as_many_tasks_as_may_be_are_at_work() {
        let turns = Turns::default();
        let add = |place| turns.add(place, Arc::new(Idle)).is_some();
        for _ in 0..AT_ONCE {
            assert!(add('a'));
        }
        assert!(!add('a') && !add('a'), "two wait");
        assert!(add('b'), "another place has tasks of its own");
        assert!(turns.next('a').is_some() && turns.next('a').is_some());
        for _ in 0..AT_ONCE {
            assert!(turns.next('a').is_none());
            assert!(add('a'), "the task has ended, and another one begins");
            assert!(turns.next('a').is_none());
        }
        assert!(turns.next('b').is_none() && turns.places().is_empty());
    }
}
