//! A misspelt attribute of the session.

use sdk_runtime::{Grant, Head, Refusal, Result, TokenRequest, TokenResponse, Tokens, api_client};

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
pub struct RefreshRequest {
    refresh: String,
}

impl TokenRequest for RefreshRequest {
    fn from_grant(_: &Grant) -> Option<Self> {
        Some(Self { refresh: String::new() })
    }
}

#[api_client]
pub trait Users {
    #[post("/refresh")]
    #[sesion(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let _ = users.users().await?;
    Ok(())
}
