//! When a token is renewed that still works: shares of its lifetime before its end, so that nobody has to wait for it.
//!
//! - **I25** Windows are clamped to the lifetime.

use std::time::Duration;

use crate::clock::Instant;

/// The share of a lifetime, and the longest time, in which a token is renewed beside the calls that it signs.
const ADVISORY: (f64, Duration) = (0.15, Duration::from_secs(300));
/// As much earlier at most, so that the many who signed in together do not renew together.
const JITTER: (f64, Duration) = (0.10, Duration::from_secs(30));
/// The share, and the longest time, in which calls wait for the renewal.
const MANDATORY: (f64, Duration) = (0.05, Duration::from_secs(30));

/// The last part of a token's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Windows {
    /// From here on the token is renewed in the background.
    pub(crate) stale: Instant,
    /// From here on calls wait for the renewal.
    pub(crate) due: Instant,
    /// From here on it signs nothing.
    pub(crate) lapses: Instant,
}

impl Windows {
    /// Those of a token that lives for `lifetime` from `now`; `random` is from 0 to 1. `None` for a life beyond all clocks.
    pub(crate) fn new(lifetime: Duration, now: Instant, random: f64) -> Option<Self> {
        let share = |(share, longest): (f64, Duration)| lifetime.mul_f64(share).min(longest);
        let advisory = (share(ADVISORY) + share(JITTER).mul_f64(random)).min(lifetime / 2);
        let lapses = now.checked_add(lifetime)?;
        Some(Self { stale: lapses - advisory, due: lapses - share(MANDATORY), lapses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_shares_of_a_lifetime_and_have_an_upper_bound() {
        let now = crate::clock::now();
        for (lifetime, random, stale, due) in [
            (1.0, 0.0, 0.15, 0.05),
            (1.0, 1.0, 0.25, 0.05),
            (600.0, 0.0, 90.0, 30.0),
            (600.0, 1.0, 120.0, 30.0),
            (3600.0, 0.0, 300.0, 30.0),
            (3600.0, 0.5, 315.0, 30.0),
            (86_400.0, 1.0, 330.0, 30.0),
            (0.0, 1.0, 0.0, 0.0),
        ] {
            let windows = Windows::new(Duration::from_secs_f64(lifetime), now, random).unwrap();
            let before = |instant: Instant| (windows.lapses - instant).as_secs_f64();
            assert!(
                (before(windows.stale) - stale).abs() < 1e-6,
                "{lifetime} {random}: {}",
                before(windows.stale)
            );
            assert!((before(windows.due) - due).abs() < 1e-6, "{lifetime} {random}: {}", before(windows.due));
            assert!(now <= windows.stale && windows.stale <= windows.due, "I25");
        }
        assert_eq!(Windows::new(Duration::MAX, now, 0.0), None);
    }
}
