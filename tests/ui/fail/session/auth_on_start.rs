//! `auth` on a sign-in, which is never signed.

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

#[api_client]
pub trait Users {
    #[post("/login", auth = required)]
    #[session(start)]
    async fn login(&self) -> Result<LoginResponse>;
}

fn main() {}
