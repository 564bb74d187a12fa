//! The options of the login: where its tokens come from, how they are attached, and what its requests are
//! made of.

use std::sync::Arc;

use super::ClientBuilder;
use crate::client::inner::ApiClient;
use crate::secret::AccessToken;
use crate::session::{Attach, RefreshSource, Session, Source};
use crate::store::TokenStore;

impl<C: ApiClient> ClientBuilder<C> {
    /// How the access token is attached to requests. Default: [`Attach::bearer`].
    pub fn attach(mut self, attach: Attach) -> Self {
        self.attach = Some(attach);
        self
    }

    /// Signs every request with this token, which is never refreshed: an API key, a personal access token.
    ///
    /// Whether it is still good is for the server to say, call by call: a 401 is an ordinary
    /// [`Error::Status`](crate::Error::Status), and the next call is sent as well.
    /// [`token_bad`](Self::token_bad) can say otherwise.
    ///
    /// An API with personal access tokens, and a second host for its files:
    ///
    /// ```
    /// use sdk_runtime::{Bytes, Result, api_client};
    ///
    /// #[api_client]
    /// trait Issues {
    ///     #[get("/issues/{id}")]
    ///     async fn issue(&self, id: u64) -> Result<String>;
    ///
    ///     #[get]
    ///     async fn file(&self, #[url] address: &str) -> Result<Bytes>;
    /// }
    ///
    /// # let token = "a token";
    /// let issues = IssuesClient::builder("https://api.tracker.example")
    ///     .bearer(token)
    ///     .header("user-agent", "my-app/1.0")
    ///     .trusted_origin("https://files.tracker.example") // the token goes there too
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn bearer(mut self, token: impl Into<AccessToken>) -> Self {
        self.bearer = Some(token.into());
        self
    }

    /// Shares the session of another client: one login, one refresh for both.
    pub fn session(mut self, session: &Session) -> Self {
        self.session = Some(session.clone());
        self
    }

    /// Stores the login in `store`, so that it survives restarts and other processes can share it. Default:
    /// in memory. The login is read from the store with the first call, and written to it with every sign-in,
    /// refresh and sign-out.
    ///
    /// ```no_run
    /// # use sdk_runtime::{Result, api_client, store::MemoryStore};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    /// let tracker = TrackerClient::builder("https://tracker.example").store(MemoryStore::new()).build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Gives the requests of the session a value that is known at run time only: the identifier and the
    /// secret of the program, a tenant, a device. [`Grant::provided`](crate::session::Grant::provided) finds
    /// it by its type, in a [`TokenRequest`](crate::TokenRequest) of your own. The last value of a type
    /// counts.
    ///
    /// [`oauth::ClientCredentials`](crate::oauth::ClientCredentials) are what
    /// [`oauth::BasicAuth`](crate::oauth::BasicAuth) and the fields `client_id` and `client_secret` of a
    /// derived `TokenRequest` are made of. The declaration says what is sent:
    ///
    /// ```
    /// use sdk_runtime::{Result, api_client, oauth};
    ///
    /// #[api_client]
    /// trait Tracker {
    ///     #[post("/oauth/token")]
    ///     #[session(refresh)]
    ///     async fn refresh(
    ///         &self,
    ///         #[header("authorization")] client: oauth::BasicAuth,
    ///         #[form] request: oauth::RefreshRequest,
    ///     ) -> Result<oauth::TokenAnswer>;
    /// }
    ///
    /// let base = "https://tracker.example";
    /// let missing = TrackerClient::new(base).unwrap_err();
    /// assert_eq!(missing.code(), "build.missing");
    /// # let secret = "from the configuration";
    /// let tracker = TrackerClient::builder(base)
    ///     .provide(oauth::ClientCredentials::new("tracker-server", secret))
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn provide<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.provided.insert(value);
        self
    }

    /// Lets `source` give the session its tokens, in place of a `#[session(refresh)]` endpoint: a file that
    /// another program rotates, a metadata server, a command, the credential of another SDK. It is an `async`
    /// closure that takes a [`Grant`](crate::session::Grant), or a type with
    /// [`RefreshSource`].
    ///
    /// It is asked as an endpoint is: once for all callers, before the token lapses and after a rejection,
    /// for 20 s at most, with pauses after failures. A panic is a failure. If the session has a refresh token
    /// and the source hangs or panics, it is asked once more at once.
    ///
    /// A session that has never been signed in, and whose store has no login, gets its first tokens with the
    /// first call that needs them. After a sign-out, only [`Session::resume`] does that. A
    /// [pool](Self::build_pool) never signs in by itself, because the program decides which users are signed
    /// in. The source finds the key of the login with `grant.provided::<PoolKey<K>>()`.
    ///
    /// ```
    /// use sdk_runtime::{Refusal, Result, Tokens, api_client, session::Grant};
    ///
    /// #[api_client]
    /// trait Jobs {
    ///     #[get("/jobs")]
    ///     async fn jobs(&self) -> Result<Vec<String>>;
    /// }
    ///
    /// let jobs = JobsClient::builder("https://jobs.example")
    ///     .refresh_with(|_: Grant| async {
    ///         let token = std::fs::read_to_string("/var/run/secrets/token").map_err(Refusal::try_later)?;
    ///         Ok(Tokens::new(token.trim()))
    ///     })
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn refresh_with(mut self, source: impl RefreshSource) -> Self {
        self.source = Some(Source::new(source));
        self
    }
}
