//! Transports: one request to a server, and its response.

#[cfg(any(feature = "reqwest", feature = "lean"))]
mod built_in;
mod cause;
mod default;
#[cfg(feature = "reqwest")]
mod http_transport;
mod idle;
mod interface;
mod layered;
#[cfg(feature = "lean")]
mod lean;
#[cfg(not(any(feature = "reqwest", feature = "lean")))]
mod no_transport;
mod service;
mod stage;

pub use crate::error::{TransportError, TransportErrorKind};
#[cfg(feature = "reqwest")]
pub use http_transport::{HttpClientBuilder, HttpTransport};
pub use interface::{ResponseBody, Transport, TransportFuture, TransportRequest, TransportResponse};
pub use layered::TransportService;
pub use service::ServiceTransport;

#[cfg(feature = "lean")]
pub use lean::{LeanOptions, LeanTransport};

/// The HTTP client below [`HttpTransport`], from the `reqwest` crate.
#[cfg(feature = "reqwest")]
pub use http_transport::reqwest;

pub(crate) use default::default_transport;
#[cfg(feature = "reqwest")]
pub(crate) use http_transport::Configure;
pub(crate) use layered::{Wrap, wrap};
pub(crate) use stage::Stage;
