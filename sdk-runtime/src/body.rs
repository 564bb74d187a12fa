//! Request bodies; knows nothing of who sends them.

use bytes::Bytes;
use http::HeaderValue;

/// A request body that can be sent again unchanged, and the media type that goes with it.
#[derive(Clone)]
pub struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: Option<HeaderValue>,
}

impl Body {
    /// A body without a media type of its own: one named in `#[body("…")]` decides, or none is sent.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), content_type: None }
    }

    /// Sets the media type that is sent unless the declaration names another.
    #[must_use]
    pub fn content_type(mut self, media_type: HeaderValue) -> Self {
        self.content_type = Some(media_type);
        self
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({} bytes)", self.bytes.len())
    }
}

/// What can be the argument of `#[body]`.
///
/// ```
/// use sdk_runtime::{Body, IntoBody};
///
/// struct Csv(Vec<[u32; 2]>);
///
/// impl IntoBody for Csv {
///     fn into_body(self) -> Body {
///         let lines: String = self.0.iter().map(|[a, b]| format!("{a},{b}\n")).collect();
///         Body::new(lines).content_type(http::HeaderValue::from_static("text/csv"))
///     }
/// }
/// # assert_eq!(format!("{:?}", Csv(vec![[1, 2]]).into_body()), "Body(4 bytes)");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a request body",
    label = "neither text nor bytes, and no `IntoBody`",
    note = "help: take `Bytes`, `Vec<u8>` or `String`, use `#[json]` for a value to serialize, or `impl IntoBody for {Self}`"
)]
pub trait IntoBody {
    /// The bytes to send.
    fn into_body(self) -> Body;
}

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BINARY: HeaderValue = HeaderValue::from_static("application/octet-stream");

impl IntoBody for Body {
    fn into_body(self) -> Body {
        self
    }
}

impl IntoBody for String {
    fn into_body(self) -> Body {
        Body::new(self).content_type(TEXT)
    }
}

impl IntoBody for &str {
    fn into_body(self) -> Body {
        self.to_owned().into_body()
    }
}

impl IntoBody for &String {
    fn into_body(self) -> Body {
        self.as_str().into_body()
    }
}

impl IntoBody for Bytes {
    fn into_body(self) -> Body {
        Body::new(self).content_type(BINARY)
    }
}

impl IntoBody for Vec<u8> {
    fn into_body(self) -> Body {
        Body::new(self).content_type(BINARY)
    }
}

impl IntoBody for &[u8] {
    fn into_body(self) -> Body {
        self.to_vec().into_body()
    }
}
