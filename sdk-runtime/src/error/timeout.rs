//! A call that took too long.

use std::fmt;
use std::time::Duration;

/// The call took longer than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    phase: TimeoutPhase,
    millis: u32,
}

/// What a call was waiting for when its time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// A refresh of the access token. The request, or its replay, had not been sent; the refresh goes on.
    Refresh,
    /// A connection to the server. What was to be sent by it had not been sent.
    Connect,
    /// The server's answer.
    Response,
}

impl Timeout {
    /// A timeout of `limit` while waiting for `phase`.
    #[must_use]
    pub fn new(phase: TimeoutPhase, limit: Duration) -> Self {
        Self { phase, millis: u32::try_from(limit.as_millis()).unwrap_or(u32::MAX) }
    }

    /// What the call was waiting for.
    #[must_use]
    pub fn phase(&self) -> TimeoutPhase {
        self.phase
    }

    /// How long the call was allowed to take, to the millisecond.
    #[must_use]
    pub fn limit(&self) -> Duration {
        Duration::from_millis(self.millis.into())
    }
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = match self.phase {
            TimeoutPhase::Refresh => "a refresh of the access token",
            TimeoutPhase::Connect => "a connection to the server",
            TimeoutPhase::Response => "the server's answer",
        };
        write!(f, "timed out after {:?} while waiting for {waiting}", self.limit())
    }
}

impl std::error::Error for Timeout {}
