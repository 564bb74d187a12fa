//! Tokens: the traits and values that users implement and build, how a token is placed on a request, and
//! when it expires.

pub(super) mod classify;
pub(super) mod expiry;
pub(super) mod placement;
pub(super) mod tokens;
pub(super) mod traits;
