//! The routes that sign in, refresh and sign out. Knows nothing of how tokens live.

use serde_json::json;

use crate::reply::Reply;
use crate::request::Request;
use crate::token::authority::Authority;
use crate::token::counts::Event;
use crate::token::issued::Issued;
use crate::token::settings::Settings;

pub(crate) async fn login(authority: Authority, request: Request) -> Reply {
    let settings = authority.settings();
    if let Some(refusal) = refuse_signed(settings, &request) {
        return refusal;
    }
    match settings.routes.user(&request) {
        Some(_) if request.field("password").is_some_and(|it| it == "wrong") => {
            Reply::json(&json!({ "error": "invalid_credentials" })).status(401)
        }
        Some(username) => tokens(settings, &authority.issue(&username)),
        None => Reply::json(&json!({ "error": "invalid_request" })).status(400),
    }
}

pub(crate) async fn refresh(authority: Authority, request: Request) -> Reply {
    let settings = authority.settings();
    authority.count(Event::Refresh);
    if let Some(refusal) = refuse_signed(settings, &request) {
        return refusal;
    }
    let token = settings.refresh_token(&request);
    match authority.settle_refresh(token.as_deref()).await {
        Ok(issued) => tokens(settings, &issued),
        Err(reply) => reply,
    }
}

pub(crate) async fn logout(authority: Authority, request: Request) -> Reply {
    let settings = authority.settings();
    authority.count(Event::Logout);
    let token = settings.refresh_token(&request);
    if let Some(token) = token.as_deref().or_else(|| request.bearer()) {
        authority.revoke_login(token);
    }
    // Also for an unknown token (RFC 7009, section 2.2): there is nothing left to sign out.
    match settings.cookies {
        false => Reply::empty(),
        true => Reply::empty()
            .append_header("set-cookie", "access=; Path=/; HttpOnly; Max-Age=0")
            .append_header("set-cookie", refresh_cookie(settings, "", "; Max-Age=0")),
    }
}

fn refuse_signed(settings: &Settings, request: &Request) -> Option<Reply> {
    let is_signed = request.headers().contains_key(http::header::AUTHORIZATION);
    (settings.refuses_signed_auth && is_signed).then(|| {
        let refusal = Reply::json(&json!({ "error": "invalid_token" })).status(401);
        refusal.header("www-authenticate", "Bearer error=\"invalid_token\"")
    })
}

fn tokens(settings: &Settings, issued: &Issued) -> Reply {
    let reply = settings.routes.answer(issued).unwrap_or_else(|| usual(settings, issued));
    if !settings.cookies {
        return reply;
    }
    let reply =
        reply.append_header("set-cookie", format!("access={}; Path=/; HttpOnly", issued.access_token));
    match &issued.refresh_token {
        Some(token) => reply.append_header("set-cookie", refresh_cookie(settings, token, "")),
        None => reply,
    }
}

fn usual(settings: &Settings, issued: &Issued) -> Reply {
    let mut body = match settings.cookies {
        true => json!({ "user": issued.user.name() }),
        false => json!({ "access_token": issued.access_token, "token_type": "Bearer" }),
    };
    if settings.tells_lifetime {
        body["expires_in"] = issued.lifetime.as_secs().into();
    }
    if let (false, Some(token)) = (settings.cookies, &issued.refresh_token) {
        body["refresh_token"] = token.as_str().into();
    }
    Reply::json(&body)
}

fn refresh_cookie(settings: &Settings, token: &str, end: &str) -> String {
    format!("refresh={token}; Path={}; HttpOnly{end}", settings.routes.folder_of_refresh())
}
