//! `Timeout`: a call that exceeded its timeout.

use std::fmt;
use std::time::Duration;

use super::called::{Called, has_endpoint};

/// The call exceeded its timeout.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    phase: TimeoutPhase,
    millis: u32,
    called: Called,
}

has_endpoint!(Timeout, called);

/// What a call was waiting for when it timed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// A refresh of the access token. The request, or its replay, was not sent. The refresh goes on.
    Refresh,
    /// A connection to the server. Nothing was sent on it.
    Connect,
    /// The server's response.
    Response,
}

impl Timeout {
    /// Creates a timeout of `limit` in `phase`.
    #[must_use]
    pub fn new(phase: TimeoutPhase, limit: Duration) -> Self {
        let millis = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
        Self { phase, millis, called: Called::default() }
    }

    /// Returns what the call was waiting for.
    #[must_use]
    pub fn phase(&self) -> TimeoutPhase {
        self.phase
    }

    /// Returns the timeout of the call, in whole milliseconds.
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

impl fmt::Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("phase", &self.phase).field("millis", &self.millis).finish()
    }
}

impl std::error::Error for Timeout {}
