//! The derives of `TokenRequest` and `TokenResponse`: which field is which token.

mod expand_request;
mod expand_response;
mod generics;
mod line;
mod marked;
mod options;
mod path;
mod request_source;
mod roles;
mod types;
mod unit;
mod validate_request;
mod validate_response;
mod wire;

pub(super) use expand_request::{request, request_stub};
pub(super) use expand_response::{response, response_stub};
pub(super) use validate_request::of as validate_request;
pub(super) use validate_response::of as validate_response;
