//! Lifetimes and times as servers write them, in the unit that a field declares. A value that makes sense in
//! another unit only is an error, which names that unit and quotes no value.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use crate::rfc3339;

/// The unit of a lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

/// How a point in time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// A text as in RFC 3339, and a number in seconds since 1970.
    ByType,
    /// A text as in RFC 3339.
    Rfc3339,
    /// Seconds since 1970.
    Unix,
    /// Milliseconds since 1970.
    UnixMilliseconds,
}

/// The value of a field.
#[derive(Debug)]
pub enum Told<'a> {
    /// `None`.
    Nothing,
    /// An integer.
    Whole(i128),
    /// A number with a fraction.
    Decimal(f64),
    /// A text, which may be a number in quotes.
    Text(&'a str),
    /// A length of time in no unit.
    Length(Duration),
    /// A point in time.
    Time(SystemTime),
}

/// The longest lifetime. A longer one says the same.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);
/// The times since 1970 between the years 2001 and 5138. No lifetime is as long, except `i32::MAX`, which
/// some servers write for "never".
const SECONDS: std::ops::Range<i128> = 1_000_000_000..100_000_000_000;
const MILLISECONDS: std::ops::Range<i128> = 1_000_000_000_000..100_000_000_000_000;
const NEVER: i128 = i32::MAX as i128;

/// Returns a lifetime.
pub(crate) fn lifetime(told: &Told<'_>, unit: Unit) -> Result<Option<Duration>, &'static str> {
    const TIME: &str = "is a time since 1970 instead of a lifetime: declare `expires_at`";
    let number = match told {
        Told::Nothing => return Ok(None),
        Told::Length(length) => return Ok(Some((*length).min(LONGEST))),
        Told::Time(_) => return Err(TIME),
        Told::Whole(_) | Told::Decimal(_) => number(told),
        Told::Text(text) => parsed(text)?,
    };
    let (whole, value) = number.ok_or("is no lifetime")?;
    if value < 0.0 {
        return Err("is negative");
    }
    let is_time = match unit {
        Unit::Seconds => SECONDS.contains(&whole) && whole < NEVER || MILLISECONDS.contains(&whole),
        Unit::Milliseconds => MILLISECONDS.contains(&whole),
    };
    if is_time {
        return Err(TIME);
    }
    let seconds = if unit == Unit::Seconds { value } else { value / 1000.0 };
    Ok(Some(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST)))
}

/// Returns a point in time.
pub(crate) fn time(told: &Told<'_>, clock: Clock) -> Result<Option<SystemTime>, &'static str> {
    let (number, clock) = match (told, clock) {
        (Told::Nothing, _) => return Ok(None),
        (Told::Time(time), _) => return Ok(Some(*time)),
        (Told::Length(_), _) => return Err("is a length of time instead of a time: declare `expires_in`"),
        (Told::Text(text), Clock::ByType | Clock::Rfc3339) => {
            return match parsed(text) {
                Ok(_) => Err("is a number instead of a time as in RFC 3339: declare `expires_at = unix`"),
                Err(_) => rfc3339::parse(text).map(Some),
            };
        }
        (Told::Text(text), clock) => (parsed(text)?, clock),
        (Told::Whole(_) | Told::Decimal(_), Clock::Rfc3339) => {
            return Err("is a number instead of a time as in RFC 3339: declare `expires_at = unix`");
        }
        (told, clock) => (number(told), clock),
    };
    let (whole, value) = number.ok_or("is no time")?;
    let (fits, other, because) = match clock {
        Clock::UnixMilliseconds => {
            (MILLISECONDS, SECONDS, "is in seconds since 1970: declare `expires_at = unix`")
        }
        _ => (SECONDS, MILLISECONDS, "is in milliseconds since 1970: declare `expires_at = unix_ms`"),
    };
    match whole {
        whole if other.contains(&whole) => return Err(because),
        0..1_000_000_000 => return Err("is a lifetime instead of a time: declare `expires_in`"),
        whole if !fits.contains(&whole) => return Err("is no time between the years 2001 and 5138"),
        _ => {}
    }
    let seconds = if clock == Clock::UnixMilliseconds { value / 1000.0 } else { value };
    let since = Duration::try_from_secs_f64(seconds).map_err(|_| "is no time")?;
    // A float has no exact milliseconds.
    let since = Duration::from_millis(u64::try_from((since.as_micros() + 500) / 1000).unwrap_or(u64::MAX));
    Ok(SystemTime::UNIX_EPOCH.checked_add(since))
}

/// Returns a number, and its whole part.
fn number(told: &Told<'_>) -> Option<(i128, f64)> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "a cast saturates, and no time needs all digits"
    )]
    match *told {
        Told::Whole(whole) => Some((whole, whole as f64)),
        Told::Decimal(value) if value.is_finite() => Some((value as i128, value)),
        _ => None,
    }
}

/// Parses a number in quotes.
fn parsed(text: &str) -> Result<Option<(i128, f64)>, &'static str> {
    let text = text.trim_ascii();
    let number = |told: Told<'_>| Ok(number(&told));
    match (text.parse(), text.parse()) {
        (Ok(whole), _) => number(Told::Whole(whole)),
        // `inf` and `nan` are numbers for the parser.
        (_, Ok(decimal)) if !text.contains(['n', 'N']) => number(Told::Decimal(decimal)),
        _ => Err("is no number"),
    }
}

macro_rules! told {
    ($(#[$on:meta])* trait $name:ident) => {
        $(#[$on])*
        pub trait $name {
            /// Returns the value.
            fn told(&self) -> Told<'_>;
        }

        impl<T: $name> $name for Option<T> {
            fn told(&self) -> Told<'_> {
                self.as_ref().map_or(Told::Nothing, $name::told)
            }
        }

        impl<T: $name + ?Sized> $name for &T {
            fn told(&self) -> Told<'_> {
                $name::told(*self)
            }
        }

        impl<T: $name + ?Sized> $name for Box<T> {
            fn told(&self) -> Told<'_> {
                $name::told(&**self)
            }
        }

        impl $name for Cow<'_, str> {
            fn told(&self) -> Told<'_> {
                Told::Text(self)
            }
        }

        told!($name, |it| Told::Whole((*it).into()); u8 u16 u32 u64 i8 i16 i32 i64);
        told!($name, |it| Told::Whole(i128::try_from(*it).unwrap_or(i128::MAX)); u128 usize isize);
        told!($name, |it| Told::Whole(*it); i128);
        told!($name, |it| Told::Decimal((*it).into()); f32 f64);
        told!($name, |it| Told::Text(it); str String);
    };
    ($name:ident, |$it:ident| $told:expr; $($type:ty)*) => {$(
        impl $name for $type {
            fn told(&self) -> Told<'_> {
                let $it = self;
                $told
            }
        }
    )*};
}

told! {
    /// The types of a lifetime.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be the lifetime of a token",
        label = "is neither a number nor a text",
        note = "help: write `expires_in: u64`, or `#[token(ignore)]` on a field that is no lifetime"
    )]
    trait LifetimeField
}

impl LifetimeField for Duration {
    fn told(&self) -> Told<'_> {
        Told::Length(*self)
    }
}

told! {
    /// The types of a point in time. Types that are `Into<SystemTime>` are read as well.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be the time at which a token expires",
        label = "is neither a number, nor a text, nor `Into<SystemTime>`",
        note = "help: write `expires_at: String` for RFC 3339 or `expires_at: u64` for Unix time, or \
            `#[token(ignore)]` on a field that is no time"
    )]
    trait TimeField
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "is a time since 1970 instead of a lifetime: declare `expires_at`";

    #[test]
    fn a_lifetime_is_read_in_its_unit_or_is_an_error() {
        use Unit::{Milliseconds as Ms, Seconds as S};
        let ms = |ms| Ok(Some(Duration::from_millis(ms)));
        for (told, unit, expected) in [
            (Told::Nothing, S, Ok(None)),
            (Told::Whole(3600), S, ms(3_600_000)),
            (Told::Whole(3600), Ms, ms(3600)),
            (Told::Decimal(1.5), S, ms(1500)),
            (Told::Decimal(1500.0), Ms, ms(1500)),
            (Told::Text("3600"), S, ms(3_600_000)),
            (Told::Text(" 900000 "), Ms, ms(900_000)),
            (Told::Text("1.5"), S, ms(1500)),
            (Told::Whole(0), S, ms(0)),
            (Told::Length(Duration::from_millis(7)), S, ms(7)),
            (Told::Length(Duration::MAX), S, Ok(Some(LONGEST))),
            (Told::Whole(999_999_999), S, ms(999_999_999_000)),
            (Told::Whole(i128::from(i32::MAX)), S, Ok(Some(Duration::from_secs(2_147_483_647)))),
            (Told::Whole(i128::MAX), S, Ok(Some(LONGEST))),
            (Told::Decimal(f64::MAX), S, Ok(Some(LONGEST))),
            (Told::Whole(1_767_225_600), Ms, ms(1_767_225_600)),
            (Told::Whole(1_767_225_600), S, Err(TIME)),
            (Told::Whole(1_767_225_600_000), S, Err(TIME)),
            (Told::Whole(1_767_225_600_000), Ms, Err(TIME)),
            (Told::Text("1767225600"), S, Err(TIME)),
            (Told::Time(SystemTime::UNIX_EPOCH), S, Err(TIME)),
            (Told::Whole(-1), S, Err("is negative")),
            (Told::Decimal(-0.5), S, Err("is negative")),
            (Told::Decimal(f64::NAN), S, Err("is no lifetime")),
            (Told::Decimal(f64::INFINITY), S, Err("is no lifetime")),
            (Told::Text(""), S, Err("is no number")),
            (Told::Text("1h"), S, Err("is no number")),
            (Told::Text("inf"), S, Err("is no number")),
            (Told::Text("NaN"), S, Err("is no number")),
            (Told::Text("2026-01-01T00:00:00Z"), S, Err("is no number")),
        ] {
            // Floats are rounded to nanoseconds.
            let shown = format!("{told:?} {unit:?}");
            assert_eq!(lifetime(&told, unit), expected, "{shown}");
        }
    }

    #[test]
    fn a_time_is_read_by_its_clock_or_is_an_error() {
        use Clock::{ByType, Rfc3339, Unix, UnixMilliseconds as UnixMs};
        let at = |ms| Ok(Some(SystemTime::UNIX_EPOCH + Duration::from_millis(ms)));
        let (now, now_ms) = (1_767_225_600, 1_767_225_600_123);
        let as_text = "2026-01-01T00:00:00.123Z";
        let number = "is a number instead of a time as in RFC 3339: declare `expires_at = unix`";
        let ms = "is in milliseconds since 1970: declare `expires_at = unix_ms`";
        let lifetime = "is a lifetime instead of a time: declare `expires_in`";
        for (told, clock, expected) in [
            (Told::Nothing, ByType, Ok(None)),
            (Told::Text(as_text), ByType, at(1_767_225_600_123)),
            (Told::Text(as_text), Rfc3339, at(1_767_225_600_123)),
            (Told::Whole(now), ByType, at(1_767_225_600_000)),
            (Told::Whole(now), Unix, at(1_767_225_600_000)),
            (Told::Decimal(1_767_225_600.25), Unix, at(1_767_225_600_250)),
            (Told::Text("1767225600"), Unix, at(1_767_225_600_000)),
            (Told::Whole(now_ms), UnixMs, at(1_767_225_600_123)),
            (Told::Text("1767225600123"), UnixMs, at(1_767_225_600_123)),
            (Told::Time(SystemTime::UNIX_EPOCH), Rfc3339, at(0)),
            (Told::Text("1767225600"), ByType, Err(number)),
            (Told::Whole(now), Rfc3339, Err(number)),
            (Told::Whole(now_ms), ByType, Err(ms)),
            (Told::Whole(now_ms), Unix, Err(ms)),
            (Told::Whole(now), UnixMs, Err("is in seconds since 1970: declare `expires_at = unix`")),
            (Told::Whole(3600), ByType, Err(lifetime)),
            (Told::Whole(0), UnixMs, Err(lifetime)),
            (Told::Whole(-1), Unix, Err("is no time between the years 2001 and 5138")),
            (Told::Whole(i128::MAX), Unix, Err("is no time between the years 2001 and 5138")),
            (Told::Decimal(f64::NAN), Unix, Err("is no time")),
            (Told::Text("soon"), Unix, Err("is no number")),
            (Told::Text("soon"), ByType, Err("is no time as in RFC 3339, such as `2026-01-31T12:00:00Z`")),
            (
                Told::Length(Duration::ZERO),
                ByType,
                Err("is a length of time instead of a time: declare `expires_in`"),
            ),
        ] {
            let shown = format!("{told:?} {clock:?}");
            assert_eq!(time(&told, clock), expected, "{shown}");
        }
    }
}
