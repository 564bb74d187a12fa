//! Published snapshots of a session, which are read without a lock, and their refresh schedule: a token is
//! refreshed before it lapses, so that no call has to wait.
//!
//! - **I3** A snapshot never changes, except its rejection (from false to true), the servers that have
//!   accepted it, and the claim to refresh it.
//! - **I2** Credential and version of a request come from one load of one snapshot.
//! - **I25** The windows of the schedule lie within the lifetime.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use url::Url;

use crate::cookies::Jar;
use crate::error::SessionExpired;
use crate::runtime::{Instant, Now};
use crate::session::token::Tokens;
use crate::sync::{DueClaim, Flag, GrowingSet};

/// The version of a credential, compared lexicographically. The text of tokens is never compared, because
/// some servers issue the same one twice within a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Version {
    /// Grows with every sign-in and sign-out.
    pub(crate) epoch: u64,
    /// Grows with every publication, and is never reset.
    pub(crate) generation: u64,
}

/// An endpoint as rejections count it: its name, and the base URL of its client. Two clients of one trait
/// may have different servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndpointId {
    pub(crate) base: u64,
    pub(crate) name: &'static str,
}

impl EndpointId {
    /// Returns the number that tells it apart from the others of a program: the hash FNV-1a with 64 bits.
    fn number(&self) -> NonZeroU64 {
        let hash = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let base = (0xcbf2_9ce4_8422_2325 ^ self.base).wrapping_mul(0x0100_0000_01b3);
        NonZeroU64::new(self.name.bytes().fold(base, hash)).unwrap_or(NonZeroU64::MAX)
    }
}

pub(crate) struct Snapshot {
    pub(crate) version: Version,
    /// The tokens. The state has a copy of the refresh token, which it may replace.
    pub(crate) tokens: Tokens,
    /// The ready-made header, or the value in the query. `None` if cookies sign.
    pub(crate) header: Option<HeaderValue>,
    /// Where calls go, if not to the base.
    pub(crate) origin: Option<Arc<Url>>,
    pub(crate) jar: Arc<Jar>,
    pub(crate) schedule: Option<RefreshSchedule>,
    rejected: Flag,
    /// The endpoints whose servers have accepted it.
    accepted_by: GrowingSet,
    /// When it may next be refreshed in the background, in milliseconds since `since`.
    refresh_claim: DueClaim,
    /// Its age when the snapshot was made, and when that was.
    age: Duration,
    since: Now,
}

/// The share of the lifetime before its end, and its maximum, in which a token is refreshed in the
/// background.
const ADVISORY: (f64, Duration) = (0.15, Duration::from_secs(300));
/// A random part that is added at most, so that users who signed in together do not refresh together.
const JITTER: (f64, Duration) = (0.10, Duration::from_secs(30));
/// The share before the end, and its maximum, in which calls wait for the refresh.
const MANDATORY: (f64, Duration) = (0.05, Duration::from_secs(30));

/// When a token is refreshed before it lapses: an option of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RefreshInAdvance {
    /// One call starts the refresh, and all calls are signed with the present token meanwhile.
    #[default]
    Background,
    /// Calls wait for the refresh, up to 2 s or half of the token's remaining life. For servers that revoke a
    /// token when they issue the next one.
    Waited,
    /// Not before the token has lapsed or a server rejects it.
    Off,
}

/// The limits of a token's use, as ages of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RefreshSchedule {
    /// From this age on the token is refreshed in the background.
    pub(crate) refresh_soon: Duration,
    /// From this age on calls wait for the refresh.
    pub(crate) refresh_now: Duration,
    /// From this age on it signs nothing.
    pub(crate) lapses: Duration,
}

impl RefreshSchedule {
    /// The schedule of a token that lives for `lifetime`. `random` is from 0 to 1.
    pub(crate) fn new(lifetime: Duration, random: f64) -> Self {
        let share = |(share, longest): (f64, Duration)| lifetime.mul_f64(share).min(longest);
        let advisory = (share(ADVISORY) + share(JITTER).mul_f64(random)).min(lifetime / 2);
        Self { refresh_soon: lifetime - advisory, refresh_now: lifetime - share(MANDATORY), lapses: lifetime }
    }

    /// Returns the schedule by the client's option.
    pub(crate) fn by(self, when: RefreshInAdvance) -> Self {
        match when {
            RefreshInAdvance::Background => self,
            RefreshInAdvance::Waited => Self { refresh_now: self.refresh_soon, ..self },
            RefreshInAdvance::Off => Self { refresh_soon: self.lapses, refresh_now: self.lapses, ..self },
        }
    }
}

/// Whether requests may be signed with a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    Fresh,
    /// It signs, and one call should refresh it.
    Stale,
    /// It is about to lapse: calls wait for a refresh, and are signed with it if that fails.
    Due,
    /// Older than its lifetime.
    Lapsed,
    /// A server rejected it.
    Rejected,
}

impl Snapshot {
    pub(crate) fn new(
        version: Version,
        tokens: Tokens,
        (header, origin): (Option<HeaderValue>, Option<Arc<Url>>),
        jar: Arc<Jar>,
        (schedule, age, since): (Option<RefreshSchedule>, Duration, Now),
    ) -> Self {
        Self {
            version,
            tokens,
            header,
            origin,
            jar,
            schedule,
            rejected: Flag::default(),
            accepted_by: GrowingSet::default(),
            refresh_claim: DueClaim::default(),
            age,
            since,
        }
    }

    /// I26: a rejection outranks both clocks. The age is the larger one of the two clocks.
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

    /// Its age, the larger one of the two clocks.
    pub(crate) fn age(&self, now: Now) -> Duration {
        self.age.saturating_add(now.since(&self.since))
    }

    /// How long it still lives: zero when it has lapsed, `None` if its lifetime is unknown.
    pub(crate) fn remaining(&self, now: Now) -> Option<Duration> {
        self.schedule.map(|schedule| schedule.lapses.saturating_sub(self.age(now)))
    }

    /// Whether it is older than its lifetime, rejected or not.
    pub(crate) fn has_lapsed(&self, now: Now) -> bool {
        self.remaining(now).is_some_and(|remaining| remaining.is_zero())
    }

    /// When its access token was issued, by our clock.
    pub(crate) fn issued(&self) -> SystemTime {
        self.since.wall.checked_sub(self.age).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Whether no task refreshes it, and one may. By the clock that is ahead, because a sleep of the
    /// machine ends a cool-down.
    pub(crate) fn may_be_refreshed(&self, now: Now) -> bool {
        self.refresh_claim.is_free(millis(now.since(&self.since)))
    }

    pub(crate) fn still_signs(&self, now: Now) -> bool {
        !matches!(self.validity(|| now), Validity::Lapsed | Validity::Rejected)
    }

    /// Claims its refresh in the background, so that no other call starts one.
    pub(crate) fn claim_refresh(&self) {
        self.refresh_claim.take();
    }

    /// Gives the claim back: from `when` on another call may refresh it.
    pub(crate) fn give_refresh_back(&self, when: Instant) {
        self.refresh_claim.give_back(millis(when.saturating_duration_since(self.since.mono)));
    }

    pub(crate) fn accept(&self, endpoint: EndpointId) {
        self.accepted_by.add(endpoint.number());
    }

    pub(crate) fn was_accepted(&self) -> bool {
        self.accepted_by.has_any()
    }

    /// Whether the server of `endpoint` has accepted it.
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
            .field("version", &self.version)
            .field("rejected", &self.rejected)
            .finish_non_exhaustive()
    }
}

fn millis(since: Duration) -> u64 {
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX - 1)
}

/// The state of a session at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    pub(crate) epoch: u64,
    pub(crate) phase: Phase,
    /// The cookies of this epoch.
    pub(crate) jar: Arc<Jar>,
}

impl View {
    /// The cookies that a sign-in starts with: those set before it, and none of a former user.
    pub(crate) fn jar_for_sign_in(&self) -> Arc<Jar> {
        match self.phase {
            Phase::Unloaded | Phase::SignedOut => Arc::new(self.jar.fork()),
            Phase::Active(_) | Phase::Expired(_) | Phase::Closed => Arc::default(),
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) enum Phase {
    /// The store has not been read yet.
    Unloaded,
    #[default]
    SignedOut,
    Active(Arc<Snapshot>),
    Expired(SessionExpired),
    Closed,
}

#[cfg(test)]
mod tests {
    use super::*;

    impl From<&'static str> for EndpointId {
        fn from(name: &'static str) -> Self {
            Self { base: 0, name }
        }
    }

    impl PartialEq<&str> for EndpointId {
        fn eq(&self, name: &&str) -> bool {
            self.name == *name
        }
    }

    #[test]
    fn i1_a_token_that_is_being_refreshed_is_free_at_no_time() {
        let now = Now { mono: crate::runtime::now(), wall: SystemTime::UNIX_EPOCH };
        let version = Version { epoch: 1, generation: 1 };
        let (age, jar) = (Duration::ZERO, Arc::default());
        let snapshot = Snapshot::new(version, Tokens::none(), (None, None), jar, (None, age, now));
        // A clock at the end of time, further than there are milliseconds to count. That of Windows ends
        // before.
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

    #[test]
    fn i25_windows_are_shares_of_a_lifetime_and_have_an_upper_bound() {
        for (lifetime, random, refresh_soon, refresh_now) in [
            (1.0, 0.0, 0.15, 0.05),
            (1.0, 1.0, 0.25, 0.05),
            (600.0, 0.0, 90.0, 30.0),
            (600.0, 1.0, 120.0, 30.0),
            (3600.0, 0.0, 300.0, 30.0),
            (3600.0, 0.5, 315.0, 30.0),
            (86_400.0, 1.0, 330.0, 30.0),
            (0.0, 1.0, 0.0, 0.0),
        ] {
            let schedule = RefreshSchedule::new(Duration::from_secs_f64(lifetime), random);
            let before = |age: Duration| (schedule.lapses - age).as_secs_f64();
            assert!(
                (before(schedule.refresh_soon) - refresh_soon).abs() < 1e-6,
                "{lifetime} {random}: {}",
                before(schedule.refresh_soon)
            );
            assert!(
                (before(schedule.refresh_now) - refresh_now).abs() < 1e-6,
                "{lifetime} {random}: {}",
                before(schedule.refresh_now)
            );
            assert!(schedule.refresh_soon <= schedule.refresh_now);
            let waited = schedule.by(RefreshInAdvance::Waited);
            assert_eq!(
                (waited.refresh_soon, waited.refresh_now),
                (schedule.refresh_soon, waited.refresh_soon)
            );
            let off = schedule.by(RefreshInAdvance::Off);
            assert_eq!((off.refresh_soon, off.refresh_now, off.lapses), [schedule.lapses; 3].into());
        }
        assert_eq!(
            RefreshSchedule::new(Duration::MAX, 1.0).lapses,
            Duration::MAX,
            "the longest lifetime that a server can tell"
        );
    }
}
