//! The jar of a build without the feature `cookies`: stores nothing and sends nothing.

use std::fmt;

use http::header::{HeaderMap, HeaderValue};
use url::Url;

use super::dropped::CookiesDropped;
use crate::runtime::Clock;

/// The outcome of the `Set-Cookie` headers of a response: none.
#[derive(Debug, Clone, Default)]
pub(crate) struct SetCookies(());

/// No jar. Cookies that another program has stored are kept unchanged, and written again.
#[derive(Clone, Default)]
pub(crate) struct Jar {
    written: Option<serde_json::Value>,
}

impl Jar {
    pub(crate) fn fork(&self) -> Self {
        self.clone()
    }

    pub(crate) fn written(&self) -> Option<serde_json::Value> {
        self.written.clone()
    }

    pub(crate) fn read(written: serde_json::Value) -> Option<Self> {
        written.is_array().then_some(Self { written: Some(written) })
    }

    pub(crate) fn header(&self, _: &Url, _: &Clock) -> Option<HeaderValue> {
        None
    }

    pub(crate) fn value(&self, _: &Url, _: &str, _: &Clock) -> Option<Vec<u8>> {
        None
    }

    pub(crate) fn store(&self, _: &HeaderMap, _: &Url, _: &Clock) -> SetCookies {
        SetCookies::default()
    }

    pub(crate) fn why_empty(&self, _: Option<&SetCookies>, _: &Clock) -> Option<String> {
        None
    }

    pub(crate) fn has_dropped(&self) -> bool {
        false
    }

    pub(crate) fn take_dropped(&self) -> Option<CookiesDropped> {
        None
    }
}

/// Shows nothing, because the cookies are secrets.
impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jar(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_program_has_written_is_kept_and_not_shown() {
        let written = serde_json::json!([{ "raw_cookie": "sid=secret" }]);
        let jar = Jar::read(written.clone()).unwrap().fork();
        assert_eq!(jar.written(), Some(written));
        assert_eq!(format!("{jar:?}"), "Jar(..)");
        assert!(Jar::read(serde_json::json!({ "raw_cookie": "sid=secret" })).is_none(), "it is no jar");
    }

    #[test]
    fn no_cookie_is_taken_or_sent() {
        let (jar, url, clock) = (Jar::default(), "https://a.com/".parse().unwrap(), Clock::default());
        let headers = [(http::header::SET_COOKIE, HeaderValue::from_static("sid=1"))].into_iter().collect();
        let received = jar.store(&headers, &url, &clock);
        assert_eq!(jar.why_empty(Some(&received), &clock), None, "no request is refused for want of cookies");
        assert_eq!((jar.header(&url, &clock), jar.written()), (None, None));
        assert_eq!((jar.has_dropped(), jar.take_dropped()), (false, None));
    }
}
