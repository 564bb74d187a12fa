//! `BodyTooLarge`: a response that exceeds the client's limit.

use std::fmt;

use super::called::{Called, has_endpoint};

/// The response body exceeds [`ClientBuilder::body_limit`](crate::client::ClientBuilder::body_limit), or one
/// line or event of a stream exceeds its limit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BodyTooLarge {
    limit: usize,
    is_line: bool,
    called: Called,
}

has_endpoint!(BodyTooLarge, called);

impl BodyTooLarge {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, is_line: false, called: Called::default() }
    }

    /// Returns the error of one line or event.
    pub(crate) fn line(limit: usize) -> Self {
        Self { limit, is_line: true, called: Called::default() }
    }

    /// Returns the limit, in bytes.
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

impl fmt::Debug for BodyTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyTooLarge").field("limit", &self.limit).field("is_line", &self.is_line).finish()
    }
}

impl std::error::Error for BodyTooLarge {}
