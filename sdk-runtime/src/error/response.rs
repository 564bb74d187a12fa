//! `ErrorResponse`: a response with an error status.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::de::{DeserializeOwned, Error as _};

use super::decode::{DecodeError, still_encoded};
use super::error_body::ErrorBody;
use super::transport::TransportError;
use crate::endpoint::Endpoint;
use crate::retry_after;
use crate::runtime::{self, Clock, Instant};
use crate::text;
use crate::www_authenticate::{self, Challenge};

/// A response with an error status: status, headers, and the beginning of its body.
#[derive(Clone)]
pub struct ErrorResponse(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    endpoint: &'static Endpoint,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    truncated: bool,
    /// The server's text, parsed on demand.
    message: OnceLock<Option<String>>,
    undecoded: Option<DecodeError>,
    /// Why the body is cut off.
    unread: Option<TransportError>,
    /// When the server wants to be asked again.
    retry_at: Option<Instant>,
    not_retried: Option<NotRetried>,
}

/// Why a failure that would have been retried is not, although the call had retries left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotRetried {
    /// The answer asks for a longer pause by its `Retry-After` than a call waits: 60 s.
    RetryAfterTooLong,
    /// The pause would outlast the timeout of the call.
    Timeout,
    /// The [`RetryBudget`](crate::client::RetryBudget) of the client is spent.
    BudgetSpent,
}

impl ErrorResponse {
    pub(crate) fn new(
        endpoint: &'static Endpoint,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        truncated: bool,
    ) -> Self {
        let message = OnceLock::new();
        Self(Arc::new(Inner {
            endpoint,
            status,
            headers,
            body,
            truncated,
            message,
            undecoded: None,
            unread: None,
            retry_at: None,
            not_retried: None,
        }))
    }

    /// Returns the same response with the time that its `Retry-After` names by `clock`.
    pub(crate) fn received(mut self, clock: &Clock) -> Self {
        if let Some(pause) = retry_after::parse(&self.0.headers, || clock.wall()) {
            Arc::make_mut(&mut self.0).retry_at = Some(runtime::deadline(pause));
        }
        self
    }

    /// Sets why the call is not retried.
    pub(crate) fn set_not_retried(&mut self, why: NotRetried) {
        Arc::make_mut(&mut self.0).not_retried = Some(why);
    }

    /// Whether its status shows that the server has looked at the credential of the request.
    pub(crate) fn shows_that_the_credential_counted(&self) -> bool {
        let status = self.status();
        !status.is_server_error() && !matches!(status.as_u16(), 401 | 407 | 408 | 421 | 425 | 429)
    }

    /// Sets the endpoint of a response that a fake has made.
    pub(super) fn set_endpoint(&mut self, endpoint: &'static Endpoint) {
        if self.is_fake() {
            Arc::make_mut(&mut self.0).endpoint = endpoint;
        }
    }

    /// Whether a fake has made the response, for an endpoint that is not known.
    pub(super) fn is_fake(&self) -> bool {
        std::ptr::eq(self.0.endpoint, &FAKE)
    }

    /// Whether the status says that the failure may be gone in a moment.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.0.status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
    }

    /// Returns the same response with the reason in its body, for a success that refuses.
    pub(crate) fn refused_for(mut self, message: String) -> Self {
        Arc::make_mut(&mut self.0).message = OnceLock::from(Some(message));
        self
    }

    /// Returns the same response with the error that cut its body off.
    pub(crate) fn unread(mut self, error: Option<TransportError>) -> Self {
        if error.is_some() {
            Arc::make_mut(&mut self.0).unread = error;
        }
        self
    }

    /// Returns the same response with at most `limit` bytes of its body: for calls that wait, of which there
    /// may be many.
    pub(crate) fn shortened(mut self, limit: usize) -> Self {
        if self.0.body.len() > limit {
            // Parsed before the body is shortened.
            let _ = self.message();
            let inner = Arc::make_mut(&mut self.0);
            inner.body = Bytes::copy_from_slice(&inner.body[..limit]);
            inner.truncated = true;
        }
        self
    }

    /// Returns the same response with the reason why it does not match the [`ApiError`](crate::ApiError) for
    /// its status.
    pub(crate) fn undecoded(mut self, error: DecodeError) -> Self {
        Arc::make_mut(&mut self.0).undecoded = Some(error);
        self
    }

    /// Returns the content coding that the body still has. A response to HEAD names the coding of a body that
    /// it does not have.
    fn encoding(&self) -> Option<String> {
        text::encoding(&self.0.headers).filter(|_| !text::is_blank(&self.0.body))
    }

    /// Returns the endpoint that was called.
    #[must_use]
    pub fn endpoint(&self) -> &'static Endpoint {
        self.0.endpoint
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the challenges in the order of the `WWW-Authenticate` headers (RFC 9110, 11.6.1).
    ///
    /// Challenges that cannot be parsed are skipped. A server may repeat a scheme, each time for another
    /// realm.
    ///
    /// ```
    /// use sdk_runtime::{ErrorResponse, http};
    ///
    /// let answer = http::Response::builder()
    ///     .status(401)
    ///     .header("www-authenticate", r#"Basic realm="a, b", bearer error="invalid_token""#)
    ///     .body("".into())?;
    /// let challenges = ErrorResponse::from(answer).challenges();
    /// assert_eq!(challenges[0].realm(), Some("a, b"));
    /// assert!(challenges[1].is("Bearer"));
    /// assert_eq!(challenges[1].error(), Some("invalid_token"));
    /// # Ok::<(), http::Error>(())
    /// ```
    #[must_use]
    pub fn challenges(&self) -> Vec<Challenge> {
        www_authenticate::parse(self.0.headers.get_all(WWW_AUTHENTICATE).iter().map(HeaderValue::as_bytes))
    }

    /// Returns how long until the server wants to be asked again by its `Retry-After`, from now. `None` if it
    /// sends no such header. A date is compared with the server's own `Date`, or else with
    /// [`ClientBuilder::wall_clock`](crate::client::ClientBuilder::wall_clock).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        Some(self.0.retry_at?.saturating_duration_since(runtime::now()))
    }

    /// Returns why the call was not retried, if it had retries left and the failure is one that is retried.
    #[must_use]
    pub fn not_retried(&self) -> Option<NotRetried> {
        self.0.not_retried
    }

    /// Returns the body: at most its first 64 KiB; its first 4 KiB if a call waited for a refresh after it;
    /// its first MiB for a refresh; all of it for a success that refuses.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// Whether the body is incomplete: it was longer than the limit, or did not arrive.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.0.truncated
    }

    /// Returns the server's text for users: the reason of a [`Refusal`](crate::Refusal), or else the
    /// `error_description`, `detail`, `title` or `error` of a JSON body, in this order (RFC 6749, 5.2; RFC
    /// 9457, 3.1).
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        let read = || ErrorBody::parse(&self.0.body).message();
        self.0.message.get_or_init(read).as_deref()
    }

    /// Returns why the body does not match the endpoint's own error type for this status, if there is one.
    ///
    /// An incomplete body is not decoded.
    #[must_use]
    pub fn decode_error(&self) -> Option<&DecodeError> {
        self.0.undecoded.as_ref()
    }

    /// Returns why the body did not arrive: the connection broke, the body is not in its content coding, or
    /// it took more than 5 s or half of the call's remaining time. The part that arrived is in
    /// [`body`](Self::body).
    ///
    /// The status and the headers count all the same. Such a response is classified and retried as any other,
    /// and can be an [`ApiError`](crate::ApiError) without a field.
    #[must_use]
    pub fn body_error(&self) -> Option<&TransportError> {
        self.0.unread.as_ref()
    }

    /// Returns the body as text, without a byte order mark. Bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        text::lossy(text::without_mark(&self.0.body)).into_owned()
    }

    /// Parses the body as JSON.
    ///
    /// # Errors
    ///
    /// Returns the decoder's error if the body is not JSON of that shape. If the body still has a
    /// `Content-Encoding`, the error names that.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(text::without_mark(&self.0.body)).map_err(|error| {
            match self.encoding().filter(|_| !error.is_data()) {
                Some(encoding) => serde_json::Error::custom(still_encoded(&encoding)),
                None => error,
            }
        })
    }
}

/// The endpoint of a fake's response.
static FAKE: Endpoint = Endpoint::new("Fake::endpoint", "GET", "/");

/// Makes a response for a fake.
///
/// ```
/// use sdk_runtime::{Error, ErrorResponse, http};
///
/// let answer = http::Response::builder().status(409).body("taken".into())?;
/// let error = Error::from(ErrorResponse::from(answer));
/// assert_eq!(error.status(), Some(http::StatusCode::CONFLICT));
/// assert_eq!(error.to_string(), "the answer of a fake has status 409 Conflict");
/// # Ok::<(), http::Error>(())
/// ```
impl From<http::Response<Bytes>> for ErrorResponse {
    fn from(answer: http::Response<Bytes>) -> Self {
        let (parts, body) = answer.into_parts();
        Self::new(&FAKE, parts.status, parts.headers, body, false).received(&Clock::default())
    }
}

impl fmt::Display for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { endpoint, status, .. } = &*self.0;
        if self.is_fake() {
            return write!(f, "the answer of a fake has status {status}");
        }
        let (name, method) = (endpoint.qualified_name(), endpoint.method);
        let address = if endpoint.template().is_empty() { "#[url]" } else { endpoint.template() };
        write!(f, "`{name}` ({method} {address}) was answered with status {status}")?;
        if let Some(encoding) = self.encoding() {
            write!(f, ", and {}", still_encoded(&encoding))?;
        }
        match self.0.not_retried {
            Some(NotRetried::RetryAfterTooLong) => f.write_str(
                "; it is not retried, because the server asks for a pause of more than 60 s (`Retry-After`)",
            ),
            Some(NotRetried::Timeout) => {
                f.write_str("; it is not retried, because the pause would outlast the timeout of the call")
            }
            Some(NotRetried::BudgetSpent) => {
                f.write_str("; it is not retried, because the retry budget of the client is spent")
            }
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { endpoint, status, body, .. } = &*self.0;
        f.debug_struct("ErrorResponse")
            .field("endpoint", &format_args!("{}", endpoint.qualified_name()))
            .field("status", &status.as_u16())
            .field("body", &format_args!("{} bytes", body.len()))
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ErrorResponse {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // A body that did not arrive could not be decoded for that reason.
        let unread = self.body_error().map(|error| error as _);
        unread.or_else(|| self.decode_error().map(|error| error as _))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_of_an_answer_is_said_from_all_of_it() {
        for (limit, length, is_truncated) in [(19, 18, false), (18, 18, false), (17, 17, true)] {
            let body = Bytes::from_static(b"{\"detail\":\"gone!\"}");
            let status = StatusCode::GONE;
            let answer = ErrorResponse::new(&FAKE, status, HeaderMap::new(), body, false).shortened(limit);
            assert_eq!((answer.body().len(), answer.is_truncated()), (length, is_truncated), "{limit}");
            assert_eq!(answer.message(), Some("gone!"), "{limit}");
        }
    }

    #[test]
    fn a_body_is_text_and_json_behind_its_mark_and_encoded_where_it_is_none() {
        let of = |encoding: Option<&'static str>, body: &'static str| {
            let encoding = encoding.map(|it| (http::header::CONTENT_ENCODING, HeaderValue::from_static(it)));
            let body = Bytes::from_static(body.as_bytes());
            ErrorResponse::new(&FAKE, StatusCode::GONE, HeaderMap::from_iter(encoding), body, false)
        };
        for encoding in [None, Some("br")] {
            let answer = of(encoding, "\u{feff}{\"a\":7}");
            assert_eq!(answer.text(), "{\"a\":7}");
            assert_eq!(answer.json::<std::collections::BTreeMap<String, u8>>().unwrap()["a"], 7);
            let error = answer.json::<u8>().unwrap_err().to_string();
            assert!(error.contains("invalid type: map"), "{error}: JSON is not encoded");
            let error = of(encoding, "x").json::<u8>().unwrap_err().to_string();
            assert_eq!(error.contains("still encoded as `br`"), encoding.is_some(), "{error}");
            let error = of(encoding, " ").json::<u8>().unwrap_err().to_string();
            assert!(error.contains("EOF"), "{error}: nothing is not encoded");
        }
    }
}
