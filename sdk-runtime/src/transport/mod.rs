//! How one request reaches a server and one answer comes back; knows nothing of sessions, redirects or retries.

mod reqwest;
mod service;

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body_util::combinators::UnsyncBoxBody;
use url::Url;

pub use self::reqwest::HttpClientBuilder;
pub use service::ServiceTransport;

pub(crate) use self::reqwest::ReqwestTransport;

use crate::error::TransportError;

/// Sends one request and gives one answer.
///
/// A transport follows no redirect, keeps no cookie and adds no credential: all of that is the client's business, which
/// must see every hop.
pub trait Transport: Send + Sync + 'static {
    /// Sends `request` and waits for the head of its answer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future may leave the request sent or unsent.
    ///
    /// # Errors
    ///
    /// When no answer came; the error's kind says whether the server may have seen the request.
    fn send(&self, request: TransportRequest) -> TransportFuture;
}

/// What [`Transport::send`] returns.
pub type TransportFuture = Pin<Box<dyn Future<Output = Result<TransportResponse, TransportError>> + Send>>;

/// A request, complete and ready to go.
#[derive(Debug, Clone)]
pub struct TransportRequest {
    /// The HTTP method.
    pub method: Method,
    /// The absolute address, without a fragment.
    pub url: Url,
    /// All headers but `Host` and those about the length of the body.
    pub headers: HeaderMap,
    /// The body, or `None` for a request that has none.
    pub body: Option<Bytes>,
}

/// An answer whose body is still to be read.
pub type TransportResponse = http::Response<ResponseBody>;

/// The body of an answer, as it arrives.
pub type ResponseBody = UnsyncBoxBody<Bytes, TransportError>;
