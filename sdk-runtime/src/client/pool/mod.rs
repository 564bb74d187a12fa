//! `SessionPool`: a pool of logins, for a server that acts for its users. Each key has a client with a
//! session of its own.

mod events;
mod key;
mod made;
mod sessions;
mod slot;

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use http::HeaderMap;

pub use self::events::{PoolEvent, PoolEvents};
pub use self::key::PoolKey;
use self::made::{Made, MadeKeys};
use self::sessions::{Sessions, StoreOf};
use super::config::ClientConfig;
use super::inner::ApiClient;
use crate::endpoint::Endpoint;
use crate::error::StoreError;
use crate::session::SessionState;

/// A client for each of many logins. Callers that ask for the same `key` get the same login, with one refresh
/// for all of them. Cheap to clone.
///
/// A login is read from its store with its first call. At most [`limit`](Self::limit) idle logins stay in
/// memory. Beyond it some are evicted, and read from their stores again on demand: first those that are not
/// signed in, such as the entries of visitors, then the least recently used. A login is not evicted while a
/// caller holds a client or a [`Session`](crate::Session) of it, while it is refreshed, while its store lacks
/// its present tokens, or if [its store is lost with it](crate::store::TokenStore::is_only_copy). A session
/// without callers has no task.
///
/// If a login ends while its store fails, its end is remembered after the eviction, for up to 10,000 logins.
///
/// The store of a key is made by one thread at a time; other callers of the same key wait for it. A store
/// function that asks for its own key gets a client whose calls fail with
/// [`Error::Closed`](crate::Error::Closed). If a session of the pool is closed alone, the next caller gets a
/// new one. The new session reads the login from its store after all closed sessions of the key have written.
///
/// ```
/// use sdk_runtime::{FileStore, Result, api_client};
///
/// #[api_client]
/// trait Calendar {
///     #[get("/events/{day}")]
///     async fn events(&self, day: u32) -> Result<Vec<String>>;
/// }
///
/// # fn main() -> Result<(), sdk_runtime::error::BuildError> {
/// let calendars = CalendarClient::builder("https://calendar.example")
///     .build_pool(|user: &u64| FileStore::new(format!("/var/lib/planner/logins/{user}")))?;
///
/// let ann = calendars.get(&17);
/// let _call = ann.events(24);
/// assert_eq!(calendars.len(), 1);
/// # Ok(())
/// # }
/// ```
///
/// # In tests
///
/// Code that takes a pool is tested with a pool of the same type, of fakes or of clients with a stub each:
/// [`from_fn`](Self::from_fn). A pool of [`map`](Self::map) has a type that a fake has too.
pub struct SessionPool<K, C> {
    logins: Logins<K>,
    client: ClientOf<K, C>,
}

type ClientOf<K, C> = Arc<dyn Fn(&K) -> C + Send + Sync>;

enum Logins<K> {
    Sessions(Arc<Sessions<K>>),
    /// Those of a test.
    Made(Arc<dyn MadeKeys<K>>),
}

impl<K: Clone + Eq + Hash + Send + Sync + 'static, C: ApiClient> SessionPool<K, C> {
    pub(super) fn new(config: ClientConfig, store: StoreOf<K>) -> Self {
        let sessions = Arc::new(Sessions::new(config, store));
        let clients = sessions.clone();
        let client = Arc::new(move |key: &K| C::from_client(clients.client(key)));
        Self { logins: Logins::Sessions(sessions), client }
    }
}

impl<K: Clone + Eq + Hash + Send + Sync + 'static, C> SessionPool<K, C> {
    /// Creates a pool of the clients that `client` makes, for tests of code that takes a pool: fakes, or
    /// clients that have a stub server each.
    ///
    /// `client` is called once for each key, with the first [`get`](Self::get), and again after
    /// [`remove`](Self::remove) or [`shutdown`](Self::shutdown). These two close no session, and return
    /// `Ok`. The pool evicts no client, and has no events: [`PoolEvents`] ends with the shutdown.
    ///
    /// ```
    /// use sdk_runtime::{Result, api_client, client::SessionPool};
    ///
    /// #[api_client]
    /// trait Calendar {
    ///     #[get("/events/{day}")]
    ///     async fn events(&self, day: u32) -> Result<Vec<String>>;
    /// }
    ///
    /// async fn busy(calendars: &SessionPool<u64, impl Calendar>, user: u64) -> Result<bool> {
    ///     Ok(!calendars.get(&user).events(24).await?.is_empty())
    /// }
    ///
    /// #[derive(Clone)]
    /// struct Fake(u64);
    ///
    /// impl Calendar for Fake {
    ///     async fn events(&self, day: u32) -> Result<Vec<String>> {
    ///         Ok(vec![format!("{} on {day}", self.0)])
    ///     }
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let calendars = SessionPool::from_fn(|user: &u64| Fake(*user));
    /// assert!(busy(&calendars, 17).await?);
    /// assert_eq!(calendars.keys(), [17]);
    /// # Ok::<(), sdk_runtime::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn from_fn(client: impl Fn(&K) -> C + Send + Sync + 'static) -> Self
    where
        C: Clone + Send + Sync + 'static,
    {
        let made = Arc::new(Made::new(client));
        let clients = made.clone();
        Self { logins: Logins::Made(made), client: Arc::new(move |key: &K| clients.client(key)) }
    }

    /// Returns the pool with `wrap` around each client that it gives. The logins are the same.
    ///
    /// `pool.map(DynCalendar::from)` gives clients of the type that `#[api_client(dyn)]` makes. So a struct
    /// holds a `SessionPool<u64, DynCalendar>` in production, and in a test one of fakes.
    #[must_use]
    pub fn map<D>(self, wrap: impl Fn(C) -> D + Send + Sync + 'static) -> SessionPool<K, D>
    where
        C: 'static,
    {
        let Self { logins, client } = self;
        SessionPool { logins, client: Arc::new(move |key: &K| wrap(client(key))) }
    }

    /// Sets how many idle logins stay in memory. Default: 10,000.
    #[must_use]
    pub fn limit(self, logins: usize) -> Self {
        if let Logins::Sessions(sessions) = &self.logins {
            sessions.limit(logins);
        }
        self
    }

    /// Calls `function` with the key and the headers of each request of the pool before it is signed: for a
    /// tenant, a region, or the name of the user. It is called for each refresh, sign-in and sign-out too,
    /// after the functions of the builder, also for clients that were made before.
    ///
    /// The rules are those of [`ClientBuilder::on_request`](crate::client::ClientBuilder::on_request): the
    /// function must not block, it cannot set the header of the credential, and its headers go to the
    /// client's own origins only. Layers find the key in the extensions of a request, as a [`PoolKey`].
    /// A pool of [`from_fn`](Self::from_fn) ignores `function`.
    ///
    /// ```
    /// use http::HeaderValue;
    /// use sdk_runtime::{Result, ServiceTransport, api_client, store::MemoryStore};
    /// use sdk_testkit::{Backend, Reply};
    ///
    /// #[api_client]
    /// trait Calendar {
    ///     #[get("/tenant", auth = none)]
    ///     async fn tenant(&self) -> Result<String>;
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// let backend = Backend::new();
    /// backend.route("GET", "/tenant", |request| async move {
    ///     Reply::text(request.header("x-tenant").unwrap_or_default())
    /// });
    /// // A key is the number of a tenant and the name of a user.
    /// let calendars = CalendarClient::builder("http://localhost")
    ///     .transport(ServiceTransport::new(backend))
    ///     .build_pool(|_: &(u64, String)| MemoryStore::new())?
    ///     .on_request(|(tenant, _), _endpoint, headers| {
    ///         headers.insert("x-tenant", HeaderValue::from(*tenant));
    ///     });
    /// assert_eq!(calendars.get(&(7, "ann".to_owned())).tenant().await?, "7");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_request(
        self,
        function: impl Fn(&K, &'static Endpoint, &mut HeaderMap) + Send + Sync + 'static,
    ) -> Self {
        if let Logins::Sessions(sessions) = &self.logins {
            sessions.on_request(Arc::new(function));
        }
        self
    }

    /// Returns the client of `key`. Sends nothing: the client of a new key is signed out until its store is
    /// read.
    #[must_use]
    pub fn get(&self, key: &K) -> C {
        (self.client)(key)
    }

    /// Returns how many logins are in memory.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.logins {
            Logins::Sessions(sessions) => sessions.len(),
            Logins::Made(made) => made.keys().len(),
        }
    }

    /// Whether no login is in memory.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the keys of the logins in memory, in no order. Use [`get`](Self::get) for their clients, and
    /// [`states`](Self::states) to tell users who are signed in from visitors.
    #[must_use]
    pub fn keys(&self) -> Vec<K> {
        match &self.logins {
            Logins::Sessions(sessions) => sessions.keys(),
            Logins::Made(made) => made.keys(),
        }
    }

    /// Returns the states of the logins in memory with their keys, in no order. Reads no store, makes no
    /// client, and counts as no use of a login.
    ///
    /// A pool that has just started has no entry, although its stores may have logins. A list of the users
    /// whose logins are stored is that of the application's own database.
    ///
    /// A pool of [`from_fn`](Self::from_fn) does not know the sessions of its clients, and returns
    /// [`Unloaded`](SessionState::Unloaded) for each of its keys.
    ///
    /// ```
    /// use sdk_runtime::{Result, SessionState, Tokens, api_client, store::MemoryStore};
    ///
    /// #[api_client]
    /// trait Calendar {
    ///     #[get("/events/{day}")]
    ///     async fn events(&self, day: u32) -> Result<Vec<String>>;
    /// }
    ///
    /// # fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// # let store = |_: &u64| MemoryStore::new();
    /// let calendars = CalendarClient::builder("https://calendar.example").build_pool(store)?;
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// # let _entered = runtime.enter();
    /// let _visitor = calendars.get(&16);
    /// calendars.get(&17).session().sign_in(Tokens::new("a token"))?;
    ///
    /// let states = calendars.states().into_iter();
    /// let signed_in: Vec<u64> = states.filter(|(_, it)| it.is_signed_in()).map(|(user, _)| user).collect();
    /// assert_eq!(signed_in, [17]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn states(&self) -> Vec<(K, SessionState)> {
        match &self.logins {
            Logins::Sessions(sessions) => sessions.states(),
            Logins::Made(made) => made.keys().into_iter().map(|key| (key, SessionState::Unloaded)).collect(),
        }
    }

    /// Subscribes to the events of all logins of the pool, those in memory and those to come. The events
    /// end after a [`shutdown`](Self::shutdown), so that a task which reads them can be awaited.
    #[must_use]
    pub fn events(&self) -> PoolEvents<K> {
        match &self.logins {
            Logins::Sessions(sessions) => sessions.events(),
            Logins::Made(made) => made.events(),
        }
    }

    /// Shuts down the session of `key`, as [`Session::shutdown`](crate::Session::shutdown) does, and removes
    /// it from memory. The login stays in its store, and the next [`get`](Self::get) of the key reads it. To
    /// end the login, sign it out before. Calls in progress fail with
    /// [`Error::Closed`](crate::Error::Closed).
    ///
    /// # Errors
    ///
    /// Returns the failure of a store that could not be written. The session then stays in memory until the
    /// store has its login.
    ///
    /// # Cancel safety
    ///
    /// The session is closed once the future was polled.
    pub async fn remove(&self, key: &K) -> Result<(), StoreError> {
        match &self.logins {
            Logins::Sessions(sessions) => sessions.remove(key).await,
            Logins::Made(made) => {
                made.remove(key);
                Ok(())
            }
        }
    }

    /// Closes all sessions at the same time, as [`Session::shutdown`](crate::Session::shutdown) does, and
    /// waits up to 10 s for all of them together. It also waits for closed sessions of the pool that still
    /// write. The calls of clients that are requested afterwards fail with
    /// [`Error::Closed`](crate::Error::Closed). The logins stay in their stores.
    ///
    /// # Errors
    ///
    /// Returns the first failure of a store that could not be written.
    ///
    /// # Cancel safety
    ///
    /// The sessions are closed once the future was polled. Dropping it leaves the rest running. A second call
    /// waits for the same sessions.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        match &self.logins {
            Logins::Sessions(sessions) => sessions.shutdown().await,
            Logins::Made(made) => {
                made.clear();
                Ok(())
            }
        }
    }
}

impl<K, C> Clone for SessionPool<K, C> {
    fn clone(&self) -> Self {
        Self { logins: self.logins.clone(), client: self.client.clone() }
    }
}

impl<K> Clone for Logins<K> {
    fn clone(&self) -> Self {
        match self {
            Self::Sessions(sessions) => Self::Sessions(sessions.clone()),
            Self::Made(made) => Self::Made(made.clone()),
        }
    }
}

impl<K, C> fmt::Debug for SessionPool<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The keys are the names of users.
        f.debug_struct("SessionPool").finish_non_exhaustive()
    }
}
