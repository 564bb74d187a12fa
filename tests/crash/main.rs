//! Processes that share a login and are killed: what the next one finds, and what the server gets to see.
//! Real processes, a real socket and a real file; knows nothing of how a session does it.
//!
//! The parent of each test has the server. A child is this binary again: it does what it is told, and tells
//! of every step.

mod child;
mod kept;
mod phases;
mod process;
mod rounds;
mod stage;
mod together;
