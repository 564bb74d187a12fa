//! An answer that is larger than the client takes.

use std::fmt;

/// The answer's body is larger than [`ClientBuilder::body_limit`](crate::ClientBuilder::body_limit) allows, or one line or event
/// of a stream is larger than can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyTooLarge {
    limit: usize,
    is_line: bool,
}

impl BodyTooLarge {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, is_line: false }
    }

    /// Of one line or event.
    pub(crate) fn line(limit: usize) -> Self {
        Self { limit, is_line: true }
    }

    /// The limit, in bytes.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }
}

impl fmt::Display for BodyTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_line {
            return write!(f, "a line or event of the answer is larger than {} bytes", self.limit);
        }
        write!(f, "the answer is larger than {} bytes; `.body_limit(…)` raises the limit", self.limit)
    }
}

impl std::error::Error for BodyTooLarge {}
