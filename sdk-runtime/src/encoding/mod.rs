//! Content codings: which are requested, and how their responses are decoded.
//!
//! A transport returns the body as the server sent it. Only a coding that was requested here is decoded,
//! while the body arrives.

#[cfg(any(feature = "gzip", feature = "br", feature = "zstd", feature = "deflate"))]
mod coded;

use std::sync::LazyLock;

use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, RANGE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::transport::{ResponseBody, TransportResponse};

/// The codings that can be decoded, by their names (RFC 9110, 8.4.1; RFC 7932; RFC 8878).
const CODINGS: &[&str] = &[
    #[cfg(feature = "gzip")]
    "gzip",
    #[cfg(feature = "br")]
    "br",
    #[cfg(feature = "zstd")]
    "zstd",
    #[cfg(feature = "deflate")]
    "deflate",
];

/// The largest number of codings on one body. A server that applies more wants to exhaust its clients.
const MOST: usize = 4;

static ACCEPTED: LazyLock<Option<HeaderValue>> =
    LazyLock::new(|| HeaderValue::try_from(CODINGS.join(", ")).ok().filter(|_| !CODINGS.is_empty()));

/// Requests a compressed response, unless the request sets `accept-encoding` or a range, which counts the
/// bytes that are sent. Returns whether it was requested, and so is to be decoded.
pub(crate) fn ask(headers: &mut HeaderMap) -> bool {
    match &*ACCEPTED {
        Some(_) if headers.contains_key(ACCEPT_ENCODING) || headers.contains_key(RANGE) => false,
        Some(accepted) => headers.insert(ACCEPT_ENCODING, accepted.clone()).is_none(),
        None => false,
    }
}

/// Returns the decoded response to a request with `method`, without `Content-Encoding` and `Content-Length`,
/// which describe the coded body. A response with any other coding is returned unchanged.
pub(crate) fn decoded(method: &Method, mut answer: TransportResponse) -> TransportResponse {
    let has_no_body = *method == Method::HEAD
        || matches!(answer.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let codings = codings(answer.headers()).unwrap_or_default();
    if has_no_body || codings.is_empty() {
        return answer;
    }
    answer.headers_mut().remove(CONTENT_ENCODING);
    answer.headers_mut().remove(CONTENT_LENGTH);
    // The last coding was applied last.
    answer.map(|body| codings.into_iter().rev().fold(body, layer))
}

#[cfg(any(feature = "gzip", feature = "br", feature = "zstd", feature = "deflate"))]
fn layer(body: ResponseBody, coding: &'static str) -> ResponseBody {
    ResponseBody::new(coded::Coded::new(coding, body))
}

#[cfg(not(any(feature = "gzip", feature = "br", feature = "zstd", feature = "deflate")))]
fn layer(body: ResponseBody, _: &'static str) -> ResponseBody {
    body
}

/// Returns the codings of a body in the order in which they were applied, or `None` if one of them cannot be
/// decoded.
fn codings(headers: &HeaderMap) -> Option<Vec<&'static str>> {
    let mut codings = Vec::new();
    for line in headers.get_all(CONTENT_ENCODING) {
        for name in line.to_str().ok()?.split(',').map(str::trim) {
            if name.is_empty() || name.eq_ignore_ascii_case("identity") {
                continue;
            }
            // The older name of `gzip` (RFC 9110, 8.4.1.3).
            let name = if name.eq_ignore_ascii_case("x-gzip") { "gzip" } else { name };
            codings.push(*CODINGS.iter().find(|coding| coding.eq_ignore_ascii_case(name))?);
        }
    }
    (codings.len() <= MOST).then_some(codings)
}
