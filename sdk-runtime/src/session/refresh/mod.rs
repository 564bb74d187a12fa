//! One refresh: the endpoint, what its response means, and the flight that callers wait for.

mod claimed;
mod classify;
mod endpoint;
mod flight;
mod send;

pub use endpoint::{RefreshEndpoint, TokenAnswer};

pub(super) use claimed::{ClaimedRefresh, adopted};
pub(crate) use endpoint::Refresher;
pub(crate) use flight::{RefreshFlight, Revoke};
pub(super) use send::{Sender, aborted, broken_off, store_failed};
