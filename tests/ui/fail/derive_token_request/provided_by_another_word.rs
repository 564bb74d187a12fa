//! A source by another word.
#![allow(dead_code, unused_imports)]

use sdk_runtime::{Result, TokenRequest, TokenResponse, Tokens, api_client, oauth};

#[derive(serde::Serialize, TokenRequest)]
struct Refresh {
    refresh_token: String,
    #[token(provide)]
    device: String,
}

#[api_client]
trait Api {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> Result<oauth::TokenAnswer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

#[tokio::main]
async fn main() -> Result<()> {
    let api = ApiClient::new("https://api.example")?;
    api.session().sign_in(Tokens::new("a").refresh_token("r"))?;
    println!("{}", api.issue(7).await?);
    Ok(())
}
