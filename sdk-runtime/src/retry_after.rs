//! The `Retry-After` header (RFC 9110, 10.2.3).

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::{date, text};

/// Returns the pause that `Retry-After` asks for, in seconds or as a date. A date is compared with the
/// server's clock; `now` is the time of day where the server does not tell its own.
pub(crate) fn parse(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let value = text::header(headers, &RETRY_AFTER)?;
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is the longest pause there is.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let now = date::server_time(headers, now);
    let date = date::parse(&value, || now)?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::header::DATE;

    use super::*;

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
            assert_eq!(parse(&headers, now), seconds.map(Duration::from_secs), "{value:?}");
        }
        assert_eq!(parse(&HeaderMap::new(), now), None);
    }

    #[test]
    fn a_date_is_by_the_clock_that_wrote_it() {
        let now = || httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        for (date, seconds) in [("Sun, 06 Nov 2044 08:00:00 GMT", 60), ("today", 50 * 31_557_600)] {
            let headers = HeaderMap::from_iter([
                (DATE, date.parse().unwrap()),
                (RETRY_AFTER, "Sun, 06 Nov 2044 08:01:00 GMT".parse().unwrap()),
            ]);
            let wait = parse(&headers, now).unwrap().as_secs();
            assert!(
                wait.abs_diff(seconds) < 86_400 && (date == "today" || wait == seconds),
                "{date}: {wait}"
            );
        }
    }
}
