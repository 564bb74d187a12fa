//! An answer that is larger than the client takes.

use std::fmt;

/// The answer's body is larger than [`ClientBuilder::body_limit`](crate::ClientBuilder::body_limit) allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyTooLarge {
    limit: usize,
}

impl BodyTooLarge {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit }
    }

    /// The limit, in bytes.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }
}

impl fmt::Display for BodyTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the answer is larger than {} bytes; `.body_limit(…)` raises the limit", self.limit)
    }
}

impl std::error::Error for BodyTooLarge {}
