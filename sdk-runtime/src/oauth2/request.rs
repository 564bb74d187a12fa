//! The parts of a token request: how the program names itself, and what it asks for.

use std::sync::Arc;

use http::HeaderValue;
use serde::{Serialize, Serializer};

use crate::error::InvalidRequest;
use crate::oauth::{BasicAuth, ClientCredentials};
use crate::request::HeaderArg;
use crate::secret::{ClientSecret, RefreshToken};
use crate::session::{Grant, Needs, TokenRequest};

/// How a program proves at the token endpoint who it is (RFC 6749, 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ClientAuth {
    /// By Basic authentication, which each server has. A program without a secret has its identifier in the
    /// form.
    #[default]
    Basic,
    /// In the form, for servers that want no header.
    Post,
}

/// A program as it is registered at a server, and what it asks for each time.
#[derive(Clone)]
pub(super) struct Registered {
    pub(super) credentials: ClientCredentials,
    pub(super) auth: ClientAuth,
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
        let is_basic = self.auth == ClientAuth::Basic && self.credentials.secret().is_some();
        ClientHeader(is_basic.then(|| BasicAuth::new(&self.credentials)))
    }

    /// Returns the form of a request for `grant`, with what names the program, if no header does.
    pub(super) fn form(
        &self,
        grant: &'static str,
        fields: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Form {
        let mut form = vec![("grant_type", grant.to_owned())];
        form.extend(fields);
        form.extend(self.targets.iter().cloned());
        form.extend(self.named());
        form
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
    pub(super) fn named(&self) -> Form {
        if self.header().0.is_some() {
            return Vec::new();
        }
        let secret = self.credentials.secret().map(ClientSecret::expose);
        let id = ("client_id", self.credentials.id().to_owned());
        [id].into_iter().chain(secret.map(|secret| ("client_secret", secret.to_owned()))).collect()
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
pub(super) struct RefreshForm(Form);

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
        self.0.serialize(serializer)
    }
}

/// The form of a revocation (RFC 7009, 2.1): the refresh token, or else the access token.
pub(super) struct RevocationForm(Form);

impl TokenRequest for RevocationForm {
    fn from_grant(grant: &Grant) -> Option<Self> {
        let program: &Registered = grant.provided()?;
        let (token, kind) = match (grant.refresh_token().map(RefreshToken::expose), grant.access_token()) {
            (Some(token), _) => (token, "refresh_token"),
            (None, token) => (token?.expose(), "access_token"),
        };
        let fields = [("token", token.to_owned()), ("token_type_hint", kind.to_owned())];
        Some(Self(fields.into_iter().chain(program.named()).collect()))
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.value::<Registered>();
    }
}

impl Serialize for RevocationForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
