//! `Base`: the base URL of a client, and its trusted origins.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use url::{Host, Position, Url};

use super::assemble::UrlParts;

/// Plaintext origins that a credential may travel to, if it is for them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Insecure(Arc<Vec<Url>>);

impl Insecure {
    pub(crate) fn origins(&self) -> &[Url] {
        &self.0
    }
}

/// The start of every address of a client: scheme, host, and a path prefix without a slash at its end. Also
/// the other origins that its credentials may go to.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    url: Url,
    prefix: String,
    url_parts: UrlParts,
    trusted: Vec<Url>,
    insecure: Insecure,
    /// Distinguishes bases.
    id: u64,
}

impl Base {
    /// Parses an absolute http or https address without user, query and fragment.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text)
            .map_err(|_| "is not an absolute URL: write scheme and host, as in `https://api.example/v1`")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("must begin with `https://` or `http://`");
        }
        if names_a_user(&url) {
            return Err(
                "must not hold a user or a password: they would show in logs; use `.bearer(…)` or a header",
            );
        }
        if url.query().is_some() {
            return Err("must not have a query: declare it with `#[query]`");
        }
        if url.fragment().is_some() {
            return Err("must not have a fragment: fragments are never sent");
        }
        let prefix = url.as_str().trim_end_matches('/').to_owned();
        let id = BuildHasherDefault::<DefaultHasher>::default().hash_one(&prefix);
        let url_parts = UrlParts::of(&url);
        Ok(Self { url, prefix, url_parts, trusted: Vec::new(), insecure: Insecure::default(), id })
    }

    /// Returns the number that distinguishes this base from any other.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Returns the origin `text`, to which credentials may travel.
    pub(crate) fn origin_for_credentials(&self, text: &str) -> Result<Url, String> {
        let url = origin(text).ok_or("must be scheme and host alone, as in `https://uploads.example`")?;
        if !self.may_carry_credentials(&url) {
            return Err(format!(
                "would get a credential in the clear: it must begin with `https://`, or be `localhost` or a \
                 loopback address; if the network protects the traffic, write `.allow_insecure(\"{}\")` at \
                 the builder of the client",
                url.origin().ascii_serialization()
            ));
        }
        Ok(url)
    }

    /// Adds an origin that is trusted as the client's own.
    pub(crate) fn trust(&mut self, text: &str) -> Result<(), String> {
        let url = self.origin_for_credentials(text)?;
        self.trusted.push(url);
        Ok(())
    }

    /// Lets credentials travel in plaintext to an origin, if they are for it. It is not trusted for that.
    pub(crate) fn allow_insecure(&mut self, text: &str) -> Result<(), &'static str> {
        let url = origin(text).filter(|url| url.scheme() == "http");
        Arc::make_mut(&mut self.insecure.0).push(url.ok_or(
            "must be `http://`, a host and the port if it is not 80, as in `http://backend.internal:8080`",
        )?);
        Ok(())
    }

    /// Allows the origins that another base allows.
    pub(crate) fn allowing(self, insecure: Insecure) -> Self {
        Self { insecure, ..self }
    }

    /// Returns the origins of [`allow_insecure`](Self::allow_insecure).
    pub(crate) fn insecure(&self) -> &Insecure {
        &self.insecure
    }

    /// Whether a credential that is for `url` may travel to it.
    pub(crate) fn may_carry_credentials(&self, url: &Url) -> bool {
        may_carry_credentials(url) || self.insecure.0.iter().any(|allowed| is_same_origin(allowed, url))
    }

    /// Returns the address as text, without a slash at its end.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the places of scheme and host in all addresses that begin with the prefix.
    pub(super) fn url_parts(&self) -> UrlParts {
        self.url_parts
    }

    /// Returns the address.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Whether `url` is of this client's own origin or a trusted one.
    pub(crate) fn trusts(&self, url: &Url) -> bool {
        self.origins().any(|own| is_same_origin(own, url))
    }

    fn origins(&self) -> impl Iterator<Item = &Url> {
        std::iter::once(&self.url).chain(&self.trusted)
    }
}

/// Parses an origin: scheme, host and port alone.
fn origin(text: &str) -> Option<Url> {
    Base::parse(text).ok().map(|base| base.url).filter(|url| url.path() == "/")
}

/// The most bytes of an address that `http::Uri` accepts, and with it every transport.
pub(crate) const ADDRESS_LIMIT: usize = u16::MAX as usize - 1;

/// Whether `url` is too long for every transport.
pub(crate) fn is_too_long(url: &Url) -> bool {
    url.as_str().len() > ADDRESS_LIMIT
}

/// Whether both have the same origin (RFC 6454).
pub(crate) fn is_same_origin(one: &Url, other: &Url) -> bool {
    // The text decides it for most, and costs less.
    one[..Position::BeforePath] == other[..Position::BeforePath]
        || (one.scheme() == other.scheme()
            && one.host() == other.host()
            && one.port_or_known_default() == other.port_or_known_default())
}

/// Whether the address contains a user or a password.
pub(crate) fn names_a_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether a credential may travel to `url`: over TLS, or on this machine, which is `localhost`,
/// `127.0.0.0/8` and `[::1]`.
///
/// Names that DNS may resolve do not count: `x.localhost`, and `localhost.` with a dot at its end. Neither
/// does an IPv4 address in the form of IPv6, `[::ffff:127.0.0.1]`.
pub(crate) fn may_carry_credentials(url: &Url) -> bool {
    url.scheme() == "https"
        || match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_keeps_its_prefix_and_loses_its_last_slash() {
        for (given, prefix, path) in [
            ("https://a.example", "https://a.example", ""),
            ("https://a.example/", "https://a.example", ""),
            ("https://a.example/api/v1", "https://a.example/api/v1", "/api/v1"),
            ("https://a.example/api/v1/", "https://a.example/api/v1", "/api/v1"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", ""),
        ] {
            let base = Base::parse(given).unwrap();
            let path_start = base.url_parts().path_start();
            assert_eq!((base.prefix(), &base.prefix()[path_start..]), (prefix, path), "{given}");
        }
    }

    #[test]
    fn bases_are_told_apart_by_what_stands_in_front_of_paths() {
        let id = |given| Base::parse(given).unwrap().id();
        assert_eq!(id("https://a.example/v1"), id("https://A.example:443/v1/"));
        let all =
            ["https://a.example", "https://a.example/v1", "https://b.example", "http://a.example"].map(id);
        assert!((1..all.len()).all(|at| !all[..at].contains(&all[at])), "{all:?}");
    }

    #[test]
    fn an_address_is_too_long_above_65534_bytes() {
        for (length, is_long) in [(65_533, false), (65_534, false), (65_535, true), (65_536, true)] {
            let url = format!("https://a.example/{}", "x".repeat(length - "https://a.example/".len()));
            assert_eq!(is_too_long(&Url::parse(&url).unwrap()), is_long, "{length}");
        }
    }

    #[test]
    fn a_base_that_cannot_be_one_is_refused() {
        for given in [
            "",
            "/v1",
            "api.example",
            "ftp://a.example",
            "https://a.example?x=1",
            "https://a.example/#x",
            "https://user:password@a.example",
            "https://",
        ] {
            assert!(Base::parse(given).is_err(), "{given}");
        }
    }

    #[test]
    fn a_trusted_origin_is_nothing_but_an_origin() {
        let mut base = Base::parse("https://a.example/v1").unwrap();
        for given in ["https://b.example", "https://c.example:8443/", "http://localhost:9000"] {
            assert!(!base.trusts(&Url::parse(given).unwrap()));
            base.trust(given).unwrap();
            assert!(base.trusts(&Url::parse(given).unwrap().join("/x?y").unwrap()), "{given}");
        }
        for given in [
            "",
            "b.example",
            "https://b.example/v1",
            "https://b.example?x",
            "https://u@b.example",
            "http://b.example",
        ] {
            assert!(base.trust(given).is_err(), "{given}");
        }
        assert!(!base.trusts(&Url::parse("https://c.example").unwrap()));
    }

    #[test]
    fn i22_credentials_travel_over_tls_or_not_at_all() {
        for (url, may) in [
            ("https://a.example", true),
            ("http://a.example", false),
            ("http://localhost:1", true),
            ("http://LOCALHOST", true),
            ("http://api.localhost", false),
            ("http://evillocalhost", false),
            ("http://localhostevil", false),
            ("http://localhos", false),
            ("http://localhost.", false),
            ("http://[::]", false),
            ("http://[::2]", false),
            ("http://126.255.255.255", false),
            ("http://127.0.0.0", true),
            ("http://127.255.255.255", true),
            ("ftp://a.example", false),
            ("http://[::ffff:127.0.0.1]", false),
            ("http://[::ffff:7f00:1]", false),
            ("http://0x7f.1", true),
            ("http://128.0.0.1", false),
            ("http://127.0.0.2", true),
            ("http://[::1]:9", true),
            ("http://localhost.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(may_carry_credentials(&Url::parse(url).unwrap()), may, "I22: {url}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let base = Base::parse("https://a.example/v1").unwrap();
        for (url, same) in [
            ("https://a.example:443/other", true),
            ("https://a.example:444/", false),
            ("http://a.example/", false),
            ("https://b.example/", false),
        ] {
            assert_eq!(base.trusts(&Url::parse(url).unwrap()), same, "{url}");
        }
    }
}
