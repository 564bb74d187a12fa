//! One login: its tokens, its refreshes, its state and its events.
//!
//! [`Session`] is the handle. [`TokenRequest`] and [`TokenResponse`] connect your types with it.

mod acquire;
mod handle;
mod host;
mod observe;
mod persistence;
mod refresh;
mod refresh_task;
mod shell;
mod shutdown;
mod shutdown_signal;
mod state;
mod store_client;
mod stored;
mod token;
mod wait_budget;
mod write_progress;

use std::fmt;
use std::sync::Arc;

pub use crate::cookies::CookiesDropped;
pub use crate::secret::{AccessToken, RefreshToken};
pub use observe::{SessionEvents, StateWatch};
pub use refresh::RefreshSource;
#[doc(hidden)]
pub use refresh::{RefreshEndpoint, TokenAnswer};
pub use state::{Login, RefreshInAdvance, SessionEvent, SessionState};
pub use token::{Attach, Grant, Needs, RefreshBearer, Refusal, TokenRequest, TokenResponse, Tokens, Verdict};

pub(crate) use host::Host;
pub(crate) use observe::EventSink;
pub(crate) use persistence::StoreTime;
pub(crate) use refresh::{
    EndpointRefresh, RefreshConfig, Refresher, Revoke, Source, SourceRefresh, keeps_login,
};
pub(crate) use shell::Shell;
pub(crate) use state::{Discarded, EndpointId, EvictedSession, Identity, Phase, Rejection, Snapshot};
#[cfg(feature = "oauth2")]
pub(crate) use token::Binding;
pub(crate) use token::{AcceptsOrigin, Attachment, Judge, Moves, Provided};
pub(crate) use wait_budget::WaitBudget;

use crate::error::{Error, InvalidRequest, StoreError};
use crate::request::base::Insecure;
use crate::runtime::Now;
use crate::store::TokenStore;
use handle::Handle;

/// The session of one login. It is cheap to clone, and every client built with it shares it.
///
/// When the last handle and the last client are dropped, only a refresh that was already sent continues.
#[derive(Clone)]
pub struct Session {
    shell: Handle,
    /// What the builder of the client allowed whose handle this is.
    insecure: Insecure,
}

impl Session {
    pub(crate) fn new(host: Arc<Host>, store: Option<Arc<dyn TokenStore>>) -> Self {
        Self { shell: Handle::new(Shell::new(host, store)), insecure: Insecure::default() }
    }

    /// Returns the handle of a client that may send credentials in plaintext to `insecure`.
    pub(crate) fn allowing(self, insecure: Insecure) -> Self {
        Self { insecure, ..self }
    }

    /// Returns the plaintext origins that the builder of the client allowed.
    pub(crate) fn insecure(&self) -> &Insecure {
        &self.insecure
    }

    pub(crate) fn shell(&self) -> &Arc<Shell> {
        &self.shell
    }

    /// Returns what a pool has to remember if it evicts the session. `None` if it may not be evicted: a
    /// caller has a handle, a task is at work, or the session knows what cannot be remembered.
    pub(crate) fn may_be_evicted(&mut self, now: Now) -> Option<EvictedSession> {
        // A task at work holds the shell.
        let is_alone = Arc::get_mut(self.shell.alone()?).is_some();
        match self.shell.follows_busy_predecessor() {
            // The next session of the store would not wait for the predecessor.
            true => None,
            false => self.shell.lock().core.may_be_evicted(is_alone, now),
        }
    }

    /// Whether a user is signed in. Drops nothing of the user's.
    pub(crate) fn is_signed_in(&self) -> bool {
        matches!(self.shell.lock().core.view().phase, Phase::Active(_))
    }

    /// Starts a login with tokens obtained elsewhere, in place of the present one. Calls in progress for
    /// another user end with [`Error::IdentityChanged`].
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] for a token that no header can hold, or if cookies sign the calls and
    /// there is none. [`Error::Closed`] after [`close`](Self::close).
    pub fn sign_in(&self, tokens: Tokens) -> Result<(), Error> {
        self.shell.sign_in(tokens, None, None, None)
    }

    /// Ends the login without telling the server. A refresh in progress does not sign in again.
    ///
    /// A store is cleared in the background. Await [`flush`](Self::flush) to be sure of it: a program that
    /// ends before that is signed in again at its next start.
    pub fn sign_out(&self) {
        // A closed session stays signed out.
        let _ = self.shell.sign_out(None);
    }

    /// Refreshes the access token now, even if it is fresh, and waits for the result. Use it if only a new
    /// token has what is needed, such as a role that was just granted. Joins a refresh in progress, and
    /// does not wait for the end of a cool-down.
    ///
    /// # Errors
    ///
    /// Those of a call that needs a refresh. [`Error::NotSignedIn`] without a login.
    /// [`Error::InvalidRequest`] if no client of this session has a `#[session(refresh)]`.
    ///
    /// # Cancel safety
    ///
    /// The refresh continues when the future is dropped.
    pub async fn refresh(&self) -> Result<(), Error> {
        self.shell.spawner.run(self.shell.refresh()).await
    }

    /// Returns the access token for use outside the client, such as a WebSocket or another SDK. Refreshes
    /// it first if it has lapsed or was rejected, together with the calls that wait. If this starts a
    /// refresh in advance, it waits for it up to 2 s, as a call does.
    ///
    /// # Errors
    ///
    /// Those of a call that is never sent. [`Error::InvalidRequest`] if cookies sign the calls and there is
    /// no token.
    ///
    /// # Cancel safety
    ///
    /// As [`refresh`](Self::refresh).
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        let snapshot = self.shell.spawner.run(self.shell.current_credential()).await?;
        snapshot.tokens.access.clone().ok_or_else(|| {
            InvalidRequest::new("access_token", "is none: cookies sign the calls of this session").into()
        })
    }

    /// Reads the store, and returns at once if a user is signed in. Call it at the start of a program to
    /// learn whether the user has to sign in.
    ///
    /// Without a login it signs in with a refresh alone, if there is a refresh endpoint that can do so: with
    /// a refresh token in a stored cookie, or with the credentials of a program, from which a
    /// [`TokenRequest`] is built with an empty [`Grant`].
    ///
    /// # Errors
    ///
    /// [`Error::NotSignedIn`] if there is nothing to resume. [`Error::SessionExpired`] after the end of a
    /// login, since only a sign-in helps then. [`Error::RefreshUnavailable`] if the refresh fails for now.
    /// [`Error::InvalidRequest`] if no client of this session has a `#[session(refresh)]`.
    ///
    /// # Cancel safety
    ///
    /// As [`refresh`](Self::refresh).
    pub async fn resume(&self) -> Result<(), Error> {
        self.shell.spawner.run(self.shell.resume()).await
    }

    /// Returns the value of the cookie `name` of this login, or of the signed-out state, as the server wrote
    /// it: a token against forged requests that a page of the program needs, or the name of a node. A cookie
    /// of the login may be `HttpOnly`. If several paths or domains have one of this name, the longest path
    /// counts.
    ///
    /// `None` without such a cookie, for a value that is no text, and before a store is read.
    ///
    /// Needs the feature `cookies`.
    ///
    /// ```
    /// # use sdk_runtime::Session;
    /// fn csrf_token(session: &Session) -> Option<String> {
    ///     session.cookie("csrftoken")
    /// }
    /// ```
    #[cfg(feature = "cookies")]
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        let value = self.shell.view().jar.named(name, &self.shell.clock)?;
        String::from_utf8(value).ok()
    }

    /// Tells the session that the network has changed. A refresh that failed before is tried again at once,
    /// with the next call that needs it. Call this when the system reports a new connection. The session
    /// notices by itself that the machine has slept.
    ///
    /// A cool-down continues if the refresh was answered by a success that could not be decoded, because
    /// the refresh token is most likely spent.
    ///
    /// ```
    /// # use sdk_runtime::Session;
    /// /// To be called with each event of the system that tells of a new connection.
    /// fn connected(session: &Session) {
    ///     session.network_changed();
    /// }
    /// ```
    pub fn network_changed(&self) {
        let now = self.shell.clock.now();
        self.shell.step(|core| core.network_changed(now));
    }

    /// Waits until the store holds the present login. Returns at once without a store, or if the store
    /// holds it already.
    ///
    /// # Errors
    ///
    /// An error if the store could not be written this time. The write starts now, without the pause after
    /// earlier failures, and is repeated until it succeeds. [`SessionEvent::StoreDegraded`] has reported
    /// the first failure.
    ///
    /// # Cancel safety
    ///
    /// The writes continue when the future is dropped.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.shell.spawner.run(self.shell.flushed()).await
    }

    /// Waits up to 5 s until the store holds the present login. A failure is reported by an event.
    #[cfg(feature = "oauth2")]
    pub(crate) async fn stored(&self) {
        self.shell.spawner.run(self.shell.flushed_within(StoreTime::default())).await;
    }

    /// Returns the present state.
    #[must_use]
    pub fn state(&self) -> SessionState {
        SessionState::of(&self.shell.view())
    }

    /// Watches the state, the present one first. There is a new one with every sign-in, refresh, sign-out
    /// and expiry. A slow watcher misses states in between, but never the last one. [`Login::subject`] and
    /// [`Login::epoch`] tell which user it is, and whether it is still the same login.
    ///
    /// A watcher may get a state after the call that caused it has returned. It gets the
    /// state at the start too: `Unloaded` with a store, and `SignedOut` without one.
    ///
    /// ```
    /// # use sdk_runtime::{SessionState, session::StateWatch};
    /// /// Spawned with `session.watch()`; ends after the close, or with the last client and handle.
    /// async fn show_login_form_when_needed(mut states: StateWatch) {
    ///     while let Some(state) = states.next().await {
    ///         match state {
    ///             SessionState::SignedIn(login) => println!("signed in as {:?}", login.subject()),
    ///             SessionState::Expired(expired) => println!("sign in again: {expired}"),
    ///             _ => println!("no user is signed in"),
    ///         }
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn watch(&self) -> StateWatch {
        self.shell.states()
    }

    /// Subscribes to the events of the session from now on, each once and in order. [`watch`](Self::watch)
    /// is for the state alone, and gives a slow subscriber the latest.
    ///
    /// ```
    /// # use sdk_runtime::session::{SessionEvent, SessionEvents};
    /// /// Spawned with `session.events()`; ends after the close, or with the last client and handle.
    /// async fn tell(mut events: SessionEvents) {
    ///     while let Some(event) = events.next().await {
    ///         match event {
    ///             SessionEvent::Expired(expired) => println!("sign in again: {expired}"),
    ///             SessionEvent::StoreDegraded(error) => println!("a restart would lose it: {error}"),
    ///             _ => {}
    ///         }
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn events(&self) -> SessionEvents {
        self.shell.events()
    }

    /// Ends the session as [`close`](Self::close) does, and waits up to 10 s for what cannot be cancelled:
    /// a refresh that was sent is answered, and its tokens are in the store when this returns. The same
    /// holds for sessions of the same key of a pool that were closed before.
    ///
    /// # Errors
    ///
    /// An error if the login could not be written to its store, or not in time. Without that write, a login
    /// whose token was just rotated is lost.
    ///
    /// # Cancel safety
    ///
    /// The session is closed at the first poll. What is in progress continues when the future is dropped.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        self.shell.spawner.run(self.shell.shut_down()).await
    }

    /// Ends the session for good. Every call that is not sent yet fails with [`Error::Closed`], also if it
    /// waits for a refresh. A call that was sent gets its answer, and is neither refreshed for nor
    /// replayed.
    pub fn close(&self) {
        self.shell.close();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("state", &self.state()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pool has up to a million of them. `just guard` counts the whole heap of one.
    #[cfg(all(target_os = "linux", target_pointer_width = "64"))]
    #[test]
    fn a_session_at_rest_is_small() {
        for (name, size, most) in
            [("its shell", size_of::<Shell>(), 760), ("its credential", size_of::<Snapshot>(), 328)]
        {
            assert!(size <= most, "{name}: {size} bytes");
        }
    }

    #[test]
    fn i27_a_log_shows_where_a_session_stands_and_none_of_its_tokens() {
        let session = Session::new(Arc::default(), None);
        assert_eq!(format!("{session:?}"), "Session { state: SignedOut, .. }");
        assert_eq!(format!("{:?}", session.events()), "SessionEvents { .. }");
        let tokens = Tokens::new("hunter2").refresh_token("hunter2").subject("hunter2");
        let shown = format!("{tokens:?}");
        assert!(
            shown.starts_with("Tokens { access: Some(") && shown.ends_with("expiry: Untold, .. }"),
            "{shown}"
        );
        assert!(!shown.contains("hunter2"), "I27: {shown}");
        let bearer = RefreshBearer::from_grant(&Grant::new(&tokens)).unwrap();
        session.sign_in(tokens).unwrap();
        let login = "Login { generation: 1, .. }";
        assert_eq!(format!("{session:?}"), format!("Session {{ state: SignedIn({login}), .. }}"));
        let Phase::Active(snapshot) = session.shell().view().phase.clone() else { panic!("not signed in") };
        assert_eq!(
            format!("{snapshot:?}"),
            "Snapshot { version: Version { epoch: 1, generation: 1 }, rejected: Flag(false), .. }"
        );
        assert_eq!(format!("{bearer:?}"), "RefreshBearer(..)");
        let after = Some(std::time::Duration::from_secs(7));
        let (dead, later) = ("hunter2".to_owned(), "hunter2".to_owned());
        assert_eq!(format!("{:?}", Refusal::Dead(dead)), "Dead(..)");
        assert_eq!(
            format!("{:?}", Refusal::TryLater { message: later, after }),
            "TryLater { after: Some(7s), .. }"
        );
    }
}
