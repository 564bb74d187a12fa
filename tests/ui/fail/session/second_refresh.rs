//! A second refresh endpoint.

use sdk_runtime::{Grant, Head, Refusal, Result, TokenRequest, TokenResponse, Tokens, api_client};

#[derive(serde::Deserialize)]
pub struct LoginResponse {
    access: String,
}

impl TokenResponse for LoginResponse {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access.as_str()))
    }
}

#[derive(serde::Serialize)]
pub struct RefreshRequest;

impl TokenRequest for RefreshRequest {
    fn from_grant(_: &Grant) -> Option<Self> {
        Some(Self)
    }
}

#[api_client]
pub trait Users {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh_again(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;
}

fn main() {}
