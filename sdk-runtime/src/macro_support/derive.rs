//! The traits that the derives of `ApiError` and `Page` name. Their bounds report a wrong type of a field.

use std::fmt;
pub use std::string::String;
pub use std::vec::Vec;

use http::StatusCode;

use super::dispatch::{Decode, Field};
pub use crate::error::{ApiError, Error, ErrorResponse};
use crate::response::{BufferedResponse, Decoder, Head, SuccessResponse};
pub use crate::response::{NoCursor, Page};

/// The field of the variant for all other errors.
#[diagnostic::on_unimplemented(
    message = "the variant with `#[other]` must hold a `sdk_runtime::Error`",
    label = "is not `sdk_runtime::Error`",
    note = "help: `#[other] Other(sdk_runtime::Error)`"
)]
pub trait OtherField<const ASKED: bool = true> {
    /// What the constant `ASKED` of the derived code holds. It fails for a type that does not fit.
    const FITS: bool = true;
    /// Makes the field.
    fn hold(error: Error) -> Self;
    /// Returns the error in the field.
    fn held(&self) -> &Error;
}

impl<const ASKED: bool> OtherField<ASKED> for Error {
    fn hold(error: Error) -> Self {
        error
    }

    fn held(&self) -> &Error {
        self
    }
}

/// The field of a variant with `#[status]`, of any type.
pub trait VariantBody: Sized {
    /// The probe, which reports a type that cannot be decoded.
    const PROBE: Decode<Self, Field>;
}

impl<T> VariantBody for T {
    const PROBE: Decode<T, Field> = Decode::FIELD;
}

/// Decodes the body of an error response. Returns the response with the reason if its body is incomplete or
/// no `T`.
///
/// # Errors
///
/// Returns the response.
pub fn read<T>(response: ErrorResponse, decoder: Decoder<T>) -> Result<T, ErrorResponse> {
    let head = Head::new(response.status(), response.headers().clone());
    let answer = BufferedResponse::new(head, response.body().clone());
    let error = if response.is_truncated() {
        answer.not_a::<T>(match response.body_error() {
            Some(_) => "the body did not arrive whole",
            None => "the body is longer than what is kept of it",
        })
    } else {
        match decoder.decode(SuccessResponse::Whole(Box::new(answer.clone()))) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        }
    };
    let error = match error {
        Error::Decode(_) => error,
        // The user's own type may fail with any error.
        other => answer.not_a::<T>(other.to_string()),
    };
    Err(match error {
        Error::Decode(error) => response.undecoded(error),
        _ => response,
    })
}

/// Formats a variant with `#[status(…)]`. A single digit stands for its class. The body is not shown.
///
/// # Errors
///
/// Returns the formatter's errors.
pub fn answered(f: &mut fmt::Formatter<'_>, statuses: &[u16], variant: &str) -> fmt::Result {
    f.write_str("the server answered ")?;
    for (index, status) in statuses.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { " or " })?;
        match StatusCode::from_u16(*status) {
            Ok(status) => match status.canonical_reason() {
                Some(reason) => write!(f, "{} {reason}", status.as_u16())?,
                None => write!(f, "{}", status.as_u16())?,
            },
            Err(_) => write!(f, "{status}xx")?,
        }
    }
    write!(f, " (`{variant}`)")
}

/// The items of a page.
#[diagnostic::on_unimplemented(
    message = "the field with `#[page(items)]` must be a `Vec`",
    label = "is not a `Vec`",
    note = "help: `#[page(items)] items: Vec<Item>`"
)]
pub trait PageItems<const ASKED: bool = true> {
    /// What the constant `ASKED` of the derived code holds. It fails for a type that does not fit.
    const FITS: bool = true;
    /// The type of the items.
    type Item;
    /// See [`Page::into_items`].
    fn into_items(self) -> Vec<Self::Item>;
    /// See [`Page::is_empty`].
    fn is_empty(&self) -> bool;
    /// See [`Page::item_count`].
    fn item_count(&self) -> Option<usize>;
}

impl<T, const ASKED: bool> PageItems<ASKED> for Vec<T> {
    type Item = T;

    fn into_items(self) -> Self {
        self
    }

    fn is_empty(&self) -> bool {
        <[T]>::is_empty(self)
    }

    fn item_count(&self) -> Option<usize> {
        Some(self.len())
    }
}

/// A field that is a page itself.
pub trait PageNested<const ASKED: bool = true> {
    /// What the constant `ASKED` of the derived code holds. It fails for a type that does not fit.
    const FITS: bool = true;
    /// The type of the items.
    type Item;
    /// The type of the cursor.
    type Cursor;
    /// See [`Page::into_items`].
    fn into_items(self) -> Vec<Self::Item>;
    /// See [`Page::is_empty`].
    fn is_empty(&self) -> bool;
    /// See [`Page::item_count`].
    fn item_count(&self) -> Option<usize>;
    /// See [`Page::next_cursor`].
    fn next_cursor(&self) -> Option<Self::Cursor>;
    /// See [`Page::has_more`].
    fn has_more(&self) -> Option<bool>;
}

impl<P: Page, const ASKED: bool> PageNested<ASKED> for P {
    type Item = P::Item;
    type Cursor = P::Cursor;

    fn into_items(self) -> Vec<P::Item> {
        Page::into_items(self)
    }

    fn is_empty(&self) -> bool {
        Page::is_empty(self)
    }

    fn item_count(&self) -> Option<usize> {
        Page::item_count(self)
    }

    fn next_cursor(&self) -> Option<P::Cursor> {
        Page::next_cursor(self)
    }

    fn has_more(&self) -> Option<bool> {
        Page::has_more(self)
    }
}

/// The cursor of the next page.
#[diagnostic::on_unimplemented(
    message = "the field with `#[page(next)]` must be an `Option` of something that is `Clone`",
    label = "is not an `Option`",
    note = "help: `#[page(next)] next_cursor: Option<String>`, where `None` ends the list"
)]
pub trait PageNext<const ASKED: bool = true> {
    /// What the constant `ASKED` of the derived code holds. It fails for a type that does not fit.
    const FITS: bool = true;
    /// The type of the cursor.
    type Cursor;
    /// See [`Page::next_cursor`].
    fn next(&self) -> Option<Self::Cursor>;
}

impl<C: Clone, const ASKED: bool> PageNext<ASKED> for Option<C> {
    type Cursor = C;

    fn next(&self) -> Self {
        self.clone()
    }
}

/// The cursor, or the address, of the next page, in a field of a field.
#[diagnostic::on_unimplemented(
    message = "the field that `#[page(next = …)]` names must be an `Option<String>` or a `String`",
    label = "is a `{Self}`",
    note = "help: write `Option<String>`, where `None` ends the list, or implement `Page` by hand for \
        another cursor"
)]
pub trait NextInside {
    /// See [`Page::next_cursor`].
    fn next(&self) -> Option<String>;
}

impl NextInside for Option<String> {
    fn next(&self) -> Self {
        self.clone()
    }
}

impl NextInside for String {
    fn next(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.clone())
    }
}

/// Whether there are more pages.
#[diagnostic::on_unimplemented(
    message = "the field with `#[page(more)]` must be a `bool` or an `Option<bool>`",
    label = "is neither `bool` nor `Option<bool>`",
    note = "help: `#[page(more)] has_more: bool`"
)]
pub trait PageMore {
    /// See [`Page::has_more`].
    fn more(&self) -> Option<bool>;
}

impl PageMore for bool {
    fn more(&self) -> Option<bool> {
        Some(*self)
    }
}

impl PageMore for Option<bool> {
    fn more(&self) -> Option<bool> {
        *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_more_where_its_field_says_so() {
        assert_eq!([true, false].map(|it| it.more()), [Some(true), Some(false)]);
        for told in [None, Some(true), Some(false)] {
            assert_eq!(told.more(), told);
        }
    }
}
