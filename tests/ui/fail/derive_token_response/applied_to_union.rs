//! A response that is a union.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{Result, TokenRequest, TokenResponse, api_client, oauth};

#[derive(TokenResponse, Clone, Copy)]
union Answer {
    a: u8,
}

impl<'de> serde::Deserialize<'de> for Answer {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> std::result::Result<Self, D::Error> {
        Ok(Self { a: 0 })
    }
}

#[api_client]
trait Api {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] name: &str) -> Result<Answer>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<Answer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

#[tokio::main]
async fn main() -> Result<()> {
    let api = ApiClient::new("https://api.example")?;
    api.login("ann").await?;
    println!("{}", api.issue(7).await?);
    Ok(())
}
