//! What the methods of the trait do. The client's method alone says what is wrong with a return type; here a type that
//! does not fit falls through to methods without a bound, so that one mistake is one error.

use std::future::{IntoFuture, Pending, pending};

use super::Return;
use crate::client::{Call, CallFuture};
use crate::error::{ApiError, Error};

/// A return type that fits. Its bounds are those of `finish`: whoever falls through was stopped there.
pub trait ReturnOfResult<T, E> {
    /// What an endpoint does in an implementation of its trait that does not implement it.
    fn unimplemented(&self, endpoint: &'static str) -> CallFuture<T, E>;
    /// Awaits the call of the client's method.
    fn forward(&self, call: Call<T, E>) -> CallFuture<T, E>;
}

impl<T: 'static, E: ApiError + 'static> ReturnOfResult<T, E> for &Return<Result<T, E>> {
    fn unimplemented(&self, endpoint: &'static str) -> CallFuture<T, E> {
        Box::pin(async move { Err(E::from(Error::Unimplemented(endpoint))) })
    }

    fn forward(&self, call: Call<T, E>) -> CallFuture<T, E> {
        call.into_future()
    }
}

impl<R> Return<R> {
    /// For a type that does not fit; never runs.
    pub fn unimplemented(&self, _: &'static str) -> Pending<R> {
        pending()
    }

    /// For a type that does not fit; never runs.
    pub fn forward<C>(&self, _: C) -> Pending<R> {
        pending()
    }
}
