//! Dates in headers (RFC 9110, 5.6.7).
//!
//! `httpdate` reads the three forms. But it maps a year of two digits to 1970 to 2069, knows no leap second,
//! and panics when it writes a date before 1970 or after 9999.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::DATE;

use crate::text;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The calendar repeats itself after 400 years.
const CYCLE: Duration = Duration::from_secs(146_097 * 86_400);
const LAST_SECOND_OF_9999: Duration = Duration::from_secs(253_402_300_799);

/// Parses a date in any of the three forms. A year of two digits is the latest one with these digits that is
/// at most 50 years after `now`.
pub(crate) fn parse(text: &str, now: impl FnOnce() -> SystemTime) -> Option<SystemTime> {
    let text = text.trim_ascii();
    let Some(at) = text.rfind(":60") else { return without_leap_second(text, now) };
    let before = format!("{}:59{}", &text[..at], &text[at + 3..]);
    without_leap_second(&before, now)?.checked_add(Duration::from_secs(1))
}

/// Returns the time by the server's clock: that of its `Date` header (RFC 9110, 6.6.1), or `now` if it sends
/// none that can be parsed.
pub(crate) fn server_time(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> SystemTime {
    let now = now();
    text::header(headers, &DATE).and_then(|date| parse(&date, || now)).unwrap_or(now)
}

fn without_leap_second(text: &str, now: impl FnOnce() -> SystemTime) -> Option<SystemTime> {
    match Short::read(text) {
        Some(date) => date.at(date.year(now())),
        None => httpdate::parse_http_date(text).ok(),
    }
}

/// A date in the form of RFC 850, such as `Sunday, 06-Nov-94 08:49:37 GMT`.
struct Short<'a> {
    day: &'a str,
    month: usize,
    /// The last two digits.
    year: u16,
    /// The time, with the zone after it.
    time: &'a str,
}

impl<'a> Short<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (_, date) = text.split_once(", ").filter(|(name, _)| DAYS.contains(name))?;
        let (day, date) = date.split_once('-')?;
        let (month, date) = date.split_once('-')?;
        let (year, time) = date.split_once(' ')?;
        let is_short = year.len() == 2 && year.bytes().all(|it| it.is_ascii_digit());
        let month = MONTHS.iter().position(|it| *it == month)?;
        Some(Self { day, month, year: year.parse().ok().filter(|_| is_short)?, time })
    }

    fn year(&self, now: SystemTime) -> u16 {
        let epoch = SystemTime::UNIX_EPOCH;
        let now = httpdate::fmt_http_date(now.clamp(epoch, epoch + LAST_SECOND_OF_9999));
        // `Sun, 06 Nov 1994 08:49:37 GMT`: each part has a fixed place.
        let this_year: u16 = now[12..16].parse().unwrap_or_default();
        let month = MONTHS.iter().position(|it| *it == &now[8..11]).unwrap_or_default();
        let latest = this_year + 50;
        let year = latest - latest % 100 + self.year;
        let is_later = (year, self.month, self.day, self.time) > (latest, month, &now[5..7], &now[17..]);
        if is_later { year - 100 } else { year }
    }

    fn at(&self, year: u16) -> Option<SystemTime> {
        // `httpdate` has no dates before 1970.
        let (year, earlier) = match year {
            ..1970 => (year + 400, CYCLE),
            _ => (year, Duration::ZERO),
        };
        let (day, month, time) = (self.day, MONTHS[self.month], self.time);
        // The day of the week depends on the century, which the server did not write.
        let date = DAYS.iter().find_map(|name| {
            httpdate::parse_http_date(&format!("{}, {day} {month} {year:04} {time}", &name[..3])).ok()
        });
        date?.checked_sub(earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SystemTime {
        httpdate::parse_http_date(text).unwrap()
    }

    #[test]
    fn the_three_forms_are_one_date() {
        let date = at("Sun, 06 Nov 1994 08:49:37 GMT");
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            " Sun, 06 Nov 1994 08:49:37 GMT\t",
        ] {
            for now in [SystemTime::UNIX_EPOCH, date, at("Sun, 29 Nov 2026 00:00:00 GMT")] {
                assert_eq!(parse(text, || now), Some(date), "{text}");
            }
        }
        for text in ["Sat, 31 Dec 2016 23:59:60 GMT", "Saturday, 31-Dec-16 23:59:60 GMT"] {
            let leap = parse(text, || date);
            assert_eq!(leap, Some(at("Sun, 01 Jan 2017 00:00:00 GMT")), "{text}");
        }
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_50_years_ahead() {
        for (now, text, date) in [
            (
                "Sun, 29 Nov 2026 12:00:00 GMT",
                "Sunday, 29-Nov-26 12:00:07 GMT",
                "Sun, 29 Nov 2026 12:00:07 GMT",
            ),
            (
                "Sun, 29 Nov 2026 12:00:00 GMT",
                "Thursday, 01-Jan-70 00:00:00 GMT",
                "Wed, 01 Jan 2070 00:00:00 GMT",
            ),
            (
                "Sun, 29 Nov 2026 12:00:00 GMT",
                "Sunday, 29-Nov-76 12:00:00 GMT",
                "Sun, 29 Nov 2076 12:00:00 GMT",
            ),
            (
                "Sun, 29 Nov 2026 12:00:00 GMT",
                "Monday, 29-Nov-76 12:00:01 GMT",
                "Mon, 29 Nov 1976 12:00:01 GMT",
            ),
            (
                "Sun, 29 Nov 2026 12:00:00 GMT",
                "Tuesday, 30-Nov-76 00:00:00 GMT",
                "Tue, 30 Nov 1976 00:00:00 GMT",
            ),
            (
                "Sun, 29 Nov 2026 12:00:00 GMT",
                "Friday, 31-Dec-99 23:59:59 GMT",
                "Fri, 31 Dec 1999 23:59:59 GMT",
            ),
            (
                "Sun, 29 Nov 2026 12:00:00 GMT",
                "Tuesday, 29-Feb-00 00:00:00 GMT",
                "Tue, 29 Feb 2000 00:00:00 GMT",
            ),
            (
                "Fri, 31 Dec 1999 23:59:59 GMT",
                "Saturday, 01-Jan-00 00:00:00 GMT",
                "Sat, 01 Jan 2000 00:00:00 GMT",
            ),
            (
                "Thu, 01 Jan 2093 00:00:00 GMT",
                "Friday, 01-Jan-10 00:00:00 GMT",
                "Wed, 01 Jan 2110 00:00:00 GMT",
            ),
            // Before everything that this clock can show.
            ("Sun, 06 Nov 1994 00:00:00 GMT", "Tuesday, 06-Nov-45 00:00:00 GMT", "1945"),
        ] {
            let read = parse(text, || at(now)).unwrap();
            match date {
                "1945" => assert_eq!(read + CYCLE, at("Tue, 06 Nov 2345 00:00:00 GMT")),
                date => assert_eq!(read, at(date), "{text} in {now}"),
            }
        }
        let far = SystemTime::UNIX_EPOCH + LAST_SECOND_OF_9999 + CYCLE;
        // The clock of Windows begins in 1601.
        let long_ago = SystemTime::UNIX_EPOCH - CYCLE / 2;
        for now in [far, long_ago] {
            let _ = parse("Sunday, 06-Nov-94 08:49:37 GMT", || now);
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "7",
            ":60",
            "soon",
            "Sunday, 31-Feb-94 08:49:37 GMT",
            "Sunday, 06-Nov-+4 08:49:37 GMT",
            "Sunday, 06-Nov-4 08:49:37 GMT",
            "Sunday, 06-Nov-994 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            ", 06-Nov-94 08:49:37 GMT",
            "Sunday, 06-Foo-94 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 CET",
            "Sunday, 06-Nov-94 24:00:00 GMT",
            "Sunday, 6-Nov-94 08:49:37 GMT",
            "Someday, 06-Nov-94 08:49:37 GMT",
            "Sunday, 06-Nov-\u{663}4 08:49:37 GMT",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "S\u{fc}n, 06 Nov 1994 08:49:60 GMT",
        ] {
            assert_eq!(parse(text, || SystemTime::UNIX_EPOCH), None, "{text}");
        }
    }
}
