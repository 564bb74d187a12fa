//! What the core is asked, and what it answers. Knows nothing of how that is decided or carried out.

use std::sync::Arc;
use std::time::Duration;

use super::attach::Credential;
use super::snapshot::{Snapshot, Stamp};
use super::tokens::Grant;
use crate::error::{Error, SessionExpired, UnavailableCause};
use crate::secret::RefreshToken;

/// Whom a call is made for, fixed when it is first polled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) epoch: u64,
    pub(crate) subject: Option<Arc<str>>,
}

/// A credential that a server refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) stamp: Stamp,
    /// Whether the server said that no renewal can help.
    pub(crate) login_over: bool,
    /// Who refused it.
    pub(crate) endpoint: &'static str,
}

/// Names one run of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RunId(pub(super) u64);

/// What a call that wants a credential has to do.
#[derive(Debug)]
pub(crate) enum Demand {
    /// Sign with this.
    Sign(Arc<Snapshot>),
    /// Sign with this, and start this run beside it.
    SignAndStart(Arc<Snapshot>, RunId, Grant),
    /// Wait for the run that is under way.
    Join(Option<Spare>),
    /// Start this run, and wait for it.
    Start(RunId, Grant, Option<Spare>),
    /// Give up.
    Fail(Error),
}

/// What signs if the renewal that is waited for cannot be had: a token that is about to lapse, and has not.
pub(crate) type Spare = Arc<Snapshot>;

/// What came of a renewal.
#[derive(Debug)]
pub(crate) enum Outcome {
    Success(Credential),
    /// Tokens came, and the access token is none that could sign.
    Unusable {
        refresh: Option<RefreshToken>,
        cause: UnavailableCause,
    },
    /// The server refused for good.
    Rejected(SessionExpired),
    /// There is nothing to renew with.
    NothingToRenewWith,
    /// It did not happen, or nobody knows whether it did; nothing is lost that we know of.
    Unavailable {
        cause: UnavailableCause,
        retry_after: Option<Duration>,
    },
    /// The server does not want a request like this at all; asking again soon is of no use.
    Misconfigured(UnavailableCause),
}

/// What the waiters of a run are told. What to sign with they read where everybody does, since more may have happened.
pub(crate) type Settled = Result<(), Error>;
