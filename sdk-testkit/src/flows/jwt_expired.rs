//! Flow A: an expired token is told by `JWT_EXPIRED` in the body, with 401 or with 403. Knows no client.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use crate::backend::Backend;
use crate::reply::Reply;
use crate::request::Request;
use crate::server::Server;
use crate::token::{Authority, TokenServer};

/// How long an answer takes: long enough for all calls of a crowd to be under way at once.
const LATENCY: Duration = Duration::from_millis(10);

/// A shop whose gateway refuses reads with 401 and whose service refuses writes with 403, both with the
/// reason in the body.
///
/// | Route | Body (JSON) | Answer |
/// |---|---|---|
/// | `POST /auth/login` | `username`, `password` | `{"success": true, "result": {"accessToken", "refreshToken"}, "errorMessage": null}`; 401 if the password is `wrong` |
/// | `POST /auth/refresh` | `refreshToken` | the same with an `accessToken` alone; a refused one is **200** with `success: false` |
/// | `GET /orders/{id}` | | the order; 401 `{"errorMessage": "JWT_EXPIRED"}` or `"JWT_INVALID"` |
/// | `PUT /orders/{id}` | any | the order; 403 with the same bodies |
/// | `GET /admin` | | 403 `{"errorMessage": "FORBIDDEN"}` for every signed-in user |
///
/// The refresh token is not rotated.
#[derive(Clone, Debug)]
pub struct JwtExpired {
    server: TokenServer,
}

impl JwtExpired {
    /// A shop without customers.
    pub fn new() -> Self {
        let server = TokenServer::builder().rotating(false).build();
        route(&server, "POST", "/auth/login", log_in);
        route(&server, "POST", "/auth/refresh", refresh);
        route(&server, "GET", "/orders/{id}", |authority, request| order(authority, request, 401));
        route(&server, "PUT", "/orders/{id}", |authority, request| order(authority, request, 403));
        route(&server, "GET", "/admin", admin);
        Self { server }
    }

    /// A new shop behind a loopback socket.
    ///
    /// # Errors
    ///
    /// When no socket can be bound.
    pub async fn start() -> io::Result<(Self, Server)> {
        let shop = Self::new();
        let server = shop.backend().serve().await?;
        Ok((shop, server))
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

    /// Lets all access tokens expire.
    pub fn expire(&self) {
        self.server.expire_access_tokens();
    }

    /// Ends all logins: from now on a refresh is refused with `REFRESH_TOKEN_REVOKED`.
    pub fn revoke(&self) {
        self.server.revoke_all();
    }

    /// How many requests came for a refresh.
    pub fn refreshes(&self) -> usize {
        self.backend().count("POST", "/auth/refresh")
    }

    /// How many requests came for an order, replays included.
    pub fn calls(&self) -> usize {
        self.backend().count("GET", "/orders/{id}") + self.backend().count("PUT", "/orders/{id}")
    }
}

impl Default for JwtExpired {
    fn default() -> Self {
        Self::new()
    }
}

fn route(
    server: &TokenServer,
    method: &str,
    template: &str,
    answer: impl Fn(&Authority, &Request) -> Reply + Send + Sync + 'static,
) {
    let authority = server.authority();
    server.backend().route(method, template, move |request| {
        let reply = answer(&authority, &request).delay(LATENCY);
        async move { reply }
    });
}

fn log_in(authority: &Authority, request: &Request) -> Reply {
    let body: Value = request.json().unwrap_or_default();
    match (body["username"].as_str(), body["password"].as_str()) {
        (Some(_), Some("wrong")) | (None, _) | (_, None) => failure("BAD_CREDENTIALS").status(401),
        (Some(username), Some(_)) => {
            let issued = authority.issue(username);
            success(json!({ "accessToken": issued.access_token, "refreshToken": issued.refresh_token }))
        }
    }
}

fn refresh(authority: &Authority, request: &Request) -> Reply {
    let body: Value = request.json().unwrap_or_default();
    match authority.refresh(body["refreshToken"].as_str().unwrap_or_default()) {
        Some(issued) => success(json!({ "accessToken": issued.access_token })),
        None => failure("REFRESH_TOKEN_REVOKED"),
    }
}

fn order(authority: &Authority, request: &Request, refusal: u16) -> Reply {
    match customer(authority, request, refusal) {
        Ok(name) => Reply::json(&json!({ "id": request.param("id").parse::<u64>().ok(), "owner": name })),
        Err(refusal) => refusal,
    }
}

fn admin(authority: &Authority, request: &Request) -> Reply {
    match customer(authority, request, 401) {
        Ok(_) => refuse("FORBIDDEN", 403),
        Err(refusal) => refusal,
    }
}

fn customer(authority: &Authority, request: &Request, refusal: u16) -> Result<String, Reply> {
    let token = request.bearer();
    match authority.authorize_token(token) {
        Ok(user) => Ok(user.name().to_owned()),
        Err(_) if token.is_some_and(|token| authority.owner(token).is_some()) => {
            Err(refuse("JWT_EXPIRED", refusal))
        }
        Err(_) => Err(refuse("JWT_INVALID", refusal)),
    }
}

fn refuse(message: &str, status: u16) -> Reply {
    Reply::json(&json!({ "errorMessage": message })).status(status)
}

fn success(result: Value) -> Reply {
    Reply::json(&json!({ "success": true, "result": result, "errorMessage": null }))
}

fn failure(message: &str) -> Reply {
    Reply::json(&json!({ "success": false, "result": null, "errorMessage": message }))
}
