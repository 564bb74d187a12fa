//! The whole address as an argument.

use super::{Arg3, Arg4};
use crate::request::{Request, UrlArg};

impl<T: UrlArg> Arg3<'_, T> {
    /// The whole address.
    pub fn address(&self, request: &mut Request, parameter: &'static str) {
        request.address(parameter, self.value());
    }
}

impl<T> Arg4<'_, T> {
    /// The message for a type that is no address.
    pub fn address(&self, _: &mut Request, _: &'static str)
    where
        T: UrlArg,
    {
    }
}
