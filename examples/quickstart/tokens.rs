//! Requests and responses of the `/auth` endpoints. The derives connect them with the session.

use sdk_runtime::{TokenRequest, TokenResponse};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
pub(crate) struct Credentials {
    pub(crate) username: &'static str,
    pub(crate) password: &'static str,
}

#[derive(Deserialize, TokenResponse)]
pub(crate) struct LoginResponse {
    access_token: String,
    refresh_token: String,
    /// In seconds.
    expires_in: u64,
}

#[derive(Serialize, TokenRequest)]
pub(crate) struct RefreshRequest {
    refresh_token: String,
}
