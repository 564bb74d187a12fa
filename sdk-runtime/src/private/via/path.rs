//! Path arguments: whatever can be displayed.

use std::fmt::Display;

use super::Arg;
use crate::request::Request;

/// One segment of a path.
pub trait SegmentByDisplay {
    /// See the trait.
    fn segment(&self, request: &mut Request, placeholder: &'static str);
    /// `{*rest}`.
    fn rest(&self, request: &mut Request, placeholder: &'static str);
}

impl<T: Display> SegmentByDisplay for &Arg<'_, T> {
    fn segment(&self, request: &mut Request, placeholder: &'static str) {
        request.segment(placeholder, self.0);
    }

    fn rest(&self, request: &mut Request, placeholder: &'static str) {
        request.rest(placeholder, self.0);
    }
}

never! {
    /// What can be in a path: everything that implements `Display`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be used in a path",
        label = "does not implement `std::fmt::Display`",
        note = "help: `impl std::fmt::Display for {Self}`, or pass one of its fields; for a generic type write `T: std::fmt::Display`"
    )]
    PathArg
}

impl<T> Arg<'_, T> {
    /// The message for a type without `Display`.
    pub fn segment(&self, _: &mut Request, _: &'static str)
    where
        T: PathArg,
    {
    }

    /// The message for a type without `Display`.
    pub fn rest(&self, _: &mut Request, _: &'static str)
    where
        T: PathArg,
    {
    }
}
