//! The parts of a token request: how the program names itself, and what it asks for.

use std::sync::Arc;

use http::HeaderValue;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use super::assertion;
use super::error::OAuthError;
use super::private_key::PrivateKey;
use crate::error::InvalidRequest;
use crate::oauth::{BasicAuth, ClientCredentials};
use crate::request::HeaderArg;
use crate::secret::RefreshToken;
use crate::session::{Grant, Needs, TokenRequest};

/// How a program proves at the token endpoint who it is (RFC 6749, 2.3; RFC 7523, 2.2).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum ClientAuth {
    /// By Basic authentication, which each server has. A program without a secret has its identifier in the
    /// form.
    #[default]
    Basic,
    /// In the form, for servers that want no header.
    Post,
    /// By a statement that the program signs with its key (`private_key_jwt`), for each request another one.
    /// A secret of the program is not sent.
    ///
    /// The statement is a JWT of ES256 for one use, and expires after 60 s. It names the issuer of the server
    /// as its audience, and nothing else. So no other server can use it, also if its metadata names the same
    /// token endpoint. Servers accept the issuer by RFC 9126 (2) and by the security profile FAPI 2.0. For
    /// those that want RS256 or the token endpoint as audience, there is [`PrivateKey::from_signer`].
    ///
    /// ```
    /// use sdk_runtime::oauth2::{ClientAuth, PrivateKey};
    ///
    /// # let pem = "-----BEGIN PRIVATE KEY-----
    /// # MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgx6Yk+g9tJDjZb6aY
    /// # sBR/Alkau+RVCrUQzsN3Nb+HKIGhRANCAAQsptfs2+Q0GfvnLnMVQftne5pxxfue
    /// # sPQfMB1dLfvd3cUm0uyk+pVT7XLQ7G/ieOl+mpXIcH64BOCG0XXPr2dX
    /// # -----END PRIVATE KEY-----";
    /// let auth = ClientAuth::PrivateKeyJwt(PrivateKey::from_pem(pem)?.key_id("2026-11"));
    /// assert_eq!(format!("{auth:?}"), "PrivateKeyJwt(PrivateKey(..))");
    /// # Ok::<(), sdk_runtime::oauth2::OAuthError>(())
    /// ```
    PrivateKeyJwt(PrivateKey),
}

/// A program as it is registered at a server, and what it asks for each time.
#[derive(Clone)]
pub(super) struct Registered {
    pub(super) credentials: ClientCredentials,
    pub(super) auth: ClientAuth,
    /// The name of the server.
    pub(super) issuer: Arc<str>,
    /// Separated by spaces.
    pub(super) scope: Arc<str>,
    /// `resource` (RFC 8707) and `audience`, with their values.
    pub(super) targets: Arc<Vec<(&'static str, String)>>,
}

/// A form, field by field.
pub(super) type Form = Vec<(&'static str, String)>;

impl Registered {
    /// Returns the header that names the program, if a header does.
    pub(super) fn header(&self) -> ClientHeader {
        let is_basic = matches!(self.auth, ClientAuth::Basic) && self.credentials.secret().is_some();
        ClientHeader(is_basic.then(|| BasicAuth::new(&self.credentials)))
    }

    /// Returns the form of a request for `grant`, with what names the program, if no header does.
    pub(super) fn form(
        &self,
        grant: &'static str,
        fields: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Form, OAuthError> {
        let mut form = vec![("grant_type", grant.to_owned())];
        form.extend(fields);
        form.extend(self.targets.iter().cloned());
        form.extend(self.named()?);
        Ok(form)
    }

    /// Adds the scopes that it does not ask for yet. A text may have several of them.
    pub(super) fn ask_for(&mut self, scopes: impl IntoIterator<Item = impl AsRef<str>>) {
        let mut all: Vec<String> = self.scope.split_ascii_whitespace().map(str::to_owned).collect();
        for scopes in scopes {
            for scope in scopes.as_ref().split_ascii_whitespace() {
                if !all.iter().any(|known| known == scope) {
                    all.push(scope.to_owned());
                }
            }
        }
        self.scope = all.join(" ").into();
    }

    /// Returns the scopes as a field, if there are any.
    pub(super) fn scope(&self) -> Option<(&'static str, String)> {
        (!self.scope.is_empty()).then(|| ("scope", self.scope.to_string()))
    }

    /// Returns the fields that name the program, if no header does.
    pub(super) fn named(&self) -> Result<Form, OAuthError> {
        if self.header().0.is_some() {
            return Ok(Vec::new());
        }
        let id = self.credentials.id();
        let mut form = vec![("client_id", id.to_owned())];
        if let ClientAuth::PrivateKeyJwt(key) = &self.auth {
            form.push(("client_assertion_type", assertion::TYPE.to_owned()));
            form.push(("client_assertion", assertion::of(key, id, &self.issuer)?));
        } else if let Some(secret) = self.credentials.secret() {
            form.push(("client_secret", secret.expose().to_owned()));
        }
        Ok(form)
    }
}

/// The header that names the program; none if the form does.
#[derive(Clone, Debug)]
pub(super) struct ClientHeader(Option<BasicAuth>);

impl TokenRequest for ClientHeader {
    fn from_grant(grant: &Grant) -> Option<Self> {
        grant.provided().map(Registered::header)
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.value::<Registered>();
    }
}

impl HeaderArg for ClientHeader {
    fn header_lines(
        &self,
        line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
    ) -> Result<(), InvalidRequest> {
        self.0.header_lines(line)
    }
}

/// The form of a refresh (RFC 6749, 6).
pub(super) struct RefreshForm(Result<Form, OAuthError>);

impl TokenRequest for RefreshForm {
    fn from_grant(grant: &Grant) -> Option<Self> {
        let program: &Registered = grant.provided()?;
        let token = grant.refresh_token()?;
        Some(Self(program.form("refresh_token", [("refresh_token", token.expose().to_owned())])))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.value::<Registered>();
    }
}

impl Serialize for RefreshForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(&self.0, serializer)
    }
}

/// The form of a revocation (RFC 7009, 2.1): the refresh token, or else the access token.
pub(super) struct RevocationForm(Result<Form, OAuthError>);

impl TokenRequest for RevocationForm {
    fn from_grant(grant: &Grant) -> Option<Self> {
        let program: &Registered = grant.provided()?;
        let (token, kind) = match (grant.refresh_token().map(RefreshToken::expose), grant.access_token()) {
            (Some(token), _) => (token, "refresh_token"),
            (None, token) => (token?.expose(), "access_token"),
        };
        let fields = [("token", token.to_owned()), ("token_type_hint", kind.to_owned())];
        Some(Self(program.named().map(|named| fields.into_iter().chain(named).collect())))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.value::<Registered>();
    }
}

impl Serialize for RevocationForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(&self.0, serializer)
    }
}

/// Writes a form, if the program could sign what names it.
fn written<S: Serializer>(form: &Result<Form, OAuthError>, serializer: S) -> Result<S::Ok, S::Error> {
    form.as_ref().map_err(S::Error::custom)?.serialize(serializer)
}
