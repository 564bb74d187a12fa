//! The refresh endpoint: its request, the exchange, and the tokens in its response.
//!
//! - **I21** The refresh is unsigned and goes to the transport below authorization, replay and per-call
//!   limits.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use super::classify;
use super::received::received;
use crate::cookies::Jar;
use crate::endpoint::{CallTimeout, Endpoint};
use crate::error::{
    DecodeError, Error, ErrorBody, ErrorResponse, InvalidRequest, TransportError, TransportErrorKind,
    UnavailableCause,
};
use crate::exchange::{Route, SendOptions};
use crate::proof::USE_NONCE;
use crate::request::{Prepared, Request};
use crate::response::{BodyEnd, BufferedResponse, ERROR_BODY_TIME, Head, ReceivedBody, receive};
use crate::runtime;
use crate::session::host::Host;
use crate::session::state::RefreshOutcome;
use crate::session::token::{Grant, Provided, Refusal, Tokens};
use crate::transport::Stage;

/// The timeout of a refresh without one in its declaration.
pub(super) const TIMEOUT: Duration = Duration::from_secs(20);
/// The largest body that is read. A refresh's response is small.
const BODY_LIMIT: usize = 1 << 20;

/// The tokens or the refusal in a response, or an error if it cannot be decoded.
pub type TokenAnswer = Result<Result<Tokens, Refusal>, Error>;

/// A declared `#[session(refresh)]` endpoint, as plain functions.
pub struct RefreshEndpoint {
    endpoint: &'static Endpoint,
    supply: fn(&Grant, &mut Request) -> Option<()>,
    tokens: fn(BufferedResponse) -> TokenAnswer,
    refused: Option<fn(&ErrorResponse) -> Option<Refusal>>,
}

impl RefreshEndpoint {
    /// Builds it. `supply` puts the session's arguments on the request, and `tokens` decodes a successful
    /// response.
    #[must_use]
    pub const fn new(
        endpoint: &'static Endpoint,
        supply: fn(&Grant, &mut Request) -> Option<()>,
        tokens: fn(BufferedResponse) -> TokenAnswer,
    ) -> Self {
        Self { endpoint, supply, tokens, refused: None }
    }

    /// Asks `refused` first what a response means that is not successful, refuses, or has no readable tokens.
    /// `None` leaves it to the default table.
    #[must_use]
    pub const fn refused(mut self, refused: fn(&ErrorResponse) -> Option<Refusal>) -> Self {
        self.refused = Some(refused);
        self
    }
}

/// Refreshes a session through its declared endpoint.
#[derive(Clone)]
pub(crate) struct EndpointRefresh {
    pub(crate) route: Route,
    pub(crate) config: Arc<RefreshConfig>,
}

/// What the refreshes of all sessions of a pool have in common.
pub(crate) struct RefreshConfig {
    pub(crate) host: Arc<Host>,
    pub(crate) refresh: &'static RefreshEndpoint,
    pub(crate) provided: Provided,
}

impl Deref for EndpointRefresh {
    type Target = RefreshConfig;

    fn deref(&self) -> &RefreshConfig {
        &self.config
    }
}

impl EndpointRefresh {
    /// Builds the request. `None` if `grant` holds nothing to refresh with.
    pub(crate) fn request(&self, grant: &Grant) -> Option<Result<Box<Prepared>, InvalidRequest>> {
        let mut request = Request::new(&self.route.base, self.refresh.endpoint);
        request.supplied(|request| (self.refresh.supply)(&grant.with(&self.provided), request))?;
        if let Some(key) = &grant.proof_key {
            if let Err(error) = self.host.attachment.can_prove(Some(key)) {
                return Some(Err(error));
            }
            request.extensions.insert(key.clone());
        }
        Some(request.prepare(Some("application/json")))
    }

    /// Returns the timeout of the refresh, since all waiters depend on its end.
    pub(crate) fn timeout(&self) -> Duration {
        match self.refresh.endpoint.timeout {
            CallTimeout::After(limit) => limit,
            CallTimeout::Default | CallTimeout::Never => TIMEOUT,
        }
    }

    /// Sends the request and classifies the response. If the server wants a proof with its nonce, it has
    /// spent nothing, and the request is sent again at once.
    pub(crate) async fn send(&self, request: &Prepared, grant: &Grant, jar: &Jar) -> RefreshOutcome {
        let (outcome, wants_nonce) = self.send_once(request, grant, jar).await;
        match wants_nonce.then(|| self.request(grant)).flatten() {
            Some(Ok(request)) => self.send_once(&request, grant, jar).await.0,
            _ => outcome,
        }
    }

    /// Returns the outcome, and whether the server wants a proof with its nonce.
    async fn send_once(&self, request: &Prepared, grant: &Grant, jar: &Jar) -> (RefreshOutcome, bool) {
        let deadline = runtime::deadline(self.timeout());
        let credentials = self.host.attachment.cookies(Some(jar));
        let stage = Stage::default();
        let sending = SendOptions::secret(credentials, &stage);
        let exchange = self.route.exchange(request, &sending);
        let (answer, cookies) = match runtime::until(deadline, exchange).await {
            Some(Ok(exchange)) => (exchange.response, exchange.cookies),
            Some(Err(error)) => return (failed(error), false),
            None => {
                let (cause, retry_after) = (UnavailableCause::Timeout, None);
                let outcome = match stage.is_connecting() {
                    true => RefreshOutcome::NotSpent { cause, retry_after },
                    false => RefreshOutcome::Unknown { cause, retry_after },
                };
                return (outcome, false);
            }
        };
        let (parts, body) = answer.into_parts();
        let until = match parts.status.is_success() {
            true => deadline,
            false => deadline.min(runtime::deadline(ERROR_BODY_TIME)),
        };
        let ReceivedBody { bytes, end } = receive(body, BODY_LIMIT, Some(until)).await;
        let truncated = !matches!(end, BodyEnd::Whole);
        let endpoint = self.refresh.endpoint;
        let answer =
            ErrorResponse::new(endpoint, parts.status, parts.headers.clone(), bytes.clone(), truncated)
                .unread(end.error());
        let wall = || self.host.clock.wall();
        if !parts.status.is_success() {
            let wants_nonce = grant.proof_key.is_some()
                && parts.status == StatusCode::BAD_REQUEST
                && ErrorBody::parse(&bytes).code() == Some(USE_NONCE);
            let outcome = match self.refused(&answer) {
                Some(refusal) => classify::declared(refusal, answer, wall),
                None => classify::unsuccessful(answer, wall),
            };
            return (outcome, wants_nonce);
        }
        let head = Head::new(parts.status, parts.headers);
        let outcome = match self.tokens(&head, bytes, &end) {
            Read::Tokens(tokens) => {
                let tokens =
                    Tokens { binding: tokens.binding.clone().to(grant.proof_key.as_ref()), ..tokens };
                received(&self.host, tokens, Some(&head), jar, Some(&cookies))
            }
            Read::DeniedRefresh(refusal) => {
                classify::declared(self.refused(&answer).unwrap_or(refusal), answer, wall)
            }
            Read::Nothing(error) => match self.refused(&answer) {
                Some(refusal) => classify::declared(refusal, answer, wall),
                None => classify::without_tokens(answer, error, wall),
            },
        };
        (outcome, false)
    }

    /// Asks `refused = …` of the declaration about `answer`.
    fn refused(&self, answer: &ErrorResponse) -> Option<Refusal> {
        self.refresh.refused.and_then(|refused| refused(answer))
    }

    /// Decodes the tokens in a successful response, of whose body `bytes` arrived.
    fn tokens(&self, head: &Head, bytes: Bytes, end: &BodyEnd) -> Read {
        // An incomplete body is not read, because a token in it may be cut. A type that reads no body has
        // its value.
        let whole = if matches!(end, BodyEnd::Whole) { bytes.clone() } else { Bytes::new() };
        match (self.refresh.tokens)(BufferedResponse::new(head.clone(), whole)) {
            Ok(Ok(tokens)) if tokens.holds_nothing() => Read::Nothing(self.no_token(head)),
            // A type with only optional fields decodes as cookies in every response, a refusal included.
            Ok(Ok(tokens)) if tokens.are_cookies() && says_error(&bytes) => {
                Read::Nothing(self.no_token(head))
            }
            Ok(Ok(tokens)) => Read::Tokens(tokens),
            Ok(Err(Refusal::Unreadable(why))) => Read::Nothing(self.no_token(head).because(why)),
            Ok(Err(refusal)) => Read::DeniedRefresh(refusal),
            Err(Error::Decode(error)) => Read::Nothing(match end {
                BodyEnd::Whole => error.without_values(),
                end => error.because(incomplete(end)),
            }),
            Err(error) => Read::Nothing(self.no_token(head).because(match end {
                BodyEnd::Whole => error.to_string(),
                end => incomplete(end),
            })),
        }
    }

    fn no_token(&self, head: &Head) -> DecodeError {
        let detail = "its access token is empty, and there is no refresh token".to_owned();
        DecodeError::new("Tokens", (head.status(), head.headers()), None, String::new(), &Bytes::new())
            .because(detail)
    }
}

/// What a successful response holds.
enum Read {
    Tokens(Tokens),
    DeniedRefresh(Refusal),
    Nothing(DecodeError),
}

/// Whether a body is a JSON object with a code in `error`.
fn says_error(body: &[u8]) -> bool {
    let words = ErrorBody::parse(body);
    words.is_object && words.code().is_some()
}

/// Says why a body is incomplete.
fn incomplete(end: &BodyEnd) -> String {
    match end {
        BodyEnd::Whole => "the body arrived whole".to_owned(),
        BodyEnd::Limit => format!("the body is larger than {BODY_LIMIT} bytes, and no more is read"),
        BodyEnd::Cut(error) if error.cause().is_some() => error.to_string(),
        BodyEnd::Cut(_) => "the body broke off".to_owned(),
        BodyEnd::Late => "the body did not arrive in time".to_owned(),
    }
}

/// Classifies a failure without a response.
fn failed(error: Error) -> RefreshOutcome {
    let cause = match error {
        Error::Transport(error) if !error.may_have_arrived() => {
            return RefreshOutcome::NotSpent { cause: UnavailableCause::Transport(error), retry_after: None };
        }
        Error::Transport(error) if error.kind() == TransportErrorKind::Invalid => {
            return RefreshOutcome::Misconfigured(UnavailableCause::Transport(error));
        }
        Error::InvalidRequest(error) => {
            return RefreshOutcome::Misconfigured(UnavailableCause::Request(error));
        }
        Error::Transport(error) => UnavailableCause::Transport(error),
        other => UnavailableCause::Transport(TransportError::new(TransportErrorKind::Request, other)),
    };
    RefreshOutcome::Unknown { cause, retry_after: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_says_an_error_that_is_an_object_with_a_code() {
        for (body, says) in [
            (r#"{"error":"invalid_grant"}"#, true),
            (r#"{"error":"what no one knows","access_token":"a"}"#, true),
            (r#"{"error":""}"#, false),
            (r#"{"error":null}"#, false),
            (r#"{"error":7}"#, false),
            (r#"{"access_token":"a"}"#, false),
            (r#"[{"error":"invalid_grant"}]"#, false),
            (r#""error""#, false),
            ("error", false),
            ("", false),
        ] {
            assert_eq!(says_error(body.as_bytes()), says, "{body}");
        }
    }

    fn error(kind: TransportErrorKind) -> TransportError {
        TransportError::new(kind, "a broken line")
    }

    #[test]
    fn a_body_that_is_not_whole_says_why() {
        let because = TransportError::because(TransportErrorKind::Body, Some("at byte 7".to_owned()), "cut");
        for (end, expected) in [
            (BodyEnd::Whole, "the body arrived whole"),
            (BodyEnd::Limit, "the body is larger than 1048576 bytes, and no more is read"),
            (BodyEnd::Cut(because), "the answer's body was interrupted: at byte 7"),
            (BodyEnd::Cut(error(TransportErrorKind::Body)), "the body broke off"),
            (BodyEnd::Late, "the body did not arrive in time"),
        ] {
            assert_eq!(incomplete(&end), expected);
        }
    }

    #[test]
    fn i14_the_outcome_of_a_refresh_that_may_have_arrived_is_unknown() {
        use TransportErrorKind as Kind;
        for (name, error, expected) in [
            ("not sent", Error::from(error(Kind::Connect)), "not spent"),
            ("refused by the library", error(Kind::Invalid).into(), "not spent"),
            (
                "refused by the library, after a send",
                error(Kind::Invalid).arrived(true).into(),
                "misconfigured",
            ),
            ("interrupted", error(Kind::Request).into(), "unknown"),
            ("interrupted, and not arrived", error(Kind::Request).arrived(false).into(), "not spent"),
            ("no connection for the redirect", error(Kind::Connect).arrived(true).into(), "unknown"),
            ("redirected", error(Kind::Redirect).into(), "unknown"),
            ("cannot be built", InvalidRequest::new("x", "is none").into(), "misconfigured"),
            ("another error", crate::error::Closed::default().into(), "unknown"),
        ] {
            let (found, retry_after) = match failed(error) {
                RefreshOutcome::NotSpent { retry_after, .. } => ("not spent", retry_after),
                RefreshOutcome::Unknown { retry_after, .. } => ("unknown", retry_after),
                RefreshOutcome::Misconfigured(_) => ("misconfigured", None),
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!((found, retry_after), (expected, None), "I14: {name}");
        }
    }
}
