//! The configuration that clients share, after it has been checked.

use std::sync::Arc;

use super::inner::{Client, Inner, Options};
use crate::error::BuildError;
use crate::exchange::{Route, Upstream};
use crate::secret::AccessToken;
use crate::session::{
    Attachment, EndpointRefresh, Host, RefreshConfig, RefreshInAdvance, Refresher, Session, Source,
    SourceRefresh,
};
use crate::store::TokenStore;

pub(super) struct ClientConfig {
    pub(super) upstream: Arc<Upstream>,
    /// That of the sessions which are made.
    pub(super) host: Arc<Host>,
    pub(super) refresh: Option<Refresh>,
    pub(super) in_advance: RefreshInAdvance,
    pub(super) options: Arc<Options>,
}

impl ClientConfig {
    /// Creates a session without a login and without a refresh.
    pub(super) fn session(&self, store: Option<Arc<dyn TokenStore>>) -> Session {
        Session::new(self.host.clone(), store)
    }

    /// Returns the route of a client that belongs to no pool.
    pub(super) fn route(&self) -> Route {
        Route::new(self.upstream.clone(), None)
    }

    /// Gives `session` its way to refresh itself, if there is one. Returns `false` if it already has one.
    /// A function of the program gives it its first tokens before a sign-in, unless the session is that of a
    /// pool. It finds `key` in the grant.
    pub(super) fn attach_refresh<K: Send + Sync + 'static>(
        &self,
        session: &Session,
        route: &Route,
        key: Option<K>,
    ) -> bool {
        let refresher = match &self.refresh {
            None => return true,
            Some(Refresh::Endpoint(config)) => {
                Refresher::Endpoint(EndpointRefresh { route: route.clone(), config: config.clone() })
            }
            Some(Refresh::Source(source)) => {
                // Whether a user of a pool is signed in is for the program to say, and not for the function.
                let (source, signs_in) = (source.clone(), key.is_none());
                let (host, mut provided) = (self.host.clone(), self.options.provided.clone());
                if let Some(key) = key {
                    provided.insert(key);
                }
                Refresher::Source(Box::new(SourceRefresh { source, host, provided, signs_in }))
            }
        };
        session.shell().refresh_with(refresher, self.in_advance)
    }

    pub(super) fn client(&self, session: Session, route: Route) -> Client {
        let judge = &session.shell().judge;
        let options = match self.options.judge.is_default() && !Arc::ptr_eq(&self.options.judge, judge) {
            true => Arc::new(Options { judge: judge.clone(), ..Options::clone(&self.options) }),
            false => self.options.clone(),
        };
        let session = session.allowing(route.base.insecure().clone());
        Client(Arc::new(Inner { route, session, options }))
    }
}

/// How a session is refreshed.
pub(super) enum Refresh {
    /// By the declared endpoint.
    Endpoint(Arc<RefreshConfig>),
    /// By a function of the program.
    Source(Source),
}

/// Where the login of a client comes from.
pub(super) enum LoginSource {
    /// A sign-in, or the store.
    Store(Option<Arc<dyn TokenStore>>),
    /// The session of another client.
    Session(Session),
    /// A token that is never refreshed.
    Bearer(AccessToken),
}

impl LoginSource {
    /// Returns the one source of the login, or the error of sources and options that contradict each other.
    pub(super) fn check(
        bearer: Option<AccessToken>,
        session: Option<Session>,
        store: Option<Arc<dyn TokenStore>>,
        (has_attach, has_spawner): (bool, bool),
        attachment: &Attachment,
    ) -> Result<Self, BuildError> {
        Err(BuildError::conflict(match (bearer, session, store) {
            (Some(_), Some(_), _) => {
                "`.bearer(…)` and `.session(…)` are two credentials for one client: keep one"
            }
            (None, Some(_), _) if has_attach => {
                "the session of `.session(…)` brings its own way to attach the token: leave `.attach(…)` out"
            }
            (None, Some(_), None) if has_spawner => {
                "the session of `.session(…)` brings its own runtime, or none: leave `.spawn_on(…)` out"
            }
            (None, Some(_), Some(_)) => {
                "the session of `.session(…)` brings its own store, or none: leave `.store(…)` out"
            }
            (Some(_), None, Some(_)) => {
                "the token of `.bearer(…)` is never refreshed, and is the program's to keep: leave \
                 `.store(…)` out"
            }
            (Some(_), None, None) if attachment.signs_by_cookies() => {
                "`.bearer(…)` needs a header for its token, and `Attach::cookies()` has none: keep one"
            }
            (Some(token), None, None) => return Ok(Self::Bearer(token)),
            (None, Some(session), None) => return Ok(Self::Session(session)),
            (None, None, store) => return Ok(Self::Store(store)),
        }))
    }
}
