//! Decoding: from the response of a call to the types of its endpoint.
//!
//! All up to the response is compiled once. The code that is compiled for each endpoint's types only decodes.

use super::execute::attempt::CallResponse;
use crate::endpoint::Endpoint;
use crate::error::{ApiError, Error, ErrorResponse, InsufficientScope, status_code};
use crate::response::{Decoder, Head};
use crate::trace;

/// The functions that make a `T` or an `E` of a response. They are plain functions, so that a type which is
/// no [`ApiError`] is reported where it is declared, and not wherever a call is awaited.
pub(super) struct CallDecoder<T, E> {
    pub(super) decoder: Decoder<T>,
    declared_error: fn(ErrorResponse) -> Result<E, ErrorResponse>,
    other_error: fn(Error) -> E,
    pub(super) endpoint: &'static Endpoint,
}

/// Why a call has no value.
pub(super) enum Failure {
    Response(ErrorResponse, Option<InsufficientScope>),
    Error(Error),
}

/// The part of a response's head that the caller asked for: the head, or nothing.
pub(super) trait KeepHead {
    fn keep(head: &Head) -> Self;
}

impl KeepHead for Head {
    fn keep(head: &Head) -> Self {
        head.clone()
    }
}

impl KeepHead for () {
    fn keep(_: &Head) {}
}

impl<T, E> Clone for CallDecoder<T, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E> Copy for CallDecoder<T, E> {}

impl<T, E> CallDecoder<T, E> {
    pub(super) fn new(decoder: Decoder<T>, endpoint: &'static Endpoint) -> Self
    where
        E: ApiError,
    {
        Self { decoder, declared_error: E::from_status, other_error: E::from, endpoint }
    }

    /// Returns the endpoint's error for an error without a response. Here each error of a call gets its
    /// endpoint.
    pub(super) fn error(&self, error: Error) -> E {
        trace::failed(error.code());
        (self.other_error)(error.with_endpoint(self.endpoint))
    }

    /// Decodes `response`. The error of a response that may hold tokens (`is_secret`) shows none of its
    /// values.
    pub(super) fn decode<H: KeepHead>(&self, response: CallResponse, is_secret: bool) -> Result<(H, T), E> {
        match response {
            CallResponse::Success(success) => {
                let head = H::keep(success.head());
                match self.decoder.decode(success) {
                    Ok(value) => Ok((head, value)),
                    Err(error) if is_secret => Err(self.error(error.without_values())),
                    Err(error) => Err(self.error(error)),
                }
            }
            CallResponse::Failure(response, lacking) => self.fail(Failure::Response(response, lacking)),
        }
    }

    /// Returns the error of a failure, or the value that a 404 stands for.
    pub(super) fn fail<H: KeepHead>(&self, failure: Failure) -> Result<(H, T), E> {
        let (response, lacking) = match failure {
            Failure::Response(response, lacking) => (response, lacking),
            Failure::Error(error) => return Err(self.error(error)),
        };
        // An endpoint's own errors come first: a declared 404 is an error where an undeclared one may be
        // `None`.
        let code = status_code(response.status());
        let response = match (self.declared_error)(response) {
            Ok(error) => {
                trace::failed(code);
                return Err(error);
            }
            Err(response) => response,
        };
        if lacking.is_none()
            && let Some(head) = not_found(&response)
            && let Some(value) = (self.decoder.absent)(&head)
        {
            return Ok((H::keep(&head), value));
        }
        Err(self.error(undeclared(response, lacking)))
    }
}

/// Returns the head of a 404.
fn not_found(response: &ErrorResponse) -> Option<Head> {
    (response.status() == http::StatusCode::NOT_FOUND)
        .then(|| Head::new(response.status(), response.headers().clone()))
}

/// Returns the error of a response for which the endpoint declares none.
pub(super) fn undeclared(response: ErrorResponse, lacking: Option<InsufficientScope>) -> Error {
    match lacking {
        Some(lacking) => lacking.with_response(response).into(),
        None => Error::Status(response),
    }
}
