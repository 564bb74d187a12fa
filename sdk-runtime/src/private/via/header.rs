//! Header arguments: what says itself how it is sent, and whatever can be displayed.

use std::fmt::Display;

use http::HeaderValue;

use super::Arg;
use crate::error::InvalidRequest;
use crate::request::header::displayed;
use crate::request::{HeaderArg, Request};

/// A header value that says itself what it is.
pub trait HeaderByArg {
    /// See the trait.
    fn header(&self, request: &mut Request, name: &'static str);
}

impl<T: HeaderArg> HeaderByArg for &&&&Arg<'_, T> {
    fn header(&self, request: &mut Request, name: &'static str) {
        request.header(name, |line| self.0.lines(line));
    }
}

/// A header value that may not be there.
pub trait HeaderByOption {
    /// See the trait.
    fn header(&self, request: &mut Request, name: &'static str);
}

impl<T: Display> HeaderByOption for &&&Arg<'_, Option<T>> {
    fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, self.0);
    }
}

/// A header value for each element.
pub trait HeaderBySlice {
    /// See the trait.
    fn header(&self, request: &mut Request, name: &'static str);
}

impl<T: Display> HeaderBySlice for &&Arg<'_, &[T]> {
    fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, *self.0);
    }
}

impl<T: Display> HeaderBySlice for &&Arg<'_, Vec<T>> {
    fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, self.0);
    }
}

/// A header value as it is displayed.
pub trait HeaderByDisplay {
    /// See the trait.
    fn header(&self, request: &mut Request, name: &'static str);
}

impl<T: Display> HeaderByDisplay for &Arg<'_, T> {
    fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, [self.0]);
    }
}

impl<T> Arg<'_, T> {
    /// The message for a type that is no header value.
    pub fn header(&self, _: &mut Request, _: &'static str)
    where
        T: HeaderArg,
    {
    }
}

fn each<T: Display>(request: &mut Request, name: &'static str, values: impl IntoIterator<Item = T>) {
    request.header(name, |line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>| {
        values.into_iter().try_for_each(|value| line(displayed(&value)?))
    });
}
