//! What the transports over the network share, whichever HTTP library they use.

pub(super) mod clients;
pub(super) mod connector;
pub(super) mod host;
pub(super) mod limits;
pub(super) mod pool_rotation;
pub(super) mod received;
pub(super) mod sending;
pub(super) mod shared_connect;
pub(super) mod upload;
