//! The grants of a program that acts without a user. They spend nothing, so the session may ask again at any
//! time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use url::Url;

use super::endpoints::AuthorizationEndpointsClient;
use super::error::{OAuthError, TokenError};
use super::program::Asked;
use super::request::{Form, Registered};
use super::server::{AuthorizationServer, private};
use crate::proof::ProofKey;
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
        is_proved: bool,
    ) -> Result<MachineTokens, OAuthError> {
        let endpoint = private(&server.metadata.token_endpoint)?;
        Ok(MachineTokens(Arc::new(Asks {
            requests: server.requests()?,
            endpoint,
            registered,
            machine: self,
            is_proved,
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
    /// Whether the tokens are bound to a key.
    is_proved: bool,
}

impl RefreshSource for MachineTokens {
    fn refresh(&self, grant: Grant) -> impl Future<Output = Result<Tokens, Refusal>> + Send {
        let asks = self.0.clone();
        async move { asks.tokens(grant.proof_key).await }
    }
}

impl Asks {
    /// Returns tokens that are bound to `key`, or to a new one.
    async fn tokens(&self, key: Option<Arc<ProofKey>>) -> Result<Tokens, Refusal> {
        let key = match (self.is_proved, key) {
            (false, _) => None,
            (true, Some(key)) => Some(key),
            (true, None) => Some(Arc::new(ProofKey::random().map_err(Refusal::try_later)?)),
        };
        let asked = Asked { requests: &self.requests, endpoint: &self.endpoint, key: key.as_ref() };
        let header = self.registered.header();
        let mut answer = asked.once(&header, &self.form().await?).await;
        if asked.wants_nonce(&answer) {
            answer = asked.once(&header, &self.form().await?).await;
        }
        match answer {
            Ok(issued) => {
                let tokens = issued.tokens(&Head::new(StatusCode::OK, HeaderMap::new()))?;
                Ok(Tokens { binding: tokens.binding.clone().to(key.as_ref()), ..tokens })
            }
            // A secret can be corrected, and a statement is another one next time, so nothing ends the login.
            Err(TokenError::Refused(refusal)) => Err(Refusal::try_later(refusal)),
            Err(TokenError::Other(error)) => {
                let after = error.retry_after();
                Err(Refusal::TryLater { message: asked.failed(error.into()).to_string(), after })
            }
        }
    }

    /// Returns the form of one request.
    async fn form(&self) -> Result<Form, Refusal> {
        let Self { registered, machine, .. } = self;
        let scope = registered.scope();
        let form = match machine {
            Machine::ClientCredentials => registered.form("client_credentials", scope),
            Machine::JwtBearer(assertion) => {
                let fields = [("assertion", (assertion.0)().await?)];
                let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
                registered.form(grant, fields.into_iter().chain(scope)).map(without_bare_name)
            }
            Machine::Exchange(kind, token) => {
                let fields = [("subject_token", (token.0)().await?), ("subject_token_type", kind.clone())];
                registered
                    .form("urn:ietf:params:oauth:grant-type:token-exchange", fields.into_iter().chain(scope))
            }
        };
        form.map_err(Refusal::try_later)
    }
}

/// Leaves out an identifier that nothing proves. The statement names the program (RFC 7523, 2.1), and servers
/// refuse an identifier that they do not know.
fn without_bare_name(mut form: Form) -> Form {
    if !form.iter().any(|(name, _)| matches!(*name, "client_secret" | "client_assertion")) {
        form.retain(|(name, _)| *name != "client_id");
    }
    form
}
