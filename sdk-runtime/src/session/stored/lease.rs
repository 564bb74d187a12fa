//! The lease on a stored login, for stores without a lock: how long it lasts, and how long it keeps other
//! processes out.
//!
//! - **I1**, **I14** A lease covers one send. A killed process may have a request at the server: no other
//!   process sends the same refresh token before that request has had its time.

use std::time::{Duration, SystemTime};

use super::schema::Lease;
use crate::runtime::since_1970;
use crate::runtime::{self, Clock, Now};

/// What a lease lasts beyond its send: two writes, and a margin for clocks.
const MARGIN: Duration = Duration::from_secs(5);
/// How much of the margin may have passed when the send starts.
const SPENT: Duration = Duration::from_millis(2_500);

/// How long a claim lasts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeaseTerm {
    /// How long a send may take.
    send: Duration,
    /// How much longer earlier writes have taken.
    slow: Duration,
}

impl LeaseTerm {
    pub(crate) fn of(send: Duration) -> Self {
        Self { send, slow: Duration::ZERO }
    }

    /// Returns a longer term, after the write of the claim has taken `took`.
    pub(crate) fn after(self, took: Duration) -> Self {
        Self { slow: took.min(MARGIN), ..self }
    }

    fn lasts(self) -> Duration {
        self.send.saturating_add(MARGIN).saturating_add(self.slow)
    }

    /// A lease that starts at `wall`.
    pub(crate) fn lease(self, holder: &str, wall: SystemTime) -> Lease {
        let lasts = u64::try_from(self.lasts().as_millis()).unwrap_or(u64::MAX);
        Lease { holder: holder.to_owned(), until: since_1970(wall).saturating_add(lasts) }
    }

    /// Whether a claim of `since` no longer covers a send that starts now: its write took long, or the
    /// machine slept.
    pub(crate) fn is_spent(self, since: &Now, clock: &Clock) -> bool {
        clock.now().since(since) > SPENT + self.slow
    }

    /// Whether a claim of `since` is over, so that another process may have one.
    pub(crate) fn is_over(self, since: &Now, clock: &Clock) -> bool {
        clock.now().since(since) >= self.lasts()
    }

    /// How long to wait for another process, which may send twice.
    pub(crate) fn longest_wait(self) -> Duration {
        self.lasts().saturating_mul(2).saturating_add(MARGIN)
    }
}

/// A lease of another process, and when it was seen first.
#[derive(Default)]
pub(crate) struct OtherLease(Option<(Lease, runtime::Instant)>);

impl OtherLease {
    /// Whether `lease` keeps `holder` from refreshing. It counts for at most one `term` from when it was
    /// seen, because a wrong clock may have written an end that is years away.
    pub(crate) fn is_busy(&mut self, lease: &Lease, holder: &str, wall: SystemTime, term: LeaseTerm) -> bool {
        if *lease.holder == *holder || since_1970(wall) >= lease.until {
            return false;
        }
        let known = self.0.take().filter(|(known, _)| known == lease);
        let (_, since) = self.0.insert(known.unwrap_or_else(|| (lease.clone(), runtime::now())));
        runtime::now().saturating_duration_since(*since) < term.lasts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_lasts_as_long_as_the_send_and_a_margin() {
        let (send, wall) = (Duration::from_secs(20), SystemTime::UNIX_EPOCH);
        let until = |term: LeaseTerm| term.lease("me", wall).until;
        assert_eq!(until(LeaseTerm::of(send)), 25_000);
        assert_eq!(until(LeaseTerm::of(send).after(Duration::from_secs(3))), 28_000, "writing takes long");
        assert_eq!(until(LeaseTerm::of(send).after(Duration::from_secs(3600))), 30_000, "the machine slept");
        assert_eq!(until(LeaseTerm::of(Duration::MAX)), u64::MAX);
    }

    #[test]
    fn i14_a_claim_that_no_longer_covers_a_send_is_spent() {
        let clock = Clock::default();
        let mut since = clock.now();
        let term = LeaseTerm::of(Duration::from_secs(20));
        assert!(!term.is_spent(&since, &clock));
        since.wall -= Duration::from_secs(3);
        assert!(term.is_spent(&since, &clock));
        assert!(!term.after(Duration::from_secs(3)).is_spent(&since, &clock));
        assert!(!term.is_over(&since, &clock));
        since.wall -= Duration::from_secs(22);
        assert!(term.is_over(&since, &clock) && !term.after(Duration::from_secs(3)).is_over(&since, &clock));
    }
    #[test]
    fn i1_a_right_ends_at_its_very_moment() {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let clock = Clock::with_wall(move || wall);
        let moment = Duration::from_millis(1);
        let term = LeaseTerm::of(Duration::from_secs(20));
        for slow in [Duration::ZERO, Duration::from_secs(3)] {
            let term = term.after(slow);
            let ago = |passed| Now { wall: wall - passed, ..clock.now() };
            let (spent, lasts) = (SPENT + slow, Duration::from_secs(25) + slow);
            assert!(!term.is_spent(&ago(spent), &clock), "I14: {slow:?}");
            assert!(term.is_spent(&ago(spent + moment), &clock), "I14: {slow:?}");
            assert!(!term.is_over(&ago(lasts - moment), &clock), "I1: {slow:?}");
            assert!(term.is_over(&ago(lasts), &clock), "I1: {slow:?}");
            assert_eq!(term.longest_wait(), lasts * 2 + MARGIN, "{slow:?}");
        }
        assert_eq!(term.after(MARGIN + moment).lasts(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn i1_a_lease_of_another_process_is_in_the_way_until_its_time_or_for_as_long_as_a_term() {
        let passes = |time| runtime::sleep_until(runtime::deadline(time));
        let moment = Duration::from_millis(1);
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let lease = |until| Lease { holder: "other".to_owned(), until: since_1970(until) };
        let term = LeaseTerm::of(Duration::from_secs(20));
        let mut it = OtherLease::default();
        assert!(!it.is_busy(&lease(wall), "me", wall, term), "its time is over");
        assert!(!it.is_busy(&lease(wall - moment), "me", wall, term));
        assert!(it.is_busy(&lease(wall + moment), "me", wall, term), "I1");
        assert!(!it.is_busy(&lease(wall + moment), "other", wall, term), "it is its own");
        // By a clock that was wrong it ends in years.
        let (mut it, years) = (OtherLease::default(), lease(wall + Duration::from_secs(1 << 30)));
        for _ in 0..2 {
            assert!(it.is_busy(&years, "me", wall, term));
            passes(term.lasts() - moment).await;
            assert!(it.is_busy(&years, "me", wall, term), "I1");
            // It was extended: its process is alive.
            assert!(it.is_busy(&lease(wall + moment), "me", wall, term), "I1");
            passes(moment).await;
            assert!(it.is_busy(&years, "me", wall, term), "I1: it is counted from when it was seen first");
            passes(term.lasts()).await;
            assert!(!it.is_busy(&years, "me", wall, term), "I6");
            it = OtherLease::default();
        }
    }
}
