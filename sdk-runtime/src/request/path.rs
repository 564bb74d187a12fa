//! The path of a request: text from a template and arguments, which cannot leave their segment.
//!
//! 1. All of an argument except `A-Z a-z 0-9 - . _ ~` (RFC 3986, 2.3) is percent-encoded.
//! 2. URL parsers collapse dot-segments, encoded or not. So a segment is refused if an argument makes it
//!    empty, or if it decodes to `.` or `..`. Only the value of `{*rest}` may hold empty segments, because it
//!    is a path itself.
//! 3. The caller parses the result once, and the parser must not change it.

use std::fmt::{self, Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::InvalidRequest;
use crate::template::Template;

pub(super) const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path in the making. Arguments come in the order of their placeholders. The literal text between them is
/// added.
#[derive(Clone)]
pub(crate) struct PathBuilder {
    text: String,
    template: &'static Template,
    /// The number of the next literal, and where it begins in the template.
    number: usize,
    begin: u32,
    /// Where the current segment begins in `text`.
    segment: usize,
    /// The placeholder that last wrote to this segment.
    touched: Option<&'static str>,
}

impl PathBuilder {
    /// Starts with `prefix`, which ends before a slash.
    pub(crate) fn new(prefix: &str, template: &'static Template) -> Self {
        let mut text = String::with_capacity(prefix.len() + 64);
        text.push_str(prefix);
        let mut path = Self { segment: text.len(), text, template, number: 0, begin: 0, touched: None };
        // A template begins with a slash, so no argument can be in front of it.
        let _ = path.literal();
        path
    }

    /// Writes the argument of `{placeholder}`, which stays one segment.
    pub(crate) fn segment(
        &mut self,
        placeholder: &'static str,
        value: &dyn fmt::Display,
    ) -> Result<(), InvalidRequest> {
        self.touched = Some(placeholder);
        encode(&mut self.text, value, placeholder)?;
        self.literal()
    }

    /// Writes the argument of `{*placeholder}`, in which `/` separates segments. They may be empty, but not
    /// all of the value. The template has nothing else in the segment of the placeholder.
    pub(crate) fn rest(
        &mut self,
        placeholder: &'static str,
        value: &dyn fmt::Display,
    ) -> Result<(), InvalidRequest> {
        let mut whole = String::new();
        write!(whole, "{value}").map_err(|_| unprintable(placeholder))?;
        if whole.is_empty() {
            return Err(empty(placeholder));
        }
        for (index, part) in whole.split('/').enumerate() {
            if index > 0 {
                self.text.push('/');
            }
            let start = self.text.len();
            self.text.extend(utf8_percent_encode(part, ENCODED));
            no_dots(&self.text[start..], placeholder)?;
        }
        self.literal()
    }

    /// Returns the text so far: the prefix if the template is empty.
    pub(crate) fn so_far(&self) -> &str {
        &self.text
    }

    /// Returns the whole text, with the prefix, and room for `more` bytes.
    pub(crate) fn finish(mut self, more: usize) -> Result<String, InvalidRequest> {
        self.end_segment()?;
        self.text.reserve(more);
        Ok(self.text)
    }

    /// Writes the text up to the next placeholder, and skips that.
    fn literal(&mut self) -> Result<(), InvalidRequest> {
        let literal = self.template.literal(self.number, self.begin);
        (self.number, self.begin) = (self.number + 1, literal.next);
        let (front, rest) = literal.parts(self.template);
        self.text.push_str(front);
        if !rest.is_empty() {
            self.end_segment()?;
            self.text.push_str(rest);
            self.segment = self.text.len() - literal.behind_last_slash();
            self.touched = None;
        }
        Ok(())
    }

    /// Checks the segment that is now complete.
    fn end_segment(&self) -> Result<(), InvalidRequest> {
        let Some(placeholder) = self.touched else {
            return Ok(());
        };
        let segment = &self.text[self.segment..];
        if segment.is_empty() {
            return Err(empty(placeholder));
        }
        no_dots(segment, placeholder)
    }
}

/// Whether `byte` is not among `ENCODED`, as those of most arguments.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn empty(placeholder: &'static str) -> InvalidRequest {
    InvalidRequest::new(placeholder, "is empty, and a path segment cannot be: pass a value that is not empty")
}

/// Fails for a segment that a URL parser would remove.
fn no_dots(segment: &str, placeholder: &'static str) -> Result<(), InvalidRequest> {
    match is_dot_segment(segment) {
        false => Ok(()),
        true => Err(InvalidRequest::new(
            placeholder,
            "makes a segment of `.` or `..`, which would be removed from the path on its way: pass another \
             value",
        )),
    }
}

/// Returns the names of the placeholders in a template.
pub(crate) fn placeholders(template: &'static str) -> impl Iterator<Item = &'static str> {
    let inside = template.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    inside.map(|(name, _)| name.trim_start_matches('*'))
}

fn encode(
    text: &mut String,
    value: &dyn fmt::Display,
    placeholder: &'static str,
) -> Result<(), InvalidRequest> {
    struct Encoding<'a>(&'a mut String);

    impl fmt::Write for Encoding<'_> {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            match part.bytes().all(is_plain) {
                true => self.0.push_str(part),
                false => self.0.extend(utf8_percent_encode(part, ENCODED)),
            }
            Ok(())
        }
    }

    write!(Encoding(text), "{value}").map_err(|_| unprintable(placeholder))
}

fn unprintable(placeholder: &'static str) -> InvalidRequest {
    InvalidRequest::new(placeholder, "cannot be written as text: its `Display` failed")
}

/// Whether a URL parser takes `segment` for `.` or `..`, plain or percent-encoded.
fn is_dot_segment(mut segment: &str) -> bool {
    let mut dots = 0;
    while !segment.is_empty() {
        let dot = if segment.starts_with('.') {
            1
        } else if segment.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("%2e")) {
            3
        } else {
            return false;
        };
        dots += 1;
        segment = &segment[dot..];
    }
    matches!(dots, 1 | 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &Template = &Template::new("/a/{id}/b");
    const INNER: &Template = &Template::new("/x{a}{b}y/end");
    const TWO: &Template = &Template::new("/{a}{b}");
    const ENCODED_DOT: &Template = &Template::new("/%2E{a}");
    const REST: &Template = &Template::new("/files/{*path}");
    const INSIDE: &Template = &Template::new("/x/{*key}/versions/{id}/");
    const LAST_IS_EMPTY: &Template = &Template::new("/a/{id}/");
    const LITERALS: &Template = &Template::new("/{a}/b/{c}/");

    fn segments(template: &'static Template, args: &[(&'static str, &str)]) -> Result<String, String> {
        let mut path = PathBuilder::new("p", template);
        let built =
            args.iter().try_for_each(|(name, value)| path.segment(name, value)).and_then(|()| path.finish(0));
        built.map_err(|error| error.argument().to_owned())
    }

    fn rest(value: &str) -> Result<String, String> {
        let mut path = PathBuilder::new("p", REST);
        let built = path.rest("path", &value).and_then(|()| path.finish(0));
        built.map_err(|error| error.argument().to_owned())
    }

    #[test]
    fn an_argument_stays_in_its_segment() {
        for (value, written) in [
            ("7", "7"),
            ("a b", "a%20b"),
            ("a/b", "a%2Fb"),
            ("..\\..", "..%5C.."),
            ("../..", "..%2F.."),
            ("?x=1#y", "%3Fx%3D1%23y"),
            ("%2e%2e", "%252e%252e"),
            ("a\r\nb\tc\0", "a%0D%0Ab%09c%00"),
            ("...", "..."),
            ("a..b", "a..b"),
            ("..;", "..%3B"),
            ("zürich", "z%C3%BCrich"),
            ("-._~", "-._~"),
        ] {
            assert_eq!(segments(ONE, &[("id", value)]), Ok(format!("p/a/{written}/b")), "{value}");
        }
    }

    #[test]
    fn a_segment_that_would_vanish_is_refused_by_name() {
        for value in ["", ".", ".."] {
            assert_eq!(segments(ONE, &[("id", value)]), Err("id".to_owned()), "{value}");
            assert_eq!(rest(value), Err("path".to_owned()), "{value}");
        }
        assert_eq!(segments(TWO, &[("a", "."), ("b", ".")]), Err("b".to_owned()));
        assert_eq!(segments(TWO, &[("a", ""), ("b", "")]), Err("b".to_owned()));
        assert_eq!(segments(ENCODED_DOT, &[("a", ".")]), Err("a".to_owned()));
        assert_eq!(segments(ENCODED_DOT, &[("a", "")]), Err("a".to_owned()));
        for value in ["a/../b", "./a", "a/..", "/..", "../", "a//..//b", ".", "a/."] {
            assert_eq!(rest(value), Err("path".to_owned()), "{value}");
        }
    }

    #[test]
    fn a_segment_with_other_text_in_it_can_hold_anything() {
        assert_eq!(segments(INNER, &[("a", ""), ("b", "..")]), Ok("p/x..y/end".to_owned()));
        assert_eq!(segments(TWO, &[("a", ""), ("b", "x")]), Ok("p/x".to_owned()));
        assert_eq!(segments(TWO, &[("a", "."), ("b", "..")]), Ok("p/...".to_owned()));
        assert_eq!(segments(ENCODED_DOT, &[("a", "x")]), Ok("p/%2Ex".to_owned()));
    }

    #[test]
    fn a_segment_without_an_argument_is_none_of_the_argument_in_front_of_it() {
        assert_eq!(segments(LAST_IS_EMPTY, &[("id", "7")]), Ok("p/a/7/".to_owned()));
        assert_eq!(segments(LITERALS, &[("a", "1"), ("c", "2")]), Ok("p/1/b/2/".to_owned()));
        for value in ["", ".", ".."] {
            assert_eq!(segments(LAST_IS_EMPTY, &[("id", value)]), Err("id".to_owned()), "{value}");
            assert_eq!(segments(LITERALS, &[("a", value), ("c", "2")]), Err("a".to_owned()), "{value}");
            assert_eq!(segments(LITERALS, &[("a", "1"), ("c", value)]), Err("c".to_owned()), "{value}");
        }
    }

    #[test]
    fn a_rest_keeps_the_slashes_between_its_segments() {
        assert_eq!(rest("a/b c/%2e%2e/d"), Ok("p/files/a/b%20c/%252e%252e/d".to_owned()));
        assert_eq!(rest("a\\..\\b"), Ok("p/files/a%5C..%5Cb".to_owned()));
        for value in ["/a", "a/", "a//b", "/", "//", "a//"] {
            assert_eq!(rest(value), Ok(format!("p/files/{value}")), "empty segments are kept");
        }
    }

    #[test]
    fn what_stands_behind_a_rest_is_none_of_it() {
        let build = |first: &str, id: &str| {
            let mut path = PathBuilder::new("p", INSIDE);
            let built = path.rest("key", &first).and_then(|()| path.segment("id", &id));
            built.and_then(|()| path.finish(0)).map_err(|error| error.argument().to_owned())
        };
        assert_eq!(build("a/b", "7"), Ok("p/x/a/b/versions/7/".to_owned()));
        assert_eq!(build("a/", "7"), Ok("p/x/a//versions/7/".to_owned()));
        assert_eq!(build("a", ".."), Err("id".to_owned()));
        assert_eq!(build("a", ""), Err("id".to_owned()));
        assert_eq!(build("a/..", "7"), Err("key".to_owned()));
        assert_eq!(build("", "7"), Err("key".to_owned()));
    }
}
