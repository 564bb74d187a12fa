//! `StoredCredential`: a login that was read from the store, ready to sign with.

use std::sync::Arc;

use super::schema::TokenId;
use super::undecodable::Undecodable;
use crate::cookies::Jar;
use crate::session::token::credential::Credential;

/// A login as it was read from the store.
#[derive(Debug, Clone)]
pub(crate) struct StoredCredential {
    pub(crate) id: TokenId,
    pub(crate) credential: Credential,
    pub(crate) jar: Arc<Jar>,
    /// The response that has most likely spent its refresh token, and could not be decoded.
    pub(crate) undecodable: Option<Undecodable>,
}
