//! The cookies of a jar by domain, within its limits. Each change makes a new set, which shares all domains
//! but the changed one. So a request or a change only looks at the cookies of a few domains.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use url::Url;

use super::domain::{is_in, names};
use super::dropped::CookiesDropped;
use super::outcome::CookieRefusal;
use super::set_cookie::{Cookie, is_below};

/// The largest number of cookies of one domain.
const OF_ONE_DOMAIN: usize = 50;

/// The largest number of all cookies.
const IN_ALL: usize = 3000;

/// A cookie of a jar.
pub(super) struct StoredCookie {
    pub(super) cookie: Arc<Cookie>,
    /// When it was first set, which a newer value does not change, and when it was last set or sent. Counts,
    /// not times.
    pub(super) created: u64,
    used: AtomicU64,
}

impl StoredCookie {
    pub(super) fn new(cookie: Arc<Cookie>, created: u64, used: u64) -> Arc<Self> {
        Arc::new(Self { cookie, created, used: AtomicU64::new(used) })
    }

    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    pub(super) fn use_at(&self, at: u64) {
        self.used.fetch_max(at, Ordering::Relaxed);
    }

    /// Returns the order of eviction: the least recently used first.
    pub(super) fn rank(&self) -> (u64, u64) {
        (self.used(), self.created)
    }
}

#[derive(Clone, Default)]
pub(super) struct CookieSet {
    domains: BTreeMap<Arc<str>, Arc<Vec<Arc<StoredCookie>>>>,
    len: usize,
}

impl CookieSet {
    /// Returns all cookies, in the order in which they were set.
    pub(super) fn all(&self) -> Vec<&Arc<StoredCookie>> {
        let mut all: Vec<_> = self.domains.values().flat_map(|kept| kept.iter()).collect();
        all.sort_by_key(|kept| kept.created);
        all
    }

    pub(super) fn has_any(&self, now: SystemTime) -> bool {
        self.domains.values().any(|kept| kept.iter().any(|kept| !kept.cookie.has_expired(now)))
    }

    /// Returns the cookies for a request to `url`: the longest path first, and then the one that was set
    /// first (RFC 6265bis, section 5.8.3).
    pub(super) fn to_send(&self, url: &Url, now: SystemTime) -> Vec<Arc<StoredCookie>> {
        let mut to_send: Vec<_> = names(url)
            .filter_map(|name| self.domains.get(name))
            .flat_map(|kept| kept.iter().filter(|kept| kept.cookie.goes_to(url, now)))
            .cloned()
            .collect();
        to_send.sort_by_key(|kept| (std::cmp::Reverse(kept.cookie.path.len()), kept.created));
        to_send
    }

    /// Replaces the same cookie by `cookie`, or removes it if `cookie` has expired. Evicts cookies beyond the
    /// limits.
    pub(super) fn put(
        &mut self,
        cookie: &Arc<Cookie>,
        at: u64,
        (now, is_secure_origin): (SystemTime, bool),
        dropped: &mut CookiesDropped,
    ) -> Result<(), CookieRefusal> {
        if !cookie.is_secure && !is_secure_origin && self.would_replace_a_secure_one(cookie) {
            return Err(CookieRefusal::Insecure);
        }
        let is_over = cookie.has_expired(now);
        let created = self.take(cookie).unwrap_or(at);
        if is_over {
            return Err(CookieRefusal::Expired);
        }
        self.add(StoredCookie::new(cookie.clone(), created, at));
        self.make_room(cookie.domain.name(), Some(now), dropped);
        Ok(())
    }

    pub(super) fn add(&mut self, kept: Arc<StoredCookie>) {
        let name = kept.cookie.domain.name();
        match self.domains.get_mut(name) {
            Some(of_domain) => Arc::make_mut(of_domain).push(kept),
            None => {
                self.domains.insert(name.into(), Arc::new(vec![kept]));
            }
        }
        self.len += 1;
    }

    /// Evicts the cookies beyond the limits of `domain` and of the jar: those that have expired at `now`
    /// first, and then the least recently used.
    pub(super) fn make_room(&mut self, domain: &str, now: Option<SystemTime>, dropped: &mut CookiesDropped) {
        let has_expired = |kept: &StoredCookie| now.is_some_and(|now| kept.cookie.has_expired(now));
        self.retain(domain, |kept| !has_expired(kept));
        while let Some(of_domain) = self.domains.get(domain).filter(|kept| kept.len() > OF_ONE_DOMAIN)
            && let Some(least) = of_domain.iter().min_by_key(|kept| kept.rank()).cloned()
        {
            self.remove(&least);
            dropped.of_one_domain += 1;
        }
        if self.len > IN_ALL {
            for domain in self.domains.keys().cloned().collect::<Vec<_>>() {
                self.retain(&domain, |kept| !has_expired(kept));
            }
            while self.len > IN_ALL
                && let Some(least) =
                    self.domains.values().flat_map(|kept| kept.iter()).min_by_key(|kept| kept.rank())
            {
                let least = least.clone();
                self.remove(&least);
                dropped.in_all += 1;
            }
        }
    }

    /// Removes this very cookie, if it is still there.
    pub(super) fn remove(&mut self, kept: &Arc<StoredCookie>) -> bool {
        let before = self.len;
        self.retain(kept.cookie.domain.name(), |other| !std::ptr::eq(other, &**kept));
        self.len < before
    }

    /// Removes the cookie that `cookie` replaces, and returns when that was first set.
    fn take(&mut self, cookie: &Cookie) -> Option<u64> {
        let of_domain = self.domains.get(cookie.domain.name())?;
        let same = of_domain.iter().find(|kept| kept.cookie.is_same(cookie))?.clone();
        self.remove(&same);
        Some(same.created)
    }

    fn retain(&mut self, domain: &str, keep: impl Fn(&StoredCookie) -> bool) {
        let Some(of_domain) = self.domains.get_mut(domain) else { return };
        let before = of_domain.len();
        if of_domain.iter().all(|kept| keep(kept)) {
            return;
        }
        Arc::make_mut(of_domain).retain(|kept| keep(kept));
        let left = of_domain.len();
        self.len -= before - left;
        if left == 0 {
            self.domains.remove(domain);
        }
    }

    /// Whether a `Secure` cookie of the same name goes to the same places (RFC 6265bis, section 5.7, "leave
    /// secure cookies alone").
    fn would_replace_a_secure_one(&self, cookie: &Cookie) -> bool {
        let domain = cookie.domain.name();
        let near = self.domains.iter().filter(|(name, _)| is_in(name, domain) || is_in(domain, name));
        near.flat_map(|(_, kept)| kept.iter()).any(|kept| {
            let other = &kept.cookie;
            other.is_secure && other.name == cookie.name && is_below(&cookie.path, &other.path)
        })
    }
}
