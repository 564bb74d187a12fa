//! `Client`: the runtime of a generated client, which all its clones share.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::retry_policy::RetryPolicy;
use crate::endpoint::Endpoint;
use crate::exchange::Route;
use crate::request::Request;
use crate::runtime::{Clock, Spawner};
use crate::session::{Grant, Judge, Needs, Provided, RefreshEndpoint, Session};

/// What a generated client gives to the builder.
pub trait ApiClient: Sized {
    /// The trait's name.
    const NAME: &'static str;
    /// The declared endpoints.
    const ENDPOINTS: &'static [&'static Endpoint];
    /// The endpoints of the traits that the trait extends.
    const INHERITED: &'static [&'static [&'static Endpoint]] = &[];
    /// The declared refresh, if there is one.
    const REFRESH: Option<&'static RefreshEndpoint>;
    /// Names the values that the requests of the session are built from.
    const NEEDS: fn(&mut Needs<'_>) = |_| ();

    /// Wraps the runtime.
    fn from_client(client: Client) -> Self;
}

/// The runtime of every generated client: one pointer, cheap to clone.
#[derive(Clone)]
pub struct Client(pub(super) Arc<Inner>);

/// Small, because each login of a pool has one.
pub(super) struct Inner {
    pub(super) route: Route,
    pub(super) session: Session,
    pub(super) options: Arc<Options>,
}

impl Deref for Inner {
    type Target = Options;

    fn deref(&self) -> &Options {
        &self.options
    }
}

/// The options of calls, which the clients of a pool share.
#[derive(Clone)]
pub(super) struct Options {
    /// What the requests of the session are built from, in addition to its tokens.
    pub(super) provided: Provided,
    pub(super) judge: Arc<Judge>,
    pub(super) clock: Clock,
    pub(super) timeout: Option<Duration>,
    pub(super) retry: RetryPolicy,
    pub(super) body_limit: usize,
}

/// Puts the arguments that come from the session on a request; `None` where it lacks one of them.
pub(super) type FillFromLogin = fn(&Grant, &mut Request) -> Option<()>;

impl Client {
    /// Returns the session that signs this client's calls.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    /// Whether `other` is a clone of this client.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn spawner(&self) -> &Spawner {
        &self.0.session.shell().spawner
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("session", &self.0.session).finish_non_exhaustive()
    }
}
