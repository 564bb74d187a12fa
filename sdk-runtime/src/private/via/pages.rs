//! How one page leads to the next, by a parameter of the endpoint whose type has to fit.

use std::fmt::Display;

use crate::client::Paginate;
use crate::response::Page;

/// `paginate = cursor(…)`: the parameter takes the cursor of the page before.
pub fn cursor<P: Page, A>(_: &A, parameter: &'static str) -> Paginate<P>
where
    A: CursorArg<P::Cursor, P>,
{
    Paginate::Cursor { parameter, next: |page| page.next_cursor().map(A::text) }
}

/// What takes the cursor `C` of a page `P`.
#[diagnostic::on_unimplemented(
    message = "the cursor of `{P}` is `{C}`, but this parameter is `{Self}`",
    label = "takes no `{C}`",
    note = "help: write `Option<{C}>`, or `Option<&str>` for a cursor of text",
    note = "`NoCursor` is that of a page without one: write `#[page(next)]` on the field that has it"
)]
pub trait CursorArg<C, P: ?Sized> {
    /// The cursor as it is sent.
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

/// `paginate = page(…)`: the parameter is counted up, from 1 unless the caller begins elsewhere.
pub fn numbered<P: Page, A: PageNumber>(_: &A, parameter: &'static str) -> Paginate<P> {
    Paginate::Page { parameter, first: 1 }
}

/// What can be counted up.
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
