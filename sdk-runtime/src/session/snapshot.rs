//! What a session publishes for everybody to read without a lock.
//!
//! - **I3** A snapshot never changes, but for `rejected`, which goes from false to true.
//! - **I2** Credential and stamp of a request come from one load of one snapshot.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderValue;

use crate::clock::Instant;
use crate::cookies::Jar;
use crate::error::SessionExpired;
use crate::secret::{AccessToken, RefreshToken};

/// Which credential of which login, compared lexicographically. Only stamps are ever compared, never the text of tokens:
/// some servers issue the same one twice within a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stamp {
    /// One more with every sign-in and sign-out.
    pub(crate) epoch: u64,
    /// One more with every publication, never reset.
    pub(crate) generation: u64,
}

/// One credential, as requests are signed with it.
pub(crate) struct Snapshot {
    pub(crate) stamp: Stamp,
    pub(crate) subject: Option<Arc<str>>,
    /// What was granted, where the tokens said so.
    pub(crate) scopes: Option<Arc<[String]>>,
    pub(crate) access: Option<AccessToken>,
    /// What the login can be renewed with, for whoever keeps it across restarts; the core has its own copy.
    pub(crate) refresh: Option<RefreshToken>,
    /// The ready-made header; `None` where cookies sign.
    pub(crate) header: Option<HeaderValue>,
    pub(crate) jar: Arc<Jar>,
    pub(crate) lapses: Option<Instant>,
    rejected: AtomicBool,
}

/// Whether requests may be signed with a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    Fresh,
    /// Older than its lifetime.
    Lapsed,
    /// A server refused it.
    Rejected,
}

impl Snapshot {
    pub(crate) fn new(
        stamp: Stamp,
        subject: Option<Arc<str>>,
        scopes: Option<Arc<[String]>>,
        (access, refresh): (Option<AccessToken>, Option<RefreshToken>),
        header: Option<HeaderValue>,
        jar: Arc<Jar>,
        lapses: Option<Instant>,
    ) -> Self {
        Self {
            stamp,
            subject,
            scopes,
            access,
            refresh,
            header,
            jar,
            lapses,
            rejected: AtomicBool::new(false),
        }
    }

    pub(crate) fn validity(&self, now: impl FnOnce() -> Instant) -> Validity {
        if self.rejected.load(Ordering::Acquire) {
            return Validity::Rejected;
        }
        match self.lapses {
            Some(lapses) if now() >= lapses => Validity::Lapsed,
            _ => Validity::Fresh,
        }
    }

    pub(crate) fn reject(&self) {
        self.rejected.store(true, Ordering::Release);
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("stamp", &self.stamp)
            .field("rejected", &self.rejected)
            .finish_non_exhaustive()
    }
}

/// A session as it is at one moment.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) epoch: u64,
    pub(crate) phase: Phase,
    /// The cookies of this epoch.
    pub(crate) jar: Arc<Jar>,
}

impl View {
    /// The cookies a sign-in begins with: those that were set on the way to it, and none of a former user's.
    pub(crate) fn jar_for_sign_in(&self) -> Arc<Jar> {
        match self.phase {
            Phase::SignedOut => Arc::new(self.jar.fork()),
            Phase::Active(_) | Phase::Expired(_) | Phase::Closed => Arc::default(),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Phase {
    SignedOut,
    Active(Arc<Snapshot>),
    Expired(SessionExpired),
    Closed,
}
