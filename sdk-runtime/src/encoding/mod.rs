//! Answers that travel compressed: what is asked for, and what is decoded on its way to the caller. Knows no session.
//!
//! Each transport gives the body as the server sent it. Only what was asked for here is decoded, while it arrives.

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

/// As many codings on one another as are decoded: a server that applies more of them wants to keep its clients busy.
const MOST: usize = 4;

static ACCEPTED: LazyLock<Option<HeaderValue>> =
    LazyLock::new(|| HeaderValue::try_from(CODINGS.join(", ")).ok().filter(|_| !CODINGS.is_empty()));

/// Asks for a compressed answer, unless the request says itself what it takes, or wants a part: ranges are counted in what is sent.
/// Returns whether it was asked for, and so is to be decoded.
pub(crate) fn ask(headers: &mut HeaderMap) -> bool {
    if headers.contains_key(ACCEPT_ENCODING) || headers.contains_key(RANGE) {
        return false;
    }
    match &*ACCEPTED {
        Some(accepted) => headers.insert(ACCEPT_ENCODING, accepted.clone()).is_none(),
        None => false,
    }
}

/// The answer to a request with `method`, with its body as it was before it was compressed; `Content-Encoding` and `Content-Length`,
/// which describe what was sent, are then gone. One with any other coding stays as it is.
pub(crate) fn decoded(method: &Method, mut answer: TransportResponse) -> TransportResponse {
    let has_no_body = *method == Method::HEAD
        || matches!(answer.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let codings = codings(answer.headers()).unwrap_or_default();
    if has_no_body || codings.is_empty() {
        return answer;
    }
    answer.headers_mut().remove(CONTENT_ENCODING);
    answer.headers_mut().remove(CONTENT_LENGTH);
    // The last one was applied last.
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

/// The codings of a body in the order in which they were applied; `None` where one of them cannot be decoded.
fn codings(headers: &HeaderMap) -> Option<Vec<&'static str>> {
    let mut codings = Vec::new();
    for line in headers.get_all(CONTENT_ENCODING) {
        for name in line.to_str().ok()?.split(',').map(str::trim) {
            if name.is_empty() || name.eq_ignore_ascii_case("identity") {
                continue;
            }
            // The older name of the same (RFC 9110, 8.4.1.3).
            let name = if name.eq_ignore_ascii_case("x-gzip") { "gzip" } else { name };
            codings.push(*CODINGS.iter().find(|coding| coding.eq_ignore_ascii_case(name))?);
        }
    }
    (codings.len() <= MOST).then_some(codings)
}
