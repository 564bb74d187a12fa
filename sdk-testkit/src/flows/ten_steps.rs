//! The backend of the ten-step guide: an access token for the header, a refresh token in an HttpOnly cookie.
//! Knows no client.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::backend::{Backend, lock};
use crate::reply::Reply;
use crate::request::Request;
use crate::token::{Authority, Issued, TokenServer};

/// A shop whose access token is in the body of the login, and whose refresh token is in a cookie that no
/// script can read.
///
/// | Route | Body (JSON) | Answer |
/// |---|---|---|
/// | `POST /auth/login` | `email`, `password` | 200 `{"accessToken": "…"}` and the cookie `refreshToken`, or 401 if the password is `wrong` |
/// | `POST /auth/refresh` | none | the same, with a new cookie in place of the spent one, or 401 `{"message": "Invalid refresh token"}` |
/// | `GET /orders/{id}` | none | 200 `{"id": 7, "customer": "…"}`, or 401 `{"message": "Unauthorized"}` |
///
/// The cookie is `HttpOnly; Secure; SameSite=Strict; Path=/auth`. A refresh spends it, and a spent one that
/// comes again ends its login. An order takes 10 ms, a refresh 50 ms.
///
/// ```
/// use sdk_testkit::flows::ten_steps::TenSteps;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let shop = TenSteps::new();
/// let refused = shop.backend().handle(http::Request::get("/orders/7").body(String::new())?).await?;
/// assert_eq!(refused.status(), 401);
/// assert_eq!((shop.calls(), shop.refreshes()), (1, 0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TenSteps {
    tokens: TokenServer,
    backend: Backend,
    scripted: Arc<Mutex<VecDeque<Reply>>>,
}

impl TenSteps {
    /// A shop without a signed-in user.
    pub fn new() -> Self {
        let tokens = TokenServer::new();
        let backend = Backend::new();
        let scripted = Arc::default();
        backend.route("POST", "/auth/login", {
            let authority = tokens.authority();
            move |request| std::future::ready(login(&authority, &request))
        });
        backend.route("POST", "/auth/refresh", {
            let (authority, scripted) = (tokens.authority(), Arc::clone(&scripted));
            move |request| std::future::ready(refresh(&authority, &scripted, &request))
        });
        backend.route("GET", "/orders/{id}", {
            let authority = tokens.authority();
            move |request| std::future::ready(order(&authority, &request))
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

    /// How many of them presented a cookie that was spent already.
    pub fn reused(&self) -> usize {
        self.tokens.counts().reused
    }

    /// How many requests for an order have arrived, answered in any way.
    pub fn calls(&self) -> usize {
        self.backend.count("GET", "/orders/{id}")
    }
}

impl Default for TenSteps {
    fn default() -> Self {
        Self::new()
    }
}

fn login(authority: &Authority, request: &Request) -> Reply {
    let body: Value = request.json().unwrap_or_default();
    match (body["email"].as_str(), body["password"].as_str()) {
        (Some(_), Some("wrong")) | (None, _) | (_, None) => message(401, "Invalid credentials"),
        (Some(email), Some(_)) => tokens(&authority.issue(email)),
    }
}

fn refresh(authority: &Authority, scripted: &Mutex<VecDeque<Reply>>, request: &Request) -> Reply {
    let scripted = lock(scripted).pop_front();
    // A refresh without a cookie counts too, so that it is presented as an unknown token.
    let token = request.cookie("refreshToken").filter(|_| scripted.is_none());
    let refreshed = authority.refresh(token.unwrap_or_default());
    let reply = scripted.unwrap_or_else(|| match refreshed {
        Some(issued) => tokens(&issued),
        None => message(401, "Invalid refresh token"),
    });
    reply.delay(Duration::from_millis(50))
}

fn order(authority: &Authority, request: &Request) -> Reply {
    let reply = match authority.authorize(request) {
        Ok(user) => Reply::json(&json!({
            "id": request.param("id").parse::<u64>().ok(),
            "customer": user.name(),
        })),
        Err(_) => message(401, "Unauthorized"),
    };
    reply.delay(Duration::from_millis(10))
}

fn tokens(issued: &Issued) -> Reply {
    let reply = Reply::json(&json!({ "accessToken": issued.access_token }));
    match &issued.refresh_token {
        None => reply,
        Some(token) => {
            let cookie = format!("refreshToken={token}; HttpOnly; Secure; SameSite=Strict; Path=/auth");
            reply.header("set-cookie", cookie)
        }
    }
}

fn message(status: u16, text: &str) -> Reply {
    Reply::json(&json!({ "message": text })).status(status)
}
