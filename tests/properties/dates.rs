//! `Retry-After`. The reference is `httpdate`.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use sdk_runtime::ErrorResponse;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::check::{check, run, texts};

const PIECES: &[&str] = &[
    "0",
    "1",
    "59",
    "60",
    "2026",
    "26",
    "Mon, ",
    "Monday, ",
    "Mon ",
    "30",
    " Nov ",
    "-Nov-",
    "12:00:00",
    " GMT",
    " ",
    ":",
    ",",
    "-",
    "+",
    "1e3",
    "99999999999999999999",
];
/// Monday, 30 November 2026, noon.
const NOW: &str = "Mon, 30 Nov 2026 12:00:00 GMT";

fn retry_after(value: &str) -> Option<Duration> {
    let answer = http::Response::builder().status(503).header("date", NOW);
    let answer = answer.header("retry-after", http::HeaderValue::from_bytes(value.as_bytes()).ok()?);
    // Of a paused clock, because the pause gets shorter while time passes.
    run(async { ErrorResponse::from(answer.body("".into()).unwrap()).retry_after() })
}

fn now() -> SystemTime {
    httpdate::parse_http_date(NOW).unwrap()
}

/// The three forms of RFC 9110, 5.6.7.
fn forms(time: OffsetDateTime) -> [String; 3] {
    [
        time.format(format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        )),
        time.format(format_description!(
            "[weekday], [day]-[month repr:short]-[year repr:last_two] [hour]:[minute]:[second] GMT"
        )),
        time.format(format_description!(
            "[weekday repr:short] [month repr:short] [day padding:space] [hour]:[minute]:[second] [year]"
        )),
    ]
    .map(Result::unwrap)
}

#[test]
fn a_date_in_each_form_is_a_pause_from_the_date_of_the_answer() {
    // A year of two digits is within 50 years of now.
    let times = (-49 * 31_536_000_i64..49 * 31_536_000, 0..3_usize);
    check("dates", &times, |(seconds, form)| {
        let time = OffsetDateTime::from(now()) + time::Duration::seconds(seconds);
        let text = &forms(time)[form];
        let expected = Duration::from_secs(seconds.max(0).unsigned_abs());
        prop_assert_eq!(retry_after(text), Some(expected), "{}", text);
        Ok(())
    });
}

#[test]
fn dates_are_read_as_another_parser_reads_them() {
    check("texts of dates", &texts(PIECES), |text| {
        let pause = retry_after(&text);
        let text = text.trim_matches([' ', '\t']);
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number that no clock can count to is a year.
            let seconds = text.parse().ok().filter(|seconds| *seconds < 1 << 62);
            let expected = Duration::from_secs(seconds.unwrap_or(31_536_000));
            prop_assert!(
                pause == Some(expected) || seconds.is_none() && pause > Some(expected),
                "{:?}",
                pause
            );
        } else if let Ok(date) = httpdate::parse_http_date(text) {
            prop_assert_eq!(pause, Some(date.duration_since(now()).unwrap_or_default()));
        } else if !text.contains(":60") {
            prop_assert_eq!(pause, None);
        }
        Ok(())
    });
}
