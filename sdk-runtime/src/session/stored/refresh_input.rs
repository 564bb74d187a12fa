//! `RefreshInput`: what a session has when it starts a refresh, as the claim compares it with the store.

use super::schema::{Record, TokenId};
use crate::error::SessionExpired;

/// What a session holds when it begins to refresh it.
#[derive(Debug, Clone)]
pub(crate) struct RefreshInput {
    pub(crate) record: Record,
    /// Whether it is a sign-in that the store does not have yet.
    pub(crate) is_new: bool,
    /// Whether only the answer of the server will do, and not what another process was given before.
    pub(crate) must_send: bool,
    /// Whether its access token signs no more: it has lapsed, or a server has rejected it.
    pub(crate) is_over: bool,
    /// These were refused for good already, and whether the store still had them could not be known.
    pub(crate) denied: Option<DeniedRefresh>,
}

/// Tokens that the server refused for good.
#[derive(Debug, Clone)]
pub(crate) struct DeniedRefresh {
    pub(crate) id: TokenId,
    pub(crate) expired: SessionExpired,
}
