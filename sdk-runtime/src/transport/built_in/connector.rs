//! The layer around the connector of an HTTP library: which request waits for a connection, and who makes it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::Connection;
use tower_layer::Layer;
use tower_service::Service;

use super::sending::{self, Connecting};
use super::shared_connect::SharedConnects;

/// Tells requests that they wait for a connection, and shares a connection attempt between requests to one
/// server.
#[derive(Clone)]
pub(crate) struct Watch(pub(crate) Option<SharedConnects>);

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, connector: S) -> Watched<S> {
        Watched(Arc::new(Shared { connector: Mutex::new(connector), attempts: self.0.clone() }))
    }
}

/// The connector. reqwest clones it six times for each request, so a clone is one count: the connector
/// below is cloned for each connection.
pub(crate) struct Watched<S>(Arc<Shared<S>>);

struct Shared<S> {
    connector: Mutex<S>,
    attempts: Option<SharedConnects>,
}

impl<S> Clone for Watched<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> Watched<S> {
    fn connector(&self) -> MutexGuard<'_, S> {
        self.0.connector.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S, T> Service<T> for Watched<S>
where
    S: Service<T, Error: From<&'static str>, Response: Connection, Future: Send> + Clone + Send + 'static,
    T: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Connecting<Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.connector().poll_ready(cx)
    }

    fn call(&mut self, target: T) -> Self::Future {
        let mut connector = {
            let mut shared = self.connector();
            let fresh = shared.clone();
            // The one that is ready.
            std::mem::replace(&mut *shared, fresh)
        };
        // Only over TLS is HTTP/2 agreed on before the first request.
        let attempts = self.0.attempts.clone().zip(sending::https_origin());
        sending::connecting(Box::pin(async move {
            let lead = match attempts {
                Some((attempts, origin)) => {
                    attempts.turn(&origin).await.map_err(|_| S::Error::from("another connection is there"))?
                }
                None => None,
            };
            let connection = connector.call(target).await;
            if let Some(lead) = lead {
                let made = connection.as_ref().ok();
                lead.done(made.map(|made| made.connected().is_negotiated_h2()));
            }
            connection
        }))
    }
}
