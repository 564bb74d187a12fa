//! `ShutdownSignal`: tells the tasks of a session that it shuts down.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// A signal that is given once. Its token is made for the first task that listens, because most sessions have
/// no task.
#[derive(Default)]
pub(super) struct ShutdownSignal(Mutex<State>);

#[derive(Default)]
enum State {
    #[default]
    Unheard,
    Heard(CancellationToken),
    Given,
}

impl ShutdownSignal {
    /// Returns the token that is cancelled when the signal is given.
    pub(super) fn token(&self) -> CancellationToken {
        let mut state = self.state();
        match &*state {
            State::Heard(token) => token.clone(),
            State::Unheard => {
                let token = CancellationToken::new();
                *state = State::Heard(token.clone());
                token
            }
            State::Given => {
                let token = CancellationToken::new();
                token.cancel();
                token
            }
        }
    }

    pub(super) fn is_given(&self) -> bool {
        matches!(&*self.state(), State::Given)
    }

    /// Gives the signal. Tasks are woken without the lock.
    pub(super) fn give(&self) {
        let before = std::mem::replace(&mut *self.state(), State::Given);
        if let State::Heard(token) = before {
            token.cancel();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_hears_the_signal_however_early_it_was_made() {
        let signal = ShutdownSignal::default();
        let (early, other) = (signal.token(), signal.token().child_token());
        assert!(!signal.is_given() && !early.is_cancelled() && !other.is_cancelled());
        signal.give();
        assert!(signal.is_given() && early.is_cancelled() && other.is_cancelled());
        assert!(signal.token().is_cancelled() && signal.token().child_token().is_cancelled());
        signal.give();
        assert!(signal.is_given());
    }
}
