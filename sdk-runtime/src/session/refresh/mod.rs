//! One refresh: the endpoint, what its response means, and the flight that callers wait for.

mod classify;
mod endpoint;
mod execute;
mod flight;
mod received;
mod refresher;
mod source;

pub use endpoint::{RefreshEndpoint, TokenAnswer};
pub use source::RefreshSource;

pub(crate) use classify::keeps_login;
pub(crate) use endpoint::{EndpointRefresh, RefreshConfig};
pub(super) use execute::{ClaimedRefresh, Sender, aborted, adopted, broken_off, store_failed};
pub(crate) use flight::{RefreshFlight, Revoke};
pub(crate) use refresher::Refresher;
pub(crate) use source::{Source, SourceRefresh};
