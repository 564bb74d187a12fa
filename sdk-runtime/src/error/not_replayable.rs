//! A body that would have to be sent once more and cannot be.

use std::fmt;

use super::response::ErrorResponse;

/// The server asked for the request again, after a refresh of the token or by a redirect, and its body was a
/// [`BodyStream`](crate::BodyStream) that had been read.
///
/// The token was refreshed all the same, so that the next call finds a good one.
#[derive(Clone)]
pub struct NotReplayable(ErrorResponse);

impl NotReplayable {
    /// The answer the request would have to be sent again for.
    #[must_use]
    pub fn response(&self) -> &ErrorResponse {
        &self.0
    }
}

/// Made of the answer to a request, and of any for a fake to fail with.
impl From<ErrorResponse> for NotReplayable {
    fn from(response: ErrorResponse) -> Self {
        Self(response)
    }
}

impl fmt::Display for NotReplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, and its body was a stream that cannot be sent once more: pass `Bytes` or a `Body`, which can",
            self.0
        )
    }
}

impl fmt::Debug for NotReplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NotReplayable").field(&self.0).finish()
    }
}

impl std::error::Error for NotReplayable {}
