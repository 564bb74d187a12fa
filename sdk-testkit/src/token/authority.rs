//! Which tokens were issued, to whom, and which still live. Knows requests as carriers of tokens, but no
//! routes.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::backend::lock;
use crate::reply::Reply;
use crate::request::Request;
use crate::token::controls::{Controls, Scripted};
use crate::token::counts::{Counts, Event};
use crate::token::issued::{Issued, User};
use crate::token::settings::Settings;

/// The part of a [`TokenServer`](crate::TokenServer) that issues and judges tokens, for routes written by
/// hand.
///
/// A clone is the same authority. Unlike the server it may be captured by a handler: it does not keep the
/// backend alive.
///
/// ```
/// use sdk_testkit::{Reply, TokenServer};
///
/// let server = TokenServer::new();
/// let authority = server.authority();
/// server.backend().route("GET", "/me", move |request| {
///     let authority = authority.clone();
///     async move {
///         match authority.authorize(&request) {
///             Ok(user) => Reply::text(user.name()),
///             Err(refusal) => refusal,
///         }
///     }
/// });
/// ```
#[derive(Clone)]
pub struct Authority {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    controls: Arc<Controls>,
    started: Instant,
    ledger: Mutex<Ledger>,
    counts: watch::Sender<Counts>,
}

#[derive(Default)]
struct Ledger {
    logins: Vec<Login>,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    issued: usize,
    timeline: Vec<(Duration, Event)>,
}

struct Login {
    name: String,
    is_revoked: bool,
}

struct Access {
    login: usize,
    /// `None`: later than the clock can say.
    expires: Option<Instant>,
    is_dead: bool,
}

struct Refresh {
    login: usize,
    is_spent: bool,
}

impl Authority {
    pub(crate) fn new(settings: Settings) -> Self {
        let shared = Shared {
            settings,
            controls: Arc::default(),
            started: Instant::now(),
            ledger: Mutex::default(),
            counts: watch::Sender::new(Counts::default()),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Signs a user in without a request: the tokens of a new login. Counts as a login.
    pub fn issue(&self, username: &str) -> Issued {
        self.change(|ledger, authority| {
            authority.note(ledger, Event::Login);
            ledger.logins.push(Login { name: username.to_owned(), is_revoked: false });
            let login = ledger.logins.len() - 1;
            authority.issue_to(ledger, login, true)
        })
    }

    /// The new tokens for this refresh token, for a refresh route written by hand. It does what the server's
    /// own route does: it obeys [`hold_refreshes`](crate::TokenServer::hold_refreshes),
    /// [`next_refresh`](crate::TokenServer::next_refresh) and
    /// [`refresh_latency`](crate::TokenServer::refresh_latency). It counts as a refresh, and as a rotation
    /// or a reuse if it is one.
    ///
    /// # Errors
    ///
    /// What to answer: the reply that the test has queued; 401 `{"error":"invalid_grant"}` when the token is
    /// unknown, spent or revoked; 400 `{"error":"invalid_request"}` for `None`.
    ///
    /// # Cancel safety
    ///
    /// A refresh that is dropped during a hold spends nothing. During the latency its token is already spent.
    ///
    /// ```
    /// use sdk_testkit::{Reply, TokenServer};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = TokenServer::new();
    /// let authority = server.authority();
    /// server.backend().route("POST", "/again", move |request| {
    ///     let authority = authority.clone();
    ///     async move {
    ///         match authority.authorize_refresh(request.header("x-refresh")).await {
    ///             Ok(issued) => Reply::empty().header("x-access", issued.access_token),
    ///             Err(reply) => reply,
    ///         }
    ///     }
    /// });
    /// server.next_refresh(Reply::empty().status(503));
    /// let token = server.issue("ann").refresh_token.unwrap_or_default();
    /// for status in [503, 204] {
    ///     let request = http::Request::post("/again").header("x-refresh", &token).body(String::new())?;
    ///     assert_eq!(server.backend().handle(request).await?.status(), status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn authorize_refresh(&self, refresh_token: Option<&str>) -> Result<Issued, Reply> {
        self.count(Event::Refresh);
        self.settle_refresh(refresh_token).await
    }

    /// The same at once, for a route that knows nothing of holds and queued answers; `None` when the token is
    /// unknown, spent or revoked.
    ///
    /// # Panics
    ///
    /// When the test has asked for a hold, an answer or a latency, which only
    /// [`authorize_refresh`](Self::authorize_refresh) obeys. A panic in a handler fails the test.
    #[track_caller]
    #[expect(clippy::panic, reason = "what a test asks for must not be ignored in silence")]
    pub fn refresh(&self, refresh_token: &str) -> Option<Issued> {
        if let Some(method) = self.shared.controls.in_use() {
            panic!(
                "`Authority::refresh` cannot obey `{method}`; let the route call \
                 `authority.authorize_refresh(…).await`"
            );
        }
        self.count(Event::Refresh);
        self.rotate(refresh_token)
    }

    /// The user of the access token that a request carries as a bearer token (or in its cookie `access`, if
    /// the server uses cookies). Counts as a call served or rejected.
    ///
    /// # Errors
    ///
    /// The 401 to answer. It has a `Bearer` challenge, with `error="invalid_token"` if there was a token (RFC
    /// 6750, section 3.1), or none at all if the server uses cookies.
    pub fn authorize(&self, request: &Request) -> Result<User, Reply> {
        let token = match self.shared.settings.cookies {
            true => request.cookie("access"),
            false => request.bearer(),
        };
        self.authorize_token(token)
    }

    /// The same for a token that travels in some other place.
    ///
    /// # Errors
    ///
    /// As [`authorize`](Self::authorize).
    pub fn authorize_token(&self, token: Option<&str>) -> Result<User, Reply> {
        let user = self.change(|ledger, authority| {
            let user = token.and_then(|token| ledger.live(token));
            let event = match user {
                Some(_) => Event::Served,
                None => Event::Rejected,
            };
            authority.note(ledger, event);
            user
        });
        user.ok_or_else(|| {
            let refusal = Reply::json(&serde_json::json!({ "error": "invalid_token" })).status(401);
            match (self.shared.settings.cookies, token) {
                (true, _) => refusal,
                (false, None) => refusal.header("www-authenticate", "Bearer"),
                (false, Some(_)) => refusal.header("www-authenticate", "Bearer error=\"invalid_token\""),
            }
        })
    }

    /// Whose token this is or was: access or refresh token, live or not.
    pub fn owner(&self, token: &str) -> Option<User> {
        let ledger = lock(&self.shared.ledger);
        let access = ledger.access.get(token).map(|access| access.login);
        let login = access.or_else(|| ledger.refresh.get(token).map(|refresh| refresh.login))?;
        Some(ledger.user(login))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(crate) fn controls(&self) -> &Arc<Controls> {
        &self.shared.controls
    }

    pub(crate) fn counts(&self) -> watch::Receiver<Counts> {
        self.shared.counts.subscribe()
    }

    pub(crate) fn timeline(&self) -> Vec<(Duration, Event)> {
        lock(&self.shared.ledger).timeline.clone()
    }

    pub(crate) fn count(&self, event: Event) {
        self.change(|ledger, authority| authority.note(ledger, event));
    }

    /// A refresh that was counted: as the test wishes, or as the ledger says.
    pub(crate) async fn settle_refresh(&self, refresh_token: Option<&str>) -> Result<Issued, Reply> {
        let refuse =
            |status: u16, code: &str| Reply::json(&serde_json::json!({ "error": code })).status(status);
        let rotate = || match refresh_token {
            None => Err(refuse(400, "invalid_request")),
            Some(token) => self.rotate(token).ok_or_else(|| refuse(401, "invalid_grant")),
        };
        let controls = self.controls();
        controls.released().await;
        let settled = match controls.next() {
            None => rotate(),
            Some(Scripted::Instead(reply)) => Err(reply),
            Some(Scripted::AfterRotating(reply)) => rotate().and(Err(reply)),
        };
        controls.pause().await;
        settled
    }

    /// Spends a refresh token, if it is good.
    fn rotate(&self, refresh_token: &str) -> Option<Issued> {
        self.change(|ledger, authority| {
            let settings = &authority.shared.settings;
            let refresh = ledger.refresh.get_mut(refresh_token)?;
            let login = refresh.login;
            if refresh.is_spent {
                authority.note(ledger, Event::Reuse);
                ledger.logins[login].is_revoked |= settings.reuse_detection;
                return None;
            }
            if ledger.logins[login].is_revoked {
                return None;
            }
            refresh.is_spent = settings.rotating;
            authority.note(ledger, Event::Rotation);
            Some(authority.issue_to(ledger, login, settings.rotating))
        })
    }

    /// Revokes the login that a token belongs to, whether the token is live or not.
    pub(crate) fn revoke_login(&self, token: &str) {
        if let Some(user) = self.owner(token) {
            lock(&self.shared.ledger).logins[user.login].is_revoked = true;
        }
    }

    /// Revokes all logins of this user, or of all users.
    pub(crate) fn revoke(&self, username: Option<&str>) {
        for login in &mut lock(&self.shared.ledger).logins {
            login.is_revoked |= username.is_none_or(|name| login.name == name);
        }
    }

    pub(crate) fn expire_access_tokens(&self) {
        for access in lock(&self.shared.ledger).access.values_mut() {
            access.is_dead = true;
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Ledger, &Self) -> T) -> T {
        change(&mut lock(&self.shared.ledger), self)
    }

    /// Counts under the ledger's lock, so that counts and timeline always agree.
    fn note(&self, ledger: &mut Ledger, event: Event) {
        ledger.timeline.push((self.shared.started.elapsed(), event));
        self.shared.counts.send_modify(|counts| counts.add(event));
    }

    fn issue_to(&self, ledger: &mut Ledger, login: usize, with_refresh: bool) -> Issued {
        ledger.issued += 1;
        let lifetime = self.shared.settings.access_lifetime;
        let user = ledger.user(login);
        let access_token = match self.shared.settings.identical_within_a_second {
            false => format!("access-{:08}", ledger.issued),
            true => {
                let number = ledger.logins.iter().position(|login| login.name == user.name);
                let second = self.shared.started.elapsed().as_secs();
                format!("access-{:08}-{second:08}", number.unwrap_or(login))
            }
        };
        let access = Access { login, expires: Instant::now().checked_add(lifetime), is_dead: false };
        ledger.access.insert(access_token.clone(), access);
        let refresh_token = with_refresh.then(|| format!("refresh-{:08}", ledger.issued));
        if let Some(token) = &refresh_token {
            let refresh = Refresh { login, is_spent: false };
            ledger.refresh.insert(token.clone(), refresh);
        }
        Issued { access_token, refresh_token, lifetime, user }
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authority({:?})", *self.shared.counts.borrow())
    }
}

impl Ledger {
    fn live(&self, access_token: &str) -> Option<User> {
        let access = self.access.get(access_token)?;
        let is_expired = access.is_dead || access.expires.is_some_and(|expires| Instant::now() >= expires);
        let is_revoked = self.logins[access.login].is_revoked;
        (!is_expired && !is_revoked).then(|| self.user(access.login))
    }

    fn user(&self, login: usize) -> User {
        User { name: self.logins[login].name.clone(), login }
    }
}
