//! Media types in a declaration: of a body, and in the headers `content-type` and `accept`.

use syn::LitStr;

use crate::diagnostics::{Diagnostics, Reported};

/// The media types of common names without a slash.
const COMMON: &[(&str, &str)] = &[
    ("json", "application/json"),
    ("xml", "application/xml"),
    ("form", "application/x-www-form-urlencoded"),
    ("urlencoded", "application/x-www-form-urlencoded"),
    ("binary", "application/octet-stream"),
    ("bytes", "application/octet-stream"),
    ("pdf", "application/pdf"),
    ("zip", "application/zip"),
    ("yaml", "application/yaml"),
    ("text", "text/plain"),
    ("txt", "text/plain"),
    ("plain", "text/plain"),
    ("html", "text/html"),
    ("csv", "text/csv"),
    ("css", "text/css"),
    ("png", "image/png"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("gif", "image/gif"),
    ("svg", "image/svg+xml"),
];

/// Checks that the text is a media type (RFC 9110, section 8.3.1).
pub(crate) fn check(literal: &LitStr, diagnostics: &Diagnostics) -> Result<(), Reported> {
    let text = literal.value();
    if is_media_type(&text, false) {
        return Ok(());
    }
    let meant = meant(&text, false);
    let help = match text.contains(';') {
        true => format!("write `{meant:?}`; a parameter is a name, `=` and a value"),
        false => format!("write a type and a subtype: `{meant:?}`"),
    };
    Err(diagnostics.report(literal, format!("the media type `{}` is not valid", text.escape_debug()), help))
}

/// Returns the media type that the text is, or was meant to be.
pub(crate) fn corrected(text: &str) -> String {
    if is_media_type(text, false) { text.to_owned() } else { meant(text, false) }
}

/// Checks that the text is a list of media ranges (RFC 9110, section 12.5.1).
pub(crate) fn check_accept(literal: &LitStr, diagnostics: &Diagnostics) -> Result<(), Reported> {
    let text = literal.value();
    let parts = split(&text, ',');
    if parts
        .iter()
        .map(|part| part.trim_matches([' ', '\t']))
        .all(|it| it.is_empty() || is_media_type(it, true))
    {
        return Ok(());
    }
    let meant: Vec<String> = parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .map(|part| if is_media_type(part, true) { part.to_owned() } else { meant_of(part, true) })
        .collect();
    Err(diagnostics.report(
        literal,
        format!("`{}` is not a list of media types", text.escape_debug()),
        format!("write `{:?}`", meant.join(", ")),
    ))
}

fn is_media_type(text: &str, is_range: bool) -> bool {
    let mut parts = split(text, ';').into_iter();
    let essence = parts.next().unwrap_or_default().trim_end_matches([' ', '\t']);
    let is_essence = essence.split_once('/').is_some_and(|(kind, subtype)| {
        let is_open = is_range && subtype == "*" && (kind == "*" || is_name(kind));
        is_open || (is_name(kind) && is_name(subtype))
    });
    is_essence && is_trimmed(text) && parts.all(|part| is_parameter(part.trim_matches([' ', '\t'])))
}

fn is_trimmed(text: &str) -> bool {
    text.trim() == text
}

/// Returns whether the text can be a type or a subtype (RFC 6838, section 4.2).
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(c))
}

/// Returns whether the text is `name=value`, or nothing. The value may be quoted.
fn is_parameter(text: &str) -> bool {
    let is_token = |text: &str| !text.is_empty() && text.chars().all(super::header::is_token);
    text.is_empty()
        || text
            .split_once('=')
            .is_some_and(|(name, value)| is_token(name) && (is_token(value) || is_quoted(value)))
}

fn is_quoted(value: &str) -> bool {
    let Some(inside) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let mut is_escaped = false;
    let fits = inside.chars().all(|c| {
        let fits = (is_escaped || c != '"') && (c == '\t' || c == ' ' || c.is_ascii_graphic());
        is_escaped = !is_escaped && c == '\\';
        fits
    });
    fits && !is_escaped
}

/// Splits at a separator outside of quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            c if c == separator && !is_quoted => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Returns the media type that the text was meant to be.
fn meant(text: &str, is_range: bool) -> String {
    let first = split(text, ',').into_iter().map(str::trim).find(|part| !part.is_empty());
    match (first, text.contains("charset")) {
        // `text/plain, charset=utf-8`
        (Some(_), true) => meant_of(&text.replace(',', ";"), is_range),
        (first, _) => meant_of(first.unwrap_or_default(), is_range),
    }
}

fn meant_of(text: &str, is_range: bool) -> String {
    let plain: String = text.chars().filter(|c| *c == ' ' || c.is_ascii_graphic()).collect();
    let plain = plain.trim();
    let mut parts = split(plain, ';').into_iter().map(str::trim);
    let mut meant = essence(parts.next().unwrap_or_default(), is_range);
    for part in parts.filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once(['=', ':']).unwrap_or((part, ""));
        let (name, value) = (name.trim(), value.trim());
        let corrected = match (name, value) {
            (name, "") if name.eq_ignore_ascii_case("charset") => "charset=utf-8".to_owned(),
            (name, value) => format!("{name}={value}"),
        };
        if is_parameter(&corrected) {
            meant = format!("{meant}; {corrected}");
        }
    }
    meant
}

/// Returns a valid type and subtype.
fn essence(text: &str, is_range: bool) -> String {
    let name =
        |text: &str| -> String { text.chars().filter(|c| is_name(c.encode_utf8(&mut [0; 4]))).collect() };
    let words: Vec<&str> = text.split(['/', '\\', ' ']).filter(|word| !word.is_empty()).collect();
    let (kind, subtype) = match words.as_slice() {
        [] => return "application/octet-stream".to_owned(),
        [one] | [one, _, ..] if !text.contains(['/', '\\']) => {
            let one = name(one).to_ascii_lowercase();
            let common = COMMON.iter().find(|(short, _)| *short == one);
            return match common {
                Some((_, whole)) => (*whole).to_owned(),
                None if one.is_empty() => "application/octet-stream".to_owned(),
                None => format!("application/{one}"),
            };
        }
        [one] => match text.starts_with('/') {
            true => ("application".to_owned(), name(one)),
            false => (name(one), String::new()),
        },
        [kind, subtype, ..] => (name(kind), name(subtype)),
    };
    match (kind.as_str(), subtype.as_str()) {
        ("", "") => "application/octet-stream".to_owned(),
        ("text", "") => "text/plain".to_owned(),
        ("image", "") => "image/png".to_owned(),
        (_, "") if is_range => "*/*".to_owned(),
        (kind, "") => format!("{kind}/octet-stream"),
        ("", subtype) => format!("application/{subtype}"),
        (kind, subtype) => format!("{kind}/{subtype}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        for good in [
            "application/json",
            "application/merge-patch+json",
            "text/plain; charset=utf-8",
            "text/plain;charset=\"utf-8\"",
            "text/plain ; charset=utf-8 ; x=\"a;b \\\" c\"",
            "text/plain;",
            "image/svg+xml",
        ] {
            assert!(is_media_type(good, false) && is_media_type(good, true), "{good}");
        }
        for (bad, corrected) in [
            ("json", "application/json"),
            ("JSON", "application/json"),
            ("csv", "text/csv"),
            ("vnd.api+json", "application/vnd.api+json"),
            ("", "application/octet-stream"),
            ("/", "application/octet-stream"),
            ("application/", "application/octet-stream"),
            ("text/", "text/plain"),
            ("/json", "application/json"),
            ("a b/c", "a/b"),
            ("text/plain\n", "text/plain"),
            ("text/plain\0", "text/plain"),
            (" text/plain", "text/plain"),
            ("text/plain ", "text/plain"),
            ("text/plain;\r\nx: y", "text/plain; x=y"),
            ("text/plain; charset", "text/plain; charset=utf-8"),
            ("text/plain; charset=", "text/plain; charset=utf-8"),
            ("text/plain; charset: utf-8", "text/plain; charset=utf-8"),
            ("text/plain, charset=utf-8", "text/plain; charset=utf-8"),
            ("text/plain; charset=\"utf-8", "text/plain"),
            ("text/plain; a b=c", "text/plain"),
            ("text/plain; =c", "text/plain"),
            ("text/plain, text/html", "text/plain"),
            ("a/b/c", "a/b"),
            ("text\\plain", "text/plain"),
            ("text plain", "text/plain"),
            ("tëxt/plain", "txt/plain"),
        ] {
            assert!(!is_media_type(bad, false), "{bad}");
            assert_eq!(meant(bad, false), corrected, "{bad}");
            assert!(is_media_type(&meant(bad, false), false), "{bad}");
        }
        for range in ["*/*", "text/*", "text/*; q=0.5"] {
            assert!(is_media_type(range, true) && !is_media_type(range, false), "{range}");
        }
        assert!(!is_media_type("*/json", true) && !is_media_type("*", true));
    }
}
