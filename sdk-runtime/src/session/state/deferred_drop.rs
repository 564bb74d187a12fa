//! What the core does not need any more and may hold values of the user's: an error of a transport or a store, the body of an answer.
//!
//! - **I28** The `Drop` of such a value may use the session, so that the shell drops it when its lock is free.

use super::Core;
use super::snapshot::Phase;
use crate::error::Error;
use crate::session::stored::outcome_unknown::Doubt;

impl Core {
    /// Keeps `value` until the lock is free.
    pub(super) fn retire(&mut self, value: Option<impl Into<Error>>) {
        self.retired.extend(value.map(Into::into));
    }

    /// Makes `phase` the phase.
    pub(super) fn enter(&mut self, phase: Phase) {
        if let Phase::Expired(expired) = std::mem::replace(&mut self.view.phase, phase) {
            self.retire(Some(expired));
        }
    }

    /// It is known that no server has spent the refresh token.
    pub(super) fn forget_doubt(&mut self) {
        if let Doubt::AnswerUndecodable(answer) = std::mem::take(&mut self.doubt) {
            self.retire(Some(answer.error));
        }
    }

    /// Nothing that failed before counts any more.
    pub(super) fn recover(&mut self) {
        let (doomed, refused, cool_down) = (self.doomed.take(), self.refused.take(), self.cool_down.take());
        self.retire(doomed);
        self.retire(refused.map(|refused| refused.expired));
        self.retire(cool_down.map(|cool_down| cool_down.failure));
        self.forget_doubt();
        self.failures = 0;
    }

    /// What was retired since this was last asked.
    pub(crate) fn take_retired(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.retired)
    }
}
