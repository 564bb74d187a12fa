//! `ResponseCall`: a call that returns the status and the headers together with the value.

use std::future::IntoFuture;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::call::{Call, CallFuture};
use crate::error::Error;
use crate::request::HeaderArg;
use crate::response::Response;

impl<T, E> Call<T, E> {
    /// Returns the status and the headers together with the value.
    pub fn response(self) -> ResponseCall<T, E> {
        ResponseCall(self)
    }
}

/// A [`Call`] that returns the status and the headers together with the value.
#[must_use = "a call does nothing until it is awaited"]
#[derive(Debug)]
pub struct ResponseCall<T, E = Error>(pub(super) Call<T, E>);

impl<T, E> ResponseCall<T, E> {
    /// As [`Call::timeout`].
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        Self(self.0.timeout(timeout))
    }

    /// As [`Call::cancel_on`].
    pub fn cancel_on(self, token: &CancellationToken) -> Self {
        Self(self.0.cancel_on(token))
    }

    /// As [`Call::header`].
    pub fn header(self, name: &str, value: impl HeaderArg) -> Self {
        Self(self.0.header(name, value))
    }

    /// As [`Call::extension`].
    pub fn extension(self, value: impl Clone + Send + Sync + 'static) -> Self {
        Self(self.0.extension(value))
    }

    /// As [`Call::idempotency_key`].
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        Self(self.0.idempotency_key(key))
    }

    /// As [`Call::retry`].
    pub fn retry(self, times: u32) -> Self {
        Self(self.0.retry(times))
    }

    /// As [`Call::attempt_timeout`].
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        Self(self.0.attempt_timeout(timeout))
    }
}

impl<T: 'static, E: 'static> IntoFuture for ResponseCall<T, E> {
    type Output = Result<Response<T>, E>;
    type IntoFuture = CallFuture<Response<T>, E>;

    fn into_future(mut self) -> CallFuture<Response<T>, E> {
        self.0.send(Response::new)
    }
}
