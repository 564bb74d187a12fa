//! The clients of an HTTP library that a transport has: one for each route and use, built when it is needed.

use std::sync::{Mutex, OnceLock, PoisonError};

use url::Url;

use super::super::interface::TransportRequest;
use super::pool_rotation::{PoolRotation, PoolUse};
use crate::error::TransportError;
use crate::request::base::{is_same_origin, may_carry_credentials};

/// How a request reaches its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Over TLS.
    Encrypted,
    /// In the clear.
    Clear,
    /// In the clear, and through no proxy: requests that may be plaintext because they stay on this machine.
    Direct,
}

impl Route {
    fn to(url: &Url, direct: bool) -> Self {
        match url.scheme() {
            "http" if direct => Self::Direct,
            "http" => Self::Clear,
            _ => Self::Encrypted,
        }
    }
}

/// The connections of a client.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Use {
    /// One of two pools.
    Pool(usize),
    /// A new connection for each request.
    Own,
}

/// The clients of one transport.
pub(crate) struct Clients<C> {
    /// By route and use.
    built: [[OnceLock<Result<C, TransportError>>; 3]; 3],
    turns: PoolRotation,
    /// The plaintext origins that a client of this transport allows.
    allowed: Mutex<Vec<Url>>,
}

impl<C> Default for Clients<C> {
    fn default() -> Self {
        Self { built: Default::default(), turns: PoolRotation::default(), allowed: Mutex::default() }
    }
}

impl<C> Clients<C> {
    /// Notes that requests to `origin` that may carry a credential go through no proxy.
    pub(crate) fn note_direct(&self, origin: &Url) {
        let mut allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
        if !allowed.iter().any(|known| is_same_origin(known, origin)) {
            allowed.push(origin.clone());
        }
    }

    /// Returns the client for calls to `url`.
    pub(crate) fn for_calls(
        &self,
        url: &Url,
        build: impl FnOnce(Route, Use) -> Result<C, TransportError>,
    ) -> Result<&C, TransportError> {
        let is_direct = may_carry_credentials(url) || {
            let allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
            allowed.iter().any(|origin| is_same_origin(origin, url))
        };
        self.client(Route::to(url, is_direct), Use::Pool(0), build)
    }

    /// Returns the client that sends `request`. Hold the use of its pool while the request or its response is
    /// in progress.
    pub(crate) fn for_request(
        &self,
        request: &TransportRequest,
        build: impl FnOnce(Route, Use) -> Result<C, TransportError>,
    ) -> Result<(&C, PoolUse), TransportError> {
        let turn = self.turns.take(&request.stage);
        let uses = if request.own_connection { Use::Own } else { Use::Pool(turn.pool()) };
        let client = self.client(Route::to(&request.url, request.direct), uses, build)?;
        Ok((client, turn))
    }

    fn client(
        &self,
        route: Route,
        uses: Use,
        build: impl FnOnce(Route, Use) -> Result<C, TransportError>,
    ) -> Result<&C, TransportError> {
        let place = match (route, uses) {
            (_, Use::Own) => 0,
            (Route::Encrypted, Use::Pool(pool)) => 1 + pool,
            // Without HTTP/2, a connection ends with a call that times out.
            (Route::Clear | Route::Direct, Use::Pool(_)) => 1,
        };
        let client = &self.built[route as usize][place];
        client.get_or_init(|| build(route, uses)).as_ref().map_err(Clone::clone)
    }
}
