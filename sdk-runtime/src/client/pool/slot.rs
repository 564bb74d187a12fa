//! The place of one key in a pool, where its client is made once: a caller that asks for it meanwhile waits for that one. Knows neither
//! the key nor the pool.

use std::cell::RefCell;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::client::inner::Client;
use crate::session::{EvictedSession, Shell};

/// Where a client is, or will be.
pub(super) struct Slot {
    state: Mutex<State>,
    is_made: Condvar,
}

struct State {
    client: Option<Client>,
    /// Whether a thread makes it.
    is_under_construction: bool,
    inherited: Option<Inherited>,
}

/// What a session takes over from the one that was in the pool before.
#[derive(Default)]
pub(super) struct Inherited {
    /// The last of the closed ones that may still write to the store.
    pub(super) before: Option<Arc<Shell>>,
    pub(super) remains: EvictedSession,
}

thread_local! {
    /// The places whose clients this thread is making, by their addresses. Code of the user's that makes one may ask for another.
    static MAKING: RefCell<Vec<*const Slot>> = const { RefCell::new(Vec::new()) };
}

impl Slot {
    pub(super) fn new(inherited: Inherited) -> Arc<Self> {
        let state = State { client: None, is_under_construction: false, inherited: Some(inherited) };
        Arc::new(Self { state: Mutex::new(state), is_made: Condvar::new() })
    }

    /// The client that is there.
    pub(super) fn client(&self) -> Option<Client> {
        self.lock().client.clone()
    }

    /// The session that has the store: that of the client, or the one before where none is made.
    pub(super) fn last_session(&self) -> Option<Arc<Shell>> {
        let state = self.lock();
        match &state.client {
            Some(client) => Some(client.session().shell().clone()),
            None => state.inherited.as_ref()?.before.clone(),
        }
    }

    /// The client that is there, where no other caller has the place.
    pub(super) fn client_mut(&mut self) -> Option<&mut Client> {
        self.state.get_mut().unwrap_or_else(PoisonError::into_inner).client.as_mut()
    }

    /// The client, which is made of what `prepare` gives if it is not there yet; `None` where `prepare` of this very place asks for it.
    ///
    /// `prepare` is code of the user's, and called under no lock. A thread that calls one waits for no other, so that two which ask for
    /// each other's clients both return: the one that is there first counts.
    pub(super) fn client_or<T>(
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
        // Another may have been faster, and what was prepared here is not needed: dropped without the lock.
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

/// While it lives, this thread makes the client of a place. What ends it, a panic included, lets the next one do it.
struct Construction<'a> {
    slot: &'a Slot,
    /// Whether those who wait rely on this thread.
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
