//! The errors of a call.
//!
//! Errors are cheap to clone, because one failed refresh answers many callers. No `Display` and no `Debug`
//! here shows a token, a body, a query or a header value. Accessors return them.

mod api;
mod build;
mod call_error;
mod decode;
mod error_body;
mod expired;
mod identity;
mod insufficient_scope;
mod not_replayable;
mod request;
mod response;
mod store;
mod timeout;
mod too_large;
mod transport;
mod unavailable;

pub use api::ApiError;
pub use build::BuildError;
pub use call_error::Error;
pub use decode::DecodeError;
pub(crate) use error_body::{Code, ErrorBody};
pub use expired::{ExpiredReason, SessionExpired};
pub use identity::IdentityChanged;
pub use insufficient_scope::InsufficientScope;
pub use not_replayable::NotReplayable;
pub use request::InvalidRequest;
pub use response::ErrorResponse;
pub use store::{StoreError, StoreErrorKind};
pub use timeout::{Timeout, TimeoutPhase};
pub use too_large::BodyTooLarge;
pub use transport::{TransportError, TransportErrorKind};
pub use unavailable::{RefreshUnavailable, UnavailableCause};

#[cfg(test)]
mod shown_tests;
