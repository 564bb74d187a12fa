//! `UrlArg`: an argument that is a whole address, `#[url]`.

use std::borrow::Cow;

use url::Url;

use super::base::names_a_user;

/// The argument of `#[url]`: an absolute address, or one relative to the base URL with a slash at its end
/// (RFC 3986, 5.2). A field of a response can be a [`Url`], which implements `Deserialize`. Expand a URI
/// template (RFC 6570), which has braces, first.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an address",
    label = "neither text nor `Url`",
    note = "help: pass a `Url`, a `String` or a `&str`, or `impl UrlArg for {Self}`"
)]
pub trait UrlArg {
    /// Returns the address as text.
    fn address(&self) -> &str;
}

impl UrlArg for Url {
    fn address(&self) -> &str {
        self.as_str()
    }
}

impl UrlArg for str {
    fn address(&self) -> &str {
        self
    }
}

impl UrlArg for String {
    fn address(&self) -> &str {
        self
    }
}

impl UrlArg for Cow<'_, str> {
    fn address(&self) -> &str {
        self
    }
}

impl<T: UrlArg + ?Sized> UrlArg for &T {
    fn address(&self) -> &str {
        (**self).address()
    }
}

/// Resolves `address` against the base URL `prefix`, which ends before a slash, or returns why that is
/// impossible.
pub(super) fn resolve(prefix: &str, address: &str) -> Result<Url, &'static str> {
    if address.trim().is_empty() {
        return Err("is empty, and an address cannot be");
    }
    // The parser would silently delete some of them.
    if address.contains(|it: char| it.is_ascii_control()) {
        return Err("holds a line break or another control character");
    }
    // The parser would encode them, and the server would get the template.
    if address.contains(['{', '}']) {
        return Err("holds the braces of a URI template: expand it first");
    }
    let in_front_of_the_query = address.split(['?', '#']).next().unwrap_or_default();
    if in_front_of_the_query.contains('\\') {
        return Err("holds a backslash, which would be taken for a slash");
    }
    let not_an_address = "is neither an absolute address nor one relative to the base URL";
    // The parser would read `https:x` as `x`, and `http:x` as a host.
    let web = address.split_once(':').filter(|(scheme, _)| {
        scheme.trim().eq_ignore_ascii_case("https") || scheme.trim().eq_ignore_ascii_case("http")
    });
    if web.is_some_and(|(_, rest)| !rest.starts_with("//")) {
        return Err(not_an_address);
    }
    let base = Url::parse(&format!("{prefix}/")).map_err(|_| not_an_address)?;
    let mut url = base.join(address).map_err(|_| not_an_address)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("is an address that is neither https nor http");
    }
    if names_a_user(&url) {
        return Err("holds a user or a password, which would show in logs: pass them in a header");
    }
    url.set_fragment(None);
    Ok(url)
}

/// Appends `query`, which is encoded, to that of the address.
pub(super) fn append(url: &mut Url, query: &str) {
    match url.query() {
        _ if query.is_empty() => {}
        None | Some("") => url.set_query(Some(query)),
        Some(own) => {
            let both = format!("{own}&{query}");
            url.set_query(Some(&both));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_it_is_or_from_the_base() {
        for (address, expected) in [
            ("https://b.example/x?y=%2F", "https://b.example/x?y=%2F"),
            ("http://b.example:81", "http://b.example:81/"),
            ("/api/v1/issues?page=2", "https://a.example/api/v1/issues?page=2"),
            ("issues?page=2", "https://a.example/api/v1/issues?page=2"),
            ("?page=2", "https://a.example/api/v1/?page=2"),
            ("../v2/x", "https://a.example/api/v2/x"),
            ("../../../x", "https://a.example/x"),
            ("//b.example/x", "https://b.example/x"),
            ("/x#fragment", "https://a.example/x"),
            ("/x?http:y\\z", "https://a.example/x?http:y\\z"),
            ("HTTPS://B.example/é x", "https://b.example/%C3%A9%20x"),
        ] {
            let resolved = resolve("https://a.example/api/v1", address).unwrap();
            assert_eq!(resolved.as_str(), expected, "{address}");
            let again = resolve("https://a.example/api/v1", resolved.address()).unwrap();
            assert_eq!(again, resolved, "a `Url` stays what it is");
        }
    }

    #[test]
    fn each_type_that_holds_an_address_is_that_address() {
        let text = "https://b.example/x";
        let all: [&dyn UrlArg; 6] = [
            &text,
            &text.to_owned(),
            &Cow::Borrowed(text),
            &Cow::<str>::Owned(text.to_owned()),
            &Url::parse(text).unwrap(),
            &&Url::parse(text).unwrap(),
        ];
        for (at, it) in all.into_iter().enumerate() {
            assert_eq!(it.address(), text, "{at}");
        }
    }

    #[test]
    fn what_is_no_address_to_send_to_is_refused() {
        for address in [
            "",
            " ",
            "ftp://b.example/",
            "file:///etc/passwd",
            "data:,x",
            "javascript:0",
            "mailto:a@b.example",
            "https://user@b.example/",
            "https://user:password@b.example/",
            "https://:password@b.example/",
            "//user@b.example",
            "https://",
            "https://b.example:99999/",
            "https://b b/",
            "https://b.example/x{/id}",
            "/x{?page,per_page}",
            "/x?page={page}",
            "/x}",
            "https:x",
            "HTTP:x",
            " http:/x",
            "https:\\\\b.example",
            "/\\b.example",
            "/x\r\ny",
            "ht\ntps://b.example",
        ] {
            assert!(resolve("https://a.example/v1", address).is_err(), "{address}");
        }
    }

    #[test]
    fn a_control_character_is_refused_wherever_it_stands() {
        for control in (0..=0x1f).chain([0x7f]).map(char::from) {
            for address in [
                format!("/x{control}y"),
                format!("{control}/x"),
                format!("/x{control}"),
                format!("/x?y{control}z"),
                format!("/x#y{control}z"),
                format!("https://b.exa{control}mple/x"),
            ] {
                let refused = resolve("https://a.example/v1", &address).unwrap_err();
                assert_eq!(refused, "holds a line break or another control character", "{address:?}");
            }
        }
    }

    #[test]
    fn a_query_is_appended() {
        for (address, query, expected) in [
            ("https://a.example/x", "", "https://a.example/x"),
            ("https://a.example/x", "a=%26", "https://a.example/x?a=%26"),
            ("https://a.example/x?", "a=1", "https://a.example/x?a=1"),
            ("https://a.example/x?cursor=%2B+c", "a=b%20c", "https://a.example/x?cursor=%2B+c&a=b%20c"),
        ] {
            let mut url = Url::parse(address).unwrap();
            append(&mut url, query);
            assert_eq!(url.as_str(), expected, "{address}");
        }
    }
}
