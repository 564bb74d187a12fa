//! `Transport`: sends one request and returns one response. Implement it for a transport of your own.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Extensions, HeaderMap, Method};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use url::Url;

use super::stage::Stage;
use crate::body::RequestBody;
use crate::endpoint::Endpoint;
use crate::error::TransportError;
use crate::runtime::{RuntimeBound, Spawner};

/// Sends one request and returns one response.
///
/// A transport follows no redirect, stores no cookie, adds no credential and decompresses nothing. The client
/// does all of that, because it must see every hop.
pub trait Transport: Send + Sync + 'static {
    /// Sends `request`, and returns when the head of its response has arrived.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future may leave the request sent or unsent.
    ///
    /// # Errors
    ///
    /// Fails if no response arrived. [`TransportError::may_have_arrived`] says whether the server may have
    /// received the request.
    fn send(&self, request: TransportRequest) -> TransportFuture;

    /// Checks that requests to `base` can be sent. Called by [`build`](crate::client::ClientBuilder::build),
    /// so that a missing feature or certificate is found before the first call. Default: they can.
    ///
    /// # Errors
    ///
    /// Returns the error that each request to `base` would have.
    fn check(&self, base: &Url) -> Result<(), TransportError> {
        let _ = base;
        Ok(())
    }

    /// Notes that requests to `origin` are [`direct`](TransportRequest::direct) because a client has allowed
    /// it by [`allow_insecure`](crate::client::ClientBuilder::allow_insecure). Called by
    /// [`build`](crate::client::ClientBuilder::build), before [`check`](Self::check). Default: does nothing.
    fn note_direct(&self, origin: &Url) {
        let _ = origin;
    }
}

/// Several clients share a transport, and so its connections:
///
/// ```
/// use std::sync::Arc;
/// use sdk_runtime::{ServiceTransport, transport::Transport};
///
/// # let service = sdk_testkit::Backend::new();
/// let shared: Arc<dyn Transport> = Arc::new(ServiceTransport::new(service));
/// let of_another_client = shared.clone(); // for `.transport(…)` of each builder
/// # assert_eq!(Arc::strong_count(&of_another_client), 2);
/// ```
impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        (**self).send(request)
    }

    fn check(&self, base: &Url) -> Result<(), TransportError> {
        (**self).check(base)
    }

    fn note_direct(&self, origin: &Url) {
        (**self).note_direct(origin);
    }
}

/// The future of [`Transport::send`].
pub type TransportFuture = Pin<Box<dyn Future<Output = Result<TransportResponse, TransportError>> + Send>>;

/// A complete request. `Debug` shows the method and the path only.
#[non_exhaustive]
pub struct TransportRequest {
    /// The declared endpoint: its name, verb and path template. `None` if the request is none of a declared
    /// endpoint.
    pub endpoint: Option<&'static Endpoint>,
    /// The HTTP method.
    pub method: Method,
    /// The absolute address, without a fragment.
    pub url: Url,
    /// All headers, except `Host` and those about the length of the body.
    pub headers: HeaderMap,
    /// The values of [`Call::extension`](crate::Call::extension), and the
    /// [`PoolKey`](crate::client::PoolKey) of a client of a pool.
    pub extensions: Extensions,
    /// The body, or `None` for a request without one.
    pub body: Option<RequestBody>,
    /// Whether to use a new connection that is not used again. Sign-ins, refreshes and sign-outs set this,
    /// because they must not wait for the connections of calls or for a dead connection. A transport without
    /// connections may ignore it.
    pub own_connection: bool,
    /// Whether the request goes through no proxy. Requests in the clear that may carry a credential set this:
    /// they stay on this machine, or go to an address of `.allow_insecure(…)`.
    pub direct: bool,
    pub(crate) stage: Stage,
}

/// A response whose body is not read yet.
pub type TransportResponse = http::Response<ResponseBody>;

impl fmt::Debug for TransportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportRequest")
            .field("method", &self.method)
            .field("path", &self.url.path())
            .finish_non_exhaustive()
    }
}

/// The body of a response, while it arrives.
pub struct ResponseBody(UnsyncBoxBody<Bytes, TransportError>);

impl ResponseBody {
    /// Creates the body of a transport of your own.
    pub fn new(body: impl Body<Data = Bytes, Error = TransportError> + Send + 'static) -> Self {
        Self(body.boxed_unsync())
    }

    /// Binds the body to the runtime that `spawner` names, if it names one, so that it can be read on any
    /// thread.
    pub(crate) fn entered(self, spawner: &Spawner) -> Self {
        match spawner.enter(self) {
            Ok(entered) => Self::new(EnteredBody(entered)),
            Err(body) => body,
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// A body that is read and dropped on a named runtime.
struct EnteredBody(RuntimeBound<ResponseBody>);

impl Body for EnteredBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.0.with(|body| Pin::new(body).poll_frame(cx)).unwrap_or(Poll::Ready(None))
    }

    fn is_end_stream(&self) -> bool {
        self.0.get().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.get().map(Body::size_hint).unwrap_or_default()
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseBody(..)")
    }
}
