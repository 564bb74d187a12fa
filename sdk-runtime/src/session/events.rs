//! What happens to a session, for an application to follow: each event once, in the order in which it happened.
//!
//! - **I28** Whoever is told runs under no lock of the session.

use std::fmt;

use tokio::sync::watch;

use super::state::{Login, SessionState};
use crate::cookies::CookiesDropped;
use crate::error::{RefreshUnavailable, SessionExpired, StoreError};
use crate::sync::{Audience, Heard, InTurn, Listener};

/// As many events as a subscriber may be behind.
const BACKLOG: usize = 64;

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

/// The events of a session from when it was subscribed to. Holds no session; a slow subscriber holds nobody up.
pub struct SessionEvents(Listener<SessionEvent>);

impl SessionEvents {
    /// The next event; `None` when the last client and the last [`Session`](crate::Session) are gone.
    ///
    /// # Cancel safety
    ///
    /// No event is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<SessionEvent> {
        match self.0.next().await? {
            Heard::Item(event) => Some(event),
            Heard::Missed(missed) => Some(SessionEvent::Missed(missed)),
        }
    }
}

impl fmt::Debug for SessionEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionEvents").finish_non_exhaustive()
    }
}

/// Tells everybody who wants to know. What is told is put in order under the session's lock, and told without it, by one
/// thread at a time.
pub(crate) struct Outbox {
    states: watch::Sender<SessionState>,
    events: Audience<SessionEvent>,
    notices: InTurn<Notice>,
}

/// What is to be told.
#[derive(Debug)]
pub(crate) enum Notice {
    State(SessionState),
    Event(SessionEvent),
}

impl Outbox {
    pub(crate) fn new(state: SessionState) -> Self {
        Self { states: watch::Sender::new(state), events: Audience::new(BACKLOG), notices: InTurn::new() }
    }

    pub(crate) fn states(&self) -> watch::Receiver<SessionState> {
        self.states.subscribe()
    }

    pub(crate) fn events(&self) -> SessionEvents {
        SessionEvents(self.events.listen())
    }

    /// Puts `notices` behind what is to be told. Called under the session's lock, so that they stand in the order of what happened.
    pub(crate) fn put(&self, notices: impl IntoIterator<Item = Notice>) {
        self.notices.put(notices);
    }

    /// Tells what is to be told, unless somebody else is at it, who then tells this too.
    pub(crate) fn tell(&self) {
        self.notices.hand_out(|notice| match notice {
            Notice::State(state) => drop(self.states.send_replace(state)),
            Notice::Event(event) => self.events.tell(&event),
        });
    }
}
