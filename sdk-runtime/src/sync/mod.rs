//! What threads share beside a session's lock, in pieces so small that every order in which threads can use them is tried:
//! `tests/threads` takes these files as they stand (but for `audience`, whose queues have one lock each), with loom's atomics and locks
//! for those below. Knows nothing of a session.

mod audience;
mod busy;
mod claim;
mod flag;
mod in_turn;
mod marks;
mod primitives;

pub(crate) use audience::{Audience, Heard, Listener};
pub(crate) use busy::Busy;
pub(crate) use claim::Claim;
pub(crate) use flag::Flag;
pub(crate) use in_turn::InTurn;
pub(crate) use marks::Marks;
