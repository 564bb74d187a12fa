//! The credential of a login: tokens that are ready to sign with.

use std::time::Duration;

use http::HeaderValue;

use super::tokens::Tokens;

/// Tokens, with the ready-made header.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) tokens: Tokens,
    /// The ready-made header. `None` if cookies sign.
    pub(crate) header: Option<HeaderValue>,
    pub(crate) lifetime: Option<Duration>,
    /// How much of its lifetime has passed.
    pub(crate) age: Duration,
}
