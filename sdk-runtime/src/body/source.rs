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

const NO_MEDIA_TYPE: &str = "has a media type, set by `content_type`, that no header can have";

/// A request body that can be sent again unchanged, and its media type.
///
/// Only a body from a [`BodyStream`] can be sent once only. A clone shares the source and copies nothing.
///
/// ```no_run
/// use sdk_runtime::body::{Body, BodyStream};
///
/// let bytes = Body::new("text or bytes");
/// let file = Body::file("picture.png").content_type("image/png");
/// # fn archive() -> http_body_util::Full<bytes::Bytes> { Default::default() }
/// let written_again_for_each_send = Body::factory(|| BodyStream::new(archive()));
/// ```
#[derive(Clone)]
pub struct Body {
    pub(crate) content: Content,
    pub(crate) content_type: Option<HeaderValue>,
}

impl Body {
    /// Creates a body without a media type. `#[body("…")]` can name one.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Content::Bytes(bytes.into()).into()
    }

    /// Creates a body from the file at `path`, as `application/octet-stream`. The file is opened for each
    /// send, and read while it is sent.
    ///
    /// If the file cannot be opened, the call fails with
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest), which names the path. The length is that of
    /// the file when it was opened. If the file becomes shorter meanwhile, the send fails.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::from(Content::File(Arc::from(path.into()))).content_type(BINARY)
    }

    /// Creates a body that `make` makes for each send. It must be the same each time. It has no media type.
    pub fn factory(make: impl Fn() -> BodyStream + Send + Sync + 'static) -> Self {
        Content::Factory(Arc::new(make)).into()
    }

    /// Creates an invalid body: its call fails with [`Error::InvalidRequest`](crate::Error::InvalidRequest)
    /// and this reason, and nothing is sent. Use it in an [`IntoBody`](crate::body::IntoBody) that could not
    /// encode its value. The reason must not quote the value, because errors are logged.
    pub fn invalid(reason: impl Into<String>) -> Self {
        Content::Invalid(Arc::from(reason.into())).into()
    }

    /// Sets the media type, from text or from a `HeaderValue`. The declaration may name another.
    ///
    /// A text that no header can have, such as one with a line feed, makes the body
    /// [invalid](Self::invalid).
    #[must_use]
    pub fn content_type(mut self, media_type: impl TryInto<HeaderValue>) -> Self {
        match media_type.try_into() {
            Ok(media_type) => self.content_type = Some(media_type),
            Err(_) => self.content = Content::Invalid(Arc::from(NO_MEDIA_TYPE)),
        }
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
