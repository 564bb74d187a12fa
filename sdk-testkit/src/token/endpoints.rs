//! The routes under `/auth`, and what tests can do to the refresh among them. Knows nothing of how tokens
//! live.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::backend::lock;
use crate::reply::Reply;
use crate::request::Request;
use crate::token::authority::{Authority, Issued};
use crate::token::counts::Event;
use crate::token::settings::Settings;

/// What tests do to the refresh endpoint.
#[derive(Default)]
pub(crate) struct Controls {
    holds: watch::Sender<usize>,
    latency: Mutex<Duration>,
    scripted: Mutex<VecDeque<Scripted>>,
}

/// One answer that replaces the real one.
pub(crate) enum Scripted {
    Instead(Reply),
    AfterRotating(Reply),
}

/// Holds back every refresh that reaches the server, until it is released or dropped. Made by
/// [`TokenServer::hold_refreshes`](crate::TokenServer::hold_refreshes).
#[must_use = "the refreshes are released when this is dropped"]
pub struct RefreshHold {
    controls: Arc<Controls>,
}

impl RefreshHold {
    pub(crate) fn new(controls: Arc<Controls>) -> Self {
        controls.holds.send_modify(|holds| *holds += 1);
        Self { controls }
    }

    /// Lets the refreshes go on, unless another hold is left.
    pub fn release(self) {}
}

impl Drop for RefreshHold {
    fn drop(&mut self) {
        self.controls.holds.send_modify(|holds| *holds -= 1);
    }
}

impl std::fmt::Debug for RefreshHold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshHold")
    }
}

impl Controls {
    pub(crate) fn set_latency(&self, latency: Duration) {
        *lock(&self.latency) = latency;
    }

    pub(crate) fn script(&self, scripted: Scripted) {
        lock(&self.scripted).push_back(scripted);
    }

    async fn released(&self) {
        // The sender lives in `self`, so that this cannot fail.
        let _ = self.holds.subscribe().wait_for(|&holds| holds == 0).await;
    }
}

pub(crate) async fn login(authority: Authority, request: Request) -> Reply {
    if let Some(refusal) = refuse_signed(authority.settings(), &request) {
        return refusal;
    }
    let body: Value = request.json().unwrap_or_default();
    match (body["username"].as_str(), body["password"].as_str()) {
        (Some(_), Some("wrong")) => error(401, "invalid_credentials"),
        (Some(username), Some(_)) => tokens(authority.settings(), &authority.issue(username)),
        _ => error(400, "invalid_request"),
    }
}

pub(crate) async fn refresh(authority: Authority, controls: Arc<Controls>, request: Request) -> Reply {
    authority.count(Event::Refresh);
    if let Some(refusal) = refuse_signed(authority.settings(), &request) {
        return refusal;
    }
    controls.released().await;
    let rotate = || match refresh_token(authority.settings(), &request) {
        None => error(400, "invalid_request"),
        Some(token) => match authority.rotate(&token) {
            Some(issued) => tokens(authority.settings(), &issued),
            None => error(401, "invalid_grant"),
        },
    };
    let scripted = lock(&controls.scripted).pop_front();
    let reply = match scripted {
        None => rotate(),
        Some(Scripted::Instead(reply)) => reply,
        Some(Scripted::AfterRotating(reply)) => {
            rotate();
            reply
        }
    };
    let latency = *lock(&controls.latency);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    reply
}

pub(crate) async fn logout(authority: Authority, request: Request) -> Reply {
    authority.count(Event::Logout);
    if let Some(token) = refresh_token(authority.settings(), &request) {
        authority.revoke_login(&token);
    }
    // Also for an unknown token (RFC 7009, section 2.2): there is nothing left to sign out.
    match authority.settings().cookies {
        false => Reply::empty(),
        true => Reply::empty()
            .append_header("set-cookie", "access=; Path=/; HttpOnly; Max-Age=0")
            .append_header("set-cookie", "refresh=; Path=/auth; HttpOnly; Max-Age=0"),
    }
}

fn refuse_signed(settings: &Settings, request: &Request) -> Option<Reply> {
    let is_signed = request.headers().contains_key(http::header::AUTHORIZATION);
    (settings.refuses_signed_auth && is_signed).then(|| {
        let refusal = error(401, "invalid_token");
        refusal.header("www-authenticate", "Bearer error=\"invalid_token\"")
    })
}

fn refresh_token(settings: &Settings, request: &Request) -> Option<String> {
    if settings.cookies {
        return request.cookie("refresh").map(str::to_owned);
    }
    let body: Value = request.json().unwrap_or_default();
    body["refresh_token"].as_str().map(str::to_owned)
}

fn tokens(settings: &Settings, issued: &Issued) -> Reply {
    let mut body = match settings.cookies {
        true => json!({ "user": issued.user.name() }),
        false => json!({ "access_token": issued.access_token, "token_type": "Bearer" }),
    };
    if settings.tells_lifetime {
        body["expires_in"] = issued.lifetime.as_secs().into();
    }
    if !settings.cookies {
        if let Some(token) = &issued.refresh_token {
            body["refresh_token"] = token.as_str().into();
        }
        return Reply::json(&body);
    }
    let access = format!("access={}; Path=/; HttpOnly", issued.access_token);
    let mut reply = Reply::json(&body).append_header("set-cookie", access);
    if let Some(token) = &issued.refresh_token {
        reply = reply.append_header("set-cookie", format!("refresh={token}; Path=/auth; HttpOnly"));
    }
    reply
}

fn error(status: u16, code: &str) -> Reply {
    Reply::json(&json!({ "error": code })).status(status)
}
