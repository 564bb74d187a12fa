//! What threads share without the session's lock, in pieces that are small enough to be tried in every order.
//! `tests/threads` runs these files with loom's atomics and locks (except `broadcast`, whose queues have one
//! lock each).

mod approximate_set;
mod broadcast;
mod due_claim;
mod flag;
mod ordered_queue;
mod primitives;
mod turn;

pub(crate) use approximate_set::ApproximateSet;
pub(crate) use broadcast::{Broadcast, Received, Subscription};
pub(crate) use due_claim::DueClaim;
pub(crate) use flag::Flag;
pub(crate) use ordered_queue::OrderedQueue;
pub(crate) use turn::Turn;
