//! Subscriptions to a session: a watch of its state, and its events, each once and in the order in which they happened.
//!
//! - **I28** Whoever is told runs under no lock of the session.

use std::fmt;

use tokio::sync::watch;

use crate::session::state::event::SessionEvent;
use crate::session::state::login::SessionState;
use crate::sync::{Broadcast, OrderedQueue, Received, Subscription};

/// As many events as a subscriber may be behind.
const BACKLOG: usize = 64;

/// The state of a session from now on, the present one first.
///
/// Gives copies, and holds no session: it may be kept by whatever the session's events lead to, which may sign in and out as
/// it likes.
#[derive(Debug, Clone)]
pub struct StateWatch(watch::Receiver<SessionState>);

impl StateWatch {
    pub(crate) fn new(mut states: watch::Receiver<SessionState>) -> Self {
        states.mark_changed();
        Self(states)
    }

    /// The state now. [`next`](Self::next) then waits for a later one.
    pub fn current(&mut self) -> SessionState {
        self.0.borrow_and_update().clone()
    }

    /// The latest state, as soon as it is one that this watch has not given yet; `None` when the last client and the last
    /// [`Session`](crate::Session) are gone.
    ///
    /// The first is the state there is. When a refreshed call returns, its watchers may not have been told yet: whoever needs
    /// the token of this very moment asks [`Session::state`](crate::Session::state).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<SessionState> {
        self.0.changed().await.ok()?;
        Some(self.current())
    }
}

/// The events of a session from when it was subscribed to. Holds no session; a slow subscriber holds nobody up.
pub struct SessionEvents(Subscription<SessionEvent>);

impl SessionEvents {
    /// The next event; `None` when the last client and the last [`Session`](crate::Session) are gone.
    ///
    /// # Cancel safety
    ///
    /// No event is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<SessionEvent> {
        match self.0.next().await? {
            Received::Item(event) => Some(event),
            Received::Missed(missed) => Some(SessionEvent::Missed(missed)),
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
    events: Broadcast<SessionEvent>,
    notices: OrderedQueue<Notice>,
}

/// What is to be told.
#[derive(Debug)]
pub(crate) enum Notice {
    State(SessionState),
    Event(SessionEvent),
}

impl Outbox {
    pub(crate) fn new(state: SessionState) -> Self {
        Self {
            states: watch::Sender::new(state),
            events: Broadcast::new(BACKLOG),
            notices: OrderedQueue::new(),
        }
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
