//! The request and the responses of a token server such as that of `sdk-testkit`, for tests that are not
//! about their form; and the code blocks of documents.

pub mod blocks;

use std::time::Duration;

use sdk_runtime::{Grant, Head, Refusal, TokenRequest, TokenResponse, Tokens};
use serde::{Deserialize, Serialize};

/// The body of a sign-in.
#[derive(Serialize)]
pub struct Credentials {
    pub username: &'static str,
    pub password: &'static str,
}

/// Credentials that the token server accepts.
pub fn user(username: &'static str) -> Credentials {
    Credentials { username, password: "right" }
}

/// The body of a refresh, and of a sign-out.
#[derive(Serialize)]
pub struct RefreshRequest {
    pub refresh_token: String,
}

impl TokenRequest for RefreshRequest {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self { refresh_token: grant.refresh_token()?.expose().to_owned() })
    }
}

/// The answer to a sign-in or a refresh.
#[derive(Deserialize)]
pub struct LoginResponse {
    pub access_token: String,
    pub refresh_token: Option<String>,
    /// In seconds.
    pub expires_in: Option<u64>,
}

impl TokenResponse for LoginResponse {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        let mut tokens = Tokens::new(self.access_token.as_str());
        if let Some(token) = &self.refresh_token {
            tokens = tokens.refresh_token(token.as_str());
        }
        if let Some(seconds) = self.expires_in {
            tokens = tokens.expires_in(Duration::from_secs(seconds));
        }
        Ok(tokens)
    }
}
