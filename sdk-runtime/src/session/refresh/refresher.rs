//! `Refresher`: the one way in which a session is refreshed, by its endpoint or by a function of the program.

use std::time::Duration;

use super::endpoint::{EndpointRefresh, TIMEOUT};
use super::source::SourceRefresh;
use crate::cookies::Jar;
use crate::error::InvalidRequest;
use crate::request::Prepared;
use crate::session::state::RefreshOutcome;
use crate::session::token::Grant;

/// Refreshes a session.
#[derive(Clone)]
pub(crate) enum Refresher {
    Endpoint(EndpointRefresh),
    /// Boxed, because endpoints are smaller, and pools have them.
    Source(Box<SourceRefresh>),
}

/// What one send of a refresh sends.
pub(crate) enum RefreshRequest {
    Endpoint(Box<Prepared>),
    Source(Grant),
}

impl Refresher {
    /// Builds the request. `None` if `grant` holds nothing to refresh with.
    pub(crate) fn request(&self, grant: &Grant) -> Option<Result<RefreshRequest, InvalidRequest>> {
        match self {
            Self::Endpoint(endpoint) => Some(endpoint.request(grant)?.map(RefreshRequest::Endpoint)),
            Self::Source(_) => Some(Ok(RefreshRequest::Source(grant.clone()))),
        }
    }

    /// Returns the timeout of one send.
    pub(crate) fn timeout(&self) -> Duration {
        match self {
            Self::Endpoint(endpoint) => endpoint.timeout(),
            Self::Source(_) => TIMEOUT,
        }
    }

    /// Whether a session that was never signed in gets its first tokens by itself.
    pub(crate) fn signs_in(&self) -> bool {
        matches!(self, Self::Source(source) if source.signs_in)
    }

    /// Sends the request and classifies the response.
    pub(crate) async fn send(&self, request: &RefreshRequest, grant: &Grant, jar: &Jar) -> RefreshOutcome {
        match (self, request) {
            (Self::Endpoint(endpoint), RefreshRequest::Endpoint(request)) => {
                endpoint.send(request, grant, jar).await
            }
            (Self::Source(source), RefreshRequest::Source(grant)) => source.ask(grant, jar).await,
            // No refresher has the request of another one.
            _ => RefreshOutcome::NothingToRefreshWith,
        }
    }
}
