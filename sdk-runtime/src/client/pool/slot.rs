//! The place of one key in a pool. Its client is made once; callers that ask for it meanwhile wait.

use std::cell::RefCell;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::client::inner::Client;
use crate::session::{EvictedSession, Shell};

/// A client, or the slot that it is made in. The slot is dropped then, because a pool has many clients.
pub(super) enum Place {
    InTheMaking(Arc<Slot>),
    Made(Client),
}

/// Where one thread makes a client, and others wait for it.
pub(super) struct Slot {
    state: Mutex<State>,
    is_made: Condvar,
}

struct State {
    client: Option<Client>,
    /// Whether a thread is making the client.
    is_under_construction: bool,
    inherited: Option<Inherited>,
}

/// What a session inherits from the session before it in the pool.
#[derive(Default)]
pub(super) struct Inherited {
    /// The last of the closed sessions that may still write to the store.
    pub(super) before: Option<Arc<Shell>>,
    pub(super) remains: EvictedSession,
}

thread_local! {
    /// The slots whose clients this thread is making, by their addresses. The user's code that makes one may
    /// ask for another.
    static MAKING: RefCell<Vec<*const Slot>> = const { RefCell::new(Vec::new()) };
}

impl Clone for Place {
    fn clone(&self) -> Self {
        match self {
            Self::InTheMaking(slot) => Self::InTheMaking(slot.clone()),
            Self::Made(client) => Self::Made(client.clone()),
        }
    }
}

impl Place {
    /// Returns the client, if it is made.
    pub(super) fn client(&self) -> Option<Client> {
        match self {
            Self::InTheMaking(slot) => slot.client(),
            Self::Made(client) => Some(client.clone()),
        }
    }

    /// Whether this is the place of `client`.
    pub(super) fn is_of(&self, client: &Client) -> bool {
        self.client().is_some_and(|made| made.is(client))
    }

    /// Returns the session that uses the store: that of the client, or the one before it.
    pub(super) fn last_session(&self) -> Option<Arc<Shell>> {
        match self {
            Self::InTheMaking(slot) => slot.last_session(),
            Self::Made(client) => Some(client.session().shell().clone()),
        }
    }

    /// Puts the client that `slot` has made in its place. Returns what is to be dropped without a lock.
    pub(super) fn settle(&mut self, slot: &Arc<Slot>, client: &Client) -> Option<Self> {
        let is_here = matches!(self, Self::InTheMaking(here) if Arc::ptr_eq(here, slot));
        is_here.then(|| std::mem::replace(self, Self::Made(client.clone())))
    }
}

impl Slot {
    pub(super) fn new(inherited: Inherited) -> Arc<Self> {
        let state = State { client: None, is_under_construction: false, inherited: Some(inherited) };
        Arc::new(Self { state: Mutex::new(state), is_made: Condvar::new() })
    }

    fn client(&self) -> Option<Client> {
        self.lock().client.clone()
    }

    fn last_session(&self) -> Option<Arc<Shell>> {
        let state = self.lock();
        match &state.client {
            Some(client) => Some(client.session().shell().clone()),
            None => state.inherited.as_ref()?.before.clone(),
        }
    }

    /// Returns the client, and makes it of what `prepare` returns if necessary. Returns `None` if `prepare`
    /// of this very slot asks for it.
    ///
    /// `prepare` is the user's code, and is called without a lock. A thread that is in such a call waits for
    /// no other, so that two which ask for each other's clients both return. The client that is made first is
    /// used.
    pub(super) fn get_or_make<T>(
        &self,
        prepare: impl FnOnce() -> T,
        make: impl FnOnce(T, Inherited) -> Client,
    ) -> Option<Client> {
        if let Some(client) = self.client() {
            return Some(client);
        }
        let (is_nested, is_mine) = MAKING
            .with_borrow(|making| (!making.is_empty(), making.iter().any(|slot| std::ptr::eq(*slot, self))));
        if is_mine {
            return None;
        }
        let mut state = self.lock();
        while state.client.is_none() && state.is_under_construction && !is_nested {
            state = self.is_made.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(client) = &state.client {
            return Some(client.clone());
        }
        let making = Construction::begin(self, &mut state);
        drop(state);
        let prepared = prepare();
        let mut state = self.lock();
        // Another thread may have been faster. What was prepared here is then dropped without the lock.
        let made = state.client.clone();
        let (client, _unused) = match made {
            None => {
                let client = make(prepared, state.inherited.take().unwrap_or_default());
                state.client = Some(client.clone());
                (client, None)
            }
            Some(client) => (client, Some(prepared)),
        };
        drop(state);
        drop(making);
        Some(client)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The construction of a client by this thread. When it ends, by a panic too, the next thread may start.
struct Construction<'a> {
    slot: &'a Slot,
    /// Whether other threads wait for this one.
    is_first: bool,
}

impl<'a> Construction<'a> {
    fn begin(slot: &'a Slot, state: &mut State) -> Self {
        MAKING.with_borrow_mut(|making| making.push(slot));
        Self { slot, is_first: !std::mem::replace(&mut state.is_under_construction, true) }
    }
}

impl Drop for Construction<'_> {
    fn drop(&mut self) {
        MAKING.with_borrow_mut(|making| making.pop());
        if self.is_first {
            self.slot.lock().is_under_construction = false;
            self.slot.is_made.notify_all();
        }
    }
}
