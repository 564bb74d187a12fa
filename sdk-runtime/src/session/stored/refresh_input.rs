//! The input of a refresh: what the session has, as the claim compares it with the store.

use super::schema::{Record, TokenId};
use crate::error::SessionExpired;

/// What a session has when it starts a refresh.
#[derive(Debug, Clone)]
pub(crate) struct RefreshInput {
    pub(crate) record: Record,
    /// Whether it is a sign-in that the store does not have yet.
    pub(crate) is_new: bool,
    /// Whether only a response of the server will do, and not tokens that another process has stored.
    pub(crate) must_send: bool,
    /// Whether its access token no longer signs: it has lapsed, or a server has rejected it.
    pub(crate) is_over: bool,
    /// Tokens whose refresh was denied while the store could not be read or cleared.
    pub(crate) denied: Option<DeniedRefresh>,
}

#[cfg(test)]
impl RefreshInput {
    /// The input of a refresh whose access token no longer signs.
    pub(crate) fn of(record: Record, is_new: bool) -> Self {
        Self { record, is_new, must_send: false, is_over: true, denied: None }
    }
}

/// Tokens whose refresh the server denied for good.
#[derive(Debug, Clone)]
pub(crate) struct DeniedRefresh {
    pub(crate) id: TokenId,
    pub(crate) expired: SessionExpired,
}
