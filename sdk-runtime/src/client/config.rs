//! The configuration that clients share, after it has been checked.

use std::sync::Arc;
use std::time::Duration;

use super::inner::{Client, Inner};
use super::retry_policy::RetryPolicy;
use crate::error::BuildError;
use crate::exchange::{Route, Upstream};
use crate::metrics::Metrics;
use crate::runtime::{Clock, Spawner};
use crate::secret::AccessToken;
use crate::session::{
    Attachment, EndpointRefresh, Judge, Provided, RefreshEndpoint, RefreshInAdvance, Refresher, Session,
    Source, SourceRefresh,
};
use crate::store::TokenStore;

pub(super) struct ClientConfig {
    pub(super) upstream: Arc<Upstream>,
    pub(super) attachment: Arc<Attachment>,
    pub(super) judge: Arc<Judge>,
    pub(super) refresh: Option<Refresh>,
    pub(super) in_advance: RefreshInAdvance,
    pub(super) provided: Provided,
    pub(super) clock: Clock,
    pub(super) spawner: Spawner,
    pub(super) metrics: Metrics,
    pub(super) timeout: Option<Duration>,
    pub(super) retry: RetryPolicy,
    pub(super) body_limit: usize,
}

impl ClientConfig {
    /// Creates a session without a login and without a refresh.
    pub(super) fn session(&self, store: Option<Arc<dyn TokenStore>>) -> Session {
        let host = (self.clock.clone(), self.spawner.clone(), self.metrics.clone());
        Session::new(self.attachment.clone(), self.judge.clone(), store, host)
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
        let (attachment, provided) = (self.attachment.clone(), self.provided.clone());
        let clock = self.clock.clone();
        let refresher = match &self.refresh {
            None => return true,
            Some(Refresh::Endpoint(refresh)) => {
                let route = route.clone();
                Refresher::Endpoint(EndpointRefresh { route, attachment, refresh, provided, clock })
            }
            Some(Refresh::Source(source)) => {
                // Whether a user of a pool is signed in is for the program to say, and not for the function.
                let (source, signs_in) = (source.clone(), key.is_none());
                let mut provided = provided;
                if let Some(key) = key {
                    provided.insert(key);
                }
                Refresher::Source(SourceRefresh { source, attachment, provided, clock, signs_in })
            }
        };
        session.shell().refresh_with(refresher, self.in_advance)
    }

    pub(super) fn client(&self, session: Session, route: Route) -> Client {
        let judge = match self.judge.is_default() {
            true => session.shell().judge.clone(),
            false => self.judge.clone(),
        };
        let (timeout, retry, body_limit) = (self.timeout, self.retry.clone(), self.body_limit);
        let (provided, clock) = (self.provided.clone(), self.clock.clone());
        let session = session.allowing(route.base.insecure().clone());
        Client(Arc::new(Inner { route, session, provided, judge, clock, timeout, retry, body_limit }))
    }
}

/// How a session is refreshed.
pub(super) enum Refresh {
    /// By the declared endpoint.
    Endpoint(&'static RefreshEndpoint),
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
