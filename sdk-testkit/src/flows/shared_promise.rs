//! The backend of the shared promise: cookies sign everything, and no answer has a token in its body. Knows
//! no client.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::backend::{Backend, lock};
use crate::reply::Reply;
use crate::request::Request;
use crate::token::{Authority, Issued, TokenServer};

/// A service whose login is nothing but the cookies `accessToken` and `refreshToken`.
///
/// | Route | Body (JSON) | Answer |
/// |---|---|---|
/// | `POST /auth/login` | `email`, `password` | 200 `{"user": {"email": "…"}}` and both cookies, or 401 if the password is `wrong` |
/// | `POST /auth/refresh-token` | none | the same, with new cookies in place of the spent ones, or 401 `{"message": "Invalid refresh token"}` and both cookies cleared |
/// | `GET /projects/{id}` | none | 200 `{"id": 7, "owner": "…"}`, or 401 `{"message": "Unauthorized"}` |
///
/// The cookies are `HttpOnly; Secure; SameSite=Lax`, and the one to refresh with goes to
/// `/auth/refresh-token` alone. A refresh spends it, and a spent one that comes again ends its login. A
/// project takes 10 ms, a refresh 50 ms.
///
/// ```
/// use sdk_testkit::flows::shared_promise::SharedPromise;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let service = SharedPromise::new();
/// let refused = service.backend().handle(http::Request::get("/projects/7").body(String::new())?).await?;
/// assert_eq!(refused.status(), 401);
/// assert_eq!((service.calls(), service.refreshes()), (1, 0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SharedPromise {
    tokens: TokenServer,
    backend: Backend,
    scripted: Arc<Mutex<VecDeque<Reply>>>,
}

impl SharedPromise {
    /// A service without a signed-in user.
    pub fn new() -> Self {
        let tokens = TokenServer::new();
        let backend = Backend::new();
        let scripted = Arc::default();
        backend.route("POST", "/auth/login", {
            let authority = tokens.authority();
            move |request| std::future::ready(login(&authority, &request))
        });
        backend.route("POST", "/auth/refresh-token", {
            let (authority, scripted) = (tokens.authority(), Arc::clone(&scripted));
            move |request| std::future::ready(refresh(&authority, &scripted, &request))
        });
        backend.route("GET", "/projects/{id}", {
            let authority = tokens.authority();
            move |request| std::future::ready(project(&authority, &request))
        });
        Self { tokens, backend, scripted }
    }

    /// The backend below: it answers in memory, serves behind a socket, and knows all requests.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Lets all access tokens expire that there are now.
    pub fn expire(&self) {
        self.tokens.expire_access_tokens();
    }

    /// Ends every login: access tokens and refresh tokens die.
    pub fn revoke(&self) {
        self.tokens.revoke_all();
    }

    /// Queues an answer for one refresh, in place of the real one: nothing is spent.
    pub fn next_refresh(&self, reply: Reply) {
        lock(&self.scripted).push_back(reply);
    }

    /// How many refreshes have arrived, answered in any way.
    pub fn refreshes(&self) -> usize {
        self.tokens.counts().refreshes
    }

    /// Waits until so many refreshes have arrived in all.
    ///
    /// # Cancel safety
    ///
    /// Dropping it disturbs nothing.
    ///
    /// # Panics
    ///
    /// After 5 minutes of real time.
    pub async fn refreshed(&self, count: usize) {
        self.tokens.wait_for(|counts| counts.refreshes >= count).await;
    }

    /// How many refreshes presented a cookie that was spent already.
    pub fn reused(&self) -> usize {
        self.tokens.counts().reused
    }

    /// How many requests for a project have arrived, answered in any way.
    pub fn calls(&self) -> usize {
        self.backend.count("GET", "/projects/{id}")
    }
}

impl Default for SharedPromise {
    fn default() -> Self {
        Self::new()
    }
}

fn login(authority: &Authority, request: &Request) -> Reply {
    let body: Value = request.json().unwrap_or_default();
    match (body["email"].as_str(), body["password"].as_str()) {
        (Some(_), Some("wrong")) | (None, _) | (_, None) => message(401, "Invalid credentials"),
        (Some(email), Some(_)) => cookies(&authority.issue(email)),
    }
}

fn refresh(authority: &Authority, scripted: &Mutex<VecDeque<Reply>>, request: &Request) -> Reply {
    let scripted = lock(scripted).pop_front();
    // A refresh without a cookie counts too, so that it is presented as an unknown token.
    let token = request.cookie("refreshToken").filter(|_| scripted.is_none());
    let refreshed = authority.refresh(token.unwrap_or_default());
    let reply = scripted.unwrap_or_else(|| match refreshed {
        Some(issued) => cookies(&issued),
        None => message(401, "Invalid refresh token")
            .append_header("set-cookie", "accessToken=; Path=/; Max-Age=0")
            .append_header("set-cookie", "refreshToken=; Path=/auth/refresh-token; Max-Age=0"),
    });
    reply.delay(Duration::from_millis(50))
}

fn project(authority: &Authority, request: &Request) -> Reply {
    let reply = match authority.authorize_token(request.cookie("accessToken")) {
        Ok(user) => Reply::json(&json!({
            "id": request.param("id").parse::<u64>().ok(),
            "owner": user.name(),
        })),
        Err(_) => message(401, "Unauthorized"),
    };
    reply.delay(Duration::from_millis(10))
}

fn cookies(issued: &Issued) -> Reply {
    let access = format!("accessToken={}; HttpOnly; Secure; SameSite=Lax; Path=/", issued.access_token);
    let reply = Reply::json(&json!({ "user": { "email": issued.user.name() } }));
    let reply = reply.append_header("set-cookie", access);
    match &issued.refresh_token {
        None => reply,
        Some(token) => {
            let path = "/auth/refresh-token";
            let cookie = format!("refreshToken={token}; HttpOnly; Secure; SameSite=Lax; Path={path}");
            reply.append_header("set-cookie", cookie)
        }
    }
}

fn message(status: u16, text: &str) -> Reply {
    Reply::json(&json!({ "message": text })).status(status)
}
