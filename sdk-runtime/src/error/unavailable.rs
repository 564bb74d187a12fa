//! `RefreshUnavailable`: a refresh that is not possible now.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::LOCATION;
use url::Url;

use super::called::{Called, has_endpoint};
use super::decode::DecodeError;
use super::error_body::ErrorBody;
use super::request::InvalidRequest;
use super::response::ErrorResponse;
use super::store::StoreError;
use super::transport::TransportError;
use crate::runtime::{self, Instant};
use crate::text;

/// The access token must be refreshed, and that is not possible now. The login is not lost.
#[derive(Clone)]
pub struct RefreshUnavailable(Arc<Inner>, Called);

has_endpoint!(RefreshUnavailable, 1);

#[derive(Clone)]
struct Inner {
    cause: UnavailableCause,
    until: Instant,
    /// The answer that rejected the token of the call.
    rejection: Option<ErrorResponse>,
}

/// Why a refresh is not possible now.
#[derive(Clone)]
#[non_exhaustive]
pub enum UnavailableCause {
    /// The refresh request failed on its way.
    Transport(TransportError),
    /// The response to the refresh has a status that says nothing definite about the login.
    Status(ErrorResponse),
    /// The response to the refresh contains no tokens.
    Decode(DecodeError),
    /// The refresh exceeded its timeout.
    Timeout,
    /// The server asks for a later try ([`Refusal::TryLater`](crate::Refusal::TryLater)), with this reason.
    TryLater(String),
    /// The refresh request could not be built.
    Request(InvalidRequest),
    /// The new access token cannot be sent in a header.
    Unusable(InvalidRequest),
    /// The new access token has expired, or will within a second.
    DeadOnArrival,
    /// The store of the login could not be read or written. Whether another process refreshes the login is
    /// unknown, so nothing was sent, or a rejection could not be confirmed.
    Store(StoreError),
    /// Several tokens in a row were rejected before a request was accepted with one: 5 in a minute, or 12 in
    /// ten. Nothing was sent.
    Storm,
    /// The refresh ended without an outcome: your code panicked in it, or its runtime shut down.
    Aborted,
}

impl RefreshUnavailable {
    pub(crate) fn until(until: Instant, cause: UnavailableCause) -> Self {
        Self(Arc::new(Inner { cause, until, rejection: None }), Called::default())
    }

    /// Creates the error of a refresh that is not possible for `wait`, for a fake.
    #[must_use]
    pub fn new(cause: UnavailableCause, wait: Duration) -> Self {
        Self::until(runtime::deadline(wait), cause)
    }

    /// Returns the cause.
    #[must_use]
    pub fn cause(&self) -> &UnavailableCause {
        &self.0.cause
    }

    /// Returns the response to the refresh, if its status says nothing definite about the login.
    #[must_use]
    pub fn response(&self) -> Option<&ErrorResponse> {
        match &self.0.cause {
            UnavailableCause::Status(response) => Some(response),
            _ => None,
        }
    }

    /// Adds the answer that rejected the token of this call.
    pub(crate) fn after(mut self, rejection: ErrorResponse) -> Self {
        Arc::make_mut(&mut self.0).rejection = Some(rejection);
        self
    }

    /// Returns the answer that rejected the token of this call, such as its 401. It is `None` if the call was
    /// not sent, because its token had lapsed.
    #[must_use]
    pub fn rejection(&self) -> Option<&ErrorResponse> {
        self.0.rejection.as_ref()
    }

    /// Returns the status of the response to the refresh, if it was an error or could not be decoded.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.cause {
            UnavailableCause::Status(response) => Some(response.status()),
            UnavailableCause::Decode(error) => Some(error.status()),
            _ => None,
        }
    }

    /// Returns how long until the session tries again, from now, and zero if it would try at once. The pause
    /// is from half a second to a minute, and grows with each failure. It is up to five minutes if the server
    /// rejects such a request for good or returns an unusable token, and five minutes after a response that
    /// could not be decoded. It is up to an hour if the server asks for that.
    #[must_use]
    pub fn retry_after(&self) -> Duration {
        self.0.until.saturating_duration_since(runtime::now())
    }
}

impl fmt::Display for RefreshUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the access token cannot be refreshed right now: ")?;
        f.write_str(match &self.0.cause {
            UnavailableCause::Status(answer) => return status(answer, f),
            UnavailableCause::Decode(error) => return write!(f, "its answer could not be decoded: {error}"),
            UnavailableCause::Transport(_) => "the refresh did not get through",
            UnavailableCause::Timeout => "the refresh took too long",
            UnavailableCause::TryLater(why) => return later(why, f),
            UnavailableCause::Request(_) => "the request of the refresh cannot be built",
            UnavailableCause::Unusable(_) => {
                "the refresh gave an access token that no request can be signed with"
            }
            UnavailableCause::DeadOnArrival => "the refresh gave a token that is out of date already",
            UnavailableCause::Store(_) => "the store of the login failed",
            UnavailableCause::Storm => "the tokens it gives are refused as soon as they are used",
            UnavailableCause::Aborted => "the refresh was aborted",
        })
    }
}

/// Says what a response to a refresh with such a status means, and what helps.
fn status(answer: &ErrorResponse, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let status = answer.status();
    let number = status.as_u16();
    if let Some(target) = redirect_target(answer) {
        return write!(
            f,
            "it was answered with status {number} and redirected to {target}, which session endpoints do not \
             follow"
        );
    }
    if status.is_server_error() || matches!(number, 408 | 425 | 429) {
        return write!(f, "the server answered with status {number}, and is asked again later");
    }
    let words = ErrorBody::parse(answer.body());
    // Other words of a server may hold secrets.
    let code = words.code().and_then(known);
    match code {
        Some(code) => write!(
            f,
            "the server answered with status {number} and `{code}`, which is about the client or its request \
             and not about the login"
        ),
        None => write!(
            f,
            "it was answered with status {number}, which says nothing about the login (`refused = …` can say \
             what it means)"
        ),
    }
}

/// Says what an answer means whose meaning a function has told, by the words `why`.
fn later(why: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match why.split(':').next().and_then(known) {
        Some(code) => {
            write!(
                f,
                "it was refused with `{code}`, which is about the client or its request and not about \
                 the login"
            )
        }
        None => f.write_str("it failed, and is tried again later (`cause()` has the reason)"),
    }
}

fn known(code: &str) -> Option<&'static str> {
    CODES.into_iter().find(|known| *known == code)
}

/// The codes of RFC 6749, 5.2, RFC 8707, 2, and of servers that use similar ones.
const CODES: [&str; 9] = [
    "invalid_client",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
];

/// Returns the target of a redirect without parts that may be secret: user, parameters, query and fragment.
fn redirect_target(answer: &ErrorResponse) -> Option<String> {
    if !answer.status().is_redirection() {
        return None;
    }
    let location = text::of_address(answer.headers().get(LOCATION)?.as_bytes());
    // Only the path of a relative target is shown.
    let base = Url::parse("https://relative.invalid/").ok()?;
    let target = base.join(&location).ok().filter(Url::has_host)?;
    let path = target.path().split(';').next()?;
    let shown = match target.host() == base.host() {
        true => path.to_owned(),
        false => format!("{}{path}", target.origin().ascii_serialization()),
    };
    (shown.len() <= 200).then_some(shown)
}

impl fmt::Debug for RefreshUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshUnavailable").field("cause", &self.0.cause).finish_non_exhaustive()
    }
}

impl fmt::Debug for UnavailableCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Status(response) => response.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Timeout => f.write_str("Timeout"),
            // The server's text may hold secrets.
            Self::TryLater(_) => f.write_str("TryLater(..)"),
            Self::Request(reason) => f.debug_tuple("Request").field(reason).finish(),
            Self::Unusable(error) => f.debug_tuple("Unusable").field(error).finish(),
            Self::DeadOnArrival => f.write_str("DeadOnArrival"),
            Self::Store(error) => error.fmt(f),
            Self::Storm => f.write_str("Storm"),
            Self::Aborted => f.write_str("Aborted"),
        }
    }
}

impl std::error::Error for RefreshUnavailable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            UnavailableCause::Transport(error) => Some(error),
            UnavailableCause::Status(response) => Some(response),
            UnavailableCause::Decode(error) => Some(error),
            UnavailableCause::Store(error) => Some(error),
            UnavailableCause::Request(error) | UnavailableCause::Unusable(error) => Some(error),
            UnavailableCause::Timeout
            | UnavailableCause::TryLater(_)
            | UnavailableCause::DeadOnArrival
            | UnavailableCause::Storm
            | UnavailableCause::Aborted => None,
        }
    }
}
