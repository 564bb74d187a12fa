//! Redirects (RFC 9110, 15.4): the request that follows one.

use http::header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

use crate::error::{TransportError, TransportErrorKind};
use crate::request::Prepared;
use crate::request::base::{ADDRESS_LIMIT, is_same_origin, is_too_long};
use crate::text;

/// The redirects that a call follows: an option of the client.
///
/// A redirect that is not followed is the answer of the call: an [`Error::Status`](crate::Error::Status) with
/// its `Location`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redirects {
    /// None.
    None,
    /// Up to 10 that stay at the origin of the request: scheme, host and port.
    SameOrigin,
    /// Up to so many, to any origin. A call fails with
    /// [`TransportErrorKind::Redirect`] at the next one.
    /// Default: 10, as in reqwest.
    UpTo(u32),
}

impl Default for Redirects {
    fn default() -> Self {
        Self::UpTo(MOST)
    }
}

impl Redirects {
    /// Returns how many are followed at most.
    pub(super) fn most(self) -> u32 {
        match self {
            Self::None => 0,
            Self::SameOrigin => MOST,
            Self::UpTo(most) => most,
        }
    }

    /// Whether a redirect from `hop` to `next` is followed.
    pub(super) fn follows(self, hop: &Url, next: &Url) -> bool {
        match self {
            Self::None => false,
            Self::SameOrigin => is_same_origin(hop, next),
            Self::UpTo(_) => true,
        }
    }
}

/// The longest chain by default. A longer one is usually a circle.
const MOST: u32 = 10;

/// The error of a redirect that is not followed.
pub(super) fn error(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::Redirect, why)
}

/// Returns the `Location` of a redirect, and `None` for any other response.
pub(super) fn location(status: StatusCode, headers: &HeaderMap) -> Option<&HeaderValue> {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308).then(|| headers.get(LOCATION)).flatten()
}

/// Returns the request to `location`, for `request` that was answered with a redirect of `status`.
pub(super) fn next(
    request: &Prepared,
    status: StatusCode,
    location: &HeaderValue,
) -> Result<Prepared, TransportError> {
    // Servers send bytes that they should have percent-encoded, and every client accepts them.
    let target = text::of_address(location.as_bytes());
    let target = request.url.join(&target).ok().filter(|target| matches!(target.scheme(), "http" | "https"));
    let Some(mut target) = target else {
        return Err(error("the address is not valid"));
    };
    target.set_fragment(None);
    if is_too_long(&target) {
        return Err(error(format!("the address is longer than {ADDRESS_LIMIT} bytes")));
    }
    let mut next = request.clone();
    next.url = target;
    let becomes_get = match status.as_u16() {
        301 | 302 => request.method == Method::POST,
        303 => request.method != Method::HEAD,
        _ => false,
    };
    if becomes_get {
        next.method = Method::GET;
        next.body = None;
        for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION] {
            next.headers.remove(name);
        }
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::super::cross_origin::tests::{FOR_ANY_ORIGIN, FOR_ONE_ORIGIN};
    use super::*;
    use crate::endpoint::Endpoint;
    use crate::request::Request;
    use crate::request::base::Base;

    static POST: Endpoint = Endpoint::new("Api::it", "POST", "/it");

    fn names(headers: &HeaderMap) -> Vec<&str> {
        headers.keys().map(HeaderName::as_str).collect()
    }

    #[test]
    fn headers_about_a_body_are_removed_with_it() {
        const OF_THE_BODY: [&str; 4] =
            ["content-encoding", "content-language", "content-location", "content-type"];
        let own = Base::parse("https://a.example").unwrap();
        for (status, method, becomes_get) in [
            (301, "POST", true),
            (302, "POST", true),
            (303, "POST", true),
            (307, "POST", false),
            (308, "POST", false),
            (301, "PUT", false),
            (302, "PUT", false),
            (303, "PUT", true),
            (303, "GET", true),
            (303, "HEAD", false),
        ] {
            let mut request = Request::new(&own, &POST).prepare(None).unwrap();
            request.method = method.parse().unwrap();
            for name in FOR_ANY_ORIGIN.into_iter().chain(FOR_ONE_ORIGIN) {
                request.headers.insert(name, HeaderValue::from_static("v"));
            }
            let all = request.headers.len();
            let status = StatusCode::from_u16(status).unwrap();
            let next = next(&request, status, &HeaderValue::from_static("/to#top")).unwrap();
            assert_eq!(next.url.as_str(), "https://a.example/to");
            let method = if becomes_get { "GET" } else { method };
            assert_eq!(next.method, method, "{status}");
            let (left, gone) = (names(&next.headers), if becomes_get { OF_THE_BODY.len() } else { 0 });
            assert_eq!(left.len(), all - gone, "{status} {method}: {left:?}");
            assert!(
                !becomes_get || OF_THE_BODY.iter().all(|name| !left.contains(name)),
                "{status}: {left:?}"
            );
        }
    }
}
