//! The return types of endpoints, for methods that an implementation of the trait leaves out.

use std::future::{Future, Pending, pending};
use std::marker::PhantomData;
use std::ops::Deref;

use crate::client::Pages;
use crate::endpoint::Endpoint;
use crate::error::{ApiError, Error, Unimplemented};

/// The return type of an endpoint.
pub struct Return<R>(Return1<R>);
/// The last link.
pub struct Return1<R>(PhantomData<fn() -> R>);

impl<R> Return<R> {
    /// The probe.
    pub const NEW: Self = Self(Return1(PhantomData));
}

impl<R> Deref for Return<R> {
    type Target = Return1<R>;

    fn deref(&self) -> &Return1<R> {
        &self.0
    }
}

impl<T, E: ApiError> Return<Result<T, E>> {
    /// Fails with `Error::Unimplemented`, for an implementation without this endpoint.
    pub fn unimplemented<A>(
        &self,
        endpoint: &'static Endpoint,
        _: A,
    ) -> impl Future<Output = Result<T, E>> + Send + use<T, E, A> {
        async move { Err(E::from(Error::from(Unimplemented::default()).with_endpoint(endpoint))) }
    }
}

impl<P, E: ApiError> Return<Pages<P, E>> {
    /// Returns pages that fail with `Error::Unimplemented`, for an implementation without this endpoint.
    pub fn unimplemented_pages<A>(&self, endpoint: &'static Endpoint, _: A) -> Pages<P, E> {
        Pages::unimplemented(endpoint)
    }
}

impl<P, E> Return1<Pages<P, E>> {
    /// Accepts an error type that does not fit. Never runs.
    pub fn unimplemented_pages<A>(&self, _: &'static Endpoint, _: A) -> Pages<P, E> {
        [].into_iter().collect()
    }
}

impl<R> Return1<R> {
    /// Accepts a type that does not fit. Never runs. The client's method reports it, so that one mistake is
    /// one error.
    pub fn unimplemented<A>(&self, _: &'static Endpoint, _: A) -> Pending<R> {
        pending()
    }
}
