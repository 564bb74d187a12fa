//! A parameter of a refresh without `TokenRequest`.

use sdk_runtime::{Head, Refusal, Result, TokenResponse, Tokens, api_client};

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

#[api_client]
pub trait Users {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;
}

fn main() {}
