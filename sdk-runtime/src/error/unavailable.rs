//! A renewal that cannot be had right now.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{DecodeError, ErrorResponse, InvalidRequest, StoreError, TransportError};
use crate::clock::{self, Instant};

/// The access token must be renewed, and that cannot be had right now. The login is not lost.
#[derive(Clone)]
pub struct RefreshUnavailable(Arc<Inner>);

struct Inner {
    cause: UnavailableCause,
    until: Instant,
}

/// Why a renewal could not be had.
#[derive(Clone)]
#[non_exhaustive]
pub enum UnavailableCause {
    /// The renewal did not get through.
    Transport(TransportError),
    /// The renewal was answered with a status that says nothing definite about the login.
    Status(ErrorResponse),
    /// The renewal was answered with something that is no token.
    Decode(DecodeError),
    /// The renewal took longer than it may.
    Timeout,
    /// The answer said to try later ([`Refusal::TryLater`](crate::Refusal::TryLater)), with this reason.
    TryLater(String),
    /// The renewal's request could not be built.
    Request(InvalidRequest),
    /// The renewal gave an access token that nothing can be signed with.
    Unusable(InvalidRequest),
    /// The renewal gave an access token that is out of date, or will be within a second.
    DeadOnArrival,
    /// The store of the login could not be read or written, so that nobody knows whether another process renews it. Nothing was sent,
    /// or a refusal could not be made sure of.
    Store(StoreError),
    /// Token after token was refused before any request had been accepted with it: 5 in a minute, or 12 in ten. Nothing was asked.
    Storm,
    /// The renewal ended without an outcome: a panic in code of yours it calls, or a runtime that shut down.
    Aborted,
}

impl RefreshUnavailable {
    pub(crate) fn until(until: Instant, cause: UnavailableCause) -> Self {
        Self(Arc::new(Inner { cause, until }))
    }

    /// A renewal that cannot be had for `wait` from now on, for a fake to fail with.
    #[must_use]
    pub fn new(cause: UnavailableCause, wait: Duration) -> Self {
        Self::until(clock::deadline(wait), cause)
    }

    /// Why.
    #[must_use]
    pub fn cause(&self) -> &UnavailableCause {
        &self.0.cause
    }

    /// How long until the session asks again, counted from now; zero when it would ask at once. From half a second to a
    /// minute, growing with each failure; five minutes where the server does not want a request like this at all, or answers with a token that cannot sign; up to an
    /// hour where it says so itself.
    #[must_use]
    pub fn retry_after(&self) -> Duration {
        self.0.until.saturating_duration_since(clock::now())
    }
}

impl fmt::Display for RefreshUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the access token cannot be renewed right now: ")?;
        f.write_str(match &self.0.cause {
            UnavailableCause::Status(answer) => {
                let status = answer.status().as_u16();
                return write!(
                    f,
                    "it was answered with status {status}, which says nothing about the login (`refused = …` can say what it means)"
                );
            }
            UnavailableCause::Transport(_) => "the renewal did not get through",
            UnavailableCause::Decode(_) => "the renewal's answer is not understood",
            UnavailableCause::Timeout => "the renewal took too long",
            UnavailableCause::TryLater(_) => "the server says to try later",
            UnavailableCause::Request(_) => "the renewal's request cannot be built",
            UnavailableCause::Unusable(_) => "the renewal gave an access token that nothing can be signed with",
            UnavailableCause::DeadOnArrival => "the renewal gave a token that is out of date already",
            UnavailableCause::Store(_) => "the store of the login failed",
            UnavailableCause::Storm => "the tokens it gives are refused as soon as they are used",
            UnavailableCause::Aborted => "the renewal was aborted",
        })
    }
}

impl fmt::Debug for RefreshUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshUnavailable").field("cause", &self.0.cause).finish_non_exhaustive()
    }
}

impl fmt::Debug for UnavailableCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Status(response) => response.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Timeout => f.write_str("Timeout"),
            // The words of a server may hold anything.
            Self::TryLater(_) => f.write_str("TryLater(..)"),
            Self::Request(reason) => f.debug_tuple("Request").field(reason).finish(),
            Self::Unusable(error) => f.debug_tuple("Unusable").field(error).finish(),
            Self::DeadOnArrival => f.write_str("DeadOnArrival"),
            Self::Store(error) => error.fmt(f),
            Self::Storm => f.write_str("Storm"),
            Self::Aborted => f.write_str("Aborted"),
        }
    }
}

impl std::error::Error for RefreshUnavailable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            UnavailableCause::Transport(error) => Some(error),
            UnavailableCause::Status(response) => Some(response),
            UnavailableCause::Decode(error) => Some(error),
            UnavailableCause::Store(error) => Some(error),
            UnavailableCause::Request(error) | UnavailableCause::Unusable(error) => Some(error),
            UnavailableCause::Timeout
            | UnavailableCause::TryLater(_)
            | UnavailableCause::DeadOnArrival
            | UnavailableCause::Storm
            | UnavailableCause::Aborted => None,
        }
    }
}
