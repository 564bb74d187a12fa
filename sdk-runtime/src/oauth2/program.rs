//! `Program`: a program at its server, and its questions to the token endpoint.

use super::endpoints::Issued;
use super::error::OAuthError;
use super::request::{Form, Registered};
use super::server::{AuthorizationServer, private};

/// A program that is registered at a server.
#[derive(Clone)]
pub(super) struct Program {
    pub(super) server: AuthorizationServer,
    pub(super) registered: Registered,
}

impl Program {
    /// Asks the token endpoint.
    pub(super) async fn tokens(&self, form: &Form) -> Result<Issued, OAuthError> {
        let endpoint = private(&self.server.metadata.token_endpoint)?;
        Ok(self.server.requests()?.tokens(&endpoint, &self.registered.header(), form).await?)
    }
}
