//! Query arguments: types that serde can serialize.

use serde::Serialize;

use super::{Arg2, Arg3, Arg4};
use crate::request::{ListStyle, Request};

impl<T: Serialize, const N: usize> Arg2<'_, [T; N]> {
    /// Takes an array of any length. serde knows those of up to 32 elements.
    pub fn query(&self, request: &mut Request, name: &'static str, style: Option<ListStyle>) {
        request.query(name, self.value().as_slice(), style);
    }
}

impl<T: Serialize, const N: usize> Arg2<'_, &[T; N]> {
    /// Takes an array of any length. serde knows those of up to 32 elements.
    pub fn query(&self, request: &mut Request, name: &'static str, style: Option<ListStyle>) {
        request.query(name, self.value().as_slice(), style);
    }
}

impl<T: Serialize> Arg3<'_, T> {
    /// Takes one parameter of a query.
    pub fn query(&self, request: &mut Request, name: &'static str, style: Option<ListStyle>) {
        request.query(name, self.value(), style);
    }
}

never! {
    /// The types of query arguments: all that implement `Serialize`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be used in a query",
        label = "does not implement `serde::Serialize`",
        note = "help: `#[derive(serde::Serialize)]` on it, or pass a string or a number"
    )]
    QueryArg
}

impl<T> Arg4<'_, T> {
    /// Reports a type without `Serialize`.
    pub fn query(&self, _: &mut Request, _: &'static str, _: Option<ListStyle>)
    where
        T: QueryArg,
    {
    }
}
