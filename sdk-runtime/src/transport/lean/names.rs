//! The addresses of a host: those that the program named, or those of the system's resolver.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::{fmt, io, vec};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

#[derive(Clone)]
pub(super) struct Names {
    named: Arc<HashMap<String, Vec<SocketAddr>>>,
    system: GaiResolver,
}

impl Names {
    pub(super) fn new(named: Arc<HashMap<String, Vec<SocketAddr>>>) -> Self {
        Self { named, system: GaiResolver::new() }
    }
}

impl Service<Name> for Names {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = Unresolved;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Unresolved>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        self.system.poll_ready(cx).map_err(Unresolved)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let named = self.named.get(name.as_str()).cloned();
        let found = match &named {
            None => Some(self.system.call(name)),
            Some(_) => None,
        };
        Box::pin(async move {
            let addresses = match found {
                Some(found) => found.await.map_err(Unresolved)?.collect(),
                None => named.unwrap_or_default(),
            };
            match addresses.is_empty() {
                true => Err(Unresolved(io::Error::other("the name has no address"))),
                false => Ok(addresses.into_iter()),
            }
        })
    }
}

/// A name has no address.
#[derive(Debug)]
pub(super) struct Unresolved(io::Error);

impl Unresolved {
    /// Whether this is `error`, or one of its sources.
    pub(super) fn is_in(error: &(dyn StdError + 'static)) -> bool {
        error.is::<Self>() || error.source().is_some_and(Self::is_in)
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name cannot be resolved")
    }
}

impl StdError for Unresolved {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}
