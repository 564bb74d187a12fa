//! What the processes that share a store agree on: the stored login, the lease, and which write may replace
//! what is there.

pub(super) mod client;
pub(super) mod known_logins;
pub(super) mod lease;
pub(super) mod operation;
pub(super) mod outcome_unknown;
pub(super) mod pending_write;
pub(super) mod restore;
pub(super) mod schema;
