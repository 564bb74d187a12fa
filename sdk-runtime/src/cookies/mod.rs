//! The cookies of one login: a jar that belongs to one epoch of a session and is thrown away with it, so that a late
//! `Set-Cookie` of a former user cannot sign the next one's requests. Knows nothing of sessions.
//!
//! Its rules are those of RFC 6265bis, as browsers have them. Two are not: `SameSite` says which page may make a browser send a
//! cookie, and here no page makes a request; and a cookie that two origins share is shared by those alone that the client trusts.
//!
//! Without the feature `cookies` no cookie is taken or sent: a jar of the same surface that is always empty takes the place.

#[cfg(feature = "cookies")]
mod date;
#[cfg(feature = "cookies")]
mod domain;
mod dropped;
#[cfg(feature = "cookies")]
mod outcome;
#[cfg(feature = "cookies")]
mod set_cookie;

#[cfg(feature = "cookies")]
mod cookie_set;
#[cfg(feature = "cookies")]
mod jar;
#[cfg(feature = "cookies")]
mod schema;

#[cfg(not(feature = "cookies"))]
mod disabled;

#[cfg(not(feature = "cookies"))]
pub(crate) use disabled::{Jar, SetCookies};
pub use dropped::CookiesDropped;
#[cfg(feature = "cookies")]
pub(crate) use {jar::Jar, outcome::SetCookies};
