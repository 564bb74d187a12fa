//! The hosts that a cookie belongs to (RFC 6265bis, section 5.1.3 and 5.7), and the list of public suffixes.

use url::{Host, Url};

use super::outcome::CookieRefusal;

/// The hosts that a cookie is sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Domain {
    /// This host only.
    Host(String),
    /// This host and all below it.
    Suffix(String),
}

impl Domain {
    /// Returns the domain for `attribute`, the value of `Domain`, in a response from `url`.
    pub(super) fn of(attribute: Option<&[u8]>, url: &Url) -> Result<Self, CookieRefusal> {
        let host = url.host_str().ok_or(CookieRefusal::Malformed)?;
        let attribute = attribute.unwrap_or_default();
        let attribute = attribute.strip_prefix(b".").unwrap_or(attribute);
        let domain = match std::str::from_utf8(attribute) {
            Ok(domain) if domain.is_ascii() => domain.to_ascii_lowercase(),
            _ => return Err(CookieRefusal::OtherDomain),
        };
        if domain.is_empty() || (domain == host && (is_address(url) || is_public_suffix(host))) {
            return Ok(Self::Host(host.to_owned()));
        }
        if is_address(url) {
            return Err(CookieRefusal::OtherDomain);
        }
        if is_public_suffix(&domain) {
            return Err(CookieRefusal::PublicSuffix);
        }
        if !is_in(host, &domain) {
            return Err(CookieRefusal::OtherDomain);
        }
        Ok(Self::Suffix(domain))
    }

    /// Returns the domain of a stored cookie. Earlier versions accepted public suffixes, which now mean the
    /// one host.
    pub(super) fn read(self) -> Self {
        match self {
            Self::Suffix(domain) if is_public_suffix(&domain) => Self::Host(domain),
            domain => domain,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Host(name) | Self::Suffix(name) => name,
        }
    }

    pub(super) fn is_host_only(&self) -> bool {
        matches!(self, Self::Host(_))
    }
}

/// Returns the names under which the cookies for `url` are stored: its host, and the domains above it.
pub(super) fn names(url: &Url) -> impl Iterator<Item = &str> {
    let is_address = is_address(url);
    std::iter::successors(url.host_str(), move |name| {
        if is_address { None } else { name.split_once('.').map(|(_, above)| above) }
    })
}

/// Whether `host` is `domain` or below it. Neither is an IP address.
pub(super) fn is_in(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

fn is_address(url: &Url) -> bool {
    matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_)))
}

/// Whether names below `domain` have different owners: `com`, `co.uk`, `github.io`, or a last label that the
/// list does not have. Any text that is no host name counts too.
fn is_public_suffix(domain: &str) -> bool {
    let name = domain.strip_suffix('.').unwrap_or(domain);
    psl2::lookup(name).is_none_or(|found| found.registrable_domain().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(domain: &str, host: &str) -> Result<Domain, CookieRefusal> {
        Domain::of(Some(domain.as_bytes()), &Url::parse(&format!("https://{host}/")).unwrap())
    }

    #[test]
    fn a_domain_is_one_that_the_host_is_in_and_one_owner_has() {
        let host = |name: &str| Ok(Domain::Host(name.to_owned()));
        let suffix = |name: &str| Ok(Domain::Suffix(name.to_owned()));
        for (domain, from, expected) in [
            ("", "a.com", host("a.com")),
            (".", "a.com", host("a.com")),
            ("a.com", "a.com", suffix("a.com")),
            (".a.com", "b.a.com", suffix("a.com")),
            ("A.Com", "b.a.com", suffix("a.com")),
            ("..a.com", "b.a.com", Err(CookieRefusal::PublicSuffix)),
            ("a.com.", "b.a.com", Err(CookieRefusal::OtherDomain)),
            ("a.com.", "b.a.com.", suffix("a.com.")),
            ("a.com", "b.a.com.", Err(CookieRefusal::OtherDomain)),
            ("com.", "a.com.", Err(CookieRefusal::PublicSuffix)),
            ("com", "a.com", Err(CookieRefusal::PublicSuffix)),
            ("co.uk", "a.co.uk", Err(CookieRefusal::PublicSuffix)),
            ("a.co.uk", "b.a.co.uk", suffix("a.co.uk")),
            ("github.io", "a.github.io", Err(CookieRefusal::PublicSuffix)),
            ("github.io", "github.io", host("github.io")),
            ("ck", "www.ck", Err(CookieRefusal::PublicSuffix)),
            ("www.ck", "www.ck", suffix("www.ck")),
            ("b.kawasaki.jp", "a.b.kawasaki.jp", Err(CookieRefusal::PublicSuffix)),
            ("city.kawasaki.jp", "a.city.kawasaki.jp", suffix("city.kawasaki.jp")),
            ("internal", "api.internal", Err(CookieRefusal::PublicSuffix)),
            ("corp.internal", "api.corp.internal", suffix("corp.internal")),
            ("localhost", "localhost", host("localhost")),
            ("localhost", "a.localhost", Err(CookieRefusal::PublicSuffix)),
            ("intranet", "intranet", host("intranet")),
            ("com", "a.org", Err(CookieRefusal::PublicSuffix)),
            ("b.a.com", "a.com", Err(CookieRefusal::OtherDomain)),
            ("a.com", "ba.com", Err(CookieRefusal::OtherDomain)),
            ("xn--bcher-kva.example", "a.bücher.example", suffix("xn--bcher-kva.example")),
            ("bücher.example", "a.bücher.example", Err(CookieRefusal::OtherDomain)),
            ("127.0.0.1", "127.0.0.1", host("127.0.0.1")),
            ("0.0.1", "127.0.0.1", Err(CookieRefusal::OtherDomain)),
            ("1", "127.0.0.1", Err(CookieRefusal::OtherDomain)),
            ("[::1]", "[::1]", host("[::1]")),
            ("::1", "[::1]", Err(CookieRefusal::OtherDomain)),
        ] {
            assert_eq!(of(domain, from), expected, "{domain} of {from}");
        }
        let url = Url::parse("https://a.com/").unwrap();
        assert_eq!(Domain::of(None, &url), host("a.com"));
        assert_eq!(Domain::of(Some(b"\xff.a.com"), &url), Err(CookieRefusal::OtherDomain));
    }

    #[test]
    fn cookies_of_a_host_are_kept_under_its_name_and_those_above_it() {
        for (url, expected) in [
            ("https://a.b.com", &["a.b.com", "b.com", "com"][..]),
            ("https://localhost:81", &["localhost"]),
            ("http://127.0.0.1", &["127.0.0.1"]),
            ("http://[::1]:81", &["[::1]"]),
        ] {
            assert_eq!(names(&Url::parse(url).unwrap()).collect::<Vec<_>>(), expected, "{url}");
        }
    }
}
