//! `Body`: what a request body is made of, and its media type.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;

use super::payload::Content;
use super::stream::BodyStream;

pub(crate) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
pub(crate) const BINARY: HeaderValue = HeaderValue::from_static("application/octet-stream");
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub(crate) const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// A request body that can be sent again unchanged, and the media type that goes with it.
///
/// Only one that was made of a [`BodyStream`] can be sent no more than once. A clone shares what it is made of and copies
/// nothing.
///
/// ```no_run
/// use sdk_runtime::{Body, BodyStream};
///
/// let bytes = Body::new("text or bytes");
/// let file = Body::file("picture.png").content_type(http::HeaderValue::from_static("image/png"));
/// # fn archive() -> http_body_util::Full<bytes::Bytes> { Default::default() }
/// let written_anew_for_each_send = Body::factory(|| BodyStream::new(archive()));
/// ```
#[derive(Clone)]
pub struct Body {
    pub(crate) content: Content,
    pub(crate) content_type: Option<HeaderValue>,
}

impl Body {
    /// A body without a media type of its own: one named in `#[body("…")]` decides, or none is sent.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Content::Bytes(bytes.into()).into()
    }

    /// The file at `path`, as `application/octet-stream`. It is opened anew for each send and read as it is sent.
    ///
    /// A call whose file cannot be opened fails with [`Error::InvalidRequest`](crate::Error::InvalidRequest), which names the
    /// path. What is sent is as long as the file was when it was opened; if it becomes shorter meanwhile, the send fails.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::from(Content::File(Arc::from(path.into()))).content_type(BINARY)
    }

    /// A body that `make` makes anew for each send, and that must be the same each time. It has no media type of its own.
    pub fn factory(make: impl Fn() -> BodyStream + Send + Sync + 'static) -> Self {
        Content::Factory(Arc::new(make)).into()
    }

    /// No body: its call fails with [`Error::InvalidRequest`](crate::Error::InvalidRequest), which says why, and nothing is sent.
    /// For an [`IntoBody`] of your own that could not write its value; the reason must not quote it, since errors are logged.
    pub fn invalid(reason: impl Into<String>) -> Self {
        Content::Invalid(Arc::from(reason.into())).into()
    }

    /// Sets the media type that is sent unless the declaration names another.
    #[must_use]
    pub fn content_type(mut self, media_type: HeaderValue) -> Self {
        self.content_type = Some(media_type);
        self
    }
}

impl From<Content> for Body {
    fn from(content: Content) -> Self {
        Self { content, content_type: None }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({:?})", self.content)
    }
}
