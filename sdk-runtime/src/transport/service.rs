//! `ServiceTransport`: the transport over a tower service, such as an in-memory server in tests, middleware,
//! or another HTTP library.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tower_service::Service;

use super::cause;
use super::interface::{ResponseBody, Transport, TransportFuture, TransportRequest};
use super::stage::Stage;
use crate::body::RequestBody;
use crate::error::{TransportError, TransportErrorKind};

/// A [`Transport`] over a [`tower_service::Service`] of `http` types.
///
/// The body of a request is an [`http_body::Body`], whose size hint becomes the `Content-Length`. If the
/// sources of a service's error include an [`io::Error`] such as "connection refused", or a known error of
/// hyper or h2, the request counts as not received. Any other error means that it may have been received,
/// except a [`TransportError`], which says that itself.
///
/// The extensions of a request hold the declared endpoint as a `&'static`
/// [`Endpoint`](crate::endpoint::Endpoint), the values of [`Call::extension`](crate::Call::extension), and
/// the [`PoolKey`](crate::client::PoolKey) of a client of a pool.
#[derive(Debug)]
pub struct ServiceTransport<S> {
    service: Mutex<S>,
    /// Whether the service is a layer around another transport.
    is_layered: bool,
}

impl<S> ServiceTransport<S> {
    /// Sends every request through a clone of `service`.
    pub fn new(service: S) -> Self {
        Self { service: Mutex::new(service), is_layered: false }
    }

    /// Sends every request through a clone of `service`, which is a layer around another transport.
    pub(super) fn layered(service: S) -> Self {
        Self { service: Mutex::new(service), is_layered: true }
    }
}

impl<S, B> Transport for ServiceTransport<S>
where
    S: Service<http::Request<RequestBody>, Response = http::Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    B: HttpBody + Send + 'static,
    B::Data: Buf + Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    fn send(&self, request: TransportRequest) -> TransportFuture {
        // The lock is for services that are not `Sync`. It is held for one clone.
        let mut service = self.service.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let TransportRequest {
            endpoint,
            method,
            url,
            headers,
            extensions,
            body,
            own_connection,
            direct,
            stage,
        } = request;
        let (has_body, is_layered) = (body.is_some(), self.is_layered);
        Box::pin(async move {
            let mut outgoing = http::Request::builder()
                .method(method)
                .uri(url.as_str())
                .body(body.unwrap_or_default())
                .map_err(|error| TransportError::new(TransportErrorKind::Invalid, error))?;
            *outgoing.headers_mut() = headers;
            *outgoing.extensions_mut() = extensions;
            if let Some(endpoint) = endpoint {
                outgoing.extensions_mut().insert(endpoint);
            }
            if is_layered {
                outgoing.extensions_mut().insert(Carried { has_body, own_connection, direct, stage });
            }
            let failed = if is_layered { layer_error } else { request_error };
            poll_fn(|cx| service.poll_ready(cx)).await.map_err(failed)?;
            let answer = service.call(outgoing).await.map_err(failed)?;
            Ok(answer.map(|body| ResponseBody::new(ServiceBody(Box::pin(body)))))
        })
    }
}

/// The body of a service, with its data and errors as those of a transport.
struct ServiceBody<B>(Pin<Box<B>>);

impl<B> HttpBody for ServiceBody<B>
where
    B: HttpBody,
    B::Data: Buf,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let frame = ready!(self.0.as_mut().poll_frame(cx));
        Poll::Ready(frame.map(|frame| match frame {
            Ok(frame) => Ok(frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))),
            Err(error) => Err(body_error(error)),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// The fields of a [`TransportRequest`] that an [`http::Request`] does not have, in its extensions. They
/// lead through layers to the transport below.
#[derive(Clone)]
pub(super) struct Carried {
    pub(super) has_body: bool,
    pub(super) own_connection: bool,
    pub(super) direct: bool,
    pub(super) stage: Stage,
}

impl Carried {
    /// Returns the fields of a request that a layer has made itself. It may be signed, so that it goes
    /// through no proxy in the clear.
    pub(super) fn of_a_new_request(body: &RequestBody) -> Self {
        let has_body = body.size_hint().exact() != Some(0);
        Self { has_body, own_connection: false, direct: true, stage: Stage::default() }
    }
}

/// Returns the error of a transport that a layer has passed on, or wrapped.
fn of_the_transport<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e TransportError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        next = match error.downcast_ref::<io::Error>() {
            // Its source is that of the error in it.
            Some(error) => error.get_ref().map(|error| error as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    None
}

fn body_error(error: impl Into<Box<dyn StdError + Send + Sync>>) -> TransportError {
    let error = error.into();
    match of_the_transport(&*error) {
        Some(error) => error.clone(),
        None => TransportError::new(TransportErrorKind::Body, error),
    }
}

/// Returns the error of a layer: that of the transport below, or its own.
fn layer_error(error: impl Into<Box<dyn StdError + Send + Sync>>) -> TransportError {
    classified(error, TransportErrorKind::Layer)
}

fn request_error(error: impl Into<Box<dyn StdError + Send + Sync>>) -> TransportError {
    classified(error, TransportErrorKind::Request)
}

/// Returns the error with the kind `unknown` if its cause is not known.
fn classified(
    error: impl Into<Box<dyn StdError + Send + Sync>>,
    unknown: TransportErrorKind,
) -> TransportError {
    let error = error.into();
    if let Some(error) = of_the_transport(&*error) {
        return error.clone();
    }
    let cause = cause::of(&*error);
    let is_unsent = cause.is_unsent || never_arrived(&*error);
    let kind = match cause.kind {
        Some(kind) => kind,
        None if is_unsent => TransportErrorKind::Connect,
        None => unknown,
    };
    TransportError::because(kind, cause.words, error).arrived(!is_unsent)
}

fn never_arrived(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(
                error.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
                    | io::ErrorKind::AddrNotAvailable
            );
        }
        next = error.source();
    }
    false
}
