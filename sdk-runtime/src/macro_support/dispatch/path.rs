//! Path arguments: types with `Display`.

use std::fmt::Display;

use super::{Arg3, Arg4};
use crate::request::Request;

impl<T: Display> Arg3<'_, T> {
    /// Writes `{placeholder}`.
    pub fn segment(&self, request: &mut Request, placeholder: &'static str) {
        request.segment(placeholder, self.value());
    }

    /// Writes `{*placeholder}`.
    pub fn rest(&self, request: &mut Request, placeholder: &'static str) {
        request.rest(placeholder, self.value());
    }
}

never! {
    /// The types of path arguments: all that implement `Display`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be used in a path",
        label = "does not implement `std::fmt::Display`",
        note = "help: `impl std::fmt::Display for {Self}`, or pass one of its fields; for a generic type \
            write `T: std::fmt::Display`"
    )]
    PathArg
}

impl<T> Arg4<'_, T> {
    /// Reports a type without `Display`.
    pub fn segment(&self, _: &mut Request, _: &'static str)
    where
        T: PathArg,
    {
    }

    /// Reports a type without `Display`.
    pub fn rest(&self, _: &mut Request, _: &'static str)
    where
        T: PathArg,
    {
    }
}
