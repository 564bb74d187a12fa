//! `Part`: one part of a multipart body, and `PartArg`: the arguments of `#[part]`.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;

use crate::body::{Body, IntoBody};

/// One part of a `multipart/form-data` body (RFC 7578). Use it as the argument of `#[part]` to set a file
/// name or a media type.
///
/// ```
/// use sdk_runtime::Part;
///
/// let picture = Part::new(vec![0x89, b'P', b'N', b'G'])
///     .file_name("me.png")
///     .content_type("image/png");
/// assert_eq!(format!("{picture:?}"), "Part(4 bytes)");
///
/// let file = Part::file("pictures/me.png"); // named `me.png`, and read while it is sent
/// ```
#[derive(Clone)]
pub struct Part {
    pub(super) body: Body,
    pub(super) file_name: Option<String>,
}

impl Part {
    /// Creates a field of text, without a media type, as in a browser's form.
    pub fn text(text: impl Into<String>) -> Self {
        Self { body: Body::new(text.into()), file_name: None }
    }

    /// Creates a part from any body, with its media type. A [`Body`] that is read while it is sent works here
    /// too.
    pub fn new(body: impl IntoBody) -> Self {
        Self { body: body.into_body(), file_name: None }
    }

    /// Creates a part from the file at `path`, under the last name of the path, as
    /// `application/octet-stream`. It is opened for each send and read while it is sent, as
    /// [`Body::file`] is.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Self { body: Body::file(path), file_name }
    }

    /// Makes it a file of that name. The name is escaped. Servers must not use it as a path.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type, from text or from a `HeaderValue`. Text that no header can have makes the call
    /// fail with [`Error::InvalidRequest`](crate::Error::InvalidRequest), and nothing is sent.
    #[must_use]
    pub fn content_type(mut self, media_type: impl TryInto<HeaderValue>) -> Self {
        self.body = self.body.content_type(media_type);
        self
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({:?})", self.body.content)
    }
}

/// The argument of `#[part]`, in addition to everything that implements `Display`.
///
/// `None` omits the part, and a slice sends one part per element. Bytes are one part of
/// `application/octet-stream`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a part",
    label = "neither `Display` nor `PartArg`",
    note = "help: take a `Part`, which the caller makes of a file with `Part::file(path)`; or a \
        string, a number or bytes; or, for a type of your own, `impl std::fmt::Display for {Self}`"
)]
pub trait PartArg {
    /// Calls `part` with each part to send, in order.
    fn parts(&self, part: &mut dyn FnMut(Part));

    /// Calls `part` with the parts of a slice. A slice of bytes is one part.
    #[doc(hidden)]
    fn parts_of(slice: &[Self], part: &mut dyn FnMut(Part))
    where
        Self: Sized,
    {
        slice.iter().for_each(|element| element.parts(part));
    }
}

impl PartArg for Part {
    fn parts(&self, part: &mut dyn FnMut(Part)) {
        part(self.clone());
    }
}

impl PartArg for Body {
    fn parts(&self, part: &mut dyn FnMut(Part)) {
        part(Part::new(self.clone()));
    }
}

macro_rules! by_body {
    ($($type:ty),*) => {$(
        impl PartArg for $type {
            fn parts(&self, part: &mut dyn FnMut(Part)) {
                part(Part::new(self));
            }
        }
    )*};
}

by_body!(Bytes, Box<[u8]>, Arc<[u8]>, Cow<'_, [u8]>);

impl<T: PartArg + ?Sized> PartArg for &T {
    fn parts(&self, part: &mut dyn FnMut(Part)) {
        (**self).parts(part);
    }
}

impl<T: PartArg> PartArg for Option<T> {
    fn parts(&self, part: &mut dyn FnMut(Part)) {
        self.iter().for_each(|value| value.parts(part));
    }
}

impl<T: PartArg> PartArg for [T] {
    fn parts(&self, part: &mut dyn FnMut(Part)) {
        T::parts_of(self, part);
    }
}

impl<T: PartArg, const N: usize> PartArg for [T; N] {
    fn parts(&self, part: &mut dyn FnMut(Part)) {
        T::parts_of(self, part);
    }
}

impl<T: PartArg> PartArg for Vec<T> {
    fn parts(&self, part: &mut dyn FnMut(Part)) {
        T::parts_of(self, part);
    }
}

/// A number. A slice of it is bytes.
impl PartArg for u8 {
    fn parts(&self, part: &mut dyn FnMut(Part)) {
        part(Part::text(self.to_string()));
    }

    fn parts_of(slice: &[Self], part: &mut dyn FnMut(Part)) {
        part(Part::new(slice));
    }
}

macro_rules! by_display {
    ($($type:ty),*) => {$(
        impl PartArg for $type {
            fn parts(&self, part: &mut dyn FnMut(Part)) {
                part(Part::text(self.to_string()));
            }
        }
    )*};
}

by_display!(
    str,
    String,
    Cow<'_, str>,
    char,
    bool,
    u16,
    u32,
    u64,
    u128,
    usize,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    f32,
    f64
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Payload;

    fn parts(value: &(impl PartArg + ?Sized)) -> Vec<String> {
        let mut parts = Vec::new();
        value.parts(&mut |part| {
            let media_type = part.body.content_type.map(|it| it.to_str().unwrap().to_owned());
            let payload = Payload::One(part.body.content);
            let text = String::from_utf8_lossy(payload.bytes().unwrap());
            parts.push(format!("{text} {}", media_type.unwrap_or_default()).trim_end().to_owned());
        });
        parts
    }

    #[test]
    fn an_argument_is_the_parts_it_is_meant_to_be() {
        assert_eq!(parts("a"), ["a"]);
        assert_eq!(parts(&7u8), ["7"]);
        assert_eq!(parts(&Some(false)), ["false"]);
        assert_eq!(parts(&None::<u8>), [""; 0]);
        assert_eq!(parts(&vec!["a", "b"]), ["a", "b"]);
        assert_eq!(parts(&[Some(1), None]), ["1"]);
        assert_eq!(parts(b"xy"), ["xy application/octet-stream"], "bytes are one part");
        assert_eq!(parts(&vec![b'x', b'y']), ["xy application/octet-stream"]);
        assert_eq!(parts(&&b"xy"[..]), ["xy application/octet-stream"]);
        assert_eq!(
            parts(&[vec![b'x'], vec![b'y']]),
            ["x application/octet-stream", "y application/octet-stream"]
        );
        assert_eq!(parts(&Bytes::from_static(b"xy")), ["xy application/octet-stream"]);
        assert_eq!(parts(&Box::<[u8]>::from(*b"xy")), ["xy application/octet-stream"]);
        assert_eq!(parts(&Some(Arc::<[u8]>::from(*b"xy"))), ["xy application/octet-stream"]);
        assert_eq!(parts(&Cow::Borrowed(&b"xy"[..])), ["xy application/octet-stream"]);
        assert_eq!(parts(&Body::new("xy")), ["xy"]);
        let text = Part::new("x").content_type(HeaderValue::from_static("text/csv"));
        assert_eq!(parts(&[text.clone(), Part::text("y")].as_slice()), ["x text/csv", "y"]);
        assert_eq!(format!("{:?}", text.file_name("secret")), "Part(1 bytes)");
        let names = ["a/b.png", "b.png", "..", ""].map(|path| Part::file(path).file_name);
        assert_eq!(names, [Some("b.png".to_owned()), Some("b.png".to_owned()), None, None]);
    }
}
