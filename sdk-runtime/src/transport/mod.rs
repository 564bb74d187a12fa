//! Transports: one request to a server, and its response.

mod cause;
mod interface;
mod pool_rotation;
mod reqwest;
mod service;
mod shared_connect;
mod stage;
mod upload;

pub use self::reqwest::HttpClientBuilder;
pub use crate::error::{TransportError, TransportErrorKind};
pub use interface::{ResponseBody, Transport, TransportFuture, TransportRequest, TransportResponse};
pub use service::ServiceTransport;

pub(crate) use self::reqwest::ReqwestTransport;
pub(crate) use stage::Stage;
