//! A flag on a type that is nested in another, and need not be there.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{Result, TokenRequest, TokenResponse, api_client, oauth};

#[derive(serde::Deserialize, TokenResponse)]
struct Answer {
    success: bool,
    #[token(nested)]
    data: Option<Data>,
}

#[derive(serde::Deserialize, TokenResponse)]
#[token(ok = "success", message = "error")]
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
