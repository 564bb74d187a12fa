//! `Credential`: tokens that are ready to sign with.

use std::time::Duration;

use http::HeaderValue;

use super::tokens::Tokens;

/// Tokens, and what became of the access token.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) tokens: Tokens,
    /// The ready-made header; `None` where cookies sign.
    pub(crate) header: Option<HeaderValue>,
    pub(crate) lifetime: Option<Duration>,
    /// How much of it is over already.
    pub(crate) age: Duration,
}
