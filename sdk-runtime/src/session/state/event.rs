//! `SessionEvent`: what an application can be told about a session.

use super::login::Login;
use crate::cookies::CookiesDropped;
use crate::error::{RefreshUnavailable, SessionExpired, StoreError};

/// Something that happened to a session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SessionEvent {
    /// Somebody signed in, here or in another process that shares the store, or a login was found in the store.
    SignedIn(Login),
    /// The access token was refreshed, here or in another process.
    Refreshed(Login),
    /// A refresh could not be had; [`retry_after`](RefreshUnavailable::retry_after) tells until when none is tried.
    RefreshFailing(RefreshUnavailable),
    /// The login is over; only a new sign-in helps.
    Expired(SessionExpired),
    /// Somebody signed out, here or in another process.
    SignedOut,
    /// The store does not have the present login, and is written again until it does. What it could not take is lost if the
    /// process ends before. A login that it never had goes on working meanwhile. Told, too, where [`Session::resume`](crate::Session::resume)
    /// could not read it. (Where another process has signed in meanwhile it is not written again: the next refresh finds that login.)
    StoreDegraded(StoreError),
    /// The store has the present login again.
    StoreRecovered,
    /// The cookies of the login are more than fit into their jar, and some of them were dropped.
    CookiesDropped(CookiesDropped),
    /// The session was closed. Nothing follows.
    Closed,
    /// This subscriber was so slow that it missed as many events. [`Session::state`](crate::Session::state) tells where things stand.
    Missed(u64),
}
