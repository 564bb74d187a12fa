//! The `Link` header (RFC 8288), for the next page.

use http::HeaderMap;
use http::header::LINK;

use crate::text;

/// Returns the target of the first link with the relation `next`, as it is written. It may be relative.
pub(crate) fn next_link(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(LINK)
        .iter()
        .map(|value| text::of_address(value.as_bytes()))
        .find_map(|value| Links(&value).find(Link::is_next).map(|link| link.target.to_owned()))
}

struct Link<'a> {
    target: &'a str,
    relation: Option<String>,
    /// Whether the link belongs to another resource than the response.
    anchored: bool,
}

impl Link<'_> {
    fn is_next(&self) -> bool {
        let relations = self.relation.as_deref().unwrap_or_default();
        !self.anchored && relations.split_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
    }
}

/// The rest of a header.
struct Links<'a>(&'a str);

impl<'a> Iterator for Links<'a> {
    type Item = Link<'a>;

    fn next(&mut self) -> Option<Link<'a>> {
        let begin = |char: char| char == ',' || char.is_ascii_whitespace();
        let (target, rest) = self.0.trim_start_matches(begin).strip_prefix('<')?.split_once('>')?;
        self.0 = rest;
        let mut link = Link { target: target.trim(), relation: None, anchored: false };
        while let Some((name, value)) = self.parameter() {
            // Only the first relation counts.
            if name.eq_ignore_ascii_case("rel") {
                link.relation.get_or_insert(value);
            } else if name.eq_ignore_ascii_case("anchor") {
                link.anchored = true;
            }
        }
        Some(link)
    }
}

impl<'a> Links<'a> {
    fn parameter(&mut self) -> Option<(&'a str, String)> {
        let rest = self.0.trim_ascii_start().strip_prefix(';')?.trim_ascii_start();
        let end = rest.find(['=', ';', ',']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        self.0 = rest;
        let value = match rest.strip_prefix('=') {
            Some(rest) => {
                self.0 = rest.trim_ascii_start();
                self.value()
            }
            None => String::new(),
        };
        Some((name.trim_ascii(), value))
    }

    /// Reads a token, or a quoted string, which may contain the characters that end a parameter or a link.
    fn value(&mut self) -> String {
        let Some(quoted) = self.0.strip_prefix('"') else {
            let end = self.0.find([';', ',']).unwrap_or(self.0.len());
            let (value, rest) = self.0.split_at(end);
            self.0 = rest;
            return value.trim_ascii().to_owned();
        };
        let mut value = String::new();
        let mut chars = quoted.chars();
        while let Some(char) = chars.next() {
            match char {
                '"' => break,
                '\\' => value.extend(chars.next()),
                char => value.push(char),
            }
        }
        self.0 = chars.as_str();
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_to_the_next_page_is_found_among_others() {
        for (header, next) in [
            ("</p?page=2>; rel=\"next\"", Some("/p?page=2")),
            ("</p?page=2>;rel=next", Some("/p?page=2")),
            ("<?page=1>; rel=\"prev\", <?page=3>; rel=\"next\", <?page=9>; rel=last", Some("?page=3")),
            ("</p?a=1,2;3>; rel=\"Last NEXT\"", Some("/p?a=1,2;3")),
            ("</x>; title=\"a \\\" , <y>; rel=next\"; rel=prev, </z> ; REL = \"next\"", Some("/z")),
            ("</x>; rel=prev; rel=next", None),
            ("</x>; rel=next; anchor=\"/other\"", None),
            ("</x>; crossorigin; rel=next", Some("/x")),
            (", ,</x>; rel=next", Some("/x")),
            ("</x>; rel=\"nextish\"", None),
            ("</x>", None),
            ("/x; rel=next", None),
            ("</x; rel=next", None),
            ("</x>; rel=\"next", Some("/x")),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(LINK, header.parse().unwrap())]);
            assert_eq!(next_link(&headers).as_deref(), next, "{header}");
        }
        let mut headers = HeaderMap::new();
        headers.append(LINK, "</x>; rel=prev".parse().unwrap());
        headers.append(LINK, "</y>; rel=next".parse().unwrap());
        assert_eq!(next_link(&headers).as_deref(), Some("/y"), "in a line of its own");
        let latin_1 = http::HeaderValue::from_bytes(b"</x>; rel=next; title=\"caf\xe9\"").unwrap();
        let headers = HeaderMap::from_iter([(LINK, latin_1)]);
        assert_eq!(next_link(&headers).as_deref(), Some("/x"), "with a title in Latin-1");
    }
}
