//! The request and the responses of a token server such as that of `sdk-testkit`, for tests that are not
//! about their form; and the code blocks of documents.

pub mod blocks;

use sdk_runtime::{TokenRequest, TokenResponse};
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
#[derive(Serialize, TokenRequest)]
pub struct RefreshRequest {
    pub refresh_token: String,
}

/// The answer to a sign-in or a refresh.
#[derive(Deserialize, TokenResponse)]
pub struct LoginResponse {
    pub access_token: String,
    pub refresh_token: Option<String>,
    /// In seconds.
    pub expires_in: Option<u64>,
}
