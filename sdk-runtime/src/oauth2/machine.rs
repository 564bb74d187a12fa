//! The grants of a program that acts without a user. They spend nothing, so the session may ask again at any
//! time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use url::Url;

use super::endpoints::AuthorizationEndpointsClient;
use super::error::{OAuthError, TokenError};
use super::request::Registered;
use super::server::{AuthorizationServer, private};
use crate::response::Head;
use crate::session::{Grant, RefreshSource, Refusal, TokenResponse, Tokens};

/// What a program without a user shows for its tokens.
pub(super) enum Machine {
    ClientCredentials,
    JwtBearer(Statement),
    /// The kind of the token, and the token.
    Exchange(String, Statement),
}

type Made = Pin<Box<dyn Future<Output = Result<String, Refusal>> + Send>>;

/// A function of the program that returns a signed statement or a token.
pub(super) struct Statement(Arc<dyn Fn() -> Made + Send + Sync>);

impl Statement {
    pub(super) fn new<F, R>(function: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<String, Refusal>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(function())))
    }
}

impl Machine {
    /// Returns what fetches the tokens.
    pub(super) fn source(
        self,
        server: &AuthorizationServer,
        registered: Registered,
    ) -> Result<MachineTokens, OAuthError> {
        let endpoint = private(&server.metadata.token_endpoint)?;
        Ok(MachineTokens(Arc::new(Asks {
            requests: server.requests()?,
            endpoint,
            registered,
            machine: self,
        })))
    }
}

/// Fetches the tokens of a program.
pub(super) struct MachineTokens(Arc<Asks>);

struct Asks {
    requests: AuthorizationEndpointsClient,
    endpoint: Url,
    registered: Registered,
    machine: Machine,
}

impl RefreshSource for MachineTokens {
    fn refresh(&self, _: Grant) -> impl Future<Output = Result<Tokens, Refusal>> + Send {
        let asks = self.0.clone();
        async move { asks.tokens().await }
    }
}

impl Asks {
    async fn tokens(&self) -> Result<Tokens, Refusal> {
        let Self { requests, endpoint, registered, machine } = self;
        let scope = registered.scope();
        let form = match machine {
            Machine::ClientCredentials => registered.form("client_credentials", scope),
            Machine::JwtBearer(assertion) => {
                let fields = [("assertion", (assertion.0)().await?)];
                registered
                    .form("urn:ietf:params:oauth:grant-type:jwt-bearer", fields.into_iter().chain(scope))
            }
            Machine::Exchange(kind, token) => {
                let fields = [("subject_token", (token.0)().await?), ("subject_token_type", kind.clone())];
                registered
                    .form("urn:ietf:params:oauth:grant-type:token-exchange", fields.into_iter().chain(scope))
            }
        };
        let form = form.map_err(Refusal::try_later)?;
        match requests.tokens(endpoint, &registered.header(), &form).await {
            Ok(issued) => issued.tokens(&Head::new(StatusCode::OK, HeaderMap::new())),
            // A secret can be corrected, and a statement is another one next time, so nothing ends the login.
            Err(TokenError::Refused(refusal)) => Err(Refusal::try_later(refusal)),
            Err(TokenError::Other(error)) => {
                Err(Refusal::TryLater { message: error.to_string(), after: error.retry_after() })
            }
        }
    }
}
