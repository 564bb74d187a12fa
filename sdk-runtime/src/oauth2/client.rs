//! `OAuthClient`: a program that is registered at an authorization server, and its session.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use url::Url;

use super::endpoints::{AuthorizationEndpointsClient, Issued, RevocationEndpointClient, TokenEndpointClient};
use super::error::{OAuthError, TokenError};
use super::interaction::Interaction;
use super::machine::{Machine, Statement};
use super::program::Program;
use super::redirect::Redirect;
use super::request::{ClientAuth, Registered};
use super::server::{AuthorizationServer, built, private};
use super::{code, device};
use crate::client::{ApiClient, ClientBuilder};
use crate::error::Error;
use crate::oauth::ClientCredentials;
use crate::proof::ProofKey;
use crate::response::Head;
use crate::session::{Attach, Refusal, Session, SessionState, TokenResponse, Tokens};
use crate::store::TokenStore;

/// A program that is registered at an authorization server, with one login. A clone shares the login.
///
/// The clients of an API share it by [`session`](Self::session). See the [module](crate::oauth2) for an
/// example.
#[derive(Clone)]
pub struct OAuthClient {
    program: Program,
    session: Session,
    revocation: Option<(Url, RevocationEndpointClient)>,
}

impl OAuthClient {
    /// Builds the client of a program with the identifier, and perhaps the secret, that it has at `server`.
    pub fn builder(server: AuthorizationServer, credentials: ClientCredentials) -> OAuthClientBuilder {
        let registered = Registered {
            credentials,
            auth: ClientAuth::default(),
            issuer: server.issuer().into(),
            scope: Arc::default(),
            targets: Arc::default(),
        };
        OAuthClientBuilder {
            server,
            registered,
            redirect: None,
            store: None,
            machine: None,
            is_proved: false,
        }
    }

    /// Returns the session, for [`ClientBuilder::session`](crate::client::ClientBuilder::session) of each
    /// client of an API.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Signs a user in by a browser on this machine: an authorization code with PKCE (RFC 7636), which comes
    /// back to a listener on a loopback address (RFC 8252). `interaction` opens the page.
    ///
    /// The listener accepts one answer, whose `state` and `iss` (RFC 9207) are those of this sign-in, and
    /// waits up to 5 min. If the server takes pushed requests (RFC 9126), the request is pushed. The browser
    /// waits until the token endpoint has answered, and shows how the sign-in has ended. At the end the
    /// sign-in waits up to 1 s for that page, and up to 5 s for the store. A browser that goes away meanwhile
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// Fails if the user or the server refuses, if no answer comes, or if no listener can be opened. The
    /// login before it stays. A store that fails is no error: [`Session::flush`] tells it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the sign-in and closes the listener. If the tokens have already come, the
    /// user is signed in.
    pub async fn sign_in(&self, interaction: &impl Interaction) -> Result<(), OAuthError> {
        let key = self.program.key()?;
        let take = |issued: &Issued| self.take(issued, key.as_ref());
        code::authorize(&self.program, interaction, key.as_ref(), take).await?;
        self.session.stored().await;
        Ok(())
    }

    /// Signs a user in by a browser on another device, where the user types a code (RFC 8628).
    /// `interaction` shows it.
    ///
    /// # Errors
    ///
    /// Fails if the user or the server refuses, or if the code expires. The login before it stays.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the sign-in. The code can no longer be used by this program.
    pub async fn sign_in_by_device(&self, interaction: &impl Interaction) -> Result<(), OAuthError> {
        let key = self.program.key()?;
        let issued = device::authorize(&self.program, interaction, key.as_ref()).await?;
        self.take(&issued, key.as_ref())?;
        self.session.stored().await;
        Ok(())
    }

    /// Returns the same program with the same login, which asks for `scopes` too: for a user who lacks them.
    /// A sign-in asks for those of the builder, those of the login as far as its tokens name them, and these.
    ///
    /// ```no_run
    /// # use sdk_runtime::error::InsufficientScope;
    /// # use sdk_runtime::oauth2::{Interaction, OAuthClient, OAuthError};
    /// /// Asks the user for what a call of them has lacked. The call can be made again after it.
    /// async fn step_up(
    ///     oauth: &OAuthClient,
    ///     lacking: &InsufficientScope,
    ///     user: &impl Interaction,
    /// ) -> Result<(), OAuthError> {
    ///     oauth.with_scopes(lacking.required()).sign_in(user).await
    /// }
    /// ```
    #[must_use]
    pub fn with_scopes(&self, scopes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let state = self.session.state();
        let granted = match &state {
            SessionState::SignedIn(login) => login.scopes().unwrap_or_default(),
            _ => &[],
        };
        let mut with_more = self.clone();
        with_more.program.registered.ask_for(granted);
        with_more.program.registered.ask_for(scopes);
        with_more
    }

    /// Ends the login, and revokes its tokens at the server if it can (RFC 7009). At the end it waits up to
    /// 5 s for the store. Without a login it does nothing.
    ///
    /// # Errors
    ///
    /// Fails if the server could not be told. The login is over in each case.
    pub async fn sign_out(&self) -> Result<(), OAuthError> {
        if let Some((url, revocation)) = &self.revocation {
            match revocation.revoke().await {
                // There is nothing to revoke.
                Err(TokenError::Other(Error::NotSignedIn(_) | Error::SessionExpired(_))) => {}
                told => return told.map_err(|error| OAuthError::of("the revocation", url, error)),
            }
        }
        self.session.sign_out();
        self.session.stored().await;
        Ok(())
    }

    /// Signs in with what the server has issued.
    fn take(&self, issued: &Issued, key: Option<&Arc<ProofKey>>) -> Result<(), OAuthError> {
        let head = Head::new(http::StatusCode::OK, http::HeaderMap::new());
        let unusable = |refusal: Refusal| {
            OAuthError::Unsupported(format!("issued tokens that cannot be used: {refusal:?}"))
        };
        let tokens = issued.tokens(&head).map_err(unusable)?;
        let tokens = Tokens { binding: tokens.binding.clone().to(key), ..tokens };
        if key.is_some() && tokens.binding.key().is_none() {
            let unbound =
                "issued tokens that are bound to no key: their `token_type` is not `DPoP`".to_owned();
            return Err(OAuthError::Unsupported(unbound));
        }
        self.session.sign_in(tokens).map_err(OAuthError::Session)
    }
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient").field("server", &self.program.server).finish_non_exhaustive()
    }
}

/// Builds an [`OAuthClient`].
#[must_use]
pub struct OAuthClientBuilder {
    server: AuthorizationServer,
    registered: Registered,
    redirect: Option<String>,
    store: Option<Arc<dyn TokenStore>>,
    machine: Option<Machine>,
    is_proved: bool,
}

impl OAuthClientBuilder {
    /// Sets how the program names itself. Default: [`ClientAuth::Basic`].
    pub fn auth(mut self, auth: ClientAuth) -> Self {
        self.registered.auth = auth;
        self
    }

    /// Asks for these scopes, one by one or several in one text with spaces. Default: those of the server.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.registered.scope = Arc::default();
        self.registered.ask_for(scopes);
        self
    }

    /// Asks for tokens for the API at `url` (`resource`, RFC 8707). Each call adds one.
    pub fn resource(mut self, url: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.registered.targets).push(("resource", url.into()));
        self
    }

    /// Asks for tokens for the API with this name, at servers that take an `audience`. Each call adds one.
    pub fn audience(mut self, name: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.registered.targets).push(("audience", name.into()));
        self
    }

    /// Sets where the browser comes back to, for servers that know one address of the program alone, such as
    /// `http://localhost:8400/login`. Its host is `127.0.0.1`, `[::1]` or `localhost`; without a port, a free
    /// one is taken. Default: a free port of `127.0.0.1`, or of `[::1]` where there is no IPv4, and the path
    /// `/callback`.
    ///
    /// A sign-in fails if another program listens at a fixed port. At `localhost` it listens on `127.0.0.1`.
    pub fn redirect_uri(mut self, url: impl Into<String>) -> Self {
        self.redirect = Some(url.into());
        self
    }

    /// Stores the login in `store`, as [`ClientBuilder::store`](crate::client::ClientBuilder::store) does.
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Binds the tokens of each login to a key of its own (DPoP, RFC 9449). Stolen tokens are of no use
    /// without the key. Default: tokens that each holder can use.
    ///
    /// A sign-in draws a new key of P-256, which is stored with the login and loaded with it. Its code is
    /// bound to the key too (`dpop_jkt`). Each request to the token endpoint, and each signed request of the
    /// clients that share the session, has a new proof by the key, to their own origins alone. The nonces of
    /// servers are remembered, and a request whose proof lacks one is sent once more with it. That starts no
    /// refresh.
    ///
    /// A server that answers with another `token_type` than `DPoP` has bound the tokens to no key. They are
    /// refused, because the program has asked for the protection (RFC 9449, 5).
    ///
    /// A layer below the client that sends a request again repeats its proof, which servers may refuse.
    pub fn dpop(mut self) -> Self {
        self.is_proved = true;
        self
    }

    /// Lets the program act for itself (RFC 6749, 4.4): the first call fetches a token, and no user signs in.
    ///
    /// After [`Session::sign_out`] no token is fetched until [`Session::resume`].
    pub fn client_credentials(mut self) -> Self {
        self.machine = Some(Machine::ClientCredentials);
        self
    }

    /// Lets the program act by a signed statement (RFC 7523, 2.1), which `assertion` makes for each request,
    /// since it expires after minutes. The statement names the program: without a secret no `client_id` is
    /// sent.
    pub fn jwt_bearer<F, R>(mut self, assertion: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<String, Refusal>> + Send + 'static,
    {
        self.machine = Some(Machine::JwtBearer(Statement::new(assertion)));
        self
    }

    /// Trades a token of another server (RFC 8693), which `subject_token` returns for each request. `kind` is
    /// the identifier of its type, such as `urn:ietf:params:oauth:token-type:jwt`.
    pub fn token_exchange<F, R>(mut self, kind: impl Into<String>, subject_token: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<String, Refusal>> + Send + 'static,
    {
        self.machine = Some(Machine::Exchange(kind.into(), Statement::new(subject_token)));
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// Fails if the transport cannot reach the server, such as without a feature for TLS, or if the browser
    /// cannot come back to [`redirect_uri`](Self::redirect_uri).
    pub fn build(self) -> Result<OAuthClient, OAuthError> {
        let Self { server, registered, redirect, store, machine, is_proved } = self;
        let redirect = Redirect::new(redirect)?;
        let attach = || {
            let attach = if is_proved { Attach::dpop() } else { Attach::bearer() };
            attach.scopes_by(server.metadata.scope_separator)
        };
        let builder = |url: &str| (url.to_owned(), server.transport.clone(), registered.clone());
        let session = match machine {
            None => {
                let (url, transport, registered) = builder(&server.metadata.token_endpoint);
                let client: TokenEndpointClient =
                    stored(TokenEndpointClient::builder(url).transport(transport).provide(registered), store)
                        .attach(attach())
                        .build()
                        .map_err(|error| built(&error))?;
                client.session().clone()
            }
            Some(machine) => {
                let (url, transport, _) = builder(&server.metadata.token_endpoint);
                let source = machine.source(&server, registered.clone(), is_proved)?;
                let client: AuthorizationEndpointsClient = stored(
                    AuthorizationEndpointsClient::builder(url).transport(transport).refresh_with(source),
                    store,
                )
                .attach(attach())
                .build()
                .map_err(|error| built(&error))?;
                client.session().clone()
            }
        };
        let revocation = match &server.metadata.revocation_endpoint {
            None => None,
            Some(url) => {
                let (text, transport, registered) = builder(url);
                let client = RevocationEndpointClient::builder(text).transport(transport).provide(registered);
                let client = client.session(&session).build().map_err(|error| built(&error))?;
                Some((private(url)?, client))
            }
        };
        Ok(OAuthClient { program: Program { server, registered, redirect, is_proved }, session, revocation })
    }
}

impl fmt::Debug for OAuthClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClientBuilder").finish_non_exhaustive()
    }
}

fn stored<C: ApiClient>(builder: ClientBuilder<C>, store: Option<Arc<dyn TokenStore>>) -> ClientBuilder<C> {
    match store {
        Some(store) => builder.store(store),
        None => builder,
    }
}
