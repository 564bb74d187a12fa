//! The cookies of one login: a jar that belongs to one epoch of a session and is thrown away with it, so that a late
//! `Set-Cookie` of a former user cannot sign the next one's requests. Knows nothing of sessions.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use cookie_store::{Cookie, CookieStore, RawCookie};
use http::header::{HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

/// A cookie jar (RFC 6265) that is read without a lock.
#[derive(Default)]
pub(crate) struct Jar {
    cookies: ArcSwapOption<CookieStore>,
}

impl Jar {
    /// A jar of its own with the same cookies.
    pub(crate) fn fork(&self) -> Self {
        Self { cookies: ArcSwapOption::new(self.cookies.load_full()) }
    }

    /// The cookies as they are kept across restarts, those included that a browser would forget; `None` where there are none.
    pub(crate) fn written(&self) -> Option<serde_json::Value> {
        let cookies = self.cookies.load();
        let cookies: Vec<_> = cookies.as_ref()?.iter_unexpired().collect();
        (!cookies.is_empty()).then(|| serde_json::to_value(cookies).ok()).flatten()
    }

    /// A jar with the cookies that were [`written`](Self::written).
    pub(crate) fn read(written: serde_json::Value) -> Option<Self> {
        let cookies: Vec<Cookie<'static>> = serde_json::from_value(written).ok()?;
        let cookies = cookies.into_iter().map(Ok::<_, Infallible>);
        let Ok(cookies) = CookieStore::from_cookies(cookies, false);
        Some(Self { cookies: ArcSwapOption::from_pointee(cookies) })
    }

    /// The `Cookie` header for a request to `url`, if any cookie goes there.
    pub(crate) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let cookies = self.cookies.load();
        let mut header = String::new();
        for (name, value) in cookies.as_ref()?.get_request_values(url) {
            if !header.is_empty() {
                header.push_str("; ");
            }
            header.push_str(name);
            header.push('=');
            header.push_str(value);
        }
        let mut header = HeaderValue::try_from(header).ok().filter(|header| !header.is_empty())?;
        header.set_sensitive(true);
        Some(header)
    }

    /// Takes the `Set-Cookie` headers of an answer from `url`; those that may not be set from there are left out.
    pub(crate) fn store(&self, headers: &HeaderMap, url: &Url) {
        let mut news = headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|value| RawCookie::parse(value.to_str().ok()?.to_owned()).ok())
            .peekable();
        if news.peek().is_none() {
            return;
        }
        let news: Vec<_> = news.collect();
        self.cookies.rcu(|current| {
            let mut next = current.as_deref().cloned().unwrap_or_default();
            next.store_response_cookies(news.iter().cloned(), url);
            Some(Arc::new(next))
        });
    }
}

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jar(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(jar: &Jar, cookie: &'static str, from: &str) {
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static(cookie));
        jar.store(&headers, &Url::parse(from).unwrap());
    }

    fn sent(jar: &Jar, to: &str) -> Option<String> {
        let header = jar.header(&Url::parse(to).unwrap())?;
        assert!(header.is_sensitive());
        Some(header.to_str().unwrap().to_owned())
    }

    #[test]
    fn cookies_go_where_they_came_from_and_nowhere_else() {
        let jar = Jar::default();
        assert_eq!(sent(&jar, "https://a.example/"), None);
        set(&jar, "access=1; HttpOnly; Path=/", "https://a.example/login");
        set(&jar, "refresh=2; Path=/auth", "https://a.example/login");
        assert_eq!(sent(&jar, "https://a.example/x").as_deref(), Some("access=1"));
        let both = sent(&jar, "https://a.example/auth/refresh").unwrap();
        assert!(both.contains("access=1") && both.contains("refresh=2"), "{both}");
        assert_eq!(sent(&jar, "https://b.example/x"), None);
    }

    #[test]
    fn a_cookie_is_replaced_and_expired() {
        let jar = Jar::default();
        set(&jar, "access=1", "https://a.example/");
        set(&jar, "access=2", "https://a.example/");
        assert_eq!(sent(&jar, "https://a.example/").as_deref(), Some("access=2"));
        set(&jar, "access=; Max-Age=0", "https://a.example/");
        assert_eq!(sent(&jar, "https://a.example/"), None);
    }

    #[test]
    fn a_fork_goes_its_own_way() {
        let jar = Jar::default();
        set(&jar, "csrf=1", "https://a.example/");
        let fork = jar.fork();
        set(&jar, "csrf=2", "https://a.example/");
        assert_eq!(sent(&fork, "https://a.example/").as_deref(), Some("csrf=1"));
    }
}
