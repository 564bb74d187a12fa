//! `Program`: a program at its server, and its questions to the token endpoint.

use std::sync::Arc;

use url::Url;

use super::endpoints::{AuthorizationEndpointsClient, Issued};
use super::error::{OAuthError, TokenError};
use super::redirect::Redirect;
use super::request::{ClientHeader, Form, Registered};
use super::server::{AuthorizationServer, private};
use crate::proof::{ProofKey, USE_NONCE};

/// A program that is registered at a server.
#[derive(Clone)]
pub(super) struct Program {
    pub(super) server: AuthorizationServer,
    pub(super) registered: Registered,
    pub(super) redirect: Redirect,
    /// Whether each login has a key that its tokens are bound to.
    pub(super) is_proved: bool,
}

impl Program {
    /// Draws the key of a new login, if its tokens are to be bound to one.
    pub(super) fn key(&self) -> Result<Option<Arc<ProofKey>>, OAuthError> {
        let key = || ProofKey::random().map(Arc::new).map_err(OAuthError::Key);
        self.is_proved.then(key).transpose()
    }

    /// Asks the token endpoint, with a proof by `key`. `form` makes the form of each request.
    pub(super) async fn tokens(
        &self,
        form: impl Fn() -> Result<Form, OAuthError>,
        key: Option<&Arc<ProofKey>>,
    ) -> Result<Issued, OAuthError> {
        let endpoint = private(&self.server.metadata.token_endpoint)?;
        let asked = Asked { requests: &self.server.requests()?, endpoint: &endpoint, key };
        let answer = asked.once(&self.registered.header(), &form()?).await;
        let answer = match asked.wants_nonce(&answer) {
            true => asked.once(&self.registered.header(), &form()?).await,
            false => answer,
        };
        answer.map_err(|error| asked.failed(error))
    }
}

/// A question to the token endpoint, with a proof by `key`.
pub(super) struct Asked<'a> {
    pub(super) requests: &'a AuthorizationEndpointsClient,
    pub(super) endpoint: &'a Url,
    pub(super) key: Option<&'a Arc<ProofKey>>,
}

impl Asked<'_> {
    /// Asks once.
    pub(super) async fn once(&self, program: &ClientHeader, form: &Form) -> Result<Issued, TokenError> {
        let call = self.requests.tokens(self.endpoint, program, form);
        let answer = match self.key {
            Some(key) => call.extension(key.clone()).await,
            None => call.await,
        };
        answer?.given()
    }

    /// Says which request failed.
    pub(super) fn failed(&self, error: TokenError) -> OAuthError {
        OAuthError::of("tokens", self.endpoint, error)
    }

    /// Whether the server wants a proof with the nonce of its answer. It has spent nothing, so it is asked
    /// again at once.
    pub(super) fn wants_nonce(&self, answer: &Result<Issued, TokenError>) -> bool {
        self.key.is_some()
            && matches!(answer, Err(TokenError::Refused(refusal)) if refusal.error == USE_NONCE)
    }
}
