//! What threads share beside a session's lock, in pieces so small that every order in which threads can use them is tried:
//! `tests/threads` takes these files as they stand (except `broadcast`, whose queues have one lock each), with loom's atomics and locks
//! for those below. Knows nothing of a session.

mod approximate_set;
mod broadcast;
mod due_claim;
mod exclusive;
mod flag;
mod ordered_queue;
mod primitives;

pub(crate) use approximate_set::ApproximateSet;
pub(crate) use broadcast::{Broadcast, Received, Subscription};
pub(crate) use due_claim::DueClaim;
pub(crate) use exclusive::Exclusive;
pub(crate) use flag::Flag;
pub(crate) use ordered_queue::OrderedQueue;
