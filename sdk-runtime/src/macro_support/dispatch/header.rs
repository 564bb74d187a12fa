//! Header arguments: types with `HeaderArg`, and types with `Display`.

use std::fmt::Display;

use super::{Arg, Arg1, Arg3, Arg4};
use crate::request::header::{PushLine, displayed};
use crate::request::{HeaderArg, Request};

impl<T: HeaderArg> Arg<'_, T> {
    /// Takes a value that implements `HeaderArg`.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        request.header(name, |line| self.value().header_lines(line));
    }
}

impl<T: Display> Arg1<'_, Option<T>> {
    /// Takes an optional value.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, self.value());
    }
}

impl<T: Display> Arg1<'_, &[T]> {
    /// Sends a line for each element.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, *self.value());
    }
}

impl<T: Display, const N: usize> Arg1<'_, [T; N]> {
    /// Sends a line for each element.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, self.value());
    }
}

impl<T: Display, const N: usize> Arg1<'_, &[T; N]> {
    /// Sends a line for each element.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, *self.value());
    }
}

impl<T: Display> Arg1<'_, Vec<T>> {
    /// Sends a line for each element.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, self.value());
    }
}

impl<T: Display> Arg3<'_, T> {
    /// Takes a value that implements `Display`.
    pub fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, [self.value()]);
    }
}

impl<T> Arg4<'_, T> {
    /// Reports a type that is no header value.
    pub fn header(&self, _: &mut Request, _: &'static str)
    where
        T: HeaderArg,
    {
    }
}

fn each<T: Display>(request: &mut Request, name: &'static str, values: impl IntoIterator<Item = T>) {
    request.header(name, |line: &mut PushLine<'_>| {
        values.into_iter().try_for_each(|value| line(displayed(&value)?))
    });
}
