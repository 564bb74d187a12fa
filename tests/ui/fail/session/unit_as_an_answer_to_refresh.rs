//! No answer to a refresh.

use sdk_runtime::{Grant, Result, TokenRequest, api_client};

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
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<()>;

    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let _ = users.users().await?;
    Ok(())
}
