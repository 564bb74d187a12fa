//! `FromResponse`: the success types that are not JSON.

use bytes::Bytes;
use http::header::CONTENT_TYPE;

use super::parts::{BufferedResponse, Head, Response};
use crate::error::Error;
use crate::text;

/// A success type that is not JSON. Everything that `serde` can read from JSON works without it.
///
/// ```
/// use sdk_runtime::{Error, response::{BufferedResponse, FromResponse}};
///
/// struct Lines(Vec<String>);
///
/// impl FromResponse for Lines {
///     const ACCEPT: Option<&'static str> = Some("text/plain");
///
///     fn from_response(answer: BufferedResponse) -> Result<Self, Error> {
///         let text = String::from_response(answer)?;
///         Ok(Self(text.lines().map(str::to_owned).collect()))
///     }
/// }
/// ```
pub trait FromResponse: Sized {
    /// The `accept` header of the request, unless the declaration or the call sets it.
    const ACCEPT: Option<&'static str> = None;

    /// Whether a response without a body has a value. Otherwise `Option<Self>` is `None` for a 204.
    const EMPTY: bool = false;

    /// Makes the value of a successful response.
    ///
    /// # Errors
    ///
    /// Return [`BufferedResponse::not_a`] if the response is no such value.
    fn from_response(answer: BufferedResponse) -> Result<Self, Error>;

    /// Returns the value for a 404, if there is one.
    fn absent(head: &Head) -> Option<Self> {
        let _ = head;
        None
    }
}

/// Ignores the body, because the status is enough.
impl FromResponse for () {
    const EMPTY: bool = true;

    fn from_response(_: BufferedResponse) -> Result<Self, Error> {
        Ok(())
    }
}

/// The body, unchanged.
impl FromResponse for Bytes {
    fn from_response(answer: BufferedResponse) -> Result<Self, Error> {
        Ok(answer.body)
    }
}

/// The body as text. The `charset` of the `Content-Type` says how: UTF-8 without one, UTF-8 with its subset
/// US-ASCII, or Latin-1. With the feature `charset`, each encoding of the WHATWG. Any other `charset` is an
/// error that names it, and so is a body that still has a `Content-Encoding`.
///
/// A byte order mark of UTF-8 is left out, and so is one of UTF-16 with the feature. A mark does not change
/// the charset. Bytes that the charset does not have are an error.
impl FromResponse for String {
    fn from_response(answer: BufferedResponse) -> Result<Self, Error> {
        if text::is_encoded(answer.head.headers())
            && let Some(encoded) = answer.head.still_encoded(std::any::type_name::<Self>(), &answer.body)
        {
            return Err(encoded);
        }
        let content_type = text::header(answer.head.headers(), &CONTENT_TYPE);
        let charset = content_type.as_deref().and_then(charset).map(str::to_ascii_lowercase);
        match charset.as_deref() {
            None | Some("utf-8" | "utf8" | "us-ascii") => {}
            Some("iso-8859-1" | "latin1" | "windows-1252" | "cp1252") => {
                return Ok(text::of_latin_1(&answer.body));
            }
            Some(other) => {
                return text::of_charset(other, &answer.body).map_err(|why| answer.not_a::<Self>(why));
            }
        }
        let text = answer.body.slice_ref(text::without_mark(&answer.body));
        String::from_utf8(text.into()).map_err(|error| answer.not_a::<Self>(error.to_string()))
    }
}

fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| value.trim().trim_matches('"'))
    })
}

/// `None` for a 404 and a 204. Any other success is a `T`, even without a body.
impl<T: FromResponse> FromResponse for Option<T> {
    const ACCEPT: Option<&'static str> = T::ACCEPT;
    const EMPTY: bool = true;

    fn from_response(answer: BufferedResponse) -> Result<Self, Error> {
        if answer.head.status == http::StatusCode::NO_CONTENT && !T::EMPTY {
            return Ok(None);
        }
        T::from_response(answer).map(Some)
    }

    fn absent(_: &Head) -> Option<Self> {
        Some(None)
    }
}

/// The value with its status and headers.
impl<T: FromResponse> FromResponse for Response<T> {
    const ACCEPT: Option<&'static str> = T::ACCEPT;
    const EMPTY: bool = T::EMPTY;

    fn from_response(answer: BufferedResponse) -> Result<Self, Error> {
        let head = answer.head.clone();
        T::from_response(answer).map(|value| Self::new(head, value))
    }

    fn absent(head: &Head) -> Option<Self> {
        T::absent(head).map(|value| Self::new(head.clone(), value))
    }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    fn answer(status: u16, content_type: Option<&'static str>, body: &'static [u8]) -> BufferedResponse {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        let head = Head::new(StatusCode::from_u16(status).unwrap(), headers);
        BufferedResponse::new(head, Bytes::from_static(body))
    }

    #[test]
    fn text_is_utf8_or_latin_1_by_its_charset_or_an_error() {
        for (content_type, body, text) in [
            (None, "ü".as_bytes(), Some("ü")),
            (Some("text/plain"), b"a", Some("a")),
            (Some("application/json"), b"\"a\"", Some("\"a\"")),
            (Some("text/plain; charset=\"UTF-8\""), "ü".as_bytes(), Some("ü")),
            (Some("text/plain; charset=iso-8859-1"), b"\xfc", Some("ü")),
            (Some("text/plain; charset=klingon"), b"\xfc", None),
            (Some("text/plain"), b"\xfc", None),
        ] {
            let got = String::from_response(answer(200, content_type, body)).ok();
            assert_eq!(got.as_deref(), text, "{content_type:?}");
        }
    }

    #[test]
    fn no_content_is_none_but_a_success_for_unit() {
        let none = || answer(204, None, b"");
        assert_eq!(<Option<String>>::from_response(none()).unwrap(), None);
        assert_eq!(<Option<Bytes>>::from_response(none()).unwrap(), None);
        assert_eq!(<Option<()>>::from_response(none()).unwrap(), Some(()));
        let empty = <Option<String>>::from_response(answer(200, None, b"")).unwrap();
        assert_eq!(empty.as_deref(), Some(""));
    }

    #[test]
    fn a_404_is_none_where_the_type_has_one() {
        let head = Head::new(StatusCode::NOT_FOUND, HeaderMap::new());
        assert_eq!(<Option<String>>::absent(&head), Some(None));
        assert_eq!(String::absent(&head), None);
        let response = <Response<Option<String>>>::absent(&head).unwrap();
        assert_eq!((response.status(), response.value()), (StatusCode::NOT_FOUND, &None));
    }
}
