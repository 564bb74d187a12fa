//! `#[url]` in a sign-in, which sends a password.

use sdk_runtime::{Head, Refusal, Result, TokenResponse, Tokens, api_client};

#[derive(serde::Deserialize)]
pub struct TokenAnswer {
    token: String,
}

impl TokenResponse for TokenAnswer {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new(self.token.as_str()))
    }
}

#[api_client]
pub trait Users {
    #[post]
    #[session(start)]
    async fn login(&self, #[url] at: &str, #[json] password: &str) -> Result<TokenAnswer>;
}

fn main() {}
