//! A field of a form next to another on a sign-in.

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
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[form("name")] name: &str) -> Result<LoginResponse>;

    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let _ = users.users().await?;
    Ok(())
}
