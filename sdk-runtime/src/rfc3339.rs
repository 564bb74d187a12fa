//! Times as RFC 3339 writes them, such as `2026-01-31T12:00:00Z`.
//!
//! Three habits of servers are read as well: a blank instead of the `T`, an offset without a colon, and a
//! comma before the fraction. A time without an offset is an error, because its zone is unknown.

use std::time::{Duration, SystemTime};

/// Why a text is no time. It quotes nothing.
const NO_TIME: &str = "is no time as in RFC 3339, such as `2026-01-31T12:00:00Z`";
const NO_OFFSET: &str = "is a time without an offset from UTC, such as `Z` or `+01:00`";

/// Parses a time.
pub(crate) fn parse(text: &str) -> Result<SystemTime, &'static str> {
    let (local, nanos, zone) = local(text.trim_ascii()).ok_or(NO_TIME)?;
    let offset = match zone {
        "" => return Err(NO_OFFSET),
        zone => offset(zone).ok_or(NO_TIME)?,
    };
    at(local - offset, nanos).ok_or(NO_TIME)
}

/// Returns the seconds since 1970 by the clock of the zone, the nanoseconds, and the zone as it is written.
fn local(text: &str) -> Option<(i64, u32, &str)> {
    let (date, rest) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, rest) = rest.split_at_checked(8)?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let (nanos, zone) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (fraction, zone) = rest.split_at_checked(digits).filter(|_| digits > 0)?;
            let nanos = format!("{fraction:0<9}");
            (nanos.get(..9)?.parse().ok()?, zone)
        }
        None => (0, rest),
    };
    // The second 60 is a leap second. It counts as the first second of the next minute.
    let is_time = hour < 24 && minute < 60 && second <= 60;
    let is_date = (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    (is_time && is_date).then_some((seconds, nanos, zone.trim_ascii_start()))
}

/// Returns the seconds by which the clock of a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let zone = zone.strip_prefix(['+', '-'])?;
    let [hours, minutes] = match zone.len() {
        4 => {
            let (hours, minutes) = zone.split_at_checked(2)?;
            [number(hours, 2)?, number(minutes, 2)?]
        }
        _ => numbers(zone, ':', [2, 2])?,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Parses numbers between separators, each with its count of digits.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        *number = self::number(parts.next()?, digits)?;
    }
    parts.next().is_none().then_some(numbers)
}

fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|it| it.is_ascii_digit())).then(|| text.parse().ok())?
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the days from 1970-01-01 to a date between the years 0 and 9999.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    // A year that begins in March ends with its leap day.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

fn at(seconds: i64, nanos: u32) -> Option<SystemTime> {
    let epoch = SystemTime::UNIX_EPOCH;
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let second = if seconds < 0 { epoch.checked_sub(whole)? } else { epoch.checked_add(whole)? };
    second.checked_add(Duration::from_nanos(nanos.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_its_offset_and_its_fraction() {
        for (text, seconds, nanos) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("2026-01-01T00:00:00Z", 1_767_225_600, 0),
            ("2026-01-01t00:00:00z", 1_767_225_600, 0),
            (" 2026-01-01 00:00:00 Z ", 1_767_225_600, 0),
            ("2026-01-01T01:30:00+01:30", 1_767_225_600, 0),
            ("2025-12-31T19:00:00.25-0500", 1_767_225_600, 250_000_000),
            ("2026-01-01T00:00:00,000001234Z", 1_767_225_600, 1234),
            ("2026-01-01T00:00:00.1234567899Z", 1_767_225_600, 123_456_789),
            ("2000-02-29T23:59:60Z", 951_868_800, 0),
            ("2100-03-01T00:00:00Z", 4_107_542_400, 0),
            ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
        ] {
            let expected = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
        let before = SystemTime::UNIX_EPOCH - Duration::from_millis(500);
        assert_eq!(parse("1969-12-31T23:59:59.5Z"), Ok(before));
        // The clock of Windows begins in 1601.
        assert_eq!(parse("0000-01-01T00:00:00Z").is_ok(), !cfg!(windows));
    }

    #[test]
    fn each_day_of_four_centuries_follows_the_day_before() {
        let (mut next, mut before) = (days(1899, 12, 31) + 1, 0);
        for year in 1900..2300 {
            for month in 1..=12 {
                for day in 1..=days_in(year, month) {
                    assert_eq!(days(year, month, day), next, "{year}-{month}-{day}");
                    (before, next) = (next, next + 1);
                }
            }
        }
        assert_eq!(before, days(2299, 12, 31));
    }

    #[test]
    fn another_text_is_an_error_that_says_why() {
        for text in [
            "",
            "now",
            "1767225600",
            "2026-01-01",
            "2026-1-1T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:61Z",
            "2026-01-01T00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00+00:60",
            "2026-01-01T00:00:00+1",
            "2026-01-01T00:00:00 UTC",
            "2026-01-01T00:00:00ZZ",
            "+026-01-01T00:00:00Z",
            "2026-01-01T00:00:00ü",
            "2026-01-0üT00:00:00Z",
            "Thu, 01 Jan 2026 00:00:00 GMT",
        ] {
            assert_eq!(parse(text), Err(NO_TIME), "{text}");
        }
        for text in ["2026-01-01T00:00:00", "2026-01-01 00:00:00.5"] {
            assert_eq!(parse(text), Err(NO_OFFSET), "{text}");
        }
    }
}
