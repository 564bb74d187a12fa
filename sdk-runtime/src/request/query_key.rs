//! A credential in the query: one parameter, which is put on an address when it is signed, and taken off the
//! addresses that a server writes.
//!
//! - **I22** An address that another origin gets has none.
//! - **I27** An address that is shown or kept has none.

use percent_encoding::{percent_decode_str, utf8_percent_encode};
use url::{Url, form_urlencoded};

use super::address;
use super::path::ENCODED;

/// Whether the query of `url` has the parameter `name`.
pub(crate) fn has(url: &Url, name: &str) -> bool {
    url.query_pairs().any(|(found, _)| found == name)
}

/// Returns a token as it stands in a query.
pub(crate) fn encoded(token: &str) -> String {
    utf8_percent_encode(token, ENCODED).to_string()
}

/// Puts `name` with the encoded `token` on `url`, in place of each value that it has.
pub(crate) fn put(url: &mut Url, name: &str, token: &str) {
    remove(url, |found, _| found == name);
    address::append(url, &format!("{}={token}", encoded(name)));
}

/// Removes the parameter `name` from `url`.
pub(crate) fn remove_name(url: &mut Url, name: &str) {
    remove(url, |found, _| found == name);
}

/// Removes the parameter `name` from `url`, where its value is the encoded `token`. Another server may have
/// one of that name too.
pub(crate) fn remove_token(url: &mut Url, name: &str, token: &str) {
    let token = percent_decode_str(token).decode_utf8_lossy();
    remove(url, |found, value| found == name && value == token);
}

/// Returns `text` without each parameter `name` whose value is the encoded `token`, in all addresses in it.
/// `None` if there is none.
pub(crate) fn without_token(text: &[u8], name: &str, token: &str) -> Option<Vec<u8>> {
    let token = percent_decode_str(token).decode_utf8_lossy();
    let ends = |byte: &u8| matches!(byte, b'&' | b'#' | b'>' | b'"') || byte.is_ascii_whitespace();
    let is_it = |pair| form_urlencoded::parse(pair).any(|(found, value)| found == name && value == token);
    let (mut left, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'?' | b'&')) {
        let (before, pairs) = rest.split_at(at + 1);
        left.extend_from_slice(before);
        rest = pairs;
        loop {
            let (pair, behind) = rest.split_at(rest.iter().position(ends).unwrap_or(rest.len()));
            if !is_it(pair) {
                left.extend_from_slice(pair);
                rest = behind;
                break;
            }
            // The sign in front of it is that of the next parameter, if there is one.
            match behind.strip_prefix(b"&") {
                Some(next) => rest = next,
                None => {
                    left.pop();
                    rest = behind;
                    break;
                }
            }
        }
    }
    left.extend_from_slice(rest);
    (left.len() < text.len()).then_some(left)
}

/// Removes the parameters for which `is_removed` says so. The rest stays as it is written.
fn remove(url: &mut Url, is_removed: impl Fn(&str, &str) -> bool) {
    let Some(query) = url.query() else { return };
    let stays =
        |pair: &&str| form_urlencoded::parse(pair.as_bytes()).all(|(name, value)| !is_removed(&name, &value));
    let left: Vec<&str> = query.split('&').filter(stays).collect();
    if left.len() < query.split('&').count() {
        let left = left.join("&");
        url.set_query(Some(left.as_str()).filter(|left| !left.is_empty()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(query: &str) -> Url {
        Url::parse(&format!("https://a.example/x{query}")).unwrap()
    }

    #[test]
    fn a_key_takes_the_place_of_each_one_that_is_there() {
        for (before, expected) in [
            ("", "?key=s%26%2B%20%25"),
            ("?", "?key=s%26%2B%20%25"),
            ("?a=1", "?a=1&key=s%26%2B%20%25"),
            ("?key=old&a=%2f&key", "?a=%2f&key=s%26%2B%20%25"),
            ("?k%65y=old&keys=1&a+b", "?keys=1&a+b&key=s%26%2B%20%25"),
            ("?&a=1&", "?&a=1&&key=s%26%2B%20%25"),
        ] {
            let mut signed = url(before);
            put(&mut signed, "key", &encoded("s&+ %"));
            assert_eq!(signed, url(expected), "{before}");
            assert_eq!(has(&url(before), "key"), before.contains("old"), "{before}");
            assert!(has(&signed, "key"));
            let pairs: Vec<_> = signed.query_pairs().filter(|(name, _)| name == "key").collect();
            assert_eq!(pairs, [("key".into(), "s&+ %".into())], "{before}");
        }
    }

    #[test]
    fn i27_a_key_is_taken_off_each_address_of_a_text() {
        for (before, expected) in [
            ("/x?key=s", Some("/x")),
            ("/x?key=s&a=1", Some("/x?a=1")),
            ("/x?a=1&key=s&key=%73&b=2#key=s", Some("/x?a=1&b=2#key=s")),
            ("</x?key=s>; rel=next, </y?a=1&key=s> ?key=s ", Some("</x>; rel=next, </y?a=1>  ")),
            ("/x?key=s2&a=key=s&keys=s&b=?key", None),
            ("key=s", None),
            ("", None),
            ("?", None),
        ] {
            let without = without_token(before.as_bytes(), "key", "s");
            assert_eq!(without.as_deref(), expected.map(str::as_bytes), "{before}");
        }
    }

    #[test]
    fn i22_a_key_is_taken_off_and_the_rest_stays_as_it_is() {
        for (before, by_name, by_token) in [
            ("", "", ""),
            ("?key=s", "", ""),
            ("?key=%73&a=%2F+b", "?a=%2F+b", "?a=%2F+b"),
            ("?a&key=other&b=", "?a&b=", "?a&key=other&b="),
            ("?Key=s&keys=s", "?Key=s&keys=s", "?Key=s&keys=s"),
        ] {
            let (mut one, mut other) = (url(before), url(before));
            remove_name(&mut one, "key");
            remove_token(&mut other, "key", "s");
            assert_eq!((one, other), (url(by_name), url(by_token)), "{before}");
        }
    }
}
