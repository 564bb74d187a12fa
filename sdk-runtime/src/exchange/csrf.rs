//! A cookie of a login, once more in a header: the token against forged requests (CSRF, "double submit").

use http::{HeaderName, HeaderValue, Method};
use percent_encoding::percent_decode;
use url::Url;

use crate::cookies::Jar;
use crate::runtime::Clock;

/// Which cookie is sent in which header.
#[derive(Debug, Clone)]
pub(crate) struct Csrf {
    pub(crate) cookie: String,
    pub(crate) header: HeaderName,
}

impl Csrf {
    /// Returns the header for a request to `url`, if its method changes something (RFC 9110, 9.2.1) and
    /// `jar` has the cookie for it. What is percent-encoded in the cookie is decoded, as browsers' libraries
    /// do.
    pub(super) fn value(&self, method: &Method, url: &Url, jar: &Jar, clock: &Clock) -> Option<HeaderValue> {
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE) {
            return None;
        }
        let written = jar.value(url, &self.cookie, clock)?;
        let decoded: Vec<u8> = percent_decode(&written).collect();
        let value = HeaderValue::from_bytes(&decoded).or_else(|_| HeaderValue::from_bytes(&written));
        let mut value = value.ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}
