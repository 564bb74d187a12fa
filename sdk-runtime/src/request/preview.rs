//! `RequestPreview`: the request that a call would send.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use super::header;
use super::prepared::Prepared;
use crate::body::OnUpload;

/// The request that a call would send, before the session signs it.
#[derive(Clone)]
pub struct RequestPreview(Box<Prepared>);

impl RequestPreview {
    pub(crate) fn new(mut prepared: Box<Prepared>) -> Self {
        prepared.headers = prepared.all_headers();
        header::join_cookies(&mut prepared.headers);
        // A preview does not keep the function of a call.
        prepared.extensions.remove::<OnUpload>();
        Self(prepared)
    }

    /// Returns the HTTP method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// Returns the absolute address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0.url
    }

    /// Returns the headers, without those of the session.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the body, or `None` if there is none or it is read while it is sent.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.0.body.as_ref()?.bytes()
    }

    /// Whether the request can be sent any number of times. Only one with a
    /// [`BodyStream`](crate::body::BodyStream) cannot.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        self.0.is_replayable()
    }
}

impl fmt::Debug for RequestPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestPreview")
            .field("method", &self.0.method)
            .field("path", &self.0.url.path())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::body::Payload;
    use crate::endpoint::Endpoint;
    use crate::request::{Request, base::Base};

    static PUT: Endpoint = Endpoint::new("Api::it", "PUT", "/it").query("a=1");

    #[test]
    fn a_preview_is_the_request_and_shows_no_secret() {
        let base = Base::parse("https://a.example/v1").unwrap();
        let mut prepared = Request::new(&base, &PUT).prepare(None).unwrap();
        prepared.headers.append("cookie", HeaderValue::from_static("a=s3cret"));
        prepared.headers.append("cookie", HeaderValue::from_static("b=2"));
        prepared.body = Some(Payload::One(crate::body::Content::Bytes(Bytes::from_static(b"s3cret"))));
        let preview = RequestPreview::new(prepared);
        assert_eq!((preview.method(), preview.url().as_str()), (&Method::PUT, "https://a.example/v1/it?a=1"));
        assert_eq!(preview.headers()["cookie"], "a=s3cret; b=2");
        assert_eq!(preview.body().map(|body| &body[..]), Some(&b"s3cret"[..]));
        assert!(preview.is_replayable());
        assert_eq!(format!("{preview:?}"), r#"RequestPreview { method: PUT, path: "/v1/it", .. }"#, "I27");
    }
}
