//! The stored form of the cookies of a jar, as a part of the stored login.
//!
//! The form is that of `cookie_store`, which earlier versions used, with a number for the use. Each byte of a
//! cookie is stored as the character with its number.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cookie_set::{CookieSet, StoredCookie};
use super::date;
use super::domain::Domain;
use super::dropped::CookiesDropped;
use super::outcome::LIMIT;
use super::set_cookie::{Cookie, named};

#[derive(Serialize, Deserialize)]
struct CookieRecord {
    /// `name=value; HttpOnly; Secure`
    raw_cookie: String,
    /// The path, and whether it was an attribute.
    path: (String, bool),
    domain: DomainRecord,
    expires: ExpiryRecord,
    /// When it was last set or sent, relative to other cookies.
    #[serde(default)]
    used: u64,
}

#[derive(Serialize, Deserialize)]
enum DomainRecord {
    HostOnly(String),
    Suffix(String),
}

#[derive(Serialize, Deserialize)]
enum ExpiryRecord {
    AtUtc(String),
    SessionEnd,
}

/// Returns all cookies in the order in which they were set, session cookies included, or `None` if there are
/// none.
pub(super) fn write(cookies: &CookieSet) -> Option<serde_json::Value> {
    let written: Vec<_> = cookies.all().into_iter().map(|kept| CookieRecord::of(kept)).collect();
    (!written.is_empty()).then(|| serde_json::to_value(written).ok()).flatten()
}

/// Reads stored cookies, within the limits, and the highest number of their uses.
pub(super) fn read(written: serde_json::Value, dropped: &mut CookiesDropped) -> Option<(CookieSet, u64)> {
    let written: Vec<CookieRecord> = serde_json::from_value(written).ok()?;
    let mut last = u64::try_from(written.len()).ok()?;
    let mut cookies = CookieSet::default();
    for (at, written) in written.into_iter().enumerate() {
        let (created, used) = (u64::try_from(at).ok()?, written.used);
        let cookie = written.read()?;
        last = last.max(used);
        if cookie.name.len() + cookie.value.len() > LIMIT {
            dropped.too_large += 1;
            continue;
        }
        let kept = StoredCookie::new(Arc::new(cookie), created, used);
        cookies.add(kept.clone());
        cookies.make_room(kept.cookie.domain.name(), None, dropped);
    }
    Some((cookies, last))
}

impl CookieRecord {
    fn of(kept: &StoredCookie) -> Self {
        let cookie = &kept.cookie;
        let mut raw_cookie = text(&cookie.name) + "=" + &text(&cookie.value);
        for (attribute, is_set) in [("; HttpOnly", cookie.is_http_only), ("; Secure", cookie.is_secure)] {
            if is_set {
                raw_cookie.push_str(attribute);
            }
        }
        Self {
            raw_cookie,
            path: (cookie.path.clone(), true),
            domain: match cookie.domain.clone() {
                Domain::Host(name) => DomainRecord::HostOnly(name),
                Domain::Suffix(name) => DomainRecord::Suffix(name),
            },
            expires: match cookie.expires {
                Some(expires) => ExpiryRecord::AtUtc(date::written(expires)),
                None => ExpiryRecord::SessionEnd,
            },
            used: kept.used(),
        }
    }

    fn read(self) -> Option<Cookie> {
        let raw_cookie = bytes(&self.raw_cookie)?;
        let mut parts = raw_cookie.split(|byte| *byte == b';');
        let (name, value) = named(parts.next()?);
        let attributes: Vec<_> = parts.map(named).filter(|(name, _)| name.is_empty()).collect();
        let has = |attribute| attributes.iter().any(|(_, other)| other.eq_ignore_ascii_case(attribute));
        // A cookie that no header can hold would prevent all others from being sent.
        http::HeaderValue::from_bytes(name).and(http::HeaderValue::from_bytes(value)).ok()?;
        Some(Cookie {
            name: name.into(),
            value: value.into(),
            domain: Domain::read(match self.domain {
                DomainRecord::HostOnly(name) => Domain::Host(name),
                DomainRecord::Suffix(name) => Domain::Suffix(name),
            }),
            path: self.path.0,
            is_secure: has(b"secure"),
            is_http_only: has(b"httponly"),
            expires: match self.expires {
                ExpiryRecord::AtUtc(time) => Some(date::read(&time)?),
                ExpiryRecord::SessionEnd => None,
            },
        })
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|char| u8::try_from(char).ok()).collect()
}
