//! The dates of cookies: every form that servers write in `Expires`, and the one form that is stored.

use std::time::{Duration, SystemTime};

use crate::runtime::since_1970;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The end of the year 9999, the last date that can be written.
const LAST: u64 = 253_402_300_799;

/// Parses a cookie-date (RFC 6265bis, section 5.1.1): a time, a day, a month and a year in any order and
/// form. A year of two digits is one of 1970 to 2069. A date before 1970 becomes 1970, because both have
/// passed.
pub(super) fn parse(text: &[u8]) -> Option<SystemTime> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(|byte| is_delimiter(*byte)).filter(|token| !token.is_empty()) {
        if time.is_none()
            && let found @ Some(_) = time_of(token)
        {
            time = found;
        } else if day.is_none()
            && let found @ Some(_) = number(token, 1..=2)
        {
            day = found;
        } else if month.is_none()
            && let found @ Some(_) = month_of(token)
        {
            month = found;
        } else if year.is_none() {
            year = number(token, 2..=4);
        }
    }
    let (hour, minute, second) = time?;
    let (day, month, year) = (day?, month?, year?);
    let year = match year {
        70..=99 => year + 1900,
        0..=69 => year + 2000,
        1601.. => year,
        _ => return None,
    };
    if !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    if year < 1970 {
        return Some(SystemTime::UNIX_EPOCH);
    }
    let seconds = ((days(year, month, day) * 24 + u64::from(hour)) * 60 + u64::from(minute)) * 60;
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds + u64::from(second));
    // Rejects dates such as the 30th of February.
    let exists = httpdate::fmt_http_date(date).get(5..7) == Some(&format!("{day:02}"));
    exists.then_some(date)
}

/// Returns the days from 1970 to this date. Its years begin with March, so that the leap day is the last.
fn days(year: u32, month: &str, day: u32) -> u64 {
    let month = MONTHS.iter().position(|name| *name == month).unwrap_or_default();
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let (year, month) = (u64::from(year), (153 * month as u64 + 2) / 5);
    year * 365 + year / 4 - year / 100 + year / 400 + month + u64::from(day) - 1 - 719_468
}

/// Writes `time` as `2026-11-29T22:08:41Z` (RFC 3339).
pub(super) fn written(time: SystemTime) -> String {
    let seconds = (since_1970(time) / 1000).min(LAST);
    let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    // `Sun, 29 Nov 2026 22:08:41 GMT`
    let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default();
    let month = MONTHS.iter().position(|month| *month == part(8..11)).unwrap_or_default() + 1;
    format!("{}-{month:02}-{}T{}Z", part(12..16), part(5..7), part(17..25))
}

/// Parses the output of [`written`].
pub(super) fn read(text: &str) -> Option<SystemTime> {
    let (date, time) = text.split_once('T')?;
    let [year, month, day] = date.split('-').collect::<Vec<_>>().try_into().ok()?;
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    parse(format!("{day} {month} {year} {}", time.get(..8)?).as_bytes())
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e)
}

/// Returns the number at the start of `token`, of so many digits. The text after the digits is ignored.
fn number(token: &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let length = token.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits_of_it, _) = digits.contains(&length).then(|| token.split_at(length))?;
    std::str::from_utf8(digits_of_it).ok()?.parse().ok()
}

fn time_of(token: &[u8]) -> Option<(u32, u32, u32)> {
    let mut fields = token.splitn(3, |byte| *byte == b':');
    let whole = |field: &[u8]| number(field, 1..=2).filter(|_| field.iter().all(u8::is_ascii_digit));
    let (hour, minute) = (whole(fields.next()?)?, whole(fields.next()?)?);
    Some((hour, minute, number(fields.next()?, 1..=2)?))
}

fn month_of(token: &[u8]) -> Option<&'static str> {
    let first = token.get(..3)?;
    MONTHS.into_iter().find(|month| month.as_bytes().eq_ignore_ascii_case(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_date_that_servers_write_is_read() {
        let expected = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 6-NOV-1994 8:49:37 GMT",
            "1994 November 6th 08:49:37",
            "08:49:37 94 06 nov",
            "06 Nov 94 08:49:37 +0100",
        ] {
            let read = parse(text.as_bytes());
            // The first number of two digits is the day.
            let is_day_94 = text.starts_with("08:49:37 94");
            assert_eq!(read, (!is_day_94).then_some(expected), "{text}");
        }
    }

    #[test]
    fn a_year_of_two_digits_is_one_of_1970_to_2069() {
        for (year, is) in [("70", "1970"), ("99", "1999"), ("00", "2000"), ("37", "2037"), ("69", "2069")] {
            let read = parse(format!("Thu, 01-Jan-{year} 00:00:01 GMT").as_bytes());
            assert_eq!(read, parse(format!("01 Jan {is} 00:00:01").as_bytes()), "{year}");
            assert!(read.is_some());
        }
        assert_eq!(parse(b"01 Jan 1601 00:00:00"), Some(SystemTime::UNIX_EPOCH));
        assert_eq!(parse(b"01 Jan 1600 00:00:00"), None);
    }

    #[test]
    fn each_day_is_the_one_that_its_date_names() {
        let day = |day: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400 + 1);
        // From 1970 on, over leap years and years that are none (2000 and 2100), and to the end.
        for at in (0..3000).chain(9_000..13_000).chain(47_000..48_500).chain(2_932_800..=2_932_896) {
            let text = httpdate::fmt_http_date(day(at));
            assert_eq!(parse(text.as_bytes()), Some(day(at)), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "0",
            "-1",
            "never",
            "Sun, 06 Nov 1994",
            "08:49:37",
            "31 Feb 2027 00:00:00",
            "29 Feb 2027 00:00:00",
            "32 Jan 2027 00:00:00",
            "00 Jan 2027 00:00:00",
            "01 Jan 2027 24:00:00",
            "01 Jan 2027 00:60:00",
            "01 Jan 2027 00:00:60",
            "01 Jan 27000 00:00:00",
            "01 Jan 2027 000:00:00",
            "01 Foo 2027 00:00:00",
            // Also where no day is counted: before 1970, and behind the last one that can be written.
            "32 Jan 1900 00:00:00",
            "01 Jan 1900 24:00:00",
            "32 Dec 9999 00:00:00",
            "31 Dec 9999 24:00:00",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse(b"01 J\xe4n 2027 00:00:00"), None);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["29 Feb 2028 23:59:59", "01 Jan 1970 00:00:00", "31 Dec 9999 23:59:59"] {
            let time = parse(text.as_bytes()).unwrap();
            assert_eq!(read(&written(time)), Some(time), "{text}");
        }
        assert_eq!(written(parse(b"29 Nov 2026 22:08:41").unwrap()), "2026-11-29T22:08:41Z");
        assert_eq!(written(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00Z");
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(LAST + 1000);
        assert_eq!(written(far), "9999-12-31T23:59:59Z");
        for text in ["", "T", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-29", "2026-11-29T2Z"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
