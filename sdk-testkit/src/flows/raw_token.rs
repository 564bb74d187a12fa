//! Flow B: the token stands in its header without a scheme, and every 401 asks for a refresh. Knows no
//! client.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::backend::{Backend, lock};
use crate::reply::Reply;
use crate::request::Request;
use crate::server::Server;
use crate::token::{Authority, TokenServer};

/// A diary below `/api/v1` whose `authorization` header is the token itself.
///
/// | Route | Body (JSON) | Answer |
/// |---|---|---|
/// | `POST /api/v1/auth/login` | `username`, `password` | `{"data": {"accessToken", "refreshToken", "user"}}`; 401 if the password is `wrong` |
/// | `POST /api/v1/auth/refresh` | `refreshToken` | `{"data": {"accessToken"}}`, or 401 |
/// | `GET /api/v1/pages/{id}` | | `{"data": {"id", "owner"}}`, or 401 |
///
/// A 401 has `{"message": …}` and no challenge. The refresh token is not rotated. What is outside of
/// `/api/v1` is a 404.
#[derive(Clone, Debug)]
pub struct RawToken {
    server: TokenServer,
    latency: Arc<Mutex<Duration>>,
}

impl RawToken {
    /// A diary that answers after 10 ms: long enough for all calls of a crowd to be under way at once.
    pub fn new() -> Self {
        let latency = Arc::new(Mutex::new(Duration::from_millis(10)));
        let flow = Self { server: TokenServer::builder().rotating(false).build(), latency };
        flow.route("POST", "/api/v1/auth/login", log_in);
        flow.route("POST", "/api/v1/auth/refresh", refresh);
        flow.route("GET", "/api/v1/pages/{id}", page);
        let latency = flow.latency.clone();
        flow.backend().fallback(move |_| {
            let latency = *lock(&latency);
            async move { Reply::html("<h1>Not found</h1>").status(404).delay(latency) }
        });
        flow
    }

    /// A new diary behind a loopback socket.
    ///
    /// # Errors
    ///
    /// When no socket can be bound.
    pub async fn start() -> io::Result<(Self, Server)> {
        let diary = Self::new();
        let server = diary.backend().serve().await?;
        Ok((diary, server))
    }

    /// The backend below: it takes further routes, answers in memory and knows all requests.
    pub fn backend(&self) -> &Backend {
        self.server.backend()
    }

    /// Access and refresh token of a former visit, of which the access token has expired.
    pub fn expired_login(&self, username: &str) -> (String, String) {
        let issued = self.server.issue(username);
        self.expire();
        (issued.access_token, issued.refresh_token.unwrap_or_default())
    }

    /// From now on every answer takes this long.
    pub fn answer_after(&self, latency: Duration) {
        *lock(&self.latency) = latency;
    }

    /// Lets all access tokens expire.
    pub fn expire(&self) {
        self.server.expire_access_tokens();
    }

    /// Ends all logins: from now on a refresh is answered by 401.
    pub fn revoke(&self) {
        self.server.revoke_all();
    }

    /// How many requests came for a refresh.
    pub fn refreshes(&self) -> usize {
        self.backend().count("POST", "/api/v1/auth/refresh")
    }

    /// How many requests came for a page, replays included.
    pub fn calls(&self) -> usize {
        self.backend().count("GET", "/api/v1/pages/{id}")
    }

    fn route(&self, method: &str, template: &str, answer: fn(&Authority, &Request) -> Reply) {
        let (authority, latency) = (self.server.authority(), self.latency.clone());
        self.backend().route(method, template, move |request| {
            let reply = answer(&authority, &request).delay(*lock(&latency));
            async move { reply }
        });
    }
}

impl Default for RawToken {
    fn default() -> Self {
        Self::new()
    }
}

fn log_in(authority: &Authority, request: &Request) -> Reply {
    let body: Value = request.json().unwrap_or_default();
    match (body["username"].as_str(), body["password"].as_str()) {
        (Some(_), Some("wrong")) | (None, _) | (_, None) => unauthorized("unknown user or wrong password"),
        (Some(username), Some(_)) => {
            let issued = authority.issue(username);
            Reply::json(&json!({ "data": {
                "accessToken": issued.access_token,
                "refreshToken": issued.refresh_token,
                "user": username,
            }}))
        }
    }
}

fn refresh(authority: &Authority, request: &Request) -> Reply {
    let body: Value = request.json().unwrap_or_default();
    match authority.refresh(body["refreshToken"].as_str().unwrap_or_default()) {
        Some(issued) => Reply::json(&json!({ "data": { "accessToken": issued.access_token } })),
        None => unauthorized("log in again"),
    }
}

fn page(authority: &Authority, request: &Request) -> Reply {
    // The whole value is the token, so that one with a scheme in front of it is unknown.
    match authority.authorize_token(request.header("authorization")) {
        Ok(user) => {
            let id = request.param("id").parse::<u64>().ok();
            Reply::json(&json!({ "data": { "id": id, "owner": user.name() } }))
        }
        Err(_) => unauthorized("unauthorized"),
    }
}

fn unauthorized(message: &str) -> Reply {
    Reply::json(&json!({ "message": message })).status(401)
}
