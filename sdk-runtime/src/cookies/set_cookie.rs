//! One `Set-Cookie` header (RFC 6265bis, sections 5.6 and 5.7), parsed byte by byte.

use std::time::{Duration, SystemTime};

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use url::Url;

use super::date;
use super::domain::Domain;
use super::outcome::{CookieRefusal, LIMIT};
use crate::request::base::may_carry_credentials;

/// The most bytes of an attribute's value.
const ATTRIBUTE_LIMIT: usize = 1024;

/// The longest life of a cookie: 400 days.
const LONGEST: Duration = Duration::from_secs(400 * 86_400);

/// The characters that are percent-encoded in the path of an address.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');

/// A cookie as it was set.
#[derive(Clone)]
pub(super) struct Cookie {
    pub(super) name: Box<[u8]>,
    pub(super) value: Box<[u8]>,
    pub(super) domain: Domain,
    pub(super) path: String,
    pub(super) is_secure: bool,
    pub(super) is_http_only: bool,
    pub(super) expires: Option<SystemTime>,
}

/// When a response arrived.
#[derive(Clone, Copy)]
pub(super) struct ResponseTime {
    pub(super) now: SystemTime,
    /// The same moment by the server's clock.
    pub(super) server: SystemTime,
}

impl Cookie {
    /// Returns the cookie that `line` sets in a response from `url`. It may have expired. `line` is a header
    /// value, so it has no control characters but tabs.
    pub(super) fn set(line: &[u8], url: &Url, arrival: ResponseTime) -> Result<Self, CookieRefusal> {
        let mut parts = line.split(|byte| *byte == b';');
        let (name, value) = named(parts.next().unwrap_or_default());
        if name.is_empty() && value.is_empty() {
            return Err(CookieRefusal::Malformed);
        }
        if name.len() + value.len() > LIMIT {
            return Err(CookieRefusal::TooLarge);
        }
        let attributes = Attributes::read(parts, arrival);
        let domain = Domain::of(attributes.domain, url)?;
        let path = attributes.path.filter(|path| path.starts_with(b"/"));
        let path = path.map_or_else(|| default_path(url), |path| percent_encode(path, ENCODED).to_string());
        if attributes.is_secure && !may_carry_credentials(url) {
            return Err(CookieRefusal::Insecure);
        }
        let is_whole_host = domain.is_host_only() && attributes.path.is_some() && path == "/";
        if (begins(name, b"__Secure-") && !attributes.is_secure)
            || (begins(name, b"__Host-") && !(attributes.is_secure && is_whole_host))
            || (name.is_empty() && (begins(value, b"__Secure-") || begins(value, b"__Host-")))
        {
            return Err(CookieRefusal::Prefix);
        }
        Ok(Self {
            name: name.into(),
            value: value.into(),
            domain,
            path,
            is_secure: attributes.is_secure,
            is_http_only: attributes.is_http_only,
            expires: attributes.max_age.or(attributes.expires),
        })
    }

    pub(super) fn has_expired(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whether it replaces `other` (RFC 6265bis, section 5.7).
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.path == other.path && self.domain == other.domain
    }

    /// Whether it is sent with a request to `url`, which is in its domain's branch (RFC 6265bis, section
    /// 5.8.3).
    pub(super) fn goes_to(&self, url: &Url, now: SystemTime) -> bool {
        (!self.domain.is_host_only() || url.host_str() == Some(self.domain.name()))
            && is_below(url.path(), &self.path)
            && (!self.is_secure || may_carry_credentials(url))
            && !self.has_expired(now)
    }

    /// Returns its bytes in a request.
    pub(super) fn len(&self) -> usize {
        self.name.len() + usize::from(!self.name.is_empty()) + self.value.len()
    }
}

/// The attributes of a cookie. The last one of a name counts.
#[derive(Default)]
struct Attributes<'a> {
    domain: Option<&'a [u8]>,
    path: Option<&'a [u8]>,
    is_secure: bool,
    is_http_only: bool,
    expires: Option<SystemTime>,
    max_age: Option<SystemTime>,
}

impl<'a> Attributes<'a> {
    fn read(parts: impl Iterator<Item = &'a [u8]>, arrival: ResponseTime) -> Self {
        let mut read = Self::default();
        for part in parts {
            let (name, value) = match part.iter().position(|byte| *byte == b'=') {
                Some(at) => (trimmed(&part[..at]), trimmed(&part[at + 1..])),
                None => (trimmed(part), &[][..]),
            };
            if value.len() > ATTRIBUTE_LIMIT {
                continue;
            }
            match name.to_ascii_lowercase().as_slice() {
                b"domain" => read.domain = Some(value),
                b"path" => read.path = Some(value),
                b"secure" => read.is_secure = true,
                b"httponly" => read.is_http_only = true,
                b"expires" => {
                    let date = date::parse(value).map(|date| arrival.ours(date));
                    read.expires = date.or(read.expires);
                }
                b"max-age" => {
                    let age = max_age(value).map(|age| arrival.after(age));
                    read.max_age = age.or(read.max_age);
                }
                _ => {}
            }
        }
        read
    }
}

impl ResponseTime {
    /// Returns the server's `date` by our clock.
    fn ours(self, date: SystemTime) -> SystemTime {
        self.after(date.duration_since(self.server).unwrap_or_default())
    }

    /// Returns the time `age` from now. A cookie with no age has expired.
    fn after(self, age: Duration) -> SystemTime {
        self.now.checked_add(age.min(LONGEST)).unwrap_or(self.now)
    }
}

/// Parses `Max-Age` in seconds (RFC 6265bis, section 5.6.2). A negative age is zero.
fn max_age(value: &[u8]) -> Option<Duration> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if digits.len() < value.len() {
        return Some(Duration::ZERO);
    }
    // A number that does not fit is the longest age.
    let seconds = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    Some(Duration::from_secs(seconds.unwrap_or(u64::MAX)))
}

/// Splits a pair into name and value. Without `=` the pair is the value of a cookie without a name.
pub(super) fn named(pair: &[u8]) -> (&[u8], &[u8]) {
    match pair.iter().position(|byte| *byte == b'=') {
        Some(at) => (trimmed(&pair[..at]), trimmed(&pair[at + 1..])),
        None => (&[], trimmed(pair)),
    }
}

fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

fn begins(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
}

/// Returns the directory of an address (RFC 6265bis, section 5.1.4).
fn default_path(url: &Url) -> String {
    let path = url.path();
    match path.rfind('/') {
        Some(at) if at > 0 => path[..at].to_owned(),
        _ => "/".to_owned(),
    }
}

/// Whether `path` is `directory` or below it (RFC 6265bis, section 5.1.4).
pub(super) fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || directory.ends_with('/'))
}
