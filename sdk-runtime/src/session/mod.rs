//! One login and its life; knows nothing of the clients that use it.

mod acquire;
mod observe;
mod persistence;
mod refresh;
mod refresh_task;
mod shell;
mod shutdown;
mod state;
mod stored;
mod token;
mod wait_budget;
mod write_progress;

use std::fmt;
use std::sync::Arc;

use tokio_util::sync::{CancellationToken, DropGuard};

pub use observe::{SessionEvents, StateWatch};
pub use refresh::endpoint::{RefreshEndpoint, TokenAnswer};
pub use state::event::SessionEvent;
pub use state::login::{Login, SessionState};
pub use token::classify::Verdict;
pub use token::placement::Attach;
pub use token::tokens::{Grant, Tokens};
pub use token::traits::{RefreshBearer, Refusal, TokenRequest, TokenResponse};

pub(crate) use persistence::StoreTime;
pub(crate) use refresh::endpoint::Refresher;
pub(crate) use refresh::flight::Revoke;
pub(crate) use shell::Shell;
pub(crate) use state::EvictedSession;
pub(crate) use state::message::{Discarded, Identity, Rejection};
pub(crate) use state::snapshot::{EndpointId, Phase, Snapshot};
pub(crate) use token::classify::{TokenBad, verdict};
pub(crate) use token::placement::Attachment;
pub(crate) use wait_budget::WaitBudget;

use crate::error::{Error, InvalidRequest, StoreError};
use crate::runtime::{Clock, Now, Spawner};
use crate::secret::AccessToken;
use crate::store::TokenStore;

/// One login: cheap to clone, shared by every client built with it.
///
/// When its last handle is dropped, and with it the last client, nothing of it goes on but a refresh that was already sent.
#[derive(Clone)]
pub struct Session {
    shell: Arc<Shell>,
    _shutdown: Arc<DropGuard>,
}

impl Session {
    pub(crate) fn new(
        attachment: Arc<Attachment>,
        token_bad: Option<TokenBad>,
        store: Option<Arc<dyn TokenStore>>,
        times: (Clock, Spawner),
    ) -> Self {
        let shutdown = CancellationToken::new();
        Self {
            shell: Arc::new(Shell::new(attachment, token_bad, store, times, shutdown.clone())),
            _shutdown: Arc::new(shutdown.drop_guard()),
        }
    }

    pub(crate) fn shell(&self) -> &Arc<Shell> {
        &self.shell
    }

    /// What a pool has to remember of the session if it drops it; `None` where it may not: a caller has a handle, something
    /// of it goes on, or it knows what cannot be remembered.
    pub(crate) fn may_be_evicted(&mut self, now: Now) -> Option<EvictedSession> {
        // A count may be read before what was done by those who have gone is seen, such as a handle they have made; what can be had for
        // oneself alone is no other user's in truth.
        Arc::get_mut(&mut self._shutdown)?;
        // Work that goes on holds what is shared.
        let is_alone = Arc::get_mut(&mut self.shell).is_some();
        match self.shell.follows_busy_predecessor() {
            // The next session of the store would not wait for that one.
            true => None,
            false => self.shell.may_be_evicted(is_alone, now),
        }
    }

    /// Starts a login with tokens obtained elsewhere, in place of the one there was. Calls that are under way for somebody
    /// else end with [`Error::IdentityChanged`].
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] for a token that no header can hold, and where cookies are to sign and there is none; [`Error::Closed`] after [`close`](Self::close).
    pub fn sign_in(&self, tokens: Tokens) -> Result<(), Error> {
        self.shell.sign_in(tokens, None, None, None)
    }

    /// Ends the login here, without telling the server. A refresh under way signs nobody in again.
    ///
    /// Where there is a store, it is cleared beside whatever goes on. Await [`flush`](Self::flush) where that must have happened: a
    /// program that ends before is signed in again when it is started.
    pub fn sign_out(&self) {
        // A session that is closed is signed out for good.
        let _ = self.shell.sign_out(None);
    }

    /// Refreshes the access token now, whatever state it is in, and waits for it: for what only a new token shows, such as a role
    /// that was just granted. A refresh that is under way is joined, and a cool-down is not waited for.
    ///
    /// # Errors
    ///
    /// Those of a call that needs a refresh, [`Error::NotSignedIn`] where nobody is, and [`Error::InvalidRequest`] where no client
    /// of this session has a `#[session(refresh)]`.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the refresh going on.
    pub async fn refresh(&self) -> Result<(), Error> {
        self.shell.spawner.run(self.shell.refresh()).await
    }

    /// The access token, for things outside the client: a WebSocket, another SDK. Refreshed first, if it is not good any more, together
    /// with every call that waits for the same. If this starts a refresh in advance, it waits for it up to 2 s, as a call does.
    ///
    /// # Errors
    ///
    /// Those of a call that is never sent; [`Error::InvalidRequest`] where cookies sign and there is no token.
    ///
    /// # Cancel safety
    ///
    /// As [`refresh`](Self::refresh).
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        let snapshot = self.shell.spawner.run(self.shell.current_credential()).await?;
        snapshot.access.clone().ok_or_else(|| {
            InvalidRequest::new("access_token", "is none: cookies sign the calls of this session").into()
        })
    }

    /// Signs in by what the refresh alone can do: with a refresh token in a cookie that was kept, or with the credentials of a
    /// program, which a [`TokenRequest`] makes out of an empty [`Grant`]. Does nothing where somebody is signed in.
    ///
    /// # Errors
    ///
    /// [`Error::NotSignedIn`] where there is nothing to resume, [`Error::SessionExpired`] after the end of a login, which only a
    /// sign-in follows, [`Error::RefreshUnavailable`] where it cannot be had right now, and [`Error::InvalidRequest`] where no client of
    /// this session has a `#[session(refresh)]`.
    ///
    /// # Cancel safety
    ///
    /// As [`refresh`](Self::refresh).
    pub async fn resume(&self) -> Result<(), Error> {
        self.shell.spawner.run(self.shell.resume()).await
    }

    /// Says that the program is in another network: a refresh that failed in the former one is tried again at once, with the next call that
    /// needs it. Call it when the system tells of a new connection. A sleep of the machine is noticed without it.
    ///
    /// A refresh whose answer was a success that could not be decoded keeps its cool-down, since it has most likely spent the refresh token.
    ///
    /// ```
    /// # use sdk_runtime::Session;
    /// /// To be called with each event of the system that tells of a new connection.
    /// fn connected(session: &Session) {
    ///     session.network_changed();
    /// }
    /// ```
    pub fn network_changed(&self) {
        self.shell.network_changed();
    }

    /// Waits until the store holds what the session is. At once without a store, or where it does already.
    ///
    /// # Errors
    ///
    /// When the store could not be written this time. It is tried now, without the pause after earlier failures, and again until
    /// it can be written; [`SessionEvent::StoreDegraded`] has told of the first failure.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the writing going on.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.shell.spawner.run(self.shell.flushed()).await
    }

    /// The state now.
    #[must_use]
    pub fn state(&self) -> SessionState {
        SessionState::of(&self.shell.view())
    }

    /// The state from now on, the present one first: a new one with every sign-in, refresh, sign-out and expiry. A slow
    /// watcher misses what lies between, and never the last: whose login it is, and whether it is still the same, say
    /// [`Login::subject`] and [`Login::epoch`].
    ///
    /// A watcher may be told after the call that caused the change has returned. It is told of `SignedOut` at the start too, so
    /// what it clears then is what an application kept from before.
    ///
    /// ```
    /// # use sdk_runtime::{SessionState, StateWatch};
    /// /// Spawned with `session.watch()`; ends when the last client and the last handle are gone.
    /// async fn show_login_form_when_needed(mut states: StateWatch) {
    ///     while let Some(state) = states.next().await {
    ///         match state {
    ///             SessionState::SignedIn(login) => println!("signed in as {:?}", login.subject()),
    ///             SessionState::Expired(expired) => println!("what was yours is cleared, sign in: {expired}"),
    ///             _ => println!("nobody is signed in"),
    ///         }
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn watch(&self) -> StateWatch {
        self.shell.states()
    }

    /// What happens to the session from now on, each event once and in order. For the state alone there is [`watch`](Self::watch), which
    /// shows the latest to whoever is late.
    ///
    /// ```
    /// # use sdk_runtime::{SessionEvent, SessionEvents};
    /// /// Spawned with `session.events()`; ends when the last client and the last handle are gone.
    /// async fn tell(mut events: SessionEvents) {
    ///     while let Some(event) = events.next().await {
    ///         match event {
    ///             SessionEvent::Expired(expired) => println!("sign in again: {expired}"),
    ///             SessionEvent::StoreDegraded(error) => println!("the login would not survive a restart: {error}"),
    ///             _ => {}
    ///         }
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn events(&self) -> SessionEvents {
        self.shell.events()
    }

    /// Ends the session for good, as [`close`](Self::close) does, and waits up to 10 s for what cannot be taken back: a refresh
    /// that was sent is answered, and what it gives is in the store when this returns. The same holds for sessions of the same key of a
    /// pool that were closed before it.
    ///
    /// # Errors
    ///
    /// When what the session holds could not be written to its store, or not in time: without it a login whose token was just
    /// rotated is lost.
    ///
    /// # Cancel safety
    ///
    /// The session is closed once this was polled; dropping the future leaves the rest going on.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        self.shell.spawner.run(self.shell.shut_down()).await
    }

    /// Ends the session for good: every call that is not out yet, those waiting for a refresh included, fails with
    /// [`Error::Closed`]. One that is out is answered, and neither refreshed for nor replayed.
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

    #[test]
    fn i27_a_log_shows_where_a_session_stands_and_none_of_its_tokens() {
        let attachment = Arc::new(Attach::bearer().check().unwrap());
        let session = Session::new(attachment, None, None, Default::default());
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
            "Snapshot { stamp: Stamp { epoch: 1, generation: 1 }, rejected: Flag(false), .. }"
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
