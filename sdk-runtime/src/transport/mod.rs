//! How one request reaches a server and one answer comes back; knows nothing of sessions, redirects or retries.

mod cause;
mod interface;
mod pool_rotation;
mod reqwest;
mod service;
mod shared_connect;
mod stage;
mod upload;

pub use self::reqwest::HttpClientBuilder;
pub use interface::{ResponseBody, Transport, TransportFuture, TransportRequest, TransportResponse};
pub use service::ServiceTransport;

pub(crate) use self::reqwest::ReqwestTransport;
pub(crate) use stage::Stage;
