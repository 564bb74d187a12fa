//! Text in bodies and headers: the one place that decodes the bytes of servers.
//!
//! - A byte order mark before a body is no part of it (RFC 8259, 8.1).
//! - A header is UTF-8 if it is valid UTF-8, and Latin-1 otherwise (RFC 9110, 5.5). It is never dropped for a
//!   byte that is not ASCII.
//! - An address in a header keeps its bytes. Bytes that are not ASCII are percent-encoded, as browsers and
//!   curl do.
//! - A body that still has a `Content-Encoding`, or a `Transfer-Encoding` other than `chunked`, is no text.

use std::borrow::Cow;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName};
use percent_encoding::{AsciiSet, percent_encode};

/// The byte order mark of UTF-8.
pub(crate) const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns a body without its byte order mark.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(MARK).unwrap_or(body)
}

/// Decodes UTF-8, with U+FFFD for invalid bytes.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Whether a body contains only a mark and white space.
pub(crate) fn is_blank(body: &[u8]) -> bool {
    without_mark(body).trim_ascii().is_empty()
}

/// Decodes the bytes of a header.
pub(crate) fn of_header(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        // Latin-1: each byte is the character with its number.
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

/// Decodes Latin-1 as browsers do: as `windows-1252`, its superset, which servers mean by either name.
pub(crate) fn of_latin_1(bytes: &[u8]) -> String {
    /// The characters from 0x80 on. A byte without one is the control character with its number.
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    let decoded = bytes.iter().map(|byte| match byte {
        0x80..=0x9f => UPPER.get(usize::from(byte - 0x80)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        byte => char::from(*byte),
    });
    decoded.collect()
}

/// Decodes the text of another charset than UTF-8 and Latin-1, or returns why it cannot be decoded.
#[cfg(feature = "charset")]
pub(crate) fn of_charset(name: &str, bytes: &[u8]) -> Result<String, String> {
    let Some(encoding) = encoding_rs::Encoding::for_label_no_replacement(name.as_bytes()) else {
        return Err(format!("the charset `{}` is unknown", named(name)));
    };
    let (bytes, name) = match (bytes, encoding.name()) {
        ([0xff, 0xfe, rest @ ..], name @ "UTF-16LE") | ([0xfe, 0xff, rest @ ..], name @ "UTF-16BE") => {
            (rest, name)
        }
        (bytes, name @ "UTF-8") => (without_mark(bytes), name),
        other => other,
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(Cow::into_owned).ok_or_else(|| format!("it is not {name}, as its charset says"))
}

/// Returns why a text of another charset than UTF-8 and Latin-1 cannot be decoded.
#[cfg(not(feature = "charset"))]
pub(crate) fn of_charset(name: &str, _: &[u8]) -> Result<String, String> {
    Err(format!(
        "the charset `{}` is neither UTF-8 nor Latin-1: the feature `charset` of `sdk-runtime` has more",
        named(name)
    ))
}

/// Returns the name of a charset for an error message, without what no name has.
fn named(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.:".contains(*c)).take(QUOTED).collect()
}

/// Returns the first line of the header `name`, without the blanks around it.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, str>> {
    headers.get(name).map(|value| of_header(value.as_bytes().trim_ascii()))
}

/// Returns the media type of a body, without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let value = headers.get(CONTENT_TYPE)?.as_bytes();
    value.split(|byte| *byte == b';').next().map(|media_type| of_header(media_type.trim_ascii()))
}

/// Returns an address in a header as text for a URL parser.
pub(crate) fn of_address(bytes: &[u8]) -> Cow<'_, str> {
    const NOT_ASCII: &AsciiSet = &AsciiSet::EMPTY;
    percent_encode(bytes, NOT_ASCII).into()
}

/// Returns a part of a header for an error message. A terminal must not execute any of it.
pub(crate) fn quoted(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

/// The longest encoding that an error quotes, in characters.
const QUOTED: usize = 64;

/// Returns the coding that a body still has, such as `br` or `gzip, br`, or `None` (RFC 9110, 8.4).
pub(crate) fn encoding(headers: &HeaderMap) -> Option<String> {
    let named = codings(headers).collect::<Vec<_>>().join(", ");
    (!named.is_empty()).then(|| quoted(&named).chars().take(QUOTED).collect())
}

/// Whether a body has a coding that HTTP knows. Some servers name a charset there, or other words.
pub(crate) fn is_encoded(headers: &HeaderMap) -> bool {
    const KNOWN: [&str; 9] =
        ["br", "compress", "dcb", "dcz", "deflate", "gzip", "x-compress", "x-gzip", "zstd"];
    codings(headers).any(|coding| KNOWN.contains(&coding.as_str()))
}

fn codings(headers: &HeaderMap) -> impl Iterator<Item = String> {
    // A server may also encode for the transfer (RFC 9112, 6.1). A transport only decodes `chunked`.
    let lines = headers.get_all(CONTENT_ENCODING).iter().chain(headers.get_all(TRANSFER_ENCODING));
    lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .map(|coding| of_header(coding.trim_ascii()).to_ascii_lowercase())
        .filter(|coding| !matches!(coding.as_str(), "" | "identity" | "chunked"))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::LOCATION;

    use super::*;

    fn headers(name: HeaderName, lines: &[&[u8]]) -> HeaderMap {
        lines.iter().map(|line| (name.clone(), HeaderValue::from_bytes(line).unwrap())).collect()
    }

    #[test]
    fn an_unknown_charset_is_named() {
        for (name, told) in [("klingon", "`klingon`"), ("x\u{1b}[2J\"y`", "`x2Jy`"), ("", "``")] {
            let error = of_charset(name, b"a").unwrap_err();
            assert!(error.contains(&format!("the charset {told} is ")), "{error}");
        }
        assert_eq!(named(&"a".repeat(1000)).len(), QUOTED);
    }

    #[cfg(feature = "charset")]
    #[test]
    fn a_text_is_decoded_by_its_charset_or_is_an_error() {
        for (name, bytes, text) in [
            ("shift_jis", &b"\x93\xfa\x96\x7b"[..], Ok("日本")),
            ("windows-1251", b"\xc4\xe0", Ok("Да")),
            ("iso-8859-15", b"\xa4", Ok("€")),
            ("gb18030", b"\xd6\xd0", Ok("中")),
            ("utf-16le", b"\xff\xfeD\x04", Ok("ф")),
            ("utf-16", b"D\x04", Ok("ф")),
            ("utf-16be", b"\xfe\xff\x04D", Ok("ф")),
            // A mark of another charset is no mark.
            ("utf-16be", b"\xff\xfe", Ok("\u{fffe}")),
            ("unicode-1-1-utf-8", b"\xef\xbb\xbfa", Ok("a")),
            ("shift_jis", b"\x93", Err("it is not Shift_JIS, as its charset says")),
            ("utf-16le", b"a", Err("it is not UTF-16LE, as its charset says")),
            // The WHATWG decodes these to one replacement character.
            ("iso-2022-kr", b"a", Err("the charset `iso-2022-kr` is unknown")),
        ] {
            let expected = text.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(of_charset(name, bytes), expected, "{name}");
        }
    }

    #[test]
    fn one_mark_in_front_is_no_part_of_a_body() {
        for (body, text) in [
            (&b""[..], &b""[..]),
            (MARK, b""),
            (b"a", b"a"),
            (b"\xEF\xBB\xBFa", b"a"),
            (b"\xEF\xBB\xBF\xEF\xBB\xBFa", b"\xEF\xBB\xBFa"),
            (b"a\xEF\xBB\xBF", b"a\xEF\xBB\xBF"),
            (b"\xEF\xBBa", b"\xEF\xBBa"),
            (b"\xFE\xFFa", b"\xFE\xFFa"),
        ] {
            assert_eq!(without_mark(body), text, "{body:?}");
        }
        assert!(is_blank(b"\xEF\xBB\xBF \r\n\t") && is_blank(b"") && !is_blank(b" 0") && !is_blank(b"\xA0"));
    }

    #[test]
    fn a_header_is_utf8_or_latin_1() {
        for (line, text) in [
            (&b" a "[..], "a"),
            ("é".as_bytes(), "é"),
            (b"\xe9", "é"),
            (b"\xa0\xff\x80", "\u{a0}ÿ\u{80}"),
            (b"", ""),
        ] {
            assert_eq!(header(&headers(LOCATION, &[line, b"b"]), &LOCATION).as_deref(), Some(text));
        }
        assert_eq!(header(&HeaderMap::new(), &LOCATION), None);
        let typed = headers(CONTENT_TYPE, &[b"Text/HTML ;name=\xe9; charset=x"]);
        assert_eq!(media_type(&typed).as_deref(), Some("Text/HTML"));
    }

    #[test]
    fn an_address_keeps_its_bytes() {
        assert_eq!(of_address(b"/a\xe9%e9 \"<"), "/a%E9%e9 \"<");
        assert_eq!(of_address("/é".as_bytes()), "/%C3%A9");
    }

    #[test]
    fn an_encoding_is_what_is_left_to_decode() {
        for (lines, named, is_known) in [
            (&[][..], None, false),
            (&[&b""[..], b" , "], None, false),
            (&[b"identity", b"Identity"], None, false),
            (&[b"GZIP"], Some("gzip"), true),
            (&[b"gzip, identity", b"br"], Some("gzip, br"), true),
            (&[b"utf-8"], Some("utf-8"), false),
            (&[b"caf\xe9"], Some("café"), false),
            (&[b"\x9b2J", "\u{9b}".as_bytes()], Some("\u{fffd}2j, \u{fffd}"), false),
            (&[&[b'x'; 100]], Some(&*"x".repeat(64)), false),
        ] {
            let headers = headers(CONTENT_ENCODING, lines);
            assert_eq!((encoding(&headers).as_deref(), is_encoded(&headers)), (named, is_known), "{lines:?}");
        }
    }
}
