//! One refresh: the endpoint, what its response means, and the flight that callers wait for.

pub(super) mod claimed;
pub(super) mod classify;
pub(super) mod endpoint;
pub(super) mod flight;
pub(super) mod send;
