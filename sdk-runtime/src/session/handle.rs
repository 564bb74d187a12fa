//! `Handle`: what keeps a session at work.
//!
//! - **I33** With the last handle all ends but a refresh that was sent.

use std::ops::Deref;
use std::sync::Arc;

use super::shell::Shell;

/// A handle of a session, which shuts down with the last one. Tasks have none.
pub(super) struct Handle(Arc<Shell>);

impl Handle {
    /// Makes the first handle.
    pub(super) fn new(shell: Shell) -> Self {
        Self(Arc::new(shell))
    }

    /// Returns the shell if this is the only handle.
    pub(super) fn alone(&mut self) -> Option<&mut Arc<Shell>> {
        self.0.handles.are_one().then_some(&mut self.0)
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        self.0.handles.add();
        Self(self.0.clone())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if self.0.handles.remove() {
            self.0.shutdown.give();
        }
    }
}

impl Deref for Handle {
    type Target = Arc<Shell>;

    fn deref(&self) -> &Arc<Shell> {
        &self.0
    }
}
