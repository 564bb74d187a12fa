//! Two traits of one name, one of which signs in.

use sdk_runtime::{Result, api_client, oauth};

#[api_client]
trait Api {
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[query] name: &str) -> Result<oauth::TokenAnswer>;

    #[post("/token")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;
}

#[sdk_runtime::api_client(base = "/v1")]
trait Api {
    #[get("/me")]
    async fn me(&self) -> Result<String>;
}

#[tokio::main]
async fn main() -> Result<()> {
    let api = ApiClient::builder("https://api.example.com").build()?;
    api.login("ada").await?;
    println!("{}", api.me().await?);
    Ok(())
}
