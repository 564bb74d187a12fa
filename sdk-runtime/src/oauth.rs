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
//! A server that wants to know which program asks gets [`ClientCredentials`], which are given to the client
//! at run time. The declaration says how they are sent (RFC 6749, 2.3.1):
//!
//! - by Basic authentication, which servers prefer: an argument [`BasicAuth`] in the header `authorization`;
//! - in the form: [`ClientRefreshRequest`] in place of [`RefreshRequest`], or the fields `client_id` and
//!   `client_secret` of a type of your own that derives `TokenRequest`.
//!
//! In a `#[session(start)]` and a `#[session(end)]`, such an argument has `#[from_session]`:
//!
//! ```
//! use sdk_runtime::{Result, TokenRequest, api_client, oauth};
//!
//! #[derive(serde::Serialize, TokenRequest)]
//! struct Revocation {
//!     #[token(refresh)]
//!     token: String,
//!     client_id: String,
//!     client_secret: String,
//! }
//!
//! #[api_client]
//! trait Tracker {
//!     #[post("/oauth/token")]
//!     #[session(start)]
//!     async fn login(
//!         &self,
//!         #[from_session]
//!         #[header("authorization")]
//!         client: oauth::BasicAuth,
//!         #[form] code: &[(&str, &str)],
//!     ) -> Result<oauth::TokenAnswer>;
//!
//!     #[post("/oauth/token")]
//!     #[session(refresh)]
//!     async fn refresh(&self, #[form] request: oauth::ClientRefreshRequest) -> Result<oauth::TokenAnswer>;
//!
//!     #[post("/oauth/revoke", auth = none)]
//!     #[session(end)]
//!     async fn logout(
//!         &self,
//!         #[from_session]
//!         #[form]
//!         request: Revocation,
//!     ) -> Result<()>;
//! }
//!
//! # let secret = "from the configuration";
//! let tracker = TrackerClient::builder("https://tracker.example")
//!     .provide(oauth::ClientCredentials::new("tracker-server", secret))
//!     .build()?;
//! # Ok::<(), sdk_runtime::error::BuildError>(())
//! ```

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use crate::error::InvalidRequest;
use crate::request::HeaderArg;
use crate::response::Head;
pub use crate::secret::ClientSecret;
use crate::secret::{AccessToken, RefreshToken};
use crate::session::{Grant, Needs, Refusal, TokenRequest, TokenResponse, Tokens};
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

/// The identifier and the secret of a program at a token endpoint (RFC 6749, 2.3.1), for
/// [`ClientBuilder::provide`](crate::client::ClientBuilder::provide).
///
/// As an argument it is `client_id` and `client_secret`, in a form or flattened into a type of your own.
/// `Debug` shows neither.
///
/// ```
/// use sdk_runtime::oauth::ClientCredentials;
///
/// let client = ClientCredentials::new("tracker-server", "s3cret");
/// assert_eq!(client.id(), "tracker-server");
/// assert_eq!(format!("{client:?}"), "ClientCredentials(..)");
/// assert!(ClientCredentials::public("tracker-cli").secret().is_none());
/// ```
#[derive(Clone, Serialize)]
pub struct ClientCredentials {
    #[serde(rename = "client_id")]
    id: String,
    #[serde(rename = "client_secret", skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    secret: Option<ClientSecret>,
}

impl ClientCredentials {
    /// Creates the credentials of a program that can keep a secret.
    pub fn new(id: impl Into<String>, secret: impl Into<ClientSecret>) -> Self {
        Self { id: id.into(), secret: Some(secret.into()) }
    }

    /// Creates those of a program without a secret, such as one that runs at its users (RFC 6749, 2.1).
    pub fn public(id: impl Into<String>) -> Self {
        Self { id: id.into(), secret: None }
    }

    /// Returns the identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the secret, if there is one.
    #[must_use]
    pub fn secret(&self) -> Option<&ClientSecret> {
        self.secret.as_ref()
    }

    /// Asks for credentials with a secret.
    pub(crate) fn needs_secret(needs: &mut Needs<'_>) {
        needs.value::<Self>();
        let name = "sdk_runtime::oauth::ClientCredentials::new(id, secret)";
        needs.value_where(name, |it: &Self| it.secret.is_some());
    }
}

fn exposed<S: serde::Serializer>(secret: &Option<ClientSecret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ClientSecret::expose).serialize(serializer)
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCredentials(..)")
    }
}

impl TokenRequest for ClientCredentials {
    fn from_grant(grant: &Grant) -> Option<Self> {
        grant.provided().cloned()
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.value::<Self>();
    }
}

/// The provided [`ClientCredentials`] by Basic authentication (RFC 6749, 2.3.1):
/// `#[header("authorization")] client: oauth::BasicAuth`. The identifier and the secret are each form-encoded
/// first. `Debug` shows neither.
///
/// ```
/// use sdk_runtime::{TokenRequest, oauth, session::Grant};
///
/// // "tracker" and "50%+", as they are joined: `tracker:50%25%2B`
/// let client = oauth::ClientCredentials::new("tracker", "50%+");
/// assert!(oauth::BasicAuth::from_grant(&Grant::default().provide(client)).is_some());
/// assert!(oauth::BasicAuth::from_grant(&Grant::default()).is_none());
/// ```
#[derive(Clone)]
pub struct BasicAuth(HeaderValue);

impl BasicAuth {
    /// Creates it. An identifier without a secret has nothing after its colon.
    #[must_use]
    pub fn new(client: &ClientCredentials) -> Self {
        let secret = client.secret.as_ref().map_or("", ClientSecret::expose);
        let mut joined = Zeroizing::new(String::new());
        joined.extend(byte_serialize(client.id.as_bytes()));
        joined.push(':');
        joined.extend(byte_serialize(secret.as_bytes()));
        let text = Zeroizing::new(format!("Basic {}", STANDARD.encode(joined.as_bytes())));
        // Base64 has only characters that a header may have.
        let mut value = HeaderValue::try_from(text.as_str()).unwrap_or(HeaderValue::from_static("Basic"));
        value.set_sensitive(true);
        Self(value)
    }
}

impl TokenRequest for BasicAuth {
    fn from_grant(grant: &Grant) -> Option<Self> {
        grant.provided().filter(|client: &&ClientCredentials| client.secret.is_some()).map(Self::new)
    }

    fn needs(needs: &mut Needs<'_>) {
        ClientCredentials::needs_secret(needs);
    }
}

impl HeaderArg for BasicAuth {
    fn header_lines(
        &self,
        line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
    ) -> Result<(), InvalidRequest> {
        line(self.0.clone())
    }
}

impl fmt::Debug for BasicAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BasicAuth(..)")
    }
}

/// A [`RefreshRequest`] of a program that names itself: with `client_id`, and with `client_secret` if it has
/// one, of the provided [`ClientCredentials`]. `Debug` shows no token and no secret.
#[derive(Clone, Debug, Serialize)]
pub struct ClientRefreshRequest {
    #[serde(flatten)]
    request: RefreshRequest,
    #[serde(flatten)]
    client: ClientCredentials,
}

impl TokenRequest for ClientRefreshRequest {
    fn from_grant(grant: &Grant) -> Option<Self> {
        let (request, client) = (RefreshRequest::from_grant(grant)?, ClientCredentials::from_grant(grant)?);
        Some(Self { request, client })
    }

    fn needs(needs: &mut Needs<'_>) {
        ClientCredentials::needs(needs);
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
    fn a_secret_is_form_encoded_before_it_is_joined() {
        let basic = |client: &ClientCredentials| {
            let value = BasicAuth::new(client).0;
            assert!(value.is_sensitive(), "I27");
            let joined = STANDARD.decode(value.to_str().unwrap().strip_prefix("Basic ").unwrap()).unwrap();
            String::from_utf8(joined).unwrap()
        };
        for (id, secret, expected) in [
            ("tracker", "s3cret", "tracker:s3cret"),
            ("a:b", "c:d", "a%3Ab:c%3Ad"),
            ("a b", "50%+", "a+b:50%25%2B"),
            ("a*-._", "~ä", "a*-._:%7E%C3%A4"),
            ("", "", ":"),
        ] {
            assert_eq!(basic(&ClientCredentials::new(id, secret)), expected);
        }
        assert_eq!(basic(&ClientCredentials::public("cli")), "cli:");
    }

    #[test]
    fn a_program_names_itself_by_what_it_was_given() {
        let grant = Grant::new(&Tokens::new("a0").refresh_token("r0"));
        assert!(
            ClientRefreshRequest::from_grant(&grant).is_none() && BasicAuth::from_grant(&grant).is_none()
        );
        let named = grant.clone().provide(ClientCredentials::new("tracker", "hunter2"));
        let request = ClientRefreshRequest::from_grant(&named).unwrap();
        let fields = json!({
            "grant_type": "refresh_token", "refresh_token": "r0", "client_id": "tracker",
            "client_secret": "hunter2",
        });
        assert_eq!(to_value(&request).unwrap(), fields);
        let basic = BasicAuth::from_grant(&named).unwrap();
        let shown = format!("{request:?} {basic:?} {named:?} {:?}", ClientSecret::new("hunter2"));
        assert!(!shown.contains("hunter2") && !shown.contains("tracker"), "I27: {shown}");

        let public = grant.provide(ClientCredentials::public("tracker"));
        assert!(BasicAuth::from_grant(&public).is_none(), "there is no secret to prove anything with");
        let fields = json!({ "grant_type": "refresh_token", "refresh_token": "r0", "client_id": "tracker" });
        assert_eq!(to_value(ClientRefreshRequest::from_grant(&public)).unwrap(), fields);
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
