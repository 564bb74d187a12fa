//! Values that are dropped when the lock is free, because they may hold a user's values: an error of a
//! transport or a store, a body.
//!
//! - **I28** The `Drop` of such a value may use the session, so the shell drops it without its lock.

use super::Core;
use super::snapshot::Phase;
use crate::error::Error;
use crate::session::stored::outcome_unknown::OutcomeUnknown;

impl Core {
    /// Keeps `value` until the lock is free.
    pub(super) fn retire(&mut self, value: Option<impl Into<Error>>) {
        self.retired.extend(value.map(Into::into));
    }

    /// Enters `phase`.
    pub(super) fn enter(&mut self, phase: Phase) {
        if let Phase::Expired(expired) = std::mem::replace(&mut self.view.phase, phase) {
            self.retire(Some(expired));
        }
    }

    /// Records that no server has spent the refresh token.
    pub(super) fn forget_outcome_unknown(&mut self) {
        if let OutcomeUnknown::ResponseUndecodable(answer) = std::mem::take(&mut self.outcome_unknown) {
            self.retire(Some(answer.error));
        }
    }

    /// Forgets all earlier failures.
    pub(super) fn recover(&mut self) {
        let (refresh_denied, denied, cool_down) =
            (self.refresh_denied.take(), self.denied.take(), self.cool_down.take());
        self.retire(refresh_denied);
        self.retire(denied.map(|denied| denied.expired));
        self.retire(cool_down.map(|cool_down| cool_down.failure));
        self.forget_outcome_unknown();
        self.failures = 0;
    }

    /// Takes the values that are to be dropped.
    pub(crate) fn take_retired(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.retired)
    }
}
