//! `NotReplayable`: a body that would have to be sent again and is spent.

use std::fmt;

use super::response::ErrorResponse;
use crate::endpoint::Endpoint;

/// The server needs the request again, after a refresh of the token or a redirect, and its body was a
/// [`BodyStream`](crate::body::BodyStream) that has been read.
///
/// The token was refreshed all the same, so the next call has a new one.
#[derive(Clone)]
pub struct NotReplayable(ErrorResponse);

impl NotReplayable {
    pub(super) fn set_endpoint(&mut self, endpoint: &'static Endpoint) {
        self.0.set_endpoint(endpoint);
    }

    /// Returns the response after which the request would have to be sent again.
    #[must_use]
    pub fn response(&self) -> &ErrorResponse {
        &self.0
    }
}

/// Makes the error of the response to a request, or of any response for a fake.
impl From<ErrorResponse> for NotReplayable {
    fn from(response: ErrorResponse) -> Self {
        Self(response)
    }
}

impl fmt::Display for NotReplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, and its body was a stream that cannot be sent once more: pass `Bytes` or a `Body`, which \
             can",
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
