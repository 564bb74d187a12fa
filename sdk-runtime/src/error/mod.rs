//! The errors of a call, and their codes.
//!
#![doc = include_str!("../../docs/errors.md")]
// Errors are cheap to clone, because one failed refresh answers many callers. No `Display` and no `Debug`
// shows a token, a body, a query or a header value. Accessors return them.

mod api;
mod build;
mod call_error;
mod called;
mod code;
mod decode;
mod error_body;
mod expired;
mod identity;
mod insufficient_scope;
mod not_replayable;
mod plain;
mod problem;
mod request;
mod response;
mod store;
mod timeout;
mod too_large;
mod transport;
mod unavailable;

pub use crate::www_authenticate::Challenge;
pub use api::ApiError;
pub use build::BuildError;
pub use call_error::Error;
pub(crate) use called::Called;
pub(crate) use code::status_code;
pub use decode::DecodeError;
pub(crate) use error_body::{Code, ErrorBody};
pub use expired::{ExpiredReason, SessionExpired};
pub use identity::IdentityChanged;
pub use insufficient_scope::InsufficientScope;
pub use not_replayable::NotReplayable;
pub use plain::{Cancelled, Closed, NotSignedIn, Unimplemented};
pub use problem::Problem;
pub use request::InvalidRequest;
pub use response::{ErrorResponse, NotRetried};
pub use store::{StoreError, StoreErrorKind};
pub use timeout::{Timeout, TimeoutPhase, TimeoutScope};
pub use too_large::BodyTooLarge;
pub use transport::{TransportError, TransportErrorKind};
pub use unavailable::{RefreshUnavailable, UnavailableCause};

#[cfg(test)]
mod code_tests;
#[cfg(test)]
mod shown_tests;
