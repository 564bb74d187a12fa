//! `DecodeError`: a response that does not match the endpoint's type.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use super::called::{Called, has_endpoint};
use crate::text;

/// The response could not be decoded.
///
/// `Display` says what was expected and which kind of document arrived. It ends with the names of
/// [`path`](Self::path), [`detail`](Self::detail) and [`excerpt`](Self::excerpt), which may quote data: the
/// keys of a map are data too. Of a response to a session endpoint no value is kept, so `Display` shows
/// everything.
#[derive(Clone)]
pub struct DecodeError(Arc<Inner>, Called);

has_endpoint!(DecodeError, 1);

#[derive(Clone)]
struct Inner {
    expected: Cow<'static, str>,
    status: StatusCode,
    content_type: Option<String>,
    content_encoding: Option<String>,
    path: Option<String>,
    detail: String,
    excerpt: Bytes,
    /// Whether it quotes nothing of the response.
    is_plain: bool,
}

/// The remedy for a body that still has a content coding.
const ENCODED_WAY_OUT: &str = "; enable the feature of `sdk-runtime` that decodes it, or ask for no encoding \
    by `accept-encoding: identity`";

/// The length of the excerpt.
const EXCERPT: usize = 512;

/// Returns why a body with that `Content-Encoding` cannot be read.
pub(super) fn still_encoded(encoding: &str) -> String {
    format!("its body is still encoded as `{encoding}`")
}

impl Inner {
    /// Whether the coding is at fault, and not the type.
    fn is_encoded(&self) -> bool {
        self.content_encoding.as_deref().is_some_and(|encoding| self.detail == still_encoded(encoding))
    }

    fn is_blank(&self) -> bool {
        !self.is_plain && self.excerpt.len() < EXCERPT && text::is_blank(&self.excerpt)
    }
}

impl DecodeError {
    /// Returns the error of a response that is not an `expected`.
    pub(crate) fn new(
        expected: &'static str,
        (status, headers): (StatusCode, &HeaderMap),
        path: Option<String>,
        detail: String,
        body: &Bytes,
    ) -> Self {
        let content_type = text::header(headers, &CONTENT_TYPE).map(|it| text::quoted(&it));
        Self::of(Inner {
            expected: Cow::Borrowed(expected),
            status,
            content_type,
            content_encoding: text::encoding(headers),
            // The document as a whole, or a place that the decoder cannot tell.
            path: path.filter(|path| path != "." && path != "?"),
            detail,
            excerpt: Bytes::copy_from_slice(&body[..body.len().min(EXCERPT)]),
            is_plain: false,
        })
    }

    fn of(inner: Inner) -> Self {
        Self(Arc::new(inner), Called::default())
    }

    /// Returns the error of a response whose body still has a content coding.
    pub(crate) fn encoded(
        expected: &'static str,
        head: (StatusCode, &HeaderMap),
        encoding: &str,
        body: &Bytes,
    ) -> Self {
        Self::new(expected, head, None, still_encoded(encoding), body)
    }

    /// Returns an error as it was stored, without the text of its response.
    pub(crate) fn kept(
        expected: String,
        status: StatusCode,
        (content_type, content_encoding): (Option<String>, Option<String>),
        path: Option<String>,
        detail: String,
    ) -> Self {
        let (expected, excerpt, is_plain) = (Cow::Owned(expected), Bytes::new(), true);
        Self::of(Inner { expected, status, content_type, content_encoding, path, detail, excerpt, is_plain })
    }

    /// Returns the same error without values of the response, for responses that hold tokens. What is left of
    /// [`detail`](Self::detail) is the kind of value that was found and the one that was expected.
    pub(crate) fn without_values(&self) -> Self {
        let inner = &*self.0;
        if inner.is_plain {
            return self.clone();
        }
        let inner = Inner {
            path: inner.path.as_deref().map(plain_path),
            detail: if inner.is_encoded() { inner.detail.clone() } else { plain_detail(&inner.detail) },
            excerpt: Bytes::new(),
            is_plain: true,
            ..inner.clone()
        };
        Self(Arc::new(inner), self.1)
    }

    /// Returns the same error with the reason `detail`, which quotes nothing of the response.
    pub(crate) fn because(&self, detail: String) -> Self {
        let (path, excerpt, is_plain) = (None, Bytes::new(), true);
        Self(Arc::new(Inner { path, detail, excerpt, is_plain, ..(*self.0).clone() }), self.1)
    }

    /// Returns the Rust type that was expected.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// Returns the status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Returns the media type of the response, if it names one.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.0.content_type.as_deref()
    }

    /// Returns the content coding that the body still has, such as `br`, in lower case and at most 64
    /// characters. `None` if it has none.
    #[must_use]
    pub fn content_encoding(&self) -> Option<&str> {
        self.0.content_encoding.as_deref()
    }

    /// Returns the place where decoding stopped, such as `items[3].id`. `None` stands for the whole document.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// Returns the decoder's message, which may quote the document. For a session endpoint it only has the
    /// expected and the found kind. If the body still has a content coding, it only says that.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Returns the first 512 bytes of the body. It is empty for a session endpoint, whose response may hold
    /// tokens.
    #[must_use]
    pub fn excerpt(&self) -> &Bytes {
        &self.0.excerpt
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let (status, expected) = (inner.status.as_u16(), &inner.expected);
        if inner.is_encoded() {
            write!(f, "the answer with status {status} cannot be read as a `{expected}`: {}", inner.detail)?;
            match &inner.content_type {
                Some(content_type) => write!(f, " (its content type is `{content_type}`)")?,
                None => f.write_str(" (it has no content type)")?,
            }
            return f.write_str(ENCODED_WAY_OUT);
        }
        write!(f, "the answer with status {status} is not a `{expected}`")?;
        match &inner.content_type {
            Some(content_type) => write!(f, " (its content type is `{content_type}`")?,
            None => f.write_str(" (it has no content type")?,
        }
        match &inner.content_encoding {
            Some(encoding) => write!(f, ", and its body is said to be encoded as `{encoding}`)")?,
            None if inner.is_blank() => f.write_str(", and its body is empty)")?,
            None => f.write_str(")")?,
        }
        match (inner.is_plain, &inner.path) {
            (true, Some(path)) => write!(f, ": {}, in `{path}`", inner.detail),
            (true, None) => write!(f, ": {}", inner.detail),
            (false, _) => f.write_str(
                "; `path()` and `detail()` tell where and why (not shown, since they may quote data)",
            ),
        }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decode")
            .field("expected", &self.0.expected)
            .field("status", &self.0.status.as_u16())
            .field("content_type", &self.0.content_type)
            .field("content_encoding", &self.0.content_encoding)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for DecodeError {}

/// The longest text that counts as the name of a field.
const NAME: usize = 32;

/// Whether `text` looks like the name of a field: letters, and at most two digits at its end. A key of a map
/// may be data.
fn is_name(text: &str) -> bool {
    let letters = text.trim_end_matches(|it: char| it.is_ascii_digit());
    let is_letter = |it: char| it.is_ascii_alphabetic() || "_-$".contains(it);
    !letters.is_empty()
        && text.len() <= NAME
        && text.len() - letters.len() <= 2
        && letters.chars().all(is_letter)
}

/// Returns `path` with `…` for each part that may be data.
fn plain_path(path: &str) -> String {
    let plain = |part: &str| {
        let (name, index) = part.split_at(part.find('[').unwrap_or(part.len()));
        let is_index = index.chars().all(|it| it.is_ascii_digit() || "[]".contains(it));
        let shown = if name.is_empty() || is_name(name) { name } else { "…" };
        format!("{shown}{}", if is_index { index } else { "" })
    };
    path.split('.').map(plain).collect::<Vec<_>>().join(".")
}

/// Returns a decoder's message without the values that it quotes.
///
/// A message that is not from serde is omitted, because any word of it may be data.
fn plain_detail(detail: &str) -> String {
    let (what, place) = match detail.rfind(" at line ") {
        Some(at) if detail[at..].contains(" column ") => detail.split_at(at),
        _ => (detail, ""),
    };
    let plain =
        quoted_type(what).or_else(|| quoted_name(what)).or_else(|| known(what).then(|| what.to_owned()));
    format!("{}{place}", plain.as_deref().unwrap_or("the type's own message, which is not kept"))
}

/// Returns `invalid type: string "…", expected u64` without the value.
fn quoted_type(what: &str) -> Option<String> {
    let (fault, rest) = ["invalid type: ", "invalid value: "]
        .into_iter()
        .find_map(|fault| Some((fault, what.strip_prefix(fault)?)))?;
    let kinds =
        ["boolean", "integer", "floating point", "character", "string", "byte array", "null", "unit value"];
    let compound = [
        "Option value",
        "newtype struct",
        "sequence",
        "map",
        "enum",
        "unit variant",
        "newtype variant",
        "tuple variant",
        "struct variant",
    ];
    let kind = kinds.into_iter().chain(compound).find(|kind| rest.starts_with(kind))?;
    // Quotes inside the value are escaped, so the last `, expected` is the decoder's.
    let (_, expected) = rest.rsplit_once(", expected ")?;
    Some(format!("{fault}{kind}, expected {expected}"))
}

/// Returns ``unknown variant `…`, expected `a` or `b` `` without the name that was found.
fn quoted_name(what: &str) -> Option<String> {
    let fault = ["unknown variant", "unknown field"].into_iter().find(|fault| what.starts_with(fault))?;
    let (_, expected) = what.rsplit_once("`, expected ").unwrap_or((what, "none"));
    Some(format!("{fault}, expected {expected}"))
}

/// Whether `what` quotes nothing of the document: a sentence of `serde_json`, or one of `serde` that names a
/// field.
fn known(what: &str) -> bool {
    let sentences = [
        "EOF while parsing a list",
        "EOF while parsing an object",
        "EOF while parsing a string",
        "EOF while parsing a value",
        "expected `:`",
        "expected `,` or `]`",
        "expected `,` or `}`",
        "expected ident",
        "expected value",
        "expected `\"`",
        "invalid escape",
        "invalid number",
        "number out of range",
        "invalid unicode code point",
        "control character (\\u0000-\\u001F) found while parsing a string",
        "key must be a string",
        "invalid value: expected key to be a number in quotes",
        "float key must be finite (got NaN or +/-inf)",
        "lone leading surrogate in hex escape",
        "trailing comma",
        "trailing characters",
        "unexpected end of hex escape",
        "recursion limit exceeded",
    ];
    let field = |prefix: &str| {
        let name = what.strip_prefix(prefix).and_then(|name| name.strip_suffix('`'));
        name.is_some_and(is_name)
    };
    sentences.contains(&what) || field("missing field `") || field("duplicate field `")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i27_a_plain_detail_tells_kinds_and_no_values() {
        for (detail, plain) in [
            (
                r#"invalid type: string "a, expected b", expected u64 at line 1 column 60"#,
                "invalid type: string, expected u64 at line 1 column 60",
            ),
            (
                r#"invalid type: string "x\" at line 9", expected u64 at line 1 column 60"#,
                "invalid type: string, expected u64 at line 1 column 60",
            ),
            ("invalid type: integer `7`, expected a string", "invalid type: integer, expected a string"),
            (
                "invalid type: floating point `7.5`, expected u64",
                "invalid type: floating point, expected u64",
            ),
            ("invalid value: integer `-1`, expected u64", "invalid value: integer, expected u64"),
            ("invalid type: null, expected a string", "invalid type: null, expected a string"),
            ("invalid type: map, expected a string", "invalid type: map, expected a string"),
            (
                "unknown variant `secret`, expected one of `a`, `b`",
                "unknown variant, expected one of `a`, `b`",
            ),
            ("unknown field `secret`, expected `a`", "unknown field, expected `a`"),
            ("unknown variant `secret`, there are no variants", "unknown variant, expected none"),
            (
                "missing field `access_token` at line 1 column 2",
                "missing field `access_token` at line 1 column 2",
            ),
            ("EOF while parsing a value at line 1 column 0", "EOF while parsing a value at line 1 column 0"),
            ("expected value at line 1 column 1", "expected value at line 1 column 1"),
            (
                "secret is no token at line 1 column 3",
                "the type's own message, which is not kept at line 1 column 3",
            ),
            ("it ends at line s3cret", "the type's own message, which is not kept"),
            ("missing field `id` at line s3cret", "the type's own message, which is not kept"),
            ("secret", "the type's own message, which is not kept"),
            ("expected a number, found secret", "the type's own message, which is not kept"),
            ("key must be a string, not secret", "the type's own message, which is not kept"),
            ("missing field `S3cret0123`", "the type's own message, which is not kept"),
            ("invalid type: string, expected secret", "invalid type: string, expected secret"),
            ("invalid type: secret", "the type's own message, which is not kept"),
            ("", "the type's own message, which is not kept"),
        ] {
            assert_eq!(plain_detail(detail), plain, "I27: {detail}");
        }
    }

    #[test]
    fn i27_the_text_says_whether_the_body_is_blank_or_encoded_and_quotes_nothing() {
        const HINT: &str =
            "; `path()` and `detail()` tell where and why (not shown, since they may quote data)";
        let headers = |content_type: Option<&'static str>, encoding: Option<&'static str>| {
            let content_type = content_type.map(|it| (CONTENT_TYPE, http::HeaderValue::from_static(it)));
            let encoding =
                encoding.map(|it| (http::header::CONTENT_ENCODING, http::HeaderValue::from_static(it)));
            HeaderMap::from_iter(content_type.into_iter().chain(encoding))
        };
        for (content_type, encoding, body, told) in [
            (Some("a/b"), None, "s3cret".to_owned(), "(its content type is `a/b`)"),
            (None, None, "s3cret".to_owned(), "(it has no content type)"),
            (None, None, String::new(), "(it has no content type, and its body is empty)"),
            (
                Some("a/b"),
                None,
                "\u{feff} \n".to_owned(),
                "(its content type is `a/b`, and its body is empty)",
            ),
            (None, None, " ".repeat(EXCERPT - 1), "(it has no content type, and its body is empty)"),
            (None, None, " ".repeat(EXCERPT), "(it has no content type)"),
            (None, None, " ".repeat(EXCERPT + 1), "(it has no content type)"),
            (
                None,
                Some("br"),
                "s3cret".to_owned(),
                "(it has no content type, and its body is said to be encoded as `br`)",
            ),
        ] {
            let head = (StatusCode::OK, &headers(content_type, encoding));
            let detail = "it is s3cret".to_owned();
            let error =
                DecodeError::new("T", head, Some("a.s3cret".to_owned()), detail, &body.clone().into());
            assert_eq!(
                error.to_string(),
                format!("the answer with status 200 is not a `T` {told}{HINT}"),
                "I27"
            );
            assert_eq!(error.excerpt(), &body.as_bytes()[..body.len().min(EXCERPT)]);
            assert_eq!((error.path(), error.detail()), (Some("a.s3cret"), "it is s3cret"));
            let plain = error.without_values();
            assert!(plain.excerpt().is_empty() && !plain.to_string().contains("empty"), "it is not kept");
            assert!(
                !format!("{plain} {plain:?} {:?} {}", plain.path(), plain.detail()).contains("it is s3cret")
            );
        }
        for (content_type, told) in
            [(Some("a/b"), "(its content type is `a/b`)"), (None, "(it has no content type)")]
        {
            let head = (StatusCode::OK, &headers(content_type, Some("br")));
            let error = DecodeError::encoded("T", head, "br", &Bytes::from_static(b"s3cret"));
            let begins =
                "the answer with status 200 cannot be read as a `T`: its body is still encoded as `br`";
            assert_eq!(error.to_string(), format!("{begins} {told}{ENCODED_WAY_OUT}"));
            assert_eq!(error.without_values().detail(), "its body is still encoded as `br`");
        }
        for path in [".", "?"] {
            let head = (StatusCode::OK, &HeaderMap::new());
            let error = DecodeError::new("T", head, Some(path.to_owned()), String::new(), &Bytes::new());
            assert_eq!(error.path(), None, "it is no place");
        }
    }

    #[test]
    fn i27_a_plain_path_has_names_of_fields() {
        let long = "x".repeat(33);
        for (path, plain) in [
            ("data.tokens[3].expires_in", "data.tokens[3].expires_in"),
            ("data.a b.x", "data.….x"),
            ("tokens.S3cretToken0123.x", "tokens.….x"),
            ("[3].token2", "[3].token2"),
            ("a[3][4]", "a[3][4]"),
            ("a.123456", "a.…"),
            ("ab12.ab123.abcd123", "ab12.….…"),
            (long.as_str(), "…"),
            ("eyJh.x/y+z=.s", "eyJh.….s"),
            ("a[secret]", "a"),
        ] {
            assert_eq!(plain_path(path), plain, "I27");
        }
    }
}
