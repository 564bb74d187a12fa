//! The refresh of OAuth 2.0 (RFC 6749), ready to use: its request and its response.
//!
//! ```
//! use sdk_runtime::{Result, api_client, oauth};
//!
//! #[api_client]
//! trait Tracker {
//!     #[post("/oauth/token")]
//!     #[session(refresh)]
//!     async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;
//!
//!     #[get("/issues/{id}")]
//!     async fn issue(&self, id: u64) -> Result<String>;
//! }
//! # let _: Option<TrackerClient> = None;
//! ```
//!
//! The request identifies no client. A server that wants `client_id` gets it from a type of your own:
//!
//! ```
//! use sdk_runtime::TokenRequest;
//!
//! #[derive(serde::Serialize, TokenRequest)]
//! struct RefreshRequest {
//!     grant_type: &'static str, // "refresh_token"
//!     refresh_token: String,
//!     #[token(value = "tracker-cli")]
//!     client_id: &'static str,
//! }
//!
//! # use sdk_runtime::{Tokens, session::Grant};
//! let grant = Grant::new(&Tokens::new("a1").refresh_token("r1"));
//! let request = RefreshRequest::from_grant(&grant).unwrap();
//! assert_eq!(
//!     serde_json::to_value(&request).unwrap(),
//!     serde_json::json!({
//!         "grant_type": "refresh_token", "refresh_token": "r1", "client_id": "tracker-cli",
//!     })
//! );
//! ```

use std::fmt;
use std::time::Duration;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::response::Head;
use crate::secret::{AccessToken, RefreshToken};
use crate::session::{Grant, Refusal, TokenRequest, TokenResponse, Tokens};
use crate::token_time::{self, Told, Unit};

/// The request of a refresh (RFC 6749, 6): `grant_type=refresh_token` and the refresh token.
///
/// Servers of OAuth take it as `#[form]`; others take it as `#[json]`. `Debug` shows no token.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RefreshRequest {
    grant_type: &'static str,
    #[serde(serialize_with = "RefreshToken::serialize")]
    refresh_token: RefreshToken,
}

impl RefreshRequest {
    /// Creates the request.
    pub fn new(refresh_token: impl Into<RefreshToken>) -> Self {
        Self { grant_type: "refresh_token", refresh_token: refresh_token.into() }
    }
}

impl TokenRequest for RefreshRequest {
    fn from_grant(grant: &Grant) -> Option<Self> {
        grant.refresh_token().cloned().map(Self::new)
    }
}

/// The tokens that a token endpoint issues (RFC 6749, 5.1), for sign-ins and refreshes.
///
/// A field that is left out says nothing: a refresh keeps the refresh token and the scopes that the login
/// has. `expires_in` is in seconds; some servers write it in quotes, and a time since 1970 is an error.
/// Refusals (RFC 6749, 5.2) are read without a type of their own, a refusal with a successful status
/// included. `Debug` shows no token.
///
/// ```
/// use sdk_runtime::oauth::TokenAnswer;
///
/// let answer: TokenAnswer = serde_json::from_str(
///     r#"{ "access_token": "a1", "token_type": "bearer", "expires_in": "3600", "scope": "read write" }"#,
/// )
/// .unwrap();
/// assert_eq!(answer.access_token().expose(), "a1");
/// assert_eq!(answer.expires_in(), Some(std::time::Duration::from_secs(3600)));
/// assert!(answer.refresh_token().is_none());
/// assert_eq!(answer.scope(), Some("read write"));
/// ```
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct TokenAnswer {
    access_token: AccessToken,
    token_type: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<Duration>,
    refresh_token: Option<RefreshToken>,
    scope: Option<String>,
}

impl TokenAnswer {
    /// Creates an answer with an access token only, for a fake.
    pub fn new(access_token: impl Into<AccessToken>) -> Self {
        Self {
            access_token: access_token.into(),
            token_type: None,
            expires_in: None,
            refresh_token: None,
            scope: None,
        }
    }

    /// Returns the access token.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// Returns the type of the access token, such as `Bearer` (RFC 6749, 7.1). The session does not read it.
    #[must_use]
    pub fn token_type(&self) -> Option<&str> {
        self.token_type.as_deref()
    }

    /// Returns how long the access token lives, counted from its arrival.
    #[must_use]
    pub fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    /// Returns the refresh token, if the server issued one.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    /// Returns the granted scopes, separated by spaces, if they differ from the requested ones.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }
}

impl TokenResponse for TokenAnswer {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        let mut tokens = Tokens::new(self.access_token.clone()).scopes(self.scope.as_deref());
        if let Some(token) = &self.refresh_token {
            tokens = tokens.refresh_token(token.clone());
        }
        Ok(self.expires_in.into_iter().fold(tokens, Tokens::expires_in))
    }
}

/// Reads seconds, with or without quotes.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    deserializer.deserialize_any(Seconds)
}

struct Seconds;

impl Seconds {
    fn read<E: serde::de::Error>(told: &Told<'_>, found: Unexpected<'_>) -> Result<Option<Duration>, E> {
        token_time::lifetime(told, Unit::Seconds).map_err(|_| E::invalid_value(found, &Self))
    }
}

impl<'de> Visitor<'de> for Seconds {
    type Value = Option<Duration>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a lifetime in seconds")
    }

    fn visit_u64<E: serde::de::Error>(self, seconds: u64) -> Result<Self::Value, E> {
        Self::read(&Told::Whole(seconds.into()), Unexpected::Unsigned(seconds))
    }

    fn visit_i64<E: serde::de::Error>(self, seconds: i64) -> Result<Self::Value, E> {
        Self::read(&Told::Whole(seconds.into()), Unexpected::Signed(seconds))
    }

    fn visit_f64<E: serde::de::Error>(self, seconds: f64) -> Result<Self::Value, E> {
        Self::read(&Told::Decimal(seconds), Unexpected::Float(seconds))
    }

    fn visit_str<E: serde::de::Error>(self, seconds: &str) -> Result<Self::Value, E> {
        Self::read(&Told::Text(seconds), Unexpected::Str(seconds))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};
    use serde_json::{Value, from_value, json, to_value};

    use super::*;

    fn tokens(answer: Value) -> Tokens {
        let head = Head::new(StatusCode::OK, HeaderMap::new());
        from_value::<TokenAnswer>(answer).unwrap().tokens(&head).unwrap()
    }

    #[test]
    fn the_request_of_a_refresh_has_its_grant_type() {
        let grant = Grant::new(&Tokens::new("a0").refresh_token("r0"));
        let request = RefreshRequest::from_grant(&grant).unwrap();
        let sent = to_value(&request).unwrap();
        assert_eq!(sent, json!({ "grant_type": "refresh_token", "refresh_token": "r0" }));
        assert!(!format!("{request:?}").contains("r0"), "I27");
        assert!(RefreshRequest::from_grant(&Grant::new(&Tokens::new("a0"))).is_none());
    }

    #[test]
    fn an_answer_says_what_it_has() {
        let all = tokens(json!({
            "access_token": "a1", "token_type": "bearer", "expires_in": 3600, "refresh_token": "r1",
            "scope": "read write", "id_token": "x",
        }));
        assert_eq!(all.refresh.as_ref().map(RefreshToken::expose), Some("r1"));
        assert_eq!(all.scopes.as_deref(), Some(&["read".to_owned(), "write".to_owned()][..]));
        let least = tokens(json!({ "access_token": "a1", "scope": null, "refresh_token": null }));
        assert!(least.refresh.is_none() && least.scopes.is_none());
        assert!(!format!("{:?}", TokenAnswer::new("a1")).contains("a1"), "I27");
    }

    #[test]
    fn a_lifetime_is_in_seconds_or_no_answer_is_read() {
        let read = |value: Value| {
            let answer = json!({ "access_token": "a1", "expires_in": value });
            from_value::<TokenAnswer>(answer).map(|it| it.expires_in().map(|it| it.as_millis())).ok()
        };
        for (value, expected) in [
            (json!(3600), Some(Some(3_600_000))),
            (json!("3600"), Some(Some(3_600_000))),
            (json!(1.5), Some(Some(1500))),
            (json!(0), Some(Some(0))),
            (json!(null), Some(None)),
            (json!(-1), None),
            (json!(-0.5), None),
            (json!(1_767_225_600), None),
            (json!("1h"), None),
            (json!(""), None),
            (json!(true), None),
            (json!({}), None),
        ] {
            assert_eq!(read(value.clone()), expected, "{value}");
        }
    }
}
