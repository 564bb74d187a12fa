//! Requests and responses of the `/auth` endpoints, and the two small traits that connect them with the
//! session.

use std::time::Duration;

use sdk_runtime::{Grant, Head, Refusal, TokenRequest, TokenResponse, Tokens};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
pub(crate) struct Credentials {
    pub(crate) username: &'static str,
    pub(crate) password: &'static str,
}

#[derive(Deserialize)]
pub(crate) struct LoginResponse {
    access_token: String,
    refresh_token: String,
    /// In seconds.
    expires_in: u64,
}

impl TokenResponse for LoginResponse {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access_token.as_str())
            .refresh_token(self.refresh_token.as_str())
            .expires_in(Duration::from_secs(self.expires_in)))
    }
}

#[derive(Serialize)]
pub(crate) struct RefreshRequest {
    refresh_token: String,
}

impl TokenRequest for RefreshRequest {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self { refresh_token: grant.refresh_token()?.expose().to_owned() })
    }
}
