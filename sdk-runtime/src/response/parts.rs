//! `Head`, `BufferedResponse` and `Response`: the parts of a successful response.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::endpoint::Endpoint;
use crate::error::{Called, DecodeError, Error};
use crate::text;

/// The status and the headers of a response. The default is 200 without headers, for a fake.
#[derive(Clone, Default)]
pub struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The endpoint, for errors of what is read behind the head.
    pub(super) called: Called,
}

impl Head {
    /// Creates a head.
    #[must_use]
    pub fn new(status: StatusCode, headers: HeaderMap) -> Self {
        Self { status, headers, called: Called::default() }
    }

    /// Returns the same head as that of a call of `endpoint`.
    pub(crate) fn of(self, endpoint: &'static Endpoint) -> Self {
        Self { called: endpoint.into(), ..self }
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers. If the client has decompressed the body, `Content-Encoding` and `Content-Length`
    /// are removed.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn into_parts(self) -> (StatusCode, HeaderMap) {
        (self.status, self.headers)
    }

    /// Returns the error of a `document` that still has a content coding, if the head says so and it is not
    /// blank.
    pub(super) fn still_encoded(&self, expected: &'static str, document: &Bytes) -> Option<Error> {
        let encoding = text::encoding(&self.headers).filter(|_| !text::is_blank(document))?;
        let head = (self.status, &self.headers);
        let error = DecodeError::encoded(expected, head, &encoding, document);
        Some(Error::Decode(error).of_call(self.called))
    }

    pub(super) fn undecodable(
        &self,
        expected: &'static str,
        path: Option<String>,
        detail: &dyn fmt::Display,
        document: &Bytes,
    ) -> Error {
        let head = (self.status, &self.headers);
        let error = DecodeError::new(expected, head, path, detail.to_string(), document);
        Error::Decode(error).of_call(self.called)
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head").field("status", &self.status.as_u16()).finish_non_exhaustive()
    }
}

/// A successful response with its whole body.
#[derive(Clone)]
pub struct BufferedResponse {
    pub(crate) head: Head,
    pub(crate) body: Bytes,
}

impl BufferedResponse {
    /// Creates a response.
    #[must_use]
    pub fn new(head: Head, body: Bytes) -> Self {
        Self { head, body }
    }

    /// Returns the status and the headers.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body only.
    #[must_use]
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// Returns the error that this response is not a `T`. `detail` may quote the response, because only an
    /// accessor shows it. If the body still has a `Content-Encoding`, the error says that instead.
    #[must_use]
    pub fn not_a<T>(&self, detail: impl Into<String>) -> Error {
        let expected = std::any::type_name::<T>();
        let encoded = self.head.still_encoded(expected, &self.body);
        encoded.unwrap_or_else(|| self.head.undecodable(expected, None, &detail.into(), &self.body))
    }
}

impl fmt::Debug for BufferedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferedResponse")
            .field("head", &self.head)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// A value with the status and the headers of its response.
///
/// ```
/// use sdk_runtime::response::{Head, Response};
///
/// let fake = Response::new(Head::default(), "It works");
/// assert_eq!((fake.status().as_u16(), fake.headers().get("etag")), (200, None));
/// assert_eq!(fake.into_inner(), "It works");
/// ```
#[derive(Clone)]
pub struct Response<T> {
    pub(super) head: Head,
    pub(super) value: T,
}

impl<T> Response<T> {
    /// Creates a response, for a fake.
    pub fn new(head: Head, value: T) -> Self {
        Self { head, value }
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// Returns the value.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Returns the value only.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the status and the headers, and the value.
    #[must_use]
    pub fn into_parts(self) -> (Head, T) {
        (self.head, self.value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.head.status.as_u16())
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn an_answer_gives_what_it_holds_and_shows_none_of_it() {
        let headers = HeaderMap::from_iter([(http::header::ETAG, HeaderValue::from_static("\"s3cret\""))]);
        let head = Head::new(StatusCode::CREATED, headers.clone());
        assert_eq!((head.status(), head.headers()), (StatusCode::CREATED, &headers));
        assert_eq!(format!("{head:?}"), "Head { status: 201, .. }", "I27");
        assert_eq!(head.clone().into_parts(), (StatusCode::CREATED, headers.clone()));

        let answer = BufferedResponse::new(head.clone(), Bytes::from_static(b"s3cret"));
        assert_eq!(answer.head().status(), StatusCode::CREATED);
        assert_eq!(&answer.body()[..], b"s3cret");
        assert_eq!(
            format!("{answer:?}"),
            "BufferedResponse { head: Head { status: 201, .. }, body: 6 bytes }",
            "I27"
        );
        assert_eq!(&answer.into_body()[..], b"s3cret");

        let response = Response::new(head, 7);
        assert_eq!((response.status(), response.headers()), (StatusCode::CREATED, &headers));
        assert_eq!(format!("{response:?}"), "Response { status: 201, value: 7, .. }", "I27");
        assert_eq!((*response.value(), response.clone().into_inner()), (7, 7));
        let (head, value) = response.into_parts();
        assert_eq!((head.status(), head.headers(), value), (StatusCode::CREATED, &headers, 7));
    }
}
