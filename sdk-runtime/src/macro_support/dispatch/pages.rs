//! Pagination by a parameter of the endpoint, whose type has to fit.

use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::Deref;

use crate::client::Paginate;
use crate::response::{NoCursor, Page};

/// The page type of `paginate = cursor(…)`.
pub struct PageOf<P>(PageOf1<P>);
/// The last link.
pub struct PageOf1<P>(PhantomData<fn() -> P>);

impl<P> PageOf<P> {
    /// The probe.
    pub const NEW: Self = Self(PageOf1(PhantomData));
}

impl<P> Deref for PageOf<P> {
    type Target = PageOf1<P>;

    fn deref(&self) -> &PageOf1<P> {
        &self.0
    }
}

impl<P: Page> PageOf<P> {
    /// Implements `paginate = cursor(…)`: the parameter takes the cursor of the page before.
    pub fn cursor<A: CursorArg<P::Cursor, P>>(&self, _: &A, parameter: &'static str) -> Paginate<P> {
        Paginate::Cursor { parameter, next: |page| page.next_cursor().map(A::text) }
    }
}

impl<P> PageOf1<P> {
    /// Accepts a type that is no page, which is reported where it is returned. Never runs.
    pub fn cursor<A>(&self, _: &A, _: &'static str) -> Paginate<P> {
        Paginate::Link
    }
}

/// A parameter that takes the cursor `C` of a page `P`.
#[diagnostic::on_unimplemented(
    message = "the cursor of `{P}` is `{C}`, but this parameter is `{Self}`",
    label = "takes no `{C}`",
    note = "help: write `Option<{C}>`, or `Option<&str>` for a cursor of text"
)]
pub trait CursorArg<C, P: ?Sized> {
    /// Formats the cursor.
    fn text(cursor: C) -> String;
}

impl<C: Display, P> CursorArg<C, P> for Option<C> {
    fn text(cursor: C) -> String {
        cursor.to_string()
    }
}

impl<C: Display, P> CursorArg<C, P> for C {
    fn text(cursor: C) -> String {
        cursor.to_string()
    }
}

impl<P> CursorArg<String, P> for Option<&str> {
    fn text(cursor: String) -> String {
        cursor
    }
}

impl<P> CursorArg<String, P> for &str {
    fn text(cursor: String) -> String {
        cursor
    }
}

/// Reports a page without a cursor by `HasCursor`, for any type of the parameter.
impl<A, P: HasCursor> CursorArg<NoCursor, P> for A {
    fn text(cursor: NoCursor) -> String {
        match cursor {}
    }
}

/// Required of pages without a cursor, and implemented by none.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` has no cursor to ask for the next page with",
    label = "would take the cursor",
    note = "help: write `#[page(next)]` on the field of a page that has it, or `paginate = link` or \
        `paginate = page(…)`"
)]
pub trait HasCursor {}

/// Implements `paginate = page(…)`: the parameter is counted up, from 1 unless the caller starts elsewhere.
pub fn numbered<P, A: PageNumber>(_: &A, parameter: &'static str) -> Paginate<P> {
    Paginate::Page { parameter, first: 1 }
}

/// A number that can be counted up.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the number of a page",
    label = "cannot be counted up",
    note = "help: write `u32`, or `Option<u32>` to begin with page 1"
)]
pub trait PageNumber {}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl PageNumber for $type {}
        impl PageNumber for Option<$type> {}
    )*};
}

numbers!(u8, u16, u32, u64, usize);
