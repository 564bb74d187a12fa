//! `NoTransport`: what a build without a transport to the network has.

use url::Url;

use super::interface::{Transport, TransportFuture, TransportRequest};
use crate::error::{TransportError, TransportErrorKind};

/// Fails in `build()`, and names the features that are missing.
pub(super) struct NoTransport;

fn missing() -> TransportError {
    let words = "there is no transport: enable the feature `reqwest` or `lean` of `sdk-runtime`, or write \
                 `.transport(…)`";
    TransportError::because(TransportErrorKind::Invalid, Some(words.to_owned()), words)
}

impl Transport for NoTransport {
    fn check(&self, _: &Url) -> Result<(), TransportError> {
        Err(missing())
    }

    fn send(&self, _: TransportRequest) -> TransportFuture {
        Box::pin(async { Err(missing()) })
    }
}
