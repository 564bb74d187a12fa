//! How long to wait before asking a server again, by its own clock; knows nothing of who asks, and reads no clock.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use crate::{date, text};

/// From `first`, doubling with every failure so far up to `longest`, with equal jitter: between a half and the whole of it, by
/// `random` from 0 to 1. Never nothing, and never in step with others who failed at the same moment.
pub(crate) fn back_off(first: Duration, longest: Duration, failures: u32, random: f64) -> Duration {
    let ceiling = first.saturating_mul(1 << failures.min(10)).min(longest);
    ceiling.mul_f64(0.5 + random / 2.0)
}

/// `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let value = text::header(headers, &RETRY_AFTER)?;
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than fits is as long as one likes.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let now = server_time(headers, now);
    let date = date::parse(&value, || now)?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// What the server's clock shows, as far as its answer tells (RFC 9110, 6.6.1): ours may be as wrong as it likes.
pub(crate) fn server_time(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> SystemTime {
    let now = now();
    text::header(headers, &DATE).and_then(|date| date::parse(&date, || now)).unwrap_or(now)
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
            let pause = back_off(first, longest, failures, random);
            assert_eq!(pause, Duration::from_millis(millis), "{failures} {random}");
        }
    }

    #[test]
    fn a_server_says_when_in_seconds_or_by_date() {
        let now = || httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        for (value, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:40 GMT", Some(3)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("+7", None),
            ("\u{a0}7", None),
            ("7 s", None),
            ("7.5", None),
            ("Sunday, 06-Nov-94 08:49:40 GMT", Some(3)),
            ("Sun Nov  6 08:49:40 1994", Some(3)),
            // More than 50 years ahead is long ago.
            ("Tuesday, 06-Nov-45 00:00:00 GMT", Some(0)),
            ("", None),
            ("soon", None),
            ("-1", None),
        ] {
            let value = http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.clone())]);
            assert_eq!(retry_after(&headers, now), seconds.map(Duration::from_secs), "{value:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn a_date_is_by_the_clock_that_wrote_it() {
        let now = || httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        for (date, seconds) in [("Sun, 06 Nov 2044 08:00:00 GMT", 60), ("today", 50 * 31_557_600)] {
            let headers = HeaderMap::from_iter([
                (DATE, date.parse().unwrap()),
                (RETRY_AFTER, "Sun, 06 Nov 2044 08:01:00 GMT".parse().unwrap()),
            ]);
            let wait = retry_after(&headers, now).unwrap().as_secs();
            assert!(
                wait.abs_diff(seconds) < 86_400 && (date == "today" || wait == seconds),
                "{date}: {wait}"
            );
        }
    }
}
