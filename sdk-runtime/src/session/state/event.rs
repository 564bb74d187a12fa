//! What an application sees of a session: `SessionState`, `Login` and `SessionEvent`.

use std::fmt;
use std::sync::Arc;

use super::snapshot::{Phase, Snapshot, View};
use crate::cookies::CookiesDropped;
use crate::error::{RefreshUnavailable, SessionExpired, StoreError};
use crate::secret::{AccessToken, RefreshToken};

/// The state of a session at one moment.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SessionState {
    /// The store has not been read yet. The first call reads it.
    Unloaded,
    /// No user is signed in.
    SignedOut,
    /// A user is signed in. There is a new one with every refresh.
    SignedIn(Login),
    /// The login is over. Only a new sign-in helps.
    Expired(SessionExpired),
    /// The session was closed.
    Closed,
}

impl SessionState {
    /// Whether calls can be signed, possibly after a refresh.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        matches!(self, Self::SignedIn(_))
    }

    pub(crate) fn of(view: &View) -> Self {
        match &view.phase {
            Phase::Unloaded => Self::Unloaded,
            Phase::SignedOut => Self::SignedOut,
            Phase::Active(snapshot) => Self::SignedIn(Login::new(snapshot.clone())),
            Phase::Expired(expired) => Self::Expired(expired.clone()),
            Phase::Closed => Self::Closed,
        }
    }
}

/// A login with one access token.
#[derive(Clone)]
pub struct Login(Arc<Snapshot>);

impl Login {
    pub(crate) fn new(snapshot: Arc<Snapshot>) -> Self {
        Self(snapshot)
    }

    /// Grows with every sign-in and every refresh of the session.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.0.version.generation
    }

    /// Changes with every sign-in, and with no refresh. Data of another epoch belongs to another login.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.0.version.epoch
    }

    /// The user, if the tokens said so.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.0.tokens.subject.as_deref()
    }

    /// The granted scopes, if the tokens said so.
    #[must_use]
    pub fn scopes(&self) -> Option<&[String]> {
        self.0.tokens.scopes.as_deref()
    }

    /// The refresh token, for keeping the login across restarts. `None` if there is none to hold.
    ///
    /// A server that rotates it spends it with the next refresh, so keep the one of every
    /// [`SessionState::SignedIn`].
    #[must_use]
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        self.0.tokens.refresh.as_ref()
    }

    /// The access token, for use outside the client. `None` if cookies sign.
    #[must_use]
    pub fn access_token(&self) -> Option<&AccessToken> {
        self.0.tokens.access.as_ref()
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("generation", &self.generation()).finish_non_exhaustive()
    }
}

/// An event of a session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SessionEvent {
    /// A user signed in, here or in another process that shares the store.
    SignedIn(Login),
    /// The login was read from the store: after a restart, or after a pool has evicted it. Its sign-in was
    /// reported before.
    Loaded(Login),
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::runtime::Now;
    use crate::session::state::snapshot::Version;
    use crate::session::token::Tokens;

    #[test]
    fn a_login_tells_its_numbers_and_what_the_tokens_said() {
        let now = Now { mono: crate::runtime::now(), wall: SystemTime::UNIX_EPOCH };
        let version = Version { epoch: 7, generation: 3 };
        let login = |subject: Option<&str>, scopes: Option<Vec<String>>| {
            let (subject, scopes) = (subject.map(Into::into), scopes.map(Into::into));
            let tokens = Tokens { subject, scopes, ..Tokens::new("access") };
            let age = (None, Duration::ZERO, now);
            Login::new(Arc::new(Snapshot::new(version, tokens, (None, None), Arc::default(), age)))
        };
        let scopes = vec!["read".to_owned(), "write".to_owned()];
        let told = login(Some("ann"), Some(scopes.clone()));
        assert_eq!((told.epoch(), told.generation()), (7, 3));
        assert_eq!((told.subject(), told.scopes()), (Some("ann"), Some(&scopes[..])));
        let untold = login(None, None);
        assert_eq!((untold.subject(), untold.scopes()), (None, None));
    }
}
