//! What a builder was told about the way of a request: the transport, the layers around it, and functions
//! that set headers.

use std::sync::Arc;
use std::time::Duration;

use crate::error::BuildError;
use crate::exchange::OnRequest;
use crate::request::base::Base;
#[cfg(feature = "reqwest")]
use crate::transport::{Configure, HttpTransport};
use crate::transport::{Transport, Wrap, default_transport};

/// The options for the way of a request.
#[derive(Default)]
pub(super) struct TransportOptions {
    pub(super) transport: Option<Arc<dyn Transport>>,
    #[cfg(feature = "reqwest")]
    pub(super) http: Option<Configure>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) around_all: Vec<Wrap>,
    pub(super) around_calls: Vec<Wrap>,
    pub(super) on_request: Vec<OnRequest>,
}

/// The transports of a client, with their layers.
pub(super) struct Transports {
    /// That of sign-ins, refreshes and sign-outs.
    pub(super) session: Arc<dyn Transport>,
    pub(super) calls: Arc<dyn Transport>,
}

impl TransportOptions {
    /// Returns the transports for a client of `base`.
    pub(super) fn transports(self, base: &Base) -> Result<Transports, BuildError> {
        #[cfg(feature = "reqwest")]
        let configured = self.http.map(|http| -> Arc<dyn Transport> {
            Arc::new(HttpTransport::connecting_within(self.connect_timeout, Some(http)))
        });
        #[cfg(not(feature = "reqwest"))]
        let configured = None;
        let transport = match (self.transport, configured) {
            (Some(_), Some(_)) => {
                return Err(BuildError::conflict(
                    "`.http(…)` configures reqwest, and `.transport(…)` replaces it: keep one",
                ));
            }
            (Some(_), None) if self.connect_timeout.is_some() => {
                return Err(BuildError::conflict(
                    "`.connect_timeout(…)` is a limit of the default transport, and `.transport(…)` replaces \
                     it: write `HttpTransport::new(|http| http.connect_timeout(…))`, or \
                     `LeanOptions::default().connect_timeout(…)`",
                ));
            }
            (Some(transport), None) | (None, Some(transport)) => transport,
            (None, None) => default_transport(self.connect_timeout),
        };
        for origin in base.insecure().origins() {
            transport.note_direct(origin);
        }
        transport.check(base.url()).map_err(BuildError::transport)?;
        let around = |transport, layers: Vec<Wrap>| layers.into_iter().fold(transport, |inner, it| it(inner));
        let session = around(transport, self.around_all);
        Ok(Transports { calls: around(session.clone(), self.around_calls), session })
    }
}
