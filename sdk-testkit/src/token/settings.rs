//! How a token server behaves, and the builder that says so. Knows nothing of how it is done.

use std::sync::Arc;
use std::time::Duration;

use crate::reply::Reply;
use crate::request::Request;
use crate::template::base_path;
use crate::token::issued::Issued;
use crate::token::routes::Routes;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) access_lifetime: Duration,
    pub(crate) rotating: bool,
    pub(crate) reuse_detection: bool,
    pub(crate) tells_lifetime: bool,
    pub(crate) cookies: bool,
    pub(crate) identical_within_a_second: bool,
    pub(crate) refuses_signed_auth: bool,
    pub(crate) routes: Routes,
}

impl Settings {
    /// The refresh token in a request to the refresh or the logout.
    pub(crate) fn refresh_token(&self, request: &Request) -> Option<String> {
        self.routes.refresh_token(request).unwrap_or_else(|| match self.cookies {
            true => request.cookie("refresh").map(str::to_owned),
            false => request.field("refresh_token"),
        })
    }
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
            routes: Routes::default(),
        }
    }
}

/// Says how a [`TokenServer`](crate::TokenServer) behaves. Made by
/// [`TokenServer::builder`](crate::TokenServer::builder).
///
/// A server whose paths, fields and answers are those of an API with an envelope:
///
/// ```
/// use sdk_testkit::{Reply, TokenServer};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = TokenServer::builder()
///     .base("https://tracker.example/api/v1")
///     .login("/sessions", |request| request.field("email"))
///     .refresh("/sessions/refresh", |request| request.field("data.refreshToken"))
///     .answer(|issued| {
///         let tokens = json!({ "accessToken": issued.access_token, "refreshToken": issued.refresh_token });
///         Reply::json(&json!({ "data": tokens }))
///     })
///     .build();
///
/// let body = r#"{"email":"ann@tracker.example","password":"right"}"#.to_owned();
/// let answer = server.backend().handle(http::Request::post("/api/v1/sessions").body(body)?).await?;
/// assert_eq!(answer.status(), 200);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct TokenServerBuilder {
    pub(crate) settings: Settings,
}

impl TokenServerBuilder {
    /// Puts the routes of the server and those of [`guard`](crate::TokenServer::guard) below a path, as the
    /// base URL of the client does: `base` is that path or the whole URL. Default: no path. Routes of
    /// [`backend`](crate::TokenServer::backend) have the whole path.
    ///
    /// # Panics
    ///
    /// When `base` is neither a path that starts with a slash nor a URL.
    #[track_caller]
    pub fn base(mut self, base: &str) -> Self {
        self.settings.routes.base = base_path(base);
        self
    }

    /// Where users sign in by `POST`, and who does: `user` reads the name from the request, and `None` is
    /// answered by 400. Default: `/auth/login`, and the field `username` of a body that has a `password`.
    ///
    /// [`Request::field`] reads JSON and forms. A field `password` that is `wrong` is answered by 401.
    pub fn login<F>(mut self, path: &str, user: F) -> Self
    where
        F: Fn(&Request) -> Option<String> + Send + Sync + 'static,
    {
        self.settings.routes.login_at(path, Arc::new(user));
        self
    }

    /// Where tokens are refreshed by `POST`, and by which refresh token: `token` reads it from a request to
    /// the refresh or the logout, and `None` is answered by 400. Default: `/auth/refresh`, and the field
    /// `refresh_token`, or the cookie `refresh` of a server that [uses cookies](Self::cookies).
    pub fn refresh<F>(mut self, path: &str, token: F) -> Self
    where
        F: Fn(&Request) -> Option<String> + Send + Sync + 'static,
    {
        self.settings.routes.refresh_at(path, Arc::new(token));
        self
    }

    /// Where users sign out by `POST`. Default: `/auth/logout`.
    pub fn logout(mut self, path: &str) -> Self {
        path.clone_into(&mut self.settings.routes.logout);
        self
    }

    /// What a sign-in and a refresh answer that succeed. Default: JSON with the names of OAuth. A server that
    /// [uses cookies](Self::cookies) adds them to the answer.
    pub fn answer<F>(mut self, answer: F) -> Self
    where
        F: Fn(&Issued) -> Reply + Send + Sync + 'static,
    {
        self.settings.routes.answer_by(Arc::new(answer));
        self
    }

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

    /// Whether tokens travel in HttpOnly cookies instead of bodies and headers: `access` (path `/`) and
    /// `refresh` (path `/auth`, the folder of the refresh). Default: `false`. A refusal then has no
    /// `WWW-Authenticate`, as is usual for cookies.
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
