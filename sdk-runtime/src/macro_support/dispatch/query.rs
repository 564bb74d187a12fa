//! Query arguments: types that serde can serialize.

use serde::Serialize;

use super::query_shape::{Composite, Entries, OneValue};
use super::{Arg, Arg1, Arg2, Arg3, Arg4};
use crate::request::{QueryStyle, Request};

never! {
    /// Maps and lists of pairs, none of which is one parameter.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` has entries, and `#[query]` is one parameter",
        label = "is neither one value nor a list of values",
        note = "help: `#[queries]` in place of `#[query]` sends each entry as a parameter"
    )]
    ParameterOfEntries
}

impl<T: Entries> Arg<'_, T> {
    /// Reports a map.
    pub fn query(&self, _: &mut Request, _: &'static str, _: Option<QueryStyle>)
    where
        T: ParameterOfEntries,
    {
    }
}

never! {
    /// Types of several values, none of which is one parameter.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is neither one value nor a list of values",
        label = "cannot be one parameter of a query",
        note = "help: pass a string, a number or a flat list of them: `u64` with the seconds of a \
            `Duration`, a parameter for each part of a tuple or a range"
    )]
    ParameterOfComposite
}

impl<T: Composite> Arg1<'_, T> {
    /// Reports a tuple, a duration, a nested list and others.
    pub fn query(&self, _: &mut Request, _: &'static str, _: Option<QueryStyle>)
    where
        T: ParameterOfComposite,
    {
    }
}

never! {
    /// Single values, none of which has a style of lists.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is one value, and a `style` is for lists",
        label = "is no list",
        note = "help: remove the `style`, or take a list: `&[{Self}]`"
    )]
    StyledList
}

impl<T: OneValue> Arg<'_, T> {
    /// Reports a single value with a style of lists.
    pub fn styled(&self)
    where
        T: StyledList,
    {
    }
}

impl<T> Arg4<'_, T> {
    /// Accepts all other types.
    pub fn styled(&self) {}
}

/// Types that are there or not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `bool`, and a `flag` is there or not",
    label = "cannot be a flag",
    note = "help: `bool` is the type of a flag; a parameter called `flag` is `#[query(\"flag\")]`"
)]
pub trait Switch {}

impl Switch for bool {}
impl<T: Switch + ?Sized> Switch for &T {}
impl<T: Switch> Switch for Option<T> {}

impl<T> Arg4<'_, T> {
    /// Requires a `bool`.
    pub fn switch(&self)
    where
        T: Switch,
    {
    }
}

impl<T: Serialize, const N: usize> Arg2<'_, [T; N]> {
    /// Takes an array of any length. serde knows those of up to 32 elements.
    pub fn query(&self, request: &mut Request, name: &'static str, style: Option<QueryStyle>) {
        request.query(name, self.value().as_slice(), style);
    }
}

impl<T: Serialize, const N: usize> Arg2<'_, &[T; N]> {
    /// Takes an array of any length. serde knows those of up to 32 elements.
    pub fn query(&self, request: &mut Request, name: &'static str, style: Option<QueryStyle>) {
        request.query(name, self.value().as_slice(), style);
    }
}

impl<T: Serialize> Arg3<'_, T> {
    /// Takes one parameter of a query.
    pub fn query(&self, request: &mut Request, name: &'static str, style: Option<QueryStyle>) {
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
    pub fn query(&self, _: &mut Request, _: &'static str, _: Option<QueryStyle>)
    where
        T: QueryArg,
    {
    }
}
