//! Text as servers write it: the one place that turns their bytes into text.
//!
//! - A header is UTF-8 where it can be, and Latin-1 otherwise (RFC 9110, 5.5). It is never dropped for a byte that is not ASCII.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};

/// Bytes of a header as text.
pub(crate) fn of_header(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        // Each byte is the character of its number.
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

/// The first line of the header `name` as text, without the blanks around it.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, str>> {
    headers.get(name).map(|value| of_header(value.as_bytes().trim_ascii()))
}
