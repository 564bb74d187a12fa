//! The renewal as it goes over the wire, and what its answer means for the login.
//!
//! - **I16** Only a definitive rejection ends a login; a network failure, a 5xx or a 429 never does.
//! - **I21** The renewal is unsigned and goes to the transport below authorization, replay and per-call limits.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use serde::Deserialize;

use super::attach::Attachment;
use super::event::Outcome;
use super::tokens::{Grant, Refusal, Tokens};
use crate::clock::Clock;
use crate::cookies::Jar;
use crate::delay;
use crate::endpoint::{CallTimeout, Endpoint};
use crate::error::{
    Error, ErrorResponse, InvalidRequest, SessionExpired, TransportError, TransportErrorKind,
    UnavailableCause,
};
use crate::request::{Prepared, Request};
use crate::response::{Answer, Head, read_all, read_some};
use crate::upstream::{Contents, Credentials, Upstream};

/// How long a renewal may take where its declaration does not say.
const TIMEOUT: Duration = Duration::from_secs(20);
/// A renewal's answer is small; whatever is larger is none.
const BODY_LIMIT: usize = 1 << 20;
/// A renewed token that lives shorter than this would be renewed again at once, for ever.
const SHORTEST: Duration = Duration::from_secs(1);

/// What an answer says about tokens, or that it cannot be understood.
pub type TokenAnswer = Result<Result<Tokens, Refusal>, Error>;

/// A declared `#[session(refresh)]` endpoint, as plain functions.
pub struct RefreshEndpoint {
    endpoint: &'static Endpoint,
    supply: fn(&Grant, &mut Request) -> Option<()>,
    tokens: fn(Answer) -> TokenAnswer,
    refused: Option<fn(&ErrorResponse) -> Option<Refusal>>,
}

impl RefreshEndpoint {
    /// `supply` puts the session's arguments on the request, `tokens` reads a successful answer.
    #[must_use]
    pub const fn new(
        endpoint: &'static Endpoint,
        supply: fn(&Grant, &mut Request) -> Option<()>,
        tokens: fn(Answer) -> TokenAnswer,
    ) -> Self {
        Self { endpoint, supply, tokens, refused: None }
    }

    /// Asks `refused` first what an answer means that is no success; `None` leaves it to the default table.
    #[must_use]
    pub const fn refused(mut self, refused: fn(&ErrorResponse) -> Option<Refusal>) -> Self {
        self.refused = Some(refused);
        self
    }
}

/// What renews a session.
#[derive(Clone)]
pub(crate) struct Renewer {
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) attachment: Arc<Attachment>,
    pub(crate) refresh: &'static RefreshEndpoint,
    pub(crate) clock: Clock,
}

impl Renewer {
    /// The renewal's request, or `None` when `grant` holds nothing to renew with.
    pub(crate) fn request(&self, grant: &Grant) -> Option<Result<Prepared, InvalidRequest>> {
        let mut request = Request::new(&self.upstream.base, self.refresh.endpoint);
        (self.refresh.supply)(grant, &mut request)?;
        Some(request.prepare(Some("application/json")))
    }

    /// How long the renewal may take once it is sent: everybody waits for it, so it has an end.
    pub(crate) fn timeout(&self) -> Duration {
        match self.refresh.endpoint.timeout {
            CallTimeout::After(limit) => limit,
            CallTimeout::Default | CallTimeout::Never => TIMEOUT,
        }
    }

    /// Sends it and judges the answer.
    pub(crate) async fn send(&self, request: &Prepared, jar: &Jar) -> Outcome {
        match self.exchange(request, jar).await {
            Ok(outcome) => outcome,
            Err(error) => failed(error),
        }
    }

    async fn exchange(&self, request: &Prepared, jar: &Jar) -> Result<Outcome, Error> {
        let credentials = Credentials { header: None, jar: Some(jar) };
        let exchange = self.upstream.exchange(request, credentials, Contents::Secret, |_| Ok(())).await?;
        let (parts, body) = exchange.answer.into_parts();
        if !parts.status.is_success() {
            let (body, truncated) = read_some(body, BODY_LIMIT).await?;
            let answer =
                ErrorResponse::new(self.refresh.endpoint, parts.status, parts.headers, body, truncated);
            return Ok(self.refusal(answer));
        }
        let head = Head::new(parts.status, parts.headers);
        let body = read_all(body, BODY_LIMIT).await?;
        let refused = |body| {
            ErrorResponse::new(self.refresh.endpoint, head.status(), head.headers().clone(), body, false)
        };
        match (self.refresh.tokens)(Answer::new(head.clone(), body.clone()))? {
            Err(Refusal::Dead(message)) => {
                Ok(Outcome::Rejected(SessionExpired::rejected(Some(message), refused(body))))
            }
            Err(Refusal::TryLater { message, after }) => Ok(try_later(message, after)),
            Ok(tokens) => {
                let refresh = tokens.refresh.clone();
                let unusable = |cause| Outcome::Unusable { refresh, id: None, cause };
                Ok(match self.attachment.credential(tokens, Some(&head), || self.clock.wall()) {
                    Ok(credential) if credential.lifetime.is_some_and(|lifetime| lifetime < SHORTEST) => {
                        unusable(UnavailableCause::DeadOnArrival)
                    }
                    Ok(credential) => Outcome::Success(credential.into()),
                    Err(error) => unusable(UnavailableCause::Unusable(error)),
                })
            }
        }
    }

    /// What an answer that is no success means.
    fn refusal(&self, answer: ErrorResponse) -> Outcome {
        match self.refresh.refused.and_then(|refused| refused(&answer)) {
            Some(Refusal::Dead(message)) => {
                Outcome::Rejected(SessionExpired::rejected(Some(message), answer))
            }
            Some(Refusal::TryLater { message, after }) => try_later(message, after),
            None => default_refusal(answer, || self.clock.wall()),
        }
    }
}

fn try_later(message: String, retry_after: Option<Duration>) -> Outcome {
    Outcome::NotSpent { cause: UnavailableCause::TryLater(message), retry_after }
}

/// What it means that no answer came, or none that is understood.
fn failed(error: Error) -> Outcome {
    let cause = match error {
        Error::Transport(error) if error.kind() == TransportErrorKind::Connect => {
            return Outcome::NotSpent { cause: UnavailableCause::Transport(error), retry_after: None };
        }
        Error::InvalidRequest(error) => return Outcome::Misconfigured(UnavailableCause::Request(error)),
        Error::Transport(error) => UnavailableCause::Transport(error),
        Error::Decode(error) => UnavailableCause::Decode(error),
        Error::Status(answer) => UnavailableCause::Status(answer),
        other => UnavailableCause::Transport(TransportError::new(TransportErrorKind::Body, other)),
    };
    Outcome::Ambiguous { cause, retry_after: None }
}

/// The answer of RFC 6749, 5.2, and of the servers that come near it.
#[derive(Deserialize)]
struct OAuthError {
    error: String,
    #[serde(default)]
    error_description: serde_json::Value,
}

impl OAuthError {
    fn message(self) -> String {
        match self.error_description {
            serde_json::Value::String(description) => description,
            _ => self.error,
        }
    }
}

fn default_refusal(answer: ErrorResponse, wall: impl FnOnce() -> SystemTime) -> Outcome {
    let status = answer.status();
    let retry_after = delay::retry_after(answer.headers(), wall);
    let rejected = |oauth: Option<OAuthError>, answer| {
        Outcome::Rejected(SessionExpired::rejected(oauth.map(OAuthError::message), answer))
    };
    let not_spent = |answer| Outcome::NotSpent { cause: UnavailableCause::Status(answer), retry_after };
    let misconfigured = |answer| Outcome::Misconfigured(UnavailableCause::Status(answer));

    let oauth = answer.json::<OAuthError>().ok();
    let code = oauth.as_ref().filter(|_| status.is_client_error()).map(|oauth| oauth.error.as_str());
    match (code, status) {
        (Some("invalid_grant"), _) => rejected(oauth, answer),
        (
            Some(
                "invalid_client"
                | "invalid_request"
                | "invalid_scope"
                | "invalid_target"
                | "unauthorized_client"
                | "unsupported_grant_type",
            ),
            _,
        ) => misconfigured(answer),
        (Some("server_error" | "slow_down" | "temporarily_unavailable"), _) => not_spent(answer),
        (_, StatusCode::UNAUTHORIZED) => rejected(oauth, answer),
        // A page of a firewall says the same; only an answer of the API itself counts.
        (_, StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN) if is_json(&answer) => rejected(oauth, answer),
        (_, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => not_spent(answer),
        // It says itself that it has not done it.
        (_, StatusCode::SERVICE_UNAVAILABLE) if retry_after.is_some() => not_spent(answer),
        _ if status.is_server_error() => {
            Outcome::Ambiguous { cause: UnavailableCause::Status(answer), retry_after }
        }
        _ => misconfigured(answer),
    }
}

fn is_json(answer: &ErrorResponse) -> bool {
    answer.json::<serde::de::IgnoredAny>().is_ok()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::header::RETRY_AFTER;
    use http::{HeaderMap, HeaderValue};

    use super::*;

    static ENDPOINT: Endpoint = Endpoint::new("Api::refresh", "POST", "/refresh");

    fn verdict(status: u16, retry_after: Option<&'static str>, body: &'static str) -> String {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
        }
        let status = StatusCode::from_u16(status).unwrap();
        let answer =
            ErrorResponse::new(&ENDPOINT, status, headers, Bytes::from_static(body.as_bytes()), false);
        match default_refusal(answer, crate::clock::wall) {
            Outcome::Rejected(_) => "rejected".to_owned(),
            Outcome::NotSpent { retry_after, .. } => format!("not spent {retry_after:?}"),
            Outcome::Ambiguous { .. } => "ambiguous".to_owned(),
            Outcome::Misconfigured(_) => "misconfigured".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn only_a_definitive_answer_ends_a_login() {
        for (status, after, body, expected) in [
            (400, None, r#"{"error":"invalid_grant"}"#, "rejected"),
            (401, None, r#"{"error":"invalid_grant"}"#, "rejected"),
            (403, None, r#"{"error":"invalid_grant"}"#, "rejected"),
            (401, None, "", "rejected"),
            (400, None, r#"{"message":"no"}"#, "rejected"),
            (403, None, r#"{"message":"no"}"#, "rejected"),
            (401, None, r#"{"error":"spent","error_description":{"code":7}}"#, "rejected"),
            (401, None, r#"{"error":"invalid_client","error_description":{"code":7}}"#, "misconfigured"),
            (400, None, r#"{"error":"invalid_target"}"#, "misconfigured"),
            (400, Some("7"), r#"{"error":"temporarily_unavailable"}"#, "not spent Some(7s)"),
            (400, None, r#"{"error":"server_error"}"#, "not spent None"),
            (400, None, r#"{"error":"slow_down"}"#, "not spent None"),
            (400, None, r#"{"error":"unsupported_grant_type"}"#, "misconfigured"),
            (403, None, "<html>blocked</html>", "misconfigured"),
            (404, None, "", "misconfigured"),
            (302, None, "", "misconfigured"),
            (408, None, "", "not spent None"),
            (429, Some("7"), "", "not spent Some(7s)"),
            (429, Some("soon"), "", "not spent None"),
            (429, Some("Thu, 01 Jan 1970 00:00:00 GMT"), "", "not spent Some(0ns)"),
            (500, None, r#"{"error":"invalid_grant"}"#, "ambiguous"),
            (502, None, "<html>", "ambiguous"),
            (503, None, "", "ambiguous"),
            (503, Some("120"), "", "not spent Some(120s)"),
        ] {
            assert_eq!(verdict(status, after, body), expected, "{status} {body}");
        }
    }
}
