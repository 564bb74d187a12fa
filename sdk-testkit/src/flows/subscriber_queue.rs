//! Flow C: a header of its own, and a reset token that makes the one next token for both purposes. Knows no
//! client.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::backend::{Backend, lock};
use crate::reply::Reply;
use crate::request::Request;
use crate::server::Server;

/// How long an answer takes: long enough for all calls of a crowd to be under way at once.
const LATENCY: Duration = Duration::from_millis(10);

/// A library whose token stands in `Authentication: Bearer <token>`.
///
/// | Route | Body (JSON) | Answer |
/// |---|---|---|
/// | `POST /login` | `username` | `{"token", "resetToken"}` |
/// | `POST /reset` | `token`: a reset token | `{"token"}`, which is the next access token and the next reset token; or 401 `reset_refused` |
/// | `GET /books/{id}` | | the book; or 401 `token_expired`, or 401 `no_access` for a token that never was |
/// | `GET /vault` | | 401 `pin_required` for every signed-in user |
///
/// A refusal is `{"error": {"code": …}}`. A reset token is good for once. `Authorization: Bearer` is read
/// too, for clients that replay with it, until [`read_own_header_only`](Self::read_own_header_only).
#[derive(Clone)]
pub struct SubscriberQueue {
    ledger: Arc<Mutex<Ledger>>,
    backend: Backend,
}

#[derive(Default)]
struct Ledger {
    tokens: HashMap<String, Token>,
    is_strict: bool,
    is_down: bool,
}

struct Token {
    owner: String,
    opens: bool,
    resets: bool,
}

impl SubscriberQueue {
    /// A library without readers.
    pub fn new() -> Self {
        let flow = Self { ledger: Arc::default(), backend: Backend::new() };
        flow.route("POST", "/login", log_in);
        flow.route("POST", "/reset", reset);
        flow.route("GET", "/books/{id}", |ledger, request| match ledger.reader(request) {
            Ok(owner) => {
                Reply::json(&json!({ "id": request.param("id").parse::<u64>().ok(), "owner": owner }))
            }
            Err(refusal) => refusal,
        });
        flow.route("GET", "/vault", |ledger, request| match ledger.reader(request) {
            Ok(_) => refusal("pin_required"),
            Err(refusal) => refusal,
        });
        flow
    }

    /// A new library behind a loopback socket.
    ///
    /// # Errors
    ///
    /// When no socket can be bound.
    pub async fn start() -> io::Result<(Self, Server)> {
        let library = Self::new();
        let server = library.backend().serve().await?;
        Ok((library, server))
    }

    /// The backend below: it takes further routes, answers in memory and knows all requests.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Access and reset token of a former visit, of which the access token has expired.
    pub fn expired_login(&self, username: &str) -> (String, String) {
        let tokens = lock(&self.ledger).log_in(username);
        self.expire();
        tokens
    }

    /// Lets all access tokens expire. Those that are reset tokens too stay good as such.
    pub fn expire(&self) {
        lock(&self.ledger).tokens.values_mut().for_each(|token| token.opens = false);
    }

    /// Ends all logins: from now on a reset is answered by 401 `reset_refused`.
    pub fn revoke(&self) {
        for token in lock(&self.ledger).tokens.values_mut() {
            (token.opens, token.resets) = (false, false);
        }
    }

    /// From now on a token counts in the header `Authentication` and nowhere else.
    pub fn read_own_header_only(&self) {
        lock(&self.ledger).is_strict = true;
    }

    /// Lets every reset fail with 503 and spend nothing, or no longer.
    pub fn refuse_resets_for_now(&self, is_down: bool) {
        lock(&self.ledger).is_down = is_down;
    }

    /// How many requests came for a reset.
    pub fn refreshes(&self) -> usize {
        self.backend.count("POST", "/reset")
    }

    /// How many requests came for a book, replays included.
    pub fn calls(&self) -> usize {
        self.backend.count("GET", "/books/{id}")
    }

    fn route(&self, method: &str, template: &str, answer: fn(&mut Ledger, &Request) -> Reply) {
        let ledger = self.ledger.clone();
        self.backend.route(method, template, move |request| {
            let reply = answer(&mut lock(&ledger), &request).delay(LATENCY);
            async move { reply }
        });
    }
}

impl Default for SubscriberQueue {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows what came, and no token.
impl fmt::Debug for SubscriberQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubscriberQueue({:?})", self.backend)
    }
}

fn log_in(ledger: &mut Ledger, request: &Request) -> Reply {
    let body: Value = request.json().unwrap_or_default();
    let Some(username) = body["username"].as_str() else {
        return refusal("no_access");
    };
    let (token, reset_token) = ledger.log_in(username);
    Reply::json(&json!({ "token": token, "resetToken": reset_token }))
}

fn reset(ledger: &mut Ledger, request: &Request) -> Reply {
    if ledger.is_down {
        return Reply::text("back soon").status(503);
    }
    let body: Value = request.json().unwrap_or_default();
    let spent = body["token"].as_str().and_then(|token| ledger.tokens.get_mut(token));
    let Some(spent) = spent.filter(|token| token.resets) else {
        return refusal("reset_refused");
    };
    (spent.opens, spent.resets) = (false, false);
    let owner = spent.owner.clone();
    Reply::json(&json!({ "token": ledger.issue("token", &owner, true, true) }))
}

impl Ledger {
    fn log_in(&mut self, username: &str) -> (String, String) {
        (self.issue("token", username, true, false), self.issue("reset", username, false, true))
    }

    fn issue(&mut self, kind: &str, owner: &str, opens: bool, resets: bool) -> String {
        let token = format!("{kind}-{:08}", self.tokens.len());
        self.tokens.insert(token.clone(), Token { owner: owner.to_owned(), opens, resets });
        token
    }

    fn reader(&self, request: &Request) -> Result<String, Reply> {
        let own = request.header("authentication").and_then(|value| value.strip_prefix("Bearer "));
        let other = request.bearer().filter(|_| !self.is_strict);
        let known = || own.into_iter().chain(other).filter_map(|token| self.tokens.get(token));
        match known().find(|token| token.opens) {
            Some(token) => Ok(token.owner.clone()),
            None if known().next().is_some() => Err(refusal("token_expired")),
            None => Err(refusal("no_access")),
        }
    }
}

fn refusal(code: &str) -> Reply {
    Reply::json(&json!({ "error": { "code": code } })).status(401)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn book(library: &SubscriberQueue, header: &str, value: &str) -> (u16, String) {
        let request = http::Request::get("/books/7").header(header, value).body(String::new()).unwrap();
        let answer = library.backend().handle(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_says_whether_the_token_ever_was_one() {
        let library = SubscriberQueue::new();
        let (expired, reset) = library.expired_login("ada");
        let (live, _) = lock(&library.ledger).log_in("ada");
        let own = |token: &str| ("authentication", format!("Bearer {token}"));
        let other = |token: &str| ("authorization", format!("Bearer {token}"));
        for (strict, (header, value), expected) in [
            (false, own(&live), r#"{"id":7,"owner":"ada"}"#),
            (false, other(&live), r#"{"id":7,"owner":"ada"}"#),
            (false, own(&expired), "token_expired"),
            (false, own(&reset), "token_expired"),
            (false, own("unknown"), "no_access"),
            (false, ("authentication", live.clone()), "no_access"),
            (false, ("x-none", String::new()), "no_access"),
            (true, own(&live), r#"{"id":7,"owner":"ada"}"#),
            (true, other(&live), "no_access"),
        ] {
            if strict {
                library.read_own_header_only();
            }
            let (status, body) = book(&library, header, &value).await;
            let is_served = expected.starts_with('{');
            assert_eq!(status, if is_served { 200 } else { 401 }, "{header}: {value}");
            assert!(body.contains(expected), "{header}: {value}: {body}");
        }
        assert_eq!(library.calls(), 9);
        let shown = format!("{library:?}");
        assert!(
            shown.starts_with("SubscriberQueue(Backend(9 requests; ") && !shown.contains(&live),
            "{shown}"
        );
    }
}
