//! Transports: one request to a server, and its response.

mod cause;
mod connector;
mod http_transport;
mod idle;
mod interface;
mod layered;
mod pool_rotation;
mod service;
mod shared_connect;
mod stage;
mod upload;

pub use crate::error::{TransportError, TransportErrorKind};
pub use http_transport::{HttpClientBuilder, HttpTransport};
pub use interface::{ResponseBody, Transport, TransportFuture, TransportRequest, TransportResponse};
pub use layered::TransportService;
pub use service::ServiceTransport;

/// The HTTP client below [`HttpTransport`], from the `reqwest` crate.
pub use http_transport::reqwest;

pub(crate) use http_transport::Configure;
pub(crate) use layered::{Wrap, wrap};
pub(crate) use stage::Stage;
