//! The cookies of one login. A jar belongs to one epoch of a session and is dropped with it, so that a late
//! `Set-Cookie` of a former user cannot sign the next user's requests.
//!
//! The rules are those of RFC 6265bis, as in browsers, with two exceptions. `SameSite` is ignored, because no
//! page makes these requests. A cookie that two origins share is sent only to origins that the client trusts.
//!
//! Without the feature `cookies` no cookie is stored or sent: an empty jar with the same methods takes the
//! place.

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
