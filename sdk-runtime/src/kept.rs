//! Which parts of an address a parser of URLs keeps as they are, so that an address made of them need not be
//! parsed. The templates of endpoints are checked when they are compiled.

/// Whether a parser keeps a template, however its placeholders are filled: it holds only characters that no
/// parser encodes, and no segment begins with what may be a dot. Those that begin with a placeholder are
/// checked when it is filled.
///
/// Says no for some that a parser keeps.
pub(crate) const fn is_template(template: &str) -> bool {
    let bytes = template.as_bytes();
    if bytes.is_empty() || bytes[0] != b'/' {
        return false;
    }
    let (mut at, mut is_inside, mut before) = (0, false, 0);
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'{' if !is_inside => is_inside = true,
            b'}' if is_inside => is_inside = false,
            _ if is_inside => {}
            b'.' | b'%' if before == b'/' => return false,
            _ if !is_plain(byte) => return false,
            _ => {}
        }
        before = byte;
        at += 1;
    }
    !is_inside
}

/// Whether a parser keeps a query.
pub(crate) const fn is_query(query: &str) -> bool {
    let bytes = query.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_plain(bytes[at]) && bytes[at] != b'?' {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether no parser encodes a character in a path or a query (RFC 3986, 3.3; without `'`).
const fn is_plain(byte: u8) -> bool {
    const OTHERS: &[u8] = b"/-_.~%!$&()*+,;=:@";
    if byte.is_ascii_alphanumeric() {
        return true;
    }
    let mut at = 0;
    while at < OTHERS.len() {
        if OTHERS[at] == byte {
            return true;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    /// Each character, at each place of a segment, and what a parser makes of it.
    #[test]
    fn i22_what_is_kept_is_what_no_parser_changes() {
        for character in (0..=u8::MAX).map(char::from).chain(['ä', '\u{2028}', '\u{10ffff}']) {
            for path in [
                format!("/a{character}"),
                format!("/{character}/b"),
                format!("/{character}."),
                format!("/{character}2e"),
                format!("/a/{character}%2E/b"),
            ] {
                if is_template(&path) {
                    let url = Url::parse(&format!("https://a.example{path}")).unwrap();
                    assert_eq!(url.path(), path, "I22");
                }
            }
            for query in [format!("q={character}&r"), character.to_string()] {
                if is_query(&query) {
                    let url = Url::parse(&format!("https://a.example/?{query}")).unwrap();
                    assert_eq!(url.query(), Some(&*query), "I22");
                }
            }
        }
    }

    #[test]
    fn most_templates_are_kept() {
        for template in
            ["/", "/a/{id}/b", "/x{a}{b}y/end", "/{a}{b}", "/files/{*path}", "/a//", "/a.b;c,d@e:f"]
        {
            assert!(is_template(template), "{template}");
        }
        for template in
            ["", "a", "/.", "/..", "/a/../b", "/%2e", "/a%", "/a b", "/ä", "/a?b", "/a#b", "/a\\b"]
        {
            assert_eq!(is_template(template), template == "/a%", "{template}");
        }
        assert!(is_query("") && is_query("q=%23&q=/?") && !is_query("a=1#b") && !is_query("a='"));
    }
}
