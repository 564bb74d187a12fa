//! The transport of a client that names none.

use std::sync::Arc;
use std::time::Duration;

use super::interface::Transport;

/// Returns the default transport, with a limit of connecting that comes before its own.
#[cfg(feature = "reqwest")]
pub(crate) fn default_transport(connect_timeout: Option<Duration>) -> Arc<dyn Transport> {
    Arc::new(super::http_transport::HttpTransport::connecting_within(connect_timeout, None))
}

#[cfg(all(feature = "lean", not(feature = "reqwest")))]
pub(crate) fn default_transport(connect_timeout: Option<Duration>) -> Arc<dyn Transport> {
    Arc::new(super::lean::LeanTransport::connecting_within(connect_timeout))
}

#[cfg(not(any(feature = "reqwest", feature = "lean")))]
pub(crate) fn default_transport(_: Option<Duration>) -> Arc<dyn Transport> {
    Arc::new(super::no_transport::NoTransport)
}
