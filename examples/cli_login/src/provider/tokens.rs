//! The logins of the server, and their tokens.

use axum::Json;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{Answered, Refused};

pub struct Login {
    pub name: String,
    pub scope: String,
    access: Option<String>,
    refresh: String,
    spent: Vec<String>,
}

#[derive(Default)]
pub struct Logins {
    all: Vec<Login>,
    pub refreshes: usize,
}

impl Logins {
    pub fn start(&mut self, name: String, scope: String) -> Answered<Response> {
        let mut login = Login { name, scope, access: None, refresh: random()?, spent: Vec::new() };
        let answer = login.issue()?;
        self.all.push(login);
        Ok(answer)
    }

    /// Spends a refresh token. One that was spent before is stolen, so its login ends (RFC 9700, 4.14.2).
    pub fn refresh(&mut self, token: &str) -> Answered<Response> {
        self.all.retain(|login| !login.spent.iter().any(|spent| spent == token));
        let login = self.all.iter_mut().find(|login| login.refresh == token);
        let login = login.ok_or(Refused::Because("invalid_grant"))?;
        login.spent.push(std::mem::replace(&mut login.refresh, random()?));
        self.refreshes += 1;
        login.issue()
    }

    /// Ends the login that has this token of either kind.
    pub fn end(&mut self, token: &str) {
        self.all.retain(|login| login.refresh != token && login.access.as_deref() != Some(token));
    }

    /// Returns the login that signs a request.
    pub fn of(&self, headers: &HeaderMap) -> Option<&Login> {
        let token = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        self.all.iter().find(|login| login.access.as_deref() == Some(token))
    }

    pub fn expire_access_tokens(&mut self) {
        self.all.iter_mut().for_each(|login| login.access = None);
    }

    pub fn count(&self) -> usize {
        self.all.len()
    }
}

impl Login {
    fn issue(&mut self) -> Answered<Response> {
        let access = random()?;
        let answer = json!({
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": self.refresh,
            "scope": self.scope,
        });
        self.access = Some(access);
        Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
    }
}

/// Returns 128 bits that cannot be guessed, as text.
pub fn random() -> Answered<String> {
    Ok(format!("{:032x}", u128::from_be_bytes(bytes()?)))
}

/// Returns a code such as `WDJB-MJHT`. It has no vowels, so it is no word.
pub fn user_code() -> Answered<String> {
    let letters = bytes::<8>()?.map(|byte| char::from(b"BCDFGHJKLMNPQRST"[usize::from(byte % 16)]));
    let mut code = String::from_iter(letters);
    code.insert(4, '-');
    Ok(code)
}

fn bytes<const N: usize>() -> Answered<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Refused::NoRandomNumbers)?;
    Ok(bytes)
}
