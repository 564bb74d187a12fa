//! `HeaderArg`: the headers of a request. Which names the caller may set, and which hold credentials.
//!
//! - **I27** The value of a header that holds a credential is marked sensitive, so that no `Debug` shows it.

use std::borrow::Cow;
use std::fmt;

use http::header::COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::InvalidRequest;

/// The argument of `#[header]`, in addition to everything that implements `Display`.
///
/// `None` omits the header, and a slice sends one line per element. The value is marked sensitive
/// ([`HeaderValue::is_sensitive`]) if a word of the name is `authorization`, `auth`, `cookie`, `token`,
/// `secret`, `password`, `credential`, `signature`, `jwt`, `apikey` or `key` (except an idempotency key).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a header value",
    label = "neither `Display` nor `HeaderArg`",
    note = "help: pass a string, a number or a `HeaderValue`; or, for a type of your own, \
        `impl std::fmt::Display for {Self}`"
)]
pub trait HeaderArg {
    /// Calls `line` with each value to send, in order.
    ///
    /// # Errors
    ///
    /// Returns the errors of `line`, and [`InvalidRequest`] for a value that no header can have.
    fn header_lines(
        &self,
        line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
    ) -> Result<(), InvalidRequest>;
}

impl HeaderArg for HeaderValue {
    fn header_lines(
        &self,
        line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
    ) -> Result<(), InvalidRequest> {
        line(self.clone())
    }
}

impl<T: HeaderArg + ?Sized> HeaderArg for &T {
    fn header_lines(
        &self,
        line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
    ) -> Result<(), InvalidRequest> {
        (**self).header_lines(line)
    }
}

impl<T: HeaderArg> HeaderArg for Option<T> {
    fn header_lines(
        &self,
        line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
    ) -> Result<(), InvalidRequest> {
        self.iter().try_for_each(|value| value.header_lines(line))
    }
}

impl<T: HeaderArg> HeaderArg for [T] {
    fn header_lines(
        &self,
        line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
    ) -> Result<(), InvalidRequest> {
        self.iter().try_for_each(|value| value.header_lines(line))
    }
}

impl<T: HeaderArg, const N: usize> HeaderArg for [T; N] {
    fn header_lines(
        &self,
        line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
    ) -> Result<(), InvalidRequest> {
        self.as_slice().header_lines(line)
    }
}

impl<T: HeaderArg> HeaderArg for Vec<T> {
    fn header_lines(
        &self,
        line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
    ) -> Result<(), InvalidRequest> {
        self.as_slice().header_lines(line)
    }
}

macro_rules! by_display {
    ($($type:ty),*) => {$(
        impl HeaderArg for $type {
            fn header_lines(
                &self,
                line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
            ) -> Result<(), InvalidRequest> {
                line(displayed(self)?)
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
    u8,
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

/// Formats `value` as a header value.
pub(crate) fn displayed(value: &(impl fmt::Display + ?Sized)) -> Result<HeaderValue, InvalidRequest> {
    // The caller adds the name to the error.
    HeaderValue::try_from(value.to_string())
        .map_err(|_| InvalidRequest::new("", "holds a line break or another control character"))
}

/// More lines than any server accepts, and far fewer than a header map can hold.
const MOST_LINES: usize = 1_000;

/// Adds one line of a header to a request.
pub(crate) type PushLine<'a> = dyn FnMut(HeaderValue) -> Result<(), InvalidRequest> + 'a;

/// Replaces the lines of `name` by those of `value`. A `value` without lines changes nothing. Cookies are
/// added to the present ones.
pub(crate) fn set(
    headers: &mut HeaderMap,
    name: &HeaderName,
    each: impl FnOnce(&mut PushLine<'_>) -> Result<(), InvalidRequest>,
) -> Result<(), InvalidRequest> {
    let mut first = *name != COOKIE;
    each(&mut |mut value| {
        protect(name, &mut value);
        if headers.len() >= MOST_LINES {
            return Err(InvalidRequest::new("", "is one header line too many: a request holds 1000"));
        }
        if std::mem::take(&mut first) {
            headers.insert(name.clone(), value);
        } else {
            headers.append(name.clone(), value);
        }
        Ok(())
    })
    .map_err(|error| InvalidRequest::new(name.to_string(), error.reason().to_owned()))
}

/// Joins all cookies in one line (RFC 6265, section 5.4).
pub(crate) fn join_cookies(headers: &mut HeaderMap) {
    if headers.len() == headers.keys_len() {
        return;
    }
    let lines: Vec<_> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    // Each line is a valid value, so the joined one is too.
    if let [_, _, ..] = lines[..]
        && let Ok(mut all) = HeaderValue::from_bytes(&lines.join(&b"; "[..]))
    {
        all.set_sensitive(true);
        headers.insert(COOKIE, all);
    }
}

/// Marks `value` sensitive if `name` holds a credential.
pub(crate) fn protect(name: &HeaderName, value: &mut HeaderValue) {
    if is_credential(name) {
        value.set_sensitive(true);
    }
}

fn is_credential(name: &HeaderName) -> bool {
    const WORDS: [&str; 11] = [
        "apikey",
        "auth",
        "authorization",
        "cookie",
        "credential",
        "jwt",
        "key",
        "password",
        "secret",
        "signature",
        "token",
    ];
    let mut words = name.as_str().split(['-', '_', '.']);
    words.clone().all(|word| word != "idempotency") && words.any(|word| WORDS.contains(&word))
}

/// Does the same as [`set`] for a name that is known at run time only.
pub(crate) fn set_by_name(
    headers: &mut HeaderMap,
    text: &str,
    value: &dyn HeaderArg,
) -> Result<(), InvalidRequest> {
    set(headers, &name(text)?, |line| value.header_lines(line))
}

/// Parses the name of a header that is known at run time only.
pub(crate) fn name(text: &str) -> Result<HeaderName, InvalidRequest> {
    let name = HeaderName::try_from(text)
        .map_err(|_| InvalidRequest::new(text.escape_debug().to_string(), "is not a header name"))?;
    check_name(&name, text)?;
    Ok(name)
}

/// Fails for a header that the transport sets, which the caller has written as `text`.
pub(crate) fn check_name(name: &HeaderName, text: &str) -> Result<(), InvalidRequest> {
    match is_set_by_the_transport(name) {
        true => Err(InvalidRequest::new(text.to_owned(), "is a header the transport sets")),
        false => Ok(()),
    }
}

/// Whether the transport sets the header, and no caller may.
pub(crate) fn is_set_by_the_transport(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "content-length"
            | "host"
            | "keep-alive"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    ) || name.as_str().starts_with("proxy-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(value: &impl HeaderArg) -> Result<Vec<String>, String> {
        let mut headers = HeaderMap::from_iter([(name("x-a").unwrap(), HeaderValue::from_static("old"))]);
        set(&mut headers, &name("x-a").unwrap(), |line| value.header_lines(line))
            .map_err(|error| error.argument().to_owned())?;
        let lines = headers.get_all("x-a").iter();
        Ok(lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect())
    }

    #[test]
    fn a_value_replaces_and_a_slice_repeats() {
        assert_eq!(sent(&"v"), Ok(vec!["v".to_owned()]));
        assert_eq!(sent(&7u8), Ok(vec!["7".to_owned()]));
        assert_eq!(sent(&Some("v")), Ok(vec!["v".to_owned()]));
        assert_eq!(sent(&None::<&str>), Ok(vec!["old".to_owned()]));
        assert_eq!(sent(&["a", "b"]), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(sent(&[""; 0]), Ok(vec!["old".to_owned()]));
        assert_eq!(sent(&["a", "b"].as_slice()), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(sent(&""), Ok(vec![String::new()]));
    }

    #[test]
    fn what_would_split_a_request_is_refused_by_name() {
        for value in ["a\r\nb: c", "a\nb", "a\rb", "a\0b"] {
            assert_eq!(sent(&value), Err("x-a".to_owned()), "{value:?}");
        }
    }

    #[test]
    fn i27_a_name_says_whether_it_holds_a_credential() {
        for word in [
            "apikey",
            "auth",
            "authorization",
            "cookie",
            "credential",
            "jwt",
            "key",
            "password",
            "secret",
            "signature",
            "token",
        ] {
            for (before, after) in
                [("", ""), ("x-", ""), ("", "-x"), ("x_", "_x"), ("x.", ".x"), ("idempotent-", "")]
            {
                let text = format!("{before}{word}{after}");
                assert!(is_credential(&name(&text).unwrap()), "I27: {text}");
            }
            for text in [format!("x{word}"), format!("{word}x"), format!("idempotency-{word}")] {
                assert!(!is_credential(&name(&text).unwrap()), "I27: {text}");
            }
        }
        for (text, is_secret) in [
            ("Authorization", true),
            ("x-api-key", true),
            ("X_API_KEY", true),
            ("Ocp-Apim-Subscription-Key", true),
            ("private-token", true),
            ("x-amz-security-token", true),
            ("x-hub-signature", true),
            ("idempotency-key", false),
            ("x-idempotency-key", false),
            ("author", false),
            ("x-keyboard", false),
            ("if-match", false),
        ] {
            assert_eq!(is_credential(&name(text).unwrap()), is_secret, "I27: {text}");
        }
    }

    #[test]
    fn names_of_the_transport_are_refused() {
        for text in [
            "Connection",
            "Content-Length",
            "Host",
            "Keep-Alive",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade",
            "Proxy-Authorization",
            "proxy-x",
        ] {
            assert_eq!(name(text).unwrap_err().reason(), "is a header the transport sets", "{text}");
        }
        for text in ["a b", "a:b", "", "a\n", "ü"] {
            assert_eq!(name(text).unwrap_err().reason(), "is not a header name", "{text}");
        }
        for text in ["X-Trace", "hosts", "x-host", "proxy", "content-type", "te2"] {
            assert_eq!(name(text).unwrap(), text.to_lowercase().as_str());
        }
    }

    #[test]
    fn a_request_holds_1000_header_lines() {
        for lines in [999, 1_000, 1_001] {
            let written = sent(&vec!["v"; lines]).map(|lines| lines.len());
            // The first one replaces the line that was there.
            assert_eq!(written, if lines > 1_000 { Err("x-a".to_owned()) } else { Ok(lines) });
        }
        let mut headers = HeaderMap::new();
        let mut set = |name: &'static str, lines: usize| {
            let name = HeaderName::from_static(name);
            set(&mut headers, &name, |line| vec!["v"; lines].header_lines(line)).is_ok()
        };
        assert!(set("x-a", 999) && set("x-b", 1), "lines of all names count together");
        assert!(!set("x-c", 1));
    }
}
