//! One refresh: the endpoint, what its response means, and the flight that callers wait for.

mod classify;
mod endpoint;
mod execute;
mod flight;

pub use endpoint::{RefreshEndpoint, TokenAnswer};

pub(crate) use classify::keeps_login;
pub(crate) use endpoint::Refresher;
pub(super) use execute::{ClaimedRefresh, Sender, aborted, adopted, broken_off, store_failed};
pub(crate) use flight::{RefreshFlight, Revoke};
