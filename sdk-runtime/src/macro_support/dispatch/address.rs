//! Arguments that are a whole address.

use super::{Arg3, Arg4};
use crate::request::{Request, UrlArg};

impl<T: UrlArg> Arg3<'_, T> {
    /// Sets the whole address.
    pub fn address(&self, request: &mut Request, parameter: &'static str) {
        request.address(parameter, self.value());
    }
}

impl<T> Arg4<'_, T> {
    /// Reports a type that is no address.
    pub fn address(&self, _: &mut Request, _: &'static str)
    where
        T: UrlArg,
    {
    }
}
