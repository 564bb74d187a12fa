//! How one request reaches a server and one answer comes back; knows nothing of sessions, redirects or retries.

mod attempts;
mod cause;
mod interface;
mod reqwest;
mod service;
mod stage;
mod turns;
mod upload;

pub use self::reqwest::HttpClientBuilder;
pub use interface::{ResponseBody, Transport, TransportFuture, TransportRequest, TransportResponse};
pub use service::ServiceTransport;

pub(crate) use self::reqwest::ReqwestTransport;
pub(crate) use stage::Stage;
