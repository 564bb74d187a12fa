//! How a token server behaves, and the builder that says so. Knows nothing of how it is done.

use std::time::Duration;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) access_lifetime: Duration,
    pub(crate) rotating: bool,
    pub(crate) reuse_detection: bool,
    pub(crate) tells_lifetime: bool,
    pub(crate) cookies: bool,
    pub(crate) identical_within_a_second: bool,
    pub(crate) refuses_signed_auth: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            access_lifetime: Duration::from_secs(3600),
            rotating: true,
            reuse_detection: true,
            tells_lifetime: false,
            cookies: false,
            identical_within_a_second: false,
            refuses_signed_auth: false,
        }
    }
}

/// Says how a [`TokenServer`](crate::TokenServer) behaves. Made by
/// [`TokenServer::builder`](crate::TokenServer::builder).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct TokenServerBuilder {
    pub(crate) settings: Settings,
}

impl TokenServerBuilder {
    /// How long an access token lives, on tokio's clock. Default: an hour.
    pub fn access_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.access_lifetime = lifetime;
        self
    }

    /// Whether a refresh spends its refresh token and gives a new one. Default: `true`. Otherwise the refresh
    /// token stays good, and the answer to a refresh has none.
    pub fn rotating(mut self, rotating: bool) -> Self {
        self.settings.rotating = rotating;
        self
    }

    /// Whether a spent refresh token that comes again revokes its whole login, as RFC 9700 asks. Default:
    /// `true`. Otherwise it is only refused.
    pub fn reuse_detection(mut self, detection: bool) -> Self {
        self.settings.reuse_detection = detection;
        self
    }

    /// Whether answers with tokens have an `expires_in`, in whole seconds, rounded down. Default: `false`.
    pub fn tells_lifetime(mut self, tells: bool) -> Self {
        self.settings.tells_lifetime = tells;
        self
    }

    /// Whether tokens travel in the HttpOnly cookies `access` (path `/`) and `refresh` (path `/auth`) instead
    /// of bodies and headers. Default: `false`. A refusal then has no `WWW-Authenticate`, as is usual for
    /// cookies.
    pub fn cookies(mut self, cookies: bool) -> Self {
        self.settings.cookies = cookies;
        self
    }

    /// Whether the access tokens that a user gets within the same second, counted since the server was made,
    /// are the same bytes, as signed tokens are whose only difference is their time. Default: `false`. Making
    /// the same token again gives it a new life.
    pub fn identical_within_a_second(mut self, identical: bool) -> Self {
        self.settings.identical_within_a_second = identical;
        self
    }

    /// Whether login and refresh answer 401 to a request that has an `Authorization` header, as servers do
    /// that look at the header, often a stale one, before they look at the route. Default: `false`.
    pub fn refuses_signed_auth(mut self, refuses: bool) -> Self {
        self.settings.refuses_signed_auth = refuses;
        self
    }
}
