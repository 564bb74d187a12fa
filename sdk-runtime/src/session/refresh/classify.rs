//! Classification of the response to a refresh: what it means for the login. Pure.
//!
//! - **I16** Only a definitive refusal of the refresh ends a login.
//! - **I39** A response that cannot be read ends no login. A code ends none that a status (408, 425, 429,
//!   5xx) keeps.

use std::time::{Duration, SystemTime};

use http::StatusCode;

use crate::error::{Code, DecodeError, ErrorBody, ErrorResponse, SessionExpired, UnavailableCause};
use crate::retry_after;
use crate::session::state::RefreshOutcome;
use crate::session::stored::Undecodable;
use crate::session::token::Refusal;
use crate::text;

/// What the code in an `error` field says about the refresh token (RFC 6749, 5.2, and servers with similar
/// codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The refresh token is invalid.
    Ends,
    /// The refresh token was not spent. The server has a problem of its own.
    Later,
    /// The client or its request is at fault.
    Misconfigured,
}

fn meaning(code: &str) -> Option<Meaning> {
    match code {
        "invalid_grant" | "bad_refresh_token" | "expired_token" => Some(Meaning::Ends),
        "temporarily_unavailable" | "slow_down" | "server_error" => Some(Meaning::Later),
        "invalid_client"
        | "invalid_request"
        | "invalid_scope"
        | "invalid_target"
        | "unauthorized_client"
        | "unsupported_grant_type" => Some(Meaning::Misconfigured),
        _ => None,
    }
}

/// Whether a response that names this code keeps the login: a code of [`meaning`], or a status in digits.
pub(crate) fn keeps_login(code: &str) -> bool {
    match meaning(code) {
        Some(meaning) => meaning != Meaning::Ends,
        None => matches!(code.parse(), Ok(408 | 425 | 429 | 500..=599_u16)),
    }
}

/// The outcome that `refused = …` of the declaration, or the reader of its tokens, has chosen.
pub(crate) fn declared(
    refusal: Refusal,
    answer: ErrorResponse,
    wall: impl FnOnce() -> SystemTime,
) -> RefreshOutcome {
    match refusal {
        Refusal::Dead(message) => RefreshOutcome::Denied(SessionExpired::rejected(Some(message), answer)),
        Refusal::TryLater { message, after } => {
            let retry_after = after.or_else(|| retry_after::parse(answer.headers(), wall));
            RefreshOutcome::NotSpent { cause: UnavailableCause::TryLater(message), retry_after }
        }
        // Of a response without success. The endpoint decides about all others.
        Refusal::Unreadable(message) => {
            RefreshOutcome::NotSpent { cause: UnavailableCause::TryLater(message), retry_after: None }
        }
    }
}

/// Classifies a response without success by its status, then by its code, then by a default.
pub(crate) fn unsuccessful(answer: ErrorResponse, wall: impl FnOnce() -> SystemTime) -> RefreshOutcome {
    let status = answer.status();
    let retry_after = retry_after::parse(answer.headers(), wall);
    if let Some(outcome) = by_status(&answer, retry_after) {
        return outcome;
    }
    let is_client_error = status.is_client_error();
    let words = ErrorBody::parse(answer.body());
    let is_readable = words.is_object && !answer.is_truncated() && !is_encoded(&answer);
    match words.code().filter(|_| is_client_error).and_then(meaning) {
        Some(Meaning::Later) => {
            return RefreshOutcome::NotSpent { cause: UnavailableCause::Status(answer), retry_after };
        }
        Some(Meaning::Misconfigured) => {
            return RefreshOutcome::Misconfigured(UnavailableCause::Status(answer));
        }
        Some(Meaning::Ends) if is_readable => return denied(answer),
        Some(Meaning::Ends) | None => {}
    }
    match status {
        StatusCode::UNAUTHORIZED => denied(answer),
        // A firewall's page has the same status. Only a response of the API itself counts.
        StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN if is_readable => denied(answer),
        _ => RefreshOutcome::Misconfigured(UnavailableCause::Status(answer)),
    }
}

/// The statuses that keep the login with every body: the server has a problem of its own.
fn by_status(answer: &ErrorResponse, retry_after: Option<Duration>) -> Option<RefreshOutcome> {
    let cause = || UnavailableCause::Status(answer.clone());
    match answer.status().as_u16() {
        // A 511 is from a network in between, never from the server (RFC 6585, 6).
        408 | 425 | 429 | 511 => Some(RefreshOutcome::NotSpent { cause: cause(), retry_after }),
        // The server says itself that it has not handled the request.
        503 if retry_after.is_some() => Some(RefreshOutcome::NotSpent { cause: cause(), retry_after }),
        500..=599 => Some(RefreshOutcome::Unknown { cause: cause(), retry_after }),
        _ => None,
    }
}

fn denied(answer: ErrorResponse) -> RefreshOutcome {
    let message = answer.message().map(str::to_owned);
    RefreshOutcome::Denied(SessionExpired::rejected(message, answer))
}

/// Classifies a success without readable tokens. `answer` has what arrived of the body, and is truncated if
/// that is not all of it.
///
/// The refresh token is most likely spent, unless the response says otherwise or is not from the API.
pub(crate) fn without_tokens(
    answer: ErrorResponse,
    error: DecodeError,
    wall: impl FnOnce() -> SystemTime,
) -> RefreshOutcome {
    let body = text::without_mark(answer.body());
    let is_text = !answer.is_truncated() && !is_encoded(&answer) && std::str::from_utf8(body).is_ok();
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let media_type = text::media_type(answer.headers());
    let is_of_type = |media: &str| media_type.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(media));
    let is_no_document = is_text && first.is_some_and(|first| !matches!(first, b'{' | b'['));
    // Servers that answer in the encoding of forms have answered. A page from in between never uses it.
    let is_form = is_of_type("application/x-www-form-urlencoded");
    if is_of_type("text/html") || is_no_document && !is_form {
        let retry_after = retry_after::parse(answer.headers(), wall);
        return RefreshOutcome::NotSpent { cause: UnavailableCause::Decode(error), retry_after };
    }
    let words = ErrorBody::parse(answer.body());
    if !words.is_object || !is_text {
        return undecodable(error, wall);
    }
    match &words.error {
        Code::Absent | Code::Unreadable => undecodable(error, wall),
        Code::Text(code) => match meaning(code) {
            Some(Meaning::Ends) => denied(answer),
            Some(Meaning::Later) => {
                let retry_after = retry_after::parse(answer.headers(), wall);
                RefreshOutcome::NotSpent { cause: UnavailableCause::Status(answer), retry_after }
            }
            Some(Meaning::Misconfigured) | None => {
                RefreshOutcome::Misconfigured(UnavailableCause::Status(answer))
            }
        },
    }
}

fn undecodable(error: DecodeError, wall: impl FnOnce() -> SystemTime) -> RefreshOutcome {
    RefreshOutcome::Undecodable(Undecodable { at: wall(), error })
}

/// Whether the body is still encoded, so that it cannot be read.
fn is_encoded(answer: &ErrorResponse) -> bool {
    text::encoding(answer.headers()).is_some()
}

#[cfg(test)]
#[path = "classify_tests.rs"]
mod tests;
