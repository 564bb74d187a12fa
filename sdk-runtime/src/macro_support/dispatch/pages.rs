//! Pagination by a parameter of the endpoint, whose type has to fit.

use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::Serialize;

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

    /// Implements `paginate = url`: the page has the address of the next one.
    pub fn url(&self) -> Paginate<P>
    where
        P::Cursor: AddressOfPage<P>,
    {
        Paginate::Address { next: |page| page.next_cursor().map(AddressOfPage::text) }
    }

    /// Implements `paginate = cursor(argument = "…")`: a member of the body takes the cursor, as JSON.
    pub fn cursor_in_body(&self, parameter: &'static str) -> Paginate<P>
    where
        P::Cursor: JsonCursor<P>,
    {
        Paginate::Cursor { parameter, next: |page| page.next_cursor().and_then(JsonCursor::json) }
    }
}

impl<P> PageOf1<P> {
    /// Accepts a type that is no page, which is reported where it is returned. Never runs.
    pub fn cursor<A>(&self, _: &A, _: &'static str) -> Paginate<P> {
        Paginate::Link
    }

    /// Accepts a type that is no page. Never runs.
    pub fn url(&self) -> Paginate<P> {
        Paginate::Link
    }

    /// Accepts a type that is no page. Never runs.
    pub fn cursor_in_body(&self, _: &'static str) -> Paginate<P> {
        Paginate::Link
    }
}

/// A cursor of a page `P` that is the address of the next one.
#[diagnostic::on_unimplemented(
    message = "a `{P}` has no address of the next page",
    label = "has no address, which would be a `String`",
    note = "help: write `#[page(next)]` on the field of a page that has it, such as `next: Option<String>`"
)]
pub trait AddressOfPage<P: ?Sized> {
    /// Formats the address.
    fn text(self) -> String;
}

impl<C: Display, P> AddressOfPage<P> for C {
    fn text(self) -> String {
        self.to_string()
    }
}

/// A cursor of a page `P` that the JSON body of the next request can hold.
#[diagnostic::on_unimplemented(
    message = "a `{P}` has no cursor that can be written into the JSON body",
    label = "has no cursor with `Serialize`",
    note = "help: write `#[page(next)]` on the field of a page that has it, of a type with `Serialize`"
)]
pub trait JsonCursor<P: ?Sized> {
    /// Formats the cursor as JSON. `None` if it cannot be.
    fn json(self) -> Option<String>;
}

impl<C: Serialize, P> JsonCursor<P> for C {
    fn json(self) -> Option<String> {
        serde_json::to_string(&self).ok()
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

/// Implements `paginate = offset(…)`: the parameter is counted up by the items of each page, from 0 unless
/// the caller starts elsewhere.
pub fn by_offset<P, A: PageNumber>(_: &A, parameter: &'static str) -> Paginate<P> {
    Paginate::Offset { parameter, first: 0 }
}

/// Implements `paginate = page(argument = "…")`, where a member of the body is counted up.
pub fn numbered_in_body<P>(parameter: &'static str) -> Paginate<P> {
    Paginate::Page { parameter, first: 1 }
}

/// Implements `paginate = offset(argument = "…")`.
pub fn by_offset_in_body<P>(parameter: &'static str) -> Paginate<P> {
    Paginate::Offset { parameter, first: 0 }
}

/// Lets the JSON body in `argument` name the next page, in place of the query.
pub fn in_body<P>(argument: &'static str, by: Paginate<P>) -> Paginate<P> {
    Paginate::InBody { argument, by: Box::new(by) }
}

/// A number that can be counted up.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the number of a page",
    label = "cannot be counted up",
    note = "help: write `u32`, or `Option<u32>` to begin at the start"
)]
pub trait PageNumber {}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl PageNumber for $type {}
        impl PageNumber for Option<$type> {}
    )*};
}

numbers!(u8, u16, u32, u64, usize);
