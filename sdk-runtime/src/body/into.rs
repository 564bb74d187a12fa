//! `IntoBody`: the types of request bodies.

use bytes::Bytes;

use super::payload::Content;
use super::source::{BINARY, Body, TEXT};
use super::stream::{BodyStream, OneShot};

/// The argument of `#[body]`.
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
    note = "help: take `String`, `Bytes`, `Vec<u8>`, a `Body` such as `Body::file(path)` or a `BodyStream`, \
        use `#[json]` for a value to serialize, or `impl IntoBody for {Self}`"
)]
pub trait IntoBody {
    /// Whether the body can be sent more than once. `false` for a [`BodyStream`].
    const REPLAYABLE: bool = true;

    /// Returns the body to send.
    fn into_body(self) -> Body;
}

impl IntoBody for Body {
    fn into_body(self) -> Body {
        self
    }
}

/// `None` sends no body.
impl<B: IntoBody> IntoBody for Option<B> {
    const REPLAYABLE: bool = B::REPLAYABLE;

    fn into_body(self) -> Body {
        self.map_or_else(|| Body::from(Content::Absent), IntoBody::into_body)
    }
}

/// Sends it as `application/octet-stream`.
impl IntoBody for BodyStream {
    const REPLAYABLE: bool = false;

    fn into_body(self) -> Body {
        Body::from(Content::Once(OneShot::new(self))).content_type(BINARY)
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
