//! The refresh schedule of a token: it is refreshed before it lapses, by shares of its lifetime, so that no
//! call has to wait.
//!
//! - **I25** The windows lie within the lifetime.

use std::time::Duration;

/// The share of the lifetime before its end, and its maximum, in which a token is refreshed in the
/// background.
const ADVISORY: (f64, Duration) = (0.15, Duration::from_secs(300));
/// A random part that is added at most, so that users who signed in together do not refresh together.
const JITTER: (f64, Duration) = (0.10, Duration::from_secs(30));
/// The share before the end, and its maximum, in which calls wait for the refresh.
const MANDATORY: (f64, Duration) = (0.05, Duration::from_secs(30));

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
}

#[cfg(test)]
mod tests {
    use super::*;

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
        }
        assert_eq!(
            RefreshSchedule::new(Duration::MAX, 1.0).lapses,
            Duration::MAX,
            "the longest lifetime that a server can tell"
        );
    }
}
