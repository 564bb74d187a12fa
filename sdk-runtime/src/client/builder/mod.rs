//! `ClientBuilder`: every option of a client.

mod answers;
mod check;
mod login;
mod origins;
mod retries;
mod timeouts;
mod transport;

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderMap;

use super::config::LoginSource;
use super::inner::ApiClient;
use super::pool::SessionPool;
use super::retry_policy::RetryPolicy;
use super::transports::TransportOptions;
use crate::error::{BuildError, Error, InvalidRequest};
use crate::exchange::Redirects;
use crate::request::{HeaderArg, header};
use crate::runtime::{Clock, Handle, Spawner};
use crate::secret::AccessToken;
use crate::session::{AcceptsOrigin, Attach, Judge, Provided, RefreshInAdvance, Session, Source, Tokens};
use crate::store::TokenStore;

/// The default timeout of a call.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The default limit of a response body.
const BODY_LIMIT: usize = 64 << 20;

/// Builds the client of an [`#[api_client]`](macro@crate::api_client) trait.
///
/// ```
/// # use sdk_runtime::api_client;
/// use std::time::{Duration, SystemTime};
/// use sdk_runtime::{Attach, Result};
///
/// #[api_client]
/// trait Tracker {
///     #[get("/issues")]
///     async fn issues(&self) -> Result<Vec<String>>;
/// }
///
/// let tracker = TrackerClient::builder("https://tracker.example/api/v1")
///     .attach(Attach::header("x-api-key", "Key"))
///     .bearer("a token that is never refreshed")
///     .timeout(Duration::from_secs(10))
///     .http(|http| http.user_agent("my-app/1.0"))
///     .build()?;
/// # Ok::<(), sdk_runtime::error::BuildError>(())
/// ```
#[must_use]
pub struct ClientBuilder<C> {
    base: String,
    trusted: Vec<String>,
    allowed: Vec<String>,
    accepts_origin: Option<AcceptsOrigin>,
    headers: Result<HeaderMap, InvalidRequest>,
    attach: Option<Attach>,
    judge: Judge,
    bearer: Option<AccessToken>,
    session: Option<Session>,
    store: Option<Arc<dyn TokenStore>>,
    provided: Provided,
    source: Option<Source>,
    clock: Clock,
    spawner: Spawner,
    transport: TransportOptions,
    insecure: Vec<String>,
    redirects: Redirects,
    in_advance: RefreshInAdvance,
    timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    retry: RetryPolicy,
    body_limit: usize,
    client: PhantomData<fn() -> C>,
}

impl<C: ApiClient> ClientBuilder<C> {
    /// Creates a builder for the API at `base`. A path prefix in `base` is put before every path.
    ///
    /// Credentials travel over TLS, or on this machine. With an `http://` base other than `localhost`,
    /// `127.0.0.0/8` and `[::1]`, [`build`](Self::build) fails if the client has a login or a fixed token,
    /// unless [`allow_insecure`](Self::allow_insecure) names the origin.
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            trusted: Vec::new(),
            allowed: Vec::new(),
            accepts_origin: None,
            headers: Ok(HeaderMap::new()),
            attach: None,
            judge: Judge::default(),
            bearer: None,
            session: None,
            store: None,
            provided: Provided::default(),
            source: None,
            clock: Clock::default(),
            spawner: Spawner::default(),
            transport: TransportOptions::default(),
            insecure: Vec::new(),
            redirects: Redirects::default(),
            in_advance: RefreshInAdvance::default(),
            timeout: Some(TIMEOUT),
            idle_timeout: None,
            retry: RetryPolicy::default(),
            body_limit: BODY_LIMIT,
            client: PhantomData,
        }
    }

    /// Sets a header of every request that does not set it itself, those of the session included: the version
    /// of an API, the name of the program. A list sends one line per element. The last call for a name
    /// counts. A `cookie` is added to those of the request and of the login.
    ///
    /// Where a `#[url]` or a redirect leads to another origin, only `user-agent` and the headers that
    /// negotiate content are sent. Any other header may be a credential.
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    /// let tracker = TrackerClient::builder("https://tracker.example")
    ///     .header("user-agent", concat!("my-app/", env!("CARGO_PKG_VERSION")))
    ///     .header("x-api-version", "2026-11-01")
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn header(mut self, name: &str, value: impl HeaderArg) -> Self {
        if let Ok(headers) = &mut self.headers
            && let Err(error) = header::set_by_name(headers, name, &value)
        {
            self.headers = Err(error);
        }
        self
    }

    /// Sets the time of day, in place of the system's. Use it to test what happens to a login when a machine
    /// is suspended or its clock is set. Dates in a `Retry-After`, to a refresh or to a call, go by it too if
    /// the response has no `Date`. All else goes by Tokio's clock, which a test can pause. A client that
    /// shares a session uses the session's time of day by default.
    pub fn wall_clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::with_wall(now);
        self
    }

    /// Runs refreshes, and the reads and writes of the store, on the runtime of `handle`. Timers and
    /// connections of calls belong to it too, on each thread where a call is awaited.
    ///
    /// By default a refresh runs on the runtime of the call that starts it, and a write of the store on that
    /// of the sign-in or sign-out. Both end with that runtime: other callers get an error, and a login whose
    /// refresh token was just sent may be lost. After a sign-in or sign-out on a thread without a runtime,
    /// nothing is written until [`Session::flush`] is awaited on a runtime. A connection that a call leaves
    /// open ends with the runtime too, and the next call may fail on it.
    ///
    /// So name a runtime if a client is used from several (a `static` client in `#[tokio::test]`s, one
    /// runtime per call) or from threads without one. That runtime must run for as long as the client is
    /// used. A `current_thread` runtime makes progress only while a thread is in its `block_on`. After its
    /// shutdown, calls fail or panic.
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    /// use std::sync::LazyLock;
    /// use tokio::runtime::Runtime;
    ///
    /// static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("threads can be started"));
    ///
    /// # fn main() -> std::result::Result<(), sdk_runtime::error::BuildError> {
    /// let tracker = TrackerClient::builder("https://tracker.example")
    ///     .spawn_on(RUNTIME.handle().clone())
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn spawn_on(mut self, handle: Handle) -> Self {
        self.spawner = Spawner::on(handle);
        self
    }

    /// Sets how often a call is retried after a transient failure, if its endpoint declares no `retry` and
    /// its request is idempotent. Default: 0.
    ///
    /// The pauses are at most 0.5 s, doubling up to 8 s, or what `Retry-After` says, up to 60 s.
    /// [`Call::retry`](crate::client::Call::retry) has the details.
    pub fn retry(mut self, times: u32) -> Self {
        self.retry.times = times;
        self
    }

    /// Sets the largest response body that a call accepts, in bytes after decompression. A larger one is
    /// [`Error::BodyTooLarge`]. Default: 64 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Builds the client. With the feature `metrics`, its instruments belong to the meter provider of
    /// OpenTelemetry that is set globally at this moment.
    ///
    /// # Errors
    ///
    /// Fails if the base URL is invalid, options contradict each other, or the HTTP client cannot be built.
    pub fn build(self) -> Result<C, BuildError> {
        let (config, login) = self.check()?;
        let session = match login {
            LoginSource::Store(store) => config.session(store),
            LoginSource::Session(session) => session,
            LoginSource::Bearer(token) => {
                let session = config.session(None);
                session.sign_in(Tokens::new(token)).map_err(|error| match error {
                    Error::InvalidRequest(error) => BuildError::credential(error),
                    _ => BuildError::conflict("the session is closed"),
                })?;
                return Ok(C::from_client(config.client(session, config.route())));
            }
        };
        if !config.attach_refresh(&session, &config.route(), None::<()>) {
            return Err(BuildError::conflict(
                "the session of `.session(…)` has a way to refresh itself already: leave \
                 `#[session(refresh)]` to one trait, and `.refresh_with(…)` to one client",
            ));
        }
        Ok(C::from_client(config.client(session, config.route())))
    }

    /// Builds a pool of clients, one login for each key, for a server that acts for its users. `store` makes
    /// the store of a key, once more after each eviction. So it must lead to what the last one has stored, as
    /// a file or a row does. With `|_| MemoryStore::new()` no login is evicted, and the pool warns once.
    /// If keys are chosen by others, the directory or table must be safe from them.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`build`](Self::build). `.bearer(…)`, `.session(…)` and `.store(…)` name one
    /// login, and contradict a pool.
    pub fn build_pool<K, S>(
        self,
        store: impl Fn(&K) -> S + Send + Sync + 'static,
    ) -> Result<SessionPool<K, C>, BuildError>
    where
        K: Clone + Eq + Hash + Send + Sync + 'static,
        S: TokenStore,
    {
        match self.check()? {
            (config, LoginSource::Store(None)) => {
                Ok(SessionPool::new(config, Box::new(move |key| Arc::new(store(key)))))
            }
            _ => Err(BuildError::conflict(
                "`.build_pool(…)` makes a login for each key: leave `.bearer(…)`, `.session(…)` and \
                 `.store(…)` out",
            )),
        }
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").finish_non_exhaustive()
    }
}
