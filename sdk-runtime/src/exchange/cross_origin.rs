//! The headers that may go to another origin: those that negotiate content. Any other may be a credential.

use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, RANGE,
    USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Removes the headers that may not go to another origin.
pub(super) fn strip(headers: &mut HeaderMap) {
    let private: Vec<_> = headers.keys().filter(|name| !allows(name, headers)).cloned().collect();
    for name in private {
        headers.remove(name);
    }
}

/// Whether the lines of `name` in `headers` may go to another origin. A line that is marked sensitive is a
/// credential under any name.
pub(super) fn allows(name: &HeaderName, headers: &HeaderMap) -> bool {
    let negotiates = [
        ACCEPT,
        ACCEPT_ENCODING,
        ACCEPT_LANGUAGE,
        CONTENT_ENCODING,
        CONTENT_LANGUAGE,
        CONTENT_TYPE,
        RANGE,
        USER_AGENT,
    ]
    .contains(name);
    negotiates && !headers.get_all(name).iter().any(HeaderValue::is_sensitive)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The headers that describe the body and the response that is wanted.
    pub(crate) const FOR_ANY_ORIGIN: [&str; 8] = [
        "accept",
        "accept-encoding",
        "accept-language",
        "content-encoding",
        "content-language",
        "content-type",
        "range",
        "user-agent",
    ];
    pub(crate) const FOR_ONE_ORIGIN: [&str; 10] = [
        "accept-token",
        "authorization",
        "content-location",
        "cookie",
        "if-match",
        "if-range",
        "origin",
        "referer",
        "x-api-version",
        "x-key",
    ];

    #[test]
    fn i22_another_origin_gets_the_headers_of_content_negotiation_and_no_credential() {
        for name in FOR_ANY_ORIGIN.into_iter().chain(FOR_ONE_ORIGIN) {
            for sensitive in [&[false][..], &[true], &[false, true], &[true, false]] {
                let mut headers = HeaderMap::new();
                for is_sensitive in sensitive {
                    let mut value = HeaderValue::from_static("v");
                    value.set_sensitive(*is_sensitive);
                    headers.append(HeaderName::from_static(name), value);
                }
                strip(&mut headers);
                let stays = FOR_ANY_ORIGIN.contains(&name) && !sensitive.contains(&true);
                assert_eq!(!headers.is_empty(), stays, "I22: {name}, sensitive: {sensitive:?}");
            }
        }
    }
}
