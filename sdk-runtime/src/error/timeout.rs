//! `Timeout`: a call that exceeded its timeout.

use std::fmt;
use std::time::Duration;

use super::called::{Called, has_endpoint};

/// The call exceeded its timeout.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Timeout {
    phase: TimeoutPhase,
    scope: TimeoutScope,
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
    /// More of the body of the server's response, which was silent for too long.
    Idle,
}

/// What had the limit that was exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutScope {
    /// The call as a whole: `timeout`.
    Call,
    /// One attempt of it: `attempt_timeout`.
    Attempt,
    /// The silence between two pieces of an answer's body: `idle_timeout`.
    Idle,
}

impl Timeout {
    /// Creates a timeout of `limit` in `phase`. The scope is [`Idle`](TimeoutScope::Idle) in the phase of
    /// that name, and [`Call`](TimeoutScope::Call) otherwise.
    #[must_use]
    pub fn new(phase: TimeoutPhase, limit: Duration) -> Self {
        let millis = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
        let scope = if phase == TimeoutPhase::Idle { TimeoutScope::Idle } else { TimeoutScope::Call };
        Self { phase, scope, millis, called: Called::default() }
    }

    /// Returns the same timeout as that of an attempt.
    #[must_use]
    pub fn of_an_attempt(self) -> Self {
        Self { scope: TimeoutScope::Attempt, ..self }
    }

    /// Returns what had the limit.
    #[must_use]
    pub fn scope(&self) -> TimeoutScope {
        self.scope
    }

    /// Returns what the call was waiting for.
    #[must_use]
    pub fn phase(&self) -> TimeoutPhase {
        self.phase
    }

    /// Returns the limit that was exceeded, in whole milliseconds.
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
            TimeoutPhase::Idle => "more of the server's answer",
        };
        let (what, option) = match self.scope {
            TimeoutScope::Call => ("", "timeout"),
            TimeoutScope::Attempt => ("an attempt ", "attempt_timeout"),
            TimeoutScope::Idle => ("", "idle_timeout"),
        };
        write!(f, "{what}timed out after {:?} (`{option}`) while waiting for {waiting}", self.limit())
    }
}

impl fmt::Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Timeout");
        debug.field("phase", &self.phase).field("millis", &self.millis);
        if self.scope != TimeoutScope::Call {
            debug.field("scope", &self.scope);
        }
        debug.finish()
    }
}

impl std::error::Error for Timeout {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_names_its_option() {
        let seconds = Duration::from_secs;
        let idle = Timeout::new(TimeoutPhase::Idle, seconds(30));
        let attempt = Timeout::new(TimeoutPhase::Response, seconds(3)).of_an_attempt();
        for (timeout, scope, told, shown) in [
            (
                idle,
                TimeoutScope::Idle,
                "timed out after 30s (`idle_timeout`) while waiting for more of the server's answer",
                "Timeout { phase: Idle, millis: 30000, scope: Idle }",
            ),
            (
                attempt,
                TimeoutScope::Attempt,
                "an attempt timed out after 3s (`attempt_timeout`) while waiting for the server's answer",
                "Timeout { phase: Response, millis: 3000, scope: Attempt }",
            ),
        ] {
            assert_eq!((timeout.scope(), timeout.to_string().as_str()), (scope, told));
            assert_eq!(format!("{timeout:?}"), shown);
        }
    }
}
