//! The pause after a failed refresh: how long it is, and whether the machine slept through it.

use std::time::Duration;

use crate::error::RefreshUnavailable;
use crate::runtime::{Instant, Now};

/// The first pause. Each further failure doubles it.
pub(super) const FIRST: Duration = Duration::from_secs(1);
pub(super) const LONGEST: Duration = Duration::from_secs(60);
/// The longest pause if the server does not accept the request at all.
pub(super) const LONGEST_MISCONFIGURED: Duration = Duration::from_secs(300);
/// The longest pause that a server can ask for.
pub(super) const RETRY_AFTER_LONGEST: Duration = Duration::from_secs(3600);
/// The wall clock gets ahead of the monotonic clock by this much while a machine sleeps.
const SLEEP: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct CoolDown {
    pub(super) since: Now,
    pub(super) until: Instant,
    pub(super) failure: RefreshUnavailable,
    /// Whether nothing ends it earlier: the refresh token is most likely spent.
    pub(super) is_held: bool,
}

impl CoolDown {
    /// Whether the machine has slept since, and may be in another network now.
    pub(super) fn was_slept_through(&self, now: Now) -> bool {
        let ran = now.mono.saturating_duration_since(self.since.mono);
        now.wall.duration_since(self.since.wall).is_ok_and(|passed| passed > ran + SLEEP)
    }
}
