//! Events of a session that an application can subscribe to.

use super::login::Login;
use crate::cookies::CookiesDropped;
use crate::error::{RefreshUnavailable, SessionExpired, StoreError};

/// An event of a session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SessionEvent {
    /// A user signed in, here or in another process that shares the store, or a login was found in the
    /// store.
    SignedIn(Login),
    /// The access token was refreshed, here or in another process.
    Refreshed(Login),
    /// A refresh failed. No refresh starts until [`retry_after`](RefreshUnavailable::retry_after).
    RefreshFailing(RefreshUnavailable),
    /// The login is over. Only a new sign-in helps.
    Expired(SessionExpired),
    /// The user signed out, here or in another process.
    SignedOut,
    /// The store does not have the present login. It is written again until it does, and lost if the
    /// process ends before that. A login that the store never had works meanwhile. Also sent if
    /// [`Session::resume`](crate::Session::resume) could not read the store. If another process has signed
    /// in meanwhile, nothing is written again: the next refresh finds that login.
    StoreDegraded(StoreError),
    /// The store has the present login again.
    StoreRecovered,
    /// The jar had no room for all cookies of the login, and some were dropped.
    CookiesDropped(CookiesDropped),
    /// The session was closed. No event follows.
    Closed,
    /// The subscriber was too slow and missed this many events. [`Session::state`](crate::Session::state)
    /// has the present state.
    Missed(u64),
}
