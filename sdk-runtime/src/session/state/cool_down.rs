//! The cool-down after a failed refresh: how long no refresh starts, and what ends that earlier.
//!
//! - **I18** No refresh starts before its cool-down ends, except once after a sleep of the machine or a
//!   change of network.

use std::time::Duration;

use super::Core;
use super::event::SessionEvent;
use super::snapshot::{Phase, Snapshot};
use crate::backoff;
use crate::error::{RefreshUnavailable, UnavailableCause};
use crate::runtime::{Instant, Now};
use crate::session::stored::Undecodable;

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

impl Core {
    /// Ends the cool-down: what failed in the former network may succeed now.
    pub(crate) fn network_changed(&mut self, now: Now) {
        let Some(cool_down) = self.cool_down.take_if(|cool_down| !cool_down.is_held) else { return };
        self.retire(Some(cool_down.failure));
        self.failures = 0;
        if let Phase::Active(snapshot) = &self.view.phase {
            snapshot.give_refresh_back(now.mono);
        }
    }

    /// Starts a cool-down of `wait` for `cause`, and reports it.
    pub(super) fn cool_down(
        &mut self,
        cause: UnavailableCause,
        wait: Duration,
        now: Now,
    ) -> RefreshUnavailable {
        let until = now.mono + wait;
        let failure = RefreshUnavailable::until(until, cause);
        let cool_down = CoolDown { since: now, until, failure: failure.clone(), is_held: false };
        let before = self.cool_down.replace(Box::new(cool_down));
        self.retire(before.map(|before| before.failure));
        self.tell(SessionEvent::RefreshFailing(failure.clone()));
        if let Phase::Active(snapshot) = &self.view.phase {
            snapshot.give_refresh_back(until);
        }
        failure
    }

    /// Handles a successful response that could not be decoded.
    pub(super) fn answer_was_undecodable(&mut self, answer: Undecodable, now: Now) -> RefreshUnavailable {
        let (wait, cause) = (answer.rest(now.wall), UnavailableCause::Decode(answer.error.clone()));
        self.outcome_unknown.add_undecodable(answer);
        let failure = self.cool_down(cause, wait, now);
        self.hold_cool_down();
        failure
    }

    /// Handles such a response of another process, which the store tells of: the rest of its cool-down
    /// holds here too.
    pub(super) fn another_was_undecodable(&mut self, answer: Undecodable, now: Now) {
        match answer.rest(now.wall).is_zero() {
            true => self.outcome_unknown.add_undecodable(answer),
            false => drop(self.answer_was_undecodable(answer, now)),
        }
    }

    fn hold_cool_down(&mut self) {
        if let Some(cool_down) = &mut self.cool_down {
            cool_down.is_held = true;
        }
    }

    /// Until when no refresh starts, and why. A sleep of the machine ends it once.
    pub(super) fn cooling_down(&mut self, now: Now) -> Option<(Instant, RefreshUnavailable)> {
        let cool_down = self.cool_down.as_ref().filter(|cool_down| now.mono < cool_down.until)?;
        if cool_down.was_slept_through(now) {
            self.network_changed(now);
        }
        let cool_down = self.cool_down.as_ref()?;
        Some((cool_down.until, cool_down.failure.clone()))
    }

    /// Why not even an explicit refresh is started: the refresh token is most likely spent. It is sent once
    /// per cool-down after the access token has lapsed, for servers that do not rotate.
    pub(super) fn withheld(&mut self, snapshot: &Snapshot, now: Now) -> Option<RefreshUnavailable> {
        let error = self.outcome_unknown.undecodable()?.error.clone();
        match self.cooling_down(now) {
            Some((_, failure)) => Some(failure),
            None if snapshot.still_signs(now) || self.works_elsewhere(snapshot, now) => {
                let wait = snapshot.remaining(now).unwrap_or(LONGEST_MISCONFIGURED);
                let until = now.mono.checked_add(wait).unwrap_or(now.mono + RETRY_AFTER_LONGEST);
                Some(RefreshUnavailable::until(until, UnavailableCause::Decode(error)))
            }
            None => None,
        }
    }

    /// Exponential with equal jitter, and never shorter than the server asks.
    pub(super) fn back_off(&mut self, retry_after: Option<Duration>, longest: Duration) -> Duration {
        let jittered = backoff::delay(FIRST, longest, self.failures, self.random.f64());
        self.failures = self.failures.saturating_add(1);
        jittered.max(retry_after.unwrap_or_default().min(RETRY_AFTER_LONGEST))
    }
}
