//! The `host` of requests over HTTP/1.1, which hyper would write for each of them.

use std::sync::OnceLock;

use http::header::HOST;
use http::{HeaderMap, HeaderValue};
use url::{Position, Url};

/// The `host` of the first server that a transport sends to in the clear.
#[derive(Default)]
pub(crate) struct HostHeader(OnceLock<Option<Host>>);

struct Host {
    text: Box<str>,
    value: HeaderValue,
}

impl Host {
    fn new(text: &str) -> Option<Self> {
        let value = HeaderValue::from_str(text).ok()?;
        Some(Self { text: text.into(), value })
    }
}

impl HostHeader {
    /// Sets the `host` of a request to `url` if that is the first server's. Over TLS it does nothing, because
    /// the connection may speak HTTP/2, which has another field for it.
    pub(crate) fn set(&self, url: &Url, headers: &mut HeaderMap) {
        if url.scheme() != "http" {
            return;
        }
        let text = &url[Position::BeforeHost..Position::AfterPort];
        if let Some(host) = self.0.get_or_init(|| Host::new(text))
            && *host.text == *text
        {
            headers.entry(HOST).or_insert_with(|| host.value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_host_of_its_own_address() {
        let host = HostHeader::default();
        for (url, expected) in [
            ("https://api.test/a", None),
            ("http://user@api.test:80/a?b", Some("api.test")),
            ("http://api.test/b", Some("api.test")),
            ("http://api.test:8080/b", None),
            ("http://api.test.example/b", None),
        ] {
            let mut headers = HeaderMap::new();
            host.set(&url.parse().unwrap(), &mut headers);
            assert_eq!(headers.get(HOST).map(|value| value.to_str().unwrap()), expected, "{url}");
        }
        let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("a.layer"))]);
        host.set(&"http://api.test".parse().unwrap(), &mut headers);
        assert_eq!(headers[HOST], "a.layer");
        let host = HostHeader::default();
        let mut headers = HeaderMap::new();
        host.set(&"http://[::1]:8080/".parse().unwrap(), &mut headers);
        assert_eq!(headers[HOST], "[::1]:8080");
    }
}
