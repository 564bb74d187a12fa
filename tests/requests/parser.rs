//! What the libraries below do with addresses and headers, as far as the encoding of arguments rests on it.
//! Where one of these no longer holds, a reason in the code does not either; nothing here knows our own code.

use sdk_runtime::Url;
use sdk_runtime::http::HeaderValue;

fn path(url: &str) -> String {
    Url::parse(url).unwrap().path().to_owned()
}

/// So an argument of dots cannot be hidden from it, and is refused.
#[test]
fn a_parser_removes_dot_segments_encoded_or_not() {
    for dots in ["..", "%2e%2e", "%2E%2E", ".%2E", "%2e."] {
        assert_eq!(path(&format!("http://h/users/{dots}/admin")), "/admin", "{dots}");
    }
    for dot in [".", "%2e", "%2E"] {
        assert_eq!(path(&format!("http://h/users/{dot}/admin")), "/users/admin", "{dot}");
    }
    for kept in ["%252e%252e", "..%2Fadmin", "...", "a..b", "..;", "..%5C..", "%00..", "x."] {
        assert_eq!(path(&format!("http://h/users/{kept}/posts")), format!("/users/{kept}/posts"));
    }
}

/// So everything but letters, digits and `-._~` is encoded.
#[test]
fn a_parser_changes_what_is_not_encoded() {
    for (address, parsed) in [
        ("http://h/a/..\\..\\admin", "/admin"),
        ("http://h/a\\b", "/a/b"),
        ("http://h/a\r\n\tb", "/ab"),
        ("http://h/a/.\t./b", "/b"),
        ("http://h/a b", "/a%20b"),
        ("http://h/é", "/%C3%A9"),
        ("http://h/a?b", "/a"),
        ("http://h/a#b", "/a"),
    ] {
        assert_eq!(path(address), parsed, "{address:?}");
    }
}

/// So a path is put together as text, and parsed once.
#[test]
fn no_way_to_extend_an_address_is_safe_for_arguments() {
    let pushed = |segments: &[&str]| {
        let mut url = Url::parse("http://h").unwrap();
        url.path_segments_mut().unwrap().extend(segments);
        url.path().to_owned()
    };
    for (segment, path) in [("..", "/users/posts"), (".", "/users/posts"), ("", "/users//posts")] {
        assert_eq!(pushed(&["users", segment, "posts"]), path, "dropped in silence, or empty");
    }
    let mut url = Url::parse("http://h").unwrap();
    url.set_path("/v1/projects/../secrets?x#y");
    assert_eq!(url.as_str(), "http://h/v1/secrets%3Fx%23y");

    for (base, path, joined) in [
        ("http://h/api/v1/", "/users", "http://h/users"),
        ("http://h/api/v1", "users", "http://h/api/users"),
        ("http://h/api/v1/", "users", "http://h/api/v1/users"),
        ("http://h/api/v1/", "../users", "http://h/api/users"),
        ("http://h/api/", "//evil.test/x", "http://evil.test/x"),
        ("http://h/api/", "\\\\evil.test/x", "http://evil.test/x"),
        ("http://h/api/", "https://evil.test", "https://evil.test/"),
    ] {
        assert_eq!(Url::parse(base).unwrap().join(path).unwrap().as_str(), joined);
    }
}

/// So a header cannot be split; that a value is UTF-8 and no ASCII is for the server to understand.
#[test]
fn a_header_holds_no_line_break_and_may_hold_utf8() {
    for refused in ["a\rb", "a\nb", "a\r\nb", "a\0b", "\x7f"] {
        assert!(HeaderValue::from_str(refused).is_err(), "{refused:?}");
    }
    let utf8 = HeaderValue::from_str("é").unwrap();
    assert!(utf8.to_str().is_err());
    assert_eq!(utf8.as_bytes(), "é".as_bytes());
}
