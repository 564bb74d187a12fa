//! `IntoBody`: the types of request bodies.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use super::payload::Content;
use super::source::{BINARY, Body, TEXT};
use super::stream::{BodyStream, OneShot};

/// The argument of `#[body]`.
///
/// Text and bytes implement it: `String`, `Bytes`, `Vec<u8>`, `[u8; N]`, `str` and `[u8]` in a `Box`, an
/// `Arc`, a `Cow` or behind a reference, and references to these. Text is sent as
/// `text/plain; charset=utf-8`, and bytes as `application/octet-stream`. A `Bytes` or an `Arc` is shared, and
/// not copied.
///
/// ```
/// use sdk_runtime::body::{Body, IntoBody};
///
/// struct Csv(Vec<[u32; 2]>);
///
/// impl IntoBody for Csv {
///     fn into_body(self) -> Body {
///         let lines: String = self.0.iter().map(|[a, b]| format!("{a},{b}\n")).collect();
///         Body::new(lines).content_type("text/csv")
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

/// Sends a clone, which shares the source.
impl IntoBody for &Body {
    fn into_body(self) -> Body {
        self.clone()
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

/// Implements `IntoBody` for one type: how its value becomes bytes.
macro_rules! body {
    ($media_type:ident: [$($generic:tt)*] $type:ty, $value:ident => $bytes:expr) => {
        impl $($generic)* IntoBody for $type {
            fn into_body(self) -> Body {
                let $value = self;
                Body::new($bytes).content_type($media_type)
            }
        }
    };
}

body!(TEXT: [] String, text => text);
body!(TEXT: [] &String, text => text.clone());
body!(TEXT: [] &str, text => text.to_owned());
body!(TEXT: [] Box<str>, text => text.into_string());
body!(TEXT: [] &Box<str>, text => text.clone().into_string());
body!(TEXT: [] Arc<str>, text => Bytes::from_owner(Arc::<[u8]>::from(text)));
body!(TEXT: [] &Arc<str>, text => Bytes::from_owner(Arc::<[u8]>::from(Arc::clone(text))));
body!(TEXT: [] Cow<'_, str>, text => text.into_owned());
body!(TEXT: [] &Cow<'_, str>, text => text.clone().into_owned());

body!(BINARY: [] Bytes, bytes => bytes);
body!(BINARY: [] &Bytes, bytes => bytes.clone());
body!(BINARY: [] Vec<u8>, bytes => bytes);
body!(BINARY: [] &Vec<u8>, bytes => bytes.clone());
body!(BINARY: [] &[u8], bytes => bytes.to_vec());
body!(BINARY: [] Box<[u8]>, bytes => bytes);
body!(BINARY: [] &Box<[u8]>, bytes => bytes.clone());
body!(BINARY: [] Arc<[u8]>, bytes => Bytes::from_owner(bytes));
body!(BINARY: [] &Arc<[u8]>, bytes => Bytes::from_owner(Arc::clone(bytes)));
body!(BINARY: [] Cow<'_, [u8]>, bytes => bytes.into_owned());
body!(BINARY: [] &Cow<'_, [u8]>, bytes => bytes.clone().into_owned());
body!(BINARY: [<const N: usize>] [u8; N], bytes => bytes.to_vec());
body!(BINARY: [<const N: usize>] &[u8; N], bytes => bytes.to_vec());
