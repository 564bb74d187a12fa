//! Header arguments: what says itself how it is sent, and whatever can be displayed.

use std::fmt::Display;

use http::HeaderValue;

use super::{Arg, Arg1, Arg3, Arg4};
use crate::error::InvalidRequest;
use crate::request::header::displayed;
use crate::request::{HeaderArg, Request};

impl<T: HeaderArg> Arg<'_, T> {
    /// A header value that says itself what it is.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        request.header(name, |line| self.value().header_lines(line));
    }
}

impl<T: Display> Arg1<'_, Option<T>> {
    /// A header value that may not be there.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, self.value());
    }
}

impl<T: Display> Arg1<'_, &[T]> {
    /// A line for each element.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, *self.value());
    }
}

impl<T: Display, const N: usize> Arg1<'_, [T; N]> {
    /// A line for each element.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, self.value());
    }
}

impl<T: Display, const N: usize> Arg1<'_, &[T; N]> {
    /// A line for each element.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, *self.value());
    }
}

impl<T: Display> Arg1<'_, Vec<T>> {
    /// A line for each element.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, self.value());
    }
}

impl<T: Display> Arg3<'_, T> {
    /// A header value as it is displayed.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, [self.value()]);
    }
}

impl<T> Arg4<'_, T> {
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
