//! The token server: the authority and its routes on a backend, and the controls of a test.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::backend::Backend;
use crate::patience;
use crate::reply::Reply;
use crate::request::Request;
use crate::server::Server;
use crate::template::below;
use crate::token::authority::Authority;
use crate::token::controls::{RefreshHold, Scripted};
use crate::token::counts::{Counts, Event};
use crate::token::endpoints;
use crate::token::issued::{Issued, User};
use crate::token::settings::{Settings, TokenServerBuilder};

/// A small token server on a [`Backend`]. A clone is another handle of the same server.
///
/// | Route | Body (JSON or a form) | Answer |
/// |---|---|---|
/// | `POST /auth/login` | `username`, `password` | 200 with `access_token`, `refresh_token`, `token_type`, or 401 if the password is `wrong` |
/// | `POST /auth/refresh` | `refresh_token` | the same, or 401 `{"error":"invalid_grant"}` |
/// | `POST /auth/logout` | `refresh_token`, or none and a bearer token | 204, and the login is revoked |
///
/// A body that lacks its fields is answered by 400 `{"error":"invalid_request"}`. Other paths, fields and
/// answers are options of the [builder](TokenServerBuilder). Everything the server sees is recorded by its
/// [`backend`](Self::backend), on whose terms panics in handlers fail the test.
///
/// A request that no route takes fails the test too, and is answered by a 501 with the reason. A
/// [`fallback`](Backend::fallback) of the backend takes such requests. Time is tokio's.
///
/// ```
/// use sdk_testkit::{Reply, TokenServer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = TokenServer::new().guard("GET", "/issues/{id}", |request, user| async move {
///     Reply::text(format!("issue {} for {}", request.param("id"), user.name()))
/// });
/// let tokens = server.issue("alice");
/// let call = || {
///     http::Request::get("/issues/7")
///         .header("authorization", format!("Bearer {}", tokens.access_token))
///         .body(String::new())
/// };
/// assert_eq!(server.backend().handle(call()?).await?.status(), 200);
///
/// server.expire_access_tokens();
/// assert_eq!(server.backend().handle(call()?).await?.status(), 401);
/// assert_eq!((server.counts().served_calls, server.counts().rejected_calls), (1, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TokenServer {
    authority: Authority,
    backend: Backend,
}

impl TokenServer {
    /// A server with the defaults of its [`builder`](Self::builder).
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Says how the server behaves.
    pub fn builder() -> TokenServerBuilder {
        TokenServerBuilder::default()
    }

    #[track_caller]
    fn with(settings: Settings) -> Self {
        let routes = settings.routes.clone();
        let authority = Authority::new(settings);
        let server = Self { authority, backend: Backend::failing(too_short) };
        server.route(&routes.login, endpoints::login);
        server.route(&routes.refresh, endpoints::refresh);
        server.route(&routes.logout, endpoints::logout);
        server
    }

    #[track_caller]
    fn route<F>(&self, path: &str, handler: fn(Authority, Request) -> F)
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        let authority = self.authority.clone();
        let template = below(&self.authority.settings().routes.base, path);
        self.backend.route("POST", &template, move |request| handler(authority.clone(), request));
    }

    /// Adds a route that needs a live access token, whose user the handler learns, and returns this server
    /// for chaining. The template stands below the server's [`base`](TokenServerBuilder::base). See
    /// [`Authority::authorize`] for where the token is looked for and what is answered
    /// without it.
    ///
    /// # Panics
    ///
    /// When method or template is malformed.
    #[track_caller]
    pub fn guard<H, F>(&self, method: impl AsRef<str>, template: &str, handler: H) -> Self
    where
        H: Fn(Request, User) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let authority = self.authority.clone();
        let handler = Arc::new(handler);
        let template = below(&authority.settings().routes.base, template);
        self.backend.route(method, &template, move |request| {
            let (authority, handler) = (authority.clone(), Arc::clone(&handler));
            async move {
                match authority.authorize(&request) {
                    Ok(user) => handler(request, user).await,
                    Err(refusal) => refusal,
                }
            }
        });
        self.clone()
    }

    /// The backend below: it takes further routes, answers in memory and knows all requests.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// What judges the tokens, for routes written by hand.
    pub fn authority(&self) -> Authority {
        self.authority.clone()
    }

    /// Serves over a loopback socket; see [`Backend::serve`].
    ///
    /// # Errors
    ///
    /// When no socket can be bound.
    pub async fn serve(&self) -> io::Result<Server> {
        self.backend.serve().await
    }

    /// Signs a user in without a request. Counts as a login.
    pub fn issue(&self, username: &str) -> Issued {
        self.authority.issue(username)
    }

    /// Lets all access tokens die that there are now. Refresh tokens stay good.
    pub fn expire_access_tokens(&self) {
        self.authority.expire_access_tokens();
    }

    /// Revokes every login of a user: access tokens and refresh tokens die. A later login is not affected.
    pub fn revoke(&self, username: &str) {
        self.authority.revoke(Some(username));
    }

    /// Revokes every login there is.
    pub fn revoke_all(&self) {
        self.authority.revoke(None);
    }

    /// Holds back every refresh, once it was counted and before anything is decided, until
    /// the hold is released or dropped. A refresh whose client hangs up meanwhile spends nothing.
    pub fn hold_refreshes(&self) -> RefreshHold {
        RefreshHold::new(Arc::clone(self.authority.controls()))
    }

    /// How long a refresh takes, between the making of the tokens and the answer: a client that hangs up
    /// meanwhile has spent its refresh token. Default: zero.
    pub fn refresh_latency(&self, latency: Duration) {
        self.authority.controls().set_latency(latency);
    }

    /// Queues an answer for one refresh, in place of the real one: nothing is spent. Holds and latency apply
    /// to it. A refresh route written by hand gets it from [`Authority::authorize_refresh`].
    pub fn next_refresh(&self, reply: Reply) {
        self.authority.controls().script(Scripted::Instead(reply));
    }

    /// Queues an answer for one refresh that is sent after the tokens were rotated. With [`Reply::reset`],
    /// the new tokens are lost on their way.
    pub fn next_refresh_rotates_then(&self, reply: Reply) {
        self.authority.controls().script(Scripted::AfterRotating(reply));
    }

    /// What the server has seen so far.
    pub fn counts(&self) -> Counts {
        *self.authority.counts().borrow()
    }

    /// Waits until the counts are as wished, and returns them, so that a test need not guess with a sleep.
    ///
    /// # Cancel safety
    ///
    /// Dropping it disturbs nothing.
    ///
    /// # Panics
    ///
    /// After 5 minutes of real time, so that a test whose client never brings them about ends.
    ///
    /// ```
    /// # use sdk_testkit::TokenServer;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = TokenServer::new();
    /// let hold = server.hold_refreshes();
    /// let backend = server.backend().clone();
    /// let client = tokio::spawn(async move {
    ///     let body = r#"{"refresh_token":"unknown"}"#.to_owned();
    ///     let request = http::Request::post("/auth/refresh").body(body).map_err(std::io::Error::other)?;
    ///     backend.handle(request).await
    /// });
    ///
    /// assert_eq!(server.wait_for(|counts| counts.refreshes == 1).await.rotations, 0);
    /// assert!(!client.is_finished());
    /// hold.release();
    /// assert!(client.await.is_ok_and(|answer| answer.is_ok_and(|answer| answer.status() == 401)));
    /// # }
    /// ```
    pub async fn wait_for(&self, is_reached: impl Fn(&Counts) -> bool) -> Counts {
        let mut counts = self.authority.counts();
        let wait = counts.wait_for(is_reached);
        match patience::in_time(wait, || format!("other counts than {:?}", self.counts())).await {
            Ok(counts) => *counts,
            // The sender lives in `self`, so that this cannot happen.
            Err(_) => self.counts(),
        }
    }

    /// All that was counted, in order, with the time since the server was made, on tokio's clock.
    pub fn timeline(&self) -> Vec<(Duration, Event)> {
        self.authority.timeline()
    }

    /// The recorded requests that carried a token of this user, live or not, in any header: proof of what the
    /// server saw under a name, and of what it did not.
    pub fn requests_of(&self, username: &str) -> Vec<Request> {
        let is_token = |word: &str| self.authority.owner(word).is_some_and(|user| user.name() == username);
        let mut requests = self.backend.requests();
        requests.retain(|request| request.headers().values().flat_map(words).any(is_token));
        requests
    }
}

impl TokenServerBuilder {
    /// Makes the server with its routes.
    ///
    /// # Panics
    ///
    /// When the path of a route is malformed.
    #[track_caller]
    pub fn build(self) -> TokenServer {
        TokenServer::with(self.settings)
    }
}

impl Default for TokenServer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TokenServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenServer({:?})", self.counts())
    }
}

/// What to do if the routes stand below a path for the client alone.
fn too_short(prefix: &str) -> String {
    format!("`TokenServer::builder().base(\"{prefix}\")` puts the routes there")
}

/// The parts of a header value that could be a token, after any scheme or cookie name.
fn words(value: &HeaderValue) -> impl Iterator<Item = &str> {
    let text = value.to_str().unwrap_or_default();
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
}

#[cfg(test)]
mod tests;
