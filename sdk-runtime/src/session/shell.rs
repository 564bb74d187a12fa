//! The shell around the state: its lock, the published view, and the refresh flight. It carries out what
//! the state decides.
//!
//! - **I28** No code of the user runs under the lock, and no value that may be the user's is dropped under
//!   it.
//! - **I30** No lock is held across an await, and signing with a fresh token takes none.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::{ArcSwap, Guard};
use http::{HeaderMap, StatusCode};
use url::Url;

use super::host::Host;
use super::observe::{EventSink, Notice, Outbox, SessionEvents, StateWatch};
use super::shutdown_signal::ShutdownSignal;
use super::write_progress::WriteProgress;
use crate::cookies::{Jar, SetCookies};
use crate::error::{Error, SessionExpired};
use crate::exchange::Credentials;
use crate::response::Head;
use crate::session::refresh::{RefreshFlight, Refresher, Revoke};
use crate::session::state::{
    Core, Effects, EndpointId, EvictedSession, Phase, RefreshInAdvance, SessionEvent, SessionState, Snapshot,
    Version, View,
};
use crate::session::store_client::StoreClient;
use crate::session::token::{Grant, Tokens};
use crate::store::TokenStore;
use crate::sync::Handles;
use crate::trace;

pub(crate) struct Shell {
    host: Arc<Host>,
    pub(super) store_client: Option<StoreClient>,
    pub(super) write_progress: WriteProgress,
    pub(super) predecessor: Predecessor,
    pub(super) refresher: OnceLock<Refresher>,
    published: ArcSwap<View>,
    outbox: Outbox,
    /// The endpoints on hold, whose acceptance the state has to know. No other successful call takes the
    /// lock. Unset until there is one.
    watched: OnceLock<ArcSwap<Vec<EndpointId>>>,
    pub(super) handles: Handles,
    pub(super) shutdown: ShutdownSignal,
    inner: Mutex<Inner>,
}

pub(super) struct Inner {
    pub(super) core: Core,
    pub(super) flight: Option<Arc<RefreshFlight>>,
    /// The flight that was superseded last, which may still be at work.
    superseded: Option<Arc<RefreshFlight>>,
}

impl Inner {
    /// Takes the flight that the last event superseded, with the one that was superseded before.
    fn superseded(&mut self) -> Option<(Arc<RefreshFlight>, Option<Arc<RefreshFlight>>)> {
        let superseded = self.flight.take_if(|flight| !self.core.is_in_progress(flight.id))?;
        let before = self.superseded.replace(superseded.clone());
        Some((superseded, before))
    }
}

/// The closed session that had the store before, until it has finished. It may have a predecessor itself.
#[derive(Default)]
pub(super) struct Predecessor(pub(super) Mutex<Option<Arc<Shell>>>);

/// What was replaced under the lock, to be dropped without it: errors and responses in it may hold a user's
/// values.
#[must_use = "it is dropped when the lock is free"]
pub(super) struct Replaced {
    _errors: Vec<Error>,
    _view: Option<Arc<View>>,
}

/// Cancels a superseded flight and wakes its waiters, without the lock.
fn supersede(superseded: Option<(Arc<RefreshFlight>, Option<Arc<RefreshFlight>>)>) {
    if let Some((flight, _before)) = superseded {
        flight.supersede();
    }
}

impl Shell {
    pub(crate) fn new(host: Arc<Host>, store: Option<Arc<dyn TokenStore>>) -> Self {
        let core = Core::new(fastrand::u64(..), store.is_some());
        let view = core.view().clone();
        Self {
            refresher: OnceLock::new(),
            store_client: store.map(|store| StoreClient::new(store, host.clone())),
            host,
            write_progress: WriteProgress::default(),
            predecessor: Predecessor::default(),
            outbox: Outbox::new(SessionState::of(&view)),
            published: ArcSwap::from_pointee(view),
            watched: OnceLock::new(),
            handles: Handles::one(),
            shutdown: ShutdownSignal::default(),
            inner: Mutex::new(Inner { core, flight: None, superseded: None }),
        }
    }

    /// Gives the session its way to refresh itself. Returns `false` if it has one already.
    pub(crate) fn refresh_with(&self, refresher: Refresher, in_advance: RefreshInAdvance) -> bool {
        let signs_in = refresher.signs_in();
        let news = self.refresher.set(refresher).is_ok();
        if news {
            let core = &mut self.lock().core;
            core.make_refreshable(in_advance);
            if signs_in {
                core.make_self_starting();
            }
        }
        news
    }

    /// Returns what signs a request with `snapshot`.
    pub(crate) fn credentials<'a>(&'a self, snapshot: &'a Snapshot) -> Credentials<'a> {
        let (header, origin) = (snapshot.header.as_ref(), snapshot.origin.as_deref());
        self.attachment.signing(header, &snapshot.jar, origin, snapshot.tokens.binding.key())
    }

    /// Where the calls of the present login go, if not to the base.
    pub(crate) fn origin(&self) -> Option<Arc<Url>> {
        match &self.view_ref().phase {
            Phase::Active(snapshot) => snapshot.origin.clone(),
            _ => None,
        }
    }

    pub(crate) fn view(&self) -> Arc<View> {
        self.published.load_full()
    }

    pub(super) fn view_ref(&self) -> Guard<Arc<View>> {
        self.published.load()
    }

    pub(super) fn is_unloaded(&self) -> bool {
        matches!(self.published.load().phase, Phase::Unloaded)
    }

    pub(crate) fn states(&self) -> StateWatch {
        StateWatch::new(self.outbox.states())
    }

    pub(crate) fn events(&self) -> SessionEvents {
        self.outbox.events()
    }

    /// Sends each event to `sink` too.
    pub(crate) fn events_also_to(&self, sink: Arc<dyn EventSink>) {
        self.outbox.also_to(sink);
    }

    pub(super) fn can_refresh(&self) -> bool {
        self.refresher.get().is_some()
    }

    pub(crate) fn login_over(
        self: &Arc<Self>,
        version: Version,
        expired: SessionExpired,
    ) -> Option<SessionExpired> {
        self.step(|core| core.login_over(version, expired))
    }

    pub(crate) fn hold(self: &Arc<Self>, endpoint: EndpointId, version: Version) {
        let now = self.clock.now().mono;
        self.step(|core| core.hold(endpoint, version, now));
    }

    pub(crate) fn accepted(self: &Arc<Self>, snapshot: &Snapshot, endpoint: EndpointId) {
        snapshot.accept(endpoint);
        if self.watched.get().is_some_and(|watched| watched.load().contains(&endpoint)) {
            self.step(|core| core.accepted(endpoint));
        }
    }

    pub(crate) fn evicted_from_pool(&self) {
        self.lock().core.evicted_from_pool();
    }

    /// Notes that the store is lost with this session.
    pub(crate) fn is_only_copy(&self) {
        self.lock().core.is_only_copy();
    }

    /// Takes over the store of the session `before`, and what was remembered of it.
    pub(crate) fn inherit(&self, before: Option<Arc<Self>>, evicted: EvictedSession) {
        self.lock().core.inherit(evicted);
        self.predecessor.set(before);
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.published.load().phase, Phase::Closed)
    }

    /// Signs in. With `since`, only if no sign-in or sign-out has happened after that epoch.
    pub(crate) fn sign_in(
        self: &Arc<Self>,
        tokens: Tokens,
        head: Option<&Head>,
        cookies: Option<(Arc<Jar>, SetCookies)>,
        since: Option<u64>,
    ) -> Result<(), Error> {
        let credential = self.attachment.credential(tokens, head, || self.clock.wall())?;
        let (jar, received) = cookies.unzip();
        let present = jar.clone().unwrap_or_else(|| self.view_ref().jar_for_sign_in());
        self.attachment.can_sign(&present, received.as_ref(), &self.clock)?;
        let now = self.clock.now();
        self.step(|core| core.sign_in(credential, jar, since, now))
    }

    /// Replaces the credential with `version` by `tokens`, which the server has sent with an answer to it.
    /// Does nothing if that is not the present one any more.
    pub(crate) fn rotate(self: &Arc<Self>, version: Version, tokens: Tokens, headers: &HeaderMap) {
        let head = Head::new(StatusCode::OK, headers.clone());
        let tokens = Tokens { api_origin: None, ..tokens };
        match self.attachment.credential(tokens, Some(&head), || self.clock.wall()) {
            Ok(credential) => {
                let now = self.clock.now();
                self.step(|core| core.rotated(version, credential, now));
            }
            Err(error) => trace::unusable(&error),
        }
    }

    /// Signs out. With `revoke`, tokens that a refresh in progress still receives are revoked at the
    /// server.
    pub(crate) fn sign_out(
        self: &Arc<Self>,
        mut revoke: Option<Revoke>,
    ) -> Result<Option<(Arc<Snapshot>, Grant)>, Error> {
        let mut before = None;
        let mut inner = self.lock();
        let result = inner.core.sign_out();
        // Before the flight can end, because its end takes the lock. What is replaced is dropped without
        // the lock: it holds a client.
        if let Some(flight) = &inner.flight
            && let Some(revoke) = revoke.take()
        {
            before = flight.revoke_with(revoke);
        }
        self.conclude(inner);
        drop(before);
        result
    }

    pub(crate) fn close(self: &Arc<Self>) {
        self.step(Core::close);
        self.shutdown.give();
    }

    /// The flight that may still be at work after the session was closed.
    pub(super) fn last_flight(&self) -> Option<Arc<RefreshFlight>> {
        self.lock().superseded.clone()
    }

    /// Applies `step` to the state and carries out its effects. A flight of an older epoch is cancelled.
    pub(super) fn step<T>(self: &Arc<Self>, step: impl FnOnce(&mut Core) -> T) -> T {
        let mut inner = self.lock();
        let result = step(&mut inner.core);
        self.conclude(inner);
        result
    }

    /// Carries out the effects that are still pending.
    pub(super) fn flush_effects(self: &Arc<Self>) {
        self.conclude(self.lock());
    }

    /// Carries out everything that follows from the present state.
    pub(super) fn conclude(self: &Arc<Self>, mut inner: MutexGuard<'_, Inner>) {
        let _replaced = self.publish(&mut inner.core);
        let (superseded, is_write_due) = (inner.superseded(), inner.core.is_write_due());
        let has_new_write = inner.core.take_has_new_write();
        drop(inner);
        supersede(superseded);
        self.outbox.tell(&self.metrics);
        if has_new_write {
            self.wake_writer();
        }
        if is_write_due {
            self.save();
        }
    }

    /// Publishes the state. Called under the lock, so that publications keep their order.
    pub(super) fn publish(&self, core: &mut Core) -> Replaced {
        let before = core.take_changed().then(|| {
            let view = core.view().clone();
            self.outbox.put([Notice::State(SessionState::of(&view))]);
            self.published.swap(Arc::new(view))
        });
        let Effects { events, retired } = core.take_effects();
        self.outbox.put(events.into_iter().map(Notice::Event));
        self.put_dropped(core, &core.view().jar);
        let watched = core.watched();
        if self.watched.get().map_or(!watched.is_empty(), |before| **before.load() != watched) {
            self.watched.get_or_init(ArcSwap::default).store(Arc::new(watched));
        }
        Replaced { _errors: retired, _view: before }
    }

    /// Reports the cookies that `jar` had no room for. Takes no lock if there are none.
    pub(crate) fn tell_dropped(&self, jar: &Jar) {
        if jar.has_dropped() {
            self.put_dropped(&self.lock().core, jar);
            self.outbox.tell(&self.metrics);
        }
    }

    fn put_dropped(&self, core: &Core, jar: &Jar) {
        // No event follows that of the close.
        if matches!(core.view().phase, Phase::Closed) {
            return;
        }
        self.outbox
            .put(jar.take_dropped().map(|dropped| Notice::Event(SessionEvent::CookiesDropped(dropped))));
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Shell {
    type Target = Host;

    fn deref(&self) -> &Host {
        &self.host
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Wake, Waker};

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::session::state::FlightId;

    /// Checks, when it is woken, whether the lock is free.
    struct Looks {
        shell: Arc<Shell>,
        found: Mutex<Vec<bool>>,
    }

    impl Wake for Looks {
        fn wake(self: Arc<Self>) {
            let is_free = self.shell.inner.try_lock().is_ok();
            self.found.lock().unwrap().push(is_free);
        }
    }

    #[test]
    fn i28_a_receiver_of_effects_finds_the_lock_free() {
        let shell = Arc::new(Shell::new(Arc::default(), None));
        let flight = RefreshFlight::new(FlightId(0), CancellationToken::new());
        shell.lock().flight = Some(flight.clone());
        let mut events = shell.events();
        let (mut told, mut superseded) = (pin!(events.next()), pin!(flight.settled()));
        let looks = [0, 1].map(|_| Arc::new(Looks { shell: shell.clone(), found: Mutex::default() }));
        let [event, settled] = looks.clone().map(Waker::from);
        assert!(told.as_mut().poll(&mut Context::from_waker(&event)).is_pending());
        assert!(superseded.as_mut().poll(&mut Context::from_waker(&settled)).is_pending());
        shell.sign_in(Tokens::new("a"), None, None, None).unwrap();
        for looks in looks {
            assert_eq!(*looks.found.lock().unwrap(), [true]);
        }
    }
}
