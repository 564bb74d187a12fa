//! Exponential backoff with jitter: the pause in front of another attempt.

use std::time::Duration;

/// Returns the pause after `failures` failures. The ceiling starts at `first` and doubles up to `longest`.
/// The pause is between a half and the whole of it, by `random` from 0 to 1, because callers that failed at
/// the same moment must not come back in step.
pub(crate) fn delay(first: Duration, longest: Duration, failures: u32, random: f64) -> Duration {
    let ceiling = first.saturating_mul(1 << failures.min(10)).min(longest);
    ceiling.mul_f64(0.5 + random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_doubles_up_to_the_longest_and_is_half_of_it_at_least() {
        let (first, longest) = (Duration::from_millis(500), Duration::from_secs(8));
        for (failures, random, millis) in [
            (0, 0.0, 250),
            (0, 1.0, 500),
            (1, 1.0, 1000),
            (4, 1.0, 8000),
            (5, 1.0, 8000),
            (u32::MAX, 0.0, 4000),
        ] {
            let pause = delay(first, longest, failures, random);
            assert_eq!(pause, Duration::from_millis(millis), "{failures} {random}");
        }
    }
}
