//! Instruments of OpenTelemetry: requests by its conventions for HTTP clients, and what a session does.
//!
//! Without the feature `metrics` nothing is measured: empty types with the same methods take the place.
//!
//! - **I27** No attribute is a secret, a path, a query or the value of a header.

#[cfg(not(feature = "metrics"))]
mod disabled;
#[cfg(feature = "metrics")]
mod instruments;

#[cfg(not(feature = "metrics"))]
pub(crate) use disabled::{Metrics, RunningRefresh};
#[cfg(feature = "metrics")]
pub(crate) use instruments::{Metrics, RunningRefresh};
