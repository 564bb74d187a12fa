//! What a session publishes for everybody to read without a lock.
//!
//! - **I3** A snapshot never changes, but for `rejected`, which goes from false to true, for who has accepted it, and for who refreshes it.
//! - **I2** Credential and stamp of a request come from one load of one snapshot.

use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;

use super::refresh_schedule::RefreshSchedule;
use crate::cookies::Jar;
use crate::error::SessionExpired;
use crate::runtime::{Instant, Now};
use crate::secret::{AccessToken, RefreshToken};
use crate::sync::{ApproximateSet, DueClaim, Flag};

/// Which credential of which login, compared lexicographically. Only stamps are ever compared, never the text of tokens:
/// some servers issue the same one twice within a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stamp {
    /// One more with every sign-in and sign-out.
    pub(crate) epoch: u64,
    /// One more with every publication, never reset.
    pub(crate) generation: u64,
}

/// An endpoint as far as rejections go: its name, at the base of its client. Two clients of one trait may have different servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndpointId {
    pub(crate) base: u64,
    pub(crate) name: &'static str,
}

impl EndpointId {
    fn number(&self) -> u64 {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        hasher.hash_one((self.base, self.name))
    }
}

/// One credential, as requests are signed with it.
pub(crate) struct Snapshot {
    pub(crate) stamp: Stamp,
    pub(crate) subject: Option<Arc<str>>,
    /// What was granted, where the tokens said so.
    pub(crate) scopes: Option<Arc<[String]>>,
    pub(crate) access: Option<AccessToken>,
    /// What the login can be refreshed with, for whoever keeps it across restarts; the core has its own copy.
    pub(crate) refresh: Option<RefreshToken>,
    /// The ready-made header; `None` where cookies sign.
    pub(crate) header: Option<HeaderValue>,
    pub(crate) jar: Arc<Jar>,
    pub(crate) schedule: Option<RefreshSchedule>,
    rejected: Flag,
    /// Whether a server has taken it.
    accepted_by: ApproximateSet,
    /// When it may next be refreshed beside the calls that it signs, in milliseconds since `since`.
    refresh_claim: DueClaim,
    /// How old it was when it was made a snapshot, and when that was.
    age: Duration,
    since: Now,
}

/// Whether requests may be signed with a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    Fresh,
    /// It signs, and somebody should refresh it.
    Stale,
    /// It is about to lapse: calls wait for a refresh, and are signed with it if that cannot be had.
    Due,
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
        (schedule, age, since): (Option<RefreshSchedule>, Duration, Now),
    ) -> Self {
        Self {
            stamp,
            subject,
            scopes,
            access,
            refresh,
            header,
            jar,
            schedule,
            rejected: Flag::default(),
            accepted_by: ApproximateSet::default(),
            refresh_claim: DueClaim::default(),
            age,
            since,
        }
    }

    /// I26: a rejection outranks both clocks, and of these the one by which it is older counts.
    pub(crate) fn validity(&self, now: impl FnOnce() -> Now) -> Validity {
        if self.rejected.is_raised() {
            return Validity::Rejected;
        }
        let Some(schedule) = &self.schedule else { return Validity::Fresh };
        let age = self.age(now());
        if age < schedule.refresh_soon {
            Validity::Fresh
        } else if age < schedule.refresh_now {
            Validity::Stale
        } else if age < schedule.lapses {
            Validity::Due
        } else {
            Validity::Lapsed
        }
    }

    /// How old it is, by the clock that says it is older.
    pub(crate) fn age(&self, now: Now) -> Duration {
        self.age.saturating_add(now.since(&self.since))
    }

    /// How long it lives on; zero when it has lapsed, `None` where nothing tells.
    pub(crate) fn remaining(&self, now: Now) -> Option<Duration> {
        self.schedule.map(|schedule| schedule.lapses.saturating_sub(self.age(now)))
    }

    /// Whether it is older than its lifetime, be it rejected or accepted.
    pub(crate) fn has_lapsed(&self, now: Now) -> bool {
        self.remaining(now).is_some_and(|remaining| remaining.is_zero())
    }

    /// When its access token was issued, by our clock.
    pub(crate) fn issued(&self) -> SystemTime {
        self.since.wall.checked_sub(self.age).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Whether no task refreshes it, and one may. By the clock that is ahead, since a cool-down ends with the sleep of the machine.
    pub(crate) fn may_be_refreshed(&self, now: Now) -> bool {
        self.refresh_claim.is_free(millis(now.since(&self.since)))
    }

    /// Whether requests can be signed with it at all.
    pub(crate) fn still_signs(&self, now: Now) -> bool {
        !matches!(self.validity(|| now), Validity::Lapsed | Validity::Rejected)
    }

    /// Somebody refreshes it, so that nobody else has to.
    pub(crate) fn claim_refresh(&self) {
        self.refresh_claim.take();
    }

    /// It was not refreshed: from `when` on somebody else may try.
    pub(crate) fn give_refresh_back(&self, when: Instant) {
        self.refresh_claim.give_back(millis(when.saturating_duration_since(self.since.mono)));
    }

    /// The server of `endpoint` has accepted it.
    pub(crate) fn accept(&self, endpoint: EndpointId) {
        self.accepted_by.set(endpoint.number());
    }

    /// Whether any server has accepted it.
    pub(crate) fn was_accepted(&self) -> bool {
        self.accepted_by.has_any()
    }

    /// Whether the server of `endpoint` may have accepted it; `false` is certain.
    pub(crate) fn was_accepted_by(&self, endpoint: EndpointId) -> bool {
        self.accepted_by.has(endpoint.number())
    }

    pub(crate) fn reject(&self) {
        self.rejected.raise();
    }

    pub(crate) fn is_rejected(&self) -> bool {
        self.rejected.is_raised()
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

fn millis(since: Duration) -> u64 {
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX - 1)
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
            Phase::Unloaded | Phase::SignedOut => Arc::new(self.jar.fork()),
            Phase::Active(_) | Phase::Expired(_) | Phase::Closed => Arc::default(),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Phase {
    /// Who is signed in is in a store that nobody has looked into yet.
    Unloaded,
    SignedOut,
    Active(Arc<Snapshot>),
    Expired(SessionExpired),
    Closed,
}

#[cfg(test)]
impl From<&'static str> for EndpointId {
    fn from(name: &'static str) -> Self {
        Self { base: 0, name }
    }
}

#[cfg(test)]
impl PartialEq<&str> for EndpointId {
    fn eq(&self, name: &&str) -> bool {
        self.name == *name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_a_token_that_is_being_refreshed_is_free_at_no_time() {
        let now = Now { mono: crate::runtime::now(), wall: SystemTime::UNIX_EPOCH };
        let stamp = Stamp { epoch: 1, generation: 1 };
        let (age, jar) = (Duration::ZERO, Arc::default());
        let snapshot = Snapshot::new(stamp, None, None, (None, None), None, jar, (None, age, now));
        // A clock that is set to the end of time, further than there are milliseconds to count. That of Windows ends before.
        let in_seconds = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        let end = in_seconds(i64::MAX as u64).or_else(|| in_seconds(900_000_000_000)).unwrap();
        let end = Now { wall: end, ..now };
        assert!(snapshot.may_be_refreshed(now) && snapshot.may_be_refreshed(end));
        snapshot.claim_refresh();
        assert!(!snapshot.may_be_refreshed(now) && !snapshot.may_be_refreshed(end), "I1");
        snapshot.give_refresh_back(now.mono + Duration::from_millis(7));
        let at = |millis| Now { wall: now.wall + Duration::from_millis(millis), ..now };
        assert!(!snapshot.may_be_refreshed(at(6)) && snapshot.may_be_refreshed(at(7)), "I18");
    }
}
