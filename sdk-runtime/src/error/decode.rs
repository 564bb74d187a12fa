//! An answer that is not what the endpoint's type says.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;

/// The answer could not be decoded.
///
/// `Display` says what was expected and what kind of document came. Where in it, and what it said there, is for
/// [`path`](Self::path), [`detail`](Self::detail) and [`excerpt`](Self::excerpt), since the keys of a map are somebody's
/// data too; so it ends by naming these.
#[derive(Clone)]
pub struct DecodeError(Arc<Inner>);

struct Inner {
    expected: &'static str,
    status: StatusCode,
    content_type: Option<String>,
    path: Option<String>,
    detail: String,
    excerpt: Bytes,
}

/// How much of a body an error keeps.
const EXCERPT: usize = 512;

impl DecodeError {
    pub(crate) fn new(
        expected: &'static str,
        status: StatusCode,
        content_type: Option<String>,
        path: Option<String>,
        detail: String,
        body: &Bytes,
    ) -> Self {
        Self(Arc::new(Inner {
            expected,
            status,
            content_type,
            // The whole document, or a place the decoder cannot tell.
            path: path.filter(|path| path != "." && path != "?"),
            detail,
            excerpt: Bytes::copy_from_slice(&body[..body.len().min(EXCERPT)]),
        }))
    }

    /// The Rust type that was expected.
    #[must_use]
    pub fn expected(&self) -> &'static str {
        self.0.expected
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The media type the answer claims, if it claims one.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.0.content_type.as_deref()
    }

    /// Where in the document decoding stopped, such as `items[3].id`; `None` for the document as a whole.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// The decoder's own message. May quote the document.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The first 512 bytes of the body.
    #[must_use]
    pub fn excerpt(&self) -> &Bytes {
        &self.0.excerpt
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        write!(f, "the answer with status {} is not a `{}`", inner.status.as_u16(), inner.expected)?;
        match &inner.content_type {
            Some(content_type) => write!(f, " (its content type is `{content_type}`)")?,
            None => f.write_str(" (it has no content type)")?,
        }
        f.write_str("; `path()` and `detail()` tell where and why (not shown, since they may quote data)")
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decode")
            .field("expected", &self.0.expected)
            .field("status", &self.0.status.as_u16())
            .field("content_type", &self.0.content_type)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for DecodeError {}
