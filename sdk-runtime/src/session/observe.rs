//! Subscriptions to a session: a watch of its state, and its events, each once and in the order in which
//! they happened.
//!
//! - **I28** Subscribers run under no lock of the session.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;

use crate::error::Error;
use crate::metrics::Metrics;
use crate::session::state::{SessionEvent, SessionState};
use crate::sync::{Broadcast, OrderedQueue, Received, Subscription};

/// How many events a subscriber may be behind.
const BACKLOG: usize = 64;

/// A watch of the state of a session, the present state first.
///
/// It gives copies and holds no session. So the code that reacts to a state may keep the watch, and may
/// sign in and out.
#[derive(Debug, Clone)]
pub struct StateWatch {
    states: watch::Receiver<SessionState>,
    /// Whether the last state of the session was given.
    is_over: bool,
}

impl StateWatch {
    pub(crate) fn new(mut states: watch::Receiver<SessionState>) -> Self {
        states.mark_changed();
        Self { states, is_over: false }
    }

    /// Returns the present state. [`next`](Self::next) then waits for a later one.
    pub fn current(&mut self) -> SessionState {
        let state = self.states.borrow_and_update().clone();
        self.is_over = matches!(state, SessionState::Closed);
        state
    }

    /// Returns the latest state that this watch has not given yet, as soon as there is one. `None` after
    /// [`SessionState::Closed`], and when the last client and the last [`Session`](crate::Session) are gone.
    ///
    /// The first is the present state. A watcher may get the state of a refresh after the refreshed call
    /// has returned. [`Session::state`](crate::Session::state) always has the present token.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<SessionState> {
        if self.is_over {
            return None;
        }
        self.states.changed().await.ok()?;
        Some(self.current())
    }
}

/// The events of a session since the subscription. Holds no session. A slow subscriber delays no other.
pub struct SessionEvents(Subscription<SessionEvent>);

impl SessionEvents {
    /// Returns the next event. `None` after [`SessionEvent::Closed`], and when the last client and the last
    /// [`Session`](crate::Session) are gone.
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

/// Notifies the subscribers. Notices are queued under the session's lock, and delivered without it, by one
/// thread at a time.
pub(crate) struct Outbox {
    /// Gets each event too, for the pool of the session.
    sink: OnceLock<Arc<dyn EventSink>>,
    states: Mutex<States>,
    /// Made for the first subscriber.
    events: OnceLock<Box<Broadcast<SessionEvent>>>,
    notices: OrderedQueue<Notice>,
}

/// The state that was told last. It is in a channel from the first watcher on, because a channel is larger
/// than a session at rest, and most sessions have no watcher.
enum States {
    Unwatched(SessionState),
    Watched(watch::Sender<SessionState>),
}

/// Gets each event of a session.
pub(crate) trait EventSink: Send + Sync {
    fn tell(&self, event: &SessionEvent);

    /// No event follows. May be called more than once.
    fn end(&self);
}

#[derive(Debug)]
pub(crate) enum Notice {
    State(SessionState),
    Event(SessionEvent),
}

impl Outbox {
    pub(crate) fn new(state: SessionState) -> Self {
        Self {
            sink: OnceLock::new(),
            states: Mutex::new(States::Unwatched(state)),
            events: OnceLock::new(),
            notices: OrderedQueue::new(),
        }
    }

    pub(crate) fn states(&self) -> watch::Receiver<SessionState> {
        let mut states = self.told();
        match &*states {
            States::Watched(watchers) => watchers.subscribe(),
            States::Unwatched(last) => {
                let (watchers, first) = watch::channel(last.clone());
                *states = States::Watched(watchers);
                first
            }
        }
    }

    /// Tells the watchers, without the lock. The state before may hold a user's value.
    fn tell_state(&self, state: SessionState) {
        let mut states = self.told();
        let _before = match &mut *states {
            States::Unwatched(last) => {
                let before = std::mem::replace(last, state);
                drop(states);
                before
            }
            States::Watched(watchers) => {
                let watchers = watchers.clone();
                drop(states);
                watchers.send_replace(state)
            }
        };
    }

    fn told(&self) -> MutexGuard<'_, States> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn events(&self) -> SessionEvents {
        SessionEvents(self.broadcast().subscribe())
    }

    /// Sends each event to `sink` too, unless there is a sink already.
    pub(crate) fn also_to(&self, sink: Arc<dyn EventSink>) {
        let _ = self.sink.set(sink);
    }

    /// Queues `notices`. Called under the session's lock, so that they keep the order of what happened.
    pub(crate) fn put(&self, notices: impl IntoIterator<Item = Notice>) {
        self.notices.push(notices);
    }

    /// Delivers the queued notices. If another thread delivers at this moment, it delivers these too.
    pub(crate) fn tell(&self, metrics: &Metrics) {
        self.notices.drain(|notice| match notice {
            Notice::State(state) => self.tell_state(state),
            Notice::Event(event) => {
                report(&event, metrics);
                // No event follows that of the close.
                let is_last = matches!(event, SessionEvent::Closed);
                if let Some(sink) = self.sink.get() {
                    sink.tell(&event);
                }
                if let Some(events) = self.events.get() {
                    events.send(&event);
                }
                if is_last {
                    self.end_sink();
                    self.broadcast().end();
                }
            }
        });
    }

    fn broadcast(&self) -> &Broadcast<SessionEvent> {
        self.events.get_or_init(|| Box::new(Broadcast::new(BACKLOG)))
    }

    fn end_sink(&self) {
        if let Some(sink) = self.sink.get() {
            sink.end();
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.end_sink();
    }
}

/// Reports `event` to operators, without a subject and without a token.
fn report(event: &SessionEvent, metrics: &Metrics) {
    macro_rules! tell {
        ($level:ident, $text:literal $(, $name:ident = $value:expr)*) => {
            tracing::$level!(target: "sdk_runtime::session", $($name = $value,)* $text)
        };
    }
    match event {
        SessionEvent::SignedIn(login) => tell!(info, "signed in", epoch = login.epoch()),
        SessionEvent::Loaded(_) => tell!(info, "login read from the store"),
        SessionEvent::Refreshed(login) => tell!(info, "refreshed", generation = login.generation()),
        SessionEvent::RefreshFailing(unavailable) => {
            let code = Error::from(unavailable.clone()).code();
            let cool_down = tracing::field::debug(unavailable.retry_after());
            metrics.cools_down(code);
            tell!(warn, "the refresh fails", error_type = code, cool_down = cool_down);
        }
        SessionEvent::Expired(expired) => {
            tell!(warn, "the login is over", error_type = Error::from(expired.clone()).code());
        }
        SessionEvent::SignedOut => tell!(info, "signed out"),
        SessionEvent::StoreDegraded(error) => {
            let code = Error::from(error.clone()).code();
            tell!(warn, "the store does not have the login", error_type = code);
        }
        SessionEvent::StoreRecovered => tell!(info, "the store has the login again"),
        SessionEvent::CookiesDropped(_) => tell!(warn, "the jar had no room for all cookies"),
        SessionEvent::Closed => tell!(debug, "the session was closed"),
        SessionEvent::Missed(_) => {}
    }
}
