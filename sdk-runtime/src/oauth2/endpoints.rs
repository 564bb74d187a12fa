//! The requests to an authorization server, declared as any other API.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sdk_macros::api_client;
use serde::Deserialize;
use url::Url;

use super::error::{OAuthRefusal, TokenError};
use super::metadata::Metadata;
use super::request::{ClientHeader, RefreshForm, RevocationForm};
use crate::error::Error;
use crate::oauth::TokenAnswer;
use crate::response::Head;
use crate::secret::AccessToken;
use crate::session::{Binding, Refusal, TokenResponse, Tokens};

/// What is asked without a login.
#[api_client(auth = none, crate = crate)]
pub(super) trait AuthorizationEndpoints {
    #[get]
    async fn metadata(&self, #[url] document: &Url) -> Result<Option<Metadata>, Error>;

    #[post]
    async fn tokens(
        &self,
        #[url] endpoint: &Url,
        #[header("authorization")] program: &ClientHeader,
        #[form] form: &[(&'static str, String)],
    ) -> Result<Answer<Issued>, TokenError>;

    #[post]
    async fn device_code(
        &self,
        #[url] endpoint: &Url,
        #[header("authorization")] program: &ClientHeader,
        #[form] form: &[(&'static str, String)],
    ) -> Result<Answer<DeviceCode>, TokenError>;

    #[post]
    async fn push(
        &self,
        #[url] endpoint: &Url,
        #[header("authorization")] program: &ClientHeader,
        #[form] form: &[(&'static str, String)],
    ) -> Result<Pushed, TokenError>;
}

/// The token endpoint, which is the base of this client.
#[api_client(crate = crate)]
pub(super) trait TokenEndpoint {
    #[post("")]
    #[session(refresh)]
    async fn refresh(
        &self,
        #[header("authorization")] program: ClientHeader,
        #[form] form: RefreshForm,
    ) -> Result<Issued, Error>;
}

/// The revocation endpoint, which is the base of this client.
#[api_client(auth = none, crate = crate)]
pub(super) trait RevocationEndpoint {
    #[post("")]
    #[session(end)]
    async fn revoke(
        &self,
        #[from_session]
        #[header("authorization")]
        program: ClientHeader,
        #[from_session]
        #[form]
        form: RevocationForm,
    ) -> Result<(), TokenError>;
}

/// An answer with a successful status. Some servers, such as GitHub, refuse with one too.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Answer<T> {
    Refused(OAuthRefusal),
    Given(T),
}

impl<T> Answer<T> {
    pub(super) fn given(self) -> Result<T, TokenError> {
        match self {
            Self::Refused(refusal) => Err(TokenError::Refused(refusal)),
            Self::Given(given) => Ok(given),
        }
    }
}

/// The tokens, and the identity that OpenID Connect adds.
#[derive(Debug, Deserialize)]
pub(super) struct Issued {
    #[serde(flatten)]
    answer: TokenAnswer,
    id_token: Option<IdToken>,
    token_type: Option<String>,
}

/// A signed statement about the user. It came from the token endpoint over TLS, so its signature need not be
/// checked (OpenID Connect Core 1.0, 3.1.3.7).
#[derive(Deserialize)]
#[serde(from = "String")]
struct IdToken {
    subject: Option<String>,
}

/// The answer of a device authorization endpoint (RFC 8628, 3.2).
#[derive(Debug, Deserialize)]
pub(super) struct DeviceCode {
    pub(super) device_code: AccessToken,
    pub(super) user_code: String,
    #[serde(alias = "verification_url")]
    pub(super) verification_uri: String,
    pub(super) verification_uri_complete: Option<String>,
    pub(super) expires_in: u64,
    pub(super) interval: Option<u64>,
}

/// The answer to a pushed authorization request (RFC 9126, 2.2).
#[derive(Debug, Deserialize)]
pub(super) struct Pushed {
    pub(super) request_uri: String,
}

impl From<String> for IdToken {
    fn from(token: String) -> Self {
        #[derive(Deserialize)]
        struct Claims {
            sub: Option<String>,
        }
        let claims = token.split('.').nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
        let claims: Option<Claims> = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
        Self { subject: claims.and_then(|claims| claims.sub) }
    }
}

impl std::fmt::Debug for IdToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdToken(..)")
    }
}

impl TokenResponse for Issued {
    fn tokens(&self, head: &Head) -> Result<Tokens, Refusal> {
        let is_bound = self.token_type.as_ref().is_some_and(|kind| kind.eq_ignore_ascii_case("DPoP"));
        let mut tokens = self.answer.tokens(head)?;
        if is_bound {
            tokens.binding = Binding::Bound;
        }
        let subject = self.id_token.as_ref().and_then(|token| token.subject.clone());
        Ok(subject.into_iter().fold(tokens, Tokens::subject))
    }
}
