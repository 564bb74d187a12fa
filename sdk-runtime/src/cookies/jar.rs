//! `Jar`: a cookie jar with limits, which requests read without a lock.

use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwap, Guard};
use http::header::{HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

use super::cookie_set::{CookieSet, StoredCookie};
use super::dropped::CookiesDropped;
use super::outcome::SetCookies;
use super::schema;
use super::set_cookie::{Cookie, ResponseTime};
use crate::date::server_time;
use crate::request::base::may_carry_credentials;
use crate::runtime::Clock;

/// The most bytes of cookies in one request.
const OF_ONE_REQUEST: usize = 16 << 10;

/// A cookie jar (RFC 6265bis).
#[derive(Default)]
pub(crate) struct Jar {
    /// Unset until the first cookie, because most logins have none.
    cookies: OnceLock<ArcSwap<CookieSet>>,
    /// Counts the uses of cookies.
    uses: AtomicU64,
    dropped: DropCounters,
}

impl Jar {
    /// Returns a new jar with the same cookies.
    pub(crate) fn fork(&self) -> Self {
        let fork = self.cookies().map(|cookies| {
            let mut fork = CookieSet::default();
            for kept in cookies.all() {
                fork.add(StoredCookie::new(kept.cookie.clone(), kept.created, kept.used()));
            }
            ArcSwap::from_pointee(fork)
        });
        Self {
            cookies: fork.map(OnceLock::from).unwrap_or_default(),
            uses: AtomicU64::new(self.uses.load(Ordering::Relaxed)),
            dropped: DropCounters::default(),
        }
    }

    /// Returns the cookies as they are stored, session cookies included, or `None` if there are none.
    pub(crate) fn written(&self) -> Option<serde_json::Value> {
        schema::write(&*self.cookies()?)
    }

    /// Returns a jar with the cookies that [`written`](Self::written) has returned.
    pub(crate) fn read(written: serde_json::Value) -> Option<Self> {
        let mut dropped = CookiesDropped::default();
        let (cookies, uses) = schema::read(written, &mut dropped)?;
        let jar = Self {
            cookies: OnceLock::from(ArcSwap::from_pointee(cookies)),
            uses: AtomicU64::new(uses),
            dropped: DropCounters::default(),
        };
        jar.dropped.add(&dropped);
        Some(jar)
    }

    /// Returns the `Cookie` header for a request to `url`, if any cookie is sent there. Cookies beyond the
    /// limit leave the jar.
    pub(crate) fn header(&self, url: &Url, clock: &Clock) -> Option<HeaderValue> {
        let mut to_send = self.cookies()?.to_send(url, clock.wall());
        self.keep_to_the_limit(&mut to_send);
        let at = self.count(1);
        let mut header = Vec::new();
        for kept in &to_send {
            kept.use_at(at);
            let Cookie { name, value, .. } = &*kept.cookie;
            if !header.is_empty() {
                header.extend_from_slice(b"; ");
            }
            if !name.is_empty() {
                header.extend_from_slice(name);
                header.push(b'=');
            }
            header.extend_from_slice(value);
        }
        let mut header = HeaderValue::from_bytes(&header).ok().filter(|header| !header.is_empty())?;
        header.set_sensitive(true);
        Some(header)
    }

    /// Returns the value of the cookie `name` that is sent to `url`, the one that is sent first.
    pub(crate) fn value(&self, url: &Url, name: &str, clock: &Clock) -> Option<Vec<u8>> {
        let sent = self.cookies()?.to_send(url, clock.wall());
        let named = sent.iter().find(|kept| *kept.cookie.name == *name.as_bytes());
        named.map(|kept| kept.cookie.value.to_vec()).filter(|value| !value.is_empty())
    }

    /// Returns the value of the cookie `name`. Of several, that of the longest path counts, and then the one
    /// that was set first.
    pub(crate) fn named(&self, name: &str, clock: &Clock) -> Option<Vec<u8>> {
        let (cookies, now) = (self.cookies()?, clock.wall());
        let mut named: Vec<_> = cookies
            .all()
            .into_iter()
            .filter(|kept| *kept.cookie.name == *name.as_bytes() && !kept.cookie.has_expired(now))
            .collect();
        named.sort_by_key(|kept| std::cmp::Reverse(kept.cookie.path.len()));
        named.first().map(|kept| kept.cookie.value.to_vec())
    }

    /// Stores the cookies of a response from `url`, except those that `url` may not set.
    pub(crate) fn store(&self, headers: &HeaderMap, url: &Url, clock: &Clock) -> SetCookies {
        let mut refused = SetCookies::default();
        let mut lines = headers.get_all(SET_COOKIE).iter().peekable();
        if lines.peek().is_none() {
            return refused;
        }
        let now = clock.wall();
        let arrival = ResponseTime { now, server: server_time(headers, || now) };
        let mut news = Vec::new();
        for line in lines {
            match Cookie::set(line.as_bytes(), url, arrival) {
                Ok(cookie) => news.push(Arc::new(cookie)),
                Err(why) => refused.refuse(why),
            }
        }
        let from = (now, may_carry_credentials(url));
        let first = self.count(news.len());
        let (mut received, mut dropped) = (refused.clone(), CookiesDropped::default());
        if !news.is_empty() {
            // Repeated if another response was faster.
            self.cookies.get_or_init(ArcSwap::default).rcu(|current| {
                (received, dropped) = (refused.clone(), CookiesDropped::default());
                let mut next = CookieSet::clone(current);
                for (at, cookie) in (first..).zip(&news) {
                    if let Err(why) = next.put(cookie, at, from, &mut dropped) {
                        received.refuse(why);
                    }
                }
                next
            });
        }
        dropped.too_large = received.too_large();
        self.dropped.add(&dropped);
        received
    }

    /// Returns why no request can be signed if the jar has no cookie. `received` is the outcome of the last
    /// response.
    pub(crate) fn why_empty(&self, received: Option<&SetCookies>, clock: &Clock) -> Option<String> {
        let now = clock.wall();
        if self.cookies().is_some_and(|cookies| cookies.has_any(now)) {
            return None;
        }
        Some(received.map_or_else(|| "no answer has set one".to_owned(), SetCookies::why_none))
    }

    /// Whether a cookie was dropped since [`take_dropped`](Self::take_dropped).
    pub(crate) fn has_dropped(&self) -> bool {
        self.dropped.counts().into_iter().any(|count| count.load(Ordering::Relaxed) > 0)
    }

    /// Returns what was dropped since the last call, if anything was.
    pub(crate) fn take_dropped(&self) -> Option<CookiesDropped> {
        self.dropped.take()
    }

    /// Removes the least recently used cookies from `to_send` and the jar, until the rest fits one request.
    fn keep_to_the_limit(&self, to_send: &mut Vec<Arc<StoredCookie>>) {
        let mut bytes = to_send.iter().map(|kept| kept.cookie.len() + 2).sum::<usize>().saturating_sub(2);
        if bytes <= OF_ONE_REQUEST {
            return;
        }
        let mut by_use = to_send.clone();
        by_use.sort_by_key(|kept| kept.rank());
        by_use.retain(|kept| {
            let is_beyond = bytes > OF_ONE_REQUEST;
            if is_beyond {
                bytes = bytes.saturating_sub(kept.cookie.len() + 2);
            }
            is_beyond
        });
        to_send.retain(|kept| !by_use.iter().any(|beyond| Arc::ptr_eq(kept, beyond)));
        let mut removed = 0;
        self.cookies.get_or_init(ArcSwap::default).rcu(|current| {
            let mut next = CookieSet::clone(current);
            removed = by_use.iter().map(|kept| u32::from(next.remove(kept))).sum();
            next
        });
        self.dropped.add(&CookiesDropped { of_one_request: removed, ..CookiesDropped::default() });
    }

    fn cookies(&self) -> Option<Guard<Arc<CookieSet>>> {
        self.cookies.get().map(ArcSwap::load)
    }

    /// Returns the first of the next `uses` numbers.
    fn count(&self, uses: usize) -> u64 {
        self.uses.fetch_add(u64::try_from(uses).unwrap_or_default(), Ordering::Relaxed) + 1
    }
}

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jar(..)")
    }
}

/// [`CookiesDropped`], counted by many threads.
#[derive(Default)]
struct DropCounters {
    too_large: AtomicU32,
    of_one_domain: AtomicU32,
    in_all: AtomicU32,
    of_one_request: AtomicU32,
}

impl DropCounters {
    fn counts(&self) -> [&AtomicU32; 4] {
        [&self.too_large, &self.of_one_domain, &self.in_all, &self.of_one_request]
    }

    fn add(&self, dropped: &CookiesDropped) {
        let CookiesDropped { too_large, of_one_domain, in_all, of_one_request } = *dropped;
        for (count, more) in self.counts().into_iter().zip([too_large, of_one_domain, in_all, of_one_request])
        {
            count.fetch_add(more, Ordering::Relaxed);
        }
    }

    fn take(&self) -> Option<CookiesDropped> {
        let [too_large, of_one_domain, in_all, of_one_request] =
            self.counts().map(|count| count.swap(0, Ordering::Relaxed));
        let dropped = CookiesDropped { too_large, of_one_domain, in_all, of_one_request };
        (dropped != CookiesDropped::default()).then_some(dropped)
    }
}

#[cfg(test)]
#[path = "jar_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "jar_limits_tests.rs"]
mod limits_tests;
