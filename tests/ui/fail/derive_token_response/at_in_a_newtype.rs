//! A path on a type in a struct with one field.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{Result, TokenRequest, TokenResponse, api_client, oauth};

#[derive(serde::Deserialize, TokenResponse)]
struct Answer(Data);

#[derive(serde::Deserialize, TokenResponse)]
#[token(at = "data.tokens")]
struct Data {
    access_token: String,
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
