//! `TransportService`: a transport as a tower service, so that layers can be put around it.

use std::error::Error as StdError;
use std::fmt;
use std::future;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Buf;
use http_body::Body as HttpBody;
use tower_layer::Layer;
use tower_service::Service;
use url::Url;

use super::interface::{ResponseBody, Transport, TransportFuture, TransportRequest};
use super::service::{Carried, ServiceTransport};
use crate::body::RequestBody;
use crate::endpoint::Endpoint;
use crate::error::{TransportError, TransportErrorKind};

/// The transport of a client as a tower service, which is what a layer of
/// [`ClientBuilder::layer`](crate::client::ClientBuilder::layer) is put around.
///
/// The request has the absolute address as its URI. Its extensions hold the declared endpoint as a
/// `&'static` [`Endpoint`], which a layer finds by
/// `request.extensions().get::<&'static Endpoint>()`, and the values of
/// [`Call::extension`](crate::Call::extension). A client of a pool adds its
/// [`PoolKey`](crate::client::PoolKey).
#[derive(Clone)]
pub struct TransportService(Arc<dyn Transport>);

impl Service<http::Request<RequestBody>> for TransportService {
    type Response = http::Response<ResponseBody>;
    type Error = TransportError;
    type Future = TransportFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<RequestBody>) -> TransportFuture {
        let (mut parts, body) = request.into_parts();
        let url = match Url::parse(&parts.uri.to_string()) {
            Ok(url) => url,
            Err(error) => {
                let error = TransportError::new(TransportErrorKind::Invalid, error);
                return Box::pin(future::ready(Err(error)));
            }
        };
        let Carried { has_body, own_connection, direct, stage } =
            parts.extensions.remove().unwrap_or_else(|| Carried::of_a_new_request(&body));
        self.0.send(TransportRequest {
            endpoint: parts.extensions.get::<&'static Endpoint>().copied(),
            method: parts.method,
            url,
            headers: parts.headers,
            extensions: parts.extensions,
            body: has_body.then_some(body),
            own_connection,
            direct,
            stage,
        })
    }
}

impl fmt::Debug for TransportService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransportService(..)")
    }
}

/// Puts layers around a transport.
pub(crate) type Wrap = Box<dyn FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync>;

/// Returns what puts `layer` around a transport.
pub(crate) fn wrap<L, B>(layer: L) -> Wrap
where
    L: Layer<TransportService> + Send + Sync + 'static,
    L::Service: Service<http::Request<RequestBody>, Response = http::Response<B>> + Clone + Send + 'static,
    <L::Service as Service<http::Request<RequestBody>>>::Future: Send,
    <L::Service as Service<http::Request<RequestBody>>>::Error: Into<Box<dyn StdError + Send + Sync>>,
    B: HttpBody + Send + 'static,
    B::Data: Buf + Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    Box::new(move |transport| Arc::new(ServiceTransport::layered(layer.layer(TransportService(transport)))))
}
