//! Query arguments: whatever serde can write.

use serde::Serialize;

use super::Arg;
use crate::request::Request;

/// An array, which is a list like any other, and not the tuple serde takes it for.
pub trait QueryOfArray {
    /// See the trait.
    fn query(&self, request: &mut Request, name: &'static str);
}

impl<T: Serialize, const N: usize> QueryOfArray for &&Arg<'_, [T; N]> {
    fn query(&self, request: &mut Request, name: &'static str) {
        request.query(name, self.0.as_slice());
    }
}

impl<T: Serialize, const N: usize> QueryOfArray for &&Arg<'_, &[T; N]> {
    fn query(&self, request: &mut Request, name: &'static str) {
        request.query(name, self.0.as_slice());
    }
}

/// One parameter of a query.
pub trait QueryBySerialize {
    /// See the trait.
    fn query(&self, request: &mut Request, name: &'static str);
}

impl<T: Serialize> QueryBySerialize for &Arg<'_, T> {
    fn query(&self, request: &mut Request, name: &'static str) {
        request.query(name, self.0);
    }
}

never! {
    /// What can be in a query: everything that implements `Serialize`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be used in a query",
        label = "does not implement `serde::Serialize`",
        note = "help: `#[derive(serde::Serialize)]` on it, or pass a string or a number"
    )]
    QueryArg
}

impl<T> Arg<'_, T> {
    /// The message for a type without `Serialize`.
    pub fn query(&self, _: &mut Request, _: &'static str)
    where
        T: QueryArg,
    {
    }
}
