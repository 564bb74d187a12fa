//! `Host`: what the sessions of one builder have in common. A pool has up to a million of them.

use std::sync::Arc;

use super::token::{Attachment, Judge};
use crate::metrics::Metrics;
use crate::runtime::{Clock, Spawner};

/// How sessions sign and take answers, and what they run on.
pub(crate) struct Host {
    pub(crate) attachment: Arc<Attachment>,
    pub(crate) judge: Arc<Judge>,
    pub(crate) clock: Clock,
    /// Runs the tasks of the sessions, and the calls.
    pub(crate) spawner: Spawner,
    pub(crate) metrics: Metrics,
}

#[cfg(test)]
impl Default for Host {
    fn default() -> Self {
        Self {
            attachment: Arc::new(super::token::Attach::bearer().check().unwrap()),
            judge: Arc::default(),
            clock: Clock::default(),
            spawner: Spawner::default(),
            metrics: Metrics::default(),
        }
    }
}
