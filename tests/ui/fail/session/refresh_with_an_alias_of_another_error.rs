//! The error of a refresh is a text, behind an alias.

use sdk_runtime::{Grant, Head, Refusal, TokenRequest, TokenResponse, Tokens, api_client};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
pub struct RefreshRequest {
    refresh: String,
}

impl TokenRequest for RefreshRequest {
    fn from_grant(grant: &Grant) -> Option<Self> {
        grant.refresh_token().map(|token| Self { refresh: token.expose().to_owned() })
    }
}

#[derive(Deserialize)]
pub struct Login {
    access: String,
}

impl TokenResponse for Login {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access.as_str()))
    }
}

type Answer<T> = Result<T, Box<str>>;

#[api_client]
pub trait Shop {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Answer<Login>;

    #[get("/orders")]
    async fn orders(&self) -> sdk_runtime::Result<Vec<String>>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopClient::new("https://shop.example")?;
    println!("{:?}", shop.orders().await?);
    Ok(())
}
