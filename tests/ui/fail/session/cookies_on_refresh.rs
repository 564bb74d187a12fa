//! `auth = cookies` on a refresh, which has the cookies of its login anyway.

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
    #[post("/refresh", auth = cookies)]
    #[session(refresh)]
    async fn refresh(&self) -> Result<LoginResponse>;
}

fn main() {}
